//! The backends that replicas share over Redis.
//!
//! All keys carry one hash tag (`{tw}`), so that in a cluster all counters share one slot, and one node. That is what it
//! takes to decide all rules of a call in one step.

mod cache;
mod counters;
mod feed;
mod link;
mod memory;
mod parts;
mod reply;
mod round;
mod server;
mod task;
mod text;

pub use cache::RedisCache;
pub use counters::{RedisCounters, RedisOptions};
pub use feed::{RedisFeed, RedisFeedTask};
pub use link::{RedisError, Report, check};
pub use server::{Authorities, Login, Sentinel, Server};
pub use task::RedisTask;
