//! One keep-alive connection that sends a request and checks the answer.

use std::time::Instant;

use anyhow::{Context, bail};
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use memchr::memmem;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::{Expect, Work};

/// An open connection.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// Moves the bytes; ends with the connection.
    _driver: JoinSet<()>,
}

impl Connection {
    pub(crate) async fn open(work: &Work) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(work.addr).await.context("connect")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.context("handshake")?;
        // What goes wrong on the connection is also the request's error.
        let mut driver = JoinSet::new();
        driver.spawn(async move { drop(connection.await) });
        Ok(Self { sender, _driver: driver })
    }

    /// Sends the work once; gives the moment of the first byte of the body.
    pub(crate) async fn ask(&mut self, work: &Work) -> anyhow::Result<Instant> {
        self.sender.ready().await.context("connection closed")?;
        let request = Request::post(work.path)
            .header("host", "localhost")
            .header("content-type", "application/json")
            .header("authorization", &work.authorization)
            .body(Full::new(work.body.clone()))?;
        let response = self.sender.send_request(request).await.context("no answer")?;
        let status = response.status();
        let mut body = response.into_body();
        let mut first = None;
        let mut seen = Seen::default();
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.context("answer cut")?.into_data() else { continue };
            first.get_or_insert_with(Instant::now);
            seen.take(&data, status != StatusCode::OK);
        }
        if status != StatusCode::OK {
            bail!("status {status}: {}", String::from_utf8_lossy(&seen.tail));
        }
        seen.check(work.expect)?;
        first.context("an empty answer")
    }
}

/// What has come of an answer.
#[derive(Default)]
struct Seen {
    length: usize,
    events: usize,
    /// The last bytes: where the end of the stream shows, and where an event may be split between two reads.
    tail: Vec<u8>,
}

const MARK: &[u8] = b"data:";
/// As many bytes as the longest end of a stream has.
const TAIL: usize = 64;

impl Seen {
    fn take(&mut self, data: &[u8], keep_all: bool) {
        self.length += data.len();
        self.events += memmem::find_iter(data, MARK).count();
        // A mark that lies over the border between two reads.
        let before = self.tail.len().min(MARK.len() - 1);
        let after = data.len().min(MARK.len() - 1);
        let border = [&self.tail[self.tail.len() - before..], &data[..after]].concat();
        self.events += memmem::find_iter(&border, MARK).count();
        self.tail.extend_from_slice(&data[data.len().saturating_sub(TAIL)..]);
        if !keep_all && self.tail.len() > TAIL {
            self.tail.drain(..self.tail.len() - TAIL);
        }
    }

    fn check(&self, expect: Expect) -> anyhow::Result<()> {
        match expect {
            Expect::Length(length) if self.length == length => Ok(()),
            Expect::Length(length) => bail!("an answer of {} bytes instead of {length}", self.length),
            Expect::Longer(length) if self.length > length => Ok(()),
            Expect::Longer(length) => bail!("an answer of {} bytes, not more than {length}", self.length),
            Expect::Events(events, end) if self.events == events && self.tail.ends_with(end) => Ok(()),
            Expect::Events(events, _) => {
                bail!("{} events instead of {events}, end: {:?}", self.events, String::from_utf8_lossy(&self.tail))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_counted_however_they_are_split() {
        let stream = b"data: {\"a\":1}\n\ndata: {}\n\ndata: [DONE]\n\n";
        for size in 1..stream.len() {
            let mut seen = Seen::default();
            stream.chunks(size).for_each(|part| seen.take(part, false));
            assert!(seen.check(Expect::Events(3, b"data: [DONE]\n\n")).is_ok(), "{size}: {}", seen.events);
            assert!(seen.check(Expect::Events(2, b"data: [DONE]\n\n")).is_err());
        }
    }

    #[test]
    fn a_stream_without_its_end_is_wrong() {
        let mut seen = Seen::default();
        seen.take(b"data: {}\n\ndata: [DONE]\n", false);
        assert!(seen.check(Expect::Events(2, b"data: [DONE]\n\n")).is_err());
    }
}
