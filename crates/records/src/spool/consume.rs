//! Consumers: log store, ledger and later others, each reading every closed call in order at its own pace.

use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::reader::Reader;
use super::shared::Shared;
use super::{Cursor, Spool, SpoolError};
use crate::call::CallRecord;

/// Most calls in a batch: large enough to spread a commit's cost, small enough to bound memory.
const BATCH: usize = 1024;
/// How long calls gather before they are applied; well below the second within which they must be visible.
const GATHER: Duration = Duration::from_millis(600);
const RETRY_FIRST: Duration = Duration::from_millis(100);
const RETRY_MOST: Duration = Duration::from_secs(5);
/// At shutdown somebody waits for the rest to be read.
const RETRY_ENDING: Duration = Duration::from_millis(100);

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

    /// Applies a batch and the cursor behind it, both or neither. A batch may be offered again after an error; it is
    /// shared so that a consumer can hand it to another thread without copying it.
    fn apply(
        &self,
        spool: &str,
        batch: &Arc<Vec<CallRecord>>,
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
        match tokio::time::timeout(limit, &mut self.task).await {
            Ok(Ok(())) => true,
            Ok(Err(error)) => {
                tracing::error!(%error, "a consumer of records died; the next start goes on where it stopped");
                false
            }
            Err(_) => {
                self.task.abort();
                false
            }
        }
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
    let name = consumer.name();
    let mut ending = shared.ended.subscribe();
    let mut patience = Patience::new(name);
    let cursor = loop {
        match consumer.cursor(shared.id()).await {
            Ok(cursor) => break cursor.unwrap_or_default(),
            Err(error) => patience.wait("read its cursor", &error, &mut ending).await,
        }
    };
    let lag = metrics::gauge!("thinkwatch_spool_consumer_lag_bytes", "consumer" => name);
    let mut reader = Reader::new(shared.folder().to_owned(), shared.seal, known(&shared, name, cursor));
    shared.consumed(name, &lag, reader.cursor());
    // What was recovered can be read once it was forced to the disk. Who looks a moment earlier sees nothing, and would let calls
    // gather before it looks again; budgets answer only then.
    tokio::select! {
        () = shared.first_synced() => {}
        _ = ending.wait_for(|ended| *ended) => {}
    }
    let mut reading = Patience::new(name);
    loop {
        // Looked up before reading: after the end nothing more comes.
        let ended = *ending.borrow();
        let mut patience = Patience::new(name);
        let batch;
        (reader, batch) = read(&shared, reader).await;
        let (batch, caught_up) = match batch {
            Ok((batch, caught_up)) => (Arc::new(batch), caught_up),
            Err(error) => {
                reading.wait("read the spool", &error, &mut ending).await;
                continue;
            }
        };
        reading = Patience::new(name);
        let next = reader.cursor();
        while !batch.is_empty() {
            match consumer.apply(shared.id(), &batch, next).await {
                Ok(()) => break,
                Err(error) => patience.wait("apply a batch", &error, &mut ending).await,
            }
        }
        shared.consumed(name, &lag, next);
        if !caught_up {
            continue;
        }
        if ended {
            return;
        }
        drop(tokio::time::timeout(GATHER, ending.wait_for(|ended| *ended)).await);
    }
}

/// The cursor, if it can be of this spool. One behind the end belongs to files that are gone (the folder was put back
/// from a copy): what is there now is read from its beginning, rather doubled than lost.
fn known(shared: &Shared, consumer: &'static str, cursor: Cursor) -> Cursor {
    if cursor <= shared.writer().position() {
        return cursor;
    }
    tracing::error!(consumer, ?cursor, "a consumer's cursor is behind the end of the spool; it begins anew");
    Cursor::default()
}

type Batch = Result<(Vec<CallRecord>, bool), SpoolError>;

/// Reading and decoding a batch takes about a millisecond: not on the threads that serve requests.
async fn read(shared: &Shared, mut reader: Reader) -> (Reader, Batch) {
    let extent = shared.extent();
    if reader.cursor() == extent.end {
        return (reader, Ok((Vec::new(), true)));
    }
    let at = reader.cursor();
    let work = tokio::task::spawn_blocking(move || {
        let mut batch = Vec::new();
        match reader.read(&extent, BATCH, &mut batch) {
            Ok(()) => {
                let caught_up = batch.len() < BATCH;
                (reader, Ok((batch, caught_up)))
            }
            // The calls read so far are not handed on, so they must be read again.
            Err(error) => (reader.back_to(at), Err(error)),
        }
    });
    let lost = |_| (Reader::new(shared.folder().to_owned(), shared.seal, at), Err(SpoolError::Closed));
    work.await.unwrap_or_else(lost)
}

/// Waiting between tries, longer each time; a failure is logged once, not at every try.
struct Patience {
    consumer: &'static str,
    tries: u32,
}

impl Patience {
    fn new(consumer: &'static str) -> Self {
        Self { consumer, tries: 0 }
    }

    async fn wait(&mut self, what: &'static str, error: &impl Display, ending: &mut watch::Receiver<bool>) {
        metrics::counter!("thinkwatch_consumer_errors_total", "consumer" => self.consumer).increment(1);
        if self.tries == 0 {
            tracing::error!(consumer = self.consumer, what, %error, "a consumer of records failed; it goes on trying");
        }
        let wait = RETRY_FIRST.saturating_mul(2u32.saturating_pow(self.tries)).min(RETRY_MOST);
        self.tries = self.tries.saturating_add(1);
        if *ending.borrow() {
            return tokio::time::sleep(RETRY_ENDING).await;
        }
        drop(tokio::time::timeout(wait, ending.wait_for(|ended| *ended)).await);
    }
}
