//! The request log: every closed call becomes a row.

use std::sync::Arc;

use thinkwatch_logs::LogStore;
use thinkwatch_records::CallRecord;
use thinkwatch_records::spool::{ConsumeError, Consumer, Cursor};

use crate::live::LiveCalls;

/// Writes calls to the log store. Rows are known by their request id, so a batch that is offered again adds nothing.
pub struct LogConsumer {
    logs: Arc<dyn LogStore>,
    live: Option<LiveCalls>,
}

impl LogConsumer {
    /// Its name in cursors and metrics.
    pub const NAME: &str = "request-log";

    /// A consumer over the log store.
    pub fn new(logs: Arc<dyn LogStore>) -> Self {
        Self { logs, live: None }
    }

    /// Tells each batch to those who watch, once it is in the log.
    pub fn telling(self, live: LiveCalls) -> Self {
        Self { live: Some(live), ..self }
    }

    /// Each spool has a cursor of its own.
    fn cursor_name(spool: &str) -> String {
        let plain = spool.chars().map(|c| c.to_ascii_lowercase()).filter(|c| c.is_ascii_alphanumeric() || *c == '-');
        format!("{}-{}", Self::NAME, plain.take(48).collect::<String>())
    }
}

impl Consumer for LogConsumer {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    async fn cursor(&self, spool: &str) -> Result<Option<Cursor>, ConsumeError> {
        let saved =
            self.logs.cursor(&Self::cursor_name(spool)).await.map_err(|error| ConsumeError(error.to_string()))?;
        // Sixteen bytes: segment, offset. Anything else was not written by us: read everything again, which is harmless.
        Ok(saved.and_then(|bytes| {
            let (segment, offset) = bytes.split_at_checked(8)?;
            Some(Cursor {
                segment: u64::from_be_bytes(segment.try_into().ok()?),
                offset: u64::from_be_bytes(offset.try_into().ok()?),
            })
        }))
    }

    async fn apply(&self, spool: &str, batch: &Arc<Vec<CallRecord>>, next: Cursor) -> Result<(), ConsumeError> {
        let failed = |error: thinkwatch_logs::LogError| ConsumeError(error.to_string());
        let appended = self.logs.append_calls(Arc::clone(batch)).await.map_err(failed)?;
        // A batch that is offered again (a cursor that could not be saved, a start after a crash) is no news.
        if let Some(live) = &self.live
            && appended.inserted > 0
        {
            live.publish(batch);
        }
        let position = [next.segment.to_be_bytes(), next.offset.to_be_bytes()].concat();
        self.logs.save_cursor(&Self::cursor_name(spool), position).await.map_err(failed)
    }
}
