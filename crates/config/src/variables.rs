//! Every variable there is: what is read, what is refused, and the documentation of both.

use std::fmt::Write as _;

use thinkwatch_policy::settings;

use crate::environment::Environment;
use crate::problem::Problem;

/// One variable, as the documentation shows it.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What holds when it is not set.
    pub default: &'static str,
    /// What it does.
    pub help: &'static str,
}

macro_rules! variables {
    ($($name:literal, $default:literal, $help:literal;)*) => {
        /// Every variable that is read, in the order of the documentation. Reading another one fails a test.
        pub const VARIABLES: &[Variable] = &[$(Variable { name: $name, default: $default, help: $help },)*];
    };
}

variables! {
    "THINKWATCH_DATA_DIR", "`./data`", "Directory for the embedded store, the spool, logs and generated secrets. One process per directory; only its owner may read it.";
    "THINKWATCH_CONFIG", "`thinkwatch.toml` in the data directory, if there is one", "Settings file (TOML) with a `[settings]` table.";
    "DATABASE_URL", "`thinkwatch.db` in the data directory (SQLite)", "`postgres://user:password@host/database?sslmode=verify-full`, or `sqlite:PATH`.";
    "WATCHGRID_DB_SSLMODE", "what the URL's `sslmode` says", "TLS towards PostgreSQL: `disable`, `allow`, `prefer`, `require`, `verify-ca`, `verify-full`. Without TLS (the first three) only a loopback host or a Unix socket is accepted, unless in development mode.";
    "WATCHGRID_DB_SSLROOTCERT", "what the URL's `sslrootcert` says, else the public authorities", "PEM file of the authority that signed PostgreSQL's certificate.";
    "REDIS_URL", "none (limits, budgets and changes are this process's own)", "`redis://[user:password@]host:port[/database]`, or by Sentinel `redis+sentinel://[user:password@]host:port[,host:port]/service[/database][?sentinel_username=…&sentinel_password=…]`; `rediss://` and `rediss+sentinel://` with TLS. Several replicas on one PostgreSQL share limits, budgets and changes through it. Its `maxmemory-policy` must be `noeviction`.";
    "REDIS_CA_FILE", "the public authorities", "PEM file of the authority that signed the certificates of Redis, and of the sentinels.";
    "JWT_SECRET", "generated into the data directory; must be given with PostgreSQL", "Signs console tokens. At least 32 characters, hard to guess.";
    "JWT_SECRET_PREVIOUS", "none", "The secret before the current one, still accepted while it is being replaced.";
    "ENCRYPTION_KEY", "generated into the data directory; must be given with PostgreSQL", "Encrypts secrets in the store. 64 hexadecimal characters. Losing it loses the stored provider keys.";
    "ENCRYPTION_KEY_PREVIOUS", "none", "The key before the current one, still able to decrypt while it is being replaced.";
    "SERVER_HOST", "none", "Sets both `GATEWAY_HOST` and `CONSOLE_HOST`; each of them wins over it.";
    "GATEWAY_HOST", "`0.0.0.0`", "IP address that the gateway listens on.";
    "GATEWAY_PORT", "`3000`", "Port of the gateway; `0` takes a free one.";
    "CONSOLE_HOST", "`127.0.0.1` with SQLite, `0.0.0.0` with PostgreSQL", "IP address that the console and its API listen on.";
    "CONSOLE_PORT", "`3001`", "Port of the console; `0` takes a free one.";
    "PUBLIC_GATEWAY_URL", "`http://localhost:<GATEWAY_PORT>`", "Where clients reach the gateway.";
    "PUBLIC_CONSOLE_URL", "`http://localhost:<CONSOLE_PORT>`", "Where people reach the console. With `https` cookies are marked secure.";
    "TRUSTED_PROXIES", "none", "Networks (CIDR, separated by commas) whose `X-Forwarded-For` is believed; the rightmost address outside them is the client.";
    "CORS_ORIGINS", "none (same origin only)", "Further origins that may use the console API, separated by commas, such as `https://admin.example.com`.";
    "WATCHGRID_ALLOWED_ORIGINS", "none", "Joined with `CORS_ORIGINS`.";
    "HTTPS_PROXY", "none", "HTTP proxy for calls to providers: `http://[user:password@]host:port`.";
    "NO_PROXY", "none", "Hosts that are reached without the proxy: names, `.suffixes`, addresses, networks or `*`, separated by commas.";
    "EXTRA_CA_FILE", "none", "PEM file of authorities that are trusted in addition to the public ones when providers are called.";
    "AWS_WEB_IDENTITY_TOKEN_FILE", "none", "With `AWS_ROLE_ARN`: providers of type `bedrock` without an access key sign with that role. EKS sets both.";
    "AWS_ROLE_ARN", "none", "The role for `AWS_WEB_IDENTITY_TOKEN_FILE`.";
    "AWS_ROLE_SESSION_NAME", "`thinkwatch`", "What its sessions are called in AWS's logs.";
    "AWS_REGION", "none", "The region whose token service is asked for that role.";
    "AWS_DEFAULT_REGION", "none", "The same, when `AWS_REGION` is not set.";
    "AWS_ENDPOINT_URL_STS", "the region's token service", "Another address of the token service.";
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "none", "The role of an ECS task, used by such providers. ECS sets it.";
    "AWS_CONTAINER_CREDENTIALS_FULL_URI", "none", "The role of a pod (EKS Pod Identity) or of another container, used by such providers. `https`, or the address of an agent on the same machine.";
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "none", "File with what that agent wants to be shown, read for each request.";
    "AWS_CONTAINER_AUTHORIZATION_TOKEN", "none", "The same as text, when there is no file.";
    "AWS_EC2_METADATA_SERVICE_ENDPOINT", "`http://169.254.169.254`", "Where the metadata service of an EC2 instance is. Its role is used by such providers when none of the above is set.";
    "AWS_EC2_METADATA_DISABLED", "`false`", "`true`: the metadata service is never asked.";
    "METRICS_BEARER_TOKEN", "none (no token needed)", "Token that `/metrics` asks for.";
    "METRICS_PORT", "none (served by the gateway's port)", "Serves `/metrics` on a port of its own, on the gateway's address, and no longer on the gateway's.";
    "RUST_LOG", "`info`", "What is logged, such as `info,thinkwatch=debug`. `think_watch` is accepted for `thinkwatch`.";
    "WATCHGRID_DEV_MODE", "`false`", "`true` permits PostgreSQL without TLS. For trials only.";
}

/// What a variable that sets one setting begins with; then its key in capitals with `__` for `.`.
pub(crate) const SETTING_PREFIX: &str = "THINKWATCH_SETTING_";

/// A variable of a feature that this version does not have. Set, it is an error: nothing may be ignored.
#[derive(Clone, Copy, Debug)]
pub struct Unsupported {
    /// Its name; all that begin so, when it ends in `*`.
    pub name: &'static str,
    /// What it would be for.
    pub feature: &'static str,
}

/// What is refused.
pub const UNSUPPORTED: &[Unsupported] = &[
    Unsupported { name: "CLICKHOUSE_*", feature: "the ClickHouse log store" },
    Unsupported { name: "OIDC_*", feature: "single sign-on" },
    Unsupported { name: "NODE_API_PORT", feature: "private nodes" },
    Unsupported { name: "WG_SERVER_ENDPOINT", feature: "private nodes" },
    Unsupported { name: "SERVER_LATITUDE", feature: "private nodes" },
    Unsupported { name: "SERVER_LONGITUDE", feature: "private nodes" },
    Unsupported { name: "ADMIN_PASSWORD", feature: "an administrator from the environment; use `thinkwatch setup`" },
];

/// The variable of that name.
pub(crate) fn find(name: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|v| v.name == name)
}

/// What is set and must not be.
pub(crate) fn refuse(environment: &Environment) -> Vec<Problem> {
    environment.names().filter_map(refuse_one).collect()
}

fn refuse_one(name: &str) -> Option<Problem> {
    let is = |u: &&Unsupported| u.name.strip_suffix('*').map_or(u.name == name, |prefix| name.starts_with(prefix));
    if let Some(unsupported) = UNSUPPORTED.iter().find(is) {
        return Some(Problem::Unsupported { name: name.to_owned(), feature: unsupported.feature });
    }
    let ours = name.starts_with("THINKWATCH_") || name.starts_with("WATCHGRID_");
    if !ours || name.starts_with(SETTING_PREFIX) || find(name).is_some() {
        return None;
    }
    Some(Problem::Unknown { name: name.to_owned(), nearest: nearest(name) })
}

/// The known name with the fewest changed letters, when it is few. The product's own prefixes do not count: many
/// variables have none.
fn nearest(name: &str) -> Option<&'static str> {
    fn bare(name: &str) -> &str {
        name.strip_prefix("THINKWATCH_").or_else(|| name.strip_prefix("WATCHGRID_")).unwrap_or(name)
    }
    let given = bare(name);
    let closest = VARIABLES.iter().map(|v| (distance(given, bare(v.name)), v.name)).min()?;
    (closest.0 * 3 <= given.len()).then_some(closest.1)
}

/// Letters to insert, remove or replace until the one text is the other.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.bytes().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[to.len()]
}

/// The reference of variables and settings in Markdown, for `docs/CONFIGURATION.md`.
pub fn documentation() -> String {
    let mut text = String::from("| Variable | Default | Meaning |\n|---|---|---|\n");
    // Writing to a string cannot fail.
    let written: Result<(), std::fmt::Error> = (|| {
        for v in VARIABLES {
            writeln!(text, "| `{}` | {} | {} |", v.name, v.default, v.help)?;
        }
        writeln!(
            text,
            "| `{SETTING_PREFIX}<KEY>` | | Sets one setting: its key in capitals with `__` for each dot. |"
        )?;
        writeln!(text, "\n| Setting | Default | Values | Meaning |\n|---|---|---|---|")?;
        for s in settings::TABLE {
            writeln!(text, "| `{}` | `{}` | {} | {} |", s.key, s.default, s.allowed(), s.help)?;
        }
        writeln!(text, "\n| Refused in this version | For |\n|---|---|")?;
        for u in UNSUPPORTED {
            writeln!(text, "| `{}` | {} |", u.name, u.feature)?;
        }
        Ok(())
    })();
    debug_assert!(written.is_ok());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_refused_with_the_nearest_name() {
        for (name, expected) in [
            ("PATH", None),
            ("GATEWAY_PORT", None),
            ("THINKWATCH_DATA_DIR", None),
            ("THINKWATCH_SETTING_X", None),
            ("REDIS_URL", None),
            (
                "CLICKHOUSE_DB",
                Some("CLICKHOUSE_DB is not supported by this version (the ClickHouse log store): unset it"),
            ),
            ("OIDC_ISSUER_URL", Some("OIDC_ISSUER_URL is not supported by this version (single sign-on): unset it")),
            (
                "THINKWATCH_DATADIR",
                Some("THINKWATCH_DATADIR is not a known variable: did you mean THINKWATCH_DATA_DIR?"),
            ),
            ("WATCHGRID_DEVMODE", Some("WATCHGRID_DEVMODE is not a known variable: did you mean WATCHGRID_DEV_MODE?")),
            ("THINKWATCH_JWT_SECRET", Some("THINKWATCH_JWT_SECRET is not a known variable: did you mean JWT_SECRET?")),
            ("THINKWATCH_QQQQQQQQ", Some("THINKWATCH_QQQQQQQQ is not a known variable: unset it")),
        ] {
            assert_eq!(refuse_one(name).map(|p| p.to_string()).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn the_documentation_has_every_name_once() {
        let text = documentation();
        let names = VARIABLES.iter().map(|v| v.name).chain(settings::TABLE.iter().map(|s| s.key));
        for name in names.chain(UNSUPPORTED.iter().map(|u| u.name)) {
            assert_eq!(text.matches(&format!("\n| `{name}` |")).count(), 1, "{name}");
        }
    }
}
