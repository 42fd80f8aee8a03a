//! Where the partitions lie and what they are called.

use std::io;
use std::path::{Path, PathBuf};

use crate::day::Day;
use crate::kind::check_consumer;
pub(super) use crate::kind::{LogKind, partition_name};
use crate::port::LogError;

/// The log folder.
pub(super) struct Folder {
    root: PathBuf,
}

impl Folder {
    /// Makes the folders that are missing.
    pub(super) fn open(root: PathBuf) -> Result<Self, LogError> {
        let folders = LogKind::ALL.map(LogKind::as_str).into_iter().chain(["cursors"]);
        for path in folders.map(|name| root.join(name)) {
            std::fs::create_dir_all(&path).map_err(|source| failed(&path, source))?;
        }
        Ok(Self { root })
    }

    pub(super) fn partition(&self, kind: LogKind, day: Day) -> PathBuf {
        self.root.join(kind.as_str()).join(format!("{day}.sqlite"))
    }

    pub(super) fn cursor_file(&self, consumer: &str) -> Result<PathBuf, LogError> {
        check_consumer(consumer)?;
        Ok(self.root.join("cursors").join(consumer))
    }

    /// The days that have a partition, oldest first. Files of other names are left alone.
    pub(super) fn days(&self, kind: LogKind) -> Result<Vec<Day>, LogError> {
        let path = self.root.join(kind.as_str());
        let mut days = Vec::new();
        for entry in std::fs::read_dir(&path).map_err(|source| failed(&path, source))? {
            let entry = entry.map_err(|source| failed(&path, source))?;
            let name = entry.file_name();
            days.extend(name.to_str().and_then(|n| n.strip_suffix(".sqlite")).and_then(Day::parse));
        }
        days.sort_unstable();
        Ok(days)
    }

    /// Bytes of a partition with its write-ahead log.
    pub(super) fn bytes(&self, kind: LogKind, day: Day) -> u64 {
        let main = self.partition(kind, day);
        with_companions(&main).iter().filter_map(|p| std::fs::metadata(p).ok()).map(|m| m.len()).sum()
    }

    /// Deletes a partition. The main file goes last: as long as it is there, a run that was cut short is repeated.
    pub(super) fn delete(&self, kind: LogKind, day: Day) -> Result<(), LogError> {
        let main = self.partition(kind, day);
        for path in with_companions(&main).iter().rev() {
            match std::fs::remove_file(path) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(failed(path, source)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Renames a damaged partition, so that its day can be written again and nothing of it is lost for good.
    pub(super) fn set_aside(&self, kind: LogKind, day: Day) -> Result<PathBuf, LogError> {
        let main = self.partition(kind, day);
        let free = (1_u32..).map(|n| main.with_extension(format!("damaged-{n}"))).find(|p| !p.exists());
        let aside = free.unwrap_or_else(|| main.with_extension("damaged"));
        for (from, to) in with_companions(&main).iter().zip(with_companions(&aside)) {
            match std::fs::rename(from, to) {
                Err(source) if source.kind() != io::ErrorKind::NotFound => return Err(failed(from, source)),
                _ => {}
            }
        }
        Ok(aside)
    }
}

/// The file and what SQLite keeps beside it.
fn with_companions(main: &Path) -> [PathBuf; 3] {
    let beside = |suffix: &str| {
        let mut name = main.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    [main.to_owned(), beside("-wal"), beside("-shm")]
}

pub(super) fn failed(path: &Path, source: io::Error) -> LogError {
    LogError::Folder { path: path.display().to_string(), source }
}
