//! Many threads, two consumers of different speed: everything exactly once.

use std::time::Duration;

use thinkwatch_records::spool::{Spool, SpoolConfig};

use crate::support::{Sink, closed, config, opened, progress};

const THREADS: u64 = 8;
const CALLS: u64 = 2500;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_of_many_threads_is_seen_once_by_each_consumer() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::start(SpoolConfig { segment_bytes: 16 << 10, ..config(folder.path()) }).unwrap();
    let (fast, mut slow) = (Sink::new("fast"), Sink::new("slow"));
    slow.pause = Duration::from_millis(30);
    let tasks = [spool.consume(fast.clone()), spool.consume(slow.clone())];
    let workers: Vec<_> = (0..THREADS)
        .map(|thread| {
            let spool = spool.clone();
            std::thread::spawn(move || {
                for n in thread * CALLS..(thread + 1) * CALLS {
                    let (call, _receipt) = spool.open(&opened(n)).unwrap();
                    match n % 10 {
                        0 => call.progress(&progress(n, 1)).unwrap(),
                        1 => drop(spool.record_closed(&closed(n + 1_000_000)).unwrap()),
                        _ => {}
                    }
                    drop(call.close(&closed(n)).unwrap());
                }
            })
        })
        .collect();
    tokio::task::spawn_blocking(move || workers.into_iter().for_each(|worker| worker.join().unwrap())).await.unwrap();
    spool.shutdown();
    for task in tasks {
        assert!(task.finish(Duration::from_secs(60)).await);
    }
    let calls = THREADS * CALLS;
    let expected: Vec<u64> = (0..calls).chain((0..calls).filter(|n| n % 10 == 1).map(|n| n + 1_000_000)).collect();
    for sink in [fast, slow] {
        let mut ids = sink.ids();
        ids.sort_unstable();
        assert_eq!(ids.len(), expected.len());
        assert!(ids == expected);
    }
}
