//! See docs/ARCHITECTURE.md.

pub mod calls;
pub mod postgres;
pub mod redis;
