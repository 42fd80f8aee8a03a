//! What the use cases work with.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use secrecy::{ExposeSecret, SecretString};
use thinkwatch_coordination::{ChangeFeed, Part};
use thinkwatch_identity::password::PasswordError;
use thinkwatch_identity::throttle::{AddressLimiter, LoginThrottle};
use thinkwatch_logs::LogStore;
use thinkwatch_policy::ports::ResponseCache;
use thinkwatch_policy::ports::RouteStandings;
use thinkwatch_policy::ports::{Counters, SpentFeed};
use thinkwatch_policy::settings::Settings;
use thinkwatch_records::spool::Spool;
use thinkwatch_store::Store;
use thinkwatch_upstream::Pools;
use tokio::sync::Semaphore;

use crate::clock::now_us;
use crate::credentials::Credentials;
use crate::error::{ControlError, Result};
use crate::live::LiveCalls;
use crate::responses::ResponseKeeper;
use crate::snapshot::Publisher;

/// Passwords hashed at once: each takes 19 MiB and a core for tens of milliseconds.
const HASHING_AT_ONCE: usize = 2;
/// Set-up attempts per address and minute.
const SETUPS_PER_MINUTE: usize = 5;

/// Everything the use cases need. Made once, by the binary.
pub struct Control {
    pub(crate) store: Arc<Store>,
    pub(crate) logs: Arc<dyn LogStore>,
    pub(crate) feed: Arc<dyn ChangeFeed>,
    pub(crate) publisher: Arc<Publisher>,
    pub(crate) credentials: Arc<Credentials>,
    pub(crate) upstream: Arc<Pools>,
    pub(crate) setting_sources: BTreeMap<String, String>,
    /// The settings as this process found them when it started.
    pub(crate) at_start: Arc<Settings>,
    pub(crate) logins: LoginThrottle,
    pub(crate) setups: AddressLimiter,
    pub(crate) hashing: Arc<Semaphore>,
    pub(crate) started_at_us: i64,
    pub(crate) live: LiveCalls,
    pub(crate) spool: OnceLock<Spool>,
    pub(crate) standings: OnceLock<Arc<dyn RouteStandings>>,
    pub(crate) counting: OnceLock<Counting>,
    pub(crate) cache: OnceLock<Arc<dyn ResponseCache>>,
    responses: Arc<ResponseKeeper>,
}

/// Where limits and budgets are counted, from both sides.
#[derive(Debug)]
pub(crate) struct Counting {
    pub(crate) counters: Arc<dyn Counters>,
    pub(crate) spent: Arc<dyn SpentFeed>,
}

/// The parts that the binary chooses.
pub struct Parts {
    /// Durable state.
    pub store: Arc<Store>,
    /// The request log.
    pub logs: Arc<dyn LogStore>,
    /// Where changes are announced.
    pub feed: Arc<dyn ChangeFeed>,
    /// Builds the snapshot.
    pub publisher: Arc<Publisher>,
    /// Keys, tokens, encryption.
    pub credentials: Arc<Credentials>,
    /// How providers are reached for tests and model lists.
    pub upstream: Arc<Pools>,
    /// Where settings that are not at their default came from: key → `environment`, `file`, ...
    pub setting_sources: BTreeMap<String, String>,
}

impl Control {
    /// Puts the parts together.
    pub fn new(parts: Parts) -> Self {
        let (store, credentials) = (Arc::clone(&parts.store), Arc::clone(&parts.credentials));
        let snapshot = Arc::clone(parts.publisher.handle());
        let at_start = snapshot.settings.load_full();
        Self {
            responses: Arc::new(ResponseKeeper::new(store, credentials, snapshot)),
            store: parts.store,
            logs: parts.logs,
            feed: parts.feed,
            publisher: parts.publisher,
            credentials: parts.credentials,
            upstream: parts.upstream,
            setting_sources: parts.setting_sources,
            at_start,
            logins: LoginThrottle::new(),
            setups: AddressLimiter::new(SETUPS_PER_MINUTE, 60),
            hashing: Arc::new(Semaphore::new(HASHING_AT_ONCE)),
            started_at_us: now_us(),
            live: LiveCalls::default(),
            spool: OnceLock::new(),
            standings: OnceLock::new(),
            counting: OnceLock::new(),
            cache: OnceLock::new(),
        }
    }

    /// Where responses are kept that calls can go on from.
    pub fn responses(&self) -> &Arc<ResponseKeeper> {
        &self.responses
    }

    /// Where finished calls are told to those who watch. The log consumer feeds it, and the server closes it when it
    /// begins to drain.
    pub fn live(&self) -> &LiveCalls {
        &self.live
    }

    /// The spool whose state the health shows. Only a server that records has one; the first one given stays.
    pub fn show_spool(&self, spool: Spool) {
        drop(self.spool.set(spool));
    }

    /// Who knows how routes stand. Only a server that serves calls has one; the first one given stays.
    pub fn show_standings(&self, standings: Arc<dyn RouteStandings>) {
        drop(self.standings.set(standings));
    }

    /// The counters of limits and budgets: how they stand is shown, and they are told what was spent. Only a server that
    /// answers calls has them; the first ones given stay.
    pub fn use_counters(&self, counters: Arc<dyn Counters>, spent: Arc<dyn SpentFeed>) {
        drop(self.counting.set(Counting { counters, spent }));
    }

    /// The response cache, which can be purged. Only a server that answers calls has one; the first one given stays.
    pub fn use_cache(&self, cache: Arc<dyn ResponseCache>) {
        drop(self.cache.set(cache));
    }

    /// The settings in force.
    pub(crate) fn settings(&self) -> Arc<Settings> {
        self.publisher.handle().settings.load_full()
    }

    /// Makes a change visible: here at once, elsewhere by announcement. The change itself is in the store already, so
    /// a failure only delays it until the next poll.
    pub(crate) async fn announce(&self, parts: &[Part]) {
        for part in parts {
            match self.publisher.refresh(*part).await {
                Ok(version) => {
                    if let Err(error) = self.feed.announce(*part, version).await {
                        tracing::warn!(part = part.as_str(), %error, "a change was not announced");
                    }
                }
                Err(error) => {
                    tracing::warn!(part = part.as_str(), %error, "a change is not visible yet");
                }
            }
        }
    }

    /// Hashes a new password that meets the rule. `field` is what the API calls it.
    pub(crate) async fn hash_password(&self, field: &str, password: &SecretString) -> Result<String> {
        thinkwatch_identity::password::check_complexity(password.expose_secret())
            .map_err(|error| ControlError::invalid(field, error.to_string()))?;
        let password = password.clone();
        self.with_passwords(move |passwords| passwords.hash(password.expose_secret())).await
    }

    /// Whether the password is right; unknown users cost the same time.
    pub(crate) async fn verify_password(&self, stored: Option<String>, presented: &SecretString) -> Result<bool> {
        let presented = presented.clone();
        self.with_passwords(move |passwords| passwords.verify(stored.as_deref(), presented.expose_secret())).await
    }

    async fn with_passwords<T: Send + 'static>(
        &self,
        work: impl FnOnce(&thinkwatch_identity::password::Passwords) -> std::result::Result<T, PasswordError>
        + Send
        + 'static,
    ) -> Result<T> {
        let permit = Arc::clone(&self.hashing).acquire_owned().await;
        let permit = permit.map_err(|_| ControlError::Internal("shutting down".to_owned()))?;
        let credentials = Arc::clone(&self.credentials);
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work(&credentials.passwords)
        })
        .await;
        match done {
            Ok(result) => result.map_err(|error| ControlError::Internal(error.to_string())),
            Err(error) => Err(ControlError::Internal(error.to_string())),
        }
    }
}
