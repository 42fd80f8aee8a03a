//! Consumers of the record spool.

mod ledger;
mod log;

pub use ledger::LedgerConsumer;
pub use log::LogConsumer;
