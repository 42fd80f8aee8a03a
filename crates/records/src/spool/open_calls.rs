//! The calls that are open now, as the frames that a checkpoint repeats.

use std::collections::HashMap;

use prost::Message;

use super::frame::{self, Kind};
use super::SpoolError;
use crate::call::{Attempt, CallProgress, CallRecord, Outcome, TokenCounts};

/// The payload of an attempt frame.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub(super) struct AttemptFrame {
    #[prost(fixed64, tag = "1")]
    pub(super) id_high: u64,
    #[prost(fixed64, tag = "2")]
    pub(super) id_low: u64,
    #[prost(message, optional, tag = "3")]
    pub(super) attempt: Option<Attempt>,
}

/// Only the id of a `CallRecord`: recovery reads many and needs no more.
#[derive(Clone, PartialEq, Eq, prost::Message)]
struct RecordId {
    #[prost(fixed64, tag = "1")]
    id_high: u64,
    #[prost(fixed64, tag = "2")]
    id_low: u64,
}

/// What the spool knows of one open call.
#[derive(Debug, Default)]
pub(super) struct OpenState {
    /// Encoded `CallRecord`.
    record: Vec<u8>,
    /// Encoded `AttemptFrame`s after the first attempt, which is in the record.
    attempts: Vec<Vec<u8>>,
    /// The last progress.
    progress: Option<CallProgress>,
}

/// Open calls by request id.
#[derive(Debug, Default)]
pub(super) struct OpenCalls {
    calls: HashMap<u128, OpenState>,
}

fn id(high: u64, low: u64) -> u128 {
    (u128::from(high) << 64) | u128::from(low)
}

impl OpenCalls {
    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    /// A call begins; `record` is the encoded `CallRecord`.
    pub(super) fn opened(&mut self, id: u128, record: Vec<u8>) {
        self.calls.insert(id, OpenState { record, ..OpenState::default() });
    }

    pub(super) fn attempted(&mut self, id: u128, attempt: Vec<u8>) {
        if let Some(state) = self.calls.get_mut(&id) {
            state.attempts.push(attempt);
        }
    }

    pub(super) fn progressed(&mut self, progress: CallProgress) {
        if let Some(state) = self.calls.get_mut(&id(progress.id_high, progress.id_low)) {
            state.progress = Some(progress);
        }
    }

    pub(super) fn closed(&mut self, id: u128) {
        self.calls.remove(&id);
    }

    /// Takes in a frame that recovery reads. Damaged payloads (their checksum was right) are ignored: a record that
    /// cannot be read cannot be closed either.
    pub(super) fn replay(&mut self, kind: Kind, payload: &[u8]) {
        match kind {
            Kind::Open => {
                if let Ok(record) = RecordId::decode(payload) {
                    self.opened(id(record.id_high, record.id_low), payload.to_vec());
                }
            }
            Kind::Attempt => {
                if let Ok(attempt) = AttemptFrame::decode(payload) {
                    self.attempted(id(attempt.id_high, attempt.id_low), payload.to_vec());
                }
            }
            Kind::Progress => {
                if let Ok(progress) = CallProgress::decode(payload) {
                    self.progressed(progress);
                }
            }
            Kind::Close => {
                if let Ok(record) = RecordId::decode(payload) {
                    self.closed(id(record.id_high, record.id_low));
                }
            }
            Kind::CheckpointEnd => {}
        }
    }

    /// Writes all open calls as frames, for the checkpoint at the beginning of a segment.
    pub(super) fn checkpoint(&self, out: &mut Vec<u8>) -> Result<(), SpoolError> {
        for state in self.calls.values() {
            frame::encode(out, Kind::Open, |out| out.extend_from_slice(&state.record))?;
            for attempt in &state.attempts {
                frame::encode(out, Kind::Attempt, |out| out.extend_from_slice(attempt))?;
            }
            if let Some(progress) = &state.progress {
                frame::encode(out, Kind::Progress, |out| progress.encode_raw(out))?;
            }
        }
        frame::encode(out, Kind::CheckpointEnd, |_| {})
    }

    /// The record with which a call is closed whose owner died: billed by the last progress, marked estimated.
    pub(super) fn interrupted(&self, id: u128) -> Option<CallRecord> {
        let state = self.calls.get(&id)?;
        let mut record = CallRecord::decode(state.record.as_slice()).ok()?;
        for attempt in &state.attempts {
            record.attempts.extend(AttemptFrame::decode(attempt.as_slice()).ok().and_then(|frame| frame.attempt));
        }
        record.set_outcome(Outcome::Interrupted);
        record.error_class = "interrupted".to_owned();
        record.usage_estimated = true;
        if let Some(progress) = state.progress {
            record.usage = progress.usage;
            record.cost_nano = progress.cost_nano;
            record.response_bytes = progress.response_bytes;
            record.duration_us = progress.elapsed_us;
            record.ttft_us = progress.ttft_us;
        }
        let (usage, cost_nano) = (record.usage.unwrap_or_default(), record.cost_nano);
        if let Some(last) = record.attempts.last_mut() {
            // Where the client saw a provider last is where the money was spent.
            last.usage = Some(TokenCounts { ..usage });
            last.cost_nano = cost_nano;
            "interrupted".clone_into(&mut last.error_class);
            record.provider.clone_from(&last.provider);
            record.provider_id.clone_from(&last.provider_id);
            record.route_id.clone_from(&last.route_id);
            record.upstream_model.clone_from(&last.upstream_model);
        }
        Some(record)
    }

    /// The ids of all open calls.
    pub(super) fn ids(&self) -> Vec<u128> {
        self.calls.keys().copied().collect()
    }
}
