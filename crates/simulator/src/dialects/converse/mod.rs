//! AWS Bedrock's Converse and ConverseStream. The model and the way of the answer are in the path.

mod check;
mod render;
mod shapes;
mod turns;

pub(crate) use check::check;
pub(crate) use render::{error_event, events, whole};

/// Whether it is one of Anthropic's, by its id.
fn is_claude(model: &str) -> bool {
    model.contains("anthropic.")
}
