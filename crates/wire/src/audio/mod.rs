//! OpenAI Audio: text to speech, speech to text, and that translated to English.
//!
//! Requests with a recording in them are forms ([`crate::multipart`]). Answers are sound, JSON, plain text (subtitles), or a
//! stream of either.

pub(crate) mod request;
pub(crate) mod stream;
pub(crate) mod usage;
