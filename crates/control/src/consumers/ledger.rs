//! The usage ledger: sums of calls by hour and dimensions, exactly once.

use std::collections::HashMap;
use std::sync::Arc;

use thinkwatch_policy::ids::KeyId;
use thinkwatch_policy::limits::Zone;
use thinkwatch_policy::ports::SpentFeed;
use thinkwatch_policy::snapshot::SnapshotHandle;
use thinkwatch_records::spool::{ConsumeError, Consumer, Cursor};
use thinkwatch_records::{CallRecord, Outcome};
use thinkwatch_store::{SpoolCursor, Store, StoreError, UsageDelta, UsageDimensions, UsageSums};

use super::spent::{self, Telling};

const HOUR_US: i64 = 3_600_000_000;

/// Adds calls to the ledger, and notes when keys were last used.
pub struct LedgerConsumer {
    store: Arc<Store>,
    telling: Option<Telling>,
}

impl LedgerConsumer {
    /// Its name in cursors and metrics.
    pub const NAME: &str = "ledger";

    /// A consumer over the store.
    pub fn new(store: Arc<Store>) -> Self {
        Self { store, telling: None }
    }

    /// Tells the counters what was spent, as far as there are budgets, and gives the alerts of budgets.
    #[must_use]
    pub fn telling(self, snapshot: Arc<SnapshotHandle>, counters: Arc<dyn SpentFeed>) -> Self {
        Self { telling: Some(Telling::new(Arc::clone(&self.store), snapshot, counters)), ..self }
    }

    /// In which zone the periods of budgets begin.
    fn zone(&self) -> Zone {
        self.telling.as_ref().map_or_else(Zone::utc, |telling| telling.snapshot.limits.load().zone().clone())
    }
}

impl Consumer for LedgerConsumer {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    async fn cursor(&self, spool: &str) -> Result<Option<Cursor>, ConsumeError> {
        let cursor = self.store.cursor(Self::NAME, spool).await.map_err(|error| ConsumeError(error.to_string()))?;
        Ok(cursor.map(|at| Cursor {
            segment: u64::try_from(at.segment).unwrap_or(0),
            offset: u64::try_from(at.offset).unwrap_or(0),
        }))
    }

    async fn apply(&self, spool: &str, batch: &Arc<Vec<CallRecord>>, next: Cursor) -> Result<(), ConsumeError> {
        let (deltas, used) = sum(batch);
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let cursor = SpoolCursor { writer: spool.to_owned(), segment: whole(next.segment), offset: whole(next.offset) };
        let spent = spent::sum(batch, &self.zone());
        let failed = |error: StoreError| ConsumeError(error.to_string());
        self.store.apply_usage_batch(Self::NAME, &deltas, &spent, &cursor, &used).await.map_err(failed)?;
        // Also of a batch that was applied before: whoever died in between has told nobody.
        match &self.telling {
            Some(telling) => telling.passed(spool, batch, &spent).await.map_err(failed),
            None => Ok(()),
        }
    }
}

/// Sums a batch in memory, so that a thousand calls of one key and model are one row to write.
fn sum(batch: &[CallRecord]) -> (Vec<UsageDelta>, Vec<(KeyId, i64)>) {
    let mut sums: HashMap<Group<'_>, UsageSums> = HashMap::new();
    let mut used: HashMap<&str, i64> = HashMap::new();
    for call in batch {
        add(sums.entry(Group::of(call)).or_default(), call);
        if !call.key_id.is_empty() {
            let last = used.entry(&call.key_id).or_default();
            *last = (*last).max(call.timestamp);
        }
    }
    let deltas = sums.into_iter().map(|(group, sums)| UsageDelta { dimensions: group.dimensions(), sums }).collect();
    (deltas, used.into_iter().map(|(id, at)| (KeyId::from(id), at)).collect())
}

/// What calls have in common that are summed together. Borrowed: only a group, not a call, costs allocations.
#[derive(PartialEq, Eq, Hash)]
struct Group<'a> {
    hour_us: i64,
    outcome: i32,
    /// User, e-mail, key, lineage, team, model, provider id, provider, upstream model, route, price, cost centre.
    texts: [&'a str; 12],
    tags: Vec<(&'a str, &'a str)>,
}

impl<'a> Group<'a> {
    fn of(call: &'a CallRecord) -> Self {
        Self {
            hour_us: call.timestamp.div_euclid(HOUR_US) * HOUR_US,
            outcome: call.outcome,
            texts: [
                &call.user_id,
                &call.user_email,
                &call.key_id,
                &call.key_lineage_id,
                &call.team_id,
                &call.model,
                &call.provider_id,
                &call.provider,
                &call.upstream_model,
                &call.route_id,
                &call.price_version,
                &call.cost_center,
            ],
            tags: call.tags.iter().map(|tag| (tag.name.as_str(), tag.value.as_str())).collect(),
        }
    }

    fn dimensions(self) -> UsageDimensions {
        fn id<T: for<'a> From<&'a str>>(text: &str) -> Option<T> {
            (!text.is_empty()).then(|| T::from(text))
        }
        let [user, email, key, lineage, team, model, provider_id, provider, upstream_model, route, price, cost_center] =
            self.texts;
        UsageDimensions {
            hour_us: self.hour_us,
            user_id: id(user),
            user_email: id(email),
            key_id: id(key),
            key_lineage_id: id(lineage),
            team_id: id(team),
            model: model.to_owned(),
            provider_id: id(provider_id),
            provider_name: id(provider),
            upstream_model: id(upstream_model),
            route_id: id(route),
            price_version: id(price),
            cost_center: id(cost_center),
            tags: self.tags.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            outcome: Outcome::try_from(self.outcome).unwrap_or(Outcome::Interrupted).as_str().to_owned(),
        }
    }
}

fn add(sums: &mut UsageSums, call: &CallRecord) {
    let usage = call.tokens();
    let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    for (sum, more) in [
        (&mut sums.calls, 1),
        (&mut sums.input, whole(usage.input)),
        (&mut sums.cache_read, whole(usage.cache_read)),
        (&mut sums.cache_write_5m, whole(usage.cache_write_5m)),
        (&mut sums.cache_write_1h, whole(usage.cache_write_1h)),
        (&mut sums.output, whole(usage.output)),
        (&mut sums.reasoning, whole(usage.reasoning)),
        (&mut sums.audio_in, whole(usage.audio_input)),
        (&mut sums.audio_out, whole(usage.audio_output)),
        (&mut sums.images, whole(usage.image_units)),
        (&mut sums.cost_nano, call.cost_nano),
        (&mut sums.estimated_calls, i64::from(call.usage_estimated)),
        (&mut sums.unpriced_calls, i64::from(call.price_version.is_empty() && !usage.is_empty())),
    ] {
        *sum = sum.saturating_add(more);
    }
}

#[cfg(test)]
mod tests {
    use thinkwatch_records::call::TokenCounts;

    use super::*;

    fn call(model: &str, timestamp: i64, output: u64) -> CallRecord {
        CallRecord {
            timestamp,
            model: model.to_owned(),
            key_id: "key_1".to_owned(),
            usage: Some(TokenCounts { input: 10, output, ..TokenCounts::default() }),
            cost_nano: 7,
            ..CallRecord::default()
        }
    }

    #[test]
    fn a_batch_becomes_one_row_per_hour_and_dimensions() {
        let batch = [call("a", 5, 1), call("a", HOUR_US - 1, 2), call("a", HOUR_US, 4), call("b", 9, 8)];
        let (mut deltas, used) = sum(&batch);
        deltas.sort_by(|a, b| a.dimensions.cmp(&b.dimensions));
        let shown: Vec<_> = deltas
            .iter()
            .map(|d| (d.dimensions.hour_us, d.dimensions.model.as_str(), d.sums.calls, d.sums.output, d.sums.cost_nano))
            .collect();
        assert_eq!(shown, [(0, "a", 2, 3, 14), (0, "b", 1, 8, 7), (HOUR_US, "a", 1, 4, 7)]);
        assert_eq!(used, [(KeyId::from("key_1"), HOUR_US)]);
        assert!(deltas.iter().all(|d| d.sums.unpriced_calls == d.sums.calls));
    }
}
