//! OpenAI Moderations: answers in one piece, and without usage, because they cost nothing.

pub(crate) mod request;
