//! What calls spent, by subject and period; what the counters and the operators are told of it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::json;
use thinkwatch_policy::ids::{BudgetId, RequestId};
use thinkwatch_policy::limits::estimate::{PLAIN_WEIGHT_MILLI, weighted_usage};
use thinkwatch_policy::limits::purse::crossed;
use thinkwatch_policy::limits::{BudgetRule, LimitBook, PeriodKind, PurseKey, Subject, SubjectKind, Unit, Zone};
use thinkwatch_policy::ports::SpentFeed;
use thinkwatch_policy::snapshot::SnapshotHandle;
use thinkwatch_records::{CallRecord, Outcome};
use thinkwatch_store::{BudgetAlertRow, Purse, Spent, SpentPart, Store, StoreError};

use crate::caller::system_audit;
use crate::clock::now_us;

/// Budgets and periods whose alerts are remembered; more are asked of the store again.
const REMEMBERED: usize = 10_000;

/// What a batch adds to each purse, with or without a budget: one that is set later must know what was spent before.
pub(super) fn sum(batch: &[CallRecord], zone: &Zone) -> Vec<(Purse, Spent)> {
    let mut sums: HashMap<(SubjectKind, &str, PeriodKind, i64), Spent> = HashMap::new();
    let mut periods: [Option<(i64, i64)>; PeriodKind::ALL.len()] = [None; PeriodKind::ALL.len()];
    for call in batch.iter().filter(|call| call.outcome != Outcome::Refused as i32) {
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let spent = Spent { cost_nano: call.cost_nano.max(0), tokens: whole(weighted(call)), calls: 1 };
        for (known, kind) in periods.iter_mut().zip(PeriodKind::ALL) {
            let span = match *known {
                Some((start, end)) if (start..end).contains(&call.timestamp) => (start, end),
                _ => kind.span(zone, call.timestamp),
            };
            *known = Some(span);
            for (subject, id) in subjects(call) {
                sums.entry((subject, id, kind, span.0)).or_default().add(spent);
            }
        }
    }
    sums.into_iter()
        .map(|((kind, id, period, start_us), spent)| {
            (Purse { subject: Subject { kind, id: id.into() }, period, start_us }, spent)
        })
        .collect()
}

/// Whose spending a call is. Those that budgets can be set for.
fn subjects(call: &CallRecord) -> impl Iterator<Item = (SubjectKind, &str)> {
    let of = [
        (SubjectKind::User, call.user_id.as_str()),
        (SubjectKind::Team, call.team_id.as_str()),
        (SubjectKind::Key, call.key_lineage_id.as_str()),
        (SubjectKind::Provider, call.provider_id.as_str()),
    ];
    let known = of.into_iter().filter(|(_, id)| !id.is_empty());
    std::iter::once((SubjectKind::Organisation, "")).chain(known)
}

/// Records of versions that had no weights say nothing of weighted tokens; theirs weigh what is plain.
fn weighted(call: &CallRecord) -> u64 {
    if call.weighted_tokens > 0 { call.weighted_tokens } else { weighted_usage(&call.tokens(), PLAIN_WEIGHT_MILLI) }
}

/// Tells what the ledger has written.
pub(super) struct Telling {
    pub(super) store: Arc<Store>,
    pub(super) snapshot: Arc<SnapshotHandle>,
    pub(super) counters: Arc<dyn SpentFeed>,
    /// The highest threshold known to have been raised, by budget and start of its period.
    raised: Mutex<HashMap<(BudgetId, i64), u8>>,
}

impl Telling {
    pub(super) fn new(store: Arc<Store>, snapshot: Arc<SnapshotHandle>, counters: Arc<dyn SpentFeed>) -> Self {
        Self { store, snapshot, counters, raised: Mutex::default() }
    }

    /// After a batch was written: the counters learn what this replica has spent in all, and that they need not hold
    /// anything for these calls any more. Then alerts are given.
    pub(super) async fn passed(
        &self,
        replica: &str,
        batch: &[CallRecord],
        spent: &[(Purse, Spent)],
    ) -> Result<(), StoreError> {
        // Loaded after the batch was written: a budget that is not in this book is seeded with a state of the store that
        // has the batch.
        let book = self.snapshot.limits.load_full();
        let touched = touched(&book, spent);
        let purses: HashSet<Purse> = touched.iter().map(|(purse, _)| (*purse).clone()).collect();
        let parts = self.store.spent_of(&purses.into_iter().collect::<Vec<_>>()).await?;
        let calls: Vec<RequestId> = batch.iter().map(CallRecord::request_id).collect();
        let own: Vec<(PurseKey, u64)> = parts
            .iter()
            .filter(|part| part.replica.as_str() == replica)
            .flat_map(|part| Unit::ALL.map(|unit| told(part, unit)))
            .filter(|(key, _)| touched.iter().any(|(purse, rule)| is_of(key, purse, rule)))
            .collect();
        self.counters.passed(&calls, &own).await;
        self.alert(&touched, &parts).await;
        Ok(())
    }

    /// Gives the alerts that are due. A failure only delays them: the next batch finds them due again.
    async fn alert(&self, touched: &[(&Purse, &BudgetRule)], parts: &[SpentPart]) {
        let now = now_us();
        for (purse, rule) in touched {
            let unit = rule.budget.unit;
            let in_all = parts.iter().filter(|part| part.purse == **purse).map(|part| told(part, unit).1);
            let in_all = in_all.fold(0, u64::saturating_add);
            let forgiven = rule.forgiven.filter(|forgiven| forgiven.start_us == purse.start_us);
            let forgiven = forgiven.map_or(0, |forgiven| forgiven.amount);
            let used = in_all.saturating_sub(forgiven);
            let max = rule.max_at(purse.start_us, now).saturating_sub(forgiven);
            let known = (rule.budget.id.clone(), purse.start_us);
            let before = self.raised.lock().get(&known).copied().unwrap_or(0);
            for threshold in crossed(0, used, max).into_iter().map(|threshold| threshold.0).filter(|t| *t > before) {
                match self.raise(rule, purse, threshold, used, max).await {
                    Ok(()) => {
                        let mut raised = self.raised.lock();
                        if raised.len() >= REMEMBERED {
                            raised.clear();
                        }
                        raised.insert(known.clone(), threshold);
                    }
                    Err(error) => tracing::error!(%error, budget = %rule.budget.id, "an alert was not given yet"),
                }
            }
        }
    }

    async fn raise(
        &self,
        rule: &BudgetRule,
        purse: &Purse,
        threshold: u8,
        used: u64,
        max: u64,
    ) -> Result<(), StoreError> {
        let budget = &rule.budget;
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let details = json!({ "name": budget.name(), "subject_kind": budget.subject.kind.as_str(),
            "subject_id": &*budget.subject.id, "threshold": threshold, "used": used, "max": max });
        let entry = system_audit("budget.alert", ("budget", Some(budget.id.as_str())), details);
        let row = BudgetAlertRow {
            id: format!("alr_{:032x}", rand::random::<u128>()),
            budget_id: budget.id.to_string(),
            period_start_us: purse.start_us,
            threshold: i32::from(threshold),
            subject_kind: budget.subject.kind.as_str().to_owned(),
            subject_id: budget.subject.id.to_string(),
            period_kind: budget.period.as_str().to_owned(),
            unit: budget.unit.as_str().to_owned(),
            used: whole(used),
            max: whole(max),
            raised_at_us: entry.timestamp_us,
        };
        if self.store.raise_budget_alert(row, &entry).await? {
            let subject = budget.subject.to_string();
            tracing::warn!(budget = %budget.id, name = budget.name(), subject, threshold, used, max, "a budget alert");
            metrics::counter!("gateway_budget_alerts_total", "threshold" => threshold.to_string()).increment(1);
        }
        Ok(())
    }
}

/// The purses of a batch that there are budgets for, once per budget.
fn touched<'a>(book: &'a LimitBook, spent: &'a [(Purse, Spent)]) -> Vec<(&'a Purse, &'a BudgetRule)> {
    let mut touched = Vec::new();
    for (purse, _) in spent {
        let rules = book.of(purse.subject.kind, &purse.subject.id);
        let budgets = rules.map(|rules| rules.budgets.as_slice()).unwrap_or_default();
        touched.extend(budgets.iter().filter(|rule| rule.budget.period == purse.period).map(|rule| (purse, rule)));
    }
    touched
}

fn is_of(key: &PurseKey, purse: &Purse, rule: &BudgetRule) -> bool {
    key.unit == rule.budget.unit
        && key.start_us == purse.start_us
        && key.period == purse.period
        && key.subject == purse.subject
}

/// What a replica's part says of a unit.
pub(crate) fn told(part: &SpentPart, unit: Unit) -> (PurseKey, u64) {
    let Purse { subject, period, start_us } = part.purse.clone();
    let amount = match unit {
        Unit::Usd => part.cost_nano,
        Unit::Tokens => part.tokens,
    };
    (PurseKey { subject, unit, period, start_us }, u64::try_from(amount).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_US: i64 = 86_400_000_000;

    #[test]
    fn a_call_is_spent_by_everyone_it_concerns_in_every_period() {
        let call = |day: i64, outcome: Outcome| CallRecord {
            timestamp: day * DAY_US + 5,
            user_id: "u".to_owned(),
            key_lineage_id: "l".to_owned(),
            weighted_tokens: 15,
            cost_nano: 7,
            outcome: outcome as i32,
            ..CallRecord::default()
        };
        // 1970-01-01 was a Thursday: days 3 and 4 lie in two weeks and one month.
        let batch = [call(3, Outcome::Ok), call(4, Outcome::Cancelled), call(4, Outcome::Refused)];
        let mut shown: Vec<_> = sum(&batch, &Zone::utc())
            .into_iter()
            .map(|(purse, spent)| {
                let Purse { subject, period, start_us } = purse;
                (subject.to_string(), period.as_str(), start_us / DAY_US, spent.cost_nano, spent.tokens, spent.calls)
            })
            .collect();
        shown.sort();
        let expected: Vec<_> = ["key:l", "organisation:", "user:u"]
            .into_iter()
            .flat_map(|subject| {
                [
                    (subject.to_owned(), "daily", 3, 7, 15, 1),
                    (subject.to_owned(), "daily", 4, 7, 15, 1),
                    (subject.to_owned(), "monthly", 0, 14, 30, 2),
                    (subject.to_owned(), "weekly", -3, 7, 15, 1),
                    (subject.to_owned(), "weekly", 4, 7, 15, 1),
                ]
            })
            .collect();
        assert_eq!(shown, expected);
    }
}
