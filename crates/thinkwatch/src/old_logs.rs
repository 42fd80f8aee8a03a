//! An installation on PostgreSQL that used to keep its request log in files has them moved over, once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use thinkwatch_control::{Control, jobs};
use thinkwatch_logs::{EmbeddedLogs, LogStore, Moved, Options};

const AGAIN: Duration = Duration::from_secs(60);

/// Moves the rows of the files in `<data>/logs`, if there are any, and then renames the folder to `logs.moved`: the files
/// are nobody's any more, and may be deleted. It runs beside the server, and if it is cut short the next start repeats it.
pub(crate) async fn move_over(folder: PathBuf, control: Arc<Control>, logs: Arc<dyn LogStore>) {
    if !has_files(&folder) {
        return;
    }
    tracing::info!(folder = %folder.display(), "the request log is being moved from files to PostgreSQL");
    loop {
        match try_move(&folder, &control, &*logs).await {
            Ok((Moved { calls, access, unreadable }, kept)) => {
                if !unreadable.is_empty() {
                    tracing::error!(?unreadable, "days of the request log could not be read; their files are kept");
                }
                tracing::info!(calls, access, kept = %kept.display(), "the request log was moved to PostgreSQL");
                return;
            }
            Err(error) => tracing::error!(%error, "the request log could not be moved yet; it is tried again"),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

async fn try_move(folder: &Path, control: &Control, logs: &dyn LogStore) -> Result<(Moved, PathBuf)> {
    // What is too old is not moved: from here on the store knows what that is.
    jobs::drop_old_logs(control).await?;
    let files = EmbeddedLogs::open(Options::new(folder)).context("the files cannot be opened")?;
    let moved = thinkwatch_logs::move_over(&files, logs).await;
    files.close().await;
    let kept = folder.with_extension("moved");
    let moved = moved?;
    std::fs::rename(folder, &kept).with_context(|| format!("{} cannot be renamed", folder.display()))?;
    Ok((moved, kept))
}

/// Whether a day lies there.
fn has_files(folder: &Path) -> bool {
    ["gateway", "access"].into_iter().any(|kind| {
        let Ok(entries) = std::fs::read_dir(folder.join(kind)) else { return false };
        entries.flatten().any(|entry| entry.path().extension().is_some_and(|extension| extension == "sqlite"))
    })
}
