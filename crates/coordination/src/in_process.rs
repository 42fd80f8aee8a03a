//! The backends of a single process.

mod cache;
mod counters;
mod feed;
mod shard;

pub use cache::InProcessCache;
pub use counters::InProcessCounters;
pub use feed::InProcessFeed;
pub use shard::Counted;
