//! Telling the counters what was spent: at the start, whenever they were lost, and when budgets are new.

use std::sync::Arc;
use std::time::Duration;

use thinkwatch_policy::ids::ReplicaId;
use thinkwatch_policy::limits::{PeriodKind, PurseKey, Subject, Unit};
use thinkwatch_records::spool::{Cursor, Spool};
use thinkwatch_store::Purse;

use crate::clock::now_us;
use crate::consumers::LedgerConsumer;
use crate::consumers::spent::told;
use crate::control::{Control, Counting};
use crate::error::Result;
use crate::task::{Stop, Task};

/// How often is looked whether the ledger has read what the last process left.
const LOOK: Duration = Duration::from_millis(50);
/// Until the store is asked again after a failure.
const AGAIN: Duration = Duration::from_millis(500);

/// Keeps the counters told. `spool` is that of this replica, opened before any call of this process: budgets answer once the
/// ledger has passed what the last process left in it. The caller stops the task.
pub fn start(control: &Arc<Control>, spool: &Spool) -> Task {
    let (control, spool, recovered) = (Arc::clone(control), spool.clone(), spool.end());
    Task::start("spent", move |stop| run(control, spool, recovered, stop))
}

async fn run(control: Arc<Control>, spool: Spool, recovered: Cursor, mut stop: Stop) {
    let Some(counting) = control.counting.get() else { return };
    let mut changes = control.publisher.limits_changes();
    while !spool.is_read_to(LedgerConsumer::NAME, recovered) {
        if !stop.sleep(LOOK).await {
            return;
        }
    }
    loop {
        changes.mark_unchanged();
        if let Err(error) = all(&control, counting).await {
            tracing::warn!(%error, "the counters were not told what budgets have spent; it is tried again");
            if !stop.sleep(AGAIN).await {
                return;
            }
            continue;
        }
        tokio::select! {
            () = stop.asked() => return,
            () = counting.spent.wants_seed() => {}
            changed = changes.changed() => if changed.is_err() { return },
        }
    }
}

/// Every budget that is in force, in the period that runs.
async fn all(control: &Control, counting: &Counting) -> Result<()> {
    let (book, now) = (control.publisher.handle().limits.load_full(), now_us());
    let keys = book.budgets().map(|rule| PurseKey {
        subject: rule.budget.subject.clone(),
        unit: rule.budget.unit,
        period: rule.budget.period,
        start_us: book.period(rule.budget.period, now).0,
    });
    tell(control, counting, &keys.collect::<Vec<_>>()).await
}

/// A budget that is about to be in force. A failure is mended by the task above, which hears of the change.
pub(super) async fn one(control: &Control, subject: &Subject, unit: Unit, period: PeriodKind) {
    let Some(counting) = control.counting.get().filter(|counting| counting.spent.ready()) else { return };
    let (start_us, _) = control.publisher.handle().limits.load().period(period, now_us());
    let key = PurseKey { subject: subject.clone(), unit, period, start_us };
    if let Err(error) = tell(control, counting, &[key]).await {
        tracing::warn!(%error, "the counters were not told yet what a new budget has spent");
    }
}

async fn tell(control: &Control, counting: &Counting, keys: &[PurseKey]) -> Result<()> {
    let purse = |key: &PurseKey| Purse { subject: key.subject.clone(), period: key.period, start_us: key.start_us };
    let parts = control.store.spent_of(&keys.iter().map(purse).collect::<Vec<_>>()).await?;
    let spent: Vec<(PurseKey, ReplicaId, u64)> = parts
        .iter()
        .flat_map(|part| Unit::ALL.map(|unit| (told(part, unit), part.replica.clone())))
        .filter(|((key, _), _)| keys.contains(key))
        .map(|((key, amount), replica)| (key, replica, amount))
        .collect();
    counting.spent.seed(spent).await.map_err(|error| crate::error::ControlError::Unavailable {
        what: "the counters of limits",
        detail: error.to_string(),
    })
}
