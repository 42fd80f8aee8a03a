//! The body of an answer.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use crate::answer::LargeAnswer;
use crate::stream::StreamAnswer;

/// Whole, or still arriving from the provider. Dropping it ends the call.
#[derive(Debug)]
pub enum AnswerBody {
    /// Everything is here.
    Whole(Option<Bytes>),
    /// Events, passed on as they arrive.
    Stream(Box<StreamAnswer>),
    /// An answer too large to hold, passed on as it arrives.
    Large(Box<LargeAnswer>),
}

impl AnswerBody {
    /// These bytes.
    pub(crate) fn whole(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self::Whole((!bytes.is_empty()).then_some(bytes))
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Stream(stream) => stream.poll(context).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes)))),
            Self::Large(large) => large.poll(context).map(|bytes| bytes.map(|bytes| bytes.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |b| b.len() as u64)),
            Self::Stream(_) => SizeHint::default(),
            Self::Large(large) => large.size_hint(),
        }
    }
}

impl From<Infallible> for BrokenOff {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// A large JSON answer broke off in the middle: the connection is cut, so that nobody takes it for whole.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the provider broke off its answer")]
pub struct BrokenOff;
