//! The data directory: made for its owner only, used by one process at a time.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

const LOCK_FILE: &str = "thinkwatch.lock";

/// Why the data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// It cannot be made.
    #[error("data directory {path} cannot be made ({error}): make it, or set THINKWATCH_DATA_DIR to another", path = .path.display())]
    Create {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It cannot be written.
    #[error("data directory {path} is not writable ({error}): make it writable for this user, or set THINKWATCH_DATA_DIR to another", path = .path.display())]
    NotWritable {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Another process has it.
    #[error("data directory {path} is in use by another process{holder}: stop that one, or set THINKWATCH_DATA_DIR to another directory", path = .path.display())]
    Locked {
        /// The directory.
        path: PathBuf,
        /// ` (process 42)`, or empty when it is not known.
        holder: String,
    },
}

/// The data directory, held by this process until dropped (or until the process dies, however it dies).
#[derive(Debug)]
pub struct DataDir {
    path: PathBuf,
    /// Holds the lock.
    lock: File,
}

impl DataDir {
    /// Makes the directory if there is none, closes it to others, and takes the lock.
    pub fn open(path: &Path) -> Result<Self, DataDirError> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let create = DirBuilder::new().recursive(true).mode(0o700).create(&path);
        create.map_err(|error| DataDirError::Create { path: path.clone(), error })?;
        // A mounted volume may belong to somebody else; what is secret in it has its own rights.
        std::fs::set_permissions(&path, Permissions::from_mode(0o700)).ok();
        let not_writable = |error| DataDirError::NotWritable { path: path.clone(), error };
        probe(&path).map_err(not_writable)?;
        let lock_path = path.join(LOCK_FILE);
        let mut lock = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&lock_path)
            .map_err(not_writable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Only to name the holder; without it the message is still right.
                lock.read_to_string(&mut holder).ok();
                let holder = holder.trim().parse::<u32>().map(|pid| format!(" (process {pid})")).unwrap_or_default();
                return Err(DataDirError::Locked { path, holder });
            }
            Err(TryLockError::Error(error)) => return Err(not_writable(error)),
        }
        lock.set_len(0).and_then(|()| writeln!(lock, "{}", std::process::id())).map_err(not_writable)?;
        Ok(Self { path, lock })
    }

    /// Where it is (absolute).
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether only its owner can look into it.
    pub fn is_private(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|data| data.permissions().mode() & 0o077 == 0)
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        // Closing the file frees the lock as well; this is for children that inherited it.
        self.lock.unlock().ok();
    }
}

/// Whether files can be made here. The lock file alone does not tell: it may be there from before.
fn probe(directory: &Path) -> io::Result<()> {
    let path = directory.join(format!(".probe-{}", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path)?;
    let written = file.write_all(b"probe");
    std::fs::remove_file(&path)?;
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_at_a_time_and_nobody_looks_in() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let path = dir.path().join("a/data");
        let held = DataDir::open(&path).expect("new directory");
        let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(held.path()), mode(&path.join(LOCK_FILE))), (0o700, 0o600));
        assert!(held.is_private());
        let second = DataDir::open(&path).expect_err("in use").to_string();
        let expected = format!("is in use by another process (process {}): stop that one", std::process::id());
        assert!(second.contains(&expected), "{second}");
        drop(held);
        std::fs::set_permissions(&path, Permissions::from_mode(0o755)).expect("own directory");
        assert!(DataDir::open(&path).expect("free again").is_private());
        assert_eq!(std::fs::read_dir(&path).expect("there").count(), 1, "nothing but the lock is left behind");
    }

    #[test]
    fn a_file_in_the_way_is_told() {
        let file = tempfile::NamedTempFile::new().expect("temporary file");
        let below = file.path().join("data");
        for path in [file.path(), below.as_path()] {
            let error = DataDir::open(path).expect_err("no directory");
            assert!(matches!(error, DataDirError::Create { .. }), "{error}");
        }
        // A file system that nobody may write, not even root.
        let error = DataDir::open(Path::new("/proc/thinkwatch")).expect_err("not writable").to_string();
        assert!(error.contains("/proc/thinkwatch") && error.contains("set THINKWATCH_DATA_DIR to another"), "{error}");
    }
}
