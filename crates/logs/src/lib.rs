//! Log stores behind one port: what happened, kept for weeks, asked by operators.
//!
//! Today there is the embedded store (SQLite files, one per kind and UTC day); PostgreSQL and ClickHouse join behind the
//! same [`LogStore`] port and the same contract suite. The crate must never know HTTP, the relational store or the
//! spool: it is handed finished records and says when they are safe.

pub mod access;
mod day;
pub mod embedded;
pub mod histogram;
mod matches;
pub mod port;
pub mod query;
pub mod usage;

pub use access::{AccessPage, AccessQuery, AccessRecord};
pub use embedded::{EmbeddedLogs, Options};
pub use histogram::Histogram;
pub use port::{Appended, LogError, LogStats, LogStore, PartitionStats, Removed, Retention};
pub use query::{CallFilter, CallPage, CallQuery, Order, Scope};
pub use usage::{Dimension, Totals, UsagePoint, UsageQuery, UsageReport};
