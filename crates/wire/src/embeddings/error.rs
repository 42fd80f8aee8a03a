//! Errors of Embeddings: the OpenAI shape.

pub(crate) use crate::chat::error::{body, event, status};
