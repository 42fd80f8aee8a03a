//! The backends of a single process.

mod counters;
mod feed;
mod shard;

pub use counters::InProcessCounters;
pub use feed::InProcessFeed;
pub use shard::Counted;
