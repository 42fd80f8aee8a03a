//! Whether and where replicas share their counters.

use secrecy::SecretString;
use url::Url;

use crate::reader::Reader;

/// Reads `REDIS_URL`. With an embedded store there is nobody to share with.
pub(crate) fn read(reader: &mut Reader<'_>, embedded: bool) -> Option<SecretString> {
    const NAME: &str = "REDIS_URL";
    let text = reader.text(NAME)?;
    let mend = "write it as redis://[user:password@]host:port[/database]";
    if text.starts_with("rediss://") {
        reader.invalid(NAME, "asks for TLS, which this version does not have towards Redis", mend);
        return None;
    }
    // The text may hold a password: it is not shown.
    let usable = Url::parse(text).ok().filter(|url| {
        let database = url.path().trim_start_matches('/');
        let numbered = database.is_empty() || database.parse::<u16>().is_ok();
        let host = url.host_str().is_some_and(|host| !host.is_empty());
        url.scheme() == "redis" && host && numbered && url.query().is_none() && url.fragment().is_none()
    });
    if usable.is_none() {
        reader.invalid(NAME, "is not the address of a Redis server", mend);
        return None;
    }
    if embedded {
        let mend = "unset it, or set DATABASE_URL to a PostgreSQL that the replicas share";
        reader.invalid(NAME, "is set while the store is SQLite, which one process has for itself", mend);
        return None;
    }
    Some(text.into())
}
