//! The candidates of a call, tried one after the other until one answers.

use bytes::Bytes;
use http::{HeaderMap, Response};
use thinkwatch_policy::routing::Plan;
use thinkwatch_upstream::{FailureClass, Fault};

use crate::accept::Share;
use crate::account::Account;
use crate::attempt::{self, Asked, Failure};
use crate::body::AnswerBody;
use crate::pipeline::Arrival;
use crate::serve::Parts;
use crate::{count, deliver};

/// Tries the candidates one after the other until one answers or none is left.
pub(crate) async fn run(
    parts: &Parts,
    asked: &Asked<'_>,
    plan: &Plan,
    mut account: Account,
    share: Share,
    arrival: &Arrival,
) -> Response<AnswerBody> {
    let mut shown: Option<Failure> = None;
    for (index, route) in plan.candidates.iter().enumerate() {
        let last = index + 1 == plan.candidates.len();
        if index > 0 {
            let on_record = match account.next_attempt(route) {
                Ok(Some(receipt)) => receipt.durable().await.is_ok(),
                Ok(None) => true,
                Err(_) => false,
            };
            if !on_record {
                break;
            }
        }
        match attempt::run(asked, route, &parts.pools, last).await {
            Ok(answer) => return deliver::answer(asked, answer, account, share, arrival).await,
            Err(failure) => {
                account.attempt_failed(failure.status, failure.class.label(), &failure.upstream_request_id);
                parts.meter.log_failure(&route.provider.name, &failure);
                if count::is_missing(asked, &failure) {
                    return count::instead(parts, asked, account, arrival).await;
                }
                let go_on = failure.class.try_next_route();
                // The first failure is the one to tell, unless a later route says that the request itself is wrong.
                if shown.is_none() || failure.class.fault() == Fault::Caller {
                    shown = Some(failure);
                }
                if !go_on {
                    break;
                }
            }
        }
    }
    let failure = shown.unwrap_or_else(|| Failure {
        class: FailureClass::Unsendable,
        status: 0,
        headers: HeaderMap::new(),
        body: Bytes::new(),
        error: None,
        message: "no route could be tried".to_owned(),
        detail: String::new(),
        upstream_request_id: String::new(),
    });
    deliver::failure(asked.endpoint, failure, account, arrival).await
}
