//! Heads: writing that of a request, reading that of an answer.

use std::io::Write as _;
use std::mem::MaybeUninit;

use bytes::{Bytes, BytesMut};
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version, header};
use httparse::ParserConfig;

use crate::error::CallError;

/// Longest head of an answer.
const MAX_HEAD: usize = 64 * 1024;
/// Most headers in it.
const MAX_HEADERS: usize = 128;
/// Most interim answers (1xx) before the real one.
const MAX_INTERIM: u8 = 16;

/// Why a head is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeadError {
    #[error("its head is malformed: {0}")]
    Malformed(httparse::Error),
    #[error("its status or a header cannot be represented")]
    Value,
    #[error("its head is too long")]
    TooLong,
    #[error("too many interim answers")]
    Interim,
    #[error("it changes the protocol, which nobody asked for")]
    Upgrade,
    #[error("its content-length is not one number")]
    Length,
    #[error("it has both content-length and transfer-encoding")]
    LengthAndCoding,
    #[error("its transfer-encoding is not chunked")]
    Coding,
}

impl From<HeadError> for CallError {
    fn from(error: HeadError) -> Self {
        Self::Http { reason: error.to_string() }
    }
}

/// The head of an answer.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) version: Version,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
}

impl Head {
    /// Whether the connection may be used again once this answer is read.
    pub(crate) fn keeps_alive(&self) -> bool {
        let says = |word| has_token(&self.headers, word);
        if self.version == Version::HTTP_11 { !says("close") } else { says("keep-alive") && !says("close") }
    }
}

/// Whether the `connection` header holds a word.
pub(crate) fn has_token(headers: &HeaderMap, word: &str) -> bool {
    headers
        .get_all(header::CONNECTION)
        .iter()
        .flat_map(|value| value.as_bytes().split(|b| *b == b','))
        .any(|token| token.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
}

/// Writes the head of a request. How long the body is we know best: what the caller says about it is left out.
pub(crate) fn write(out: &mut Vec<u8>, request: &Parts, body: u64) {
    out.clear();
    out.extend_from_slice(request.method.as_str().as_bytes());
    out.push(b' ');
    out.extend_from_slice(request.uri.path_and_query().map_or("/", |path| path.as_str()).as_bytes());
    out.extend_from_slice(b" HTTP/1.1\r\n");
    if !request.headers.contains_key(header::HOST) {
        write_host(out, request);
    }
    for (name, value) in &request.headers {
        if *name == header::CONTENT_LENGTH || *name == header::TRANSFER_ENCODING {
            continue;
        }
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    if body > 0 || matches!(request.method, Method::POST | Method::PUT | Method::PATCH) {
        number(out, b"content-length: ", body);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
}

fn write_host(out: &mut Vec<u8>, request: &Parts) {
    out.extend_from_slice(b"host: ");
    out.extend_from_slice(request.uri.host().unwrap_or_default().as_bytes());
    let default = if request.uri.scheme_str() == Some("https") { 443 } else { 80 };
    if let Some(port) = request.uri.port_u16().filter(|port| *port != default) {
        number(out, b":", u64::from(port));
    }
    out.extend_from_slice(b"\r\n");
}

fn number(out: &mut Vec<u8>, before: &[u8], number: u64) {
    out.extend_from_slice(before);
    write!(out, "{number}").expect("a Vec takes everything");
}

/// Reads the head of an answer out of a buffer that grows.
#[derive(Debug, Default)]
pub(crate) struct HeadReader {
    interim: u8,
    /// How much was there when it was parsed last, without success.
    seen: usize,
    /// When there is this much it is parsed again even without an empty line: garbage is named early, yet a head that
    /// comes byte by byte is not parsed once per byte.
    next: usize,
}

impl HeadReader {
    /// Takes the head out of the buffer, once all of it is there. Interim answers before it are dropped.
    pub(crate) fn read(&mut self, buffer: &mut BytesMut) -> Result<Option<Head>, HeadError> {
        loop {
            if buffer.is_empty() || (buffer.len() < self.next && !ends_within(&buffer[self.seen.saturating_sub(3)..])) {
                self.seen = buffer.len();
                return Ok(None);
            }
            let Some((head, length)) = parse(buffer)? else {
                if buffer.len() >= MAX_HEAD {
                    return Err(HeadError::TooLong);
                }
                self.seen = buffer.len();
                self.next = buffer.len().saturating_mul(2).min(MAX_HEAD);
                return Ok(None);
            };
            if length > MAX_HEAD {
                return Err(HeadError::TooLong);
            }
            if !head.status.is_informational() {
                return Ok(Some(head));
            }
            if head.status == StatusCode::SWITCHING_PROTOCOLS {
                return Err(HeadError::Upgrade);
            }
            self.interim += 1;
            if self.interim > MAX_INTERIM {
                return Err(HeadError::Interim);
            }
            (self.seen, self.next) = (0, 0);
        }
    }
}

/// Whether an empty line is in there.
fn ends_within(bytes: &[u8]) -> bool {
    bytes.windows(2).any(|two| two == b"\n\n") || bytes.windows(3).any(|three| three == b"\n\r\n")
}

/// Parses a head and takes it out of the buffer.
fn parse(buffer: &mut BytesMut) -> Result<Option<(Head, usize)>, HeadError> {
    let mut slots = [const { MaybeUninit::uninit() }; MAX_HEADERS];
    let mut parsed = httparse::Response::new(&mut []);
    let config = ParserConfig::default();
    let length = match config.parse_response_with_uninit_headers(&mut parsed, buffer, &mut slots) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(error) => return Err(HeadError::Malformed(error)),
    };
    let status = parsed.code.and_then(|code| StatusCode::from_u16(code).ok()).ok_or(HeadError::Value)?;
    let version = if parsed.version == Some(1) { Version::HTTP_11 } else { Version::HTTP_10 };
    // Copied once, for all values together: they would keep the whole read buffer from being used for the body.
    let text = Bytes::copy_from_slice(&buffer[..length]);
    let start = buffer.as_ptr().addr();
    let mut headers = HeaderMap::with_capacity(parsed.headers.len());
    for field in parsed.headers.iter() {
        let name = HeaderName::from_bytes(field.name.as_bytes()).map_err(|_| HeadError::Value)?;
        let from = field.value.as_ptr().addr() - start;
        let value = if field.value.is_empty() { Bytes::new() } else { text.slice(from..from + field.value.len()) };
        headers.append(name, HeaderValue::from_maybe_shared(value).map_err(|_| HeadError::Value)?);
    }
    bytes::Buf::advance(buffer, length);
    Ok(Some((Head { version, status, headers }, length)))
}

#[cfg(test)]
mod tests {
    use bytes::{BufMut as _, BytesMut};
    use proptest::prelude::*;

    use super::{Head, HeadError, HeadReader};

    fn read(pieces: &[&[u8]]) -> Result<Option<(Head, usize)>, HeadError> {
        let (mut reader, mut buffer) = (HeadReader::default(), BytesMut::new());
        for (at, piece) in pieces.iter().enumerate() {
            buffer.put_slice(piece);
            if let Some(head) = reader.read(&mut buffer)? {
                let left = buffer.len() + pieces[at + 1..].iter().map(|p| p.len()).sum::<usize>();
                return Ok(Some((head, left)));
            }
        }
        Ok(None)
    }

    #[test]
    fn a_head_is_read_however_it_is_cut() {
        let interim = "HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n";
        let real = "HTTP/1.1 200 OK\r\nContent-Type:  text/plain \r\nx-a: 1\r\nx-a: \u{e4}\r\nempty:\r\n\r\nbody";
        let whole = format!("{interim}{real}");
        for size in [1, 2, 3, 7, 64, 4096] {
            let pieces: Vec<_> = whole.as_bytes().chunks(size).collect();
            let (head, left) = read(&pieces).unwrap().unwrap();
            assert_eq!((head.status.as_u16(), left), (200, 4), "pieces of {size}");
            assert_eq!(head.headers["content-type"], "text/plain");
            assert_eq!(head.headers["empty"], "");
            assert_eq!(head.headers.get_all("x-a").iter().nth(1).unwrap().as_bytes(), "\u{e4}".as_bytes());
            assert!(head.keeps_alive());
        }
        for cut in 0..whole.len() - 4 {
            assert!(read(&[&whole.as_bytes()[..cut]]).unwrap().is_none(), "cut at {cut}");
        }
    }

    #[test]
    fn keep_alive_follows_version_and_header() {
        for (text, kept) in [
            ("HTTP/1.1 200 OK\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\nconnection: Close\r\n\r\n", false),
            ("HTTP/1.1 200 OK\r\nconnection: foo, close\r\n\r\n", false),
            ("HTTP/1.1 200 OK\r\nconnection: foo\r\nconnection: close\r\n\r\n", false),
            ("HTTP/1.0 200 OK\r\n\r\n", false),
            ("HTTP/1.0 200 OK\r\nconnection: keep-alive\r\n\r\n", true),
        ] {
            assert_eq!(read(&[text.as_bytes()]).unwrap().unwrap().0.keeps_alive(), kept, "{text:?}");
        }
    }

    #[test]
    fn hostile_heads_are_refused() {
        let ok = "HTTP/1.1 200 OK\r\n";
        for (text, malformed, error) in [
            ("SSH-2.0-OpenSSH_9.6\r\n".to_owned(), true, None),
            ("HTTP/2.0 200 OK\r\n\r\n".to_owned(), true, None),
            ("HTTP/1.1 2000 OK\r\n\r\n".to_owned(), true, None),
            ("HTTP/1.1 099 OK\r\n\r\n".to_owned(), false, Some(HeadError::Value)),
            (format!("{ok}na me: x\r\n\r\n"), true, None),
            (format!("{ok}content-length : 1\r\n\r\n"), true, None),
            (format!("{ok}a: b\r\n folded: c\r\n\r\n"), true, None),
            (format!("{ok}a: b\0c\r\n\r\n"), true, None),
            (format!("{ok}a: b\rc: d\r\n\r\n"), true, None),
            (format!("{ok}\0: b\r\n\r\n"), true, None),
            (format!("{ok}{}\r\n", "a: b\r\n".repeat(129)), true, None),
            ("HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n".to_owned(), false, Some(HeadError::Upgrade)),
            ("HTTP/1.1 100 Continue\r\n\r\n".repeat(17), false, Some(HeadError::Interim)),
            (format!("{ok}a: {}", "b".repeat(65 * 1024)), false, Some(HeadError::TooLong)),
            (format!("{ok}a: {}\r\n\r\n", "b".repeat(65 * 1024)), false, Some(HeadError::TooLong)),
        ] {
            for size in [7, text.len()] {
                let pieces: Vec<_> = text.as_bytes().chunks(size).collect();
                let found = read(&pieces).map(|_| ()).unwrap_err();
                let short = &text[..text.len().min(40)];
                match error {
                    Some(error) => assert_eq!(found, error, "{short:?} by {size}"),
                    None => assert!(malformed && matches!(found, HeadError::Malformed(_)), "{short:?} by {size}"),
                }
            }
        }
        let most = format!("{ok}{}\r\n", "a: b\r\n".repeat(128));
        assert_eq!(read(&[most.as_bytes()]).unwrap().unwrap().0.headers.len(), 128);
    }

    proptest! {
        /// Whatever comes, there is no panic, and less is held than the bound.
        #[test]
        fn noise_is_survived(
            pieces in prop::collection::vec(prop_oneof![
                prop::collection::vec(any::<u8>(), 0..40),
                prop::sample::select(vec![
                    "HTTP/1.1 200 OK\r\n", "HTTP/1.0 404 x\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "\r\n", "\n", "a: b\r\n",
                    "content-length: 5\r\n", "transfer-encoding: chunked\r\n", ":", "\r", "\0", "\u{ff}: \u{ff}\r\n",
                ]).prop_map(|text| text.as_bytes().to_vec()),
            ], 0..30),
        ) {
            let pieces: Vec<_> = pieces.iter().map(Vec::as_slice).collect();
            let joined = pieces.concat();
            let cut = read(&pieces).map(|found| found.map(|(head, left)| (head.status, head.headers, left)));
            let whole = read(&[&joined]).map(|found| found.map(|(head, left)| (head.status, head.headers, left)));
            // Garbage may be named later when it comes in pieces; what is an answer is the same answer.
            match (cut, whole) {
                (Ok(Some(cut)), Ok(Some(whole))) => prop_assert_eq!(cut, whole),
                (Ok(Some(_)), other) | (other, Ok(Some(_))) => prop_assert!(false, "one reads a head, one {:?}", other),
                _ => {}
            }
        }
    }
}
