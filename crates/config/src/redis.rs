//! Whether and where replicas share their counters.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::Url;

use crate::reader::Reader;

/// A Redis server, or sentinels that know one.
#[derive(Clone, Debug)]
pub struct Redis {
    /// Host and port: of the server, or of each sentinel.
    pub hosts: Vec<(String, u16)>,
    /// What the sentinels are asked for.
    pub sentinel: Option<Sentinel>,
    /// Whether the way to all of them is TLS.
    pub tls: bool,
    /// With TLS: `REDIS_CA_FILE`, readable. Without it the public authorities are trusted.
    pub ca_file: Option<PathBuf>,
    /// Who we are to the server, if not its `default`.
    pub user: Option<String>,
    /// With which password.
    pub password: Option<SecretString>,
    /// Which of its databases.
    pub database: u16,
}

/// What sentinels are asked for, and who asks.
#[derive(Clone, Debug)]
pub struct Sentinel {
    /// What they call the servers that they watch: `mymaster`.
    pub service: String,
    /// Who we are to the sentinels, if not their `default`.
    pub user: Option<String>,
    /// With which password.
    pub password: Option<SecretString>,
}

const NAME: &str = "REDIS_URL";

/// Reads `REDIS_URL`. With an embedded store there is nobody to share with.
pub(crate) fn read(reader: &mut Reader<'_>, embedded: bool) -> Option<Redis> {
    let ca_file = reader.pem_file("REDIS_CA_FILE", None);
    let text = reader.text(NAME)?;
    // The text may hold a password: it is not shown.
    let Some(mut redis) = parse(text) else {
        let mend = "write it as redis://[user:password@]host:port[/database] (rediss:// for TLS), or as \
                    redis+sentinel://[user:password@]host:port[,host:port]/service[/database] (rediss+sentinel:// for TLS)";
        reader.invalid(NAME, "is not the address of a Redis server", mend);
        return None;
    };
    if embedded {
        let mend = "unset it, or set DATABASE_URL to a PostgreSQL that the replicas share";
        reader.invalid(NAME, "is set while the store is SQLite, which one process has for itself", mend);
        return None;
    }
    if ca_file.is_some() && !redis.tls {
        let mend = "write rediss:// (or rediss+sentinel://) in REDIS_URL, or unset it";
        reader.invalid("REDIS_CA_FILE", "is set while REDIS_URL asks for no TLS", mend);
        return None;
    }
    redis.ca_file = ca_file;
    Some(redis)
}

fn parse(text: &str) -> Option<Redis> {
    let (scheme, rest) = text.split_once("://")?;
    let (tls, by_sentinel) = match scheme {
        "redis" => (false, false),
        "rediss" => (true, false),
        "redis+sentinel" => (false, true),
        "rediss+sentinel" => (true, true),
        _ => return None,
    };
    // Only the first host fits a URL.
    let (authority, after) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (login, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
    let port = if by_sentinel { 26_379 } else { 6_379 };
    let hosts = hosts.split(',').map(|host| host_of(host, port)).collect::<Option<Vec<_>>>()?;
    if hosts.len() > 1 && !by_sentinel {
        return None;
    }
    let url = Url::parse(&format!("redis://{login}@host{after}")).ok().filter(|url| url.fragment().is_none())?;
    let mut path = url.path().trim_start_matches('/').split('/');
    let sentinel = if by_sentinel { Some(sentinel(&url, path.next()?)?) } else { None };
    if !by_sentinel && url.query().is_some() {
        return None;
    }
    let database = path.next().filter(|database| !database.is_empty()).map_or(Some(0), |number| number.parse().ok())?;
    if path.next().is_some() {
        return None;
    }
    let user = Some(decoded(url.username())?).filter(|user| !user.is_empty());
    let password = match url.password() {
        Some(password) => Some(decoded(password)?.into()),
        None => None,
    };
    Some(Redis { hosts, sentinel, tls, ca_file: None, user, password, database })
}

fn host_of(text: &str, usual_port: u16) -> Option<(String, u16)> {
    let url = Url::parse(&format!("redis://{text}")).ok()?;
    let host = url.host_str().filter(|host| !host.is_empty())?;
    let alone = matches!(url.path(), "" | "/") && url.query().is_none() && url.username().is_empty();
    // An address of IPv6 has brackets in URLs only.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    alone.then(|| (host.to_owned(), url.port().unwrap_or(usual_port)))
}

fn sentinel(url: &Url, service: &str) -> Option<Sentinel> {
    let service = decoded(service).filter(|service| !service.is_empty())?;
    let mut sentinel = Sentinel { service, user: None, password: None };
    for pair in url.query().into_iter().flat_map(|query| query.split('&')) {
        let (key, value) = pair.split_once('=')?;
        match key {
            "sentinel_username" => sentinel.user = Some(decoded(value)?),
            "sentinel_password" => sentinel.password = Some(decoded(value)?.into()),
            _ => return None,
        }
    }
    Some(sentinel)
}

fn decoded(text: &str) -> Option<String> {
    Some(percent_decode_str(text).decode_utf8().ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    /// Hosts, who asks whom for what, TLS, user, password, database.
    fn shown(text: &str) -> Option<String> {
        let redis = parse(text)?;
        let secret = |password: &Option<SecretString>| password.as_ref().map(|p| p.expose_secret().to_owned());
        let hosts: Vec<String> = redis.hosts.iter().map(|(host, port)| format!("{host} {port}")).collect();
        let asks = redis.sentinel.as_ref().map(|s| (s.service.clone(), s.user.clone(), secret(&s.password)));
        let login = (redis.user.as_deref().unwrap_or("-").to_owned(), secret(&redis.password));
        Some(format!("{} tls={} {login:?} {asks:?} {}", hosts.join(", "), redis.tls, redis.database))
    }

    #[test]
    fn addresses_are_read() {
        for (text, expected) in [
            ("redis://h", r#"h 6379 tls=false ("-", None) None 0"#),
            ("redis://127.0.0.1:6380/3", r#"127.0.0.1 6380 tls=false ("-", None) None 3"#),
            ("redis://[::1]:6379/", r#"::1 6379 tls=false ("-", None) None 0"#),
            ("rediss://u:p%40%2f+@cache.internal", r#"cache.internal 6379 tls=true ("u", Some("p@/+")) None 0"#),
            ("redis://:p@h:1", r#"h 1 tls=false ("-", Some("p")) None 0"#),
            (
                "redis+sentinel://a,b:2,[::1]:3/main",
                r#"a 26379, b 2, ::1 3 tls=false ("-", None) Some(("main", None, None)) 0"#,
            ),
            (
                "rediss+sentinel://u:p@a:1,b/main/7?sentinel_username=s&sentinel_password=q%26",
                r#"a 1, b 26379 tls=true ("u", Some("p")) Some(("main", Some("s"), Some("q&"))) 7"#,
            ),
        ] {
            assert_eq!(shown(text).as_deref(), Some(expected), "{text}");
        }
        for bad in [
            "",
            "h:6379",
            "http://h",
            "redis://",
            "redis:///1",
            "redis://h/first",
            "redis://h/1/2",
            "redis://h/70000",
            "redis://h?db=1",
            "redis://h#1",
            "redis://h,i",
            "redis://h:x",
            "redis+sentinel://h",
            "redis+sentinel://h/",
            "redis+sentinel://h,/main",
            "redis+sentinel://h/main/x",
            "redis+sentinel://h/main?password=x",
            "redis+sentinel://h/main?sentinel_password",
        ] {
            assert_eq!(shown(bad), None, "{bad}");
        }
    }
}
