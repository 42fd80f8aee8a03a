//! The load: what is sent, how often, and what counts as a right answer.

pub(crate) mod closed;
pub(crate) mod connection;
pub(crate) mod open;

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

/// What is sent and what must come back.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    /// Where to.
    pub(crate) addr: SocketAddr,
    /// Which endpoint.
    pub(crate) path: &'static str,
    /// `Bearer …`.
    pub(crate) authorization: String,
    /// The body of every request.
    pub(crate) body: Bytes,
    /// What a right answer is.
    pub(crate) expect: Expect,
}

/// What a right answer is, beside status 200.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expect {
    /// A body of exactly this length.
    Length(usize),
    /// A body of more than this length.
    Longer(usize),
    /// A stream with this many events and this end.
    Events(usize, &'static [u8]),
}

/// What a load gave.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outcome {
    /// Right answers.
    pub(crate) completed: u64,
    /// Wrong ones, and the first reason.
    pub(crate) failed: u64,
    pub(crate) reason: Option<String>,
    /// Microseconds of each right answer, to its end.
    pub(crate) latencies: Vec<u32>,
    /// Microseconds to the first byte of each right answer.
    pub(crate) first: Vec<u32>,
    /// How long it all took.
    pub(crate) took: Duration,
}

impl Outcome {
    pub(crate) fn fail(&mut self, why: impl std::fmt::Display) {
        self.failed += 1;
        self.reason.get_or_insert_with(|| why.to_string());
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.completed += other.completed;
        self.failed += other.failed;
        self.reason = self.reason.take().or(other.reason);
        self.latencies.extend(other.latencies);
        self.first.extend(other.first);
        self.took = self.took.max(other.took);
    }
}

/// A percentile of some values; 0 of none.
pub(crate) fn percentile(values: &[u32], share: f64) -> u32 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let place = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(place.saturating_sub(1)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_ranks() {
        let values: Vec<u32> = (1..=100).rev().collect();
        for (share, expected) in [(0.5, 50), (0.99, 99), (1.0, 100), (0.0, 1)] {
            assert_eq!(percentile(&values, share), expected);
        }
        assert_eq!(percentile(&[], 0.5), 0);
    }
}
