//! What holds of every pair of dialects.

use std::sync::Arc;

use thinkwatch_policy::dialect::Dialect;

use super::{decode_request, encode_request};
use crate::canonical::notes::Lost;
use crate::canonical::{Client, Feature, Maker, Notes, Refusal, Request, Support, Target, feature};

mod answers;
pub(crate) mod asking;
mod conversation;
mod declared;
mod failover;
mod requests;
mod seen;
mod streams;
mod turns;

/// Those a client may speak to us.
const CLIENTS: [Dialect; 4] = [Dialect::Chat, Dialect::Messages, Dialect::Responses, Dialect::Gemini];
/// Those a provider may speak to us.
const PROVIDERS: [Dialect; 5] =
    [Dialect::Chat, Dialect::Messages, Dialect::Responses, Dialect::Gemini, Dialect::Converse];

/// A model that can do what the dialect can say.
const fn model(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Messages => "claude-opus-4-6",
        Dialect::Gemini => "gemini-3-pro",
        Dialect::Converse => "anthropic.claude-opus-4-6-v1:0",
        _ => "gpt-5.2",
    }
}

/// Whose proofs that model takes back.
const fn maker(dialect: Dialect) -> Maker {
    match dialect {
        Dialect::Messages | Dialect::Converse => Maker::Anthropic,
        Dialect::Gemini => Maker::Google,
        _ => Maker::OpenAi,
    }
}

const fn target(dialect: Dialect) -> Target<'static> {
    Target { model: model(dialect), default_max_output_tokens: 4096, ask_usage: false }
}

/// Whether a client of this dialect can ask for the thing.
const fn can_ask(source: Dialect, feature: Feature) -> bool {
    feature::field(source, feature).is_some()
}

const fn is_kept(dialect: Dialect, feature: Feature) -> bool {
    matches!(feature::support(dialect, feature), Support::Kept)
}

fn decoded(from: Dialect, to: Dialect, body: &[u8]) -> (Request, Vec<Lost>) {
    let mut notes = Notes::new(from, to, false);
    let request = decode_request(from, body, &mut notes)
        .unwrap_or_else(|fault| panic!("{}: {}: {}", fault.path(body), fault.message, String::from_utf8_lossy(body)));
    (request, notes.into_lost())
}

fn encoded(to: Dialect, request: &Request, strict: bool) -> Result<(Vec<u8>, Vec<Lost>), Refusal> {
    let mut notes = Notes::new(request.source, to, strict);
    let body = encode_request(to, request, &target(to), &mut notes)?;
    notes.settle()?;
    Ok((body, notes.into_lost()))
}

fn client(request: Request) -> Client {
    Client {
        request: Arc::new(request),
        model: "the-model".to_owned(),
        request_id: "req-1".to_owned(),
        now_s: 1_800_000_000,
        as_list: false,
    }
}
