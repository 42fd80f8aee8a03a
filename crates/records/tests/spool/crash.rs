//! Killed at any moment, with any tail: every opened call ends in exactly one record.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use proptest::prelude::*;
use thinkwatch_records::CallRecord;
use thinkwatch_records::spool::{OpenCall, Spool};

use crate::support::{
    self, Kept, Sink, attempt, closed, config, finish, frames, interrupted, opened, progress, segments,
};

#[derive(Clone, Debug)]
enum Step {
    Open,
    Attempt(usize),
    Progress(usize, u64),
    Close(usize),
    Abandon(usize),
    Refused,
    /// Time passes: groups are forced to the disk, the consumer reads, segments are removed.
    Breathe,
    Crash(Tail),
}

/// What became of the newest segment; places are fractions of what the consumer has not seen.
#[derive(Clone, Debug)]
enum Tail {
    AsWritten,
    Cut(f64),
    Zeros(f64),
    Garbage(f64, u8),
    /// Zeros between two places, with whole frames behind.
    Hole(f64, f64),
    /// A next segment that was being begun, with so many bytes of its header.
    HalfBegun(usize),
    WithoutReserve,
    WithoutId,
}

fn tail() -> impl Strategy<Value = Tail> {
    prop_oneof![
        2 => Just(Tail::AsWritten),
        3 => (0.0..1.0).prop_map(Tail::Cut),
        2 => (0.0..1.0).prop_map(Tail::Zeros),
        2 => (0.0..1.0, any::<u8>()).prop_map(|(at, seed)| Tail::Garbage(at, seed)),
        3 => (0.0..1.0, 0.0..1.0).prop_map(|(from, to)| Tail::Hole(from, to)),
        1 => (0usize..=support::HEADER).prop_map(Tail::HalfBegun),
        1 => Just(Tail::WithoutReserve),
        1 => Just(Tail::WithoutId),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => Just(Step::Open),
        3 => any::<usize>().prop_map(Step::Attempt),
        4 => (any::<usize>(), 1u64..100).prop_map(|(call, output)| Step::Progress(call, output)),
        6 => any::<usize>().prop_map(Step::Close),
        1 => any::<usize>().prop_map(Step::Abandon),
        2 => Just(Step::Refused),
        2 => Just(Step::Breathe),
        2 => tail().prop_map(Step::Crash),
    ]
}

/// A frame that a step wrote: where it stands, and what it says of a call.
#[derive(Clone, Debug)]
struct Written {
    segment: u64,
    start: usize,
    end: usize,
    call: u64,
    says: Says,
}

#[derive(Clone, Debug)]
enum Says {
    Open,
    Attempt,
    Progress(u64),
    Close(Box<CallRecord>),
}

/// What must come out.
#[derive(Default)]
struct Model {
    next: u64,
    written: Vec<Written>,
}

impl Model {
    fn wrote(&mut self, folder: &Path, call: u64, says: Says) {
        let (segment, path) = segments(folder).pop().unwrap();
        let (start, _, end) = *frames(&fs::read(path).unwrap()).last().unwrap();
        self.written.push(Written { segment, start, end, call, says });
    }

    fn rows(&self) -> BTreeMap<u64, CallRecord> {
        let mut open: BTreeMap<u64, (u64, Option<u64>)> = BTreeMap::new();
        let mut rows = BTreeMap::new();
        for frame in &self.written {
            match &frame.says {
                Says::Open => drop(open.insert(frame.call, (0, None))),
                Says::Attempt => drop(open.get_mut(&frame.call).map(|(attempts, _)| *attempts += 1)),
                Says::Progress(output) => drop(open.get_mut(&frame.call).map(|(_, last)| *last = Some(*output))),
                Says::Close(row) => {
                    open.remove(&frame.call);
                    rows.insert(frame.call, (**row).clone());
                }
            }
        }
        rows.extend(open.into_iter().map(|(call, (attempts, output))| (call, interrupted(call, attempts, output))));
        rows
    }
}

fn place(from: usize, to: usize, fraction: f64) -> usize {
    from + ((to - from) as f64 * fraction) as usize
}

/// Damages the copy as `tail` says, and the model with it: only what stood there may be missing.
fn damage(folder: &Path, tail: &Tail, kept: &Kept, first: u64, model: &mut Model) {
    let (number, path) = segments(folder).pop().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let cursor = Sink::at(kept);
    // A consumer that is in a segment was shown it, so its beginning had been forced to the disk.
    let checkpoint = frames(&bytes).iter().find(|(_, kind, _)| *kind == 5).unwrap().2;
    // The first segment of a process too, once it has forced anything to the disk: nobody was shown anything before.
    let seen = if number == first { checkpoint } else { 0 };
    let seen = if cursor.segment == number { checkpoint.max(cursor.offset as usize) } else { seen };
    let (before, length) = (bytes.clone(), bytes.len());
    let lost = match tail {
        Tail::AsWritten => length..length,
        Tail::Cut(at) | Tail::Zeros(at) | Tail::Garbage(at, _) => place(seen, length, *at)..length,
        Tail::Hole(from, to) => {
            let from = place(seen.max(checkpoint), length, *from);
            from..place(from, length, *to)
        }
        Tail::HalfBegun(_) | Tail::WithoutReserve | Tail::WithoutId => length..length,
    };
    match tail {
        Tail::Cut(_) => bytes.truncate(lost.start),
        Tail::Zeros(_) | Tail::Hole(..) => bytes[lost.clone()].fill(0),
        Tail::Garbage(_, seed) => {
            let mut value = *seed;
            bytes[lost.clone()].fill_with(|| {
                value = value.wrapping_mul(5).wrapping_add(113).rotate_left(3);
                value
            });
        }
        Tail::HalfBegun(header) => {
            let mut next = bytes[..support::HEADER].to_vec();
            next[8..16].copy_from_slice(&(number + 1).to_le_bytes());
            let crc = crc32c::crc32c(&next[..32]);
            next[32..].copy_from_slice(&crc.to_le_bytes());
            fs::write(folder.join(format!("{:020}.seg", number + 1)), &next[..*header]).unwrap();
        }
        Tail::WithoutReserve => fs::remove_file(folder.join("reserve")).unwrap(),
        Tail::WithoutId => fs::remove_file(folder.join("id")).unwrap(),
        Tail::AsWritten => {}
    }
    fs::write(&path, &bytes).unwrap();
    // Zeros may be written over zeros.
    let changed = |mut range: Range<usize>| range.any(|at| bytes.get(at) != before.get(at));
    model.written.retain(|frame| frame.segment != number || !changed(frame.start..frame.end));
}

async fn check(steps: &[Step]) {
    let root = tempfile::tempdir().unwrap();
    let mut folder = root.path().join("0");
    let mut spool = Spool::start(config(&folder)).unwrap();
    let mut first = 1;
    let mut sink = Sink::new("sink");
    let mut task = spool.consume(sink.clone());
    let mut calls: Vec<(u64, OpenCall)> = Vec::new();
    let mut model = Model::default();
    let mut dead = Vec::new();
    for (at, step) in steps.iter().enumerate() {
        let pick = |index: &usize| index % calls.len();
        match step {
            Step::Open => {
                model.next += 1;
                let (call, _receipt) = spool.open(&opened(model.next)).unwrap();
                calls.push((model.next, call));
                model.wrote(&folder, model.next, Says::Open);
            }
            Step::Refused => {
                model.next += 1;
                let row = closed(model.next);
                drop(spool.record_closed(&row).unwrap());
                model.wrote(&folder, model.next, Says::Close(Box::new(row)));
            }
            Step::Breathe => {
                std::thread::sleep(std::time::Duration::from_millis(3));
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            }
            Step::Crash(tail) => {
                let next = root.path().join((at + 1).to_string());
                support::copy(&folder, &next);
                let kept = sink.snapshot();
                let forced = if spool.report().syncs > 0 { first } else { 0 };
                damage(&next, tail, &kept, forced, &mut model);
                // The dead process must not be heard of again, but what it holds may only go at the end.
                dead.push((std::mem::take(&mut calls), spool.clone(), task));
                folder = next;
                first = segments(&folder).last().unwrap().0 + 1;
                spool = Spool::start(config(&folder)).unwrap();
                sink = Sink::with("sink", kept);
                task = spool.consume(sink.clone());
                // A frame of a call that was interrupted says nothing any more.
                let rows = model.rows();
                model.written.clear();
                for (call, row) in rows {
                    // Where it stands does not matter: the next recovery would write it again.
                    let says = Says::Close(Box::new(row));
                    model.written.push(Written { segment: 0, start: 0, end: 0, call, says });
                }
            }
            _ if calls.is_empty() => {}
            Step::Attempt(index) => {
                let (n, call) = &calls[pick(index)];
                let before = model.written.iter().filter(|w| w.call == *n && matches!(w.says, Says::Attempt)).count();
                drop(call.attempt(&attempt(before as u64 + 1)).unwrap());
                model.wrote(&folder, *n, Says::Attempt);
            }
            Step::Progress(index, output) => {
                let (n, call) = &calls[pick(index)];
                call.progress(&progress(*n, *output)).unwrap();
                model.wrote(&folder, *n, Says::Progress(*output));
            }
            Step::Close(index) => {
                let (n, call) = calls.swap_remove(pick(index));
                drop(call.close(&closed(n)).unwrap());
                model.wrote(&folder, n, Says::Close(Box::new(closed(n))));
            }
            Step::Abandon(index) => {
                let (n, call) = calls.swap_remove(pick(index));
                drop(call);
                let row = model.rows().remove(&n).unwrap();
                model.wrote(&folder, n, Says::Close(Box::new(row)));
            }
        }
    }
    // The calls that are left are interrupted by the shutdown.
    spool.shutdown();
    assert!(task.finish(std::time::Duration::from_secs(600)).await);
    let kept = sink.snapshot();
    let mut rows = BTreeMap::new();
    for row in kept.rows {
        let twice = rows.insert(row.id_low, row);
        assert!(twice.is_none(), "recorded twice: {twice:?}");
    }
    for (call, row) in model.rows() {
        let found = rows.remove(&call);
        // A hole may swallow an attempt between others; their names count up.
        assert_eq!(found.map(unnamed), Some(unnamed(row)), "call {call}");
    }
    assert!(rows.is_empty(), "nobody knows of {rows:?}");
    drop(calls);
    for (_, spool, _) in &dead {
        spool.shutdown();
    }
}

/// The row without the names that tell attempts apart.
fn unnamed(mut row: CallRecord) -> CallRecord {
    row.provider.clear();
    row.attempts.iter_mut().for_each(|attempt| attempt.provider.clear());
    row
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, max_shrink_iters: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_opened_call_ends_in_exactly_one_record(steps in proptest::collection::vec(step(), 1..70)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(check(&steps));
    }
}

/// Every byte at which a process can die while it recovers, and dies again.
#[tokio::test(start_paused = true)]
async fn dying_at_any_byte_of_a_recovery_loses_and_doubles_nothing() {
    let root = tempfile::tempdir().unwrap();
    let first = root.path().join("first");
    let spool = Spool::start(config(&first)).unwrap();
    let (a, _receipt) = spool.open(&opened(1)).unwrap();
    drop(a.attempt(&attempt(1)).unwrap());
    a.progress(&progress(1, 8)).unwrap();
    let (b, _receipt) = spool.open(&opened(2)).unwrap();
    let (c, _receipt) = spool.open(&opened(3)).unwrap();
    drop(c.close(&closed(3)).unwrap());
    support::copy(&first, &root.path().join("killed"));
    drop((a, b));
    spool.shutdown();

    let recovered = root.path().join("recovered");
    support::copy(&root.path().join("killed"), &recovered);
    Spool::start(config(&recovered)).unwrap().shutdown();
    let (_, newest) = segments(&recovered).pop().unwrap();
    let bytes = fs::read(newest).unwrap();
    for cut in 0..=bytes.len() {
        let again = root.path().join(format!("cut-{cut}"));
        support::copy(&recovered, &again);
        fs::write(segments(&again).pop().unwrap().1, &bytes[..cut]).unwrap();
        let mut kept = finish(&Spool::start(config(&again)).unwrap(), &Sink::new("sink")).await;
        kept.rows.sort_by_key(|row| row.id_low);
        assert_eq!(kept.rows, [interrupted(1, 1, Some(8)), interrupted(2, 0, None), closed(3)], "cut at {cut}");
        fs::remove_dir_all(&again).unwrap();
    }
}
