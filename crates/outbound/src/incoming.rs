//! The body of an answer, by whichever protocol it comes.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

pub use crate::h1::ChunkError;
use crate::h1::Http1Body;

/// Why a body ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError {
    /// The other side closed the connection too early.
    #[error("the connection was closed in the middle of the body")]
    Truncated,
    /// The connection failed.
    #[error("the connection failed in the middle of the body: {0}")]
    Io(std::io::ErrorKind),
    /// The chunked coding is broken.
    #[error("the body is malformed: {0}")]
    Chunk(ChunkError),
    /// An HTTP/2 stream failed.
    #[error("the stream failed in the middle of the body: {0}")]
    Http2(hyper::Error),
}

/// The body of an answer. Nothing is read ahead: a slow reader slows the other side. Dropping it before its end ends
/// the call at the other side at once.
#[derive(Debug)]
pub struct Incoming {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Http1(Http1Body),
    Http2(hyper::body::Incoming),
}

impl From<Http1Body> for Incoming {
    fn from(body: Http1Body) -> Self {
        Self { kind: Kind::Http1(body) }
    }
}

impl From<hyper::body::Incoming> for Incoming {
    fn from(body: hyper::body::Incoming) -> Self {
        Self { kind: Kind::Http2(body) }
    }
}

impl Body for Incoming {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match &mut self.get_mut().kind {
            Kind::Http1(body) => body.poll_data(context).map(|data| data.map(|data| data.map(Frame::data))),
            Kind::Http2(body) => {
                let frame = ready!(Pin::new(body).poll_frame(context));
                Poll::Ready(frame.map(|frame| frame.map_err(BodyError::Http2)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Http1(body) => body.is_end_stream(),
            Kind::Http2(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Http1(body) => body.size_hint(),
            Kind::Http2(body) => body.size_hint(),
        }
    }
}
