//! Where limits and budgets are counted: in this process, or in Redis with other replicas.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result};
use thinkwatch_config::{Config, Redis};
use thinkwatch_coordination::InProcessCounters;
use thinkwatch_coordination::redis::{Authorities, Login, RedisCounters, RedisOptions, RedisTask, Sentinel, Server};
use thinkwatch_gateway::Readiness;
use thinkwatch_policy::ports::{Counters, SpentFeed};
use thinkwatch_records::spool::Spool;

const PRUNE_EVERY: Duration = Duration::from_secs(60);

/// Which Redis it is, as the configuration says.
pub(crate) fn server(redis: &Redis) -> Result<Server> {
    let login = |user: &Option<String>, password: &Option<_>| Login { user: user.clone(), password: password.clone() };
    let own = |path: &PathBuf| std::fs::read(path).with_context(|| format!("REDIS_CA_FILE ({})", path.display()));
    let tls = match (&redis.ca_file, redis.tls) {
        (_, false) => None,
        (None, true) => Some(Authorities::Public),
        (Some(path), true) => Some(Authorities::Own(own(path)?)),
    };
    let sentinel = redis.sentinel.as_ref();
    Ok(Server {
        hosts: redis.hosts.clone(),
        sentinel: sentinel.map(|of| Sentinel { service: of.service.clone(), login: login(&of.user, &of.password) }),
        tls,
        login: login(&redis.user, &redis.password),
        database: redis.database,
    })
}

/// The counters of this replica. A replica is its spool.
pub(crate) enum Counting {
    InProcess(Arc<InProcessCounters>),
    Redis(Arc<RedisCounters>, RedisTask),
}

impl Counting {
    /// Chooses by the configuration. With Redis it must answer now.
    pub(crate) async fn start(config: &Config, spool: &Spool) -> Result<Self> {
        let Some(redis) = &config.redis else {
            return Ok(Self::InProcess(Arc::new(InProcessCounters::new(spool.id().into()))));
        };
        let mut options = RedisOptions::new(server(redis)?, spool.id().into());
        options.time_limit = Duration::from_millis(u64::try_from(config.settings.redis_timeout_ms).unwrap_or(250));
        let (counters, task) =
            RedisCounters::start(options).await.context("REDIS_URL: limits cannot be counted in Redis")?;
        Ok(Self::Redis(Arc::new(counters), task))
    }

    /// For calls, and for whoever shows how limits stand.
    pub(crate) fn counters(&self) -> Arc<dyn Counters> {
        match self {
            Self::InProcess(counters) => Arc::clone(counters) as _,
            Self::Redis(counters, _) => Arc::clone(counters) as _,
        }
    }

    /// For the ledger, which tells them what is spent.
    pub(crate) fn spent(&self) -> Arc<dyn SpentFeed> {
        match self {
            Self::InProcess(counters) => Arc::clone(counters) as _,
            Self::Redis(counters, _) => Arc::clone(counters) as _,
        }
    }

    /// What keeps them small, or watches them, while the server runs.
    pub(crate) fn upkeep(&self, readiness: &Arc<Readiness>) -> impl Future<Output = ()> + Send + use<> {
        let readiness = Arc::clone(readiness);
        let (in_process, redis) = match self {
            Self::InProcess(counters) => (Some(Arc::clone(counters)), None),
            Self::Redis(counters, _) => (None, Some(Arc::clone(counters))),
        };
        async move {
            if let Some(counters) = in_process {
                prune(&counters).await;
            }
            if let Some(counters) = redis {
                watch(&counters, &readiness).await;
            }
        }
    }

    /// Tells Redis the rest. To be called when no call settles any more and the ledger is at rest.
    pub(crate) async fn stop(self, patience: Duration) {
        if let Self::Redis(_, task) = self {
            task.stop(patience).await;
        }
    }
}

/// Forgets counters that say nothing any more.
async fn prune(counters: &InProcessCounters) {
    loop {
        tokio::time::sleep(PRUNE_EVERY).await;
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let removed = counters.prune(i64::try_from(since.as_micros()).unwrap_or(i64::MAX));
        let kept = counters.count();
        for (kind, removed, kept) in [
            ("rate", removed.rings, kept.rings),
            ("concurrency", removed.gauges, kept.gauges),
            ("budget", removed.purses, kept.purses),
        ] {
            metrics::counter!("thinkwatch_counters_pruned_total", "kind" => kind).increment(removed as u64);
            #[expect(clippy::cast_precision_loss, reason = "a gauge; exact up to 2^53")]
            metrics::gauge!("thinkwatch_counters", "kind" => kind).set(kept as f64);
        }
        #[expect(clippy::cast_precision_loss, reason = "a gauge; exact up to 2^53")]
        metrics::gauge!("thinkwatch_counters_held_calls").set(counters.calls() as f64);
    }
}

/// Keeps the readiness probe informed.
async fn watch(counters: &RedisCounters, readiness: &Readiness) {
    loop {
        readiness.set_counters_down(!counters.is_up());
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
