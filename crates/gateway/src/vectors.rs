//! Vectors of a provider that makes them in another dialect than the client's: small calls, and never streams.

use http::StatusCode;
use thinkwatch_policy::catalogue::Route;
use thinkwatch_upstream::{FailureClass, Inbound, Upstream, upstream_request_id};
use thinkwatch_wire::convert::ConvertedAnswer;
use thinkwatch_wire::embeddings;

use crate::attempt::{Answer, Asked, Content, Failure, credentials, refused, unsendable};
use crate::conversion::{self, unconvertible};
use crate::whole::foreign;

/// Asks the provider in its words and writes what it says in the client's.
pub(crate) async fn converted(asked: &Asked<'_>, route: &Route, upstream: &Upstream) -> Result<Answer, Box<Failure>> {
    let names = (asked.peek.model.as_str(), &*route.upstream_model);
    let call = embeddings::request(asked.endpoint, asked.body, names, asked.strict).map_err(unconvertible)?;
    let inbound = Inbound { headers: asked.headers, query: None, traceparent: Some(asked.traceparent.clone()) };
    let body = [call.body.into()];
    let now = credentials(upstream).await?;
    let request = upstream
        .request(call.endpoint, &route.upstream_model, inbound, body, now)
        .map_err(|error| unsendable(&error))?;
    let response = upstream.send(request).await.map_err(|error| Failure::unreachable(&error))?;
    let (mut head, rest) = response.into_parts();
    if !head.status.is_success() {
        // In another dialect's words it is of no use to the client; what it says goes on in the client's.
        return Err(Failure { body: bytes::Bytes::new(), ..refused(upstream, head, rest).await }.into());
    }
    let upstream_request_id = upstream_request_id(&head.headers).unwrap_or_default().to_owned();
    let (body, held) = foreign(asked, rest).await?;
    let protocol = |message| Failure::without_answer(FailureClass::Protocol, message);
    let ConvertedAnswer { body, usage, .. } = embeddings::answer(&call.back, &body).map_err(protocol)?;
    conversion::set_content_type(&mut head.headers, false);
    let content = Content::Whole(body.into(), usage, held);
    let lost = call.lost;
    Ok(Answer { status: StatusCode::OK, headers: head.headers, upstream_request_id, content, lost, keeping: None })
}
