//! The embedded store: SQLite files, one per kind and UTC day, below `<data>/logs`.
//!
//! One thread writes (SQLite has one writer anyway, and batches from one place cost one sync each); readers use
//! connections of their own, so a long question never holds up the writer.

mod access_rows;
mod call_columns;
mod call_read;
mod call_rows;
mod conditions;
mod cursors;
mod files;
mod partition;
mod readers;
mod rollups;
mod usage_read;
mod writer;

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use thinkwatch_records::CallRecord;

use crate::access::{AccessPage, AccessQuery, AccessRecord};
use crate::port::{Appended, LogError, LogStats, LogStore, Removed, Retention};
use crate::query::{CallPage, CallQuery, Scope};
use crate::usage::{UsageQuery, UsageReport};

use self::files::Folder;
use self::readers::Readers;
use self::writer::Writer;

/// How the embedded store is set up.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder of the partitions, usually `<data>/logs`; made when missing.
    pub folder: PathBuf,
    /// Batches that may wait for the writer; more make the caller wait.
    pub queue: usize,
    /// Questions answered at the same time; more wait.
    pub readers: usize,
}

impl Options {
    /// The usual sizes.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), queue: 8, readers: 4 }
    }
}

/// The embedded store. [`LogStore::close`] it at shutdown.
pub struct EmbeddedLogs {
    folder: Arc<Folder>,
    writer: Writer,
    readers: Arc<Readers>,
}

impl EmbeddedLogs {
    /// Opens the folder and starts the writer. Partitions are opened when they are needed.
    pub fn open(options: Options) -> Result<Self, LogError> {
        let folder = Arc::new(Folder::open(options.folder)?);
        let readers = Arc::new(Readers::new(Arc::clone(&folder), options.readers));
        let writer = Writer::start(Arc::clone(&folder), Arc::clone(&readers), options.queue)?;
        Ok(Self { folder, writer, readers })
    }
}

#[async_trait]
impl LogStore for EmbeddedLogs {
    fn backend(&self) -> &'static str {
        "embedded"
    }

    async fn append_calls(&self, calls: Arc<Vec<CallRecord>>) -> Result<Appended, LogError> {
        self.writer.append_calls(calls).await
    }

    async fn append_access(&self, rows: Vec<AccessRecord>) -> Result<Appended, LogError> {
        self.writer.append_access(rows).await
    }

    async fn cursor(&self, consumer: &str) -> Result<Option<Vec<u8>>, LogError> {
        cursors::load(self.folder.cursor_file(consumer)?).await
    }

    async fn save_cursor(&self, consumer: &str, position: Vec<u8>) -> Result<(), LogError> {
        cursors::save(self.folder.cursor_file(consumer)?, position).await
    }

    async fn query_calls(&self, query: CallQuery) -> Result<CallPage, LogError> {
        self.readers.run(move |readers| call_read::page(readers, &query)).await
    }

    async fn get_call(&self, scope: Scope, id: &str) -> Result<Option<CallRecord>, LogError> {
        let id = id.to_owned();
        self.readers.run(move |readers| call_read::find(readers, &scope, &id)).await
    }

    async fn usage_over_time(&self, query: UsageQuery) -> Result<UsageReport, LogError> {
        self.readers.run(move |readers| usage_read::report(readers, &query)).await
    }

    async fn query_access(&self, query: AccessQuery) -> Result<AccessPage, LogError> {
        self.readers.run(move |readers| access_rows::page(readers, &query)).await
    }

    async fn apply_retention(&self, now_us: i64, keep: Retention) -> Result<Removed, LogError> {
        self.writer.apply_retention(now_us, keep).await
    }

    async fn stats(&self) -> Result<LogStats, LogError> {
        self.writer.stats().await
    }

    async fn close(&self) {
        self.writer.close().await;
    }
}
