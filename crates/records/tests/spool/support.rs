//! A spool with tiny segments and a consumer whose "store" survives the process.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use thinkwatch_records::call::TokenCounts;
use thinkwatch_records::spool::{ConsumeError, Consumer, Cursor, Spool, SpoolConfig};
use thinkwatch_records::{Attempt, CallProgress, CallRecord, Outcome};

pub(crate) const HEADER: usize = 36;

pub(crate) fn config(folder: &Path) -> SpoolConfig {
    SpoolConfig {
        segment_bytes: 700,
        sync_every: Duration::from_millis(1),
        reserve_bytes: 64 << 10,
        ..SpoolConfig::new(folder)
    }
}

pub(crate) fn opened(n: u64) -> CallRecord {
    let (attempts, token_weight_milli) = (vec![attempt(0)], weight(n));
    let model = format!("model-{n}");
    CallRecord { id_low: n, timestamp: 7, model, attempts, token_weight_milli, ..CallRecord::default() }
}

/// Tokens of every other model weigh two and a half times, of the others as in records of versions without weights.
fn weight(n: u64) -> u32 {
    if n % 2 == 1 { 2500 } else { 0 }
}

pub(crate) fn attempt(n: u64) -> Attempt {
    Attempt { provider: format!("provider-{n}"), started_at: 9, ..Attempt::default() }
}

pub(crate) fn closed(n: u64) -> CallRecord {
    let usage = Some(TokenCounts { input: n, output: 5, ..TokenCounts::default() });
    CallRecord { status_code: 200, outcome: Outcome::Ok as i32, usage, cost_nano: 3, ..opened(n) }
}

pub(crate) fn progress(n: u64, output: u64) -> CallProgress {
    let usage = Some(TokenCounts { input: 1, output, ..TokenCounts::default() });
    CallProgress {
        id_low: n,
        usage,
        cost_nano: 10 * output as i64,
        response_bytes: 4 * output,
        ..CallProgress::default()
    }
}

/// The row of a call that was open when its process died.
pub(crate) fn interrupted(n: u64, attempts: u64, output: Option<u64>) -> CallRecord {
    let mut record = opened(n);
    record.attempts.extend((1..=attempts).map(attempt));
    record.outcome = Outcome::Interrupted as i32;
    record.error_class = "interrupted".to_owned();
    record.usage_estimated = true;
    if let Some(output) = output {
        let progress = progress(n, output);
        (record.usage, record.cost_nano) = (progress.usage, progress.cost_nano);
        record.response_bytes = progress.response_bytes;
        record.weighted_tokens = if weight(n) == 0 { 1 + output } else { (5 * (1 + output)).div_ceil(2) };
    }
    let last = record.attempts.last_mut().unwrap();
    (last.usage, last.cost_nano) = (record.usage, record.cost_nano);
    last.error_class = "interrupted".to_owned();
    record.provider = last.provider.clone();
    record
}

/// What a store keeps: rows and cursors, changed together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Kept {
    pub(crate) cursors: HashMap<String, Cursor>,
    pub(crate) rows: Vec<CallRecord>,
}

#[derive(Clone, Debug)]
pub(crate) struct Sink {
    name: &'static str,
    pub(crate) kept: Arc<Mutex<Kept>>,
    pub(crate) down: Arc<AtomicBool>,
    pub(crate) tries: Arc<AtomicUsize>,
    pub(crate) pause: Duration,
}

impl Sink {
    pub(crate) fn new(name: &'static str) -> Self {
        Self::with(name, Kept::default())
    }

    pub(crate) fn with(name: &'static str, kept: Kept) -> Self {
        Self {
            name,
            kept: Arc::new(Mutex::new(kept)),
            down: Arc::default(),
            tries: Arc::default(),
            pause: Duration::ZERO,
        }
    }

    pub(crate) fn snapshot(&self) -> Kept {
        self.kept.lock().unwrap().clone()
    }

    pub(crate) fn ids(&self) -> Vec<u64> {
        self.kept.lock().unwrap().rows.iter().map(|row| row.id_low).collect()
    }

    /// Where this store is in its only spool.
    pub(crate) fn at(kept: &Kept) -> Cursor {
        assert!(kept.cursors.len() <= 1, "the id of the spool changed: {:?}", kept.cursors);
        kept.cursors.values().next().copied().unwrap_or_default()
    }
}

impl Consumer for Sink {
    fn name(&self) -> &'static str {
        self.name
    }

    async fn cursor(&self, spool: &str) -> Result<Option<Cursor>, ConsumeError> {
        Ok(self.kept.lock().unwrap().cursors.get(spool).copied())
    }

    async fn apply(&self, spool: &str, batch: &Arc<Vec<CallRecord>>, next: Cursor) -> Result<(), ConsumeError> {
        self.tries.fetch_add(1, Ordering::Relaxed);
        if self.down.load(Ordering::Relaxed) {
            return Err(ConsumeError("the store is down".to_owned()));
        }
        {
            let mut kept = self.kept.lock().unwrap();
            kept.rows.extend_from_slice(batch);
            kept.cursors.insert(spool.to_owned(), next);
        }
        tokio::time::sleep(self.pause).await;
        Ok(())
    }
}

/// Shuts the spool down and lets the store read the rest.
pub(crate) async fn finish(spool: &Spool, sink: &Sink) -> Kept {
    let task = spool.consume(sink.clone());
    spool.shutdown();
    assert!(task.finish(Duration::from_secs(600)).await);
    sink.snapshot()
}

/// Waits in real time until the thread of the spool has done something; tokio's time is paused in these tests.
pub(crate) async fn until(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(20), "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(1));
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

/// What a process that is killed now leaves. Files may be removed meanwhile.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in fs::read_dir(from).unwrap().flatten() {
        match fs::copy(file.path(), to.join(file.file_name())) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            other => drop(other.unwrap()),
        }
    }
}

/// The segment files, oldest first, with their numbers.
pub(crate) fn segments(folder: &Path) -> Vec<(u64, PathBuf)> {
    let files = fs::read_dir(folder).unwrap().flatten().map(|file| file.path());
    let mut found: Vec<_> = files
        .filter_map(|path| Some((path.file_name()?.to_str()?.strip_suffix(".seg")?.parse().ok()?, path)))
        .collect();
    found.sort();
    found
}

/// Where frames begin in a segment, their kinds, and where they end.
pub(crate) fn frames(bytes: &[u8]) -> Vec<(usize, u8, usize)> {
    let (mut at, mut frames) = (HEADER, Vec::new());
    while let Some(head) = bytes.get(at..at + 9) {
        let end = at + 9 + u32::from_le_bytes(head[..4].try_into().unwrap()) as usize;
        frames.push((at, head[8], end));
        at = end;
    }
    frames
}
