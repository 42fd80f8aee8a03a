//! Builds the snapshot from the store and keeps it fresh: part by part, on announcements, with a poll of versions
//! behind them. While the store is down the last snapshot stays in force.

mod catalogue;
mod follow;
mod limits;
mod principals;
mod publish;

pub(crate) use self::limits::{budget_of, limit_of};

pub(crate) use catalogue::provider_of;
pub use follow::follow;
pub use publish::Publisher;
