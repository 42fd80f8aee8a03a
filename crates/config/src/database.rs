//! Which database, and whether the way to it is safe.

use std::borrow::Cow;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use url::Url;

use crate::reader::Reader;

/// TLS towards PostgreSQL, with PostgreSQL's own names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsMode {
    /// Never.
    Disable,
    /// If the server insists.
    Allow,
    /// If the server can.
    Prefer,
    /// Always, with any certificate.
    Require,
    /// Always, with a certificate of a known authority.
    VerifyCa,
    /// Always, with a certificate of a known authority for this host.
    VerifyFull,
}

impl TlsMode {
    const ALL: [Self; 6] = [Self::Disable, Self::Allow, Self::Prefer, Self::Require, Self::VerifyCa, Self::VerifyFull];

    /// The name in URLs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Allow => "allow",
            Self::Prefer => "prefer",
            Self::Require => "require",
            Self::VerifyCa => "verify-ca",
            Self::VerifyFull => "verify-full",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == name)
    }
}

const MODES: &str = "use disable, allow, prefer, require, verify-ca or verify-full";

/// The durable store.
#[derive(Clone, Debug)]
pub enum Database {
    /// Embedded: one file.
    Sqlite {
        /// The file.
        path: PathBuf,
    },
    /// A server.
    Postgres {
        /// With the decided `sslmode` and `sslrootcert` in it, so that nothing else decides them.
        url: SecretString,
        /// Host or socket directory, for messages.
        host: String,
        /// How the connection is protected.
        tls: TlsMode,
        /// Authority of the server's certificate, when it is not a public one.
        root_cert: Option<PathBuf>,
    },
}

impl Database {
    /// Whether it is the embedded default: secrets are generated, the console stays on loopback.
    pub const fn is_embedded(&self) -> bool {
        matches!(self, Self::Sqlite { .. })
    }
}

/// Decides the database. `None` when something is wrong with it, which the reader then knows.
pub(crate) fn read(reader: &mut Reader<'_>, data_dir: &Path, dev_mode: bool) -> Option<Database> {
    let mode = reader.parse("WATCHGRID_DB_SSLMODE", MODES, TlsMode::parse);
    let Some(text) = reader.text("DATABASE_URL") else {
        reader.pem_file("WATCHGRID_DB_SSLROOTCERT", None);
        return Some(Database::Sqlite { path: data_dir.join("thinkwatch.db") });
    };
    if let Some(rest) = text.strip_prefix("sqlite:") {
        reader.pem_file("WATCHGRID_DB_SSLROOTCERT", None);
        return sqlite(reader, rest);
    }
    if !text.starts_with("postgres://") && !text.starts_with("postgresql://") {
        let mend = "use postgres://user:password@host/database or sqlite:PATH, or unset it for the embedded default";
        reader.invalid("DATABASE_URL", "is neither a PostgreSQL nor an SQLite URL", mend);
        return None;
    }
    let Ok(url) = Url::parse(text) else {
        // The text may hold a password: it is not shown.
        let mend = "write special characters of the password as %XX: postgres://user:password@host/database";
        reader.invalid("DATABASE_URL", "is not a valid URL", mend);
        return None;
    };
    postgres(reader, url, mode, dev_mode)
}

fn sqlite(reader: &mut Reader<'_>, rest: &str) -> Option<Database> {
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.is_empty() || path.contains(['?', '#']) || path == ":memory:" {
        let mend = "give a plain path, such as sqlite:/var/lib/thinkwatch/thinkwatch.db";
        reader.invalid("DATABASE_URL", "names no file", mend);
        return None;
    }
    Some(Database::Sqlite { path: path.into() })
}

fn postgres(reader: &mut Reader<'_>, mut url: Url, from_variable: Option<TlsMode>, dev_mode: bool) -> Option<Database> {
    let mut others: Vec<(String, String)> = Vec::new();
    let (mut from_url, mut root_cert, mut host) = (None, None, None);
    for (key, value) in url.query_pairs() {
        match &*key {
            "sslmode" | "ssl-mode" => from_url = Some(value.into_owned()),
            "sslrootcert" | "ssl-root-cert" | "ssl-ca" => root_cert = Some(PathBuf::from(value.into_owned())),
            "host" | "hostaddr" => {
                host = Some(value.clone().into_owned());
                others.push((key.into_owned(), value.into_owned()));
            }
            _ => others.push((key.into_owned(), value.into_owned())),
        }
    }
    let root_cert = reader.pem_file("WATCHGRID_DB_SSLROOTCERT", root_cert);
    let from_url = from_url.and_then(|name| {
        let mode = TlsMode::parse(&name);
        if mode.is_none() && from_variable.is_none() {
            reader.invalid("DATABASE_URL", format!("has sslmode `{}`", name.escape_debug()), MODES);
        }
        mode.or(Some(TlsMode::VerifyFull))
    });
    // Without a host the driver would look for one elsewhere (PGHOST), where nobody has checked it.
    let Some(host) = host.or_else(|| url.host_str().map(percent_decoded)).filter(|host| !host.is_empty()) else {
        let mend = "write postgres://user@localhost/database, or ?host=/var/run/postgresql for a Unix socket";
        reader.invalid("DATABASE_URL", "names no host", mend);
        return None;
    };
    let tls = from_variable.or(from_url).unwrap_or(TlsMode::Prefer);
    if tls < TlsMode::Require && !dev_mode && !is_local(&host) {
        let mend =
            "set WATCHGRID_DB_SSLMODE=verify-full (or sslmode in the URL), or WATCHGRID_DEV_MODE=true for a trial";
        reader.invalid(
            "DATABASE_URL",
            format!("leads to `{host}` with sslmode {}, possibly without TLS", tls.as_str()),
            mend,
        );
        return None;
    }
    {
        let mut query = url.query_pairs_mut();
        query.clear().extend_pairs(&others).append_pair("sslmode", tls.as_str());
        if let Some(path) = &root_cert {
            query.append_pair("sslrootcert", &path.to_string_lossy());
        }
    }
    Some(Database::Postgres { url: String::from(url).into(), host, tls, root_cert })
}

/// Socket directories stand in the host part with `%2F` for `/`.
fn percent_decoded(host: &str) -> String {
    // The query's decoding is used, which reads `+` as a blank; hosts have neither.
    let as_query = format!("h={host}");
    url::form_urlencoded::parse(as_query.as_bytes()).next().map_or(Cow::Borrowed(host), |(_, v)| v).into_owned()
}

fn is_local(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.starts_with('/')
        || host.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}
