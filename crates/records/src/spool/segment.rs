//! Segment files: their names, their header, and which there are.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::SpoolError;

const MAGIC: [u8; 8] = *b"TWSPOOL\x01";
/// Bytes of the header: magic and version, then the segment's number.
pub(super) const HEADER: u64 = 16;

/// The file of a segment.
pub(super) fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:020}.seg"))
}

/// The numbers of the segments in the folder, oldest first.
pub(super) fn list(folder: &Path) -> Result<Vec<u64>, SpoolError> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder).map_err(SpoolError::io("read", folder))? {
        let entry = entry.map_err(SpoolError::io("read", folder))?;
        let name = entry.file_name();
        let number = name.to_str().and_then(|n| n.strip_suffix(".seg")).and_then(|n| n.parse::<u64>().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Makes a new segment file with its header. The file must not exist: numbers are never used twice.
pub(super) fn create(folder: &Path, number: u64) -> Result<File, SpoolError> {
    let path = path(folder, number);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(SpoolError::io("create", &path))?;
    let mut header = [0; HEADER as usize];
    header[..8].copy_from_slice(&MAGIC);
    header[8..].copy_from_slice(&number.to_le_bytes());
    if let Err(source) = file.write_all(&header) {
        // A file without a whole header would only be in the way of the next start.
        drop(fs::remove_file(&path));
        return Err(SpoolError::Io { action: "write", path, source });
    }
    Ok(file)
}

/// Whether these first bytes of a file are the header of that segment.
pub(super) fn is_header(bytes: &[u8], number: u64) -> bool {
    bytes.len() >= HEADER as usize && bytes[..8] == MAGIC && bytes[8..16] == number.to_le_bytes()
}

/// Forces the folder's entries (new and removed files) to the disk.
pub(super) fn sync_folder(folder: &Path) -> Result<(), SpoolError> {
    File::open(folder).and_then(|f| f.sync_all()).map_err(SpoolError::io("sync", folder))
}
