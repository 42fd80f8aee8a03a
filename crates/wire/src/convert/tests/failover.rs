//! Several providers behind one model: whoever answers, the client sends back all it was told, and each provider gets its own
//! proofs again, and nobody else's.

use serde_json::{Value, json};

use super::answers::asker;
use super::*;
use crate::canonical::{Answer, Block, Choice, Signature, StopReason, Thinking, ToolCall};
use crate::convert::{Asked, answer, encode_answer, request};

const PROVERS: [Dialect; 4] = [Dialect::Messages, Dialect::Responses, Dialect::Gemini, Dialect::Converse];

/// A thought with its proof and a call, as this provider answers at this turn.
fn told(from: Dialect, turn: usize) -> Vec<u8> {
    let data = format!("QUJD{turn:04}");
    let maker = maker(from);
    let proof = Signature { maker, item_id: (maker == Maker::OpenAi).then(|| format!("rs_{turn}")), data };
    let google = maker == Maker::Google;
    let thought =
        Thinking { text: format!("thought {turn}"), signature: (!google).then(|| proof.clone()), redacted: false };
    let call = ToolCall {
        id: format!("call_{turn}"),
        name: "plain".to_owned(),
        arguments: format!("{{\"turn\":{turn}}}"),
        signature: google.then_some(proof),
        ..ToolCall::default()
    };
    let content = vec![Block::Thinking(thought), Block::ToolCall(call)];
    let choices = vec![Choice { content, stop: Some(StopReason::ToolUse), logprobs: None }];
    let answer = Answer { id: format!("id_{turn}"), model: "m".to_owned(), choices, ..Answer::default() };
    encode_answer(from, &answer, &asker(from), &mut Notes::new(from, from, false))
}

/// A conversation as a client of the dialect keeps it: what it was told, word for word, and what its tools said.
struct Kept {
    dialect: Dialect,
    turns: Vec<Value>,
}

impl Kept {
    fn new(dialect: Dialect) -> Self {
        let first = match dialect {
            Dialect::Gemini => json!({"role": "user", "parts": [{"text": "q"}]}),
            _ => json!({"role": "user", "content": "q"}),
        };
        Self { dialect, turns: vec![first] }
    }

    fn add(&mut self, answer: &[u8], turn: usize) {
        let answer: Value = serde_json::from_slice(answer).unwrap();
        let id = format!("call_{turn}");
        match self.dialect {
            Dialect::Messages => {
                self.turns.push(json!({"role": "assistant", "content": answer["content"]}));
                let result = json!({"type": "tool_result", "tool_use_id": id, "content": "r"});
                self.turns.push(json!({"role": "user", "content": [result]}));
            }
            Dialect::Responses => {
                self.turns.extend(answer["output"].as_array().unwrap().iter().cloned());
                self.turns.push(json!({"type": "function_call_output", "call_id": id, "output": "r"}));
            }
            Dialect::Gemini => {
                self.turns.push(answer["candidates"][0]["content"].clone());
                let result = json!({"id": id, "name": "plain", "response": {"output": "r"}});
                self.turns.push(json!({"role": "user", "parts": [{"functionResponse": result}]}));
            }
            _ => {
                self.turns.push(answer["choices"][0]["message"].clone());
                self.turns.push(json!({"role": "tool", "tool_call_id": id, "content": "r"}));
            }
        }
    }

    fn body(&self) -> Vec<u8> {
        let schema = json!({"type": "object"});
        let body = match self.dialect {
            Dialect::Messages => {
                let tools = json!([{"name": "plain", "input_schema": schema}]);
                json!({"model": "m", "max_tokens": 99, "tools": tools, "messages": self.turns})
            }
            Dialect::Responses => {
                let tools = json!([{"type": "function", "name": "plain", "parameters": schema}]);
                json!({"model": "m", "tools": tools, "input": self.turns})
            }
            Dialect::Gemini => {
                let tools = json!([{"functionDeclarations": [{"name": "plain", "parametersJsonSchema": schema}]}]);
                json!({"tools": tools, "contents": self.turns})
            }
            _ => {
                let tools = json!([{"type": "function", "function": {"name": "plain", "parameters": schema}}]);
                json!({"model": "m", "tools": tools, "messages": self.turns})
            }
        };
        body.to_string().into_bytes()
    }
}

/// The proofs in what a provider is asked, in order.
fn proofs(to: Dialect, body: &[u8]) -> Vec<(Maker, String)> {
    let (request, _) = decoded(to, to, body);
    let mut proofs = Vec::new();
    for block in request.messages.iter().flat_map(|message| &message.content) {
        let proof = match block {
            Block::Text(text) => &text.signature,
            Block::Thinking(thought) => &thought.signature,
            Block::ToolCall(call) => &call.signature,
            _ => &None,
        };
        proofs.extend(proof.iter().map(|proof| (proof.maker, proof.data.clone())));
    }
    // What Google wants to see where others' models called tools.
    proofs.retain(|(_, data)| data.starts_with("QUJD"));
    proofs
}

#[test]
fn each_provider_gets_its_own_proofs_back_whoever_answered_in_between() {
    for client in CLIENTS {
        for one in PROVERS {
            for other in PROVERS {
                let mut kept = Kept::new(client);
                let mut given: Vec<(Maker, String)> = Vec::new();
                for (turn, provider) in [one, other, one, other, other, one].into_iter().enumerate() {
                    let body = kept.body();
                    let asked = Asked { dialect: client, body: &body, model: "m", stream: false };
                    let sent = request(asked, provider, &target(provider), false).unwrap();
                    let expected: Vec<_> = given.iter().filter(|(of, _)| *of == maker(provider)).cloned().collect();
                    let text = String::from_utf8_lossy(&sent.body);
                    assert_eq!(proofs(provider, &sent.body), expected, "{client:?}, {one:?}/{other:?} {turn}: {text}");
                    assert!(!text.contains("tw1.") && !text.contains("dHcxL"), "a wrapped proof leaves: {text}");
                    let told = told(provider, turn);
                    // The client's own dialect passes as it came.
                    let got = match provider == client {
                        true => told,
                        false => answer(provider, &told, &asker(client)).unwrap().body,
                    };
                    kept.add(&got, turn);
                    given.push((maker(provider), format!("QUJD{turn:04}")));
                }
            }
        }
    }
}
