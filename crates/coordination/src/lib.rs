//! Short-lived state that replicas share: the counters of limits and budgets, the answers of the response cache, and the feed
//! that tells everyone what part of the configuration changed.
//!
//! Backends stand behind a port each; the in-process one serves a single process. The crate must never know HTTP, SQL
//! or what the parts contain.

pub mod feed;
mod holdings;
mod in_process;
pub mod redis;

pub use feed::{ChangeFeed, FeedError, Part, Subscription, Versions};
pub use in_process::{Counted, InProcessCache, InProcessCounters, InProcessFeed};
