//! One day of one kind as a SQLite file, and what a kind must say to be kept in such files.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

/// How the rows of a kind are stored.
pub(super) trait Rows {
    /// A row as it is handed in.
    type Row;
    /// What the writer remembers of an open partition.
    type Memory: Default;
    /// Tables and indexes.
    const SCHEMA: &'static str;
    /// Done once when the day is over; harmless when repeated.
    const SEAL: &'static str;

    /// The id, from whose time the day follows.
    fn id(row: &Self::Row) -> u128;

    /// Inserts rows within the running transaction and says how many were new.
    fn insert(conn: &Connection, memory: &mut Self::Memory, rows: &[&Self::Row]) -> rusqlite::Result<u64>;
}

/// Version of the schema, in `user_version`. 0 is a file whose schema is not committed yet.
const VERSION: i64 = 1;

/// Opens a partition to write, making it when it is not there.
///
/// WAL with `synchronous=FULL`: a commit is on disk when it returns, at one sync each; readers and the writer do not
/// wait for one another. Checkpoints are rare, so that pages which change often are copied once; the page cache is
/// small because rows arrive nearly in the order of their key.
pub(super) fn open_to_write(path: &Path, schema: &str) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.busy_timeout(Duration::from_secs(10))?;
    conn.set_prepared_statement_cache_capacity(16);
    conn.execute_batch(
        "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=1000;
         PRAGMA journal_size_limit=16777216; PRAGMA cache_size=-4096; PRAGMA temp_store=MEMORY;",
    )?;
    if version(&conn)? == 0 {
        conn.execute_batch(&format!("BEGIN IMMEDIATE; {schema} PRAGMA user_version={VERSION}; COMMIT;"))?;
    }
    Ok(conn)
}

/// Opens a partition to read; `None` when there is nothing in it yet.
///
/// The file is opened writable and then held to queries only: a connection that may not write could not build the
/// index of the write-ahead log when it is the first one after a crash.
pub(super) fn open_to_read(path: &Path) -> rusqlite::Result<Option<Connection>> {
    if !path.exists() {
        return Ok(None);
    }
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(Duration::from_secs(10))?;
    conn.execute_batch("PRAGMA query_only=1; PRAGMA cache_size=-4096; PRAGMA temp_store=MEMORY;")?;
    Ok((version(&conn)? != 0).then_some(conn))
}

fn version(conn: &Connection) -> rusqlite::Result<i64> {
    conn.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Whether the file itself is damaged (as opposed to a full disk or a lock).
pub(super) fn is_damaged(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// The two halves of an id as SQLite integers whose order is the order of the ids.
pub(super) fn halves(id: u128) -> (i64, i64) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "bits are split and kept")]
    (((id >> 64) as u64 ^ (1 << 63)) as i64, (id as u64 ^ (1 << 63)) as i64)
}

/// The id of its two halves.
pub(super) fn whole(high: i64, low: i64) -> u128 {
    let bits = |half: i64| u128::from(u64::from_ne_bytes(half.to_ne_bytes()) ^ (1 << 63));
    (bits(high) << 64) | bits(low)
}

/// A count as SQLite keeps it.
pub(super) fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count as it was stored.
pub(super) fn count(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::{halves, open_to_read, open_to_write, whole};

    #[test]
    fn whoever_reads_a_day_while_it_is_made_finds_nothing_or_all_of_it() {
        let dir = tempfile::tempdir().unwrap();
        for round in 0..100 {
            let path = &dir.path().join(format!("{round}.sqlite"));
            thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(move || {
                        while open_to_read(path).unwrap().is_none() {
                            thread::yield_now();
                        }
                    });
                }
                scope.spawn(move || open_to_write(path, "CREATE TABLE t (a); CREATE INDEX i ON t (a);").unwrap());
            });
        }
    }

    #[test]
    fn halves_keep_the_order_of_ids() {
        let ids = [0, 1, u128::from(u64::MAX >> 1), u128::from(u64::MAX), 1 << 64, 1 << 127, u128::MAX];
        for pair in ids.windows(2) {
            assert!(halves(pair[0]) < halves(pair[1]), "{pair:?}");
        }
        for id in ids {
            let (high, low) = halves(id);
            assert_eq!(whole(high, low), id);
        }
    }
}
