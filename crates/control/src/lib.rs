//! Use cases: authorise, validate, change, audit, announce. The snapshot builder, the consumers of the record spool and
//! the upkeep live here too.
//!
//! A folder is a resource, a file is a verb. The crate must never know HTTP: it says what happened, the console says
//! it in statuses.

pub mod audit;
pub mod auth;
pub mod cache;
mod caller;
mod clock;
pub mod consumers;
mod control;
mod credentials;
mod error;
pub mod health;
pub mod jobs;
pub mod keys;
pub mod limits;
pub mod live;
pub mod logs;
pub mod models;
pub mod overview;
pub mod prices;
pub mod providers;
pub mod responses;
pub mod settings;
pub mod setup;
pub mod snapshot;
mod task;
pub mod usage;
pub mod users;

pub use caller::{Caller, Client, Credential};
pub use control::{Control, Parts};
pub use credentials::{Credentials, UnlockError};
pub use error::{ControlError, Result};
pub use task::Task;
pub use thinkwatch_store::Page;
