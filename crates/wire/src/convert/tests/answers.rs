//! An answer of a provider that goes to a client of another dialect, whole or in a stream: what is declared kept is the same in
//! what the client reads, the two ways tell the same, and the client's next turn brings back what the provider wants back.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;
use thinkwatch_policy::usage::Usage;

use super::*;
use crate::canonical::request::ClientTool;
use crate::canonical::{Answer, Block, Choice, Delta, Event, Opening, Signature, StopReason, Thinking, Tool, ToolCall};
use crate::convert::{decode_answer, encode_answer};

/// A piece of an answer.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Words(String),
    Thought(String, bool),
    Call(String),
}

/// What a provider answers, in outline.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) pieces: Vec<Piece>,
    usage: Usage,
    cut: bool,
}

pub(super) fn told() -> impl Strategy<Value = Told> {
    let words = || "[a-z \"\\\\\n\u{1}\u{e9}\u{1f980}]{0,6}[a-z]";
    let arguments = select(vec![
        "{}",
        r#"{"a":"b\"\u00e9","n":[1.50,null]}"#,
        r#"{"deep":{"er":[{"x":12345678901234567890}]}}"#,
        r#"{"text":"\ud83e\udd80 \\ \n"}"#,
    ]);
    let piece = prop_oneof![
        2 => words().prop_map(Piece::Words),
        1 => (words(), any::<bool>()).prop_map(|(words, signed)| Piece::Thought(words, signed)),
        2 => arguments.prop_map(|text| Piece::Call(text.to_owned())),
    ];
    let count = || 0..1_000_u64;
    (vec(piece, 1..5), (count(), count(), 1..1_000_u64, count()), of(Just(()))).prop_map(
        |(pieces, (input, cache_read, output, reasoning), cut)| {
            // What was thought is part of what was written.
            let usage = Usage { input, cache_read, output: output + reasoning, reasoning, ..Usage::default() };
            Told { pieces, usage, cut: cut.is_some() }
        },
    )
}

impl Told {
    fn calls(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Call(_)))
    }

    fn stop(&self) -> StopReason {
        match (self.cut, self.calls()) {
            (true, _) => StopReason::MaxTokens,
            (false, true) => StopReason::ToolUse,
            (false, false) => StopReason::End,
        }
    }

    pub(super) fn usage(&self) -> Usage {
        self.usage
    }

    /// The answer as this provider gives it.
    pub(super) fn answer(&self, from: Dialect) -> Answer {
        let mut content = Vec::new();
        for (n, piece) in self.pieces.iter().enumerate() {
            content.push(match piece {
                Piece::Words(words) => Block::text(words.clone()),
                Piece::Thought(words, signed) => {
                    // Google's proofs stand on calls.
                    let signed = *signed && !matches!(from, Dialect::Chat | Dialect::Gemini);
                    Block::Thinking(Thinking {
                        text: words.clone(),
                        signature: signed.then(|| proof(from, n)),
                        redacted: false,
                    })
                }
                Piece::Call(arguments) => Block::ToolCall(ToolCall {
                    id: format!("call_{n}"),
                    name: "plain".to_owned(),
                    arguments: arguments.clone(),
                    signature: (from == Dialect::Gemini).then(|| proof(from, n)),
                    ..ToolCall::default()
                }),
            });
        }
        let choice = Choice { content, stop: Some(self.stop()), logprobs: None };
        Answer {
            id: "id-1".to_owned(),
            model: "m".to_owned(),
            choices: vec![choice],
            usage: Some(self.usage),
            ..Answer::default()
        }
    }
}

fn proof(from: Dialect, n: usize) -> Signature {
    let maker = maker(from);
    let item_id = (maker == Maker::OpenAi).then(|| format!("rs_{n}"));
    Signature { maker, item_id, data: format!("QUJD{n:04}") }
}

/// The client that asked: it has the tool.
pub(super) fn asker(to: Dialect) -> Client {
    let mut request = Request::new(to, "m");
    request.include_usage = true;
    let schema = Some(r#"{"type":"object"}"#.into());
    request.tools.push(Tool::Client(ClientTool { name: "plain".to_owned(), schema, ..ClientTool::default() }));
    client(request)
}

/// What a client must find in an answer, however it is cut into blocks.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Read {
    words: String,
    thoughts: String,
    calls: Vec<(String, String, serde_json::Value)>,
    /// The proofs, in order, each once.
    proofs: Vec<(Maker, String)>,
    stop: Option<StopReason>,
    usage: Option<Usage>,
}

impl Read {
    pub(super) fn of(answer: &Answer) -> Self {
        let mut read = Self { usage: answer.usage, ..Self::default() };
        let Some(choice) = answer.choices.first() else { return read };
        read.stop = choice.stop.clone();
        for block in &choice.content {
            match block {
                Block::Text(text) => {
                    read.words.push_str(&text.text);
                    read.prove(text.signature.as_ref());
                }
                Block::Thinking(thought) => {
                    read.thoughts.push_str(&thought.text);
                    read.prove(thought.signature.as_ref());
                }
                Block::ToolCall(call) => {
                    let arguments = serde_json::from_str(&call.arguments).unwrap_or(serde_json::Value::Null);
                    read.calls.push((call.id.clone(), call.name.clone(), arguments));
                    read.prove(call.signature.as_ref());
                }
                _ => {}
            }
        }
        read
    }

    fn prove(&mut self, proof: Option<&Signature>) {
        self.proofs.extend(proof.map(|proof| (proof.maker, proof.data.clone())));
    }

    /// The same of a stream's events.
    pub(super) fn of_events(events: &[Event]) -> Self {
        let mut blocks: std::collections::BTreeMap<u32, Block> = std::collections::BTreeMap::new();
        let mut choice = Choice::default();
        let mut answer = Answer::default();
        for event in events {
            match event {
                Event::Open { block, what, .. } => {
                    let begun = match what {
                        Opening::Thinking => Block::Thinking(Thinking::default()),
                        Opening::RedactedThinking(proof) => {
                            let signature = Some(proof.clone());
                            Block::Thinking(Thinking { text: String::new(), signature, redacted: true })
                        }
                        Opening::ToolCall(call) => Block::ToolCall(call.clone()),
                        _ => Block::text(""),
                    };
                    blocks.insert(*block, begun);
                }
                Event::Delta { block, delta, .. } => match (blocks.get_mut(block), delta) {
                    (Some(Block::Text(text)), Delta::Text(words)) => text.text.push_str(words),
                    (Some(Block::Thinking(thought)), Delta::Text(words)) => thought.text.push_str(words),
                    (Some(Block::ToolCall(call)), Delta::Arguments(part)) => call.arguments.push_str(part),
                    (Some(Block::Text(text)), Delta::Signature(proof)) => text.signature = Some(proof.clone()),
                    (Some(Block::Thinking(thought)), Delta::Signature(proof)) => {
                        thought.signature = Some(proof.clone())
                    }
                    (Some(Block::ToolCall(call)), Delta::Signature(proof)) => call.signature = Some(proof.clone()),
                    _ => {}
                },
                Event::Stop { reason, .. } => choice.stop = Some(reason.clone()),
                Event::Usage(usage) => answer.usage = Some(*usage),
                _ => {}
            }
        }
        choice.content = blocks.into_values().collect();
        answer.choices.push(choice);
        Self::of(&answer)
    }
}

/// The answer of a provider in its own bytes, which carry what its dialect can say.
fn from_provider(from: Dialect, told: &Told) -> Vec<u8> {
    let mut notes = Notes::new(from, from, false);
    encode_answer(from, &told.answer(from), &asker(from), &mut notes)
}

fn check(from: Dialect, told: &Told) -> Result<(), TestCaseError> {
    let body = from_provider(from, told);
    let mut notes = Notes::new(from, from, false);
    let given = decode_answer(from, &body, &mut notes).unwrap();
    // What the provider's own words say.
    let said = Read::of(&given);
    for to in CLIENTS.into_iter().filter(|to| *to != from) {
        let converted = crate::convert::answer(from, &body, &asker(to)).unwrap();
        prop_assert_eq!(&converted.lost, &vec![], "{:?} to {:?}", from, to);
        prop_assert_eq!(converted.usage, said.usage, "{:?} to {:?}", from, to);
        let mut notes = Notes::new(to, to, false);
        let read = Read::of(&decode_answer(to, &converted.body, &mut notes).unwrap());
        let text = String::from_utf8_lossy(&converted.body);
        prop_assert_eq!(&read, &said, "{:?} to {:?}: {}", from, to, text);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn answers_keep_what_is_declared(told in told()) {
        for from in PROVIDERS {
            check(from, &told)?;
        }
    }
}
