//! See docs/ARCHITECTURE.md.

pub mod postgres;
