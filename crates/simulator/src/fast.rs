//! Pre-rendered answers for the bench: next to no work per request, so that a measurement sees the proxy between.
//!
//! What is wanted stands in the model's name: `gpt-bench` gives about 1 KB of JSON, `gpt-bench-200-5` streams 200
//! chunks 5 ms apart, with a pause of 0 back to back (all of them ready at once, so that they leave in few writes).

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use memchr::memmem;
use parking_lot::Mutex;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::dialects::chat;
use crate::prompt::Prompt;
use crate::turn::{Stop, Turn, Usage};

/// The stream that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Wanted {
    chunks: usize,
    delay_ms: u64,
    usage: bool,
}

/// Answers rendered once.
pub(crate) struct Fast {
    json: Bytes,
    streams: Mutex<HashMap<Wanted, Arc<Vec<Bytes>>>>,
}

impl Fast {
    pub(crate) fn new() -> Self {
        let prompt = Prompt { model: "gpt-bench".to_owned(), ..Prompt::default() };
        let json = chat::whole(&prompt, &turn(vec!["x".repeat(512)])).0.into_bytes().into();
        Self { json, streams: Mutex::default() }
    }

    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Result<Response<FastBody>, hyper::Error> {
        let body = request.into_body().collect().await?.to_bytes();
        let (kind, body) = match wanted(&body) {
            None => ("application/json", FastBody::Whole(Some(self.json.clone()))),
            Some(wanted) => ("text/event-stream; charset=utf-8", self.stream(wanted)),
        };
        let mut response = Response::new(body);
        response.headers_mut().insert("content-type", HeaderValue::from_static(kind));
        response.headers_mut().insert("x-request-id", HeaderValue::from_static("req_bench"));
        Ok(response)
    }

    fn stream(&self, wanted: Wanted) -> FastBody {
        let events = self.streams.lock().entry(wanted).or_insert_with(|| Arc::new(render(wanted))).clone();
        let pause = Duration::from_millis(wanted.delay_ms);
        FastBody::Stream { events, next: 0, pause, timer: None }
    }
}

fn turn(deltas: Vec<String>) -> Turn {
    let usage = Usage { input: 256, output: deltas.len() as u64, ..Usage::default() };
    Turn {
        nonce: 7,
        thinking: None,
        redacted: false,
        deltas,
        calls: Vec::new(),
        stop: Stop::End,
        usage,
        no_usage: false,
    }
}

fn render(wanted: Wanted) -> Vec<Bytes> {
    let prompt =
        Prompt { model: "gpt-bench".to_owned(), stream: true, include_usage: wanted.usage, ..Prompt::default() };
    let mut events: VecDeque<String> =
        chat::events(&prompt, &turn(vec![" word".to_owned(); wanted.chunks])).iter().map(|e| e.frame(false)).collect();
    // Exactly as many chunks as asked for: the role goes with the first word, all that follows the last one with it.
    let tail = events.split_off(wanted.chunks).into_iter().collect::<String>();
    if let Some(last) = events.back_mut() {
        last.push_str(&tail);
    }
    events.into_iter().map(Bytes::from).collect()
}

/// Reads `"model":"gpt-bench-200-5"` near the start of the body, and whether usage was asked for anywhere.
fn wanted(body: &[u8]) -> Option<Wanted> {
    let head = &body[..body.len().min(512)];
    let start = memmem::find(head, b"gpt-bench-")? + 10;
    let end = start + memchr::memchr(b'"', &head[start..])?;
    let (chunks, delay) = std::str::from_utf8(&head[start..end]).ok()?.split_once('-')?;
    let usage = memmem::find(body, b"\"include_usage\":true").is_some();
    Some(Wanted { chunks: chunks.parse().ok().filter(|n| *n > 0)?, delay_ms: delay.parse().ok()?, usage })
}

/// An answer's body.
pub(crate) enum FastBody {
    Whole(Option<Bytes>),
    Stream { events: Arc<Vec<Bytes>>, next: usize, pause: Duration, timer: Option<Pin<Box<Sleep>>> },
}

impl Body for FastBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Stream { events, next, pause, timer } => {
                let Some(event) = events.get(*next) else { return Poll::Ready(None) };
                if !pause.is_zero() && *next > 0 {
                    // From one deadline to the next, so that the whole stream takes the same time at any load.
                    let timer = timer.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + *pause)));
                    std::task::ready!(timer.as_mut().poll(cx));
                    let due = timer.deadline() + *pause;
                    timer.as_mut().reset(due);
                }
                *next += 1;
                Poll::Ready(Some(Ok(Frame::data(event.clone()))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Stream { .. } => SizeHint::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_says_what_is_streamed() {
        let stream = |chunks, delay_ms, usage| Some(Wanted { chunks, delay_ms, usage });
        for (body, expected) in [
            (r#"{"model":"gpt-bench","messages":[]}"#, None),
            (r#"{"model":"gpt-bench-200-5","stream":true}"#, stream(200, 5, false)),
            (r#"{"model":"gpt-bench-9-0","stream_options":{"include_usage":true}}"#, stream(9, 0, true)),
        ] {
            assert_eq!(wanted(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn a_stream_has_as_many_chunks_as_asked_for_and_ends() {
        for usage in [false, true] {
            let chunks = render(Wanted { chunks: 200, delay_ms: 0, usage });
            assert_eq!(chunks.len(), 200);
            assert!(chunks[199].ends_with(b"data: [DONE]\n\n"));
            assert_eq!(memmem::find(&chunks[199], b"total_tokens").is_some(), usage);
        }
    }
}
