//! A call whose record is open.

use std::sync::Arc;

use prost::Message;
use thinkwatch_policy::ids::RequestId;

use super::frame::{self, Kind};
use super::open_calls::AttemptFrame;
use super::receipt::Receipt;
use super::shared::Shared;
use super::writer::Writer;
use super::{SpoolError, WhenFull};
use crate::call::{Attempt, CallProgress, CallRecord, split};
use crate::draft;

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
    pub(super) fn recorded(shared: &Arc<Shared>, id: u128) -> Self {
        Self { shared: Arc::clone(shared), id, state: State::Open }
    }

    pub(super) fn unrecorded(shared: &Arc<Shared>, id: u128) -> Self {
        Self { shared: Arc::clone(shared), id, state: State::Unrecorded }
    }

    /// Whether there is a record: not if the spool was full and the setting says to go on.
    pub fn is_recorded(&self) -> bool {
        self.state != State::Unrecorded
    }

    /// Records a further try before it is made (the first is part of the opened record).
    pub fn attempt(&self, attempt: &Attempt) -> Result<Receipt, SpoolError> {
        let (id_high, id_low) = split(RequestId(self.id));
        let payload = AttemptFrame { id_high, id_low, attempt: Some(attempt.clone()) };
        self.write(Kind::Attempt, &payload, |writer, frame| writer.open.attempted(self.id, frame))
    }

    /// Records how far the call has come.
    pub fn progress(&self, progress: &CallProgress) -> Result<(), SpoolError> {
        self.write(Kind::Progress, progress, |writer, _| writer.open.progressed(*progress)).map(|_| ())
    }

    /// Closes the record with the whole row. Await the receipt before the client gets the end of its answer.
    ///
    /// # Errors
    /// [`SpoolError::Closed`] when the spool was shut down in between: then the call is recorded as interrupted.
    pub fn close(mut self, record: &CallRecord) -> Result<Receipt, SpoolError> {
        if self.state == State::Unrecorded {
            return Ok(Receipt::ready());
        }
        let mut frame = draft::buffer();
        frame::encode(&mut frame, self.shared.seal, Kind::Close, |out| record.encode_raw(out))?;
        let mut writer = self.shared.writer();
        if writer.closed || !writer.open.contains(self.id) {
            return Err(SpoolError::Closed);
        }
        match writer.close(self.id, &frame) {
            Ok(()) => {}
            Err(SpoolError::Full(_)) if self.shared.config.when_full == WhenFull::Drop => {
                writer.close_later(self.id, frame);
                drop(writer);
                self.state = State::Closed;
                return Ok(Receipt::ready());
            }
            Err(error) => {
                drop(writer);
                return Err(error);
            }
        }
        let mark = writer.written;
        drop(writer);
        draft::give_back(frame);
        self.state = State::Closed;
        Ok(self.shared.written(mark))
    }

    fn write(
        &self,
        kind: Kind,
        payload: &impl Message,
        remember: impl FnOnce(&mut Writer, &[u8]),
    ) -> Result<Receipt, SpoolError> {
        if self.state == State::Unrecorded {
            return Ok(Receipt::ready());
        }
        let mut frame = Vec::with_capacity(256);
        frame::encode(&mut frame, self.shared.seal, kind, |out| payload.encode_raw(out))?;
        let mut writer = self.shared.writer();
        match writer.admits_writing().and_then(|()| writer.append(&frame)) {
            Ok(()) => {}
            // The call goes on; its record misses this step.
            Err(SpoolError::Full(_)) if self.shared.config.when_full == WhenFull::Drop => return Ok(Receipt::ready()),
            Err(error) => return Err(error),
        }
        remember(&mut writer, &frame);
        let mark = writer.written;
        drop(writer);
        Ok(self.shared.written(mark))
    }
}

impl Drop for OpenCall {
    fn drop(&mut self) {
        if self.state != State::Open {
            return;
        }
        let mut writer = self.shared.writer();
        // After a shutdown the call has been closed, or the next start will close it.
        if writer.closed || !writer.open.contains(self.id) {
            return;
        }
        let mut frame = Vec::new();
        if !writer.open.interrupt(self.id, self.shared.seal, &mut frame) {
            writer.open.closed(self.id);
            tracing::error!("an abandoned call cannot be read and is given up");
            return;
        }
        if let Err(error) = writer.close(self.id, &frame) {
            tracing::error!(%error, "an abandoned call could not be closed yet");
            writer.close_later(self.id, frame);
            return;
        }
        let mark = writer.written;
        drop(writer);
        drop(self.shared.written(mark));
    }
}
