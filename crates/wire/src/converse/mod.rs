//! AWS Bedrock's Converse and ConverseStream. Spoken to providers only: no client of ours speaks it.

pub(crate) mod error;
pub(crate) mod features;
pub mod frames;
pub(crate) mod usage;

pub(crate) mod convert;
