//! Strict mode, abandoned calls, shutdown, stores that are down.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use thinkwatch_records::spool::{Spool, SpoolConfig, SpoolError};

use crate::support::{Sink, attempt, closed, config, finish, interrupted, opened, progress, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strict_calls_share_their_syncs() {
    const CALLS: u64 = 400;
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::start(SpoolConfig { strict: true, segment_bytes: 1 << 20, ..config(folder.path()) }).unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..CALLS {
        let spool = spool.clone();
        tasks.spawn(async move {
            let (call, receipt) = spool.open(&opened(n)).unwrap();
            receipt.durable().await.unwrap();
            call.close(&closed(n)).unwrap().durable().await.unwrap();
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let syncs = spool.report().syncs;
    assert!((2..CALLS / 2).contains(&syncs), "{syncs} syncs for {CALLS} calls, two receipts each");
    spool.shutdown();
}

#[tokio::test(start_paused = true)]
async fn by_default_nobody_waits_for_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::start(SpoolConfig { sync_every: Duration::from_secs(3600), ..config(folder.path()) }).unwrap();
    let begun = Instant::now();
    let (call, receipt) = spool.open(&opened(1)).unwrap();
    receipt.durable().await.unwrap();
    call.close(&closed(1)).unwrap().durable().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(60));
    // The last group is forced to the disk though it is not old enough.
    assert_eq!(finish(&spool, &Sink::new("sink")).await.rows, [closed(1)]);
}

#[tokio::test(start_paused = true)]
async fn a_call_whose_task_panics_or_is_dropped_is_interrupted() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::start(config(folder.path())).unwrap();
    let (panicking, _receipt) = spool.open(&opened(1)).unwrap();
    let died = std::thread::spawn(move || {
        panicking.progress(&progress(1, 3)).unwrap();
        panic!("as the test wants it");
    });
    assert!(died.join().is_err());
    let (dropped, _receipt) = spool.open(&opened(2)).unwrap();
    drop(dropped.attempt(&attempt(1)).unwrap());
    drop(dropped);
    let (oversized, _receipt) = spool.open(&opened(3)).unwrap();
    let mut record = closed(3);
    record.user_agent = "x".repeat(2 << 20);
    assert!(matches!(oversized.close(&record), Err(SpoolError::TooLarge(_))));
    assert_eq!(spool.report().open_calls, 0);
    let kept = finish(&spool, &Sink::new("sink")).await;
    assert_eq!(kept.rows, [interrupted(1, 0, Some(3)), interrupted(2, 1, None), interrupted(3, 0, None)]);
}

#[tokio::test(start_paused = true)]
async fn a_call_too_large_to_be_closed_whole_is_closed_without_its_attempts() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::start(config(folder.path())).unwrap();
    let (call, _receipt) = spool.open(&opened(1)).unwrap();
    for _ in 0..3 {
        let mut large = attempt(1);
        large.error_class = "x".repeat(900 << 10);
        drop(call.attempt(&large).unwrap());
    }
    let killed = tempfile::tempdir().unwrap();
    crate::support::copy(folder.path(), killed.path());
    let rows = finish(&Spool::start(config(killed.path())).unwrap(), &Sink::new("sink")).await.rows;
    assert_eq!(rows.iter().map(|row| (row.id_low, row.error_class.as_str())).collect::<Vec<_>>(), [(1, "interrupted")]);
    drop(call);
    spool.shutdown();
}

#[tokio::test(start_paused = true)]
async fn after_a_shutdown_nothing_is_accepted_and_nothing_is_recorded_twice() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::start(config(folder.path())).unwrap();
    let sink = Sink::new("sink");
    let task = spool.consume(sink.clone());
    let (running, _receipt) = spool.open(&opened(1)).unwrap();
    let (abandoned, _receipt) = spool.open(&opened(2)).unwrap();
    drop(spool.record_closed(&closed(3)).unwrap());
    spool.shutdown();
    spool.shutdown();
    assert!(matches!(spool.open(&opened(4)), Err(SpoolError::Closed)));
    assert!(matches!(spool.record_closed(&closed(4)), Err(SpoolError::Closed)));
    assert!(matches!(running.attempt(&attempt(1)), Err(SpoolError::Closed)));
    assert!(matches!(running.progress(&progress(1, 1)), Err(SpoolError::Closed)));
    assert!(matches!(running.close(&closed(1)), Err(SpoolError::Closed)));
    drop(abandoned);
    assert!(task.finish(Duration::from_secs(60)).await);
    let late = Sink::new("late");
    assert!(spool.consume(late.clone()).finish(Duration::from_secs(60)).await);
    for sink in [sink, late] {
        let kept = finish(&Spool::start(config(folder.path())).unwrap(), &sink).await;
        let mut rows = kept.rows;
        rows.sort_by_key(|row| row.id_low);
        assert_eq!(rows, [interrupted(1, 0, None), interrupted(2, 0, None), closed(3)]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_was_down_gets_everything_in_order_and_once() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::start(config(folder.path())).unwrap();
    let sink = Sink::new("sink");
    sink.down.store(true, Ordering::Relaxed);
    let task = spool.consume(sink.clone());
    for n in 0..3000 {
        drop(spool.record_closed(&closed(n)).unwrap());
    }
    until("it was tried some times", || sink.tries.load(Ordering::Relaxed) > 5).await;
    assert!(sink.ids().is_empty());
    sink.down.store(false, Ordering::Relaxed);
    until("all are there", || sink.ids().len() == 3000).await;
    spool.shutdown();
    assert!(task.finish(Duration::from_secs(60)).await);
    assert_eq!(sink.ids(), (0..3000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_store_that_is_down_at_shutdown_holds_nobody_up_and_gets_the_rest_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::start(config(folder.path())).unwrap();
    let sink = Sink::new("sink");
    let task = spool.consume(sink.clone());
    for n in 0..20 {
        drop(spool.record_closed(&closed(n)).unwrap());
    }
    sink.down.store(true, Ordering::Relaxed);
    for n in 20..40 {
        drop(spool.record_closed(&closed(n)).unwrap());
    }
    spool.shutdown();
    let begun = Instant::now();
    assert!(!task.finish(Duration::from_millis(300)).await);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    sink.down.store(false, Ordering::Relaxed);
    finish(&Spool::start(config(folder.path())).unwrap(), &sink).await;
    assert_eq!(sink.ids(), (0..40).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_store_that_comes_back_during_the_shutdown_gets_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::start(config(folder.path())).unwrap();
    let sink = Sink::new("sink");
    sink.down.store(true, Ordering::Relaxed);
    let task = spool.consume(sink.clone());
    drop(spool.record_closed(&closed(1)).unwrap());
    while sink.tries.load(Ordering::Relaxed) < 4 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    spool.shutdown();
    sink.down.store(false, Ordering::Relaxed);
    assert!(task.finish(Duration::from_secs(2)).await);
    assert_eq!(sink.ids(), [1]);
}
