//! Frames: `length u32 | crc32c u32 | kind u8 | payload`, little endian. The checksum covers kind and payload.

use super::SpoolError;

/// Bytes before the payload.
pub(super) const HEAD: usize = 9;
/// Largest payload: far above any real record, small enough that a torn length cannot ask for gigabytes.
pub(super) const MAX_PAYLOAD: usize = 1 << 20;

/// What a frame says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A call begins (or, in a checkpoint, is still open): a `CallRecord`.
    Open = 1,
    /// A further try at an upstream: request id, then an `Attempt`.
    Attempt = 2,
    /// How far a call has come: a `CallProgress`.
    Progress = 3,
    /// A call ended: the whole `CallRecord`.
    Close = 4,
    /// The checkpoint of this segment is complete.
    CheckpointEnd = 5,
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Open, Self::Attempt, Self::Progress, Self::Close, Self::CheckpointEnd]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }
}

/// Appends a frame to `out`; `fill` writes the payload.
pub(super) fn encode(out: &mut Vec<u8>, kind: Kind, fill: impl FnOnce(&mut Vec<u8>)) -> Result<(), SpoolError> {
    let start = out.len();
    out.extend_from_slice(&[0; HEAD]);
    out[start + 8] = kind as u8;
    fill(out);
    let payload = out.len() - start - HEAD;
    let length = u32::try_from(payload).ok().filter(|_| payload <= MAX_PAYLOAD);
    let Some(length) = length else {
        out.truncate(start);
        return Err(SpoolError::TooLarge(payload));
    };
    let crc = crc32c::crc32c(&out[start + 8..]);
    out[start..start + 4].copy_from_slice(&length.to_le_bytes());
    out[start + 4..start + 8].copy_from_slice(&crc.to_le_bytes());
    Ok(())
}

/// What stands at the beginning of `bytes`.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Decoded<'a> {
    /// A whole frame and its total size.
    Frame {
        /// What it says; `None` for a kind that a newer version wrote.
        kind: Option<Kind>,
        /// The payload.
        payload: &'a [u8],
        /// Bytes it takes in the file.
        size: usize,
    },
    /// The frame goes on beyond the bytes at hand: at least this many are needed.
    Incomplete(usize),
    /// Not a frame: a torn write or a damaged file.
    Damaged,
}

/// Reads the frame at the beginning of `bytes`.
pub(super) fn decode(bytes: &[u8]) -> Decoded<'_> {
    let Some(head) = bytes.first_chunk::<HEAD>() else {
        return Decoded::Incomplete(HEAD);
    };
    let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
    let crc = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
    if length > MAX_PAYLOAD {
        return Decoded::Damaged;
    }
    let size = HEAD + length;
    let Some(body) = bytes.get(8..size) else {
        return Decoded::Incomplete(size);
    };
    if crc32c::crc32c(body) != crc {
        return Decoded::Damaged;
    }
    Decoded::Frame { kind: Kind::from_byte(body[0]), payload: &body[1..], size }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_frame_reads_back_and_a_cut_or_changed_one_does_not(
            payload in proptest::collection::vec(any::<u8>(), 0..300),
            cut in 0usize..309,
            flip in 0usize..309,
        ) {
            let mut bytes = Vec::new();
            encode(&mut bytes, Kind::Close, |out| out.extend_from_slice(&payload)).expect("fits");
            let whole = Decoded::Frame { kind: Some(Kind::Close), payload: &payload, size: bytes.len() };
            prop_assert_eq!(decode(&bytes), whole);
            if cut < bytes.len() {
                prop_assert!(matches!(decode(&bytes[..cut]), Decoded::Incomplete(_)));
            }
            if flip < bytes.len() {
                let mut damaged = bytes.clone();
                damaged[flip] ^= 0x10;
                let still_whole = matches!(decode(&damaged), Decoded::Frame { .. });
                prop_assert!(!still_whole);
            }
        }
    }

    #[test]
    fn zeros_are_not_a_frame() {
        // A file system may leave zeros after a power loss; a frame of length 0 with checksum 0 must not pass.
        assert_eq!(decode(&[0; 64]), Decoded::Damaged);
    }

    #[test]
    fn an_oversized_payload_is_refused_and_leaves_nothing_behind() {
        let mut bytes = vec![7];
        let error = encode(&mut bytes, Kind::Open, |out| out.resize(out.len() + MAX_PAYLOAD + 1, 0));
        assert!(matches!(error, Err(SpoolError::TooLarge(_))));
        assert_eq!(bytes, [7]);
    }
}
