//! Writes kept responses to the store, behind the calls.

use std::sync::Arc;
use std::time::Duration;

use super::{ResponseKeeper, lost, sealed};
use crate::control::Control;
use crate::task::{Stop, Task};

/// What comes within this time is written in one transaction.
const GATHER: Duration = Duration::from_millis(50);
/// Until the store is tried again after it failed.
const AGAIN: Duration = Duration::from_secs(1);
/// How often, and after which pauses, it is tried at the stop. Whoever waits for it waits five seconds.
const LAST_TRIES: usize = 15;
const LAST_PAUSE: Duration = Duration::from_millis(200);
const ROWS: usize = 256;
const BYTES: usize = 16 << 20;

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Batch {
    /// Nothing waits.
    Nothing,
    /// It is in the store, or was given up and counted.
    Done,
    /// It still waits: the store does not answer.
    Waits,
}

/// Starts writing. The caller stops the task, after the listeners: what waits then is written.
pub fn start(control: &Control) -> Task {
    let keeper = Arc::clone(control.responses());
    Task::start("kept responses", move |stop| write_behind(keeper, stop))
}

async fn write_behind(keeper: Arc<ResponseKeeper>, mut stop: Stop) {
    loop {
        tokio::select! {
            () = keeper.wake.notified() => {}
            () = stop.asked() => break,
        }
        let mut wait = GATHER;
        // Told to stop or not, what was gathered is written; what comes later wakes the loop again.
        while stop.sleep(wait).await {
            match keeper.write_batch().await {
                Batch::Nothing => break,
                Batch::Done => wait = Duration::ZERO,
                Batch::Waits => wait = AGAIN,
            }
        }
    }
    // A store that has just come back may fail once more.
    for _ in 0..LAST_TRIES {
        while keeper.write_batch().await == Batch::Done {}
        if keeper.front.lock().waiting() == 0 {
            return;
        }
        tokio::time::sleep(LAST_PAUSE).await;
    }
    tracing::warn!("kept responses were not written before the stop and are forgotten");
}

impl ResponseKeeper {
    async fn write_batch(&self) -> Batch {
        let _writing = self.writing.lock().await;
        let (batch, waiting) = {
            let mut front = self.front.lock();
            (front.batch(ROWS, BYTES), front.waiting())
        };
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        metrics::gauge!("thinkwatch_responses_waiting").set(waiting as f64);
        if batch.is_empty() {
            return Batch::Nothing;
        }
        let rows: Result<Vec<_>, _> =
            batch.iter().map(|one| sealed::seal(&self.credentials.cipher, &one.response)).collect();
        let failed = match rows {
            Ok(rows) => match self.store.put_responses(rows).await {
                Ok(()) => None,
                Err(error) if error.is_transient() => {
                    tracing::warn!(%error, "kept responses wait: the store does not take them");
                    return Batch::Waits;
                }
                Err(error) => Some(error.to_string()),
            },
            Err(error) => Some(error.to_string()),
        };
        if let Some(error) = failed {
            // They can be gone on from as long as they are in memory.
            tracing::error!(%error, "kept responses could not be written");
            lost("write_failed", batch.len() as u64);
        }
        self.front.lock().written(&batch);
        Batch::Done
    }
}
