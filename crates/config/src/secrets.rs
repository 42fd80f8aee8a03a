//! The two secrets: given by the environment, or made once and kept in the data directory.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use thinkwatch_identity::random::{self, RandomError};
use thinkwatch_identity::{encryption, secret_strength};
use zeroize::Zeroizing;

use crate::data_dir::DataDir;
use crate::reader::Reader;

/// What the environment gave, checked.
#[derive(Clone, Debug, Default)]
pub struct GivenSecrets {
    /// `JWT_SECRET`.
    pub jwt: Option<SecretString>,
    /// `JWT_SECRET_PREVIOUS`.
    pub jwt_previous: Option<SecretString>,
    /// `ENCRYPTION_KEY`.
    pub encryption: Option<SecretString>,
    /// `ENCRYPTION_KEY_PREVIOUS`.
    pub encryption_previous: Option<SecretString>,
}

/// What the process works with.
#[derive(Clone, Debug)]
pub struct Secrets {
    /// Signs console tokens.
    pub jwt: SecretString,
    /// Still accepted.
    pub jwt_previous: Option<SecretString>,
    /// Encrypts what is stored: 64 hexadecimal digits.
    pub encryption: SecretString,
    /// Still decrypts.
    pub encryption_previous: Option<SecretString>,
}

/// Why a generated secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretFileError {
    /// The file cannot be read or written.
    #[error("{path}: {error}: make it readable and writable for this user, or set {variable}", path = .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The variable that could be given instead.
        variable: &'static str,
        /// What the system said.
        error: io::Error,
    },
    /// Others may read it.
    #[error("{path} can be read by others than its owner: run `chmod 600` on it", path = .path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// It was changed. It is never replaced: what was encrypted under it would be lost.
    #[error("{path} does not contain 64 hexadecimal characters: restore it from a backup, or set {variable}", path = .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The variable that could be given instead.
        variable: &'static str,
    },
    /// No random numbers.
    #[error(transparent)]
    Random(#[from] RandomError),
}

const MAKE_JWT: &str = "make one with `openssl rand -hex 32`";
const MAKE_KEY: &str = "make one with `openssl rand -hex 32` and keep a copy of it";

/// Reads and checks what is given; with PostgreSQL both must be.
pub(crate) fn read(reader: &mut Reader<'_>, must_be_given: bool) -> GivenSecrets {
    let mut jwt = |name| {
        let secret = reader.secret(name)?;
        if let Err(weak) = secret_strength::check_jwt_secret(secret.expose_secret()) {
            reader.invalid(name, weak.to_string(), MAKE_JWT);
        }
        Some(secret)
    };
    let (jwt, jwt_previous) = (jwt("JWT_SECRET"), jwt("JWT_SECRET_PREVIOUS"));
    let mut key = |name| {
        let secret = reader.secret(name)?;
        if let Err(error) = encryption::check_key(&secret) {
            reader.invalid(name, error.to_string(), MAKE_KEY);
        } else if let Err(weak) = secret_strength::check_encryption_key(secret.expose_secret()) {
            reader.invalid(name, weak.to_string(), MAKE_KEY);
        }
        Some(secret)
    };
    let (encryption, encryption_previous) = (key("ENCRYPTION_KEY"), key("ENCRYPTION_KEY_PREVIOUS"));
    for (name, given, mend) in
        [("JWT_SECRET", jwt.is_some(), MAKE_JWT), ("ENCRYPTION_KEY", encryption.is_some(), MAKE_KEY)]
    {
        if must_be_given && !given {
            reader.missing(name, format!("with PostgreSQL it must be given; {mend}"));
        }
    }
    GivenSecrets { jwt, jwt_previous, encryption, encryption_previous }
}

impl GivenSecrets {
    /// Takes what is given; what is not is read from the data directory, and made there on the first start.
    pub fn complete(self, data_dir: &DataDir) -> Result<Secrets, SecretFileError> {
        let kept = |name: &str, variable| read_or_make(&data_dir.path().join(name), variable);
        Ok(Secrets {
            jwt: self.jwt.map_or_else(|| kept("jwt_secret", "JWT_SECRET"), Ok)?,
            jwt_previous: self.jwt_previous,
            encryption: self.encryption.map_or_else(|| kept("encryption_key", "ENCRYPTION_KEY"), Ok)?,
            encryption_previous: self.encryption_previous,
        })
    }
}

fn read_or_make(path: &Path, variable: &'static str) -> Result<SecretString, SecretFileError> {
    let io_error = |error| SecretFileError::Io { path: path.to_owned(), variable, error };
    match std::fs::read(path).map(Zeroizing::new) {
        Ok(bytes) => {
            let mode = std::fs::metadata(path).map_err(io_error)?.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(SecretFileError::Exposed { path: path.to_owned() });
            }
            let text = std::str::from_utf8(&bytes).unwrap_or_default().trim();
            let secret = SecretString::from(text);
            match encryption::check_key(&secret) {
                Ok(()) => Ok(secret),
                Err(_) => Err(SecretFileError::Damaged { path: path.to_owned(), variable }),
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let secret = random::hex64()?;
            write_new(path, &secret).map_err(io_error)?;
            Ok(secret.as_str().into())
        }
        Err(error) => Err(io_error(error)),
    }
}

/// Writes a file that is either complete and on the disk, or not there. The data directory's lock is held.
fn write_new(path: &Path, secret: &str) -> io::Result<()> {
    let unfinished = path.with_extension("unfinished");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    // One that a crash left behind may have had other rights.
    file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    writeln!(file, "{secret}")?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)?;
    match path.parent() {
        Some(directory) => File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, set_permissions};

    use super::*;

    #[test]
    fn secrets_are_made_once_for_the_owner_only() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let data = DataDir::open(dir.path()).expect("own directory");
        let complete = || GivenSecrets::default().complete(&data);
        let first = complete().expect("made");
        let again = complete().expect("read");
        assert_eq!(first.jwt.expose_secret(), again.jwt.expose_secret());
        assert_eq!(first.encryption.expose_secret(), again.encryption.expose_secret());
        assert_ne!(first.jwt.expose_secret(), first.encryption.expose_secret());
        secret_strength::check_jwt_secret(first.jwt.expose_secret()).expect("strong");
        assert!(!format!("{first:?}").contains(first.jwt.expose_secret()));
        for name in ["jwt_secret", "encryption_key"] {
            let mode = std::fs::metadata(data.path().join(name)).expect("written").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        // A given one wins and leaves the kept one alone.
        let given = GivenSecrets { jwt: Some("given".into()), ..GivenSecrets::default() };
        assert_eq!(given.complete(&data).expect("given").jwt.expose_secret(), "given");
        assert_eq!(complete().expect("read").jwt.expose_secret(), first.jwt.expose_secret());
    }

    #[test]
    fn a_changed_file_is_an_error_and_never_replaced() {
        let dir = tempfile::tempdir().expect("temporary directory");
        let data = DataDir::open(dir.path()).expect("own directory");
        GivenSecrets::default().complete(&data).expect("made");
        let path = data.path().join("encryption_key");
        for content in ["", "abc", "\u{fffd}"] {
            std::fs::write(&path, content).expect("own file");
            let error = GivenSecrets::default().complete(&data).expect_err("damaged");
            assert!(matches!(error, SecretFileError::Damaged { .. }), "{error}");
            assert_eq!(std::fs::read_to_string(&path).expect("there"), content);
        }
        set_permissions(&path, Permissions::from_mode(0o640)).expect("own file");
        let error = GivenSecrets::default().complete(&data).expect_err("exposed").to_string();
        assert!(error.ends_with("can be read by others than its owner: run `chmod 600` on it"), "{error}");
    }
}
