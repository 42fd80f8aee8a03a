//! Calls about a response that a provider keeps: to get it, to list what it was made of, to delete or to cancel it.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use thinkwatch_outbound::SegmentedBody;
use thinkwatch_policy::dialect::{Dialect, Endpoint};

use crate::head::{Ready, Upstream};
use crate::headers::copy_request_headers;
use crate::kind::segment;
use crate::request::RequestError;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// What of a client's query passes: which part of the list is wanted, and what is to be told beside the usual.
const QUERY: [&str; 5] = ["include", "include[]", "limit", "order", "after"];

/// What is asked of a kept response.
#[derive(Clone, Debug)]
pub struct StoredCall<'a> {
    /// How.
    pub method: Method,
    /// The provider's id of it.
    pub id: &'a str,
    /// What follows the id in the path, with its slash; often nothing.
    pub tail: &'static str,
    /// The client's query; only what the API knows passes.
    pub query: Option<&'a str>,
    /// The client's headers; only those in the table pass.
    pub headers: &'a HeaderMap,
    /// The W3C trace context to send.
    pub traceparent: HeaderValue,
}

impl Upstream {
    /// The request for a response that this provider keeps.
    pub fn stored_request(&self, call: &StoredCall<'_>) -> Result<Request<SegmentedBody>, RequestError> {
        let Some(Some(Ready::Fixed(all))) = self.urls.get(Endpoint::Responses as usize) else {
            return Err(RequestError::Endpoint { kind: self.kind, endpoint: Endpoint::Responses });
        };
        let url = address(all, call).ok_or_else(|| RequestError::Model(call.id.chars().take(256).collect()))?;
        let mut headers = HeaderMap::with_capacity(24);
        copy_request_headers(call.headers, &mut headers, Dialect::Responses);
        // There is no body.
        headers.remove(http::header::CONTENT_TYPE);
        headers.insert(TRACEPARENT, call.traceparent.clone());
        self.own_headers(&mut headers, Dialect::Responses, self.host.as_ref());
        let mut request = Request::new(SegmentedBody::empty());
        *request.method_mut() = call.method.clone();
        *request.uri_mut() = url;
        *request.headers_mut() = headers;
        Ok(request)
    }
}

/// Below the address of all responses, whose own query (Azure's version) stays.
fn address(all: &Uri, call: &StoredCall<'_>) -> Option<Uri> {
    let asked = call.query.unwrap_or_default().split('&').filter(|pair| {
        pair.len() <= 512
            && pair.split_once('=').is_some_and(|(name, _)| QUERY.contains(&name.replace("%5B%5D", "[]").as_str()))
    });
    let query: Vec<&str> = all.query().into_iter().chain(asked).collect();
    let mut path = format!("{}/{}{}", all.path().trim_end_matches('/'), segment(call.id)?, call.tail);
    if !query.is_empty() {
        path.push('?');
        path.push_str(&query.join("&"));
    }
    let mut parts = all.clone().into_parts();
    parts.path_and_query = Some(path.parse().ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_stays_in_its_place_and_the_query_is_sifted() {
        let headers = HeaderMap::new();
        for (all, id, tail, query, expected) in [
            ("https://h/v1/responses", "resp_1", "", None, Some("https://h/v1/responses/resp_1")),
            (
                "https://h/v1/responses",
                "resp_1",
                "/input_items",
                Some("limit=2&key=tw-x&include[]=a&include%5B%5D=b&stream=true&order"),
                Some("https://h/v1/responses/resp_1/input_items?limit=2&include[]=a&include%5B%5D=b"),
            ),
            (
                "https://h/openai/v1/responses?api-version=preview",
                "r",
                "",
                Some("after=x"),
                Some("https://h/openai/v1/responses/r?api-version=preview&after=x"),
            ),
            ("https://h/v1/responses", "../models?x#y", "", None, Some("https://h/v1/responses/..%2Fmodels%3Fx%23y")),
            ("https://h/v1/responses", "..", "/cancel", None, None),
            ("https://h/v1/responses", "", "", None, None),
        ] {
            let traceparent = HeaderValue::from_static("");
            let call = StoredCall { method: Method::GET, id, tail, query, headers: &headers, traceparent };
            let url = address(&all.parse().unwrap(), &call);
            assert_eq!(url.map(|url| url.to_string()).as_deref(), expected, "{id}");
        }
    }
}
