//! Appending: one lock, one `pwrite` per step of a call, a new segment when the current one is full.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use super::frame::Seal;
use super::open_calls::OpenCalls;
use super::reserve::Reserve;
use super::{Cursor, SpoolConfig, SpoolError, segment};

/// Closing frames are written together up to about this size.
const GROUP: usize = 256 << 10;

/// A segment that is no longer written, as long as its file exists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sealed {
    pub(super) number: u64,
    pub(super) bytes: u64,
}

/// What the lock protects.
#[derive(Debug)]
pub(super) struct Writer {
    config: SpoolConfig,
    id: [u8; 16],
    pub(super) seal: Seal,
    file: Arc<File>,
    number: u64,
    offset: u64,
    /// Where the checkpoint ends.
    own: u64,
    /// From this offset on the next append begins a new segment.
    rotate_at: u64,
    /// Bytes written since the start, over all segments: what a receipt waits for.
    pub(super) written: u64,
    pub(super) open: OpenCalls,
    /// Older segments, oldest first.
    pub(super) sealed: Vec<Sealed>,
    /// Files that were written and not yet forced to the disk, besides the current one.
    unsynced: Vec<Arc<File>>,
    /// Whether a file was made or removed since the folder was last forced to the disk.
    folder_changed: bool,
    reserve: Reserve,
    /// Closing frames that found no space on the disk.
    unfinished: Vec<(u128, Vec<u8>)>,
    pub(super) closed: bool,
}

/// What has to be forced to the disk, and how far that brings us.
pub(super) struct Pending {
    pub(super) files: Vec<Arc<File>>,
    pub(super) folder_changed: bool,
    pub(super) written: u64,
    pub(super) position: Cursor,
}

impl Writer {
    /// Begins segment `number` with a checkpoint of what is open.
    pub(super) fn begin(
        config: SpoolConfig,
        id: [u8; 16],
        number: u64,
        open: OpenCalls,
        sealed: Vec<Sealed>,
    ) -> Result<Self, SpoolError> {
        let seal = Seal::new(id);
        let mut checkpoint = Vec::new();
        open.checkpoint(seal, &mut checkpoint)?;
        let mut reserve = Reserve::new(&config.folder, config.reserve_bytes);
        let file = match segment::create(&config.folder, number, id, &checkpoint) {
            // The reserve of the last process is there for this.
            Err(SpoolError::Full(_)) => {
                reserve.give_up();
                segment::create(&config.folder, number, id, &checkpoint)?
            }
            other => other?,
        };
        reserve.keep();
        let offset = segment::HEADER + checkpoint.len() as u64;
        let rotate_at = config.segment_bytes.max(offset * 2);
        Ok(Self {
            config,
            id,
            seal,
            file: Arc::new(file),
            number,
            offset,
            own: offset,
            rotate_at,
            written: offset,
            open,
            sealed,
            unsynced: Vec::new(),
            folder_changed: true,
            reserve,
            unfinished: Vec::new(),
            closed: false,
        })
    }

    /// Where the next frame goes.
    pub(super) fn position(&self) -> Cursor {
        Cursor { segment: self.number, offset: self.offset }
    }

    /// All bytes on disk.
    pub(super) fn total_bytes(&self) -> u64 {
        self.offset + self.sealed.iter().map(|s| s.bytes).sum::<u64>()
    }

    /// How much a reader at `cursor` has not read.
    pub(super) fn lag_bytes(&self, cursor: Cursor) -> u64 {
        if cursor.segment >= self.number {
            return self.offset.saturating_sub(cursor.offset);
        }
        let behind = self.sealed.iter().filter(|s| s.number >= cursor.segment);
        let behind =
            behind.map(|s| if s.number == cursor.segment { s.bytes.saturating_sub(cursor.offset) } else { s.bytes });
        self.offset + behind.sum::<u64>()
    }

    /// Whether a new call may be opened.
    pub(super) fn admits_opening(&self) -> Result<(), SpoolError> {
        self.admits_writing()?;
        if self.total_bytes() >= self.config.max_bytes {
            return Err(SpoolError::Full("spool.max_bytes is reached; a consumer may be down"));
        }
        Ok(())
    }

    /// Whether anything but the end of a call may be written: without the reserve, what is left is for those.
    pub(super) fn admits_writing(&self) -> Result<(), SpoolError> {
        if self.closed {
            return Err(SpoolError::Closed);
        }
        if !self.reserve.is_kept() {
            return Err(SpoolError::Full("the disk is full"));
        }
        Ok(())
    }

    /// Appends whole frames. On failure nothing of them counts.
    pub(super) fn append(&mut self, frames: &[u8]) -> Result<(), SpoolError> {
        if self.offset >= self.rotate_at {
            // A segment that is too long does no harm; a call that cannot be closed does.
            if let Err(error) = self.rotate() {
                self.rotate_at = self.offset + self.config.segment_bytes / 8;
                tracing::warn!(%error, "could not begin a new spool segment; the current one goes on for a while");
            }
        }
        self.file.write_all_at(frames, self.offset).map_err(|source| {
            drop(self.file.set_len(self.offset));
            SpoolError::write("write", &segment::path(&self.config.folder, self.number), source)
        })?;
        self.offset += frames.len() as u64;
        self.written += frames.len() as u64;
        Ok(())
    }

    /// Appends the frame that closes `id`, giving up the reserved disk space if there is no other.
    pub(super) fn close(&mut self, id: u128, frame: &[u8]) -> Result<(), SpoolError> {
        self.append_closing(frame)?;
        self.open.closed(id);
        Ok(())
    }

    fn append_closing(&mut self, frames: &[u8]) -> Result<(), SpoolError> {
        match self.append(frames) {
            Err(SpoolError::Full(_)) if self.reserve.is_kept() => {
                self.reserve.release();
                self.append(frames)
            }
            other => other,
        }
    }

    /// Remembers a closing frame that found no space; [`Self::relieve`] writes it when there is some.
    pub(super) fn close_later(&mut self, id: u128, frame: Vec<u8>) {
        self.unfinished.push((id, frame));
    }

    /// Closes every open call as interrupted; those that find no space stay open. Says how many were closed.
    pub(super) fn close_open_calls(&mut self) -> Result<usize, SpoolError> {
        for (id, frame) in std::mem::take(&mut self.unfinished) {
            self.close(id, &frame)?;
        }
        let (mut count, mut frames, mut group) = (0, Vec::new(), Vec::new());
        let mut ids = self.open.ids().into_iter().peekable();
        while let Some(id) = ids.next() {
            if !self.open.interrupt(id, self.seal, &mut frames) {
                tracing::error!("an open call in the spool cannot be read and is given up");
            }
            group.push(id);
            if frames.len() >= GROUP || ids.peek().is_none() {
                self.append_closing(&frames)?;
                count += group.len();
                group.drain(..).for_each(|id| self.open.closed(id));
                frames.clear();
            }
        }
        Ok(count)
    }

    fn rotate(&mut self) -> Result<(), SpoolError> {
        let mut checkpoint = Vec::new();
        self.open.checkpoint(self.seal, &mut checkpoint)?;
        let number = self.number + 1;
        let file = segment::create(&self.config.folder, number, self.id, &checkpoint)?;
        self.sealed.push(Sealed { number: self.number, bytes: self.offset });
        self.unsynced.push(std::mem::replace(&mut self.file, Arc::new(file)));
        self.number = number;
        self.offset = segment::HEADER + checkpoint.len() as u64;
        self.own = self.offset;
        // With many open calls a checkpoint may be as large as a segment; it must not be repeated at every append.
        self.rotate_at = self.config.segment_bytes.max(self.offset * 2);
        self.written += self.offset;
        self.folder_changed = true;
        Ok(())
    }

    /// What to force to the disk now. The caller does it without the lock.
    pub(super) fn take_pending(&mut self) -> Pending {
        let mut files = std::mem::take(&mut self.unsynced);
        files.push(Arc::clone(&self.file));
        let folder_changed = std::mem::take(&mut self.folder_changed);
        Pending { files, folder_changed, written: self.written, position: self.position() }
    }

    /// Puts back what could not be forced to the disk.
    pub(super) fn restore_pending(&mut self, mut pending: Pending) {
        pending.files.pop();
        pending.files.append(&mut self.unsynced);
        self.unsynced = pending.files;
        self.folder_changed |= pending.folder_changed;
    }

    /// Removes the segments before `before`.
    pub(super) fn remove_before(&mut self, before: u64) {
        let keep = self.sealed.partition_point(|s| s.number < before);
        for gone in self.sealed.drain(..keep) {
            let path = segment::path(&self.config.folder, gone.number);
            if let Err(error) = fs::remove_file(&path)
                && error.kind() != std::io::ErrorKind::NotFound
            {
                tracing::warn!(%error, path = %path.display(), "could not remove a spool segment");
            }
        }
        self.folder_changed |= keep > 0;
    }

    /// Does what is possible against a lack of space. True while there is a lack: then it is to be tried again.
    pub(super) fn relieve(&mut self) -> bool {
        while let Some((id, frame)) = self.unfinished.pop() {
            if self.closed || self.close(id, &frame).is_err() {
                self.unfinished.push((id, frame));
                break;
            }
        }
        if self.unfinished.is_empty() {
            self.reserve.keep();
        }
        let over = self.total_bytes() >= self.config.max_bytes;
        // Only a segment that is no longer written can be removed, and refused calls write nothing that would end it.
        let gains = self.offset > self.own * 2 || (self.open.len() == 0 && self.offset > self.own);
        if over
            && gains
            && self.sealed.is_empty()
            && !self.closed
            && let Err(error) = self.rotate()
        {
            tracing::debug!(%error, "could not begin a new spool segment");
        }
        over || !self.reserve.is_kept() || !self.unfinished.is_empty()
    }
}
