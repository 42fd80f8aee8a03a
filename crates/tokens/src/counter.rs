//! Where counting happens: on threads that may be kept, not more than a few at once, with a bounded queue before them.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Semaphore;

use crate::tally::Tally;

/// How much counting there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Counts at the same time.
    pub at_once: usize,
    /// Counts that run or wait to.
    pub jobs: usize,
    /// Bytes that these hold.
    pub bytes: usize,
}

impl Default for Limits {
    /// Half of the cores and at most four, so that counting never takes the machine from the calls; 128 counts (Claude Code
    /// asks for 24 at once), 64 MB.
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self { at_once: cores.div_ceil(2).min(4), jobs: 128, bytes: 64 << 20 }
    }
}

/// Why something was not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCounted {
    /// Too much is waiting already.
    #[error("too many counts are waiting")]
    Busy,
    /// The count itself failed, or the runtime is ending.
    #[error("the count was not finished")]
    Failed,
}

/// Counts on Tokio's threads for blocking work. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Counter {
    queue: Arc<Queue>,
    turns: Arc<Semaphore>,
}

#[derive(Debug)]
struct Queue {
    limits: Limits,
    jobs: AtomicUsize,
    bytes: AtomicUsize,
}

/// A place in the queue, given back when dropped.
struct Place {
    queue: Arc<Queue>,
    bytes: usize,
}

impl Place {
    fn take(queue: &Arc<Queue>, bytes: usize) -> Result<Self, NotCounted> {
        let jobs = queue.jobs.fetch_add(1, Ordering::Relaxed) + 1;
        let held = queue.bytes.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        let place = Self { queue: Arc::clone(queue), bytes };
        // A single one that is larger than all may be together is counted when it is alone.
        if jobs > queue.limits.jobs || (held > queue.limits.bytes && jobs > 1) {
            return Err(NotCounted::Busy);
        }
        Ok(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.queue.jobs.fetch_sub(1, Ordering::Relaxed);
        self.queue.bytes.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

impl Default for Counter {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl Counter {
    /// One with these bounds.
    pub fn new(limits: Limits) -> Self {
        let queue = Queue { limits, jobs: AtomicUsize::new(0), bytes: AtomicUsize::new(0) };
        Self { queue: Arc::new(queue), turns: Arc::new(Semaphore::new(limits.at_once.max(1))) }
    }

    /// Runs `work`, which holds so many `bytes`, when its turn has come. Must be called within a Tokio runtime. Who does not
    /// wait for it any more takes it out of the queue, unless it has begun.
    pub async fn run<T, W>(&self, bytes: usize, work: W) -> Result<T, NotCounted>
    where
        T: Send + 'static,
        W: FnOnce(Tally) -> T + Send + 'static,
    {
        let place = Place::take(&self.queue, bytes)?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| NotCounted::Failed)?;
        let counting = tokio::task::spawn_blocking(move || {
            let _given_back_at_the_end = (place, turn);
            work(Tally::default())
        });
        counting.await.map_err(|_| NotCounted::Failed)
    }

    /// Counts that run or wait to.
    pub fn jobs(&self) -> usize {
        self.queue.jobs.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn counter(at_once: usize, jobs: usize, bytes: usize) -> Counter {
        Counter::new(Limits { at_once, jobs, bytes })
    }

    #[tokio::test]
    async fn texts_are_counted() {
        let counter = Counter::default();
        let counts = (0..24).map(|words| {
            counter.run(5 * words, move |mut tally| {
                tally.text(&" word".repeat(words));
                tally.total()
            })
        });
        let mut waiting: Vec<_> = counts.map(Box::pin).collect();
        for (words, count) in waiting.iter_mut().enumerate() {
            assert_eq!(count.as_mut().await, Ok(words as u64));
        }
        assert_eq!(counter.jobs(), 0);
    }

    #[tokio::test]
    async fn a_full_queue_says_so_and_empties_again() {
        let counter = counter(1, 2, 1000);
        let (go_on, held) = mpsc::channel::<()>();
        let first = counter.run(600, move |_| held.recv().is_ok());
        let second = counter.run(300, |_| true);
        tokio::pin!(first, second);
        // Polled once, both have their places; the second waits for its turn.
        tokio::select! {
            biased;
            _ = &mut first => panic!("it is held"),
            _ = &mut second => panic!("it is not its turn"),
            () = std::future::ready(()) => {}
        }
        assert_eq!(counter.run(0, |_| ()).await, Err(NotCounted::Busy));
        go_on.send(()).unwrap();
        assert_eq!((first.await, second.await), (Ok(true), Ok(true)));
        assert_eq!(counter.run(0, |_| ()).await, Ok(()));
    }

    #[tokio::test]
    async fn bytes_are_bounded_but_one_alone_always_fits() {
        let counter = counter(1, 10, 1000);
        assert_eq!(counter.run(5000, |_| ()).await, Ok(()));
        let (go_on, held) = mpsc::channel::<()>();
        let first = counter.run(600, move |_| held.recv().is_ok());
        tokio::pin!(first);
        tokio::select! {
            biased;
            _ = &mut first => panic!("it is held"),
            () = std::future::ready(()) => {}
        }
        assert_eq!(counter.run(500, |_| ()).await, Err(NotCounted::Busy));
        drop(go_on);
        assert_eq!(first.await, Ok(false));
    }

    #[tokio::test]
    async fn who_waits_no_longer_gives_the_place_back() {
        let counter = counter(1, 2, 1000);
        let (go_on, held) = mpsc::channel::<()>();
        let first = counter.run(0, move |_| held.recv().is_ok());
        tokio::pin!(first);
        {
            let second = counter.run(0, |_| ());
            tokio::pin!(second);
            tokio::select! {
                biased;
                _ = &mut first => panic!("it is held"),
                _ = &mut second => panic!("it is not its turn"),
                () = std::future::ready(()) => {}
            }
            assert_eq!(counter.jobs(), 2);
        }
        assert_eq!(counter.jobs(), 1);
        drop(go_on);
        assert_eq!(first.await, Ok(false));
    }

    #[tokio::test]
    async fn a_count_that_fails_takes_nobody_with_it() {
        let counter = counter(1, 1, 1000);
        let failed: Result<(), _> = counter.run(0, |_| panic!("on purpose")).await;
        assert_eq!(failed, Err(NotCounted::Failed));
        assert_eq!(counter.run(0, |_| 7).await, Ok(7));
    }
}
