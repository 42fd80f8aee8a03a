//! Reads a call.

mod messages;
mod tools;

use thinkwatch_policy::dialect::Dialect;

use super::reading::Reading;
use crate::canonical::{Effort, Format, LogProbs, Notes, Reasoning, Request};
use crate::json::node::{Fault, Node, Object};

/// Reads a call. A fault's place is in `body`.
pub(crate) fn decode(body: &[u8], notes: &mut Notes) -> Result<Request, Fault> {
    let root = Node::root(body)?;
    let mut object = root.object()?;
    let mut reading = Reading::new(body, notes);
    let mut request = Request::new(Dialect::Chat, object.need_text("model")?);

    let messages = object.need("messages")?;
    let turns = messages.list()?;
    if turns.is_empty() {
        return Err(messages.fault("must have at least one message"));
    }
    request.messages = messages::read(&turns, &mut reading)?;
    tools::read(&mut object, &mut request, &mut reading)?;
    read_stream(&mut object, &mut request, &mut reading)?;
    read_sampling(&mut object, &mut request, &mut reading)?;
    request.format = read_format(&mut object, &mut request.others, &mut reading)?;
    request.reasoning = read_reasoning(&mut object, &mut request.others, &mut reading)?;

    request.verbosity = object.text("verbosity")?;
    request.service_tier = object.text("service_tier")?;
    request.user = object.text("user")?;
    if request.user.is_none() {
        request.user = object.text("safety_identifier")?;
    }
    request.metadata = raw_object(&mut object, "metadata")?;
    request.prompt_cache_key = object.text("prompt_cache_key")?;
    request.store = object.boolean("store")?;
    for (name, value) in object.rest() {
        if !value.is_null() {
            request.others.push((name.into_owned(), value.raw().into()));
        }
    }
    Ok(request)
}

fn read_stream(object: &mut Object<'_>, request: &mut Request, reading: &mut Reading<'_>) -> Result<(), Fault> {
    request.stream = object.boolean("stream")?.unwrap_or(false);
    if let Some(options) = object.some("stream_options") {
        let mut options = options.object()?;
        request.include_usage = options.boolean("include_usage")?.unwrap_or(false);
        // It only makes sizes hard to guess, and says nothing of the answer.
        options.take("include_obfuscation");
        reading.leftover(options);
    }
    Ok(())
}

fn read_sampling(object: &mut Object<'_>, request: &mut Request, reading: &mut Reading<'_>) -> Result<(), Fault> {
    let older = object.peek("max_tokens");
    let limit = object.whole("max_tokens")?;
    request.max_output_tokens = object.whole("max_completion_tokens")?.or(limit);
    if let Some(older) = older
        && limit != request.max_output_tokens
    {
        reading.lost(older, "max_completion_tokens is given as well");
    }
    request.temperature = object.number("temperature")?;
    request.top_p = object.number("top_p")?;
    request.top_k = whole_or_leave(object, "top_k");
    request.frequency_penalty = object.number("frequency_penalty")?;
    request.presence_penalty = object.number("presence_penalty")?;
    request.seed = object.number("seed")?;
    request.choices = object.whole("n")?;
    request.logit_bias = raw_object(object, "logit_bias")?;
    let told_top = object.peek("top_logprobs");
    let top = object.whole("top_logprobs")?;
    if object.boolean("logprobs")?.unwrap_or(false) {
        request.logprobs = Some(LogProbs { top });
    } else if let Some(told_top) = told_top {
        reading.lost(told_top, "logprobs is not true");
    }
    if let Some(stop) = object.some("stop") {
        request.stop = match stop.is_text() {
            true => vec![stop.text()?.into_owned()],
            false => stop
                .list()
                .map_err(|fault| Fault { message: "must be a string or a list of strings".into(), ..fault })?
                .iter()
                .map(|one| one.text().map(std::borrow::Cow::into_owned))
                .collect::<Result<_, _>>()?,
        };
    }
    Ok(())
}

/// A number of an imitation's: vLLM reads -1 as "no limit", which is what its absence means.
fn whole_or_leave(object: &mut Object<'_>, name: &str) -> Option<u64> {
    let value = object.peek(name)?.whole().ok()?;
    object.take(name);
    Some(value)
}

fn raw_object(object: &mut Object<'_>, name: &str) -> Result<Option<Box<str>>, Fault> {
    match object.some(name) {
        Some(value) if value.is_object() => Ok(Some(value.raw().into())),
        Some(value) => Err(value.fault("must be an object")),
        None => Ok(None),
    }
}

fn read_format(
    object: &mut Object<'_>,
    others: &mut Vec<(String, Box<str>)>,
    reading: &mut Reading<'_>,
) -> Result<Option<Format>, Fault> {
    let Some(node) = object.some("response_format") else { return Ok(None) };
    let mut inside = node.object()?;
    let kind = inside.need_text("type")?;
    let format = match kind.as_ref() {
        "text" => Format::Text,
        "json_object" => Format::JsonObject,
        "json_schema" => {
            let mut schema = inside.need("json_schema")?.object()?;
            let format = Format::JsonSchema {
                name: schema.text("name")?,
                description: schema.text("description")?,
                schema: schema.some("schema").map_or(Ok("{}"), |schema| schema.schema())?.into(),
                strict: schema.boolean("strict")?,
            };
            reading.leftover(schema);
            format
        }
        _ => {
            others.push(("response_format".to_owned(), node.raw().into()));
            return Ok(None);
        }
    };
    reading.leftover(inside);
    Ok(Some(format))
}

/// Reads `reasoning_effort`, OpenRouter's `reasoning` and the `thinking` that DeepSeek and others took from Anthropic.
fn read_reasoning(
    object: &mut Object<'_>,
    others: &mut Vec<(String, Box<str>)>,
    reading: &mut Reading<'_>,
) -> Result<Option<Reasoning>, Fault> {
    let mut reasoning = Reasoning::default();
    if let Some(node) = object.some("reasoning_effort") {
        let word = node.text()?;
        match Effort::parse(&word) {
            Some(effort) => reasoning.effort = Some(effort),
            None => others.push(("reasoning_effort".to_owned(), node.raw().into())),
        }
    }
    if let Some(node) = object.peek("reasoning").filter(Node::is_object) {
        object.take("reasoning");
        let mut inside = node.object()?;
        reasoning.enabled = inside.boolean("enabled")?;
        reasoning.budget_tokens = inside.whole("max_tokens")?;
        if inside.boolean("exclude")?.unwrap_or(false) {
            reasoning.summary = Some("none".to_owned());
        }
        if let Some(effort) = inside.some("effort") {
            let word = Effort::parse(&effort.text()?);
            if word.is_none() {
                reading.unknown(effort);
            }
            reasoning.effort = word.or(reasoning.effort);
        }
        reading.leftover(inside);
    }
    if let Some(node) = object.peek("thinking").filter(Node::is_object) {
        object.take("thinking");
        let mut inside = node.object()?;
        match inside.text("type")?.as_deref() {
            Some("enabled") => reasoning.enabled = Some(true),
            Some("disabled") => reasoning.enabled = Some(false),
            Some("adaptive") => {
                reasoning.enabled = Some(true);
                reasoning.adaptive = true;
            }
            _ => reading.unknown(node),
        }
        reasoning.budget_tokens = inside.whole("budget_tokens")?.or(reasoning.budget_tokens);
        reading.leftover(inside);
    }
    Ok((reasoning != Reasoning::default()).then_some(reasoning))
}
