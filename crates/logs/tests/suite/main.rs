//! The log stores, tested at their port; then what is particular to each.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod contract;
mod embedded;
mod sample;
