//! `generationConfig`.

use crate::canonical::{Effort, Format, LogProbs, Reasoning, Request};
use crate::gemini::convert::names::{self, Strangers};
use crate::gemini::convert::schema;
use crate::json::node::{Fault, Node, Object};

pub(super) fn read(node: Node<'_>, request: &mut Request, strangers: &mut Strangers<'_>) -> Result<(), Fault> {
    let mut config = node.object()?;
    request.temperature = names::number(&mut config, "temperature")?;
    request.top_p = names::number(&mut config, "topP")?;
    request.top_k = names::whole(&mut config, "topK")?;
    request.choices = names::whole(&mut config, "candidateCount")?;
    request.max_output_tokens = names::whole(&mut config, "maxOutputTokens")?;
    if let Some(texts) = names::take(&mut config, "stopSequences")? {
        for text in texts.list()? {
            request.stop.push(text.text()?.into_owned());
        }
    }
    request.seed = names::number(&mut config, "seed")?;
    request.presence_penalty = names::number(&mut config, "presencePenalty")?;
    request.frequency_penalty = names::number(&mut config, "frequencyPenalty")?;
    let wanted = names::boolean(&mut config, "responseLogprobs")?;
    let top = names::whole(&mut config, "logprobs")?;
    request.logprobs = (wanted == Some(true)).then_some(LogProbs { top });
    request.format = format(&mut config, request)?;
    if let Some(thinking) = names::take(&mut config, "thinkingConfig")? {
        request.reasoning = Some(reasoning(thinking, strangers)?);
    }
    // Speech, pictures and the like: by their names, so that they can go back, or be named as lost.
    let rest = config.rest().map(|(name, value)| (format!("generationConfig.{name}"), value.raw().into()));
    request.others.extend(rest);
    Ok(())
}

fn format(config: &mut Object<'_>, request: &mut Request) -> Result<Option<Format>, Fault> {
    let own = names::take(config, "responseSchema")?;
    let schema = match (names::take(config, "responseJsonSchema")?, own) {
        (Some(_), Some(second)) => return Err(second.fault("is given beside responseJsonSchema: give one of them")),
        (Some(schema), None) => Some(schema.schema()?.into()),
        (None, Some(schema)) => Some(schema::to_json_schema(schema)?),
        (None, None) => None,
    };
    let mime = names::text(config, "responseMimeType")?;
    Ok(match (mime.as_deref(), schema) {
        (None | Some("application/json"), Some(schema)) => {
            Some(Format::JsonSchema { name: None, description: None, schema, strict: None })
        }
        (Some("application/json"), None) => Some(Format::JsonObject),
        (Some("text/plain"), None) => Some(Format::Text),
        (None | Some(""), None) => None,
        // One word of several (`text/x.enum`), or something new.
        (Some(mime), schema) => {
            let mime = String::from_utf8(crate::json::text::quote(mime)).unwrap_or_default();
            request.others.push(("generationConfig.responseMimeType".to_owned(), mime.into()));
            if let Some(schema) = schema {
                request.others.push(("generationConfig.responseJsonSchema".to_owned(), schema));
            }
            None
        }
    })
}

fn reasoning(node: Node<'_>, strangers: &mut Strangers<'_>) -> Result<Reasoning, Fault> {
    let mut config = node.object()?;
    let mut reasoning = Reasoning::default();
    if let Some(told) = names::boolean(&mut config, "includeThoughts")? {
        reasoning.summary = Some(if told { "auto" } else { "none" }.to_owned());
    }
    if let Some(budget) = names::take(&mut config, "thinkingBudget")? {
        match budget.raw() {
            "-1" => {
                reasoning.enabled = Some(true);
                reasoning.adaptive = true;
            }
            _ => {
                let tokens = budget.whole().map_err(|_| budget.fault("must be a whole number of at least -1"))?;
                reasoning.enabled = Some(tokens > 0);
                reasoning.budget_tokens = Some(tokens).filter(|tokens| *tokens > 0);
            }
        }
    }
    if let Some(level) = names::take(&mut config, "thinkingLevel")? {
        let word = level.text()?.to_ascii_lowercase();
        reasoning.effort = match word.as_str() {
            "minimal" | "low" | "medium" | "high" | "xhigh" => Effort::parse(&word),
            "" | "thinking_level_unspecified" => None,
            _ => return Err(level.fault("must be MINIMAL, LOW, MEDIUM, HIGH or XHIGH")),
        };
    }
    strangers.rest(config);
    Ok(reasoning)
}
