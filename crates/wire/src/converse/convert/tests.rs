//! Requests, answers and streams on their way to Converse and back.

mod corpus;
mod features;
mod generated;
mod mended;
mod streams;

use std::sync::Arc;

use serde_json::Value;
use thinkwatch_policy::dialect::Dialect;

use super::{decode_request, encode_request};
use crate::canonical::{Block, Client, Message, Notes, Refusal, Request, Role, Target};

const CLAUDE: &str = "global.anthropic.claude-sonnet-4-5-20250929-v1:0";
/// One that is led by words, and refuses numbers.
const NEWER: &str = "global.anthropic.claude-opus-4-8";

fn notes(source: Dialect) -> Notes {
    Notes::new(source, Dialect::Converse, false)
}

fn client() -> Client {
    Client {
        request: Arc::new(Request::new(Dialect::Converse, "m")),
        model: "m".to_owned(),
        request_id: "req_1".to_owned(),
        now_s: 1,
        as_list: false,
    }
}

fn target(model: &str) -> Target<'_> {
    Target { model, default_max_output_tokens: 4096, ask_usage: true }
}

/// A call that says hello.
fn hello(source: Dialect) -> Request {
    let mut request = Request::new(source, "m");
    request.messages.push(Message::new(Role::User, vec![Block::text("Hello")]));
    request
}

/// What the request becomes for a model, and what was lost.
fn sent_to(model: &str, request: &Request, strict: bool) -> Result<(Value, Vec<String>), Refusal> {
    let mut notes = Notes::new(request.source, Dialect::Converse, strict);
    let bytes = encode_request::encode(request, &target(model), &mut notes)?;
    let again =
        encode_request::encode(request, &target(model), &mut Notes::new(request.source, Dialect::Converse, strict))?;
    assert_eq!(bytes, again, "always the same bytes");
    let value = serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&bytes)));
    Ok((value, notes.lost().iter().map(|lost| lost.field.clone()).collect()))
}

fn sent(request: &Request) -> (Value, Vec<String>) {
    sent_to(CLAUDE, request, false).unwrap()
}

/// The files of a folder of the corpus, with their names.
#[expect(clippy::disallowed_methods, reason = "a corpus is files")]
fn corpus(folder: &str) -> Vec<(String, String)> {
    let path = format!("{}/tests/convert/converse/{folder}", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(path)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            (path.file_stem().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    assert!(files.len() > 5, "the corpus is there");
    files
}
