//! The console API over its real router, with a real store in a scratch folder.

#![expect(clippy::unwrap_used, reason = "tests")]

mod access;
mod app;
mod audit;
mod browser;
mod cache;
mod document;
mod jobs;
mod keys;
mod limits;
mod lists;
mod live;
mod overview;
mod provider_types;
mod providers;
mod settings;
mod sign_in;
mod usage;
mod web;
