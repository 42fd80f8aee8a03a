//! How much to think, and what shape the answer must have: `thinking` and `output_config`.

use super::{Reader, others};
use crate::canonical::{Effort, Format, Reasoning, Request};
use crate::json::node::{Fault, Node, Object};

pub(super) fn read(root: &mut Object<'_>, request: &mut Request, reader: &mut Reader<'_>) -> Result<(), Fault> {
    if let Some(thinking) = root.some("thinking") {
        switch(thinking, request, reader)?;
    }
    // What `output_config.format` was called before.
    if let Some(format) = root.peek("output_format")
        && let Some(format) = format_of(format, reader)?
    {
        root.take("output_format");
        request.format = Some(format);
    }
    let Some(config) = root.some("output_config") else { return Ok(()) };
    let mut config = config.object()?;
    if let Some(format) = config.peek("format")
        && let Some(format) = format_of(format, reader)?
    {
        config.take("format");
        request.format = Some(format);
    }
    if let Some(effort) = config.peek("effort")
        && let Some(effort) = Effort::parse(&effort.text()?)
    {
        config.take("effort");
        request.reasoning.get_or_insert_default().effort = Some(effort);
    }
    others(config, "output_config.", request);
    Ok(())
}

fn switch(node: Node<'_>, request: &mut Request, reader: &mut Reader<'_>) -> Result<(), Fault> {
    let mut object = node.object()?;
    let mut reasoning = Reasoning::default();
    let whole = ("thinking".to_owned(), node.raw().into());
    match &*object.need_text("type")? {
        "enabled" => {
            reasoning.enabled = Some(true);
            reasoning.budget_tokens = Some(object.need("budget_tokens")?.whole()?);
        }
        "adaptive" => {
            reasoning.enabled = Some(true);
            reasoning.adaptive = true;
        }
        "disabled" => reasoning.enabled = Some(false),
        // A way of thinking from the future.
        _ => {
            request.others.push(whole);
            return Ok(());
        }
    }
    if let Some(display) = object.some("display") {
        reasoning.summary = match &*display.text()? {
            "omitted" => Some("none".to_owned()),
            "summarized" => Some("auto".to_owned()),
            _ if reader.same => {
                request.others.push(whole);
                return Ok(());
            }
            _ => return Err(display.fault("must be summarized or omitted")),
        };
    }
    if reader.passes_whole(&object) {
        request.others.push(whole);
    } else {
        reader.lost_of(object);
        request.reasoning = Some(reasoning);
    }
    Ok(())
}

/// `None`: it passes as a whole.
fn format_of(node: Node<'_>, reader: &mut Reader<'_>) -> Result<Option<Format>, Fault> {
    let mut object = node.object()?;
    let kind = object.need("type")?;
    if kind.text()? != "json_schema" {
        if reader.same {
            return Ok(None);
        }
        return Err(kind.fault("must be json_schema"));
    }
    let schema = object.need("schema")?.schema()?.into();
    if reader.passes_whole(&object) {
        return Ok(None);
    }
    reader.lost_of(object);
    Ok(Some(Format::JsonSchema { name: None, description: None, schema, strict: None }))
}
