//! Writes a whole answer.

use thinkwatch_policy::dialect::Dialect;

use super::citations::annotation;
use super::names::known;
use super::output::{self, Envelope};
use super::proofs::{self, Of};
use super::stops::{self, Content};
use crate::canonical::{
    Answer, Block, Choice, Client, Feature, Json, Notes, Signature, Text, Thinking, ToolCall, ToolKind,
};
use crate::json::node::Node;
use crate::json::write;

/// Writes the body of an answer.
pub(crate) fn encode(answer: &Answer, client: &Client, notes: &mut Notes) -> Vec<u8> {
    if answer.choices.len() > 1 {
        notes.keeps_of_answer(Feature::SeveralChoices);
    }
    if answer.fingerprint.is_some() {
        notes.keeps_of_answer(Feature::AnswerFingerprint);
    }
    let own = notes.source == Dialect::Responses;
    let nothing = Choice::default();
    let choice = answer.choices.first().unwrap_or(&nothing);
    let refuses = choice.content.iter().any(|block| matches!(block, Block::Refusal(_)));
    let (status, incomplete) = stops::write(choice.stop.as_ref(), Content { calls: false, refuses }, notes);
    let service_tier = answer.service_tier.as_deref().and_then(|tier| {
        let known = output::service_tier(tier);
        if known.is_none() {
            notes.note("service_tier", "the Responses API has no such class of service");
        }
        known
    });
    let items = Output { client, notes, items: Vec::new(), parts: Vec::new() }.of(choice);
    let mut body = Vec::new();
    output::envelope(
        &mut write::object(&mut body),
        client,
        &Envelope {
            id: &output::response_id(client, &answer.id, own),
            created_at_s: if answer.created_at_s == 0 { client.now_s } else { answer.created_at_s },
            status,
            incomplete,
            service_tier,
            usage: answer.usage.as_ref(),
            output: &items,
        },
    );
    body
}

struct Output<'a> {
    client: &'a Client,
    notes: &'a mut Notes,
    items: Vec<Vec<u8>>,
    /// The parts of the message that is being made.
    parts: Vec<Vec<u8>>,
}

impl Output<'_> {
    fn of(mut self, choice: &Choice) -> Vec<Vec<u8>> {
        let mut logprobs = choice.logprobs.as_deref().map(elements).unwrap_or_default();
        for block in &choice.content {
            match block {
                Block::Text(text) => {
                    let annotations = annotations(text, self.notes);
                    self.parts.push(output::text_part(&text.text, &annotations, &std::mem::take(&mut logprobs)));
                    if let Some(signature) = &text.signature {
                        self.end_message();
                        self.proof(signature, &Of::Words);
                    }
                }
                Block::Refusal(text) => self.parts.push(output::refusal_part(text)),
                other => {
                    self.end_message();
                    self.item(other);
                }
            }
        }
        self.end_message();
        self.items
    }

    fn id(&self, prefix: &str) -> String {
        output::minted(prefix, self.client, self.items.len())
    }

    fn end_message(&mut self) {
        if !self.parts.is_empty() {
            let parts = std::mem::take(&mut self.parts);
            self.items.push(output::message(&self.id("msg"), "completed", &parts));
        }
    }

    /// A reasoning item that carries nothing but a proof.
    fn proof(&mut self, signature: &Signature, of: &Of) {
        let id = self.id("rs");
        let proof = proofs::carry(signature, of, &id);
        self.items.push(output::reasoning(&id, "", Some(&proof)));
    }

    fn item(&mut self, block: &Block) {
        match block {
            Block::Thinking(thinking) => self.thinking(thinking),
            Block::ToolCall(call) => self.call(call),
            Block::Media(media) => match output::picture(&self.id("ig"), media) {
                Some(item) => self.items.push(item),
                None => self.notes.note(Feature::AnswerMedia.as_str(), "the Responses API answers with pictures only"),
            },
            Block::Opaque(opaque) if opaque.dialect == Dialect::Responses => {
                self.items.push(opaque.value.as_bytes().to_vec());
            }
            Block::Opaque(_) | Block::ToolResult(_) => {
                self.notes.keeps_of_answer(Feature::AnswerServerTools);
            }
            Block::Text(_) | Block::Refusal(_) => {}
        }
    }

    fn thinking(&mut self, thinking: &Thinking) {
        let own = thinking.signature.as_ref().and_then(|signature| signature.item_id.clone());
        let id = own.filter(|id| id.starts_with("rs_")).unwrap_or_else(|| self.id("rs"));
        let of = if thinking.redacted { Of::HiddenThought } else { Of::Thought };
        let proof = thinking.signature.as_ref().map(|signature| proofs::carry(signature, &of, &id));
        self.items.push(output::reasoning(&id, &thinking.text, proof.as_deref()));
    }

    fn call(&mut self, call: &ToolCall) {
        let known = known(self.client, call);
        let (prefix, arguments) = match known.kind {
            ToolKind::Custom if call.kind == ToolKind::Function => ("ctc", output::free_text(&call.arguments)),
            ToolKind::Custom => ("ctc", call.arguments.clone()),
            ToolKind::Function if call.arguments.is_empty() => ("fc", "{}".to_owned()),
            ToolKind::Function => ("fc", call.arguments.clone()),
        };
        let id = call.item_id.clone().unwrap_or_else(|| self.id(prefix));
        self.items.push(output::call(&id, "completed", &call.id, &known, &arguments));
        if let Some(signature) = &call.signature {
            self.proof(signature, &Of::Call(call.id.clone()));
        }
    }
}

fn annotations(text: &Text, notes: &mut Notes) -> Vec<Json> {
    let characters = text.text.chars().count();
    let mut kept = Vec::with_capacity(text.citations.len());
    for citation in &text.citations {
        match text.citations_of.and_then(|of| annotation(of, citation, characters)) {
            Some(annotation) => kept.push(annotation),
            None => notes.note(Feature::Citations.as_str(), "the Responses API cites the web and files only"),
        }
    }
    kept
}

/// The elements of `content` in Chat's log probabilities.
pub(super) fn elements(logprobs: &str) -> String {
    let content = Node::root(logprobs.as_bytes()).and_then(|node| node.object()?.list("content"));
    content.unwrap_or_default().iter().map(Node::raw).collect::<Vec<_>>().join(",")
}
