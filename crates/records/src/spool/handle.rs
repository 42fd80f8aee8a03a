//! What the rest of the program holds: the spool, an open call, a receipt for something written.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use parking_lot::{Condvar, Mutex, MutexGuard};
use prost::Message;
use thinkwatch_policy::ids::RequestId;
use tokio::sync::{Notify, watch};

use super::frame::{self, Kind};
use super::open_calls::AttemptFrame;
use super::reader::Extent;
use super::writer::Writer;
use super::{Cursor, SpoolConfig, SpoolError, WhenFull, recovery, sync};
use crate::call::{Attempt, CallOpen, CallProgress, CallRecord, split};

/// What the owner of the spool shares with calls, the sync thread and the consumers.
#[derive(Debug)]
pub(super) struct Shared {
    writer: Mutex<Writer>,
    config: SpoolConfig,
    id: String,
    /// Something was written since the last sync.
    work: Mutex<Work>,
    wake_sync: Condvar,
    dirty: AtomicBool,
    synced: Arc<watch::Sender<u64>>,
    consumers: Mutex<Vec<(String, Cursor)>>,
    /// Told when the spool shuts down, so that consumers read the rest and stop.
    pub(super) closing: Notify,
    dropped: metrics::Counter,
    refused: metrics::Counter,
}

#[derive(Debug, Default)]
struct Work {
    pending: bool,
    urgent: bool,
    stop: bool,
}

impl Shared {
    pub(super) fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock()
    }

    pub(super) fn folder(&self) -> &Path {
        &self.config.folder
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Called by writers: there is something to force to the disk.
    fn written(&self, urgent: bool) {
        if self.dirty.swap(true, Ordering::Relaxed) && !urgent {
            return;
        }
        let mut work = self.work.lock();
        work.pending = true;
        work.urgent |= urgent;
        self.wake_sync.notify_one();
    }

    /// Called by the sync thread: waits until there is work and, unless somebody waits for it, until the group is as
    /// old as the setting allows. True when it should stop.
    pub(super) fn wait_for_work(&self) -> bool {
        let mut work = self.work.lock();
        while !work.pending && !work.stop {
            self.wake_sync.wait(&mut work);
        }
        if !work.urgent && !work.stop {
            self.wake_sync.wait_while_for(&mut work, |w| !w.urgent && !w.stop, self.config.sync_every);
        }
        work.pending = false;
        work.urgent = false;
        self.dirty.store(false, Ordering::Relaxed);
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
    pub(super) fn consumed(&self, name: &str, cursor: Cursor) {
        self.register_consumer(name, cursor);
        let writer = self.writer();
        let lag = lag_bytes(&writer, cursor);
        let removable = writer.sealed.first().is_some_and(|oldest| oldest.number < cursor.segment);
        drop(writer);
        #[expect(clippy::cast_precision_loss, reason = "a gauge; exact up to 2^53 bytes")]
        metrics::gauge!("thinkwatch_spool_consumer_lag_bytes", "consumer" => name.to_owned()).set(lag as f64);
        if removable {
            self.written(false);
        }
    }

    pub(super) fn slowest_consumer(&self) -> Option<Cursor> {
        self.consumers.lock().iter().map(|(_, cursor)| *cursor).min()
    }

    pub(super) fn extent(&self) -> Extent {
        let writer = self.writer();
        Extent { end: writer.position(), sealed: writer.sealed.iter().map(|s| s.number).collect() }
    }

    pub(super) fn closed(&self) -> bool {
        self.writer().closed
    }

    #[expect(clippy::cast_precision_loss, reason = "gauges; exact up to 2^53")]
    pub(super) fn gauges(&self, writer: &Writer) {
        metrics::gauge!("thinkwatch_spool_bytes").set(writer.total_bytes() as f64);
        metrics::gauge!("thinkwatch_spool_segments").set(writer.sealed.len() as f64 + 1.0);
        metrics::gauge!("thinkwatch_spool_open_calls").set(writer.open.len() as f64);
    }

    fn append_call(&self, id: u128, record: &CallRecord) -> Result<u64, SpoolError> {
        let mut frames = Vec::with_capacity(512);
        frame::encode(&mut frames, Kind::Open, |out| record.encode_raw(out))?;
        let payload = frames[frame::HEAD..].to_vec();
        let mut writer = self.writer();
        writer.admits_opening()?;
        writer.append(&frames)?;
        writer.open.opened(id, payload);
        Ok(writer.written)
    }
}

fn lag_bytes(writer: &Writer, cursor: Cursor) -> u64 {
    let end = writer.position();
    if cursor.segment == end.segment {
        return end.offset.saturating_sub(cursor.offset);
    }
    let behind: u64 = writer
        .sealed
        .iter()
        .filter(|s| s.number >= cursor.segment)
        .map(|s| if s.number == cursor.segment { s.bytes.saturating_sub(cursor.offset) } else { s.bytes })
        .sum();
    behind + end.offset
}

/// How the spool is doing.
#[derive(Clone, Debug)]
pub struct SpoolReport {
    /// Bytes on disk.
    pub bytes: u64,
    /// Calls open now.
    pub open_calls: usize,
    /// Whether new calls are admitted; if not, why.
    pub admits: Result<(), String>,
    /// Bytes each consumer has not read yet.
    pub lag_bytes: Vec<(String, u64)>,
}

/// The durable spool. Cheap to clone; [`Spool::shutdown`] ends it for all.
#[derive(Clone, Debug)]
pub struct Spool {
    pub(super) shared: Arc<Shared>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Spool {
    /// Opens the folder, closes what a dead process left open as interrupted, and starts the sync thread.
    pub fn start(config: SpoolConfig) -> Result<Self, SpoolError> {
        let (writer, recovered) = recovery::recover(config.clone())?;
        let id = recovery::identity(&config.folder)?;
        if recovered.interrupted > 0 || recovered.torn_bytes > 0 {
            tracing::warn!(
                interrupted = recovered.interrupted,
                torn_bytes = recovered.torn_bytes,
                "the last process ended without closing its calls; they are recorded as interrupted"
            );
        }
        metrics::counter!("thinkwatch_spool_recovered_total").increment(recovered.interrupted as u64);
        let shared = Arc::new(Shared {
            writer: Mutex::new(writer),
            config,
            id,
            work: Mutex::new(Work { pending: true, ..Work::default() }),
            wake_sync: Condvar::new(),
            dirty: AtomicBool::new(true),
            synced: Arc::new(watch::Sender::new(0)),
            consumers: Mutex::new(Vec::new()),
            closing: Notify::new(),
            dropped: metrics::counter!("audit_log_dropped_total", "reason" => "spool_full"),
            refused: metrics::counter!("thinkwatch_spool_refused_total"),
        });
        let for_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("spool-sync".to_owned())
            .spawn(move || sync::run(&for_thread, &for_thread.synced))
            .map_err(SpoolError::io("start the sync thread for", &shared.config.folder))?;
        Ok(Self { shared, thread: Arc::new(Mutex::new(Some(thread))) })
    }

    /// Opens a call's record. When this returns, the record survives the death of the process; await the receipt
    /// before the upstream is called, so that strict mode holds too.
    pub fn open(&self, record: &CallOpen) -> Result<(OpenCall, Receipt), SpoolError> {
        let id = record.request_id().0;
        match self.shared.append_call(id, record) {
            Ok(mark) => {
                self.shared.written(self.shared.config.strict);
                Ok((OpenCall { shared: Arc::clone(&self.shared), id, state: State::Open }, self.receipt(mark)))
            }
            Err(SpoolError::TooLarge(size)) => Err(SpoolError::TooLarge(size)),
            Err(error) if self.shared.config.when_full == WhenFull::Drop => {
                self.shared.dropped.increment(1);
                tracing::debug!(%error, "a call goes on unrecorded");
                let call = OpenCall { shared: Arc::clone(&self.shared), id, state: State::Unrecorded };
                Ok((call, self.receipt(0)))
            }
            Err(error) => {
                self.shared.refused.increment(1);
                Err(error)
            }
        }
    }

    /// Records a call that ended before any upstream was involved (refused, malformed) in one frame.
    pub fn record_closed(&self, record: &CallRecord) -> Result<Receipt, SpoolError> {
        let mut frames = Vec::with_capacity(512);
        frame::encode(&mut frames, Kind::Close, |out| record.encode_raw(out))?;
        let mark = {
            let mut writer = self.shared.writer();
            writer.admits_opening()?;
            writer.append(&frames)?;
            writer.written
        };
        self.shared.written(self.shared.config.strict);
        Ok(self.receipt(mark))
    }

    fn receipt(&self, mark: u64) -> Receipt {
        Receipt { wait: self.shared.config.strict.then(|| (Arc::clone(&self.shared.synced), mark)) }
    }

    /// How the spool is doing.
    pub fn report(&self) -> SpoolReport {
        let consumers = self.shared.consumers.lock().clone();
        let writer = self.shared.writer();
        SpoolReport {
            bytes: writer.total_bytes(),
            open_calls: writer.open.len(),
            admits: writer.admits_opening().map_err(|e| e.to_string()),
            lag_bytes: consumers.into_iter().map(|(name, at)| (name, lag_bytes(&writer, at))).collect(),
        }
    }

    /// Ends the spool: no call is opened any more, calls that nobody finished are closed as interrupted, everything
    /// is forced to the disk, and consumers are told to read the rest. Blocks for the last sync.
    pub fn shutdown(&self) {
        {
            let mut writer = self.shared.writer();
            if let Err(error) = recovery::close_open_calls(&mut writer) {
                tracing::error!(%error, "open calls could not be closed; the next start will");
            }
            writer.closed = true;
        }
        self.shared.work.lock().stop = true;
        self.shared.wake_sync.notify_one();
        let thread = self.thread.lock().take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the spool's sync thread panicked");
        }
        self.shared.closing.notify_waiters();
    }
}

/// Says that something was written; awaiting it makes sure that it is as durable as the settings ask.
#[derive(Debug)]
#[must_use = "strict mode is only strict when receipts are awaited"]
pub struct Receipt {
    wait: Option<(Arc<watch::Sender<u64>>, u64)>,
}

impl Receipt {
    /// Returns at once by default; in strict mode when the group is on the disk.
    pub async fn durable(self) -> Result<(), SpoolError> {
        match self.wait {
            None => Ok(()),
            Some((synced, mark)) if sync::wait_for(&synced, mark).await => Ok(()),
            Some(_) => Err(SpoolError::Closed),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Closed,
    /// The spool was full and the setting says to go on.
    Unrecorded,
}

/// A call whose record is open. Dropping it without [`OpenCall::close`] closes the record as interrupted: whatever
/// happens to the task, the record ends.
#[derive(Debug)]
pub struct OpenCall {
    shared: Arc<Shared>,
    id: u128,
    state: State,
}

impl OpenCall {
    /// Records a further try before it is made (the first is part of the opened record).
    pub fn attempt(&self, attempt: &Attempt) -> Result<Receipt, SpoolError> {
        let (id_high, id_low) = split(RequestId(self.id));
        let payload = AttemptFrame { id_high, id_low, attempt: Some(attempt.clone()) };
        self.write(Kind::Attempt, &payload, |writer| writer.open.attempted(self.id, payload.encode_to_vec()))
    }

    /// Records how far the call has come.
    pub fn progress(&self, progress: &CallProgress) -> Result<(), SpoolError> {
        self.write(Kind::Progress, progress, |writer| writer.open.progressed(*progress)).map(|_| ())
    }

    /// Closes the record with the whole row. Await the receipt before the client gets the end of its answer.
    pub fn close(mut self, record: &CallRecord) -> Result<Receipt, SpoolError> {
        let mut frames = Vec::with_capacity(768);
        frame::encode(&mut frames, Kind::Close, |out| record.encode_raw(out))?;
        if self.state == State::Unrecorded {
            self.state = State::Closed;
            return Ok(Receipt { wait: None });
        }
        let mark = {
            let mut writer = self.shared.writer();
            writer.append_closing(&frames)?;
            writer.open.closed(self.id);
            writer.written
        };
        self.state = State::Closed;
        Ok(self.receipt(mark))
    }

    fn write(
        &self,
        kind: Kind,
        payload: &impl Message,
        remember: impl FnOnce(&mut Writer),
    ) -> Result<Receipt, SpoolError> {
        if self.state == State::Unrecorded {
            return Ok(Receipt { wait: None });
        }
        let mut frames = Vec::with_capacity(256);
        frame::encode(&mut frames, kind, |out| payload.encode_raw(out))?;
        let mark = {
            let mut writer = self.shared.writer();
            writer.append(&frames)?;
            remember(&mut writer);
            writer.written
        };
        Ok(self.receipt(mark))
    }

    fn receipt(&self, mark: u64) -> Receipt {
        let strict = self.shared.config.strict;
        self.shared.written(strict);
        Receipt { wait: strict.then(|| (Arc::clone(&self.shared.synced), mark)) }
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        if self.state != State::Open {
            return;
        }
        let mut writer = self.shared.writer();
        let Some(record) = writer.open.interrupted(self.id) else { return };
        let mut frames = Vec::new();
        let closed = frame::encode(&mut frames, Kind::Close, |out| record.encode_raw(out))
            .and_then(|()| writer.append_closing(&frames));
        match closed {
            Ok(()) => writer.open.closed(self.id),
            // It stays open in the checkpoint, so the next start closes it.
            Err(error) => tracing::error!(%error, "an abandoned call could not be closed"),
        }
    }
}
