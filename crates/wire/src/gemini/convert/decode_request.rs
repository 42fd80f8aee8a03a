//! A Gemini request in the words of the model in the middle.

use thinkwatch_policy::dialect::Dialect;

use super::names::{self, Strangers};
use crate::canonical::{Notes, Request};
use crate::json::node::{Fault, Node};

mod config;
mod tools;
mod turns;

/// Reads a body. The model and whether to stream are not in it: the caller fills them in from the path.
pub(crate) fn decode(body: &[u8], notes: &mut Notes) -> Result<Request, Fault> {
    let mut top = Node::root(body)?.object()?;
    let mut strangers = Strangers::new(body, notes);
    if let Some(call) = names::take(&mut top, "generateContentRequest")? {
        // What is to be counted, a level down.
        strangers.rest(std::mem::replace(&mut top, call.object()?));
    }
    let model = top.text("model")?.unwrap_or_default();
    let mut request = Request::new(Dialect::Gemini, model.strip_prefix("models/").unwrap_or(&model));
    request.include_usage = true;

    if let Some(system) = names::take(&mut top, "systemInstruction")? {
        turns::system(system, &mut request, &mut strangers)?;
    }
    let contents = top.need("contents")?;
    turns::read(contents, &mut request, &mut strangers)?;
    for tool in top.list("tools")? {
        tools::read(tool, &mut request, &mut strangers)?;
    }
    if let Some(choice) = names::take(&mut top, "toolConfig")? {
        tools::choice(choice, &mut request, &mut strangers)?;
    }
    if let Some(config) = names::take(&mut top, "generationConfig")? {
        config::read(config, &mut request, &mut strangers)?;
    }
    request.service_tier = names::text(&mut top, "serviceTier")?.and_then(|tier| service_tier(&tier));
    for (name, value) in top.rest() {
        // No member has such a name, and it would be taken for one that stands a level down.
        if name.contains('.') {
            strangers.value(value);
        } else {
            request.others.push((name.into_owned(), value.raw().into()));
        }
    }
    Ok(request)
}

/// The class of service in OpenAI's words, which the others map from.
fn service_tier(tier: &str) -> Option<String> {
    let tier = tier.to_ascii_lowercase();
    match tier.as_str() {
        "" | "unspecified" => None,
        "standard" => Some("default".to_owned()),
        _ => Some(tier),
    }
}
