//! How long a connection may wait for a request. One timer for each connection, which is looked at when it ends, where
//! hyper's own takes a new one for every request: at few requests per second that is a noticeable part of each.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use http::Version;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::Instant;

/// What one connection is doing.
#[derive(Debug)]
pub(crate) struct Activity {
    opened: Instant,
    /// Requests whose answers have not left.
    in_flight: AtomicU32,
    /// Microseconds after `opened` when it began to wait for a request.
    waiting_since: AtomicU64,
    /// HTTP/2 connections are kept as long as they answer pings.
    http2: AtomicBool,
}

impl Activity {
    pub(crate) fn new() -> Self {
        Self {
            opened: Instant::now(),
            in_flight: AtomicU32::new(0),
            waiting_since: AtomicU64::new(0),
            http2: AtomicBool::new(false),
        }
    }

    /// A request has arrived; it is in flight until what is returned is dropped.
    pub(crate) fn begin(self: &Arc<Self>, version: Version) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        if version == Version::HTTP_2 {
            self.http2.store(true, Ordering::Relaxed);
        }
        InFlight(Arc::clone(self))
    }

    /// Ends when the whole head of the first or next request has not come within `limit`, at the latest after twice
    /// that time.
    pub(crate) async fn overdue(&self, limit: Duration) {
        loop {
            let left = if self.in_flight.load(Ordering::Relaxed) > 0 || self.http2.load(Ordering::Relaxed) {
                limit
            } else {
                let since = Duration::from_micros(self.waiting_since.load(Ordering::Relaxed));
                limit.saturating_sub(self.opened.elapsed().saturating_sub(since))
            };
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left).await;
        }
    }
}

/// A request and its answer.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<Activity>);

impl Drop for InFlight {
    fn drop(&mut self) {
        let activity = &self.0;
        let waited = u64::try_from(activity.opened.elapsed().as_micros()).unwrap_or(u64::MAX);
        activity.waiting_since.store(waited, Ordering::Relaxed);
        activity.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A body that keeps its request in flight until it has left.
#[derive(Debug)]
pub(crate) struct Counted<B> {
    pub(crate) body: B,
    pub(crate) _in_flight: InFlight,
}

impl<B: Body + Unpin> Body for Counted<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(10);

    /// `events` are seconds, and whether a request begins or ends then.
    async fn overdue_after(events: &[(u64, bool)], version: Version) -> Option<u64> {
        let start = Instant::now();
        let activity = Arc::new(Activity::new());
        let happening = async {
            let mut flying = Vec::new();
            for (at, begins) in events {
                tokio::time::sleep_until(start + Duration::from_secs(*at)).await;
                if *begins {
                    flying.push(activity.begin(version));
                } else {
                    flying.pop();
                }
            }
            tokio::time::sleep(Duration::from_secs(1000)).await;
        };
        tokio::select! {
            () = activity.overdue(LIMIT) => Some(start.elapsed().as_secs()),
            () = happening => None,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_may_wait_so_long_and_work_as_long_as_it_likes() {
        let (begins, ends) = (true, false);
        let one = Version::HTTP_11;
        let cases = [
            ("no request ever came", vec![], one, Some(10)),
            ("one came, then none", vec![(4, begins), (5, ends)], one, Some(15)),
            ("a long one, then none", vec![(4, begins), (304, ends)], one, Some(314)),
            ("one that does not end", vec![(4, begins)], one, None),
            ("HTTP/2", vec![(4, begins), (5, ends)], Version::HTTP_2, None),
        ];
        for (what, events, version, expected) in cases {
            let got = overdue_after(&events, version).await;
            match (got, expected) {
                // Never earlier than allowed, never later than twice that.
                (Some(got), Some(expected)) => assert!(got.abs_diff(expected) <= 1, "{what}: {got} and not {expected}"),
                _ => assert_eq!(got, expected, "{what}"),
            }
        }
    }
}
