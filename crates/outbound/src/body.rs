//! A request body that is already in memory, in pieces.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, Bytes};
use http_body::{Body, Frame, SizeHint};

/// A list of byte segments with a known total length, so that a replaced model name does not force a copy of the body
/// and `content-length` is still sent. Cloning is cheap: the next attempt gets a clone.
#[derive(Clone, Debug, Default)]
pub struct SegmentedBody {
    segments: std::vec::IntoIter<Bytes>,
    remaining: u64,
}

impl SegmentedBody {
    /// No bytes at all.
    pub fn empty() -> Self {
        Self::default()
    }

    /// Bytes not yet sent.
    pub fn len(&self) -> u64 {
        self.remaining
    }

    /// What is left, piece by piece; some may be empty.
    pub(crate) fn pieces(&self) -> &[Bytes] {
        self.segments.as_slice()
    }

    /// Forgets the first bytes: they are written.
    pub(crate) fn advance(&mut self, mut count: usize) {
        self.remaining -= count as u64;
        while let Some(first) = self.segments.as_mut_slice().first_mut() {
            if first.len() > count {
                first.advance(count);
                return;
            }
            count -= first.len();
            self.segments.next();
        }
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.remaining == 0
    }
}

impl From<Vec<Bytes>> for SegmentedBody {
    fn from(segments: Vec<Bytes>) -> Self {
        let remaining = segments.iter().map(|s| s.len() as u64).sum();
        Self { segments: segments.into_iter(), remaining }
    }
}

impl From<Bytes> for SegmentedBody {
    fn from(bytes: Bytes) -> Self {
        Self::from(vec![bytes])
    }
}

impl<const N: usize> From<[Bytes; N]> for SegmentedBody {
    fn from(segments: [Bytes; N]) -> Self {
        Self::from(Vec::from(segments))
    }
}

impl Body for SegmentedBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        while let Some(segment) = self.segments.next() {
            // An empty frame would be written as a chunk of nothing.
            if !segment.is_empty() {
                self.remaining -= segment.len() as u64;
                return Poll::Ready(Some(Ok(Frame::data(segment))));
            }
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}
