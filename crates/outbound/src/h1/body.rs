//! The body of an answer, read from its connection by whoever polls it.

use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Instant;

use bytes::Bytes;
use http_body::SizeHint;

use super::connection::Connection;
use super::framing::Framing;
use super::pool::{Key, Pool};
use crate::body::SegmentedBody;
use crate::incoming::BodyError;

/// The body of an answer. Dropped before its end, it closes the connection; read to its end, it has given it back.
#[derive(Debug)]
pub(crate) struct Http1Body {
    framing: Framing,
    /// None once the body has ended, well or badly.
    connection: Option<Box<Connection>>,
    /// What is left to write of the request.
    unsent: Option<SegmentedBody>,
    key: Key,
    pool: Arc<Pool>,
}

impl Http1Body {
    pub(crate) fn new(
        framing: Framing,
        connection: Box<Connection>,
        unsent: Option<SegmentedBody>,
        key: Key,
        pool: Arc<Pool>,
    ) -> Self {
        let mut body = Self { framing, connection: Some(connection), unsent, key, pool };
        if body.framing.is_done() {
            body.release();
        }
        body
    }

    /// All that has arrived, as one piece.
    pub(crate) fn poll_data(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyError>>> {
        loop {
            let Some(connection) = &mut self.connection else { return Poll::Ready(None) };
            match self.framing.decode(&mut connection.buffer) {
                Ok(Some(data)) => {
                    if self.framing.is_done() {
                        self.release();
                    }
                    return Poll::Ready(Some(Ok(data)));
                }
                Ok(None) if self.framing.is_done() => {
                    self.release();
                    return Poll::Ready(None);
                }
                Ok(None) => {}
                Err(error) => return self.end(Err(error)),
            }
            if let Some(rest) = &mut self.unsent {
                send_on(connection, rest, context).then(|| self.unsent = None);
            }
            match ready!(connection.poll_fill(context)) {
                Ok(0) => {
                    let end = self.framing.closed();
                    return self.end(end);
                }
                Ok(_) => {}
                Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                    return self.end(Err(BodyError::Truncated));
                }
                Err(error) => return self.end(Err(BodyError::Io(error.kind()))),
            }
        }
    }

    /// Closes the connection.
    fn end(&mut self, result: Result<(), BodyError>) -> Poll<Option<Result<Bytes, BodyError>>> {
        self.connection = None;
        Poll::Ready(result.err().map(Err))
    }

    /// Gives the connection back, if another request can follow on it.
    fn release(&mut self) {
        if let Some(connection) = self.connection.take().filter(|c| self.unsent.is_none() && c.is_idle()) {
            self.pool.put(self.key.clone(), connection, Instant::now());
        }
    }

    pub(crate) fn is_end_stream(&self) -> bool {
        self.connection.is_none()
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        self.framing.exact().map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// Writes what is left of the request, as far as it goes. True when there is nothing more to write.
fn send_on(connection: &mut Connection, rest: &mut SegmentedBody, context: &mut Context<'_>) -> bool {
    loop {
        match connection.poll_write(context, rest) {
            Poll::Ready(Ok(false)) => {}
            Poll::Ready(Ok(true)) => return true,
            Poll::Ready(Err(_)) => {
                // The answer may still be whole: reading it tells.
                connection.reusable = false;
                return true;
            }
            Poll::Pending => return false,
        }
    }
}
