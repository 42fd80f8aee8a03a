//! Bit rot in the middle, frames of other versions, foreign bytes that look like frames.

use std::fs;
use std::path::Path;

use prost::Message;
use thinkwatch_records::spool::Spool;

use crate::support::{self, Sink, closed, config, finish, frames, interrupted, opened, segments};

const CLOSE: u8 = 4;

/// A spool with calls 0..60 closed and 100 open, over many segments, as a killed process leaves it.
fn killed(folder: &Path) {
    let live = tempfile::tempdir().unwrap();
    let spool = Spool::start(config(live.path())).unwrap();
    let (call, _receipt) = spool.open(&opened(100)).unwrap();
    for n in 0..60 {
        drop(spool.record_closed(&closed(n)).unwrap());
    }
    support::copy(live.path(), folder);
    drop(call);
    spool.shutdown();
}

async fn rows(folder: &Path) -> Vec<u64> {
    let kept = finish(&Spool::start(config(folder)).unwrap(), &Sink::new("sink")).await;
    let open = kept.rows.iter().find(|row| row.id_low == 100);
    assert!(open.is_none_or(|row| *row == interrupted(100, 0, None)));
    assert!(kept.rows.iter().all(|row| row.id_low == 100 || *row == closed(row.id_low)));
    kept.rows.iter().map(|row| row.id_low).collect()
}

fn crc(id: &str, body: &[u8]) -> u32 {
    let id = u128::from_str_radix(id, 16).unwrap().to_be_bytes();
    crc32c::crc32c_append(crc32c::crc32c(&id), body)
}

fn frame(id: &str, kind: u8, payload: &[u8]) -> Vec<u8> {
    let body = [&[kind], payload].concat();
    [&(payload.len() as u32).to_le_bytes()[..], &crc(id, &body).to_le_bytes(), &body].concat()
}

#[tokio::test(start_paused = true)]
async fn damage_costs_only_the_records_it_hits() {
    // (what is changed in the third segment, how many of its records are lost)
    type Change = fn(&mut Vec<u8>, &[(usize, u8, usize)]);
    let cases: [(&str, Change, Option<usize>); 9] = [
        ("nothing", |_, _| {}, Some(0)),
        ("a payload", |bytes, closes| bytes[closes[1].0 + 20] ^= 1, Some(1)),
        ("a checksum", |bytes, closes| bytes[closes[1].0 + 5] ^= 1, Some(1)),
        ("a length", |bytes, closes| bytes[closes[1].0] ^= 1, Some(1)),
        ("a huge length", |bytes, closes| bytes[closes[1].0 + 3] = 0xff, Some(1)),
        ("two frames", |bytes, closes| bytes[closes[0].0..closes[1].2].fill(0), Some(2)),
        ("the header", |bytes, _| bytes[..36].fill(0xaa), Some(0)),
        ("the last frame cut", |bytes, _| bytes.truncate(bytes.len() - 1), Some(1)),
        ("everything", |bytes, _| bytes.clear(), None),
    ];
    for (what, change, lost) in cases {
        let folder = tempfile::tempdir().unwrap();
        killed(folder.path());
        let (_, path) = segments(folder.path()).swap_remove(2);
        let mut bytes = fs::read(&path).unwrap();
        let closes: Vec<_> = frames(&bytes).into_iter().filter(|(_, kind, _)| *kind == CLOSE).collect();
        change(&mut bytes, &closes);
        fs::write(&path, bytes).unwrap();
        let found = rows(folder.path()).await;
        assert_eq!(found.len(), 61 - lost.unwrap_or(closes.len()), "{what}: {found:?}");
        assert!(found.is_sorted() && found.contains(&100), "{what}: {found:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn damage_in_the_newest_checkpoint_is_made_good_from_the_segment_before() {
    for hit in ["open frame", "end", "header", "gone segment before"] {
        let folder = tempfile::tempdir().unwrap();
        killed(folder.path());
        let mut files = segments(folder.path());
        let (_, path) = files.pop().unwrap();
        let mut bytes = fs::read(&path).unwrap();
        let checkpoint = frames(&bytes);
        match hit {
            "open frame" => bytes[checkpoint[0].0 + 12] ^= 1,
            "end" => bytes[checkpoint[1].0 + 5] ^= 1,
            "header" => bytes[0] ^= 1,
            _ => fs::remove_file(files.pop().unwrap().1).unwrap(),
        }
        fs::write(&path, bytes).unwrap();
        let found = rows(folder.path()).await;
        let whole = hit != "gone segment before";
        assert!(found.contains(&100) && found.is_sorted(), "{hit}: {found:?}");
        assert_eq!(found.len() == 61, whole, "{hit}: {found:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_segment_of_a_newer_version_is_read_as_far_as_it_is_understood() {
    let folder = tempfile::tempdir().unwrap();
    killed(folder.path());
    let id = fs::read_to_string(folder.path().join("id")).unwrap();
    let (_, path) = segments(folder.path()).pop().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend(frame(&id, 77, b"what a newer version knows"));
    // A record with a field that does not exist yet: tag 1000, length-delimited.
    let mut record = closed(60).encode_to_vec();
    record.extend([0xc2, 0x3e, 3, b'n', b'e', b'w']);
    bytes.extend(frame(&id, CLOSE, &record));
    // Right by its checksum and yet no record.
    bytes.extend(frame(&id, CLOSE, &[0xff; 7]));
    bytes.extend(frame(&id, CLOSE, &closed(61).encode_to_vec()));
    fs::write(&path, bytes).unwrap();
    assert_eq!(rows(folder.path()).await, (0..62).chain([100]).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn bytes_of_a_client_are_not_taken_for_a_frame() {
    let folder = tempfile::tempdir().unwrap();
    let spool = Spool::start(config(folder.path())).unwrap();
    let mut forged = String::new();
    for byte in frame("00000000000000000000000000000000", CLOSE, &closed(7).encode_to_vec()) {
        forged.push(char::from(byte & 0x7f));
    }
    let mut record = closed(1);
    record.user_agent = forged;
    drop(spool.record_closed(&record).unwrap());
    drop(spool.record_closed(&closed(2)).unwrap());
    spool.shutdown();
    let (_, path) = segments(folder.path()).swap_remove(0);
    let mut bytes = fs::read(&path).unwrap();
    // A frame made for another spool, whole, inside a damaged one.
    let close = frames(&bytes).into_iter().find(|(_, kind, _)| *kind == CLOSE).unwrap();
    let foreign = frame("00000000000000000000000000000000", CLOSE, &closed(7).encode_to_vec());
    bytes[close.0 + 9..close.0 + 9 + foreign.len()].copy_from_slice(&foreign);
    fs::write(&path, bytes).unwrap();
    assert_eq!(rows(folder.path()).await, [2]);
}
