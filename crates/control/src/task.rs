//! Background work with an owner: every task is told to stop and waited for.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A running background task. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct Task {
    name: &'static str,
    stop: watch::Sender<bool>,
    handle: JoinHandle<()>,
}

/// What a background task listens to.
#[derive(Clone, Debug)]
pub(crate) struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Resolves when the task is to end.
    pub(crate) async fn asked(&mut self) {
        // A dropped sender is a request to stop too.
        drop(self.0.wait_for(|stop| *stop).await);
    }

    /// Sleeps, or returns false at once when the task is to end.
    pub(crate) async fn sleep(&mut self, time: Duration) -> bool {
        tokio::select! {
            () = tokio::time::sleep(time) => true,
            () = self.asked() => false,
        }
    }
}

impl Task {
    /// Starts the work.
    pub(crate) fn start<F, W>(name: &'static str, work: W) -> Self
    where
        W: FnOnce(Stop) -> F,
        F: Future<Output = ()> + Send + 'static,
    {
        let (stop, heard) = watch::channel(false);
        #[expect(clippy::disallowed_methods, reason = "the returned Task is the owner that waits for it")]
        let handle = tokio::spawn(work(Stop(heard)));
        Self { name, stop, handle }
    }

    /// Asks it to stop and waits, at most this long. False if it had to be aborted.
    pub async fn stop(mut self, limit: Duration) -> bool {
        self.stop.send_replace(true);
        if tokio::time::timeout(limit, &mut self.handle).await.is_ok() {
            return true;
        }
        tracing::warn!(task = self.name, "a background task did not stop in time and was aborted");
        self.handle.abort();
        false
    }
}
