//! Log probabilities: Chat's words, which the model in the middle has, to Gemini's and back. Numbers stay as written.

use crate::canonical::Json;
use crate::json::node::{Fault, Node};
use crate::json::write::{self, Writer};

/// Reads a `logprobsResult`.
pub(super) fn read(result: Node<'_>) -> Result<Json, Fault> {
    let mut result = result.object()?;
    let chosen = result.list("chosenCandidates")?;
    let top = result.list("topCandidates")?;
    let mut out = Vec::new();
    {
        let mut root = write::object(&mut out);
        {
            let mut content = root.list("content");
            for (place, token) in chosen.into_iter().enumerate() {
                let mut one = content.push_object();
                write_token(&token, &mut one)?;
                let mut likeliest = one.list("top_logprobs");
                if let Some(others) = top.get(place) {
                    for other in others.object()?.list("candidates")? {
                        write_token(&other, &mut likeliest.push_object())?;
                    }
                }
            }
        }
        root.raw("refusal", "null");
    }
    Ok(String::from_utf8(out).unwrap_or_default().into())
}

fn write_token(token: &Node<'_>, out: &mut Writer<'_>) -> Result<(), Fault> {
    let mut token = token.object()?;
    out.text("token", &token.text("token")?.unwrap_or_default());
    // Zero is left out.
    out.raw("logprob", token.number("logProbability")?.as_deref().unwrap_or("0"));
    out.raw("bytes", "null");
    Ok(())
}

/// Writes the members of a `logprobsResult`. What is not as it should be ends it early.
pub(super) fn write(logprobs: &str, out: &mut Writer<'_>) {
    let content = Node::root(logprobs.as_bytes()).and_then(|root| root.object()?.list("content")).unwrap_or_default();
    {
        let mut chosen = out.list("chosenCandidates");
        for token in &content {
            read_token(token, &mut chosen);
        }
    }
    let mut top = out.list("topCandidates");
    for token in &content {
        let others = token.object().and_then(|mut token| token.list("top_logprobs")).unwrap_or_default();
        let mut place = top.push_object();
        let mut candidates = place.list("candidates");
        for other in &others {
            read_token(other, &mut candidates);
        }
    }
}

fn read_token(token: &Node<'_>, out: &mut Writer<'_>) {
    let Ok(mut token) = token.object() else { return };
    let (Ok(Some(text)), Ok(Some(probability))) = (token.text("token"), token.number("logprob")) else { return };
    out.push_object().text("token", &text).raw("logProbability", &probability);
}
