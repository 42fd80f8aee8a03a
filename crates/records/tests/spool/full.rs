//! A full disk (a small tmpfs), a full spool, a folder that cannot be written.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use thinkwatch_records::CallRecord;
use thinkwatch_records::spool::{OpenCall, Spool, SpoolConfig, SpoolError, WhenFull};

use crate::support::{self, Sink, attempt, closed, config, finish, interrupted, opened, progress, segments, until};

/// A file system of its own that is soon full.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    fn new(bytes: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = std::ffi::CString::new(format!("size={bytes}")).unwrap();
        rustix::mount::mount("tmpfs", folder.path(), "tmpfs", rustix::mount::MountFlags::empty(), Some(&*options))
            .expect("this test mounts a small tmpfs: run it as root (CAP_SYS_ADMIN), or under `unshare --map-root-user --mount`");
        Self { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Takes all space that is left.
    fn fill(&self) -> PathBuf {
        let path = self.path().join("ballast");
        let mut file = fs::File::create(&path).unwrap();
        while std::io::Write::write(&mut file, &[1; 4096]).is_ok_and(|written| written > 0) {}
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        rustix::mount::unmount(self.path(), rustix::mount::UnmountFlags::DETACH).expect("unmounts");
    }
}

fn open_until_full(spool: &Spool, calls: &mut Vec<(u64, OpenCall)>) -> SpoolError {
    loop {
        let n = calls.len() as u64;
        match spool.open(&opened(n)) {
            Ok((call, _receipt)) => calls.push((n, call)),
            Err(error) => return error,
        }
    }
}

#[tokio::test(start_paused = true)]
async fn on_a_full_disk_calls_are_refused_and_open_ones_still_close() {
    let disk = SmallDisk::new(1 << 20);
    let spool = Spool::start(config(disk.path())).unwrap();
    let mut calls = Vec::new();
    for n in 0..100 {
        calls.push((n, spool.open(&opened(n)).unwrap().0));
    }
    let ballast = disk.fill();
    assert!(matches!(open_until_full(&spool, &mut calls), SpoolError::Full(_)));
    for (n, call) in calls.drain(..) {
        drop(call.close(&closed(n)).unwrap());
    }
    assert!(matches!(spool.open(&opened(10_000)), Err(SpoolError::Full(_))));
    assert!(matches!(spool.record_closed(&closed(10_000)), Err(SpoolError::Full(_))));
    assert!(spool.report().admits.is_err());
    assert!(fs::metadata(disk.path().join("reserve")).unwrap().len() < 64 << 10, "the reserve was given up");

    // Space again, and nobody writes meanwhile.
    fs::remove_file(ballast).unwrap();
    until("calls are admitted", || spool.report().admits.is_ok()).await;
    assert_eq!(fs::metadata(disk.path().join("reserve")).unwrap().len(), 64 << 10);
    let (call, _receipt) = spool.open(&opened(10_000)).unwrap();
    drop(call.close(&closed(10_000)).unwrap());
    let kept = finish(&spool, &Sink::new("sink")).await;
    assert!(kept.rows.len() > 100 && kept.rows.iter().all(|row| *row == closed(row.id_low)));
}

#[tokio::test(start_paused = true)]
async fn when_even_the_reserve_is_used_up_the_calls_are_closed_once_there_is_space() {
    let disk = SmallDisk::new(1 << 20);
    let config = config(disk.path());
    let spool = Spool::start(config.clone()).unwrap();
    let large = |n| CallRecord { user_agent: "x".repeat(700), ..closed(n) };
    let mut calls = Vec::new();
    for n in 0..100 {
        calls.push((n, spool.open(&opened(n)).unwrap().0));
    }
    let ballast = disk.fill();
    let mut expected = Vec::new();
    for (n, call) in calls.drain(..) {
        expected.push(if call.close(&large(n)).is_ok() { large(n) } else { interrupted(n, 0, None) });
    }
    let lacking = expected.iter().filter(|row| row.status_code == 0).count();
    assert!(lacking > 0 && lacking < 100, "{lacking} of 100 found no space");
    // Some were closed at once, because the frame of an interrupted call is smaller.
    assert!(spool.report().open_calls > 0);

    // A process that is started on this disk can start, and closes them when there is space.
    let other = SmallDisk::new(1 << 20);
    support::copy(disk.path(), other.path());
    fs::remove_file(other.path().join("ballast")).unwrap();
    let full = other.fill();
    let restarted = Spool::start(SpoolConfig { folder: other.path().to_owned(), ..config }).unwrap();
    assert!(matches!(restarted.open(&opened(10_000)), Err(SpoolError::Full(_))));

    for (spool, ballast) in [(spool, ballast), (restarted, full)] {
        fs::remove_file(ballast).unwrap();
        until("they are closed", || spool.report().open_calls == 0 && spool.report().admits.is_ok()).await;
        let mut kept = finish(&spool, &Sink::new("sink")).await;
        kept.rows.sort_by_key(|row| row.id_low);
        assert_eq!(kept.rows, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn if_so_configured_calls_go_on_unrecorded() {
    let disk = SmallDisk::new(1 << 20);
    let spool = Spool::start(SpoolConfig { when_full: WhenFull::Drop, ..config(disk.path()) }).unwrap();
    let (recorded, _receipt) = spool.open(&opened(1)).unwrap();
    let ballast = disk.fill();
    while spool.report().admits.is_ok() && spool.report().open_calls < 10_000 {
        let before = spool.report().open_calls;
        let (call, receipt) = spool.open(&opened(2)).unwrap();
        receipt.durable().await.unwrap();
        let dropped = spool.report().open_calls == before;
        drop(call.attempt(&attempt(1)).unwrap());
        call.progress(&progress(2, 1)).unwrap();
        drop(call.close(&closed(2)).unwrap());
        if dropped {
            break;
        }
    }
    drop(spool.record_closed(&closed(3)).unwrap());
    drop(recorded.close(&closed(1)).unwrap());
    fs::remove_file(ballast).unwrap();
    until("calls are admitted", || spool.report().admits.is_ok()).await;
    drop(spool.record_closed(&closed(4)).unwrap());
    let kept = finish(&spool, &Sink::new("sink")).await;
    for n in [1, 4] {
        assert_eq!(kept.rows.iter().filter(|row| row.id_low == n).count(), 1, "call {n}");
    }
    // A spool that has ended is not full: nothing is let pass.
    assert!(matches!(spool.open(&opened(5)), Err(SpoolError::Closed)));
    assert!(matches!(spool.record_closed(&closed(5)), Err(SpoolError::Closed)));
}

#[tokio::test(start_paused = true)]
async fn a_spool_that_reached_its_size_refuses_until_somebody_has_read() {
    // Also where the size is smaller than a segment.
    for (segment_bytes, max_bytes) in [(700, 20_000), (1 << 20, 20_000)] {
        let folder = tempfile::tempdir().unwrap();
        let config = SpoolConfig { segment_bytes, max_bytes, ..config(folder.path()) };
        let spool = Spool::start(config).unwrap();
        let mut calls = Vec::new();
        assert!(matches!(open_until_full(&spool, &mut calls), SpoolError::Full(_)));
        let count = calls.len();
        for (n, call) in calls {
            drop(call.close(&closed(n)).unwrap());
        }
        assert!(spool.report().admits.is_err());
        let sink = Sink::new("sink");
        let task = spool.consume(sink.clone());
        // As soon as there is room again, which is before all has been read.
        until("calls are admitted", || spool.report().admits.is_ok()).await;
        until("all is read", || sink.ids().len() == count).await;
        until("what was read is gone", || segments(folder.path()).len() <= 2).await;
        spool.shutdown();
        assert!(task.finish(Duration::from_secs(60)).await);
    }
}

#[test]
fn a_folder_that_cannot_be_written_is_told_at_the_start() {
    let disk = SmallDisk::new(1 << 20);
    let flags = rustix::mount::MountFlags::RDONLY;
    rustix::mount::mount_remount(disk.path(), flags, c"").expect("remounts read-only");
    let error = Spool::start(config(disk.path())).unwrap_err();
    assert!(matches!(&error, SpoolError::Io { path, .. } if path.starts_with(disk.path())), "{error}");

    let file = tempfile::NamedTempFile::new().unwrap();
    assert!(matches!(Spool::start(config(file.path())), Err(SpoolError::Io { .. })));
}
