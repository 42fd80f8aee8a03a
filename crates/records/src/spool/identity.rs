//! The id of a spool, by which consumers keep their cursors and which seals its frames.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use super::{SpoolError, segment};

/// The id of this spool, made at its first start. Every segment repeats it, so the loss of the file named `id` does no
/// harm: consumers would not know their cursors any more and read everything again.
pub(super) fn identity(folder: &Path, numbers: &[u64]) -> Result<[u8; 16], SpoolError> {
    let path = folder.join("id");
    let written = match fs::read_to_string(&path) {
        Ok(text) => parse(&text),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(source) => return Err(SpoolError::Io { action: "read", path, source }),
    };
    let in_segments = of_segments(folder, numbers)?;
    let id = match (in_segments, written) {
        (Some(id), _) | (None, Some(id)) => id,
        (None, None) => random().map_err(SpoolError::io("make an id for", folder))?,
    };
    if written != Some(id) {
        // Before the first segment is made, so that no consumer ever learns of an id that a power loss takes away.
        let unfinished = folder.join("id.new");
        let done = File::create(&unfinished).and_then(|mut file| {
            file.write_all(text(id).as_bytes())?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)
        });
        match done.map_err(|source| SpoolError::write("write", &path, source)) {
            Ok(()) => segment::sync_folder(folder)?,
            // The segments know it.
            Err(SpoolError::Full(_)) if in_segments.is_some() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(id)
}

/// The id as consumers see it.
pub(super) fn text(id: [u8; 16]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn parse(text: &str) -> Option<[u8; 16]> {
    u128::from_str_radix(text, 16).ok().filter(|_| text.len() == 32).map(u128::to_be_bytes)
}

fn of_segments(folder: &Path, numbers: &[u64]) -> Result<Option<[u8; 16]>, SpoolError> {
    for number in numbers.iter().rev() {
        let path = segment::path(folder, *number);
        let mut head = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(segment::HEADER).read_to_end(&mut head))
            .map_err(SpoolError::io("read", &path))?;
        if let Some(id) = segment::header(&head, *number) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

fn random() -> std::io::Result<[u8; 16]> {
    let mut id = [0; 16];
    File::open("/dev/urandom")?.read_exact(&mut id)?;
    Ok(id)
}
