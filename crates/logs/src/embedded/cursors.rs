//! Where consumers have got to: a small file each, replaced as a whole.
//!
//! It is not synced. The rows it speaks of are on disk before it is written, and a cursor that is too old only makes
//! the consumer repeat rows that are there already. A torn file is noticed by its checksum and read as "none".

use std::path::{Path, PathBuf};

use crate::port::LogError;

use super::files::failed;

pub(super) async fn load(path: PathBuf) -> Result<Option<Vec<u8>>, LogError> {
    blocking(move || match std::fs::read(&path) {
        Ok(bytes) => Ok(open(&bytes).map(<[u8]>::to_vec)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(failed(&path, source)),
    })
    .await
}

pub(super) async fn save(path: PathBuf, position: Vec<u8>) -> Result<(), LogError> {
    blocking(move || {
        let fresh: &Path = &path.with_extension("new");
        let mut bytes = checksum(&position).to_le_bytes().to_vec();
        bytes.extend_from_slice(&position);
        std::fs::write(fresh, bytes).map_err(|source| failed(fresh, source))?;
        std::fs::rename(fresh, &path).map_err(|source| failed(&path, source))
    })
    .await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LogError> + Send + 'static,
) -> Result<T, LogError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| LogError::Closed)?
}

fn open(bytes: &[u8]) -> Option<&[u8]> {
    let (sum, position) = bytes.split_first_chunk::<8>()?;
    (u64::from_le_bytes(*sum) == checksum(position)).then_some(position)
}

/// FNV-1a: enough to notice a torn file.
fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, b| (sum ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::{checksum, open};

    #[test]
    fn a_torn_or_changed_cursor_is_none() {
        let mut bytes = checksum(b"segment 7").to_le_bytes().to_vec();
        bytes.extend_from_slice(b"segment 7");
        assert_eq!(open(&bytes), Some(&b"segment 7"[..]));
        assert_eq!(open(&bytes[..bytes.len() - 1]), None);
        assert_eq!(open(&[]), None);
        bytes[9] ^= 1;
        assert_eq!(open(&bytes), None);
    }
}
