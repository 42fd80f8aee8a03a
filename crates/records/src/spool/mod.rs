//! The durable spool: append-only segment files in which every call's record is born.
//!
//! A segment is a header, a *checkpoint* (the calls that were open when the segment began, ended by a marker) and then
//! frames in the order they happened: open, attempt, progress, close. `write()` has returned before the step that a
//! frame protects goes on, so a record survives any death of the process; a thread forces written frames to the disk
//! in groups, so that a power loss costs at most one group (none in strict mode, which waits for it).
//!
//! Consumers are shown only what is on the disk: one that got ahead of it would skip or repeat calls after a power loss.
//!
//! Because of the checkpoint, recovery reads only the newest segment, and a segment may go as soon as every consumer
//! has passed it, however long a call stays open.

mod consume;
mod frame;
mod handle;
mod identity;
mod open_call;
mod open_calls;
mod reader;
mod receipt;
mod recovery;
mod reserve;
mod segment;
mod shared;
mod sync;
mod writer;

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use consume::{ConsumeError, Consumer, ConsumerTask};
pub use handle::{Spool, SpoolReport};
pub use open_call::OpenCall;
pub use receipt::Receipt;

/// A place in the spool: everything before it has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// Number of the segment file.
    pub segment: u64,
    /// Byte offset in it.
    pub offset: u64,
}

/// What happens to calls when the spool cannot take their records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// Calls are refused.
    Refuse,
    /// Calls go through unrecorded and are counted.
    Drop,
}

/// How the spool works; from the settings table.
#[derive(Clone, Debug)]
pub struct SpoolConfig {
    /// The folder of the segment files; made if missing.
    pub folder: PathBuf,
    /// A segment is closed when it has grown to this many bytes.
    pub segment_bytes: u64,
    /// No call is opened while the segments together are larger than this.
    pub max_bytes: u64,
    /// How often written frames are forced to the disk.
    pub sync_every: Duration,
    /// Whether to wait for that.
    pub strict: bool,
    /// What happens when a record cannot be written.
    pub when_full: WhenFull,
    /// Disk space kept aside so that open calls can be closed on a full disk.
    pub reserve_bytes: u64,
    /// Names of the consumers that will be started. As long as one of them has not told its cursor, no segment is
    /// removed; without it, a consumer that starts fast could take segments from one that starts late.
    pub consumers: Vec<&'static str>,
}

impl SpoolConfig {
    /// The defaults of the settings table for a folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            segment_bytes: 16 << 20,
            max_bytes: 10 << 30,
            sync_every: Duration::from_millis(40),
            strict: false,
            when_full: WhenFull::Refuse,
            reserve_bytes: 8 << 20,
            consumers: Vec::new(),
        }
    }
}

/// Why the spool could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The configured size or the disk is used up.
    #[error("the record spool is full: {0}")]
    Full(&'static str),
    /// A file could not be read or written.
    #[error("the record spool cannot {action} {path}: {source}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A record is larger than a frame may be.
    #[error("a record of {0} bytes does not fit into the spool")]
    TooLarge(usize),
    /// The spool has been shut down.
    #[error("the record spool is closed")]
    Closed,
}

impl SpoolError {
    /// A failed write. A full disk is told apart from other failures, because waiting helps against it.
    fn write(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full("the disk is full"),
            _ => Self::Io { action, path: path.to_owned(), source },
        }
    }

    fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
