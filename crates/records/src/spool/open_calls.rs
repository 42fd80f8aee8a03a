//! The calls that are open now, as the frames that a checkpoint repeats.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use prost::Message;

use super::SpoolError;
use super::frame::{self, Decoded, Kind, Seal};
use crate::call::{Attempt, CallProgress, CallRecord, Outcome, split};
use crate::draft;
use thinkwatch_policy::ids::RequestId;

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

/// What the spool knows of one open call, as whole frames that a checkpoint only has to copy.
#[derive(Debug, Default)]
pub(super) struct OpenState {
    /// The open frame and the attempt frames (the first attempt is in the open frame).
    frames: Vec<u8>,
    /// The last progress.
    progress: Option<CallProgress>,
}

/// Open calls by request id.
#[derive(Debug, Default)]
pub(super) struct OpenCalls {
    calls: HashMap<u128, OpenState, BuildHasherDefault<IdHasher>>,
}

/// Half of a request id is random and nobody else chooses it: it needs no hashing.
#[derive(Debug, Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, id: u128) {
        let (high, low) = split(RequestId(id));
        self.0 = high.rotate_left(32) ^ low;
    }
}

fn id(high: u64, low: u64) -> u128 {
    (u128::from(high) << 64) | u128::from(low)
}

impl OpenCalls {
    pub(super) fn len(&self) -> usize {
        self.calls.len()
    }

    pub(super) fn contains(&self, id: u128) -> bool {
        self.calls.contains_key(&id)
    }

    /// A call begins with this open frame.
    pub(super) fn opened(&mut self, id: u128, frame: Vec<u8>) {
        self.calls.insert(id, OpenState { frames: frame, progress: None });
    }

    pub(super) fn attempted(&mut self, id: u128, frame: &[u8]) {
        if let Some(state) = self.calls.get_mut(&id) {
            state.frames.extend_from_slice(frame);
        }
    }

    pub(super) fn progressed(&mut self, progress: CallProgress) {
        if let Some(state) = self.calls.get_mut(&id(progress.id_high, progress.id_low)) {
            state.progress = Some(progress);
        }
    }

    pub(super) fn closed(&mut self, id: u128) {
        if let Some(state) = self.calls.remove(&id) {
            draft::give_back(state.frames);
        }
    }

    /// Takes in a frame that recovery reads. Payloads that cannot be decoded (their checksum was right) are ignored: a
    /// record that cannot be read cannot be closed either.
    pub(super) fn replay(&mut self, kind: Kind, payload: &[u8], frame: &[u8]) {
        match kind {
            Kind::Open => {
                if let Ok(record) = RecordId::decode(payload) {
                    self.opened(id(record.id_high, record.id_low), frame.to_vec());
                }
            }
            Kind::Attempt => {
                if let Ok(attempt) = AttemptFrame::decode(payload) {
                    self.attempted(id(attempt.id_high, attempt.id_low), frame);
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

    /// Takes in a frame of a segment whose checkpoint has no end, so that it cannot be told whether a frame repeats
    /// what is `known` or says something new. Opens and attempts of known calls are taken for repetitions.
    pub(super) fn restate(&mut self, known: &HashSet<u128>, kind: Kind, payload: &[u8], frame: &[u8]) {
        // The id has the same two fields in every payload.
        let repeated = matches!(kind, Kind::Open | Kind::Attempt)
            && RecordId::decode(payload).is_ok_and(|record| known.contains(&id(record.id_high, record.id_low)));
        if !repeated {
            self.replay(kind, payload, frame);
        }
    }

    /// Adds the calls of `other` that are not known yet.
    pub(super) fn merge(&mut self, other: Self) {
        for (id, state) in other.calls {
            self.calls.entry(id).or_insert(state);
        }
    }

    /// Writes all open calls as frames, for the checkpoint at the beginning of a segment.
    pub(super) fn checkpoint(&self, seal: Seal, out: &mut Vec<u8>) -> Result<(), SpoolError> {
        for state in self.calls.values() {
            out.extend_from_slice(&state.frames);
            if let Some(progress) = &state.progress {
                frame::encode(out, seal, Kind::Progress, |out| progress.encode_raw(out))?;
            }
        }
        frame::encode(out, seal, Kind::CheckpointEnd, |_| {})
    }

    /// Appends the frame that closes a call whose owner died. False if there is nothing that could be closed.
    pub(super) fn interrupt(&self, id: u128, seal: Seal, out: &mut Vec<u8>) -> bool {
        let Some(mut record) = self.interrupted(id, seal) else { return false };
        let close = |record: &CallRecord, out: &mut Vec<u8>| {
            frame::encode(out, seal, Kind::Close, |out| record.encode_raw(out)).is_ok()
        };
        if close(&record, out) {
            return true;
        }
        // Open frame and attempts fit one by one but not together. That must not keep the spool from starting.
        let last = record.attempts.pop();
        record.attempts.clear();
        record.attempts.extend(last);
        record.plan_excluded.clear();
        record.plan = None;
        record.dropped_fields.clear();
        record.tags.clear();
        record.user_agent.clear();
        if close(&record, out) {
            return true;
        }
        record.attempts.clear();
        close(&record, out)
    }

    /// The record with which a call is closed whose owner died: billed by the last progress, marked estimated.
    fn interrupted(&self, id: u128, seal: Seal) -> Option<CallRecord> {
        let state = self.calls.get(&id)?;
        let mut record = CallRecord::default();
        let mut rest = state.frames.as_slice();
        while let Decoded::Frame { kind, payload, size } = frame::decode(rest, seal) {
            match kind {
                Some(Kind::Open) => record = CallRecord::decode(payload).ok()?,
                Some(Kind::Attempt) => record.attempts.extend(AttemptFrame::decode(payload).ok()?.attempt),
                _ => {}
            }
            rest = &rest[size..];
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
        record.weigh();
        if let Some(last) = record.attempts.last_mut() {
            // Where the client saw a provider last is where the money was spent.
            last.usage = record.usage;
            last.cost_nano = record.cost_nano;
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
