//! OpenAI Responses.

pub(crate) mod convert;
pub(crate) mod error;
pub(crate) mod features;
pub(crate) mod request;
pub(crate) mod stream;
pub(crate) mod usage;

pub(crate) use convert::{is_minted, minted_for};
