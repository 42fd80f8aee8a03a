//! The live feed: calls as they end, a line each.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Serialize;
use thinkwatch_control::live::{self, Feed, News};
use utoipa::ToSchema;

use crate::error::{Answer, ErrorBody};
use crate::logs::{CallBody, FilterQuery};
use crate::query::Asked;
use crate::shown::{now_us, time};
use crate::signed::Signed;
use crate::state::App;

/// A line of the live feed.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum LiveLine {
    /// A call has ended and is in the log.
    Call {
        /// As the list shows it.
        call: Box<CallBody>,
    },
    /// Nothing has happened for ten seconds, or the feed has just begun.
    Heartbeat {
        /// The server's time.
        at: String,
    },
    /// The reader was too slow: so many calls, fitting the filter or not, were left out. The list has them.
    Skipped {
        /// How many.
        count: u64,
    },
}

impl From<News> for LiveLine {
    fn from(news: News) -> Self {
        match news {
            News::Call(call) => Self::Call { call: Box::new((*call).into()) },
            News::Skipped(count) => Self::Skipped { count },
            News::Heartbeat => Self::Heartbeat { at: time(now_us()) },
        }
    }
}

/// Calls as they end: a stream of JSON, one `LiveLine` per line. Ends with the session, when the server drains, and after
/// the life of an access token: ask again. At most six feeds of one user at once.
#[utoipa::path(get, path = "/api/gateway/logs/live", tag = "logs", params(FilterQuery),
    responses((status = 200, content_type = "application/x-ndjson", body = LiveLine), (status = 400, body = ErrorBody), (status = 401, body = ErrorBody),
        (status = 403, body = ErrorBody), (status = 429, body = ErrorBody), (status = 503, body = ErrorBody)))]
pub(crate) async fn feed(
    State(app): State<App>,
    Signed(caller): Signed,
    Asked(query): Asked<FilterQuery>,
) -> Answer<Response> {
    let feed = live::watch(&app.control, caller, query.read()?)?;
    let lines = stream::unfold(feed, |mut feed: Feed| async move {
        let news = feed.next().await?;
        Some((Ok::<_, Infallible>(line(&news.into())), feed))
    });
    // A proxy that gathers what passes would make the feed anything but live.
    let headers = [(header::CONTENT_TYPE, "application/x-ndjson"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, [("x-accel-buffering", "no")], Body::from_stream(lines)).into_response())
}

fn line(line: &LiveLine) -> Bytes {
    let mut text = serde_json::to_vec(line).unwrap_or_default();
    text.push(b'\n');
    text.into()
}
