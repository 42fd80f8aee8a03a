//! Vectors asked of a provider of the other dialect: OpenAI's Embeddings and Google's `embedContent`.
//!
//! What each field becomes:
//!
//! | Client | Provider | Kept | Left out | Refused |
//! |---|---|---|---|---|
//! | OpenAI | Google | `input` (texts), `dimensions`, `encoding_format` (written here) | `user` and unknown fields | `input` of token numbers |
//! | Google | OpenAI | `content` (texts), `outputDimensionality` | `taskType`, `title` and unknown fields | parts other than text, several `outputDimensionality` in one call |
//!
//! A number of a vector goes on with the very digits it came in.

mod to_google;
mod to_openai;

use thinkwatch_policy::dialect::{Dialect, Endpoint};

use crate::canonical::Refusal;
use crate::canonical::notes::{Lost, Notes};
use crate::convert::{ConvertedAnswer, Unconvertible, not_understood, refused, told};
use crate::json::node::Fault;

/// A call in the words of the provider.
#[derive(Debug)]
pub struct Converted {
    /// What the provider is asked for.
    pub endpoint: Endpoint,
    /// The body.
    pub body: Vec<u8>,
    /// What was left out.
    pub lost: Vec<Lost>,
    /// All that the way back needs.
    pub back: Back,
}

/// How the client wants its answer.
#[derive(Clone, Debug)]
pub struct Back {
    endpoint: Endpoint,
    /// The model's name as the client knows it.
    model: String,
    /// As bytes in base64, and not as numbers.
    as_base64: bool,
    /// How many vectors were asked for.
    count: usize,
}

/// What is read of a call.
struct Asked {
    /// The body for the provider.
    body: Vec<u8>,
    as_base64: bool,
    count: usize,
}

/// Why a body is not converted.
enum Stopped {
    Fault(Fault),
    Refusal(Refusal),
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Refusal> for Stopped {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

/// Writes a call of one of the endpoints that make vectors for a provider of the other dialect. `model` is what the client
/// calls the model, `upstream_model` what the provider does. `strict`: what would be left out is a refusal.
pub fn request(
    endpoint: Endpoint,
    body: &[u8],
    (model, upstream_model): (&str, &str),
    strict: bool,
) -> Result<Converted, Unconvertible> {
    let (to, asked_for) = match endpoint.dialect() {
        Dialect::Gemini => (Dialect::Embeddings, Endpoint::Embeddings),
        _ => (Dialect::Gemini, Endpoint::BatchEmbedContents),
    };
    let mut notes = Notes::new(endpoint.dialect(), to, strict);
    let written = match to {
        Dialect::Gemini => to_google::request(body, upstream_model, &mut notes),
        _ => to_openai::request(endpoint, body, upstream_model, &mut notes),
    };
    match written {
        Ok(Asked { body, as_base64, count }) => {
            let back = Back { endpoint, model: model.to_owned(), as_base64, count };
            Ok(Converted { endpoint: asked_for, body, lost: notes.into_lost(), back })
        }
        Err(Stopped::Fault(fault)) => Err(Unconvertible::Malformed(told(&fault, body))),
        Err(Stopped::Refusal(refusal)) => Err(Unconvertible::Refused(refused(&refusal))),
    }
}

/// Writes a provider's answer for the client. The error says what of it is not what it must be.
pub fn answer(back: &Back, body: &[u8]) -> Result<ConvertedAnswer, String> {
    let made = match back.endpoint.dialect() {
        Dialect::Gemini => to_openai::answer(back, body),
        _ => to_google::answer(back, body),
    };
    let (body, usage) = made.map_err(|fault| not_understood(&fault, body))?;
    Ok(ConvertedAnswer { body, usage: crate::usage::told(usage), lost: Vec::new() })
}

/// That as many vectors came as were asked for.
fn check_count(back: &Back, found: usize) -> Result<(), Fault> {
    if found == back.count {
        return Ok(());
    }
    let message = format!("holds {found} vectors where {} were asked for", back.count);
    Err(Fault { at: 0, missing: None, message })
}
