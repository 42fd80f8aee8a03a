//! Starting: find out which calls were open when the last process died, and close them as interrupted.

use std::fs::{self, File};
use std::io::Read;

use super::frame::{self, Decoded, Kind, Seal};
use super::identity::identity;
use super::open_calls::OpenCalls;
use super::writer::{Sealed, Writer};
use super::{SpoolConfig, SpoolError, segment};

/// What recovery found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Recovered {
    pub(super) id: [u8; 16],
    /// Calls that were open and are now closed as interrupted.
    pub(super) interrupted: usize,
    /// Bytes of the newest segments that were no whole frame.
    pub(super) damaged_bytes: u64,
}

/// Opens the folder: reads the newest segment, begins a new one and closes in it what was left open.
pub(super) fn recover(config: SpoolConfig) -> Result<(Writer, Recovered), SpoolError> {
    fs::create_dir_all(&config.folder).map_err(SpoolError::io("create", &config.folder))?;
    let numbers = segment::list(&config.folder)?;
    let id = identity(&config.folder, &numbers)?;
    let (open, damaged_bytes) = read_newest(&config, Seal::new(id), &numbers)?;
    let mut sealed = Vec::with_capacity(numbers.len());
    for number in &numbers {
        let path = segment::path(&config.folder, *number);
        let bytes = fs::metadata(&path).map_err(SpoolError::io("read", &path))?.len();
        sealed.push(Sealed { number: *number, bytes });
    }
    let next = numbers.last().copied().unwrap_or(0) + 1;
    let mut writer = Writer::begin(config, id, next, open, sealed)?;
    let interrupted = match writer.close_open_calls() {
        Ok(count) => count,
        // The spool must start on a full disk: only its consumers can make space. The sync thread closes them later.
        Err(SpoolError::Full(_)) => {
            for id in writer.open.ids() {
                let mut frame = Vec::new();
                if writer.open.interrupt(id, writer.seal, &mut frame) {
                    writer.close_later(id, frame);
                }
            }
            writer.open.len()
        }
        Err(error) => return Err(error),
    };
    Ok((writer, Recovered { id, interrupted, damaged_bytes }))
}

/// The calls that were open at the end, and how many bytes were no whole frame.
///
/// Usually only the newest segment is read. If its checkpoint is not whole (it was being begun when the process died,
/// or is damaged), the one before it is read first, and so on.
fn read_newest(config: &SpoolConfig, seal: Seal, numbers: &[u64]) -> Result<(OpenCalls, u64), SpoolError> {
    let mut newest = Vec::new();
    for number in numbers.iter().rev() {
        newest.push(read_segment(config, seal, *number)?);
        if newest.last().is_some_and(|segment| segment.checkpoint == Checkpoint::Whole) {
            break;
        }
    }
    // What is decided from these bytes must not be taken back by a power loss. Older segments were forced to the disk
    // long ago: a group is never two segments long.
    for number in numbers.iter().rev().take(newest.len().max(2)) {
        let path = segment::path(&config.folder, *number);
        File::open(&path).and_then(|file| file.sync_data()).map_err(SpoolError::io("sync", &path))?;
    }
    let mut open = OpenCalls::default();
    let mut damaged_bytes = 0;
    for segment in newest.into_iter().rev() {
        damaged_bytes += segment.damaged_bytes;
        segment.replay(seal, &mut open);
    }
    Ok((open, damaged_bytes))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Checkpoint {
    Whole,
    /// Its end was found, but something before it is missing.
    Damaged,
    /// Its end was not found: the frames are a part of it and nothing else.
    Unfinished,
}

struct Found {
    bytes: Vec<u8>,
    /// Where whole frames stand.
    frames: Vec<usize>,
    /// How many of them are the checkpoint.
    in_checkpoint: usize,
    checkpoint: Checkpoint,
    damaged_bytes: u64,
}

fn read_segment(config: &SpoolConfig, seal: Seal, number: u64) -> Result<Found, SpoolError> {
    let path = segment::path(&config.folder, number);
    let mut bytes = Vec::new();
    File::open(&path).and_then(|mut file| file.read_to_end(&mut bytes)).map_err(SpoolError::io("read", &path))?;
    let mut checkpoint = Checkpoint::Unfinished;
    let (mut at, mut frames, mut in_checkpoint) = (segment::HEADER as usize, Vec::new(), 0);
    let mut damaged_bytes = 0;
    let mut damage_begins = None;
    if segment::header(&bytes, number).is_none() {
        damage_begins = Some(0);
    }
    while at < bytes.len() {
        match frame::decode(&bytes[at..], seal) {
            Decoded::Frame { kind, size, .. } => {
                frames.push(at);
                if kind == Some(Kind::CheckpointEnd) && checkpoint == Checkpoint::Unfinished {
                    in_checkpoint = frames.len();
                    checkpoint = if damage_begins.is_none() { Checkpoint::Whole } else { Checkpoint::Damaged };
                }
                at += size;
            }
            Decoded::Incomplete(_) | Decoded::Damaged => {
                let (from, found) = (at, frame::find(&bytes[at + 1..], seal, true));
                at = found.map_or(bytes.len(), |next| at + 1 + next);
                damage_begins.get_or_insert(from);
                damaged_bytes += (at - from) as u64;
            }
        }
    }
    if let Some(offset) = damage_begins {
        tracing::warn!(
            segment = number,
            offset,
            bytes = damaged_bytes,
            "a spool segment has frames that are not whole"
        );
    }
    Ok(Found { bytes, frames, in_checkpoint, checkpoint, damaged_bytes })
}

impl Found {
    /// Takes `open` from the state before this segment to the one behind it.
    fn replay(self, seal: Seal, open: &mut OpenCalls) {
        let (checkpoint, own) = self.frames.split_at(self.in_checkpoint);
        let mut restated = OpenCalls::default();
        self.replay_frames(seal, checkpoint, &mut restated);
        match self.checkpoint {
            Checkpoint::Whole => *open = restated,
            // What older segments say is whole; what was begun in a lost one is only here.
            Checkpoint::Damaged => open.merge(restated),
            Checkpoint::Unfinished => {
                let known = open.ids().into_iter().collect();
                self.each_frame(seal, own, |kind, payload, frame| open.restate(&known, kind, payload, frame));
                return;
            }
        }
        self.replay_frames(seal, own, open);
    }

    fn replay_frames(&self, seal: Seal, frames: &[usize], open: &mut OpenCalls) {
        self.each_frame(seal, frames, |kind, payload, frame| open.replay(kind, payload, frame));
    }

    fn each_frame(&self, seal: Seal, frames: &[usize], mut tell: impl FnMut(Kind, &[u8], &[u8])) {
        for at in frames {
            if let Decoded::Frame { kind: Some(kind), payload, size } = frame::decode(&self.bytes[*at..], seal) {
                tell(kind, payload, &self.bytes[*at..at + size]);
            }
        }
    }
}
