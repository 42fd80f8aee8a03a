//! Usage of Embeddings: input only. Some servers tell just the total.

use thinkwatch_policy::usage::Usage;

use crate::json::{get, whole};

pub(crate) fn read(object: &[u8]) -> Option<Usage> {
    let count = |key: &[u8]| get(object, key).and_then(whole);
    let input = count(b"prompt_tokens").or_else(|| count(b"total_tokens"))?;
    Some(Usage { input, ..Usage::default() })
}
