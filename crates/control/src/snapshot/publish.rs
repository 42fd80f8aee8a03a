//! Rebuilding one part and swapping it in.

use std::collections::BTreeMap;
use std::sync::Arc;

use thinkwatch_coordination::Part;
use thinkwatch_policy::principal::Revocations;
use thinkwatch_policy::settings::{Settings, TABLE};
use thinkwatch_policy::snapshot::SnapshotHandle;
use thinkwatch_store::{Store, Versions};
use tokio::sync::{Mutex, watch};

use super::{catalogue, limits, principals};
use crate::clock::{now_us, seconds};
use crate::credentials::Credentials;
use crate::error::Result;
use crate::limits::zone;

/// Tokens are accepted this long after they expired (clocks differ); revocations are kept as much longer.
const SLACK_US: i64 = seconds(120);

/// Builds parts of the snapshot and publishes them.
pub struct Publisher {
    store: Arc<Store>,
    credentials: Arc<Credentials>,
    handle: Arc<SnapshotHandle>,
    /// What file and environment say, on top of the defaults.
    given: Arc<Settings>,
    /// The settings that the environment has: what the store says of them does not count here.
    pinned: Vec<String>,
    /// Told whenever limits and budgets have changed.
    limits_changed: watch::Sender<i64>,
    /// The version published of each part. A lock per part: two rebuilds of one part must not overtake each other.
    published: [Mutex<Option<i64>>; Part::ALL.len()],
}

impl Publisher {
    /// A publisher that has published nothing.
    pub fn new(store: Arc<Store>, credentials: Arc<Credentials>, handle: Arc<SnapshotHandle>) -> Self {
        let given = handle.settings.load_full();
        let limits_changed = watch::Sender::new(0);
        Self { store, credentials, handle, given, pinned: Vec::new(), limits_changed, published: Default::default() }
    }

    /// With settings that the store cannot change, because the environment says what they are.
    #[must_use]
    pub fn with_pinned(mut self, keys: impl IntoIterator<Item = String>) -> Self {
        self.pinned = keys.into_iter().collect();
        self
    }

    /// Whether the environment says what this setting is.
    pub(crate) fn is_pinned(&self, key: &str) -> bool {
        self.pinned.iter().any(|pinned| pinned == key)
    }

    /// What holds with these values in the store. One that is not known, or no longer allowed, is as if it were not there:
    /// another version of ThinkWatch wrote it.
    pub(crate) fn with_kept(&self, kept: &BTreeMap<String, String>) -> Settings {
        let mut settings = Settings::clone(&self.given);
        for definition in TABLE.iter().filter(|definition| !self.is_pinned(definition.key)) {
            let Some(text) = kept.get(definition.key) else { continue };
            if let Err(error) = settings.set(definition.key, text) {
                tracing::warn!(%error, "a setting in the store does not count");
            }
        }
        settings
    }

    /// Where it publishes.
    pub fn handle(&self) -> &Arc<SnapshotHandle> {
        &self.handle
    }

    /// The versions of limits and budgets as they are published.
    pub(crate) fn limits_changes(&self) -> watch::Receiver<i64> {
        self.limits_changed.subscribe()
    }

    /// Builds every part. Call it once before serving: a failure here stops the start.
    pub async fn load_all(&self) -> Result<()> {
        // Other parts look at them.
        self.refresh(Part::Settings).await?;
        for part in Part::ALL {
            self.refresh(part).await?;
        }
        Ok(())
    }

    /// Rebuilds every part that is behind the store.
    pub(crate) async fn catch_up(&self) -> Result<()> {
        let versions = self.store.versions().await?;
        for part in Part::ALL {
            self.refresh_to(part, version_of(&versions, part)).await?;
        }
        Ok(())
    }

    /// Rebuilds a part if the store has a newer version of it. Returns the version that is then published.
    pub(crate) async fn refresh(&self, part: Part) -> Result<i64> {
        let versions = self.store.versions().await?;
        self.refresh_to(part, version_of(&versions, part)).await
    }

    async fn refresh_to(&self, part: Part, version: i64) -> Result<i64> {
        let mut published = self.published[part as usize].lock().await;
        if let Some(known) = published.filter(|known| *known >= version) {
            return Ok(known);
        }
        // What is loaded may be newer than what was asked for, never older.
        let loaded = match part {
            Part::Catalogue => {
                let rows = self.store.load_catalogue().await?;
                let version = rows.version;
                self.handle.catalogue.store(Arc::new(catalogue::build(&self.credentials.cipher, rows)));
                version
            }
            Part::Principals => {
                let rows = self.store.load_principals().await?;
                let version = rows.version;
                self.handle.principals.store(Arc::new(principals::build(rows)));
                version
            }
            Part::Revocations => {
                // A session that ended before the oldest token still alive was made needs no mention.
                let longest = seconds(self.handle.settings.load().access_ttl_secs).saturating_add(SLACK_US);
                let rows = self.store.load_revocations(now_us().saturating_sub(longest)).await?;
                let forget = |ended: i64| ended.saturating_add(longest);
                let sessions = rows.sessions.into_iter().map(|(id, ended)| (id, forget(ended))).collect();
                self.handle.revocations.store(Arc::new(Revocations { sessions }));
                rows.version
            }
            Part::Settings => {
                let rows = self.store.load_settings().await?;
                let settings = Arc::new(self.with_kept(&rows.values));
                let before = self.handle.settings.swap(Arc::clone(&settings));
                if before.timezone != settings.timezone {
                    // Periods begin at other moments now.
                    let mut published = self.published[Part::Limits as usize].lock().await;
                    *published = Some(self.publish_limits().await?);
                }
                rows.version
            }
            Part::Limits => self.publish_limits().await?,
        };
        *published = Some(loaded);
        tracing::debug!(part = part.as_str(), version = loaded, "snapshot part published");
        metrics::counter!("thinkwatch_snapshot_builds_total", "part" => part.as_str()).increment(1);
        Ok(loaded)
    }
}

impl Publisher {
    /// Call it with the lock of that part held.
    async fn publish_limits(&self) -> Result<i64> {
        let now = now_us();
        let zone = zone::read(&self.handle.settings.load().timezone, now)?;
        let rows = self.store.load_limits(now).await?;
        let version = rows.version;
        self.handle.limits.store(Arc::new(limits::build(zone, rows)));
        self.limits_changed.send_replace(version);
        Ok(version)
    }
}

fn version_of(versions: &Versions, part: Part) -> i64 {
    match part {
        Part::Catalogue => versions.catalogue,
        Part::Principals => versions.principals,
        Part::Revocations => versions.revocations,
        Part::Settings => versions.settings,
        Part::Limits => versions.limits,
    }
}
