//! The one thread that writes. It owns the open partitions; the store waits for it at shutdown.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::Mutex;
use rusqlite::Connection;
use thinkwatch_records::CallRecord;
use tokio::sync::{mpsc, oneshot};

use crate::access::AccessRecord;
use crate::day::Day;
use crate::port::{Appended, LogError, LogStats, PartitionStats, Removed, Retention};

use super::access_rows::AccessRows;
use super::call_rows::CallRows;
use super::files::{Folder, LogKind, failed, partition_name};
use super::partition::{self, Rows};
use super::readers::Readers;

type Reply<T> = oneshot::Sender<Result<T, LogError>>;

enum Order {
    Calls(Arc<Vec<CallRecord>>, Reply<Appended>),
    Access(Vec<AccessRecord>, Reply<Appended>),
    Retention(i64, Retention, Reply<Removed>),
    Stats(Reply<LogStats>),
}

/// The handle of the thread.
pub(super) struct Writer {
    orders: Mutex<Option<mpsc::Sender<Order>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
    readers: Arc<Readers>,
}

impl Writer {
    pub(super) fn start(folder: Arc<Folder>, readers: Arc<Readers>, queue: usize) -> Result<Self, LogError> {
        let (sender, receiver) = mpsc::channel(queue.max(1));
        let desk = Desk {
            calls: Open::new(LogKind::Gateway, Arc::clone(&folder), Arc::clone(&readers)),
            access: Open::new(LogKind::Access, Arc::clone(&folder), Arc::clone(&readers)),
            folder,
            counted: LogStats::default(),
        };
        let thread = std::thread::Builder::new()
            .name("log-writer".to_owned())
            .spawn(move || desk.work(receiver))
            .map_err(|source| failed("log-writer".as_ref(), source))?;
        Ok(Self { orders: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)), readers })
    }

    pub(super) async fn append_calls(&self, calls: Arc<Vec<CallRecord>>) -> Result<Appended, LogError> {
        self.ask(|reply| Order::Calls(calls, reply)).await
    }

    pub(super) async fn append_access(&self, rows: Vec<AccessRecord>) -> Result<Appended, LogError> {
        self.ask(|reply| Order::Access(rows, reply)).await
    }

    pub(super) async fn apply_retention(&self, now_us: i64, keep: Retention) -> Result<Removed, LogError> {
        self.ask(|reply| Order::Retention(now_us, keep, reply)).await
    }

    pub(super) async fn stats(&self) -> Result<LogStats, LogError> {
        self.ask(Order::Stats).await
    }

    async fn ask<T>(&self, order: impl FnOnce(Reply<T>) -> Order) -> Result<T, LogError> {
        let (reply, answer) = oneshot::channel();
        let orders = self.orders.lock().clone().ok_or(LogError::Closed)?;
        orders.send(order(reply)).await.map_err(|_| LogError::Closed)?;
        drop(orders);
        answer.await.map_err(|_| LogError::Closed)?
    }

    /// No further orders; those accepted are carried out before this returns.
    pub(super) async fn close(&self) {
        // Readers first: only a connection that writes takes a file's journal away with it, if it is the last to go.
        self.readers.close();
        self.orders.lock().take();
        let thread = self.thread.lock().take();
        let joined = tokio::task::spawn_blocking(move || thread.map(JoinHandle::join)).await;
        if !matches!(joined, Ok(None | Some(Ok(())))) {
            tracing::error!("the log writer ended by a panic");
        }
    }
}

/// What the thread works with.
struct Desk {
    folder: Arc<Folder>,
    calls: Open<CallRows>,
    access: Open<AccessRows>,
    counted: LogStats,
}

impl Desk {
    fn work(mut self, mut orders: mpsc::Receiver<Order>) {
        while let Some(order) = orders.blocking_recv() {
            // A caller that no longer waits for its answer loses nothing: the work is done all the same.
            let _unheard = match order {
                Order::Calls(calls, reply) => {
                    let done = self.calls.append(&calls, &mut self.counted);
                    // The rows go before the answer does: freeing them is our work, not the caller's.
                    drop(calls);
                    reply.send(done).is_err()
                }
                Order::Access(rows, reply) => reply.send(self.access.append(&rows, &mut self.counted)).is_err(),
                Order::Retention(now, keep, reply) => reply.send(self.retain(now, keep)).is_err(),
                Order::Stats(reply) => reply.send(self.stats()).is_err(),
            };
        }
    }

    fn retain(&mut self, now_us: i64, keep: Retention) -> Result<Removed, LogError> {
        let today = Day::of_micros(now_us);
        let mut removed = Removed::default();
        self.calls.retain(today.minus(keep.gateway_days), &mut removed)?;
        self.access.retain(today.minus(keep.access_days), &mut removed)?;
        self.calls.seal_before(today)?;
        self.access.seal_before(today)?;
        Ok(removed)
    }

    fn stats(&self) -> Result<LogStats, LogError> {
        let mut stats = self.counted.clone();
        for kind in LogKind::ALL {
            for day in self.folder.days(kind)? {
                let bytes = self.folder.bytes(kind, day);
                stats.bytes += bytes;
                stats.partitions.push(PartitionStats { name: partition_name(kind, day), bytes });
            }
        }
        Ok(stats)
    }
}

/// Partitions that are open at the same time per kind: today, yesterday around midnight, and one that recovery fills.
const OPEN_AT_MOST: usize = 3;

/// The open partitions of one kind, the one used last at the end.
struct Open<R: Rows> {
    kind: LogKind,
    folder: Arc<Folder>,
    readers: Arc<Readers>,
    partitions: Vec<(Day, Connection, R::Memory)>,
    /// Days before this one are beyond the retention.
    oldest: Option<Day>,
    /// Days that are known to be sealed.
    sealed: BTreeSet<Day>,
}

impl<R: Rows> Open<R> {
    fn new(kind: LogKind, folder: Arc<Folder>, readers: Arc<Readers>) -> Self {
        Self { kind, folder, readers, partitions: Vec::new(), oldest: None, sealed: BTreeSet::new() }
    }

    /// One transaction for each day among the rows. When a later day fails the earlier ones stay; the batch is tried
    /// again as a whole, and what is there already counts as repeated.
    fn append(&mut self, rows: &[R::Row], counted: &mut LogStats) -> Result<Appended, LogError> {
        let mut by_day = BTreeMap::<Day, Vec<&R::Row>>::new();
        let mut appended = Appended::default();
        for row in rows {
            match Day::of_id(R::id(row)).filter(|day| self.oldest.is_none_or(|oldest| *day >= oldest)) {
                Some(day) => by_day.entry(day).or_insert_with(|| Vec::with_capacity(rows.len())).push(row),
                None => appended.expired += 1,
            }
        }
        for (day, rows) in by_day {
            let inserted = self.append_to(day, &rows, counted)?;
            counted.inserted += inserted;
            appended.inserted += inserted;
            appended.repeated += rows.len() as u64 - inserted;
        }
        counted.repeated += appended.repeated;
        counted.expired += appended.expired;
        Ok(appended)
    }

    /// Writes to one day. A damaged file is set aside once and its day begun anew: rows that come in must be kept,
    /// whatever happened to those that came before.
    fn append_to(&mut self, day: Day, rows: &[&R::Row], counted: &mut LogStats) -> Result<u64, LogError> {
        let error = match self.try_append(day, rows) {
            Ok(inserted) => return Ok(inserted),
            Err(error) => error,
        };
        if !partition::is_damaged(&error) {
            return Err(self.unwritable(day, &error));
        }
        self.readers.forget(self.kind, day);
        let aside = self.folder.set_aside(self.kind, day)?;
        counted.set_aside += 1;
        tracing::error!(aside = %aside.display(), reason = %error, "damaged log partition set aside");
        self.try_append(day, rows).map_err(|error| self.unwritable(day, &error))
    }

    fn try_append(&mut self, day: Day, rows: &[&R::Row]) -> rusqlite::Result<u64> {
        // Taken out while in use: after an error neither connection nor memory is trusted again, both are dropped,
        // and the transaction is rolled back with them.
        let open = self.partitions.iter().position(|(d, ..)| *d == day).map(|at| self.partitions.remove(at));
        let (_, conn, mut memory) = match open {
            Some(open) => open,
            None => {
                if self.partitions.len() == OPEN_AT_MOST {
                    self.partitions.remove(0);
                }
                // The file may be a new one, in the place of one that was damaged.
                self.sealed.remove(&day);
                let conn = partition::open_to_write(&self.folder.partition(self.kind, day), R::SCHEMA)?;
                (day, conn, R::Memory::default())
            }
        };
        conn.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        let inserted = R::insert(&conn, &mut memory, rows)?;
        conn.prepare_cached("COMMIT")?.execute([])?;
        self.partitions.push((day, conn, memory));
        Ok(inserted)
    }

    fn retain(&mut self, oldest: Day, removed: &mut Removed) -> Result<(), LogError> {
        self.oldest = Some(oldest);
        self.partitions.retain(|(day, ..)| *day >= oldest);
        for day in self.folder.days(self.kind)?.into_iter().filter(|day| *day < oldest) {
            self.readers.forget(self.kind, day);
            let bytes = self.folder.bytes(self.kind, day);
            self.folder.delete(self.kind, day)?;
            removed.bytes += bytes;
            removed.partitions.push(partition_name(self.kind, day));
        }
        Ok(())
    }

    /// Gives the days that are over the indexes that were too dear while rows came in. A day that cannot be sealed is
    /// still complete, only slower to ask, so it stops neither the others nor the retention.
    fn seal_before(&mut self, today: Day) -> Result<(), LogError> {
        let days = self.folder.days(self.kind)?;
        self.sealed.retain(|day| days.binary_search(day).is_ok());
        for day in days.into_iter().filter(|day| *day < today && !R::SEAL.is_empty()) {
            if self.sealed.contains(&day) {
                continue;
            }
            self.partitions.retain(|(open, ..)| *open != day);
            let path = self.folder.partition(self.kind, day);
            match partition::open_to_write(&path, R::SCHEMA).and_then(|conn| conn.execute_batch(R::SEAL)) {
                Ok(()) => {
                    self.sealed.insert(day);
                }
                Err(error) => tracing::warn!(reason = %self.unwritable(day, &error), "log partition not sealed"),
            }
        }
        Ok(())
    }

    fn unwritable(&self, day: Day, error: &rusqlite::Error) -> LogError {
        LogError::Unwritable { partition: partition_name(self.kind, day), reason: error.to_string() }
    }
}
