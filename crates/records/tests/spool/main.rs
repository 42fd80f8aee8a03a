//! The durable spool, seen from outside: what a killed process leaves, full disks, damage, order and shutdown.

#![expect(clippy::unwrap_used, reason = "tests")]

mod crash;
mod damage;
mod full;
mod lifecycle;
mod segments;
mod support;
mod threads;
