//! Log stores behind one port: what happened, kept for weeks, asked by operators.
//!
//! There are two: the embedded one (SQLite files, one per kind and UTC day) and PostgreSQL (a partition per kind and UTC
//! day), behind the same [`LogStore`] port and under the same contract suite. The crate must never know HTTP, the relational store or the
//! spool: it is handed finished records and says when they are safe.

pub mod access;
mod day;
pub mod embedded;
pub mod histogram;
mod kind;
mod matches;
mod move_over;
pub mod port;
pub mod postgres;
pub mod query;
mod summing;
pub mod usage;

pub use access::{AccessPage, AccessQuery, AccessRecord};
pub use embedded::{EmbeddedLogs, Options};
pub use histogram::Histogram;
pub use move_over::{Moved, move_over};
pub use port::{Appended, LogError, LogStats, LogStore, PartitionStats, Removed, Retention};
pub use postgres::{PostgresLogs, PostgresOptions};
pub use query::{CallFilter, CallPage, CallQuery, Order, Scope};
pub use usage::{Dimension, Totals, UsagePoint, UsageQuery, UsageReport};
