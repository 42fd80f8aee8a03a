//! Thoughts beside the words of the model: `reasoning_content` (DeepSeek, and most after it), `reasoning` (OpenRouter, newer
//! vLLM), and the proofs in OpenRouter's `reasoning_details`.
//!
//! Towards a client the text of all thoughts is one `reasoning_content`, and each proof is an element of
//! `reasoning_details` with the length of the text it proves, so that what comes back can be taken apart again.

use super::reading::Reading;
use crate::canonical::{Block, Maker, Signature, Thinking};
use crate::json::node::{Fault, Node, Object};
use crate::json::write::Writer;

/// An element of `reasoning_details`.
#[derive(Debug, Default)]
pub(super) struct Detail {
    /// Its own text.
    pub(super) text: String,
    pub(super) proof: Option<Signature>,
    pub(super) redacted: bool,
    /// How many characters of `reasoning_content` it proves.
    chars: Option<usize>,
}

/// Reads all thoughts of an assistant's message.
pub(super) fn read(message: &mut Object<'_>, reading: &mut Reading<'_>) -> Result<Vec<Block>, Fault> {
    let text = words(message);
    let mut details = Vec::new();
    for node in message.list("reasoning_details")? {
        match detail(node) {
            Some(detail) => details.push(detail),
            None => reading.unknown(node),
        }
    }
    Ok(match text {
        Some(text) => apart(&text, details),
        None => details.into_iter().map(Detail::whole).collect(),
    })
}

/// The text of the thoughts, by either name. Servers that give both give the same.
pub(super) fn words(object: &mut Object<'_>) -> Option<String> {
    let older = object.peek("reasoning").filter(Node::is_text);
    if older.is_some() {
        object.take("reasoning");
    }
    let newer = object.peek("reasoning_content").filter(Node::is_text);
    if newer.is_some() {
        object.take("reasoning_content");
    }
    let text = newer.filter(|node| node.raw() != "\"\"").or(older)?.text().ok()?.into_owned();
    (!text.is_empty()).then_some(text)
}

/// Reads one element. `None`: it says nothing that is understood.
pub(super) fn detail(node: Node<'_>) -> Option<Detail> {
    let mut object = node.object().ok()?;
    let kind = object.text("type").ok()??;
    let format = object.text("format").ok().flatten().unwrap_or_default();
    let id = object.text("id").ok().flatten();
    let (text, proof) = match kind.as_str() {
        "reasoning.text" => ("text", "signature"),
        "reasoning.summary" => ("summary", "signature"),
        "reasoning.encrypted" => ("text", "data"),
        _ => return None,
    };
    let text = object.text(text).ok().flatten().unwrap_or_default();
    let proof = object.text(proof).ok().flatten().and_then(|proof| read_proof(&proof, &format, id));
    if text.is_empty() && proof.is_none() {
        return None;
    }
    let chars = object.whole("text_chars").ok().flatten().and_then(|chars| usize::try_from(chars).ok());
    let redacted = object.boolean("redacted").ok().flatten().unwrap_or(false);
    Some(Detail { text, proof, redacted, chars })
}

/// A proof of ours, or a bare one whose maker the format tells.
fn read_proof(proof: &str, format: &str, id: Option<String>) -> Option<Signature> {
    Signature::unwrap(proof).or_else(|| {
        let maker = match format.split('-').next()? {
            "anthropic" => Maker::Anthropic,
            "google" => Maker::Google,
            "openai" => Maker::OpenAi,
            _ => return None,
        };
        let item_id = id.filter(|_| maker == Maker::OpenAi);
        Some(Signature { maker, item_id, data: proof.to_owned() })
    })
}

impl Detail {
    fn whole(self) -> Block {
        Block::Thinking(Thinking { text: self.text, signature: self.proof, redacted: self.redacted })
    }
}

/// Gives each proof its part of the text. A single proof without a length proves all of it.
fn apart(text: &str, details: Vec<Detail>) -> Vec<Block> {
    let mut rest = text;
    let mut blocks = Vec::new();
    let proofs: Vec<Detail> = details.into_iter().filter(|detail| detail.proof.is_some()).collect();
    let single = proofs.iter().filter(|detail| !detail.redacted).count() == 1;
    for detail in proofs {
        let chars = detail.chars.unwrap_or(if single && !detail.redacted { usize::MAX } else { 0 });
        let end = rest.char_indices().nth(chars).map_or(rest.len(), |(at, _)| at);
        let (mine, others) = rest.split_at(end);
        rest = others;
        blocks.push(Block::Thinking(Thinking {
            text: mine.to_owned(),
            signature: detail.proof,
            redacted: detail.redacted,
        }));
    }
    if !rest.is_empty() {
        blocks.push(Block::Thinking(Thinking { text: rest.to_owned(), ..Thinking::default() }));
    }
    blocks
}

/// Appends the proof of a thought that is `chars` characters long to a client's `reasoning_details`.
pub(super) fn push_proof(list: &mut Writer<'_>, index: u64, proof: &Signature, redacted: bool, chars: u64) {
    let mut detail = list.push_object();
    detail.text("type", "reasoning.encrypted").text("data", &proof.wrap()).whole("index", index);
    if redacted {
        detail.boolean("redacted", true);
    } else {
        detail.whole("text_chars", chars);
    }
}

/// Appends a thought to an upstream's `reasoning_details`, in OpenRouter's words.
pub(super) fn push_own(list: &mut Writer<'_>, index: u64, thought: &Thinking, proof: &Signature) {
    let mut detail = list.push_object();
    if thought.redacted || thought.text.is_empty() {
        detail.text("type", "reasoning.encrypted").text("data", &proof.data);
    } else {
        detail.text("type", "reasoning.text").text("text", &thought.text).text("signature", &proof.data);
    }
    detail.text("format", "anthropic-claude-v1").whole("index", index);
    if thought.redacted {
        detail.boolean("redacted", true);
    }
}
