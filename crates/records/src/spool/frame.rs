//! Frames: `length u32 | crc32c u32 | kind u8 | payload`, little endian. The checksum covers the spool's id, kind and
//! payload.

use super::SpoolError;

/// What the checksums of a spool begin with, made of its id. Because of it, bytes that a client put into a record (a
/// `user-agent` that looks like a frame) are not taken for one when a damaged place is searched for the next frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seal(u32);

impl Seal {
    pub(super) fn new(id: [u8; 16]) -> Self {
        Self(crc32c::crc32c(&id))
    }
}

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
pub(super) fn encode(
    out: &mut Vec<u8>,
    seal: Seal,
    kind: Kind,
    fill: impl FnOnce(&mut Vec<u8>),
) -> Result<(), SpoolError> {
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
    let crc = crc32c::crc32c_append(seal.0, &out[start + 8..]);
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
pub(super) fn decode(bytes: &[u8], seal: Seal) -> Decoded<'_> {
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
    if crc32c::crc32c_append(seal.0, body) != crc {
        return Decoded::Damaged;
    }
    Decoded::Frame { kind: Kind::from_byte(body[0]), payload: &body[1..], size }
}

/// Looks for the first whole frame in `bytes`, which begin inside a damaged place. `Err` says how many bytes hold none
/// for certain; when `last`, nothing follows `bytes`, so that is all of them.
pub(super) fn find(bytes: &[u8], seal: Seal, last: bool) -> Result<usize, usize> {
    for at in 0..bytes.len() {
        if bytes.get(at + 8).is_some_and(|kind| Kind::from_byte(*kind).is_none()) {
            continue;
        }
        match decode(&bytes[at..], seal) {
            Decoded::Frame { .. } => return Ok(at),
            Decoded::Incomplete(_) if !last => return Err(at),
            Decoded::Incomplete(_) | Decoded::Damaged => {}
        }
    }
    Err(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SEAL: Seal = Seal(0x1234_5678);

    proptest! {
        #[test]
        fn a_frame_reads_back_and_a_cut_or_changed_one_does_not(
            payload in proptest::collection::vec(any::<u8>(), 0..300),
            cut in 0usize..309,
            flip in 0usize..309,
        ) {
            let mut bytes = Vec::new();
            encode(&mut bytes, SEAL, Kind::Close, |out| out.extend_from_slice(&payload)).expect("fits");
            let whole = Decoded::Frame { kind: Some(Kind::Close), payload: &payload, size: bytes.len() };
            prop_assert_eq!(decode(&bytes, SEAL), whole);
            if cut < bytes.len() {
                prop_assert!(matches!(decode(&bytes[..cut], SEAL), Decoded::Incomplete(_)));
            }
            if flip < bytes.len() {
                let mut damaged = bytes.clone();
                damaged[flip] ^= 0x10;
                let still_whole = matches!(decode(&damaged, SEAL), Decoded::Frame { .. });
                prop_assert!(!still_whole);
            }
        }
    }

    #[test]
    fn zeros_are_not_a_frame() {
        // A file system may leave zeros after a power loss; a frame of length 0 with checksum 0 must not pass.
        assert_eq!(decode(&[0; 64], SEAL), Decoded::Damaged);
    }

    #[test]
    fn the_next_frame_is_found_behind_damage_but_not_one_of_another_spool() {
        let mut frame = Vec::new();
        encode(&mut frame, SEAL, Kind::Close, |out| out.extend_from_slice(b"payload")).expect("fits");
        let mut foreign = Vec::new();
        encode(&mut foreign, Seal(1), Kind::Close, |out| out.extend_from_slice(b"payload")).expect("fits");
        let cases = [
            ("zeros before it", [vec![0; 100], frame.clone()].concat(), true, Ok(100)),
            ("another spool's frame before it", [foreign.clone(), frame.clone()].concat(), true, Ok(foreign.len())),
            ("only another spool's", foreign.clone(), true, Err(foreign.len())),
            ("cut, nothing follows", frame[..12].to_vec(), true, Err(12)),
            ("cut, more follows", [vec![0; 20], frame[..12].to_vec()].concat(), false, Err(20)),
            ("nothing", Vec::new(), false, Err(0)),
        ];
        for (what, bytes, last, expected) in cases {
            assert_eq!(find(&bytes, SEAL, last), expected, "{what}");
        }
    }

    #[test]
    fn an_oversized_payload_is_refused_and_leaves_nothing_behind() {
        let mut bytes = vec![7];
        let error = encode(&mut bytes, SEAL, Kind::Open, |out| out.resize(out.len() + MAX_PAYLOAD + 1, 0));
        assert!(matches!(error, Err(SpoolError::TooLarge(_))));
        assert_eq!(bytes, [7]);
    }
}
