//! The thread that forces written frames to the disk in groups and removes segments that everybody has read.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::handle::Shared;
use super::segment;

/// Works until the spool is shut down; then once more.
pub(super) fn run(shared: &Shared, synced: &watch::Sender<u64>) {
    let mut failing = false;
    loop {
        let stop = shared.wait_for_work();
        match sync_once(shared, synced) {
            Ok(()) => failing = false,
            Err(error) => {
                if !failing {
                    tracing::error!(%error, "the spool cannot force records to the disk");
                }
                failing = true;
                std::thread::sleep(Duration::from_millis(100));
            }
        }
        collect_garbage(shared);
        if stop {
            return;
        }
    }
}

fn sync_once(shared: &Shared, synced: &watch::Sender<u64>) -> Result<(), std::io::Error> {
    let pending = shared.writer().take_pending();
    let done = pending.files.iter().try_for_each(|file| file.sync_data()).and_then(|()| {
        if pending.folder_changed {
            segment::sync_folder(shared.folder()).map_err(std::io::Error::other)?;
        }
        Ok(())
    });
    match done {
        Ok(()) => {
            synced.send_replace(pending.written);
            Ok(())
        }
        Err(error) => {
            shared.writer().restore_pending(pending);
            Err(error)
        }
    }
}

/// Removes segments behind every cursor. Runs after a sync, so the checkpoint that replaces them is on the disk.
fn collect_garbage(shared: &Shared) {
    let passed = shared.slowest_consumer();
    let mut writer = shared.writer();
    writer.keep_reserve();
    if let Some(passed) = passed {
        writer.remove_before(passed.segment);
    }
    shared.gauges(&writer);
}

/// Waits until everything up to `mark` is on the disk.
pub(super) async fn wait_for(synced: &Arc<watch::Sender<u64>>, mark: u64) -> bool {
    synced.subscribe().wait_for(|reached| *reached >= mark).await.is_ok()
}
