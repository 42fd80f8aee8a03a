//! What is particular to the PostgreSQL store: several replicas on one database, partitions that go, a server that goes.

use std::sync::Arc;
use std::time::Duration;

use crate::backends::runtime;
use crate::sample::{DAY_US, NOW_US, Sample, access, call_at};
use sqlx::{Connection as _, PgConnection};
use tempfile::TempDir;
use thinkwatch_logs::{
    AccessQuery, Appended, CallFilter, CallQuery, EmbeddedLogs, LogError, LogStore, Moved, Options, Order,
    PostgresLogs, PostgresOptions, Retention, Scope, Totals, UsageQuery, move_over,
};
use thinkwatch_records::CallRecord;
use thinkwatch_testkit::postgres::Postgres;

const KEEP: Retention = Retention { gateway_days: 5, access_days: 5 };
/// Generous: a test that waits this long has failed.
const AT_MOST: Duration = Duration::from_secs(60);

async fn open(url: &str) -> Arc<PostgresLogs> {
    Arc::new(PostgresLogs::open(&PostgresOptions::new(url)).await.unwrap())
}

fn everything() -> CallQuery {
    CallQuery { from_us: NOW_US - 30 * DAY_US, limit: 1000, ..CallQuery::last_day(Scope::All, NOW_US + DAY_US) }
}

async fn ids(store: &PostgresLogs) -> Vec<u128> {
    store.query_calls(everything()).await.unwrap().items.iter().map(|call| call.request_id().0).collect()
}

async fn totals(store: &PostgresLogs) -> Totals {
    let (from_us, to_us, filter) = (NOW_US - 30 * DAY_US, NOW_US + DAY_US, CallFilter::default());
    let query = UsageQuery { scope: Scope::All, from_us, to_us, step_us: None, group_by: vec![], filter };
    let points = store.usage_over_time(query).await.unwrap().points;
    points.into_iter().next().map(|point| point.totals).unwrap_or_default()
}

/// One server for all: it takes a second to make, and tests may run in a process each.
#[test]
fn postgres_with_several_replicas_and_without_a_server() {
    let mut server = Postgres::start().unwrap();
    let runtime = runtime();
    let database = || server.create_database().unwrap();
    runtime.block_on(replicas_add_to_the_same_sums(&database()));
    runtime.block_on(a_batch_raced_by_two_counts_once(&database()));
    runtime.block_on(retention_waits_for_a_question_and_nobody_for_it(&database()));
    runtime.block_on(a_detaching_that_was_cut_short_is_finished(&database()));
    runtime.block_on(a_row_that_finds_its_day_gone_gets_it_back(&database()));
    runtime.block_on(two_replicas_apply_retention_at_once(&database()));
    runtime.block_on(texts_with_zero_bytes_are_kept_and_found(&database()));
    runtime.block_on(numbers_that_no_longer_fit_do_not_stop_the_log(&database()));
    runtime.block_on(an_unusable_schema_is_not_opened(&database()));
    runtime.block_on(files_are_moved_over_once(&database()));
    let url = database();
    runtime.block_on(async {
        let store = open(&url).await;
        store.append_calls(Arc::new(vec![call_at(NOW_US)])).await.unwrap();
        server.stop();
        let down = store.append_calls(Arc::new(vec![call_at(NOW_US)])).await.unwrap_err();
        assert!(matches!(down, LogError::Unavailable(_)), "{down}");
        assert!(store.query_calls(everything()).await.is_err());
        server.restart().unwrap();
        assert_eq!(store.append_calls(Arc::new(vec![call_at(NOW_US)])).await.unwrap().inserted, 1);
        assert_eq!((ids(&store).await.len(), totals(&store).await.calls), (2, 2));
        store.close().await;
        server.stop();
        let down = PostgresLogs::open(&PostgresOptions::new(&url)).await.err().unwrap();
        assert!(matches!(down, LogError::Unavailable(_)), "{down}");
        let wrong = PostgresLogs::open(&PostgresOptions::new("no address, secret")).await.err().unwrap();
        assert!(matches!(wrong, LogError::BadOptions(_)) && !wrong.to_string().contains("secret"), "{wrong}");
    });
}

async fn replicas_add_to_the_same_sums(url: &str) {
    let sample = Sample::random(1200, 2);
    let mut tasks = tokio::task::JoinSet::new();
    // Opened at once, on an empty database: one of them makes the tables.
    for part in sample.calls.chunks(400) {
        let (url, part) = (url.to_owned(), part.to_vec());
        tasks.spawn(async move {
            let store = open(&url).await;
            for batch in part.chunks(50) {
                let appended = store.append_calls(Arc::new(batch.to_vec())).await.unwrap();
                assert_eq!(appended.inserted, batch.len() as u64);
            }
            store.close().await;
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let store = open(url).await;
    let found = totals(&store).await;
    assert_eq!(found.calls, 1200);
    assert_eq!(found.cost_nano, sample.calls.iter().map(|call| call.cost_nano).sum::<i64>());
    assert_eq!(found.duration.count(), 1200);
    store.close().await;
}

async fn a_batch_raced_by_two_counts_once(url: &str) {
    let stores = [open(url).await, open(url).await];
    let sample = Sample::random(600, 2);
    for batch in sample.calls.chunks(60) {
        let mut turned: Vec<_> = batch.to_vec();
        turned.reverse();
        let (one, other) =
            tokio::join!(stores[0].append_calls(Arc::new(batch.to_vec())), stores[1].append_calls(Arc::new(turned)));
        let (one, other) = (one.unwrap(), other.unwrap());
        assert_eq!((one.inserted + other.inserted, one.repeated + other.repeated), (60, 60));
    }
    assert_eq!((ids(&stores[0]).await.len(), totals(&stores[1]).await.calls), (600, 600));
    for store in stores {
        store.close().await;
    }
}

async fn retention_waits_for_a_question_and_nobody_for_it(url: &str) {
    let store = open(url).await;
    let (old, new) = (call_at(NOW_US - 9 * DAY_US), call_at(NOW_US));
    store.append_calls(Arc::new(vec![old, new.clone()])).await.unwrap();
    // A question that is not over.
    let mut asking = PgConnection::connect(url).await.unwrap();
    let mut question = asking.begin().await.unwrap();
    sqlx::query("SELECT COUNT(*) FROM gateway_logs").execute(&mut *question).await.unwrap();
    let mut removing = tokio::task::JoinSet::new();
    removing.spawn({
        let store = Arc::clone(&store);
        async move { store.apply_retention(NOW_US, KEEP).await }
    });
    // It has begun when the partition is on its way out.
    let pending = "SELECT EXISTS (SELECT 1 FROM pg_inherits WHERE inhdetachpending)";
    let mut watching = PgConnection::connect(url).await.unwrap();
    let began = async {
        while !sqlx::query_scalar::<_, bool>(pending).fetch_one(&mut watching).await.unwrap() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(AT_MOST, began).await.unwrap();
    // Others read and write meanwhile, also to a day that has no partition yet.
    let tomorrow = call_at(NOW_US + DAY_US / 2);
    let going_on = async {
        store.append_calls(Arc::new(vec![call_at(NOW_US), tomorrow])).await.unwrap();
        assert_eq!(ids(&store).await.len(), 3);
    };
    tokio::time::timeout(AT_MOST, going_on).await.unwrap();
    assert!(removing.try_join_next().is_none());
    question.rollback().await.unwrap();
    let removed = tokio::time::timeout(AT_MOST, removing.join_next()).await.unwrap().unwrap().unwrap().unwrap();
    assert_eq!(removed.partitions, ["gateway/2026-11-13"]);
    assert_eq!(totals(&store).await.calls, 3);
    store.close().await;
}

async fn a_detaching_that_was_cut_short_is_finished(url: &str) {
    let store = open(url).await;
    store.append_calls(Arc::new(vec![call_at(NOW_US - 9 * DAY_US), call_at(NOW_US)])).await.unwrap();
    let mut asking = PgConnection::connect(url).await.unwrap();
    let mut question = asking.begin().await.unwrap();
    sqlx::query("SELECT COUNT(*) FROM gateway_logs").execute(&mut *question).await.unwrap();
    let mut other = PgConnection::connect(url).await.unwrap();
    sqlx::query("SET statement_timeout = 200").execute(&mut other).await.unwrap();
    let detach = "ALTER TABLE gateway_logs DETACH PARTITION gateway_logs_2026_11_13 CONCURRENTLY";
    sqlx::raw_sql(detach).execute(&mut other).await.unwrap_err();
    question.rollback().await.unwrap();
    let stats = store.stats().await.unwrap();
    assert_eq!(stats.partitions.len(), 1, "{stats:?}");
    assert_eq!(store.apply_retention(NOW_US, KEEP).await.unwrap().partitions, ["gateway/2026-11-13"]);
    assert_eq!(ids(&store).await.len(), 1);
    store.close().await;
}

/// Two replicas whose settings differ for a moment, or whose clocks do.
async fn a_row_that_finds_its_day_gone_gets_it_back(url: &str) {
    let stores = [open(url).await, open(url).await];
    let late = || call_at(NOW_US - 9 * DAY_US);
    stores[0].append_calls(Arc::new(vec![late()])).await.unwrap();
    stores[1].apply_retention(NOW_US, KEEP).await.unwrap();
    // The first try finds that the partition it knew is gone; the consumer offers the batch again.
    let batch = Arc::new(vec![late()]);
    let first = stores[0].append_calls(Arc::clone(&batch)).await;
    assert!(matches!(first, Err(LogError::Unwritable { .. })), "{first:?}");
    assert_eq!(stores[0].append_calls(batch).await.unwrap().inserted, 1);
    for store in stores {
        store.close().await;
    }
}

async fn two_replicas_apply_retention_at_once(url: &str) {
    let stores = [open(url).await, open(url).await];
    let calls: Vec<CallRecord> = (0..9).map(|days| call_at(NOW_US - days * DAY_US)).collect();
    stores[0].append_calls(Arc::new(calls.clone())).await.unwrap();
    let (one, other) = tokio::join!(stores[0].apply_retention(NOW_US, KEEP), stores[1].apply_retention(NOW_US, KEEP));
    assert_eq!(one.unwrap().partitions.len() + other.unwrap().partitions.len(), 3);
    // Both know what is not kept, whoever removed.
    for store in stores {
        let late = Arc::new(vec![calls[8].clone()]);
        assert_eq!(store.append_calls(late).await.unwrap(), Appended { expired: 1, ..Appended::default() });
        assert_eq!(ids(&store).await.len(), 6);
        store.close().await;
    }
}

async fn texts_with_zero_bytes_are_kept_and_found(url: &str) {
    let store = open(url).await;
    let mut call = call_at(NOW_US);
    call.model = "a\0b".to_owned();
    call.user_agent = "\0".to_owned();
    call.session_id = "\0\0".to_owned();
    call.tags = vec![thinkwatch_records::Tag { name: "t\0".to_owned(), value: "\0v".to_owned() }];
    let calls = vec![call.clone(), call_at(NOW_US)];
    assert_eq!(store.append_calls(Arc::new(calls)).await.unwrap().inserted, 2);
    let found = async |filter: CallFilter| store.query_calls(CallQuery { filter, ..everything() }).await.unwrap().items;
    let none = CallFilter::default;
    for filter in [
        CallFilter { model: Some("a\0b".to_owned()), ..none() },
        CallFilter { session_id: Some("\0\0".to_owned()), ..none() },
        CallFilter { tag: Some(("t\0".to_owned(), "\0v".to_owned())), ..none() },
        CallFilter { text: Some("A\0".to_owned()), ..none() },
    ] {
        assert_eq!(found(filter.clone()).await, [call.clone()], "{filter:?}");
    }
    assert_eq!(store.get_call(Scope::All, "\0").await.unwrap(), None);
    let mut row = access(NOW_US);
    row.path = "/\0".to_owned();
    row.reason = "\0".to_owned();
    assert_eq!(store.append_access(vec![row]).await.unwrap().inserted, 1);
    store.close().await;
}

async fn numbers_that_no_longer_fit_do_not_stop_the_log(url: &str) {
    let store = open(url).await;
    let calls: Vec<_> = (0..3)
        .map(|_| {
            let mut call = call_at(NOW_US);
            call.usage = call.usage.map(|usage| thinkwatch_records::call::TokenCounts { input: u64::MAX, ..usage });
            (call.cost_nano, call.duration_us, call.status_code) = (i64::MAX, i64::MAX, u32::MAX);
            call
        })
        .collect();
    for call in &calls {
        store.append_calls(Arc::new(vec![call.clone()])).await.unwrap();
    }
    let mut found = store.query_calls(everything()).await.unwrap().items;
    found.reverse();
    let mut sorted = calls.clone();
    sorted.sort_by_key(CallRecord::request_id);
    assert_eq!(found, sorted);
    let enough = CallFilter { min_tokens: Some(i64::MAX), ..CallFilter::default() };
    assert_eq!(store.query_calls(CallQuery { filter: enough, ..everything() }).await.unwrap().items.len(), 3);
    for scope in [Scope::All, Scope::Own("usr_1".into())] {
        let (from_us, to_us, filter) = (NOW_US - DAY_US, NOW_US + DAY_US, CallFilter::default());
        let query = UsageQuery { scope, from_us, to_us, step_us: None, group_by: vec![], filter };
        let points = store.usage_over_time(query).await.unwrap().points;
        assert_eq!((points[0].totals.calls, points[0].totals.cost_nano), (3, i64::MAX));
    }
    store.close().await;
}

async fn an_unusable_schema_is_not_opened(url: &str) {
    open(url).await.close().await;
    let mut connection = PgConnection::connect(url).await.unwrap();
    sqlx::query("INSERT INTO log_schema VALUES (99)").execute(&mut connection).await.unwrap();
    let refused = PostgresLogs::open(&PostgresOptions::new(url)).await.err().unwrap();
    assert!(matches!(refused, LogError::TooNew(99)), "{refused}");
    // A migration that fails leaves nothing behind, and no store.
    sqlx::raw_sql("DELETE FROM log_schema; DROP TABLE log_cursors, gateway_rollups, gateway_logs")
        .execute(&mut connection)
        .await
        .unwrap();
    let refused = PostgresLogs::open(&PostgresOptions::new(url)).await.err().unwrap();
    assert!(matches!(refused, LogError::Migration(_)), "{refused}");
    let half: bool =
        sqlx::query_scalar("SELECT to_regclass('gateway_logs') IS NOT NULL").fetch_one(&mut connection).await.unwrap();
    assert!(!half);
}

async fn files_are_moved_over_once(url: &str) {
    let folder = TempDir::new().unwrap();
    let files = EmbeddedLogs::open(Options::new(folder.path())).unwrap();
    let sample = Sample::random(2300, 4);
    files.append_calls(Arc::new(sample.calls.clone())).await.unwrap();
    files.append_access((0..30).map(|n| access(NOW_US - n * DAY_US / 10)).collect()).await.unwrap();
    let store = open(url).await;
    // Some are there already: the spool still had them.
    store.append_calls(Arc::new(sample.calls[..100].to_vec())).await.unwrap();
    let moved = move_over(&files, &*store).await.unwrap();
    assert_eq!(moved, Moved { calls: 2200, access: 30, unreadable: vec![] });
    let again = move_over(&files, &*store).await.unwrap();
    assert_eq!(again, Moved::default());
    assert_eq!(totals(&store).await.calls, 2300);
    for call in sample.calls.iter().step_by(97) {
        let id = call.request_id().to_string();
        assert_eq!(store.get_call(Scope::All, &id).await.unwrap().as_ref(), Some(call));
    }
    let query = AccessQuery {
        scope: Scope::All,
        from_us: 0,
        to_us: i64::MAX,
        port: None,
        status: None,
        key_id: None,
        text: None,
        order: Order::NewestFirst,
        cursor: None,
        limit: 1000,
    };
    assert_eq!(store.query_access(query).await.unwrap().items.len(), 30);
    files.close().await;
    store.close().await;
}
