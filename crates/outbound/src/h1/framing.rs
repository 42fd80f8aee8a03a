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

#[cfg(test)]
mod tests {
    use bytes::{BufMut as _, BytesMut};
    use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Version};
    use proptest::prelude::*;

    use super::super::chunked::{ChunkError, Chunked};
    use super::{Framing, HeadError};
    use crate::incoming::BodyError;

    /// Feeds pieces as a socket would, one decode after each; gives what came out and how many bytes were left over.
    fn feed(framing: &mut Framing, pieces: &[&[u8]]) -> (Vec<u8>, Result<(), BodyError>, usize) {
        let (mut out, mut buffer) = (Vec::new(), BytesMut::new());
        for piece in pieces {
            buffer.put_slice(piece);
            loop {
                match framing.decode(&mut buffer) {
                    Ok(Some(data)) => out.extend_from_slice(&data),
                    Ok(None) => break,
                    Err(error) => return (out, Err(error), buffer.len()),
                }
            }
            assert!(framing.is_done() || buffer.is_empty(), "nothing decodable is left behind");
        }
        let end = if framing.is_done() { Ok(()) } else { framing.closed() };
        (out, end, buffer.len())
    }

    /// Cuts bytes at the given places.
    fn cut<'a>(bytes: &'a [u8], at: &[prop::sample::Index]) -> Vec<&'a [u8]> {
        let mut places: Vec<_> = at.iter().map(|i| i.index(bytes.len() + 1)).collect();
        places.sort_unstable();
        let mut pieces = Vec::new();
        let mut from = 0;
        for place in places {
            pieces.push(&bytes[from..place]);
            from = place;
        }
        pieces.push(&bytes[from..]);
        pieces
    }

    /// A chunked body as a server may write it.
    fn chunked_body() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
        let extension = prop::sample::select(vec!["", ";a", ";a=b", " ;q=\"x;y\"", "  ", ";\t"]);
        let chunk = (prop::collection::vec(any::<u8>(), 1..300), extension.clone(), 0..4usize, any::<bool>());
        let trailers = prop::sample::select(vec!["", "a: b\r\n", "a: b\r\nlonger-name: c d\r\n"]);
        (prop::collection::vec(chunk, 0..12), extension, trailers).prop_map(|(chunks, last, trailers)| {
            let (mut plain, mut wire) = (Vec::new(), Vec::new());
            for (data, extension, zeros, upper) in chunks {
                let size = if upper { format!("{:X}", data.len()) } else { format!("{:x}", data.len()) };
                wire.extend_from_slice(format!("{}{size}{extension}\r\n", "0".repeat(zeros)).as_bytes());
                wire.extend_from_slice(&data);
                wire.extend_from_slice(b"\r\n");
                plain.extend_from_slice(&data);
            }
            wire.extend_from_slice(format!("0{last}\r\n{trailers}\r\n").as_bytes());
            (plain, wire)
        })
    }

    proptest! {
        #[test]
        fn every_split_gives_the_same_bytes(
            (plain, wire) in chunked_body(),
            at in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
            behind in prop::collection::vec(any::<u8>(), 0..10),
        ) {
            let mut all = wire.clone();
            all.extend_from_slice(&behind);
            // The last cut is the end of the body or later: what lies behind it is not touched.
            let (out, end, left) = feed(&mut Framing::Chunked(Chunked::new()), &cut(&all, &at));
            prop_assert!(end.is_ok());
            prop_assert_eq!(&out, &plain);
            prop_assert_eq!(left, behind.len());

            let (out, end, left) = feed(&mut Framing::Length(wire.len() as u64), &cut(&all, &at));
            prop_assert!(end.is_ok());
            prop_assert_eq!((&out, left), (&wire, behind.len()));

            let (out, end, left) = feed(&mut Framing::UntilClose, &cut(&all, &at));
            prop_assert!(end.is_ok());
            prop_assert_eq!((&out, left), (&all, 0));

            let single: Vec<_> = wire.chunks(1).collect();
            prop_assert_eq!(feed(&mut Framing::Chunked(Chunked::new()), &single).0, plain);
        }

        /// A body that ends anywhere before its end is never taken for whole.
        #[test]
        fn every_truncation_is_noticed((plain, wire) in chunked_body(), at in any::<prop::sample::Index>()) {
            let short = &wire[..at.index(wire.len())];
            let (out, end, _) = feed(&mut Framing::Chunked(Chunked::new()), &[short]);
            prop_assert!(matches!(end, Err(BodyError::Truncated)), "{:?}", end);
            prop_assert!(plain.starts_with(&out));
            let (_, end, _) = feed(&mut Framing::Length(wire.len() as u64), &[short]);
            prop_assert!(matches!(end, Err(BodyError::Truncated)));
        }

        /// One byte changed: whatever comes of it, all splits agree on it.
        #[test]
        fn damage_means_the_same_in_every_split(
            (_, mut wire) in chunked_body(),
            (place, byte) in (any::<prop::sample::Index>(), any::<u8>()),
            at in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        ) {
            let place = place.index(wire.len());
            wire[place] = byte;
            let (whole, cut) = (
                feed(&mut Framing::Chunked(Chunked::new()), &[&wire]),
                feed(&mut Framing::Chunked(Chunked::new()), &cut(&wire, &at)),
            );
            prop_assert_eq!(whole.0, cut.0);
            prop_assert_eq!(format!("{:?}", whole.1), format!("{:?}", cut.1));
        }
    }

    #[test]
    fn chunks_that_came_together_leave_as_one_piece() {
        let mut buffer = BytesMut::from(&b"1\r\na\r\n2;x\r\nbc\r\n3\r\ndef\r\n0\r\n\r\n"[..]);
        let mut framing = Framing::Chunked(Chunked::new());
        let data = framing.decode(&mut buffer).unwrap();
        assert_eq!(data.as_deref(), Some(&b"abcdef"[..]));
        assert!(framing.is_done() && buffer.is_empty(), "and the end is seen with them");
    }

    #[test]
    fn broken_chunks_have_a_reason() {
        let long = |before: &str, count: usize| format!("{before}{}", "x".repeat(count));
        for (wire, data, error) in [
            ("zz\r\n".to_owned(), "", ChunkError::Size),
            ("-1\r\n".to_owned(), "", ChunkError::Size),
            ("+1\r\n".to_owned(), "", ChunkError::Size),
            ("0x1\r\n".to_owned(), "", ChunkError::Size),
            ("\r\n".to_owned(), "", ChunkError::Size),
            (";a\r\n".to_owned(), "", ChunkError::Size),
            (" 1\r\n".to_owned(), "", ChunkError::Size),
            ("1 1\r\na".to_owned(), "", ChunkError::Size),
            ("1\0\r\n".to_owned(), "", ChunkError::Size),
            ("10000000000000000\r\n".to_owned(), "", ChunkError::TooLarge),
            ("00000000000000001\r\n".to_owned(), "", ChunkError::TooLarge),
            ("1\na\r\n".to_owned(), "", ChunkError::LineEnd),
            ("1\ra".to_owned(), "", ChunkError::LineEnd),
            ("1;a\nb".to_owned(), "", ChunkError::LineEnd),
            ("2\r\nabc\r\n".to_owned(), "ab", ChunkError::DataEnd),
            ("2\r\nab\n".to_owned(), "ab", ChunkError::DataEnd),
            ("2\r\nab\rx".to_owned(), "ab", ChunkError::LineEnd),
            ("0\r\n\n".to_owned(), "", ChunkError::LineEnd),
            ("0\r\n\rx".to_owned(), "", ChunkError::LineEnd),
            ("0\r\na: b\n\r\n".to_owned(), "", ChunkError::LineEnd),
            ("0\r\na\0: b\r\n\r\n".to_owned(), "", ChunkError::Trailers),
            ("1;a\0\r\n".to_owned(), "", ChunkError::Extension),
            (long("1;", 1025), "", ChunkError::Extension),
            (format!("1{}", " ".repeat(1025)), "", ChunkError::Size),
            (long("0\r\n", 8193), "", ChunkError::Trailers),
            ("0\r\n".to_owned() + &"a: b\r\n".repeat(2049), "", ChunkError::Trailers),
        ] {
            let (out, end, _) = feed(&mut Framing::Chunked(Chunked::new()), &[wire.as_bytes()]);
            let short = &wire[..wire.len().min(30)];
            assert!(matches!(end, Err(BodyError::Chunk(found)) if found == error), "{short:?}: {end:?}");
            assert_eq!(out, data.as_bytes(), "{short:?}");
        }
        // The largest size there is: no overflow, the data simply never ends.
        let (out, end, _) = feed(&mut Framing::Chunked(Chunked::new()), &[b"ffffffffffffffff\r\nabc"]);
        assert!(out == b"abc" && matches!(end, Err(BodyError::Truncated)));
    }

    #[test]
    fn what_two_parties_could_read_differently_is_refused() {
        const NONE: Result<&str, HeadError> = Ok("length 0");
        for (method, status, version, headers, expected) in [
            ("GET", 200, Version::HTTP_11, &[("content-length", "12")][..], Ok("length 12")),
            ("GET", 200, Version::HTTP_11, &[("transfer-encoding", "chunked")], Ok("chunked")),
            ("GET", 200, Version::HTTP_11, &[("transfer-encoding", "Chunked")], Ok("chunked")),
            ("GET", 200, Version::HTTP_11, &[], Ok("close")),
            ("GET", 200, Version::HTTP_10, &[], Ok("close")),
            ("HEAD", 200, Version::HTTP_11, &[("content-length", "12")], NONE),
            ("HEAD", 200, Version::HTTP_11, &[("transfer-encoding", "chunked")], NONE),
            ("GET", 204, Version::HTTP_11, &[], NONE),
            ("GET", 304, Version::HTTP_11, &[("content-length", "12")], NONE),
            (
                "GET",
                200,
                Version::HTTP_11,
                &[("content-length", "1"), ("transfer-encoding", "chunked")],
                Err(HeadError::LengthAndCoding),
            ),
            ("GET", 200, Version::HTTP_11, &[("content-length", "1"), ("content-length", "2")], Err(HeadError::Length)),
            ("GET", 200, Version::HTTP_11, &[("content-length", "1"), ("content-length", "1")], Err(HeadError::Length)),
            ("GET", 200, Version::HTTP_11, &[("content-length", "1, 1")], Err(HeadError::Length)),
            ("GET", 200, Version::HTTP_11, &[("content-length", "-1")], Err(HeadError::Length)),
            ("GET", 200, Version::HTTP_11, &[("content-length", "+1")], Err(HeadError::Length)),
            ("GET", 200, Version::HTTP_11, &[("content-length", "")], Err(HeadError::Length)),
            ("GET", 200, Version::HTTP_11, &[("content-length", "18446744073709551616")], Err(HeadError::Length)),
            ("GET", 200, Version::HTTP_11, &[("transfer-encoding", "gzip, chunked")], Err(HeadError::Coding)),
            ("GET", 200, Version::HTTP_11, &[("transfer-encoding", "chunked, identity")], Err(HeadError::Coding)),
            (
                "GET",
                200,
                Version::HTTP_11,
                &[("transfer-encoding", "chunked"), ("transfer-encoding", "chunked")],
                Err(HeadError::Coding),
            ),
            ("GET", 200, Version::HTTP_10, &[("transfer-encoding", "chunked")], Err(HeadError::Coding)),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
            }
            let method: Method = method.parse().unwrap();
            let found = Framing::of(&method, StatusCode::from_u16(status).unwrap(), version, &map);
            let found = found.map(|framing| match framing {
                Framing::Length(0) => "length 0",
                Framing::Length(_) => "length 12",
                Framing::Chunked(_) => "chunked",
                Framing::UntilClose => "close",
            });
            assert_eq!(found, expected, "{method} {status} {version:?} {headers:?}");
        }
    }
}
