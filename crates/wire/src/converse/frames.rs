//! The framing of `application/vnd.amazon.eventstream`.
//!
//! A frame is a prelude (its whole length, the length of its headers, the CRC-32 of these eight bytes), headers, a
//! payload, and the CRC-32 of all that. Numbers are big-endian. A header is a name, a type and a value; those that say
//! what a frame is are strings: `:message-type` (`event`, `exception`, `error`), `:event-type`, `:exception-type`,
//! `:error-code`, `:error-message`.

const PRELUDE: usize = 12;
const TRAILER: usize = 4;

/// Why bytes are not a stream of frames. Nothing after it can be read: where the next frame begins is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// The first twelve bytes of a frame are damaged.
    #[error("the prelude of a frame has a wrong checksum")]
    PreludeChecksum,
    /// A frame is damaged.
    #[error("a frame has a wrong checksum")]
    Checksum,
    /// The lengths in the prelude contradict each other.
    #[error("the lengths of a frame contradict each other")]
    Length,
    /// A frame is longer than allowed.
    #[error("a frame is longer than {max} bytes")]
    TooLarge {
        /// The bound.
        max: usize,
    },
    /// The headers are not what they should be.
    #[error("the headers of a frame cannot be read")]
    Headers,
}

/// One frame. Of its headers only strings are kept: nobody sends others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    headers: Vec<(String, String)>,
    payload: Vec<u8>,
}

/// What a frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said<'a> {
    /// Something of the answer.
    Event {
        /// Its type, such as `contentBlockDelta`.
        name: &'a str,
        /// JSON.
        payload: &'a [u8],
    },
    /// The answer ends with an error that the service has a type for.
    Exception {
        /// Its type, such as `throttlingException`.
        name: &'a str,
        /// JSON with the message.
        payload: &'a [u8],
    },
    /// The answer ends with an error that it has none for.
    Error {
        /// Its code.
        code: &'a str,
        /// For people.
        message: &'a str,
    },
}

impl Frame {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// What the frame carries.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// What the frame says. One without `:message-type` is taken for what its other headers make it.
    pub fn said(&self) -> Said<'_> {
        let header = |name| self.header(name);
        match header(":message-type") {
            Some("exception") => {}
            Some("error") => return self.error(),
            _ if header(":exception-type").is_some() => {}
            _ if header(":error-code").is_some() => return self.error(),
            _ => return Said::Event { name: header(":event-type").unwrap_or_default(), payload: &self.payload },
        }
        let name = header(":exception-type").or_else(|| header(":event-type")).unwrap_or("exception");
        Said::Exception { name, payload: &self.payload }
    }

    fn error(&self) -> Said<'_> {
        let header = |name| self.header(name).unwrap_or_default();
        Said::Error { code: header(":error-code"), message: header(":error-message") }
    }
}

/// Takes a stream of frames apart, however it is cut into chunks.
#[derive(Debug)]
pub struct Decoder {
    max_frame_bytes: usize,
    /// What has come of frames that are not yet whole.
    partial: Vec<u8>,
    failed: Option<FrameError>,
}

impl Decoder {
    /// No frame may be longer than this.
    pub const fn new(max_frame_bytes: usize) -> Self {
        Self { max_frame_bytes, partial: Vec::new(), failed: None }
    }

    /// Takes a chunk as it came from the network and appends the frames that it completes. After an error nothing more
    /// is read; the frames before it are in `out`.
    pub fn feed(&mut self, chunk: &[u8], out: &mut Vec<Frame>) -> Result<(), FrameError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let result = if self.partial.is_empty() {
            self.take(chunk, out).map(|taken| self.partial.extend_from_slice(chunk.get(taken..).unwrap_or_default()))
        } else {
            self.partial.extend_from_slice(chunk);
            let partial = std::mem::take(&mut self.partial);
            self.take(&partial, out).map(|taken| {
                self.partial = partial;
                self.partial.drain(..taken);
            })
        };
        if let Err(error) = result {
            self.failed = Some(error);
            self.partial = Vec::new();
        }
        result
    }

    /// Whether the stream may end here: between two frames.
    pub const fn is_between_frames(&self) -> bool {
        self.partial.is_empty() && self.failed.is_none()
    }

    /// Takes whole frames off the front, and says how many bytes they were.
    fn take(&self, bytes: &[u8], out: &mut Vec<Frame>) -> Result<usize, FrameError> {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..)
            && let Some(length) = self.frame_length(rest)?
            && let Some(frame) = rest.get(..length)
        {
            out.push(read(frame)?);
            at += length;
        }
        Ok(at)
    }

    /// How long the frame is that begins here, once its prelude has come.
    fn frame_length(&self, bytes: &[u8]) -> Result<Option<usize>, FrameError> {
        let (Some(length), Some(headers), Some(checksum)) = (u32_at(bytes, 0), u32_at(bytes, 4), u32_at(bytes, 8))
        else {
            return Ok(None);
        };
        if crc32(bytes.get(..8).unwrap_or_default()) != checksum {
            return Err(FrameError::PreludeChecksum);
        }
        let (length, headers) = (length as usize, headers as usize);
        if length > self.max_frame_bytes {
            return Err(FrameError::TooLarge { max: self.max_frame_bytes });
        }
        if headers.saturating_add(PRELUDE + TRAILER) > length {
            return Err(FrameError::Length);
        }
        Ok(Some(length))
    }
}

/// Reads a frame that is whole, and whose prelude has been checked.
fn read(frame: &[u8]) -> Result<Frame, FrameError> {
    let (content, checksum) = frame.split_at_checked(frame.len().saturating_sub(TRAILER)).ok_or(FrameError::Length)?;
    if u32_at(checksum, 0) != Some(crc32(content)) {
        return Err(FrameError::Checksum);
    }
    let headers = u32_at(content, 4).unwrap_or_default() as usize;
    let (headers, payload) =
        content.get(PRELUDE..).and_then(|rest| rest.split_at_checked(headers)).ok_or(FrameError::Length)?;
    Ok(Frame { headers: read_headers(headers).ok_or(FrameError::Headers)?, payload: payload.to_vec() })
}

fn read_headers(mut bytes: &[u8]) -> Option<Vec<(String, String)>> {
    let mut headers = Vec::new();
    while let Some((length, rest)) = bytes.split_first() {
        let (name, rest) = rest.split_at_checked(usize::from(*length))?;
        let (kind, rest) = rest.split_first()?;
        let (length, rest) = match kind {
            0 | 1 => (0, rest),
            2 => (1, rest),
            3 => (2, rest),
            4 => (4, rest),
            5 | 8 => (8, rest),
            6 | 7 => {
                let (length, rest) = rest.split_first_chunk::<2>()?;
                (usize::from(u16::from_be_bytes(*length)), rest)
            }
            9 => (16, rest),
            _ => return None,
        };
        let (value, rest) = rest.split_at_checked(length)?;
        if *kind == 7 {
            let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
            headers.push((text(name)?, text(value)?));
        }
        bytes = rest;
    }
    Some(headers)
}

/// Appends a frame with something of an answer.
pub fn event(name: &str, payload: &[u8], out: &mut Vec<u8>) {
    let headers = [(":event-type", name), (":content-type", "application/json"), (":message-type", "event")];
    encode(&headers, payload, out);
}

/// Appends a frame that ends the answer with an error.
pub fn exception(name: &str, payload: &[u8], out: &mut Vec<u8>) {
    let headers = [(":exception-type", name), (":content-type", "application/json"), (":message-type", "exception")];
    encode(&headers, payload, out);
}

/// Appends a frame with these headers, all of them strings. Names and values are cut at what a header can hold.
pub fn encode(headers: &[(&str, &str)], payload: &[u8], out: &mut Vec<u8>) {
    let begin = out.len();
    out.extend_from_slice(&[0; PRELUDE]);
    for (name, value) in headers {
        let name = &name[..name.floor_char_boundary(255)];
        let value = &value[..value.floor_char_boundary(0x7fff)];
        out.push(u8::try_from(name.len()).unwrap_or_default());
        out.extend_from_slice(name.as_bytes());
        out.push(7);
        out.extend_from_slice(&u16::try_from(value.len()).unwrap_or_default().to_be_bytes());
        out.extend_from_slice(value.as_bytes());
    }
    let headers = out.len() - begin - PRELUDE;
    out.extend_from_slice(payload);
    let length = out.len() - begin + TRAILER;
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX).to_be_bytes();
    let mut prelude = [0; PRELUDE];
    prelude[..4].copy_from_slice(&number(length));
    prelude[4..8].copy_from_slice(&number(headers));
    let checksum = crc32(&prelude[..8]);
    prelude[8..].copy_from_slice(&checksum.to_be_bytes());
    out[begin..begin + PRELUDE].copy_from_slice(&prelude);
    let checksum = crc32(&out[begin..]);
    out.extend_from_slice(&checksum.to_be_bytes());
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk::<4>().map(|four| u32::from_be_bytes(*four))
}

/// The CRC-32 of Ethernet, zip and AWS.
fn crc32(bytes: &[u8]) -> u32 {
    const TABLE: [u32; 256] = {
        let mut table = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            let mut crc = byte as u32;
            let mut bit = 0;
            while bit < 8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
                bit += 1;
            }
            table[byte] = crc;
            byte += 1;
        }
        table
    };
    !bytes.iter().fold(!0, |crc: u32, byte| crc >> 8 ^ TABLE[usize::from(crc.to_be_bytes()[3] ^ byte)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream() -> Vec<u8> {
        let mut bytes = Vec::new();
        event("messageStart", br#"{"role":"assistant"}"#, &mut bytes);
        event("contentBlockDelta", r#"{"delta":{"text":"é"},"contentBlockIndex":0}"#.as_bytes(), &mut bytes);
        exception("throttlingException", br#"{"message":"slow"}"#, &mut bytes);
        encode(&[(":message-type", "error"), (":error-code", "E"), (":error-message", "m")], b"", &mut bytes);
        bytes
    }

    fn read_all(chunks: &[&[u8]]) -> (Vec<Frame>, Result<(), FrameError>) {
        let mut decoder = Decoder::new(4096);
        let mut frames = Vec::new();
        for chunk in chunks {
            if let Err(error) = decoder.feed(chunk, &mut frames) {
                assert_eq!(decoder.feed(b"more", &mut frames), Err(error));
                return (frames, Err(error));
            }
        }
        (frames, Ok(()))
    }

    #[test]
    fn the_checksum_is_the_well_known_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn frames_say_what_they_are_wherever_they_are_cut() {
        let bytes = stream();
        let (whole, result) = read_all(&[&bytes]);
        assert_eq!(result, Ok(()));
        assert_eq!(whole[0].said(), Said::Event { name: "messageStart", payload: br#"{"role":"assistant"}"# });
        assert_eq!(whole[0].header(":content-type"), Some("application/json"));
        assert_eq!(whole[2].said(), Said::Exception { name: "throttlingException", payload: br#"{"message":"slow"}"# });
        assert_eq!(whole[3].said(), Said::Error { code: "E", message: "m" });
        for cut in 0..=bytes.len() {
            assert_eq!(read_all(&[&bytes[..cut], &bytes[cut..]]), (whole.clone(), Ok(())), "{cut}");
        }
        let ones: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(read_all(&ones), (whole, Ok(())));
    }

    #[test]
    fn every_damaged_byte_is_noticed() {
        let bytes = stream();
        let (whole, _) = read_all(&[&bytes]);
        for at in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x20;
            let (frames, result) = read_all(&[&damaged]);
            // Without a later frame a damaged length could pass for one that is still to come, but not past its checksum.
            assert!(result.is_err(), "{at}");
            assert_eq!(frames[..], whole[..frames.len()]);
        }
    }

    #[test]
    fn a_damaged_prelude_is_noticed_before_the_rest_is_waited_for() {
        let bytes = stream();
        let mut damaged = bytes[..12].to_vec();
        damaged[1] = 1;
        assert_eq!(read_all(&[&damaged]).1, Err(FrameError::PreludeChecksum));
        let prelude = |length: u32, headers: u32| {
            let mut prelude = [length.to_be_bytes(), headers.to_be_bytes()].concat();
            prelude.extend_from_slice(&crc32(&prelude).to_be_bytes());
            prelude
        };
        assert_eq!(read_all(&[&prelude(4097, 0)]).1, Err(FrameError::TooLarge { max: 4096 }));
        assert_eq!(read_all(&[&prelude(u32::MAX, 0)]).1, Err(FrameError::TooLarge { max: 4096 }));
        assert_eq!(read_all(&[&prelude(15, 0)]).1, Err(FrameError::Length));
        assert_eq!(read_all(&[&prelude(0, 0)]).1, Err(FrameError::Length));
        assert_eq!(read_all(&[&prelude(100, 85)]).1, Err(FrameError::Length));
        assert_eq!(read_all(&[&prelude(100, u32::MAX)]).1, Err(FrameError::Length));
    }

    #[test]
    fn headers_of_other_types_are_passed_over() {
        let mut headers = Vec::new();
        for (kind, length) in [(0_u8, 0), (1, 0), (2, 1), (3, 2), (4, 4), (5, 8), (8, 8), (9, 16)] {
            headers.extend_from_slice(&[1, b'h', kind]);
            headers.extend(std::iter::repeat_n(7_u8, length));
        }
        headers.extend_from_slice(&[1, b'b', 6, 0, 2, 1, 2, 1, b's', 7, 0, 1, b'x']);
        assert_eq!(read_headers(&headers), Some(vec![("s".to_owned(), "x".to_owned())]));
        for bad in [&headers[..headers.len() - 1], &[1, b'h', 10], &[1], &[0]] {
            assert_eq!(read_headers(bad), None);
        }
    }

    #[test]
    fn an_end_between_frames_is_told_from_one_within() {
        let bytes = stream();
        let mut decoder = Decoder::new(4096);
        decoder.feed(&bytes[..bytes.len() - 1], &mut Vec::new()).unwrap();
        assert!(!decoder.is_between_frames());
        decoder.feed(&bytes[bytes.len() - 1..], &mut Vec::new()).unwrap();
        assert!(decoder.is_between_frames());
    }
}
