//! Records of calls and the durable spool in which they are born.
//!
//! A record is opened in the spool before an upstream is called and closed however the call ends; log store and usage
//! ledger are consumers with cursors of their own. The crate must never know HTTP or a database driver.

pub mod call;
mod draft;
pub mod spool;

pub use call::{Attempt, CallOpen, CallProgress, CallRecord, Outcome, Tag};
pub use draft::Draft;
