//! Health of this process, for probes.

use std::sync::atomic::{AtomicBool, Ordering};

use thinkwatch_records::spool::Spool;

/// Whether the process takes traffic; shared with the binary, which knows when it starts and when it drains.
#[derive(Debug, Default)]
pub struct Readiness {
    loaded: AtomicBool,
    draining: AtomicBool,
    store_down: AtomicBool,
    counters_down: AtomicBool,
}

impl Readiness {
    /// The snapshot has been loaded.
    pub fn set_loaded(&self) {
        self.loaded.store(true, Ordering::Release);
    }

    /// The process is about to stop.
    pub fn set_draining(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Whether the store answered the last time it was asked.
    pub fn set_store_down(&self, down: bool) {
        self.store_down.store(down, Ordering::Release);
    }

    /// Whether the counters that replicas share answered the last time they were asked.
    pub fn set_counters_down(&self, down: bool) {
        self.counters_down.store(down, Ordering::Release);
    }

    /// Why the process should get no traffic; `None` when it should. `strict` also asks for the store and the counters,
    /// without which the data plane goes on.
    pub fn refuses(&self, spool: &Spool, strict: bool) -> Option<String> {
        if self.draining.load(Ordering::Acquire) {
            return Some("draining".to_owned());
        }
        if !self.loaded.load(Ordering::Acquire) {
            return Some("starting: what is configured and spent is not known yet".to_owned());
        }
        if let Err(why) = spool.report().admits {
            return Some(why);
        }
        let down = [(&self.store_down, "the store does not answer"), (&self.counters_down, "Redis does not answer")];
        let (_, why) = down.into_iter().find(|(down, _)| strict && down.load(Ordering::Acquire))?;
        Some(why.to_owned())
    }
}
