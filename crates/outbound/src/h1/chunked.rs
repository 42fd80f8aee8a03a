//! The chunked coding (RFC 9112, section 7.1), taken off in place.

use bytes::{Bytes, BytesMut};

/// Extensions carry nothing we use; a chunk with more of them than this is an attack.
const MAX_EXTENSION: usize = 1024;
/// Trailers are dropped; this is what may be sent of them.
const MAX_TRAILERS: usize = 8 * 1024;
/// 16 hexadecimal digits are 64 bits; leading zeros count, so that they end too.
const MAX_DIGITS: u8 = 16;

/// What is wrong with a chunked body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChunkError {
    /// Not a hexadecimal number, or none at all.
    #[error("a chunk size is not a number")]
    Size,
    /// More than 64 bits.
    #[error("a chunk size is too large")]
    TooLarge,
    /// A line of the coding does not end with CR LF.
    #[error("a chunk line is not ended with CR LF")]
    LineEnd,
    /// The data of a chunk is longer than its size said.
    #[error("a chunk is longer than its size")]
    DataEnd,
    /// More extensions than anybody needs, or a control character in them.
    #[error("a chunk extension is malformed or too long")]
    Extension,
    /// More trailers than anybody needs, or a control character in them.
    #[error("the trailers are malformed or too long")]
    Trailers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Size {
        value: u64,
        digits: u8,
    },
    /// Blanks between the size and what follows: some servers pad the size.
    AfterSize {
        value: u64,
        seen: usize,
    },
    Extension {
        value: u64,
        seen: usize,
    },
    SizeLf {
        value: u64,
    },
    Data {
        left: u64,
    },
    DataCr,
    DataLf,
    TrailerStart {
        seen: usize,
    },
    Trailer {
        seen: usize,
    },
    TrailerLf {
        seen: usize,
    },
    LastLf,
    Done,
    Broken(ChunkError),
}

const NEXT_CHUNK: State = State::Size { value: 0, digits: 0 };

/// Where in the coding we are.
#[derive(Debug)]
pub(crate) struct Chunked(State);

impl Chunked {
    pub(crate) const fn new() -> Self {
        Self(NEXT_CHUNK)
    }

    pub(crate) fn is_done(&self) -> bool {
        self.0 == State::Done
    }

    /// Takes everything out of `buffer` up to the end of the body, and gives all the data in it as one piece: the
    /// payloads are moved together over the lines between them. Data before a fault is given first, the fault next.
    pub(crate) fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<Bytes>, ChunkError> {
        let bytes = &mut buffer[..];
        let (mut at, mut filled) = (0, 0);
        while at < bytes.len() {
            match self.0 {
                State::Done | State::Broken(_) => break,
                State::Data { left } => {
                    let here = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len() - at);
                    if at != filled {
                        bytes.copy_within(at..at + here, filled);
                    }
                    at += here;
                    filled += here;
                    let left = left - here as u64;
                    self.0 = if left == 0 { State::DataCr } else { State::Data { left } };
                }
                state => {
                    self.0 = step(state, bytes[at]).unwrap_or_else(State::Broken);
                    at += 1;
                }
            }
        }
        let mut taken = buffer.split_to(at);
        taken.truncate(filled);
        match self.0 {
            _ if filled > 0 => Ok(Some(taken.freeze())),
            State::Broken(error) => Err(error),
            _ => Ok(None),
        }
    }
}

/// One byte of the coding itself.
fn step(state: State, byte: u8) -> Result<State, ChunkError> {
    Ok(match (state, byte) {
        (State::Size { digits: 0, .. }, b) if !b.is_ascii_hexdigit() => return Err(ChunkError::Size),
        (State::Size { value, .. }, b'\r') => State::SizeLf { value },
        (State::Size { value, .. }, b' ' | b'\t') => State::AfterSize { value, seen: 1 },
        (State::Size { value, .. } | State::AfterSize { value, .. }, b';') => State::Extension { value, seen: 0 },
        (State::Size { .. } | State::AfterSize { .. }, b'\n') => return Err(ChunkError::LineEnd),
        (State::Size { value, digits }, b) => {
            let digit = char::from(b).to_digit(16).ok_or(ChunkError::Size)?;
            if digits >= MAX_DIGITS {
                return Err(ChunkError::TooLarge);
            }
            State::Size { value: value << 4 | u64::from(digit), digits: digits + 1 }
        }
        (State::AfterSize { value, .. }, b'\r') => State::SizeLf { value },
        (State::AfterSize { value, seen }, b' ' | b'\t') if seen < MAX_EXTENSION => {
            State::AfterSize { value, seen: seen + 1 }
        }
        (State::AfterSize { .. }, _) => return Err(ChunkError::Size),
        (State::Extension { value, .. }, b'\r') => State::SizeLf { value },
        (State::Extension { .. }, b'\n') => return Err(ChunkError::LineEnd),
        (State::Extension { value, seen }, b) => {
            if seen >= MAX_EXTENSION || is_control(b) {
                return Err(ChunkError::Extension);
            }
            State::Extension { value, seen: seen + 1 }
        }
        (State::SizeLf { value: 0 }, b'\n') => State::TrailerStart { seen: 0 },
        (State::SizeLf { value }, b'\n') => State::Data { left: value },
        (State::DataCr, b'\r') => State::DataLf,
        (State::DataCr, _) => return Err(ChunkError::DataEnd),
        (State::DataLf, b'\n') => NEXT_CHUNK,
        (State::TrailerStart { .. }, b'\r') => State::LastLf,
        (State::Trailer { seen }, b'\r') => State::TrailerLf { seen },
        (State::TrailerStart { .. } | State::Trailer { .. }, b'\n') => return Err(ChunkError::LineEnd),
        (State::TrailerStart { seen } | State::Trailer { seen }, b) => {
            if seen >= MAX_TRAILERS || is_control(b) {
                return Err(ChunkError::Trailers);
            }
            State::Trailer { seen: seen + 1 }
        }
        (State::TrailerLf { seen }, b'\n') => State::TrailerStart { seen },
        (State::LastLf, b'\n') => State::Done,
        (State::SizeLf { .. } | State::DataLf | State::TrailerLf { .. } | State::LastLf, _) => {
            return Err(ChunkError::LineEnd);
        }
        // Not steps: the caller handles these.
        (State::Data { .. } | State::Done | State::Broken(_), _) => state,
    })
}

const fn is_control(byte: u8) -> bool {
    (byte < 0x20 && byte != b'\t') || byte == 0x7f
}
