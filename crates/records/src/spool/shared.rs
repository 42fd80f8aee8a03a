//! What the spool, its calls, the sync thread and the consumers share.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, Mutex, MutexGuard};
use tokio::sync::watch;

use super::frame::Seal;
use super::reader::Extent;
use super::receipt::{Receipt, Synced};
use super::writer::Writer;
use super::{Cursor, SpoolConfig};

#[derive(Debug)]
pub(super) struct Shared {
    writer: Mutex<Writer>,
    pub(super) config: SpoolConfig,
    id: String,
    pub(super) seal: Seal,
    work: Mutex<Work>,
    wake_sync: Condvar,
    /// Whether the sync thread has been told that something was written.
    told: AtomicBool,
    /// How far written frames have been forced to the disk, as receipts see it.
    pub(super) synced: Arc<watch::Sender<Synced>>,
    /// The same as a place: consumers read only up to there.
    durable: Mutex<Cursor>,
    consumers: Mutex<Vec<(String, Cursor)>>,
    /// True when nothing will be written any more and all is on the disk: consumers read the rest and stop.
    pub(super) ended: watch::Sender<bool>,
    pub(super) dropped: metrics::Counter,
    pub(super) refused: metrics::Counter,
    bytes: metrics::Gauge,
    segments: metrics::Gauge,
    open_calls: metrics::Gauge,
}

#[derive(Debug, Default)]
struct Work {
    pending: bool,
    urgent: bool,
    stop: bool,
}

impl Shared {
    pub(super) fn new(writer: Writer, config: SpoolConfig, id: String) -> Self {
        // Until these have told their cursors, nothing may be removed.
        let consumers = config.consumers.iter().map(|name| ((*name).to_owned(), Cursor::default())).collect();
        Self {
            seal: writer.seal,
            writer: Mutex::new(writer),
            config,
            id,
            work: Mutex::new(Work { pending: true, ..Work::default() }),
            wake_sync: Condvar::new(),
            told: AtomicBool::new(true),
            synced: Arc::new(watch::Sender::new(Synced::default())),
            durable: Mutex::new(Cursor::default()),
            consumers: Mutex::new(consumers),
            ended: watch::Sender::new(false),
            dropped: metrics::counter!("audit_log_dropped_total", "reason" => "spool_full"),
            refused: metrics::counter!("thinkwatch_spool_refused_total"),
            bytes: metrics::gauge!("thinkwatch_spool_bytes"),
            segments: metrics::gauge!("thinkwatch_spool_segments"),
            open_calls: metrics::gauge!("thinkwatch_spool_open_calls"),
        }
    }

    pub(super) fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock()
    }

    pub(super) fn folder(&self) -> &Path {
        &self.config.folder
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Called by writers: there is something to force to the disk. Says when it will be there.
    pub(super) fn written(&self, mark: u64) -> Receipt {
        self.wake(self.config.strict);
        if self.config.strict { Receipt::after(Arc::clone(&self.synced), mark) } else { Receipt::ready() }
    }

    fn wake(&self, urgent: bool) {
        if self.told.swap(true, Ordering::Relaxed) && !urgent {
            return;
        }
        let mut work = self.work.lock();
        work.pending = true;
        work.urgent |= urgent;
        self.wake_sync.notify_one();
    }

    pub(super) fn stop(&self) {
        self.work.lock().stop = true;
        self.wake_sync.notify_one();
    }

    /// Called by the sync thread: waits until there is work (or `again` has passed) and, unless somebody waits for it,
    /// until the group is as old as the setting allows. True when it should stop.
    pub(super) fn wait_for_work(&self, again: Option<Duration>) -> bool {
        let mut work = self.work.lock();
        match again {
            Some(again) => drop(self.wake_sync.wait_while_for(&mut work, |w| !w.pending && !w.stop, again)),
            None => self.wake_sync.wait_while(&mut work, |w| !w.pending && !w.stop),
        }
        if !work.urgent && !work.stop {
            self.wake_sync.wait_while_for(&mut work, |w| !w.urgent && !w.stop, self.config.sync_every);
        }
        work.pending = false;
        work.urgent = false;
        // Before the frames to force are looked up: who writes afterwards tells us again.
        self.told.store(false, Ordering::Relaxed);
        work.stop
    }

    pub(super) fn register_consumer(&self, name: &str, cursor: Cursor) {
        let mut consumers = self.consumers.lock();
        match consumers.iter_mut().find(|(known, _)| known == name) {
            Some((_, at)) => *at = cursor,
            None => consumers.push((name.to_owned(), cursor)),
        }
    }

    /// A consumer has applied everything before `cursor`.
    pub(super) fn consumed(&self, name: &str, lag: &metrics::Gauge, cursor: Cursor) {
        self.register_consumer(name, cursor);
        let writer = self.writer();
        let behind = writer.lag_bytes(cursor);
        let removable = writer.sealed.first().is_some_and(|oldest| oldest.number < cursor.segment);
        drop(writer);
        #[expect(clippy::cast_precision_loss, reason = "a gauge; exact up to 2^53 bytes")]
        lag.set(behind as f64);
        if removable {
            self.wake(false);
        }
    }

    pub(super) fn consumers(&self) -> Vec<(String, Cursor)> {
        self.consumers.lock().clone()
    }

    pub(super) fn slowest_consumer(&self) -> Option<Cursor> {
        self.consumers.lock().iter().map(|(_, cursor)| *cursor).min()
    }

    /// Everything up to here is on the disk.
    pub(super) fn reached(&self, mark: u64, position: Cursor) {
        *self.durable.lock() = position;
        self.synced.send_modify(|synced| {
            synced.mark = mark;
            synced.groups += 1;
        });
    }

    /// Until something can be read, or nothing more is written.
    pub(super) async fn first_synced(&self) {
        let mut synced = self.synced.subscribe();
        drop(synced.wait_for(|synced| synced.groups > 0 || synced.ended).await);
    }

    /// The part of the spool that may be read.
    pub(super) fn extent(&self) -> Extent {
        let end = *self.durable.lock();
        let sealed = self.writer().sealed.iter().map(|s| s.number).filter(|number| *number < end.segment).collect();
        Extent { end, sealed }
    }

    #[expect(clippy::cast_precision_loss, reason = "gauges; exact up to 2^53")]
    pub(super) fn gauges(&self, writer: &Writer) {
        self.bytes.set(writer.total_bytes() as f64);
        self.segments.set(writer.sealed.len() as f64 + 1.0);
        self.open_calls.set(writer.open.len() as f64);
    }
}
