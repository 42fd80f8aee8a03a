//! Starting: find out which calls were open when the last process died, and close them as interrupted.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::Path;

use prost::Message;

use super::frame::{self, Decoded, Kind};
use super::open_calls::OpenCalls;
use super::writer::{Sealed, Writer};
use super::{SpoolConfig, SpoolError, segment};

/// What recovery found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Recovered {
    /// Calls that were open and are now closed as interrupted.
    pub(super) interrupted: usize,
    /// Bytes at the end of the newest segment that were no whole frame.
    pub(super) torn_bytes: u64,
}

/// Opens the folder: reads the newest segment, begins a new one and closes in it what was left open.
pub(super) fn recover(config: SpoolConfig) -> Result<(Writer, Recovered), SpoolError> {
    fs::create_dir_all(&config.folder).map_err(SpoolError::io("create", &config.folder))?;
    let numbers = segment::list(&config.folder)?;
    let mut recovered = Recovered::default();
    let mut open = OpenCalls::default();
    // A segment without a whole checkpoint was being begun when the process died: it holds nothing of its own.
    for number in numbers.iter().rev() {
        if let Some((found, torn)) = read_segment(&config.folder, *number)? {
            (open, recovered.torn_bytes) = (found, torn);
            break;
        }
    }
    let mut sealed = Vec::with_capacity(numbers.len());
    for number in &numbers {
        let path = segment::path(&config.folder, *number);
        let bytes = fs::metadata(&path).map_err(SpoolError::io("read", &path))?.len();
        sealed.push(Sealed { number: *number, bytes });
    }
    let next = numbers.last().copied().unwrap_or(0) + 1;
    let mut writer = Writer::begin(config, next, open, sealed)?;
    recovered.interrupted = close_open_calls(&mut writer)?;
    Ok((writer, recovered))
}

/// Closes every open call as interrupted, in one write. Also used at shutdown for calls that nobody finished.
pub(super) fn close_open_calls(writer: &mut Writer) -> Result<usize, SpoolError> {
    let ids = writer.open.ids();
    let mut frames = Vec::new();
    for id in &ids {
        if let Some(record) = writer.open.interrupted(*id) {
            frame::encode(&mut frames, Kind::Close, |out| record.encode_raw(out))?;
        }
    }
    if !frames.is_empty() {
        writer.append_closing(&frames)?;
    }
    for id in &ids {
        writer.open.closed(*id);
    }
    Ok(ids.len())
}

/// The calls open at the end of a segment, and how many bytes after its last whole frame; `None` if its checkpoint is
/// not whole.
fn read_segment(folder: &Path, number: u64) -> Result<Option<(OpenCalls, u64)>, SpoolError> {
    let path = segment::path(folder, number);
    let mut bytes = Vec::new();
    File::open(&path).and_then(|mut f| f.read_to_end(&mut bytes)).map_err(SpoolError::io("read", &path))?;
    if !segment::is_header(&bytes, number) {
        return Ok(None);
    }
    let mut open = OpenCalls::default();
    let mut checkpointed = false;
    let mut rest = bytes.get(segment::HEADER as usize..).unwrap_or_default();
    while let Decoded::Frame { kind, payload, size } = frame::decode(rest) {
        if let Some(kind) = kind {
            checkpointed |= kind == Kind::CheckpointEnd;
            open.replay(kind, payload);
        }
        rest = &rest[size..];
    }
    if !rest.is_empty() {
        tracing::warn!(
            segment = number,
            bytes = rest.len(),
            "the newest spool segment ends in a frame that was not written whole; it is passed over"
        );
    }
    Ok(checkpointed.then_some((open, rest.len() as u64)))
}

/// The name of this spool, made at its first start: consumers keep their cursor per spool.
pub(super) fn identity(folder: &Path) -> Result<String, SpoolError> {
    let path = folder.join("id");
    match fs::read_to_string(&path) {
        Ok(id) if id.len() == 32 => return Ok(id),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(source) => return Err(SpoolError::Io { action: "read", path, source }),
    }
    let mut random = [0u8; 16];
    File::open("/dev/urandom").and_then(|mut f| f.read_exact(&mut random)).map_err(SpoolError::io("read", &path))?;
    let id: String = random.iter().map(|b| format!("{b:02x}")).collect();
    let unfinished = folder.join("id.new");
    File::create(&unfinished)
        .and_then(|mut file| {
            file.write_all(id.as_bytes())?;
            file.sync_all()?;
            fs::rename(&unfinished, &path)
        })
        .map_err(SpoolError::io("write", &path))?;
    Ok(id)
}
