//! Segments stay as long as a consumer needs them, and no longer.

use std::fs;
use std::time::Duration;

use thinkwatch_records::spool::{Spool, SpoolConfig};

use crate::support::{Sink, attempt, closed, config, finish, interrupted, opened, progress, segments, until};

fn refuse(spool: &Spool, calls: std::ops::Range<u64>) {
    for n in calls {
        drop(spool.record_closed(&closed(n)).unwrap());
    }
}

#[tokio::test(start_paused = true)]
async fn segments_go_when_everybody_has_passed_them_and_an_open_call_does_not_hold_them() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::start(config(folder.path())).unwrap();
    let (call, _receipt) = spool.open(&opened(0)).unwrap();
    drop(call.attempt(&attempt(1)).unwrap());
    call.progress(&progress(0, 4)).unwrap();
    refuse(&spool, 1..100);
    let count = segments(folder.path()).len();
    assert!(count > 8, "{count} segments");

    // Nobody reads: nothing goes.
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(segments(folder.path()).len(), count);

    // One reads, one is down: nothing goes.
    let (fast, slow) = (Sink::new("fast"), Sink::new("slow"));
    slow.down.store(true, std::sync::atomic::Ordering::Relaxed);
    let tasks = [spool.consume(fast.clone()), spool.consume(slow.clone())];
    until("the fast one has read", || fast.ids().len() == 99).await;
    refuse(&spool, 100..101);
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(segments(folder.path()).len(), count);
    let lag = |name: &str| spool.report().lag_bytes.into_iter().find(|(who, _)| who == name).unwrap().1;
    assert_eq!(lag("slow"), spool.report().bytes);

    // Both read: only the newest stays, though the call is open since the first.
    slow.down.store(false, std::sync::atomic::Ordering::Relaxed);
    until("both have read", || segments(folder.path()).len() == 1).await;
    until("nothing is left", || lag("slow") == 0 && lag("fast") == 0).await;
    assert_eq!(spool.report().bytes, fs::metadata(&segments(folder.path())[0].1).unwrap().len());

    // The next process finds the call in the checkpoint alone.
    let killed = tempfile::tempdir().unwrap();
    crate::support::copy(folder.path(), killed.path());
    let kept = finish(&Spool::start(config(killed.path())).unwrap(), &Sink::with("fast", fast.snapshot())).await;
    assert_eq!(kept.rows.len(), 101);
    assert_eq!(kept.rows[100], interrupted(0, 1, Some(4)));
    drop(call);
    spool.shutdown();
    for task in tasks {
        assert!(task.finish(Duration::from_secs(60)).await);
    }
    assert_eq!(fast.ids(), (1..=100).chain([0]).collect::<Vec<_>>());
    assert_eq!(fast.ids(), slow.ids());
}

#[tokio::test(start_paused = true)]
async fn an_expected_consumer_holds_segments_before_it_starts_and_a_late_one_reads_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::start(SpoolConfig { consumers: vec!["a", "b"], ..config(folder.path()) }).unwrap();
    refuse(&spool, 0..50);
    let count = segments(folder.path()).len();
    let (a, b, c) = (Sink::new("a"), Sink::new("b"), Sink::new("c"));
    let first = spool.consume(a.clone());
    until("a has read", || a.ids().len() == 50).await;
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(segments(folder.path()).len(), count);
    let second = spool.consume(b.clone());
    until("b has read", || segments(folder.path()).len() == 1).await;
    assert_eq!(b.ids(), a.ids());
    refuse(&spool, 50..51);
    let kept = finish(&spool, &c).await;
    assert!(kept.rows.len() < 10 && kept.rows.last().unwrap().id_low == 50, "{:?}", c.ids());
    assert!(first.finish(Duration::from_secs(60)).await && second.finish(Duration::from_secs(60)).await);
}

#[tokio::test(start_paused = true)]
async fn sizes_are_right_after_a_restart_and_a_consumer_goes_on_where_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let sink = Sink::new("sink");
    for round in 0..5 {
        let spool = Spool::start(config(folder.path())).unwrap();
        let on_disk: u64 = segments(folder.path()).iter().map(|(_, path)| fs::metadata(path).unwrap().len()).sum();
        assert_eq!(spool.report().bytes, on_disk);
        refuse(&spool, round * 20..round * 20 + 20);
        if round % 2 == 0 {
            spool.shutdown();
        } else {
            finish(&spool, &sink).await;
        }
    }
    let spool = Spool::start(config(folder.path())).unwrap();
    assert_eq!(finish(&spool, &sink).await.rows.len(), 100);
    assert_eq!(sink.ids(), (0..100).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_checkpoint_larger_than_a_segment_is_not_repeated_at_every_step() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::start(config(folder.path())).unwrap();
    let calls: Vec<_> = (0..300).map(|n| spool.open(&opened(n)).unwrap().0).collect();
    for (n, call) in calls.iter().enumerate() {
        call.progress(&progress(n as u64, 1)).unwrap();
    }
    let count = segments(folder.path()).len();
    assert!(count < 30, "{count} segments for 600 steps");
    drop(calls);
    assert_eq!(finish(&spool, &Sink::new("sink")).await.rows.len(), 300);
}

#[tokio::test(start_paused = true)]
async fn a_cursor_behind_the_end_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::start(config(folder.path())).unwrap();
    refuse(&spool, 0..10);
    let sink = Sink::new("sink");
    finish(&spool, &sink).await;
    let mut kept = sink.snapshot();
    kept.cursors.values_mut().for_each(|cursor| cursor.segment += 100);
    kept.rows.clear();
    let spool = Spool::start(config(folder.path())).unwrap();
    refuse(&spool, 10..11);
    let rows = finish(&spool, &Sink::with("sink", kept)).await.rows;
    assert_eq!(rows.last().map(|row| row.id_low), Some(10));
}
