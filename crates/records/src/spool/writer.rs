//! Appending: one lock, one `pwrite` per frame, a new segment when the current one is full.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use super::open_calls::OpenCalls;
use super::{Cursor, SpoolConfig, SpoolError, segment};

/// A segment that is no longer written, as long as its file exists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sealed {
    pub(super) number: u64,
    pub(super) bytes: u64,
}

/// What the lock protects.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) config: SpoolConfig,
    file: Arc<File>,
    number: u64,
    offset: u64,
    /// Bytes written since the start, over all segments: what a receipt waits for.
    pub(super) written: u64,
    pub(super) open: OpenCalls,
    /// Older segments, oldest first.
    pub(super) sealed: Vec<Sealed>,
    /// Files that were written and not yet forced to the disk, besides the current one.
    unsynced: Vec<Arc<File>>,
    /// Whether a file was made or removed since the folder was last forced to the disk.
    folder_changed: bool,
    reserve: bool,
    pub(super) closed: bool,
}

/// What has to be forced to the disk, and how far that brings us.
pub(super) struct Pending {
    pub(super) files: Vec<Arc<File>>,
    pub(super) folder_changed: bool,
    pub(super) written: u64,
}

impl Writer {
    /// Begins segment `number` with a checkpoint of what is open.
    pub(super) fn begin(
        config: SpoolConfig,
        number: u64,
        open: OpenCalls,
        sealed: Vec<Sealed>,
    ) -> Result<Self, SpoolError> {
        let (file, offset) = begin_segment(&config, number, &open)?;
        let mut writer = Self {
            config,
            file: Arc::new(file),
            number,
            offset,
            written: offset,
            open,
            sealed,
            unsynced: Vec::new(),
            folder_changed: true,
            reserve: false,
            closed: false,
        };
        writer.keep_reserve();
        Ok(writer)
    }

    /// Where the next frame goes.
    pub(super) fn position(&self) -> Cursor {
        Cursor { segment: self.number, offset: self.offset }
    }

    /// All bytes on disk.
    pub(super) fn total_bytes(&self) -> u64 {
        self.offset + self.sealed.iter().map(|s| s.bytes).sum::<u64>()
    }

    /// Whether a new call may be opened.
    pub(super) fn admits_opening(&self) -> Result<(), SpoolError> {
        if self.closed {
            return Err(SpoolError::Closed);
        }
        if !self.reserve {
            return Err(SpoolError::Full("the disk is full"));
        }
        if self.total_bytes() >= self.config.max_bytes {
            return Err(SpoolError::Full("spool.max_bytes is reached; a consumer may be down"));
        }
        Ok(())
    }

    /// Appends whole frames. On failure nothing of them counts.
    pub(super) fn append(&mut self, frames: &[u8]) -> Result<(), SpoolError> {
        if self.offset >= self.config.segment_bytes {
            // A segment that is too long does no harm; a call that cannot be closed does.
            if let Err(error) = self.rotate() {
                tracing::warn!(%error, "could not begin a new spool segment; the current one goes on");
            }
        }
        self.file.write_all_at(frames, self.offset).map_err(|source| {
            drop(self.file.set_len(self.offset));
            SpoolError::Io { action: "write", path: segment::path(&self.config.folder, self.number), source }
        })?;
        self.offset += frames.len() as u64;
        self.written += frames.len() as u64;
        Ok(())
    }

    /// Appends frames that end a call, giving up the reserved disk space if there is no other.
    pub(super) fn append_closing(&mut self, frames: &[u8]) -> Result<(), SpoolError> {
        match self.append(frames) {
            Err(SpoolError::Io { .. }) if self.reserve => {
                self.release_reserve();
                self.append(frames)
            }
            other => other,
        }
    }

    fn rotate(&mut self) -> Result<(), SpoolError> {
        let number = self.number + 1;
        let (file, offset) = begin_segment(&self.config, number, &self.open)?;
        self.sealed.push(Sealed { number: self.number, bytes: self.offset });
        self.unsynced.push(std::mem::replace(&mut self.file, Arc::new(file)));
        self.number = number;
        self.offset = offset;
        self.written += offset;
        self.folder_changed = true;
        Ok(())
    }

    /// What to force to the disk now. The caller does it without the lock.
    pub(super) fn take_pending(&mut self) -> Pending {
        let mut files = std::mem::take(&mut self.unsynced);
        files.push(Arc::clone(&self.file));
        let folder_changed = std::mem::take(&mut self.folder_changed);
        Pending { files, folder_changed, written: self.written }
    }

    /// Puts back what could not be forced to the disk.
    pub(super) fn restore_pending(&mut self, mut pending: Pending) {
        pending.files.pop();
        pending.files.append(&mut self.unsynced);
        self.unsynced = pending.files;
        self.folder_changed |= pending.folder_changed;
    }

    /// Removes the segments before `before`. Returns how many went.
    pub(super) fn remove_before(&mut self, before: u64) -> usize {
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
        keep
    }

    fn reserve_path(&self) -> PathBuf {
        self.config.folder.join("reserve")
    }

    fn release_reserve(&mut self) {
        self.reserve = false;
        if let Err(error) = fs::remove_file(self.reserve_path()) {
            tracing::warn!(%error, "could not give up the spool's reserved disk space");
        }
        tracing::error!("the disk is full: no new calls until there is space again");
    }

    /// Makes the reserve again after it was given up, when there is space.
    pub(super) fn keep_reserve(&mut self) {
        if self.reserve {
            return;
        }
        let path = self.reserve_path();
        let made = File::options().write(true).create(true).truncate(false).open(&path).and_then(|file| {
            rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, self.config.reserve_bytes.max(1))?;
            Ok(())
        });
        match made {
            Ok(()) => self.reserve = true,
            // Some file systems cannot allocate ahead: then there is no reserve, and a full disk shows when writing.
            Err(error) if error.raw_os_error() == Some(rustix::io::Errno::OPNOTSUPP.raw_os_error()) => {
                self.reserve = true;
            }
            Err(_) => drop(fs::remove_file(&path)),
        }
    }
}

fn begin_segment(config: &SpoolConfig, number: u64, open: &OpenCalls) -> Result<(File, u64), SpoolError> {
    let file = segment::create(&config.folder, number)?;
    let path = segment::path(&config.folder, number);
    let mut frames = Vec::new();
    open.checkpoint(&mut frames)?;
    if let Err(source) = file.write_all_at(&frames, segment::HEADER) {
        drop(fs::remove_file(&path));
        return Err(SpoolError::Io { action: "write", path, source });
    }
    Ok((file, segment::HEADER + frames.len() as u64))
}
