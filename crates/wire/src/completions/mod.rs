//! OpenAI's legacy Completions: Chat's stream, usage and errors around plain text.

pub(crate) mod request;
pub(crate) mod stream;
