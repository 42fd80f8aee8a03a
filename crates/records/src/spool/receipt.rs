//! A receipt for something written.

use std::sync::Arc;

use tokio::sync::watch;

use super::SpoolError;

/// How far the sync thread has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Synced {
    /// All bytes before this mark are on the disk.
    pub(super) mark: u64,
    /// Groups so far.
    pub(super) groups: u64,
    /// It will not come further.
    pub(super) ended: bool,
}

/// Says that something was written; awaiting it makes sure that it is as durable as the settings ask.
#[derive(Debug)]
#[must_use = "strict mode is only strict when receipts are awaited"]
pub struct Receipt {
    wait: Option<(Arc<watch::Sender<Synced>>, u64)>,
}

impl Receipt {
    pub(super) fn ready() -> Self {
        Self { wait: None }
    }

    pub(super) fn after(synced: Arc<watch::Sender<Synced>>, mark: u64) -> Self {
        Self { wait: Some((synced, mark)) }
    }

    /// Returns at once by default; in strict mode when the group is on the disk.
    pub async fn durable(self) -> Result<(), SpoolError> {
        let Some((synced, mark)) = self.wait else { return Ok(()) };
        let mut progress = synced.subscribe();
        match progress.wait_for(|synced| synced.mark >= mark || synced.ended).await {
            Ok(synced) if synced.mark >= mark => Ok(()),
            _ => Err(SpoolError::Closed),
        }
    }
}
