//! An answer's body as a list of steps, and the notes on how far it came.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::journal::Exchange;

/// One thing the body does.
#[derive(Clone, Debug)]
pub(crate) enum Do {
    /// Send these bytes, in a write of their own.
    Send(Bytes),
    /// Wait.
    Wait(Duration),
    /// Close the connection in the middle.
    Cut,
    /// Send no more, but keep the connection.
    Stall,
}

/// A body that was cut on purpose; the connection is closed for it.
#[derive(Debug, thiserror::Error)]
#[error("cut on purpose")]
pub(crate) struct CutOnPurpose;

impl From<Infallible> for CutOnPurpose {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// The body; dropping it before its end tells the journal that the client went away.
pub(crate) struct Steps {
    steps: VecDeque<Do>,
    timer: Option<Pin<Box<Sleep>>>,
    /// The length, when the answer is sent with one.
    length: Option<u64>,
    /// A frame was just given; let it be written before the next.
    flush: bool,
    exchange: Option<Exchange>,
}

impl Steps {
    /// A whole answer with its length.
    pub(crate) fn whole(bytes: Bytes, exchange: Option<Exchange>) -> Self {
        let length = Some(bytes.len() as u64);
        let steps = if bytes.is_empty() { VecDeque::new() } else { VecDeque::from([Do::Send(bytes)]) };
        let mut body = Self { steps, timer: None, length, flush: false, exchange };
        body.note_end();
        body
    }

    /// A stream of unknown length.
    pub(crate) fn stream(steps: Vec<Do>, exchange: Option<Exchange>) -> Self {
        Self { steps: steps.into(), timer: None, length: None, flush: false, exchange }
    }

    fn note_end(&mut self) {
        if self.steps.is_empty()
            && let Some(exchange) = &mut self.exchange
        {
            exchange.complete();
        }
    }
}

impl Body for Steps {
    type Data = Bytes;
    type Error = CutOnPurpose;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, CutOnPurpose>>> {
        let this = self.get_mut();
        if std::mem::take(&mut this.flush) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        loop {
            if let Some(timer) = &mut this.timer {
                std::task::ready!(timer.as_mut().poll(cx));
                this.timer = None;
            }
            match this.steps.pop_front() {
                None => {
                    this.note_end();
                    return Poll::Ready(None);
                }
                Some(Do::Send(bytes)) => {
                    if let Some(exchange) = &mut this.exchange {
                        exchange.sent(&bytes);
                    }
                    if this.length.is_some() {
                        this.note_end();
                    }
                    this.flush = this.length.is_none();
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                Some(Do::Wait(pause)) => this.timer = Some(Box::pin(sleep(pause))),
                Some(Do::Cut) => {
                    if let Some(exchange) = &mut this.exchange {
                        exchange.cut();
                    }
                    return Poll::Ready(Some(Err(CutOnPurpose)));
                }
                Some(Do::Stall) => {
                    this.steps.push_front(Do::Stall);
                    return Poll::Pending;
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.length.is_some() && self.steps.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        self.length.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
