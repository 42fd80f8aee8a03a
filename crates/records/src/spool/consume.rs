//! Consumers: log store, ledger and later others, each reading every closed call in order at its own pace.

use std::sync::Arc;
use std::time::Duration;

use super::handle::Shared;
use super::reader::Reader;
use super::{Cursor, Spool, SpoolError};
use crate::call::CallRecord;

/// Most calls in a batch: large enough to spread a commit's cost, small enough to bound memory.
const BATCH: usize = 1024;
/// How long calls gather before they are applied; well below the second within which they must be visible.
const GATHER: Duration = Duration::from_millis(250);
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_MOST: Duration = Duration::from_secs(5);

/// A batch could not be applied; it is offered again.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConsumeError(pub String);

/// Something that is told of every closed call, exactly once.
pub trait Consumer: Send + Sync + 'static {
    /// Its name in cursors and metrics.
    fn name(&self) -> &'static str;

    /// Where it stopped reading the spool called `spool`; `None` if it never read it.
    fn cursor(&self, spool: &str) -> impl Future<Output = Result<Option<Cursor>, ConsumeError>> + Send;

    /// Applies a batch and the cursor behind it, both or neither. A batch may be offered again after an error.
    fn apply(
        &self,
        spool: &str,
        batch: &[CallRecord],
        next: Cursor,
    ) -> impl Future<Output = Result<(), ConsumeError>> + Send;
}

/// A running consumer. It ends by itself after [`Spool::shutdown`], when it has read the rest.
#[derive(Debug)]
pub struct ConsumerTask {
    task: tokio::task::JoinHandle<()>,
}

impl ConsumerTask {
    /// Waits until the consumer has read everything, or at most `limit`. False if it was not done by then.
    pub async fn finish(mut self, limit: Duration) -> bool {
        if tokio::time::timeout(limit, &mut self.task).await.is_ok() {
            return true;
        }
        self.task.abort();
        false
    }
}

impl Spool {
    /// Starts a consumer. From now on segments that it has not read are kept.
    pub fn consume(&self, consumer: impl Consumer) -> ConsumerTask {
        // Until it has told its cursor, nothing may be removed.
        self.shared.register_consumer(consumer.name(), Cursor::default());
        #[expect(clippy::disallowed_methods, reason = "the returned ConsumerTask is the owner that waits for it")]
        let task = tokio::spawn(run(Arc::clone(&self.shared), consumer));
        ConsumerTask { task }
    }
}

async fn run<C: Consumer>(shared: Arc<Shared>, consumer: C) {
    let closing = shared.closing.notified();
    tokio::pin!(closing);
    closing.as_mut().enable();
    let mut stopping = shared.closed();
    let mut patience = Patience::new(consumer.name());
    let cursor = loop {
        match consumer.cursor(shared.id()).await {
            Ok(cursor) => break cursor,
            Err(_) if stopping => return,
            Err(error) => patience.wait("read its cursor", &error).await,
        }
    };
    let mut reader = Reader::new(shared.folder().to_owned(), cursor.unwrap_or_default());
    shared.consumed(consumer.name(), reader.cursor());
    loop {
        let caught_up;
        let batch;
        (reader, batch, caught_up) = match read(Arc::clone(&shared), reader).await {
            Ok(read) => read,
            Err((back, error)) => {
                tracing::error!(consumer = consumer.name(), %error, "the spool cannot be read");
                reader = back;
                if stopping {
                    return;
                }
                tokio::time::sleep(RETRY_MOST).await;
                continue;
            }
        };
        let next = reader.cursor();
        let mut patience = Patience::new(consumer.name());
        while !batch.is_empty() {
            match consumer.apply(shared.id(), &batch, next).await {
                Ok(()) => break,
                Err(_) if stopping => return,
                Err(error) => patience.wait("apply a batch", &error).await,
            }
            stopping |= shared.closed();
        }
        shared.consumed(consumer.name(), next);
        if !caught_up {
            continue;
        }
        if stopping {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(GATHER) => {}
            () = &mut closing => stopping = true,
        }
        stopping |= shared.closed();
    }
}

type Read = (Reader, Vec<CallRecord>, bool);

/// Reading and decoding a batch takes about a millisecond: not on the threads that serve requests.
async fn read(shared: Arc<Shared>, mut reader: Reader) -> Result<Read, (Reader, SpoolError)> {
    let extent = shared.extent();
    if reader.cursor() == extent.end {
        return Ok((reader, Vec::new(), true));
    }
    let folder = shared.folder().to_owned();
    let at = reader.cursor();
    let work = tokio::task::spawn_blocking(move || {
        let mut batch = Vec::new();
        match reader.read(&extent, BATCH, &mut batch) {
            Ok(()) => {
                let caught_up = batch.len() < BATCH;
                Ok((reader, batch, caught_up))
            }
            Err(error) => Err((reader, error)),
        }
    });
    work.await.unwrap_or_else(|_| Err((Reader::new(folder, at), SpoolError::Closed)))
}

/// Waiting between tries, longer each time; a failure is logged once, not at every try.
struct Patience {
    consumer: &'static str,
    wait: Duration,
}

impl Patience {
    fn new(consumer: &'static str) -> Self {
        Self { consumer, wait: RETRY_FIRST }
    }

    async fn wait(&mut self, what: &'static str, error: &ConsumeError) {
        metrics::counter!("thinkwatch_consumer_errors_total", "consumer" => self.consumer).increment(1);
        if self.wait == RETRY_FIRST {
            tracing::error!(consumer = self.consumer, what, %error, "a consumer of records failed; it goes on trying");
        }
        tokio::time::sleep(self.wait).await;
        self.wait = (self.wait * 2).min(RETRY_MOST);
    }
}
