//! Disk space kept aside, so that calls that are open when the disk fills up can still be closed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// The file named `reserve`.
#[derive(Debug)]
pub(super) struct Reserve {
    path: PathBuf,
    bytes: u64,
    kept: bool,
}

impl Reserve {
    pub(super) fn new(folder: &Path, bytes: u64) -> Self {
        Self { path: folder.join("reserve"), bytes: bytes.max(4), kept: false }
    }

    pub(super) fn is_kept(&self) -> bool {
        self.kept
    }

    /// Gives the space up to the calls that are open, but for a quarter: the next start needs some too.
    pub(super) fn release(&mut self) {
        self.kept = false;
        let file = File::options().write(true).open(&self.path);
        if let Err(error) = file.and_then(|file| file.set_len(self.bytes / 4)) {
            tracing::warn!(%error, "could not give up the spool's reserved disk space");
        }
        tracing::error!("the disk of the record spool is full: no new calls until there is space again");
    }

    /// Gives all of it up.
    pub(super) fn give_up(&mut self) {
        self.kept = false;
        drop(fs::remove_file(&self.path));
    }

    /// Takes the space (again), if there is enough.
    pub(super) fn keep(&mut self) {
        if self.kept {
            return;
        }
        let file = match File::options().write(true).create(true).truncate(false).open(&self.path) {
            Ok(file) => file,
            Err(error) => return tracing::debug!(%error, "the spool's reserve cannot be made"),
        };
        let before = file.metadata().map_or(0, |metadata| metadata.len());
        match rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, self.bytes) {
            Ok(()) => self.kept = true,
            // Some file systems cannot allocate ahead: then there is no reserve, and a full disk shows when writing.
            Err(rustix::io::Errno::OPNOTSUPP) => self.kept = true,
            // What was allocated before the failure must not be missing where calls are being closed.
            Err(_) => drop(file.set_len(before)),
        }
    }
}
