//! The two ends of a conversion: what an encoder must know beside what it encodes.

use std::sync::Arc;

use super::{Request, ToolKind};

/// The provider a request is written for.
#[derive(Clone, Copy, Debug)]
pub struct Target<'a> {
    /// Its name for the model.
    pub model: &'a str,
    /// How many tokens to allow where the dialect must name a number and the client named none.
    pub default_max_output_tokens: u64,
    /// Whether it accepts being asked for usage in a stream (Chat's `stream_options`).
    pub ask_usage: bool,
}

/// The client an answer is written for.
#[derive(Clone, Debug)]
pub struct Client {
    /// What it asked.
    pub request: Arc<Request>,
    /// Its name for the model.
    pub model: String,
    /// The gateway's id of the call: ids of answers are made of it where the provider gave none that the dialect could use.
    pub request_id: String,
    /// Now, seconds since the epoch, for answers whose provider does not say when they were made.
    pub now_s: u64,
    /// Whether a stream is wanted as one list in JSON (Gemini without `alt=sse`), not as events.
    pub as_list: bool,
}

impl Client {
    /// What kind of tool the client knows by this name (and namespace).
    pub fn tool(&self, name: &str) -> Option<&super::request::ClientTool> {
        self.request.tools.iter().find_map(|tool| match tool {
            super::Tool::Client(tool) if tool.name == name => Some(tool),
            _ => None,
        })
    }

    /// Whether the client knows the tool of this name as a custom one, whose input is free text.
    pub fn is_custom(&self, name: &str) -> bool {
        self.tool(name).is_some_and(|tool| tool.kind == ToolKind::Custom)
    }
}
