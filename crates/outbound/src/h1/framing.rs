//! How the end of an answer's body is found (RFC 9112, section 6.3), read strictly: what two parties could read
//! differently is refused.

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, StatusCode, Version, header};

use super::chunked::Chunked;
use super::head::HeadError;
use crate::incoming::BodyError;

/// How much of a body is to come.
#[derive(Debug)]
pub(crate) enum Framing {
    /// This many bytes.
    Length(u64),
    /// As the chunked coding says.
    Chunked(Chunked),
    /// Everything until the other side closes.
    UntilClose,
}

impl Framing {
    /// What the head of an answer says about its body.
    pub(crate) fn of(
        method: &Method,
        status: StatusCode,
        version: Version,
        headers: &HeaderMap,
    ) -> Result<Self, HeadError> {
        let lengths = headers.get_all(header::CONTENT_LENGTH);
        let length = match (lengths.iter().next(), lengths.iter().nth(1)) {
            (None, _) => None,
            (Some(value), None) => Some(number(value.as_bytes()).ok_or(HeadError::Length)?),
            (Some(_), Some(_)) => return Err(HeadError::Length),
        };
        let coded = headers.contains_key(header::TRANSFER_ENCODING);
        if coded && length.is_some() {
            return Err(HeadError::LengthAndCoding);
        }
        if *method == Method::HEAD || status == StatusCode::NO_CONTENT || status == StatusCode::NOT_MODIFIED {
            return Ok(Self::Length(0));
        }
        if coded {
            let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
            let only = codings.next().is_some_and(|c| c.as_bytes().eq_ignore_ascii_case(b"chunked"));
            if !only || codings.next().is_some() || version != Version::HTTP_11 {
                return Err(HeadError::Coding);
            }
            return Ok(Self::Chunked(Chunked::new()));
        }
        Ok(length.map_or(Self::UntilClose, Self::Length))
    }

    /// Takes what is in the buffer. `None` when more must be read, or when the body is done.
    pub(crate) fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<Bytes>, BodyError> {
        match self {
            Self::Length(left) => {
                let here = usize::try_from(*left).unwrap_or(usize::MAX).min(buffer.len());
                *left -= here as u64;
                Ok((here > 0).then(|| buffer.split_to(here).freeze()))
            }
            Self::Chunked(chunked) => chunked.decode(buffer).map_err(BodyError::Chunk),
            Self::UntilClose => Ok((!buffer.is_empty()).then(|| buffer.split().freeze())),
        }
    }

    /// Whether the body is complete.
    pub(crate) fn is_done(&self) -> bool {
        match self {
            Self::Length(left) => *left == 0,
            Self::Chunked(chunked) => chunked.is_done(),
            Self::UntilClose => false,
        }
    }

    /// What it means that the other side has closed.
    pub(crate) fn closed(&mut self) -> Result<(), BodyError> {
        match self {
            Self::UntilClose => {
                *self = Self::Length(0);
                Ok(())
            }
            framing if framing.is_done() => Ok(()),
            _ => Err(BodyError::Truncated),
        }
    }

    /// Bytes to come, where that is known.
    pub(crate) fn exact(&self) -> Option<u64> {
        match self {
            Self::Length(left) => Some(*left),
            Self::Chunked(chunked) => chunked.is_done().then_some(0),
            Self::UntilClose => None,
        }
    }
}

/// Digits and nothing else: no sign, no list, no overflow.
fn number(text: &[u8]) -> Option<u64> {
    let digits = (!text.is_empty() && text.iter().all(u8::is_ascii_digit)).then_some(text)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}
