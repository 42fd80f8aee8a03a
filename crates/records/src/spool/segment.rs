//! Segment files: their names, their header, and which there are.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::SpoolError;

const MAGIC: [u8; 8] = *b"TWSPOOL\x01";
/// Bytes of the header: magic and version, the segment's number, the spool's id, a checksum of these.
pub(super) const HEADER: u64 = 36;

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
        // A name that we did not write (a copy somebody made) is not ours.
        numbers.extend(number.filter(|n| path(folder, *n).file_name() == Some(name.as_os_str())));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Makes a new segment file with its header and first frames. The file must not exist: numbers are never used twice.
pub(super) fn create(folder: &Path, number: u64, id: [u8; 16], frames: &[u8]) -> Result<File, SpoolError> {
    let path = path(folder, number);
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .map_err(|source| SpoolError::write("create", &path, source))?;
    let mut header = [0; HEADER as usize];
    header[..8].copy_from_slice(&MAGIC);
    header[8..16].copy_from_slice(&number.to_le_bytes());
    header[16..32].copy_from_slice(&id);
    let crc = crc32c::crc32c(&header[..32]);
    header[32..].copy_from_slice(&crc.to_le_bytes());
    if let Err(source) = file.write_all_at(&header, 0).and_then(|()| file.write_all_at(frames, HEADER)) {
        // A file without a whole beginning would only be in the way of the next start.
        drop(fs::remove_file(&path));
        return Err(SpoolError::write("write", &path, source));
    }
    Ok(file)
}

/// The spool's id, if these first bytes of a file are the header of that segment.
pub(super) fn header(bytes: &[u8], number: u64) -> Option<[u8; 16]> {
    let head = bytes.first_chunk::<{ HEADER as usize }>()?;
    let whole = head[32..] == crc32c::crc32c(&head[..32]).to_le_bytes();
    (whole && head[..8] == MAGIC && head[8..16] == number.to_le_bytes()).then(|| head[16..32].try_into().ok())?
}

/// Forces the folder's entries (new and removed files) to the disk.
pub(super) fn sync_folder(folder: &Path) -> Result<(), SpoolError> {
    File::open(folder).and_then(|f| f.sync_all()).map_err(SpoolError::io("sync", folder))
}
