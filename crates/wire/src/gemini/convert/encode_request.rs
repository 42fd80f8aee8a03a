//! A request in the words of Gemini.
//!
//! What grows from turn to turn stands last, so that what was sent before is a beginning of what is sent next.

use thinkwatch_policy::dialect::Dialect;

use super::generation::Generation;
use crate::canonical::{Feature, Notes, Refusal, Request, Target};
use crate::json::write;

mod config;
mod tools;
mod turns;

/// What the parts of a request need to know of the whole.
#[derive(Clone, Copy, Debug)]
struct Context<'a> {
    request: &'a Request,
    generation: Generation,
    /// Whether a Gemini client wrote it: then it knows what its model takes, and nothing is made up for it.
    own: bool,
}

/// Writes a body. The model and whether to stream stand in the path.
pub(crate) fn encode(request: &Request, target: &Target<'_>, notes: &mut Notes) -> Result<Vec<u8>, Refusal> {
    let own = request.source == Dialect::Gemini;
    let context = Context { request, generation: Generation::of(target.model), own };
    not_expressible(request, notes)?;
    let turns = turns::prepare(&context, notes)?;
    notes.wrote_a_turn(!turns.is_empty());
    let mut out = Vec::with_capacity(1024);
    {
        let mut root = write::object(&mut out);
        turns.write_system(&mut root);
        tools::write(&context, notes, &mut root)?;
        config::write(&context, notes, &mut root)?;
        for (name, value) in &request.others {
            if !own {
                notes.lose(name.as_str(), "only the client's dialect knows it")?;
            } else if !name.contains('.') {
                root.raw(name, value);
            }
        }
        turns.write_contents(&mut root);
    }
    Ok(out)
}

/// What Gemini has no word for at all.
fn not_expressible(request: &Request, notes: &mut Notes) -> Result<(), Refusal> {
    let asked = [
        (request.previous_response_id.is_some(), Feature::PreviousResponse),
        (request.parallel_tool_calls == Some(false), Feature::ParallelToolCalls),
        (request.logit_bias.is_some(), Feature::LogitBias),
        (request.verbosity.is_some(), Feature::Verbosity),
        (request.user.is_some(), Feature::User),
        (request.metadata.is_some(), Feature::Metadata),
        (request.prompt_cache_key.is_some(), Feature::PromptCacheKey),
        (request.store == Some(true), Feature::Store),
    ];
    for (asked, feature) in asked {
        if asked {
            notes.keeps(feature)?;
        }
    }
    Ok(())
}

/// The others that stand in this object, by their names there.
fn others_in<'a>(context: &Context<'a>, object: &'static str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let others = if context.own { context.request.others.as_slice() } else { &[] };
    others.iter().filter_map(move |(name, value)| Some((name.strip_prefix(object)?.strip_prefix('.')?, &**value)))
}
