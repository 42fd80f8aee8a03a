//! Everything but the turns and the tools.

use super::super::family::Family;
use super::Call;
use super::thinking::Plan;
use super::tools::Tools;
use crate::canonical::{Feature, Format, Refusal};
use crate::json::node::{Node, Object};
use crate::json::write::{self, Writer};

const EXTRA: &str = "additionalModelRequestFields";
const PATHS: &str = "additionalModelResponseFieldPaths";

/// What this dialect has no word for.
pub(super) fn refuse_or_note(call: &mut Call<'_, '_>) -> Result<(), Refusal> {
    let request = call.request;
    for (asked, feature) in [
        (request.choices.is_some_and(|count| count > 1), Feature::SeveralChoices),
        (request.previous_response_id.is_some(), Feature::PreviousResponse),
        (request.frequency_penalty.is_some(), Feature::FrequencyPenalty),
        (request.presence_penalty.is_some(), Feature::PresencePenalty),
        (request.seed.is_some(), Feature::Seed),
        (request.logprobs.is_some(), Feature::LogProbs),
        (request.logit_bias.is_some(), Feature::LogitBias),
        (request.verbosity.is_some(), Feature::Verbosity),
        (request.user.is_some(), Feature::User),
        (request.prompt_cache_key.is_some(), Feature::PromptCacheKey),
        // Bedrock keeps nothing, which is what `false` asks for.
        (request.store == Some(true), Feature::Store),
    ] {
        if asked {
            call.notes.keeps(feature)?;
        }
    }
    Ok(())
}

/// `inferenceConfig`.
pub(super) fn inference(call: &mut Call<'_, '_>, thinking: &Plan, root: &mut Writer<'_>) -> Result<(), Refusal> {
    let request = call.request;
    let most = match request.max_output_tokens {
        Some(most) => call.notes.keeps(Feature::MaxOutputTokens)?.then_some(most),
        None => None,
    };
    let temperature = temperature(call, thinking)?;
    let top_p = top_p(call, thinking)?;
    let mut stop: Vec<&str> = request.stop.iter().map(String::as_str).collect();
    if !stop.is_empty() && !call.notes.keeps(Feature::StopSequences)? {
        stop.clear();
    }
    if !call.own && stop.iter().any(|text| text.trim().is_empty()) {
        stop.retain(|text| !text.trim().is_empty());
        call.lose(Feature::StopSequences, "a stop sequence of white space only would be refused")?;
    }
    if most.is_none() && temperature.is_none() && top_p.is_none() && stop.is_empty() {
        return Ok(());
    }
    let mut config = root.object("inferenceConfig");
    config.whole_some("maxTokens", most).raw_some("temperature", temperature).raw_some("topP", top_p);
    if !stop.is_empty() {
        let mut list = config.list("stopSequences");
        for text in stop {
            list.push_text(text);
        }
    }
    Ok(())
}

/// From 4.7 on they refuse to be told how to choose.
const NEWER_MODEL: &str = "newer models of Claude refuse it";

fn temperature<'r>(call: &mut Call<'r, '_>, thinking: &Plan) -> Result<Option<&'r str>, Refusal> {
    let Some(given) = call.request.temperature.as_deref() else { return Ok(None) };
    if !call.notes.keeps(Feature::Temperature)? {
        return Ok(None);
    }
    let value: f64 = given.parse().unwrap_or(1.0);
    if call.own {
        return Ok(Some(given));
    }
    if thinking.is_on() {
        if value < 1.0 {
            call.lose(Feature::Temperature, "a model that thinks takes no other than 1")?;
        }
        return Ok(None);
    }
    if call.version.refuses_sampling() {
        if value != 1.0 {
            call.lose(Feature::Temperature, NEWER_MODEL)?;
        }
        return Ok(None);
    }
    if value > 1.0 {
        call.lose(Feature::Temperature, "Converse goes up to 1, which is sent")?;
        return Ok(Some("1"));
    }
    Ok(Some(given))
}

fn top_p<'r>(call: &mut Call<'r, '_>, thinking: &Plan) -> Result<Option<&'r str>, Refusal> {
    let Some(given) = call.request.top_p.as_deref() else { return Ok(None) };
    if !call.notes.keeps(Feature::TopP)? {
        return Ok(None);
    }
    let value: f64 = given.parse().unwrap_or(1.0);
    // 1 changes nothing, and newer models of Claude refuse it beside a temperature.
    if !call.own && value >= 1.0 {
        return Ok(None);
    }
    if !call.own && call.version.refuses_sampling() {
        return call.lose(Feature::TopP, NEWER_MODEL).map(|()| None);
    }
    if !call.own && call.family == Family::Claude && !thinking.is_on() && call.request.temperature.is_some() {
        return call.lose(Feature::TopP, "models of Claude refuse it beside a temperature").map(|()| None);
    }
    if !call.own && thinking.is_on() && value < 0.95 {
        return call.lose(Feature::TopP, "a model that thinks takes none below 0.95").map(|()| None);
    }
    Ok(Some(given))
}

/// `outputConfig`.
pub(super) fn output(call: &mut Call<'_, '_>, thinking: &Plan, root: &mut Writer<'_>) -> Result<(), Refusal> {
    let format = match &call.request.format {
        Some(Format::JsonSchema { name, description, schema, .. }) if call.notes.keeps(Feature::JsonSchema)? => {
            Some((name, description, schema))
        }
        _ => None,
    };
    let effort = thinking.word();
    if format.is_none() && effort.is_none() {
        return Ok(());
    }
    let mut config = root.object("outputConfig");
    if let Some((name, description, schema)) = format {
        let mut format = config.object("textFormat");
        format.text("type", "json_schema");
        let mut structure = format.object("structure");
        let mut inside = structure.object("jsonSchema");
        inside.text("schema", schema).text_some("name", name.as_deref());
        inside.text_some("description", description.as_deref());
    }
    config.text_some("effort", effort);
    Ok(())
}

/// `additionalModelRequestFields`: what goes to the model as it is.
pub(super) fn extra(
    call: &mut Call<'_, '_>,
    thinking: &Plan,
    tools: &Tools,
    root: &mut Writer<'_>,
) -> Result<(), Refusal> {
    let request = call.request;
    let top_k = match request.top_k {
        Some(top_k) if call.notes.keeps(Feature::TopK)? => top_k_kept(top_k, call, thinking)?,
        _ => None,
    };
    let own = request.others.iter().find(|(name, _)| call.own && name == EXTRA).map(|(_, value)| value.as_ref());
    let rest = own.and_then(|raw| Node::root(raw.as_bytes()).ok()?.object().ok());
    if top_k.is_none() && !thinking.is_said() && !tools.has_extra() {
        root.raw_some(EXTRA, own);
        return Ok(());
    }
    let mut fields = root.object(EXTRA);
    thinking.write(&mut fields);
    match (top_k, call.family) {
        (Some(top_k), Family::Nova) if !call.own => {
            fields.object("inferenceConfig").whole("topK", top_k);
        }
        (top_k, _) => {
            fields.whole_some("top_k", top_k);
        }
    }
    tools.write_extra(&mut fields);
    for (name, value) in rest.into_iter().flat_map(Object::rest) {
        fields.raw(&name, value.raw());
    }
    Ok(())
}

fn top_k_kept(top_k: u64, call: &mut Call<'_, '_>, thinking: &Plan) -> Result<Option<u64>, Refusal> {
    let why = if call.own {
        return Ok(Some(top_k));
    } else if thinking.is_on() {
        "a model that thinks takes none"
    } else if call.version.refuses_sampling() {
        NEWER_MODEL
    } else if call.family == Family::Other {
        "this model has no word for it"
    } else {
        return Ok(Some(top_k));
    };
    call.lose(Feature::TopK, why).map(|()| None)
}

/// Everything else.
pub(super) fn others(call: &mut Call<'_, '_>, root: &mut Writer<'_>) -> Result<(), Refusal> {
    let request = call.request;
    if let Some(tier) = &request.service_tier
        && call.notes.keeps(Feature::ServiceTier)?
    {
        service_tier(tier, call, root)?;
    }
    if let Some(labels) = &request.metadata
        && call.notes.keeps(Feature::Metadata)?
    {
        metadata(labels, call, root)?;
    }
    // Which stop sequence came is told only where it is asked for, in the words of the model.
    if !call.own && call.family == Family::Claude && !request.stop.is_empty() {
        root.list(PATHS).push_text("/stop_sequence");
    }
    for (name, value) in &request.others {
        if !call.own {
            call.notes.lose(name, "only the dialect it came in knows it")?;
        } else if name != EXTRA {
            root.raw(name, value);
        }
    }
    Ok(())
}

fn service_tier(tier: &str, call: &mut Call<'_, '_>, root: &mut Writer<'_>) -> Result<(), Refusal> {
    let word = match tier {
        "priority" | "default" | "flex" | "reserved" => tier,
        "standard" | "standard_only" => "default",
        _ if call.own => tier,
        "auto" => return Ok(()),
        _ => return call.lose(Feature::ServiceTier, "Converse knows default, flex, priority and reserved"),
    };
    root.object("serviceTier").text("type", word);
    Ok(())
}

/// `requestMetadata`: at most 16 labels, of few characters.
fn metadata(labels: &str, call: &mut Call<'_, '_>, root: &mut Writer<'_>) -> Result<(), Refusal> {
    const MOST: usize = 16;
    const WHY: &str = "Converse takes up to 16 labels of at most 256 letters, digits, spaces and :_@$#=/+,-.";
    if call.own {
        root.raw("requestMetadata", labels);
        return Ok(());
    }
    let fits = |text: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || c.is_whitespace() || ":_@$#=/+,-.".contains(c);
        text.chars().count() <= 256 && text.chars().all(allowed)
    };
    let mut out = Vec::new();
    let (mut kept, mut lost) = (0, Vec::new());
    {
        let mut object = write::object(&mut out);
        let read = Node::root(labels.as_bytes()).ok().and_then(|node| node.object().ok());
        for (name, value) in read.into_iter().flat_map(Object::rest) {
            match value.text() {
                Ok(text) if fits(&text) && fits(&name) && !name.is_empty() && kept < MOST => {
                    kept += 1;
                    object.text(&name, &text);
                }
                _ => lost.push(name.into_owned()),
            }
        }
    }
    if kept > 0 {
        root.raw("requestMetadata", &String::from_utf8_lossy(&out));
    }
    for name in lost {
        call.notes.lose(format!("metadata.{name}"), WHY)?;
    }
    Ok(())
}
