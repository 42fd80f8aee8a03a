//! The log stores, tested at their port; then what is particular to each.

mod contract;
mod embedded;
mod sample;
