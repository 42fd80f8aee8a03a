//! From an environment to one typed configuration, or to everything that is wrong with it.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use secrecy::SecretString;
use thinkwatch_policy::aws::InstanceSource;
use thinkwatch_policy::settings::Settings;
use url::Url;

use crate::aws;
use crate::database::{self, Database};
use crate::environment::Environment;
use crate::problem::{ConfigErrors, Problem};
use crate::reader::Reader;
use crate::redis::{self, Redis};
use crate::secrets::{self, GivenSecrets};
use crate::settings_file;
use crate::variables::SETTING_PREFIX;

/// Everything the process was told from outside.
#[derive(Clone, Debug)]
pub struct Config {
    /// Not yet opened: see [`crate::DataDir::open`].
    pub data_dir: PathBuf,
    /// The durable store.
    pub database: Database,
    /// Where replicas share counters and changes. `None`: there is one replica. It may hold a password.
    pub redis: Option<Redis>,
    /// Where the gateway listens.
    pub gateway: SocketAddr,
    /// Where the console listens.
    pub console: SocketAddr,
    /// Where metrics are served, when not on the gateway.
    pub metrics: Option<SocketAddr>,
    /// Token that metrics ask for.
    pub metrics_bearer_token: Option<SecretString>,
    /// Where clients reach the gateway, when told. See [`Self::gateway_url`].
    pub public_gateway_url: Option<Url>,
    /// Where people reach the console, when told. See [`Self::console_url`].
    pub public_console_url: Option<Url>,
    /// Whose word about the client's address is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Further origins that may use the console API (`https://host[:port]`), each once.
    pub cors_origins: Vec<String>,
    /// Secrets that were given; see [`GivenSecrets::complete`].
    pub secrets: GivenSecrets,
    /// How providers are reached.
    pub outbound: Outbound,
    /// Where AWS credentials of the machine come from.
    pub instance_credentials: InstanceSource,
    /// Directives for the log filter, with our own name spelled as the crates are.
    pub log_filter: String,
    /// Whether PostgreSQL may be used without TLS.
    pub dev_mode: bool,
    /// The settings in force.
    pub settings: Settings,
    /// Which settings were given, and where.
    pub setting_sources: BTreeMap<&'static str, SettingSource>,
}

/// How providers are reached.
#[derive(Clone, Debug, Default)]
pub struct Outbound {
    /// `HTTPS_PROXY`.
    pub https_proxy: Option<Proxy>,
    /// `NO_PROXY`: lower-case names, `.suffixes`, addresses, networks or `*`.
    pub no_proxy: Vec<String>,
    /// `EXTRA_CA_FILE`, readable.
    pub extra_ca_file: Option<PathBuf>,
}

/// A proxy's URL, which may hold a password and is therefore not printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy(pub Url);

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.0.port_or_known_default().unwrap_or_default();
        write!(f, "Proxy({}:{port})", self.0.host_str().unwrap_or_default())
    }
}

/// Where a setting came from. The environment wins over the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingSource {
    /// The settings file.
    File,
    /// `THINKWATCH_SETTING_<KEY>`.
    Environment,
}

const ANY: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

impl Config {
    /// Reads and checks everything. Touches no file but the settings file and certificates, and opens nothing.
    pub fn load(environment: &Environment) -> Result<Self, ConfigErrors> {
        let mut reader = Reader::new(environment);
        let config = read(&mut reader, environment);
        match config {
            Some(config) if reader.problems.is_empty() => Ok(config),
            _ => Err(ConfigErrors(reader.problems)),
        }
    }

    /// Where clients reach the gateway, without a slash at the end.
    pub fn gateway_url(&self) -> String {
        shown(self.public_gateway_url.as_ref(), self.gateway)
    }

    /// Where people reach the console, without a slash at the end.
    pub fn console_url(&self) -> String {
        shown(self.public_console_url.as_ref(), self.console)
    }

    /// Whether cookies must be marked secure.
    pub fn console_is_https(&self) -> bool {
        self.public_console_url.as_ref().is_some_and(|url| url.scheme() == "https")
    }
}

fn shown(told: Option<&Url>, listens: SocketAddr) -> String {
    told.map_or_else(|| format!("http://localhost:{}", listens.port()), |u| u.as_str().trim_end_matches('/').to_owned())
}

fn read(reader: &mut Reader<'_>, environment: &Environment) -> Option<Config> {
    let data_dir = PathBuf::from(reader.text("THINKWATCH_DATA_DIR").unwrap_or("./data"));
    let dev_mode = reader.parse("WATCHGRID_DEV_MODE", "use true or false", flag).unwrap_or(false);
    let database = database::read(reader, &data_dir, dev_mode);
    // When the database is in doubt, what depends on it is judged by what was meant.
    let embedded = database.as_ref().map_or_else(
        || !environment.get("DATABASE_URL").unwrap_or_default().trim().starts_with("postgres"),
        Database::is_embedded,
    );
    let redis = redis::read(reader, embedded);
    let secrets = secrets::read(reader, !embedded);

    let both = reader.parse("SERVER_HOST", ADDRESS, host);
    let gateway_host = reader.parse("GATEWAY_HOST", ADDRESS, host).or(both).unwrap_or(ANY);
    let console_default = if embedded { LOOPBACK } else { ANY };
    let console_host = reader.parse("CONSOLE_HOST", ADDRESS, host).or(both).unwrap_or(console_default);
    let gateway = SocketAddr::new(gateway_host, port(reader, "GATEWAY_PORT").unwrap_or(3000));
    let console = SocketAddr::new(console_host, port(reader, "CONSOLE_PORT").unwrap_or(3001));
    let metrics = port(reader, "METRICS_PORT").map(|port| SocketAddr::new(gateway_host, port));
    let listeners = [("GATEWAY_PORT", Some(gateway)), ("CONSOLE_PORT", Some(console)), ("METRICS_PORT", metrics)];
    for (index, (name, address)) in listeners.iter().enumerate() {
        for (other, taken) in &listeners[..index] {
            if let (Some(a), Some(b)) = (address, taken)
                && collide(*a, *b)
            {
                reader.invalid(name, format!("is {}, the same as {other}", a.port()), "give each a port of its own");
            }
        }
    }

    let public_gateway_url = reader.parse("PUBLIC_GATEWAY_URL", "write it as https://ai.example.com", public_url);
    let public_console_url = reader.parse("PUBLIC_CONSOLE_URL", "write it as https://console.example.com", public_url);
    let networks = "write networks as 10.0.0.0/8 or single addresses, separated by commas";
    let trusted_proxies = reader.list("TRUSTED_PROXIES", networks, network);
    let origins = "write origins as https://host or https://host:port, separated by commas; `*` is not possible";
    let mut cors_origins = reader.list("CORS_ORIGINS", origins, origin);
    cors_origins.extend(reader.list("WATCHGRID_ALLOWED_ORIGINS", origins, origin));
    cors_origins.sort();
    cors_origins.dedup();

    let outbound = Outbound {
        https_proxy: proxy(reader),
        no_proxy: reader.list("NO_PROXY", "write host names", |entry| Some(entry.to_lowercase())),
        extra_ca_file: reader.pem_file("EXTRA_CA_FILE", None),
    };
    let instance_credentials = aws::read(reader);
    let metrics_bearer_token = reader.secret("METRICS_BEARER_TOKEN");
    let log_filter = reader.text("RUST_LOG").unwrap_or("info").replace("think_watch", "thinkwatch");
    let (settings, setting_sources) = settings(reader, environment, &data_dir);
    Some(Config {
        data_dir,
        database: database?,
        redis,
        gateway,
        console,
        metrics,
        metrics_bearer_token,
        public_gateway_url,
        public_console_url,
        trusted_proxies,
        cors_origins,
        secrets,
        outbound,
        instance_credentials,
        log_filter,
        dev_mode,
        settings,
        setting_sources,
    })
}

fn flag(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

const ADDRESS: &str = "use an IP address of this machine, such as 127.0.0.1, 0.0.0.0 or ::";

fn host(text: &str) -> Option<IpAddr> {
    if text == "localhost" {
        return Some(LOOPBACK);
    }
    text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text).parse().ok()
}

fn port(reader: &mut Reader<'_>, name: &'static str) -> Option<u16> {
    reader.parse(name, "use a number from 0 to 65535", |text| text.parse().ok())
}

fn collide(a: SocketAddr, b: SocketAddr) -> bool {
    let (x, y) = (a.ip(), b.ip());
    a.port() == b.port() && a.port() != 0 && (x == y || x.is_unspecified() || y.is_unspecified())
}

fn web_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    (matches!(url.scheme(), "http" | "https") && url.password().is_none() && plain).then_some(url)
}

/// A path is possible (behind a proxy that strips it), credentials and queries are not.
fn public_url(text: &str) -> Option<Url> {
    web_url(text)
}

fn origin(text: &str) -> Option<String> {
    let url = web_url(text)?;
    (url.path() == "/").then(|| url.origin().ascii_serialization())
}

fn network(text: &str) -> Option<IpNet> {
    text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).ok()
}

fn proxy(reader: &mut Reader<'_>) -> Option<Proxy> {
    let text = reader.text("HTTPS_PROXY")?;
    // `host:port` without a scheme is common.
    let text = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    match Url::parse(&text) {
        Ok(url) if url.scheme() == "http" && url.host_str().is_some() => Some(Proxy(url)),
        // The value may hold a password: it is not shown.
        _ => {
            reader.invalid(
                "HTTPS_PROXY",
                "is not the URL of an HTTP proxy",
                "write it as http://[user:password@]host:port",
            );
            None
        }
    }
}

/// Defaults, then the file, then the environment.
fn settings(
    reader: &mut Reader<'_>,
    environment: &Environment,
    data_dir: &std::path::Path,
) -> (Settings, BTreeMap<&'static str, SettingSource>) {
    let mut settings = Settings::default();
    let mut sources = BTreeMap::new();
    let told = reader.text("THINKWATCH_CONFIG").map(PathBuf::from);
    let path = told.clone().unwrap_or_else(|| data_dir.join("thinkwatch.toml"));
    let from_file = settings_file::read(&path, told.is_some()).unwrap_or_else(|problem| {
        reader.problems.push(problem);
        Vec::new()
    });
    let file_name = path.display().to_string();
    let from_file = from_file.into_iter().map(|(key, value)| (file_name.clone(), key, value, SettingSource::File));
    let from_environment = environment.names().filter_map(|name| {
        let key = name.strip_prefix(SETTING_PREFIX)?.replace("__", ".").to_lowercase();
        let value = environment.get(name)?.trim().to_owned();
        Some((name.to_owned(), key, value, SettingSource::Environment))
    });
    for (source_name, key, value, source) in from_file.chain(from_environment) {
        match settings.set(&key, &value) {
            Ok(()) => {
                if let Ok(definition) = thinkwatch_policy::settings::find(&key) {
                    sources.insert(definition.key, source);
                }
            }
            Err(error) => reader.problems.push(Problem::Setting { source_name, error }),
        }
    }
    (settings, sources)
}

#[cfg(test)]
mod tests;
