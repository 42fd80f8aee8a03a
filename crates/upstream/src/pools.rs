//! One ready upstream (and with it one connection pool) per provider configuration, kept while snapshots come and go.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use arc_swap::ArcSwap;
use thinkwatch_outbound::{Client, ClientConfig, ProxyRules, Tls};
use thinkwatch_policy::Map;
use thinkwatch_policy::catalogue::Provider;
use thinkwatch_policy::ids::ProviderId;

use crate::head::{PrepareError, Upstream};
use crate::instance::InstanceCredentials;

/// A configuration that is gone for this long loses its pool. Until then calls that were planned with the old
/// snapshot still find it, and an edit that is taken back finds its warm connections.
const KEEP: Duration = Duration::from_secs(300);

/// What all providers share about the network.
#[derive(Clone, Debug)]
pub struct Network {
    /// Trusted authorities.
    pub tls: Tls,
    /// Which hosts are reached through a proxy.
    pub proxy: ProxyRules,
    /// Longest wait for a connection.
    pub connect_timeout: Duration,
    /// Whether HTTP/2 is offered.
    pub http2: bool,
}

#[derive(Clone, Debug)]
struct Entry {
    hash: u64,
    upstream: Arc<Upstream>,
    /// Since when no snapshot has it.
    gone: Option<Instant>,
}

/// Ready upstreams by provider and configuration. Looking one up takes no lock and copies one pointer.
#[derive(Debug)]
pub struct Pools {
    network: Network,
    instance: Option<Arc<InstanceCredentials>>,
    entries: ArcSwap<Map<ProviderId, Vec<Entry>>>,
}

impl Pools {
    /// No pools yet: they are made on first use.
    pub fn new(network: Network) -> Self {
        Self { network, instance: None, entries: ArcSwap::default() }
    }

    /// With the machine's credentials, for providers that sign with those.
    pub fn with_instance_credentials(self, instance: Arc<InstanceCredentials>) -> Self {
        Self { instance: Some(instance), ..self }
    }

    /// Renews the machine's credentials when it is time. To be called every few seconds.
    pub async fn tend_credentials(&self, now: SystemTime) {
        if let Some(instance) = &self.instance {
            instance.tend(now).await;
        }
    }

    /// The upstream for a provider as it is configured now. Made on first use; fails only if it cannot be called at all.
    pub fn upstream_for(&self, provider: &Provider) -> Result<Arc<Upstream>, PrepareError> {
        let find = |entries: &Map<ProviderId, Vec<Entry>>| {
            let same = entries.get(&provider.id)?.iter().find(|e| e.hash == provider.config_hash)?;
            Some(Arc::clone(&same.upstream))
        };
        if let Some(found) = find(&self.entries.load()) {
            return Ok(found);
        }
        let made = Arc::new(self.make(provider)?);
        self.entries.rcu(|entries| {
            let mut entries = Map::clone(entries);
            let of_provider = entries.entry(provider.id.clone()).or_default();
            // Two first calls at once: the pool of whoever came first is everybody's.
            if !of_provider.iter().any(|e| e.hash == provider.config_hash) {
                let entry = Entry { hash: provider.config_hash, upstream: Arc::clone(&made), gone: None };
                of_provider.push(entry);
            }
            entries
        });
        Ok(find(&self.entries.load()).unwrap_or(made))
    }

    /// An upstream that is not kept: for testing a provider before (or without) saving it.
    pub fn make(&self, provider: &Provider) -> Result<Upstream, PrepareError> {
        let client = Client::new(&ClientConfig {
            allow_private_network: provider.allow_private_network,
            only: None,
            connect_timeout: self.network.connect_timeout,
            tls: self.network.tls.clone(),
            proxy: self.network.proxy.clone(),
            http2: self.network.http2,
        });
        let upstream = Upstream::prepare(provider, client, self.network.http2)?;
        Ok(upstream.signing_with(self.instance.as_ref()))
    }

    /// Forgets configurations that no snapshot has had for five minutes. To be called now and then (each minute, say)
    /// with the providers of the current snapshot. Calls under way keep what they hold.
    pub fn sweep<'a>(&self, live: impl IntoIterator<Item = &'a Arc<Provider>>, now: Instant) {
        let live: Map<&ProviderId, u64> = live.into_iter().map(|p| (&p.id, p.config_hash)).collect();
        self.entries.rcu(|entries| {
            let mut kept = Map::with_capacity_and_hasher(entries.len(), Default::default());
            for (id, of_provider) in entries.iter() {
                let of_provider: Vec<_> = of_provider
                    .iter()
                    .filter_map(|entry| {
                        let gone = if live.get(id) == Some(&entry.hash) { None } else { entry.gone.or(Some(now)) };
                        let expired = gone.is_some_and(|since| now.saturating_duration_since(since) >= KEEP);
                        (!expired).then(|| Entry { gone, ..entry.clone() })
                    })
                    .collect();
                if !of_provider.is_empty() {
                    kept.insert(id.clone(), of_provider);
                }
            }
            kept
        });
    }

    /// How many pools there are.
    pub fn len(&self) -> usize {
        self.entries.load().values().map(Vec::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
