//! Connecting: how each database is opened.

use std::path::PathBuf;

/// Which database, and how to reach it.
#[derive(Clone, Debug)]
pub enum ConnectOptions {
    /// The embedded default.
    Sqlite {
        /// The file; made when it is missing.
        path: PathBuf,
    },
    /// A server.
    Postgres {
        /// `postgres://user:password@host:port/database`. Never logged.
        url: String,
        /// Wins over what the URL says; none leaves it to the URL.
        tls: Option<TlsMode>,
        /// Most connections of this process.
        max_connections: u32,
    },
}

/// How a PostgreSQL connection is protected: `sslmode`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsMode {
    /// No TLS.
    Disable,
    /// TLS when the server has it.
    Prefer,
    /// TLS, whoever answers.
    Require,
    /// TLS with a certificate signed by the given (or a built-in) authority.
    VerifyCa(Option<PathBuf>),
    /// And for this host name.
    VerifyFull(Option<PathBuf>),
}

/// Which database is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Embedded.
    Sqlite,
    /// A server.
    Postgres,
}
