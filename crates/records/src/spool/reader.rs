//! Reading closed calls in order, from a cursor up to what has been written.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use prost::Message;

use super::frame::{self, Decoded, Kind};
use super::{Cursor, SpoolError, segment};
use crate::call::CallRecord;

const CHUNK: usize = 256 << 10;

/// What a reader needs to know of the writer at one moment.
#[derive(Clone, Debug)]
pub(super) struct Extent {
    /// Where the next frame will be written.
    pub(super) end: Cursor,
    /// The older segments that exist, oldest first.
    pub(super) sealed: Vec<u64>,
}

/// Reads one segment after the other.
#[derive(Debug)]
pub(super) struct Reader {
    folder: PathBuf,
    cursor: Cursor,
    file: Option<(u64, File)>,
    buffer: Vec<u8>,
}

impl Reader {
    pub(super) fn new(folder: PathBuf, cursor: Cursor) -> Self {
        Self { folder, cursor, file: None, buffer: Vec::new() }
    }

    pub(super) fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// Appends up to `most` closed calls to `batch` and moves the cursor behind them.
    pub(super) fn read(
        &mut self,
        extent: &Extent,
        most: usize,
        batch: &mut Vec<CallRecord>,
    ) -> Result<(), SpoolError> {
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
            if self.read_chunk(limit, most, batch)? {
                continue;
            }
            if current {
                break;
            }
            self.go_to_next(extent);
        }
        Ok(())
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
                match frame::decode(&self.buffer[used..read]) {
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

    fn fill(&mut self, wanted: usize) -> Result<usize, SpoolError> {
        let number = self.cursor.segment;
        let path = segment::path(&self.folder, number);
        if self.file.as_ref().is_none_or(|(open, _)| *open != number) {
            let file = File::open(&path).map_err(SpoolError::io("open", &path))?;
            self.file = Some((number, file));
        }
        let Some((_, file)) = &self.file else { return Ok(0) };
        self.buffer.resize(wanted, 0);
        let mut read = 0;
        while read < wanted {
            match file.read_at(&mut self.buffer[read..], self.cursor.offset + read as u64) {
                Ok(0) => break,
                Ok(n) => read += n,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(source) => return Err(SpoolError::Io { action: "read", path, source }),
            }
        }
        Ok(read)
    }
}
