//! The thread that forces written frames to the disk in groups and removes segments that everybody has read.

use std::time::Duration;

use super::segment;
use super::shared::Shared;

/// How often it is tried again to force frames to the disk, or to find space.
const AGAIN: Duration = Duration::from_millis(200);

/// Works until the spool is shut down; then once more.
pub(super) fn run(shared: &Shared) {
    let mut failing = false;
    let mut again = None;
    loop {
        let stop = shared.wait_for_work(again);
        match sync_once(shared) {
            Ok(()) => {
                failing = false;
                again = collect_garbage(shared).then_some(AGAIN);
            }
            Err(error) => {
                if !failing {
                    tracing::error!(%error, "the spool cannot force records to the disk");
                }
                failing = true;
                again = Some(AGAIN);
            }
        }
        if stop {
            return;
        }
    }
}

fn sync_once(shared: &Shared) -> Result<(), std::io::Error> {
    let pending = shared.writer().take_pending();
    let done = pending.files.iter().try_for_each(|file| file.sync_data()).and_then(|()| {
        if pending.folder_changed {
            segment::sync_folder(shared.folder()).map_err(std::io::Error::other)?;
        }
        Ok(())
    });
    match done {
        Ok(()) => shared.reached(pending.written, pending.position),
        Err(_) => shared.writer().restore_pending(pending),
    }
    done
}

/// Removes segments behind every cursor. Runs after a sync, so the checkpoint that replaces them is on the disk. True
/// when there is a lack of space.
fn collect_garbage(shared: &Shared) -> bool {
    let passed = shared.slowest_consumer();
    let mut writer = shared.writer();
    if let Some(passed) = passed {
        writer.remove_before(passed.segment);
    }
    let lack = writer.relieve();
    shared.gauges(&writer);
    lack
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::call::CallRecord;
    use crate::spool::frame::{self, Kind};
    use crate::spool::{SpoolConfig, recovery};
    use prost::Message;

    /// Without its thread a spool forces nothing to the disk by itself, so the order can be seen.
    #[test]
    fn a_strict_receipt_is_ready_and_a_frame_readable_only_when_forced_to_the_disk() {
        for strict in [true, false] {
            let folder = tempfile::tempdir().expect("a folder");
            let config = SpoolConfig { strict, ..SpoolConfig::new(folder.path()) };
            let (writer, _) = recovery::recover(config.clone()).expect("starts");
            let shared = Shared::new(writer, config, String::new());
            let mut frames = Vec::new();
            let record = CallRecord::default();
            frame::encode(&mut frames, shared.seal, Kind::Close, |out| record.encode_raw(out)).expect("fits");
            shared.writer().append(&frames).expect("written");
            let mark = shared.writer().written;

            let mut receipt = pin!(shared.written(mark).durable());
            let mut poll = || receipt.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            if strict {
                assert!(poll().is_pending());
                assert!(shared.extent().end < shared.writer().position());
                // Forcing what was written before is not enough.
                shared.reached(mark - 1, crate::spool::Cursor::default());
                assert!(poll().is_pending());
                sync_once(&shared).expect("synced");
                assert_eq!(shared.extent().end, shared.writer().position());
            }
            assert!(matches!(poll(), Poll::Ready(Ok(()))));
        }
    }

    #[test]
    fn a_receipt_does_not_wait_for_a_thread_that_has_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = SpoolConfig { strict: true, ..SpoolConfig::new(folder.path()) };
        let (writer, _) = recovery::recover(config.clone()).expect("starts");
        let shared = Shared::new(writer, config, String::new());
        let receipt = pin!(shared.written(u64::MAX).durable());
        shared.synced.send_modify(|synced| synced.ended = true);
        assert!(matches!(receipt.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Err(_))));
    }
}
