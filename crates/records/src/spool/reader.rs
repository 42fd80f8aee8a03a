//! Reading closed calls in order, from a cursor up to what has been written.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use prost::Message;

use super::frame::{self, Decoded, Kind, Seal};
use super::{Cursor, SpoolError, segment};
use crate::call::CallRecord;

const CHUNK: usize = 256 << 10;
/// How much is looked through at once behind a damaged place; larger than the largest frame.
const WINDOW: usize = 4 << 20;

/// What a reader needs to know of the writer at one moment.
#[derive(Clone, Debug)]
pub(super) struct Extent {
    /// Everything before it is on the disk.
    pub(super) end: Cursor,
    /// The older segments that exist, oldest first.
    pub(super) sealed: Vec<u64>,
}

/// Reads one segment after the other.
#[derive(Debug)]
pub(super) struct Reader {
    folder: PathBuf,
    seal: Seal,
    cursor: Cursor,
    file: Option<(u64, File)>,
    buffer: Vec<u8>,
}

impl Reader {
    pub(super) fn new(folder: PathBuf, seal: Seal, cursor: Cursor) -> Self {
        Self { folder, seal, cursor, file: None, buffer: Vec::new() }
    }

    /// The same reader at another place.
    pub(super) fn back_to(self, cursor: Cursor) -> Self {
        Self { cursor, file: None, ..self }
    }

    pub(super) fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// Appends up to `most` closed calls to `batch` and moves the cursor behind them.
    pub(super) fn read(&mut self, extent: &Extent, most: usize, batch: &mut Vec<CallRecord>) -> Result<(), SpoolError> {
        while batch.len() < most {
            let current = self.cursor.segment == extent.end.segment;
            if self.cursor.segment > extent.end.segment || (current && self.cursor.offset >= extent.end.offset) {
                break;
            }
            if !current && !extent.sealed.contains(&self.cursor.segment) {
                self.go_to_next(extent);
                continue;
            }
            let limit = if current { extent.end.offset } else { u64::MAX };
            match self.read_chunk(limit, most, batch) {
                Ok(true) => {}
                Ok(false) if self.skip_damage(limit)? => {}
                Ok(false) if current => break,
                Ok(false) => self.go_to_next(extent),
                Err(SpoolError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound && !current => {
                    tracing::error!(segment = self.cursor.segment, "a spool segment is gone; what it held is lost");
                    self.go_to_next(extent);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Moves behind a place that holds no whole frame. False if there is nothing more before `limit`.
    fn skip_damage(&mut self, limit: u64) -> Result<bool, SpoolError> {
        let Some((_, file)) = &self.file else { return Ok(false) };
        let end = file.metadata().map_err(SpoolError::io("read", &self.folder))?.len().min(limit);
        let (damaged, mut at) = (self.cursor.offset, self.cursor.offset + 1);
        if damaged >= end {
            return Ok(false);
        }
        let mut window = Vec::new();
        while at < end {
            let wanted = usize::try_from(end - at).unwrap_or(WINDOW).min(WINDOW);
            window.resize(wanted, 0);
            let read = self.read_at(&mut window, at)?;
            let last = at + read as u64 >= end || read < wanted;
            match frame::find(&window[..read], self.seal, last) {
                Ok(found) => {
                    at += found as u64;
                    break;
                }
                Err(_) if last => at = end,
                Err(passed) => at += passed as u64,
            }
        }
        self.cursor.offset = at;
        tracing::error!(
            segment = self.cursor.segment,
            offset = damaged,
            bytes = at - damaged,
            "a damaged place in the spool is passed over; records in it are lost"
        );
        Ok(at < end)
    }

    /// The segment after the cursor's: the next that exists.
    fn go_to_next(&mut self, extent: &Extent) {
        let next = extent.sealed.iter().copied().find(|n| *n > self.cursor.segment);
        self.cursor = Cursor { segment: next.unwrap_or(extent.end.segment), offset: 0 };
        self.file = None;
    }

    /// Reads whole frames from one chunk; false when the segment has no further whole frame.
    fn read_chunk(&mut self, limit: u64, most: usize, batch: &mut Vec<CallRecord>) -> Result<bool, SpoolError> {
        self.cursor.offset = self.cursor.offset.max(segment::HEADER);
        let mut wanted = CHUNK;
        loop {
            let room = usize::try_from(limit.saturating_sub(self.cursor.offset)).unwrap_or(usize::MAX);
            let read = self.fill(wanted.min(room))?;
            let mut used = 0;
            let mut needed = 0;
            while batch.len() < most {
                match frame::decode(&self.buffer[used..read], self.seal) {
                    Decoded::Frame { kind, payload, size } => {
                        if kind == Some(Kind::Close) {
                            match CallRecord::decode(payload) {
                                Ok(record) => batch.push(record),
                                Err(error) => tracing::error!(
                                    segment = self.cursor.segment,
                                    offset = self.cursor.offset + used as u64,
                                    %error,
                                    "a record in the spool cannot be read"
                                ),
                            }
                        }
                        used += size;
                    }
                    Decoded::Incomplete(size) => {
                        needed = size;
                        break;
                    }
                    Decoded::Damaged => break,
                }
            }
            self.cursor.offset += used as u64;
            if used > 0 {
                return Ok(true);
            }
            if needed <= wanted || read < wanted {
                return Ok(false);
            }
            wanted = needed;
        }
    }

    /// Fills the buffer from the cursor on. Says how many bytes there were.
    fn fill(&mut self, wanted: usize) -> Result<usize, SpoolError> {
        let number = self.cursor.segment;
        if self.file.as_ref().is_none_or(|(open, _)| *open != number) {
            let path = segment::path(&self.folder, number);
            let file = File::open(&path).map_err(SpoolError::io("open", &path))?;
            self.file = Some((number, file));
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(wanted, 0);
        let read = self.read_at(&mut buffer, self.cursor.offset);
        self.buffer = buffer;
        read
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> Result<usize, SpoolError> {
        let Some((number, file)) = &self.file else { return Ok(0) };
        let mut read = 0;
        while read < buffer.len() {
            match file.read_at(&mut buffer[read..], offset + read as u64) {
                Ok(0) => break,
                Ok(n) => read += n,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(source) => {
                    return Err(SpoolError::Io { action: "read", path: segment::path(&self.folder, *number), source });
                }
            }
        }
        Ok(read)
    }
}
