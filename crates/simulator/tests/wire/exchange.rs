//! Raw exchanges with a simulator, so that nothing is added to what a test sends.

use std::time::Duration;

use serde_json::Value;
use thinkwatch_simulator::{Entry, Running};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
    pub(crate) raw: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|why| panic!("{why}: {}", self.body))
    }

    /// The `data:` lines of a stream that are JSON.
    pub(crate) fn events(&self) -> Vec<Value> {
        self.body.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data: ")?.trim()).ok()).collect()
    }
}

/// One raw exchange; `Connection: close` is a leak by the rules here, so the end is found by the framing.
pub(crate) async fn send(sim: &Running, request: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(sim.addr).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut raw = Vec::new();
    let mut part = [0; 65536];
    loop {
        let read = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut part)).await.expect("an answer");
        let read = read.unwrap_or(0);
        raw.extend_from_slice(&part[..read]);
        let Some(end) = raw.windows(4).position(|part| part == b"\r\n\r\n") else {
            assert!(read > 0, "closed before a head");
            continue;
        };
        let head = String::from_utf8_lossy(&raw[..end]).into_owned();
        let body = &raw[end + 4..];
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        let whole = length.map_or_else(|| body.ends_with(b"\r\n0\r\n\r\n"), |length| body.len() >= length);
        if whole || read == 0 {
            let status = head[9..12].parse().unwrap();
            let raw = if length.is_some() { body.to_vec() } else { unchunk(body) };
            let text = String::from_utf8(raw.clone());
            let binary = head.contains("vnd.amazon.eventstream");
            let body = if binary { String::new() } else { text.expect("UTF-8 once put together") };
            return Answer { status, head, body, raw };
        }
    }
}

/// Takes the chunks of a body apart; they may split a letter.
fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some(line) = rest.windows(2).position(|part| part == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        let after = &rest[line + 2..];
        let Some(part) = after.get(..size).filter(|_| size > 0) else { break };
        out.extend_from_slice(part);
        rest = after.get(size + 2..).unwrap_or_default();
    }
    out
}

pub(crate) fn request(path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut text = format!("POST {path} HTTP/1.1\r\nhost: sim\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    format!("{text}\r\n{body}").into_bytes()
}

pub(crate) fn with(mut body: Value, more: &[(&str, Value)]) -> Value {
    for (key, value) in more {
        body[*key] = value.clone();
    }
    body
}

/// The newest entry of the journal.
pub(crate) fn last(sim: &Running) -> Entry {
    sim.journal.since(0).pop().unwrap()
}
