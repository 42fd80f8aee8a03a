//! OpenAI Images: made, edited and varied, whole or as a stream of sketches.

pub(crate) mod request;
pub(crate) mod stream;
pub(crate) mod usage;
