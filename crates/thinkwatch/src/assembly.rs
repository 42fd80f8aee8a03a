//! Putting the parts together that every command needs which touches data.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use thinkwatch_config::{Config, DataDir, Database, Secrets, SettingSource};
use thinkwatch_control::snapshot::Publisher;
use thinkwatch_control::{Control, Credentials, Parts};
use thinkwatch_coordination::redis::{RedisFeed, RedisFeedTask};
use thinkwatch_coordination::{ChangeFeed, InProcessFeed};
use thinkwatch_identity::encryption::Cipher;
use thinkwatch_identity::token::TokenKeys;
use thinkwatch_logs::{EmbeddedLogs, LogError, LogStore, Options, PostgresLogs, PostgresOptions};
use thinkwatch_outbound::{ProxyRules, Tls};
use thinkwatch_policy::settings::Settings;
use thinkwatch_policy::snapshot::SnapshotHandle;
use thinkwatch_store::{ConnectOptions, ReplicaLock, Store};
use thinkwatch_upstream::{InstanceCredentials, Network, Pools};

use crate::counting;

/// Most connections to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 16;

/// The parts of a server, without what listens and consumes.
pub(crate) struct Assembly {
    pub(crate) secrets: Secrets,
    pub(crate) store: Arc<Store>,
    pub(crate) logs: Arc<dyn LogStore>,
    pub(crate) feed: Arc<dyn ChangeFeed>,
    pub(crate) snapshot: Arc<SnapshotHandle>,
    pub(crate) publisher: Arc<Publisher>,
    pub(crate) credentials: Arc<Credentials>,
    pub(crate) pools: Arc<Pools>,
    pub(crate) control: Arc<Control>,
    /// On PostgreSQL: that no second replica runs without Redis.
    replica: Option<ReplicaLock>,
    /// What follows the feed of other replicas.
    following: Option<RedisFeedTask>,
}

/// How the configured database is connected to.
pub(crate) fn connect_options(config: &Config) -> ConnectOptions {
    use secrecy::ExposeSecret;
    match &config.database {
        Database::Sqlite { path } => ConnectOptions::Sqlite { path: path.clone() },
        Database::Postgres { url, .. } => ConnectOptions::Postgres {
            url: url.expose_secret().to_owned(),
            // The URL carries what was decided.
            tls: None,
            max_connections: POSTGRES_CONNECTIONS,
        },
    }
}

/// The log store that goes with the database: files beside SQLite, partitions within PostgreSQL, so that every replica
/// shows what all have written.
pub(crate) async fn log_store(config: &Config, data_dir: &DataDir) -> Result<Arc<dyn LogStore>, LogError> {
    use secrecy::ExposeSecret;
    Ok(match &config.database {
        Database::Sqlite { .. } => Arc::new(EmbeddedLogs::open(Options::new(data_dir.path().join("logs")))?),
        Database::Postgres { url, .. } => {
            Arc::new(PostgresLogs::open(&PostgresOptions::new(url.expose_secret())).await?)
        }
    })
}

/// How providers are reached.
pub(crate) fn network(config: &Config, settings: &Settings) -> Result<Network> {
    let extra = match &config.outbound.extra_ca_file {
        Some(path) => {
            Some(std::fs::read(path).with_context(|| format!("EXTRA_CA_FILE {} cannot be read", path.display()))?)
        }
        None => None,
    };
    let tls = Tls::new(extra.as_deref()).context("EXTRA_CA_FILE holds no usable certificates")?;
    let proxy = config.outbound.https_proxy.as_ref().map(|proxy| proxy.0.as_str());
    let proxy = ProxyRules::parse(proxy, Some(&config.outbound.no_proxy.join(","))).context("HTTPS_PROXY")?;
    let connect_ms = u64::try_from(settings.connect_ms).unwrap_or(3000);
    Ok(Network { tls, proxy, connect_timeout: Duration::from_millis(connect_ms), http2: false })
}

/// Opens the stores, unlocks the secrets and loads the snapshot.
pub(crate) async fn assemble(config: &Config, data_dir: &DataDir) -> Result<Assembly> {
    let secrets = config.secrets.clone().complete(data_dir)?;
    let store = Arc::new(Store::open(&connect_options(config)).await.context("the store cannot be opened")?);
    let replica = lock_replica(config, &store).await?;
    let cipher = Cipher::new(&secrets.encryption, secrets.encryption_previous.as_ref())?;
    let tokens = TokenKeys::new(&secrets.jwt, secrets.jwt_previous.as_ref());
    let credentials = Arc::new(Credentials::unlock(&store, cipher, tokens).await?);
    thinkwatch_control::prices::import_on_first_start(&store).await?;
    let logs = log_store(config, data_dir).await.context("the log store cannot be opened")?;
    let (feed, following) = feed(config).await?;
    let snapshot = Arc::new(SnapshotHandle::empty(config.settings.clone()));
    let pinned = config.setting_sources.iter().filter(|(_, source)| **source == SettingSource::Environment);
    let publisher = Publisher::new(Arc::clone(&store), Arc::clone(&credentials), Arc::clone(&snapshot));
    let publisher = Arc::new(publisher.with_pinned(pinned.map(|(key, _)| (*key).to_owned())));
    publisher.load_all().await.map_err(|error| anyhow::anyhow!("the configuration cannot be loaded: {error}"))?;
    let network = network(config, &snapshot.settings.load())?;
    let of_machine = InstanceCredentials::new(config.instance_credentials.clone(), &network.tls, &network.proxy);
    let pools = Arc::new(Pools::new(network).with_instance_credentials(Arc::new(of_machine)));
    let sources = config.setting_sources.iter().map(|(key, source)| {
        let source = match source {
            SettingSource::File => "file",
            SettingSource::Environment => "environment",
        };
        ((*key).to_owned(), source.to_owned())
    });
    let control = Arc::new(Control::new(Parts {
        store: Arc::clone(&store),
        logs: Arc::clone(&logs),
        feed: Arc::clone(&feed),
        publisher: Arc::clone(&publisher),
        credentials: Arc::clone(&credentials),
        upstream: Arc::clone(&pools),
        setting_sources: sources.collect(),
    }));
    if config.redis.is_some() {
        control.responses().share_with_others();
    }
    Ok(Assembly { secrets, store, logs, feed, snapshot, publisher, credentials, pools, control, replica, following })
}

/// One process may use the database alone, or any number that share their counters.
async fn lock_replica(config: &Config, store: &Store) -> Result<Option<ReplicaLock>> {
    let (replica, why) = match config.redis {
        None => (store.try_lock_replica().await?, "without Redis only one may (stop the other one first)"),
        Some(_) => (store.try_share_replica().await?, "without Redis (stop it, or give it the same REDIS_URL)"),
    };
    if replica.is_none() {
        anyhow::bail!("another ThinkWatch uses this database: {why}");
    }
    Ok(replica)
}

/// How changes reach this replica.
async fn feed(config: &Config) -> Result<(Arc<dyn ChangeFeed>, Option<RedisFeedTask>)> {
    let Some(redis) = &config.redis else { return Ok((Arc::new(InProcessFeed::new()), None)) };
    let started = RedisFeed::start(&counting::server(redis)?).await;
    let (feed, task) = started.context("REDIS_URL: the change feed cannot be followed in Redis")?;
    Ok((Arc::new(feed), Some(task)))
}

impl Assembly {
    /// Closes the stores.
    pub(crate) async fn close(self) {
        if let Some(task) = self.following {
            task.stop().await;
        }
        self.logs.close().await;
        if let Some(lock) = self.replica {
            lock.release().await;
        }
        self.store.close().await;
    }
}
