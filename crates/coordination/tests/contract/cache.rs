//! The response cache, in process and on Redis.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use thinkwatch_coordination::InProcessCache;
use thinkwatch_coordination::redis::RedisCache;
use thinkwatch_policy::ports::{CacheKey, Kept, ResponseCache, Stay};
use thinkwatch_testkit::redis::Redis;

use crate::backends::at;

const GENEROUS: Duration = Duration::from_secs(60);
const HOUR_US: i64 = 3_600_000_000;

type Subject = Arc<dyn ResponseCache>;

fn now_us() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_micros()).unwrap()
}

fn name(number: u8) -> CacheKey {
    CacheKey([number; 32])
}

async fn keep(cache: &Subject, number: u8, answer: &[u8], ttl_us: i64, room: u64) -> Kept {
    cache.keep(&name(number), answer.into(), Stay { now_us: now_us(), ttl_us, room }).await
}

async fn found(cache: &Subject, number: u8) -> Option<Vec<u8>> {
    cache.find(&name(number), now_us()).get().await.map(|answer| answer.to_vec())
}

/// Which of these are there, without a trace: asking is a use, so each is asked once, in order.
async fn there(cache: &Subject, numbers: std::ops::Range<u8>) -> Vec<u8> {
    let mut there = Vec::new();
    for number in numbers {
        if found(cache, number).await.is_some() {
            there.push(number);
        }
    }
    there
}

async fn gives_what_was_kept_last(cache: Subject) {
    assert_eq!(found(&cache, 1).await, None);
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    assert_eq!(keep(&cache, 1, &bytes, HOUR_US, 1 << 20).await, Kept::Kept);
    assert_eq!(keep(&cache, 2, b"", HOUR_US, 1 << 20).await, Kept::Kept);
    assert_eq!((found(&cache, 1).await, found(&cache, 2).await), (Some(bytes), Some(Vec::new())));
    assert_eq!(keep(&cache, 1, b"newer", HOUR_US, 1 << 20).await, Kept::Kept);
    assert_eq!(found(&cache, 1).await.as_deref(), Some(b"newer".as_slice()));
    assert_eq!(found(&cache, 3).await, None);
}

async fn forgets_what_is_over(cache: Subject) {
    let began = Instant::now();
    assert_eq!(keep(&cache, 1, b"short", 50_000, 1 << 20).await, Kept::Kept);
    assert_eq!(keep(&cache, 2, b"long", HOUR_US, 1 << 20).await, Kept::Kept);
    while found(&cache, 1).await.is_some() {
        assert!(began.elapsed() < GENEROUS, "it is never over");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(began.elapsed() > Duration::from_millis(40), "it was over too soon");
    assert_eq!(found(&cache, 2).await.as_deref(), Some(b"long".as_slice()));
}

async fn stays_within_its_room_and_keeps_what_is_used(cache: Subject) {
    // Room for four, with what each takes beside its bytes.
    let (answer, room) = (vec![7; 1000], 5200);
    for number in 0..4 {
        assert_eq!(keep(&cache, number, &answer, HOUR_US, room).await, Kept::Kept);
    }
    assert_eq!(there(&cache, 0..4).await, [0, 1, 2, 3]);
    found(&cache, 0).await.unwrap();
    assert_eq!(keep(&cache, 4, &answer, HOUR_US, room).await, Kept::Kept);
    assert_eq!(there(&cache, 0..5).await, [0, 2, 3, 4], "the one that was asked for longest ago went");
    // In place of itself it takes nobody else's.
    assert_eq!(keep(&cache, 4, &answer, HOUR_US, room).await, Kept::Kept);
    assert_eq!(there(&cache, 0..5).await, [0, 2, 3, 4]);
    assert_eq!(keep(&cache, 5, &vec![7; 3000], HOUR_US, room).await, Kept::Kept);
    assert_eq!(there(&cache, 0..6).await, [4, 5]);
    assert_eq!(keep(&cache, 6, &vec![7; 5000], HOUR_US, room).await, Kept::TooLarge);
    assert_eq!(there(&cache, 0..7).await, [4, 5], "what does not fit drives nobody out");
    // Less room than before.
    assert_eq!(keep(&cache, 7, b"small", HOUR_US, 600).await, Kept::Kept);
    assert_eq!(there(&cache, 0..8).await, [7]);
}

async fn makes_room_of_what_is_over(cache: Subject) {
    let (answer, room) = (vec![7; 1000], 2600);
    assert_eq!(keep(&cache, 1, &answer, HOUR_US, room).await, Kept::Kept);
    assert_eq!(keep(&cache, 2, &answer, 20_000, room).await, Kept::Kept);
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert_eq!(keep(&cache, 3, &answer, HOUR_US, room).await, Kept::Kept);
    assert_eq!(there(&cache, 1..4).await, [1, 3], "the one that was over went first, though it was younger");
}

async fn is_purged(cache: Subject) {
    assert_eq!(cache.purge().await, Ok(0));
    for batch in 0..6_u32 {
        for number in 0..=255_u8 {
            let mut key = [number; 32];
            key[..4].copy_from_slice(&batch.to_be_bytes());
            let stay = Stay { now_us: now_us(), ttl_us: HOUR_US, room: 1 << 24 };
            assert_eq!(cache.keep(&CacheKey(key), b"x".as_slice().into(), stay).await, Kept::Kept);
        }
    }
    assert_eq!(keep(&cache, 9, b"y", HOUR_US, 1 << 24).await, Kept::Kept);
    assert_eq!(cache.purge().await, Ok(6 * 256 + 1));
    assert_eq!((found(&cache, 9).await, cache.purge().await), (None, Ok(0)));
    // Its room is free again.
    assert_eq!(keep(&cache, 9, &vec![1; 700], HOUR_US, 1000).await, Kept::Kept);
    assert!(found(&cache, 9).await.is_some());
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

fn in_process<F: Future<Output = ()>>(check: impl FnOnce(Subject) -> F) {
    runtime().block_on(check(Arc::new(InProcessCache::default())));
}

fn on_redis<F: Future<Output = ()>>(server: &mut Redis, check: impl FnOnce(Subject) -> F) {
    server.restart().unwrap();
    runtime().block_on(async {
        check(Arc::new(RedisCache::start(at(server), GENEROUS).await.unwrap())).await;
    });
}

#[test]
fn in_process_passes_every_check() {
    in_process(gives_what_was_kept_last);
    in_process(forgets_what_is_over);
    in_process(stays_within_its_room_and_keeps_what_is_used);
    in_process(makes_room_of_what_is_over);
    in_process(is_purged);
}

#[test]
fn redis_passes_every_check() {
    let mut server = Redis::start().unwrap();
    on_redis(&mut server, gives_what_was_kept_last);
    on_redis(&mut server, forgets_what_is_over);
    on_redis(&mut server, stays_within_its_room_and_keeps_what_is_used);
    on_redis(&mut server, makes_room_of_what_is_over);
    on_redis(&mut server, is_purged);
}

/// A connection of the test's own, to see what is in the server.
async fn keys(server: &Redis) -> Vec<String> {
    let client = ::redis::Client::open(server.url(0)).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut keys: Vec<String> = ::redis::cmd("KEYS").arg("*").query_async(&mut connection).await.unwrap();
    keys.sort();
    keys
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn redis_is_shared_and_its_loss_is_nothing_found() {
    let mut server = Redis::start().unwrap();
    let quick = Duration::from_millis(100);
    let (one, two) =
        (RedisCache::start(at(&server), quick).await.unwrap(), RedisCache::start(at(&server), quick).await.unwrap());
    let (one, two): (Subject, Subject) = (Arc::new(one), Arc::new(two));
    assert_eq!(keep(&one, 1, b"shared", HOUR_US, 1 << 20).await, Kept::Kept);
    let began = Instant::now();
    while found(&two, 1).await.is_none() {
        assert!(began.elapsed() < GENEROUS, "what one keeps the other finds");
        // On a machine that is busy a step may take longer than its limit; then it connects again by keeping.
        keep(&two, 2, b"other", HOUR_US, 1 << 20).await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // All in one slot, and nothing but what is counted.
    let keys = keys(&server).await;
    assert!(keys.iter().all(|key| key.starts_with("{tw}:cache:")), "{keys:?}");
    server.pause().unwrap();
    // A first call may wait for its limit, those behind it not at all.
    assert_eq!(found(&one, 1).await, None);
    let began = Instant::now();
    for _ in 0..1000 {
        assert_eq!(found(&one, 1).await, None);
    }
    assert!(began.elapsed() < Duration::from_secs(30), "a thousand calls waited");
    server.resume().unwrap();
    server.kill();
    assert_eq!(found(&two, 1).await, None);
    assert!(matches!(keep(&two, 1, b"x", HOUR_US, 1 << 20).await, Kept::Failed));
    assert!(two.purge().await.is_err());
    server.restart().unwrap();
    let began = Instant::now();
    while keep(&two, 1, b"again", HOUR_US, 1 << 20).await != Kept::Kept || found(&two, 1).await.is_none() {
        assert!(began.elapsed() < GENEROUS, "it never comes back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
