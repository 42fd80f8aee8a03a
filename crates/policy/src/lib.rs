//! Decisions as data: who someone is, what they may use, where a call may go, what it costs.
//!
//! Everything here is a function from data to data. The crate must never know an async runtime, HTTP, SQL or a
//! clock: time is an argument (`now_us`, microseconds since the Unix epoch, UTC).

pub mod access;
pub mod aws;
pub mod breaker;
pub mod catalogue;
pub mod chain;
pub mod conduct;
pub mod dialect;
pub mod ids;
pub mod latency;
pub mod limits;
mod map;
pub mod openai_models;
pub mod patience;
pub mod ports;
pub mod pricing;
pub mod principal;
pub mod retry;
pub mod routing;
pub mod settings;
pub mod snapshot;
pub mod strategy;
pub mod usage;

pub use map::Map;
