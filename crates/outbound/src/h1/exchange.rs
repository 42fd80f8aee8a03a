//! From the first byte of a request to the head of its answer.

use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Method, Response, StatusCode};

use super::body::Http1Body;
use super::connection::Connection;
use super::framing::Framing;
use super::head::{Head, HeadError, HeadReader};
use super::pool::{Key, Pool};
use crate::body::SegmentedBody;

/// Why there is no head of an answer.
#[derive(Debug)]
pub(crate) enum Failed {
    /// The connection took not one byte of the request.
    Unwritten,
    /// It ended, or failed, with the request written or half written.
    Ended(String),
    /// What came is not HTTP.
    NotHttp(HeadError),
}

/// One request on its way.
#[derive(Debug)]
pub(crate) struct Exchange {
    body: SegmentedBody,
    sent: bool,
    /// Why writing ended early. The answer may say more, if there is one.
    write_failure: Option<String>,
    reader: HeadReader,
}

impl Exchange {
    pub(crate) fn new(body: SegmentedBody) -> Self {
        Self { body, sent: false, write_failure: None, reader: HeadReader::default() }
    }

    /// Bytes of the body that are not written.
    pub(crate) fn unsent(&self) -> u64 {
        self.body.len()
    }

    /// Writes and reads, whatever goes, until the head is there: an upstream may refuse a large body before it has
    /// read all of it, and then waits for us to read.
    pub(crate) fn poll(&mut self, io: &mut Connection, context: &mut Context<'_>) -> Poll<Result<Head, Failed>> {
        loop {
            let mut more_to_write = false;
            if !self.sent && self.write_failure.is_none() {
                match io.poll_write(context, &mut self.body) {
                    Poll::Ready(Ok(true)) => self.sent = true,
                    Poll::Ready(Ok(false)) => more_to_write = true,
                    Poll::Ready(Err(_)) if !io.written => return Poll::Ready(Err(Failed::Unwritten)),
                    Poll::Ready(Err(error)) => {
                        io.reusable = false;
                        self.write_failure = Some(format!("writing failed: {error}"));
                    }
                    Poll::Pending => {}
                }
            }
            match io.poll_fill(context) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(self.ended("it was closed".to_owned()))),
                Poll::Ready(Ok(_)) => match self.reader.read(&mut io.buffer) {
                    Ok(Some(head)) => return Poll::Ready(Ok(head)),
                    Ok(None) => {}
                    Err(error) => return Poll::Ready(Err(Failed::NotHttp(error))),
                },
                Poll::Ready(Err(error)) => return Poll::Ready(Err(self.ended(format!("reading failed: {error}")))),
                Poll::Pending if more_to_write => {}
                Poll::Pending => return Poll::Pending,
            }
        }
    }

    fn ended(&mut self, reason: String) -> Failed {
        Failed::Ended(self.write_failure.take().unwrap_or(reason))
    }

    /// The answer, its body to be read from the connection.
    pub(crate) fn into_response(
        self,
        method: &Method,
        head: Head,
        mut connection: Box<Connection>,
        key: Key,
        pool: &Arc<Pool>,
    ) -> Result<Response<Http1Body>, HeadError> {
        let framing = Framing::of(method, head.status, head.version, &head.headers)?;
        connection.reusable &= head.keeps_alive();
        let mut unsent = None;
        if !self.sent {
            if head.status.is_success() && self.write_failure.is_none() {
                // It answers while it listens (an echo does): the rest of the request goes on beside the answer.
                unsent = Some(self.body);
            } else {
                // It has decided; what is left of the body would be thrown away.
                connection.reusable = false;
            }
        }
        if head.status == StatusCode::NO_CONTENT && head.headers.contains_key(http::header::TRANSFER_ENCODING) {
            // Nobody knows whether such a body follows.
            connection.reusable = false;
        }
        let mut response = Response::new(Http1Body::new(framing, connection, unsent, key, Arc::clone(pool)));
        *response.status_mut() = head.status;
        *response.version_mut() = head.version;
        *response.headers_mut() = head.headers;
        Ok(response)
    }
}
