//! Consumers of the record spool.

mod ledger;
mod log;
pub(crate) mod spent;

pub use ledger::LedgerConsumer;
pub use log::LogConsumer;
