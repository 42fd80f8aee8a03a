use std::collections::BTreeSet;
use std::path::Path;

use secrecy::ExposeSecret;

use super::*;
use crate::database::TlsMode;
use crate::variables::VARIABLES;

const KEY: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const JWT: &str = "q7ZrV2mK9xWc4TnB8pLd3HsJ6fYg1QaE";
const PG: &str = "postgres://u:hunter2@db.example.com/tw";

fn load(pairs: &[(&str, &str)]) -> Result<Config, ConfigErrors> {
    // A directory that does not exist: no settings file is found by chance.
    let mut all = vec![("THINKWATCH_DATA_DIR", "/nonexistent/data")];
    all.extend(pairs);
    Config::load(&Environment::from_pairs(all))
}

/// Checks that the lines are exactly the failures.
fn check(pairs: &[(&str, &str)], expected: &[&str]) {
    let got = load(pairs).map(|_| ()).map_err(|e| e.to_string()).err().unwrap_or_default();
    assert_eq!(got.lines().collect::<Vec<_>>(), expected, "{pairs:?}");
    assert!(!got.contains("hunter2"), "a password is shown: {got}");
}

#[test]
fn nothing_set_is_the_embedded_default() {
    let config = load(&[]).expect("valid");
    assert!(
        matches!(&config.database, Database::Sqlite { path } if path == Path::new("/nonexistent/data/thinkwatch.db"))
    );
    assert_eq!(config.gateway.to_string(), "0.0.0.0:3000");
    assert_eq!(config.console.to_string(), "127.0.0.1:3001");
    assert_eq!(config.metrics, None);
    assert_eq!(
        (config.gateway_url(), config.console_url()),
        ("http://localhost:3000".into(), "http://localhost:3001".into())
    );
    assert_eq!((&config.settings, config.log_filter.as_str()), (&Settings::default(), "info"));
    assert!(config.secrets.jwt.is_none() && config.trusted_proxies.is_empty() && !config.console_is_https());
}

#[test]
fn everything_can_be_told() {
    let dir = tempfile::tempdir().expect("temporary directory");
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).expect("write");
        path.to_str().expect("UTF-8").to_owned()
    };
    let ca = write("ca.pem", "-----BEGIN CERTIFICATE-----\n");
    let file = write("tw.toml", "[settings]\nspool.strict = true\nspool.sync_ms = 5\n");
    let config = load(&[
        ("THINKWATCH_CONFIG", &file),
        ("THINKWATCH_SETTING_SPOOL__SYNC_MS", "7"),
        ("DATABASE_URL", &format!("{PG}?sslmode=disable&application_name=a")),
        ("WATCHGRID_DB_SSLMODE", "verify-ca"),
        ("WATCHGRID_DB_SSLROOTCERT", &ca),
        ("JWT_SECRET", JWT),
        ("ENCRYPTION_KEY", KEY),
        ("SERVER_HOST", "::1"),
        ("GATEWAY_HOST", "localhost"),
        ("GATEWAY_PORT", "0"),
        ("CONSOLE_PORT", "8001"),
        ("METRICS_PORT", "9100"),
        ("METRICS_BEARER_TOKEN", "metrics"),
        ("PUBLIC_GATEWAY_URL", "https://ai.example.com/"),
        ("PUBLIC_CONSOLE_URL", "https://console.example.com"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1,fd00::/8"),
        ("CORS_ORIGINS", "https://b.example.com,https://a.example.com:8443/"),
        ("WATCHGRID_ALLOWED_ORIGINS", "https://b.example.com"),
        ("HTTPS_PROXY", "http://me:hunter2@proxy:3128"),
        ("NO_PROXY", "localhost, .Example.com"),
        ("EXTRA_CA_FILE", &ca),
        ("RUST_LOG", "info,think_watch=debug"),
    ])
    .expect("valid");
    let Database::Postgres { url, tls, host, root_cert } = &config.database else { panic!("PostgreSQL") };
    assert_eq!(
        (*tls, host.as_str(), root_cert.as_deref()),
        (TlsMode::VerifyCa, "db.example.com", Some(Path::new(&ca)))
    );
    let url = url.expose_secret();
    assert!(url.starts_with(&format!("{PG}?application_name=a&sslmode=verify-ca&sslrootcert=")), "{url}");
    assert_eq!(config.gateway.to_string(), "127.0.0.1:0");
    assert_eq!(config.console.to_string(), "[::1]:8001");
    assert_eq!(config.metrics.map(|m| m.to_string()).as_deref(), Some("127.0.0.1:9100"));
    assert_eq!(config.gateway_url(), "https://ai.example.com");
    assert!(config.console_is_https());
    assert_eq!(
        config.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["10.0.0.0/8", "192.0.2.1/32", "fd00::/8"]
    );
    assert_eq!(config.cors_origins, ["https://a.example.com:8443", "https://b.example.com"]);
    assert_eq!(config.outbound.no_proxy, ["localhost", ".example.com"]);
    assert_eq!(config.log_filter, "info,thinkwatch=debug");
    assert!(config.settings.spool_strict);
    assert_eq!(config.settings.spool_sync_ms, 7, "the environment wins over the file");
    let sources: Vec<_> = config.setting_sources.iter().map(|(k, s)| (*k, *s)).collect();
    assert_eq!(sources, [("spool.strict", SettingSource::File), ("spool.sync_ms", SettingSource::Environment)]);
    let printed = format!("{config:?}");
    for secret in ["hunter2", JWT, KEY, "\"metrics\""] {
        assert!(!printed.contains(secret), "{secret} is printed");
    }
}

#[test]
fn each_wrong_value_is_one_line_that_says_how_to_mend_it() {
    let weak_jwt = "JWT_SECRET is a sample value, known to everyone: make one with `openssl rand -hex 32`";
    let port = "CONSOLE_PORT is `x`: use a number from 0 to 65535";
    let address = "GATEWAY_HOST is `my.host`: use an IP address of this machine, such as 127.0.0.1, 0.0.0.0 or ::";
    for (name, value, expected) in [
        ("JWT_SECRET", "short", "JWT_SECRET has fewer than 32 characters: make one with `openssl rand -hex 32`"),
        ("JWT_SECRET", "changeme-changeme-changeme-changeme", weak_jwt),
        (
            "JWT_SECRET_PREVIOUS",
            "abcabcabcabcabcabcabcabcabcabcabcabc",
            "JWT_SECRET_PREVIOUS is too easy to guess (repeated or few different characters): make one with `openssl rand -hex 32`",
        ),
        (
            "ENCRYPTION_KEY",
            "hunter2",
            "ENCRYPTION_KEY must be 64 hexadecimal characters (32 bytes): make one with `openssl rand -hex 32` and keep a copy of it",
        ),
        (
            "ENCRYPTION_KEY_PREVIOUS",
            &"0".repeat(64),
            "ENCRYPTION_KEY_PREVIOUS is too easy to guess (repeated or few different characters): make one with `openssl rand -hex 32` and keep a copy of it",
        ),
        ("CONSOLE_PORT", "x", port),
        ("CONSOLE_PORT", "3000", "CONSOLE_PORT is 3000, the same as GATEWAY_PORT: give each a port of its own"),
        ("METRICS_PORT", "3001", "METRICS_PORT is 3001, the same as CONSOLE_PORT: give each a port of its own"),
        ("GATEWAY_PORT", "65536", "GATEWAY_PORT is `65536`: use a number from 0 to 65535"),
        ("GATEWAY_HOST", "my.host", address),
        (
            "PUBLIC_GATEWAY_URL",
            "ai.example.com",
            "PUBLIC_GATEWAY_URL is `ai.example.com`: write it as https://ai.example.com",
        ),
        ("PUBLIC_CONSOLE_URL", "ftp://x", "PUBLIC_CONSOLE_URL is `ftp://x`: write it as https://console.example.com"),
        (
            "TRUSTED_PROXIES",
            "10.0.0.0/8,10.0/8",
            "TRUSTED_PROXIES contains `10.0/8`: write networks as 10.0.0.0/8 or single addresses, separated by commas",
        ),
        (
            "CORS_ORIGINS",
            "*",
            "CORS_ORIGINS contains `*`: write origins as https://host or https://host:port, separated by commas; `*` is not possible",
        ),
        (
            "WATCHGRID_ALLOWED_ORIGINS",
            "https://a/b",
            "WATCHGRID_ALLOWED_ORIGINS contains `https://a/b`: write origins as https://host or https://host:port, separated by commas; `*` is not possible",
        ),
        (
            "HTTPS_PROXY",
            "socks5://u:hunter2@h:1",
            "HTTPS_PROXY is not the URL of an HTTP proxy: write it as http://[user:password@]host:port",
        ),
        ("WATCHGRID_DEV_MODE", "maybe", "WATCHGRID_DEV_MODE is `maybe`: use true or false"),
        ("WATCHGRID_DEV_MODE", "a\nb", "WATCHGRID_DEV_MODE is `a\\nb`: use true or false"),
        (
            "WATCHGRID_DB_SSLMODE",
            "on",
            "WATCHGRID_DB_SSLMODE is `on`: use disable, allow, prefer, require, verify-ca or verify-full",
        ),
        (
            "DATABASE_URL",
            "mysql://u:hunter2@h/d",
            "DATABASE_URL is neither a PostgreSQL nor an SQLite URL: use postgres://user:password@host/database or sqlite:PATH, or unset it for the embedded default",
        ),
        (
            "DATABASE_URL",
            "sqlite::memory:",
            "DATABASE_URL names no file: give a plain path, such as sqlite:/var/lib/thinkwatch/thinkwatch.db",
        ),
        (
            "EXTRA_CA_FILE",
            "/nonexistent/ca",
            "EXTRA_CA_FILE (/nonexistent/ca) cannot be read (No such file or directory (os error 2)): give the path of a PEM file with certificates",
        ),
        (
            "EXTRA_CA_FILE",
            "/dev/null",
            "EXTRA_CA_FILE (/dev/null) has no certificate in it: give the path of a PEM file with certificates",
        ),
        (
            "THINKWATCH_CONFIG",
            "/nonexistent/tw",
            "/nonexistent/tw: cannot be read (No such file or directory (os error 2)): correct THINKWATCH_CONFIG or the file's rights",
        ),
        (
            "THINKWATCH_SETTING_SPOOL__SYNC_MS",
            "0",
            "THINKWATCH_SETTING_SPOOL__SYNC_MS: setting `spool.sync_ms` must be a whole number from 1 to 10000, not `0`",
        ),
        (
            "THINKWATCH_SETTING_SPOOL__SYNC",
            "1",
            "THINKWATCH_SETTING_SPOOL__SYNC: unknown setting `spool.sync` (did you mean `spool.sync_ms`?)",
        ),
        (
            "REDIS_URL",
            "redis://h",
            "REDIS_URL is set while the store is SQLite, which one process has for itself: unset it, or set DATABASE_URL to a PostgreSQL that the replicas share",
        ),
        ("REDIS_URL", "", ""),
        ("WATCHGRID_DEVMODE", "1", "WATCHGRID_DEVMODE is not a known variable: did you mean WATCHGRID_DEV_MODE?"),
    ] {
        let expected: Vec<_> = Some(expected).filter(|e| !e.is_empty()).into_iter().collect();
        check(&[(name, value)], &expected);
    }
}

#[test]
fn all_failures_are_told_at_once() {
    check(
        &[("DATABASE_URL", PG), ("GATEWAY_PORT", "x"), ("CLICKHOUSE_URL", "http://h"), ("THINKWATCH_PORT", "1")],
        &[
            "CLICKHOUSE_URL is not supported by this version (the ClickHouse log store): unset it",
            "THINKWATCH_PORT is not a known variable: unset it",
            "DATABASE_URL leads to `db.example.com` with sslmode prefer, possibly without TLS: set WATCHGRID_DB_SSLMODE=verify-full (or sslmode in the URL), or WATCHGRID_DEV_MODE=true for a trial",
            "JWT_SECRET is not set: with PostgreSQL it must be given; make one with `openssl rand -hex 32`",
            "ENCRYPTION_KEY is not set: with PostgreSQL it must be given; make one with `openssl rand -hex 32` and keep a copy of it",
            "GATEWAY_PORT is `x`: use a number from 0 to 65535",
        ],
    );
}

#[test]
fn postgres_without_tls_is_refused_unless_it_cannot_be_overheard() {
    let decide = |url: &str, variable: &str, dev_mode: &str| {
        let pairs = [
            ("DATABASE_URL", url),
            ("WATCHGRID_DB_SSLMODE", variable),
            ("WATCHGRID_DEV_MODE", dev_mode),
            ("JWT_SECRET", JWT),
            ("ENCRYPTION_KEY", KEY),
        ];
        match load(&pairs).map(|c| c.database) {
            Ok(Database::Postgres { tls, url, .. }) => {
                let mode = format!("sslmode={}", tls.as_str());
                assert_eq!(url.expose_secret().matches("sslmode=").count(), 1);
                assert!(url.expose_secret().contains(&mode), "the URL says what was decided");
                Some(tls)
            }
            Ok(Database::Sqlite { .. }) => panic!("PostgreSQL"),
            Err(errors) => {
                let text = errors.to_string();
                assert!(text.starts_with("DATABASE_URL ") && text.lines().count() == 1, "{text}");
                assert!(!text.contains("hunter2"), "{text}");
                None
            }
        }
    };
    let remote = |query: &str| format!("{PG}{query}");
    for (url, variable, dev_mode, expected) in [
        (remote(""), "", "", None),
        (remote(""), "", "true", Some(TlsMode::Prefer)),
        (remote("?sslmode=disable"), "", "", None),
        (remote("?sslmode=prefer"), "", "", None),
        (remote("?sslmode=disable"), "", "true", Some(TlsMode::Disable)),
        (remote("?sslmode=require"), "", "", Some(TlsMode::Require)),
        (remote("?sslmode=verify-full"), "", "", Some(TlsMode::VerifyFull)),
        (remote("?sslmode=sometimes"), "", "", None),
        (remote("?sslmode=require"), "disable", "", None),
        (remote("?sslmode=disable"), "verify-full", "", Some(TlsMode::VerifyFull)),
        // Looks local, is not.
        ("postgres://localhost.example.com/tw".into(), "", "", None),
        ("postgres://u@localhost/tw?host=db.example.com".into(), "", "", None),
        ("postgres://u@0.0.0.0/tw".into(), "", "", None),
        ("postgres:///tw".into(), "", "", None),
        ("postgres://u:hunter2@[broken/tw".into(), "", "", None),
        // Is local.
        ("postgres://u:p@localhost:5433/tw".into(), "", "", Some(TlsMode::Prefer)),
        ("postgresql://127.0.0.2/tw?sslmode=disable".into(), "", "", Some(TlsMode::Disable)),
        ("postgres://[::1]/tw".into(), "", "", Some(TlsMode::Prefer)),
        ("postgres:///tw?host=/var/run/postgresql".into(), "", "", Some(TlsMode::Prefer)),
        ("postgres://u@%2Fvar%2Frun%2Fpostgresql/tw".into(), "", "", Some(TlsMode::Prefer)),
    ] {
        assert_eq!(decide(&url, variable, dev_mode), expected, "{url} {variable} {dev_mode}");
    }
}

#[test]
fn the_console_is_reachable_from_outside_only_when_told_or_with_postgres() {
    let secrets = [("JWT_SECRET", JWT), ("ENCRYPTION_KEY", KEY)];
    let console = |pairs: &[(&str, &str)]| load(&[pairs, &secrets].concat()).expect("valid").console.ip().to_string();
    assert_eq!(console(&[]), "127.0.0.1");
    assert_eq!(console(&[("GATEWAY_HOST", "0.0.0.0")]), "127.0.0.1");
    assert_eq!(console(&[("DATABASE_URL", "sqlite:/tmp/x.db")]), "127.0.0.1");
    assert_eq!(console(&[("CONSOLE_HOST", "0.0.0.0")]), "0.0.0.0");
    assert_eq!(console(&[("SERVER_HOST", "10.0.0.1"), ("CONSOLE_HOST", "10.0.0.2")]), "10.0.0.2");
    assert_eq!(console(&[("DATABASE_URL", "postgres://localhost/x")]), "0.0.0.0");
}

#[test]
fn redis_goes_with_postgres_and_has_an_address() {
    let decide = |url: &str| {
        let pairs = [
            ("DATABASE_URL", "postgres://localhost/x"),
            ("JWT_SECRET", JWT),
            ("ENCRYPTION_KEY", KEY),
            ("REDIS_URL", url),
        ];
        load(&pairs).map(|config| config.redis.map(|redis| redis.hosts)).map_err(|e| e.to_string())
    };
    for url in ["redis://h:7", "rediss://user:hunter2@h:7", "redis+sentinel://user:hunter2@h:7/main"] {
        assert_eq!(decide(url), Ok(Some(vec![("h".to_owned(), 7)])));
    }
    assert_eq!(decide(""), Ok(None));
    for (url, says) in [
        ("redis+sentinel://u:hunter2@h", "is not the address of a Redis server"),
        ("http://h", "is not the address of a Redis server"),
        ("redis://", "is not the address of a Redis server"),
        ("redis://u:hunter2@h/first", "is not the address of a Redis server"),
        ("redis://u:hunter2@h?db=1", "is not the address of a Redis server"),
        ("localhost:6379", "is not the address of a Redis server"),
    ] {
        let error = decide(url).expect_err(url);
        assert!(error.starts_with("REDIS_URL ") && error.contains(says) && error.lines().count() == 1, "{error}");
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn every_documented_variable_is_read() {
    let environment = Environment::default();
    let mut reader = Reader::new(&environment);
    assert!(read(&mut reader, &environment).is_some());
    let documented: BTreeSet<_> = VARIABLES.iter().map(|v| v.name).collect();
    assert_eq!(reader.asked, documented);
}
