//! Connections for questions: a bounded number, kept open for a while because most questions are about the same days.

use std::collections::VecDeque;
use std::sync::Arc;

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::day::Day;
use crate::port::LogError;

use super::files::{Folder, LogKind, partition_name};
use super::partition;

/// Idle connections that are kept, over all partitions.
const KEEP_IDLE: usize = 8;

pub(super) struct Readers {
    folder: Arc<Folder>,
    places: Semaphore,
    idle: Mutex<VecDeque<(LogKind, Day, Connection)>>,
}

impl Readers {
    pub(super) fn new(folder: Arc<Folder>, at_once: usize) -> Self {
        Self { folder, places: Semaphore::new(at_once.max(1)), idle: Mutex::new(VecDeque::new()) }
    }

    /// Runs a question on a thread that may block, as soon as a place is free.
    pub(super) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        question: impl FnOnce(&Self) -> Result<T, LogError> + Send + 'static,
    ) -> Result<T, LogError> {
        let _place = self.places.acquire().await.map_err(|_| LogError::Closed)?;
        let readers = Arc::clone(self);
        tokio::task::spawn_blocking(move || question(&readers)).await.map_err(|_| LogError::Closed)?
    }

    /// No further questions; idle connections are closed.
    pub(super) fn close(&self) {
        self.places.close();
        self.idle.lock().clear();
    }

    /// The days of a kind, oldest first.
    pub(super) fn days(&self, kind: LogKind) -> Result<Vec<Day>, LogError> {
        self.folder.days(kind)
    }

    /// Reads one partition; `None` when it is not there.
    pub(super) fn read<T>(
        &self,
        kind: LogKind,
        day: Day,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, LogError> {
        let unreadable = |error: rusqlite::Error| LogError::Unreadable {
            partition: partition_name(kind, day),
            reason: error.to_string(),
        };
        let kept = {
            let mut idle = self.idle.lock();
            let at = idle.iter().position(|(k, d, _)| (*k, *d) == (kind, day));
            at.and_then(|at| idle.remove(at)).map(|(_, _, conn)| conn)
        };
        let conn = match kept {
            Some(conn) => conn,
            None => match partition::open_to_read(&self.folder.partition(kind, day)).map_err(unreadable)? {
                Some(conn) => conn,
                None => return Ok(None),
            },
        };
        let answer = work(&conn).map_err(unreadable)?;
        let mut idle = self.idle.lock();
        if idle.len() == KEEP_IDLE {
            idle.pop_front();
        }
        if !self.places.is_closed() {
            idle.push_back((kind, day, conn));
        }
        Ok(Some(answer))
    }

    /// Reads partitions in the order given until `work` says it has enough. Those that cannot be read are named and
    /// left out, so that one damaged day does not hide the others.
    pub(super) fn each(
        &self,
        kind: LogKind,
        days: impl IntoIterator<Item = Day>,
        mut work: impl FnMut(&Connection) -> rusqlite::Result<Enough>,
    ) -> Result<Vec<String>, LogError> {
        let mut unreadable = Vec::new();
        for day in days {
            match self.read(kind, day, &mut work) {
                Ok(Some(Enough::Yes)) => break,
                Ok(_) => {}
                Err(LogError::Unreadable { partition, reason }) => {
                    tracing::warn!(partition, reason, "log partition left out of an answer");
                    unreadable.push(partition);
                }
                Err(other) => return Err(other),
            }
        }
        Ok(unreadable)
    }

    /// Closes what is open of a partition that goes away.
    pub(super) fn forget(&self, kind: LogKind, day: Day) {
        self.idle.lock().retain(|(k, d, _)| (*k, *d) != (kind, day));
    }
}

/// Whether a walk over partitions may stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Enough {
    Yes,
    No,
}
