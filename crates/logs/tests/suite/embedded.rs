//! What is particular to the embedded store: its files.

use std::path::PathBuf;
use std::sync::Arc;

use crate::sample::{DAY_US, NOW_US, call_at};
use tempfile::TempDir;
use thinkwatch_logs::{CallQuery, EmbeddedLogs, LogStore, Options, Scope};
use thinkwatch_records::CallRecord;

fn open(folder: &TempDir) -> EmbeddedLogs {
    EmbeddedLogs::open(Options::new(folder.path())).unwrap()
}

fn everything() -> CallQuery {
    CallQuery { from_us: NOW_US - 9 * DAY_US, ..CallQuery::last_day(Scope::All, NOW_US + DAY_US) }
}

fn day(folder: &TempDir, name: &str) -> PathBuf {
    folder.path().join("gateway").join(name)
}

fn three_days() -> Vec<CallRecord> {
    (0..3).map(|days| call_at(NOW_US - days * DAY_US)).collect()
}

#[tokio::test]
async fn a_damaged_day_does_not_hide_the_others_and_is_begun_anew() {
    let folder = TempDir::new().unwrap();
    let (store, calls) = (open(&folder), three_days());
    store.append_calls(Arc::new(calls.clone())).await.unwrap();
    store.close().await;
    let damaged = day(&folder, "2026-11-21.sqlite");
    std::fs::write(&damaged, b"this is not a database at all, but it is long enough to be taken for one").unwrap();

    let store = open(&folder);
    let page = store.query_calls(everything()).await.unwrap();
    assert_eq!(page.items, [calls[0].clone(), calls[2].clone()]);
    assert_eq!(page.unreadable, ["gateway/2026-11-21"]);
    let lookup = store.get_call(Scope::All, &calls[1].request_id().to_string()).await;
    assert!(lookup.unwrap_err().to_string().contains("gateway/2026-11-21"));

    let late = call_at(NOW_US - DAY_US);
    assert_eq!(store.append_calls(Arc::new(vec![late.clone()])).await.unwrap().inserted, 1);
    assert_eq!(store.stats().await.unwrap().set_aside, 1);
    assert!(day(&folder, "2026-11-21.damaged-1").exists());
    let page = store.query_calls(everything()).await.unwrap();
    assert_eq!(page.items, [calls[0].clone(), late, calls[2].clone()]);
    store.close().await;
}

#[tokio::test]
async fn an_empty_or_foreign_file_in_the_folder_does_no_harm() {
    let folder = TempDir::new().unwrap();
    let (store, calls) = (open(&folder), three_days());
    for name in ["2026-11-20.sqlite", "2026-11-22.sqlite", "notes.txt", "x.sqlite", "2026-11-19.sqlite-wal"] {
        std::fs::write(day(&folder, name), b"").unwrap();
    }
    let page = store.query_calls(everything()).await.unwrap();
    assert_eq!((page.items.len(), page.unreadable.len()), (0, 0));
    store.append_calls(Arc::new(calls.clone())).await.unwrap();
    assert_eq!(store.query_calls(everything()).await.unwrap().items, calls);
    store.close().await;
}

#[tokio::test]
async fn what_was_written_is_there_when_the_process_dies_without_closing() {
    let folder = TempDir::new().unwrap();
    let (store, calls) = (open(&folder), three_days());
    store.append_calls(Arc::new(calls.clone())).await.unwrap();
    // A copy of the files as they are now is what a killed process leaves behind.
    let copy = TempDir::new().unwrap();
    std::fs::create_dir_all(copy.path().join("gateway")).unwrap();
    for entry in std::fs::read_dir(folder.path().join("gateway")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if !name.to_string_lossy().ends_with("-shm") {
            std::fs::copy(entry.path(), copy.path().join("gateway").join(name)).unwrap();
        }
    }
    let revived = open(&copy);
    assert_eq!(revived.query_calls(everything()).await.unwrap().items, calls);
    assert_eq!(revived.append_calls(Arc::new(calls)).await.unwrap().repeated, 3);
    revived.close().await;
    store.close().await;
}

#[tokio::test]
async fn closing_leaves_plain_files_whose_view_has_the_documented_names() {
    let folder = TempDir::new().unwrap();
    let (store, calls) = (open(&folder), three_days());
    store.append_calls(Arc::new(calls.clone())).await.unwrap();
    store.query_calls(everything()).await.unwrap();
    store.close().await;
    let mut names: Vec<_> = std::fs::read_dir(folder.path().join("gateway"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["2026-11-20.sqlite", "2026-11-21.sqlite", "2026-11-22.sqlite"]);
    let conn = rusqlite::Connection::open(day(&folder, "2026-11-22.sqlite")).unwrap();
    let row: (String, String, String, i64, f64) = conn
        .query_row("SELECT id, outcome, model, input_tokens, cost_usd FROM gateway_logs", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        })
        .unwrap();
    assert_eq!(row, (calls[0].request_id().trace_digits(), "ok".into(), "claude-sonnet".into(), 10, 4.2e-6));
}
