//! Holds the code to the shape that docs/ARCHITECTURE.md describes: which crate may reach which, what may be depended on at
//! all and under which licence, and how source files look. Nothing here runs the product.
#![expect(clippy::unwrap_used, reason = "a test that cannot read what it checks has failed")]

mod directions;
mod graph;
mod sources;
mod spdx;
mod supply;
