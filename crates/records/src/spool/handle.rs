//! What the rest of the program holds: the spool.

use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::Mutex;
use prost::Message;

use super::frame::{self, Kind};
use super::open_call::OpenCall;
use super::receipt::Receipt;
use super::shared::Shared;
use super::{Cursor, SpoolConfig, SpoolError, WhenFull, identity, recovery, sync};
use crate::call::{CallOpen, CallRecord};
use crate::draft;

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
    /// How many groups of frames were forced to the disk since the start.
    pub syncs: u64,
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
        if recovered.interrupted > 0 || recovered.damaged_bytes > 0 {
            tracing::warn!(
                interrupted = recovered.interrupted,
                damaged_bytes = recovered.damaged_bytes,
                "the last process ended without closing its calls; they are recorded as interrupted"
            );
        }
        metrics::counter!("thinkwatch_spool_recovered_total").increment(recovered.interrupted as u64);
        let shared = Arc::new(Shared::new(writer, config, identity::text(recovered.id)));
        let for_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("spool-sync".to_owned())
            .spawn(move || sync::run(&for_thread))
            .map_err(SpoolError::io("start the sync thread for", &shared.config.folder))?;
        Ok(Self { shared, thread: Arc::new(Mutex::new(Some(thread))) })
    }

    /// Opens a call's record. When this returns, the record survives the death of the process; await the receipt
    /// before the upstream is called, so that strict mode holds too.
    pub fn open(&self, record: &CallOpen) -> Result<(OpenCall, Receipt), SpoolError> {
        let id = record.request_id().0;
        let mut frame = draft::buffer();
        frame::encode(&mut frame, self.shared.seal, Kind::Open, |out| record.encode_raw(out))?;
        let mut writer = self.shared.writer();
        match writer.admits_opening().and_then(|()| writer.append(&frame)) {
            Ok(()) => {
                writer.open.opened(id, frame);
                let mark = writer.written;
                drop(writer);
                Ok((OpenCall::recorded(&self.shared, id), self.shared.written(mark)))
            }
            Err(error) => {
                drop(writer);
                self.turned_away(error).map(|receipt| (OpenCall::unrecorded(&self.shared, id), receipt))
            }
        }
    }

    /// Records a call that ended before any upstream was involved (refused, malformed) in one frame.
    pub fn record_closed(&self, record: &CallRecord) -> Result<Receipt, SpoolError> {
        let mut frame = draft::buffer();
        frame::encode(&mut frame, self.shared.seal, Kind::Close, |out| record.encode_raw(out))?;
        let mut writer = self.shared.writer();
        let appended = writer.admits_opening().and_then(|()| writer.append(&frame));
        let mark = writer.written;
        drop(writer);
        draft::give_back(frame);
        match appended {
            Ok(()) => Ok(self.shared.written(mark)),
            Err(error) => self.turned_away(error),
        }
    }

    /// What becomes of a call whose record cannot be written. Only a spool in use may let it pass, not one that ended.
    fn turned_away(&self, error: SpoolError) -> Result<Receipt, SpoolError> {
        if self.shared.config.when_full == WhenFull::Drop && !matches!(error, SpoolError::Closed) {
            self.shared.dropped.increment(1);
            tracing::debug!(%error, "a call goes on unrecorded");
            return Ok(Receipt::ready());
        }
        self.shared.refused.increment(1);
        Err(error)
    }

    /// Its id: that of the replica, since each has a spool of its own.
    pub fn id(&self) -> &str {
        self.shared.id()
    }

    /// Where it ends now: what was recovered, and all that was written since, lies before.
    pub fn end(&self) -> Cursor {
        self.shared.writer().position()
    }

    /// Whether a consumer has read all that lies before a place.
    pub fn is_read_to(&self, consumer: &str, place: Cursor) -> bool {
        self.shared.consumers().iter().any(|(name, at)| name == consumer && *at >= place)
    }

    /// How the spool is doing.
    pub fn report(&self) -> SpoolReport {
        let consumers = self.shared.consumers();
        let writer = self.shared.writer();
        SpoolReport {
            bytes: writer.total_bytes(),
            open_calls: writer.open.len(),
            admits: writer.admits_opening().map_err(|e| e.to_string()),
            syncs: self.shared.synced.borrow().groups,
            lag_bytes: consumers.into_iter().map(|(name, at)| (name, writer.lag_bytes(at))).collect(),
        }
    }

    /// Ends the spool: no call is opened any more, calls that nobody finished are closed as interrupted, everything
    /// is forced to the disk, and consumers are told to read the rest. Blocks for the last sync.
    pub fn shutdown(&self) {
        {
            let mut writer = self.shared.writer();
            if !writer.closed
                && let Err(error) = writer.close_open_calls()
            {
                tracing::error!(%error, "open calls could not be closed; the next start will");
            }
            writer.closed = true;
        }
        self.shared.stop();
        let thread = self.thread.lock().take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the spool's sync thread panicked");
        }
        self.shared.synced.send_modify(|synced| synced.ended = true);
        self.shared.ended.send_replace(true);
    }
}
