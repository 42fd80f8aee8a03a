//! Where the files come from.

use std::borrow::Cow;
use std::fmt;

/// A file of the web console.
#[derive(Clone, Debug)]
pub struct Asset {
    /// Its content.
    pub bytes: Cow<'static, [u8]>,
    /// Changes with the content.
    pub hash: String,
}

/// Files by their path below the root of the web console.
pub trait Assets: fmt::Debug + Send + Sync {
    /// The file at this path, if there is one.
    fn get(&self, path: &str) -> Option<Asset>;
}

/// The files that are compiled into the program. Debug builds read them from the disk; without a web build there are
/// none.
#[derive(Clone, Copy, Debug, rust_embed::RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
pub struct Embedded;

impl Assets for Embedded {
    fn get(&self, path: &str) -> Option<Asset> {
        let file = <Self as rust_embed::RustEmbed>::get(path)?;
        // 128 bits are enough to tell versions of a file apart.
        let hash =
            file.metadata.sha256_hash().iter().take(16).fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        Some(Asset { bytes: file.data, hash })
    }
}
