//! Targets for a fuzzer: every decoder of a request, an answer and a stream, with what must hold whatever comes in.
//! Nothing here knows the fuzzer. The same functions run over the seeds and over what was once found, as tests.

use thinkwatch_policy::dialect::Dialect;

mod answers;
mod clients;
mod forms;
mod passing;
mod relays;
mod requests;
pub mod seeds;
mod streams;
mod vectors;

/// Something to throw bytes at. It panics if what must hold does not.
#[derive(Debug)]
pub struct Target {
    /// Its name: `<what>_<dialect>`.
    pub name: &'static str,
    /// Throws the bytes.
    pub run: fn(&[u8]),
    /// What its seeds are made of.
    pub seeds: Seeds,
}

/// Which of the wire crate's samples a target begins with, and how they are put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeds {
    /// The requests of a dialect, after one byte of choice.
    Requests(Dialect),
    /// Its answers, after one byte of choice.
    Answers(Dialect),
    /// Its streams, after two bytes of choice.
    Streams(Dialect),
    /// Forms with a model, a file and fields.
    Forms,
    /// Calls for embeddings with their answers.
    Embeddings,
    /// Calls in Responses with their answers.
    Turns,
    /// Requests and answers of all dialects, after one byte of choice.
    All,
}

macro_rules! target {
    ($name:literal, $run:expr, $seeds:expr) => {
        Target { name: $name, run: $run, seeds: $seeds }
    };
}

/// All targets.
pub const TARGETS: &[Target] = &[
    target!("stream_chat", |data| streams::run(Dialect::Chat, data), Seeds::Streams(Dialect::Chat)),
    target!("stream_messages", |data| streams::run(Dialect::Messages, data), Seeds::Streams(Dialect::Messages)),
    target!("stream_responses", |data| streams::run(Dialect::Responses, data), Seeds::Streams(Dialect::Responses)),
    target!("stream_gemini", |data| streams::run(Dialect::Gemini, data), Seeds::Streams(Dialect::Gemini)),
    target!("stream_converse", |data| streams::run(Dialect::Converse, data), Seeds::Streams(Dialect::Converse)),
    target!("relay_chat", |data| relays::run(Dialect::Chat, data), Seeds::Streams(Dialect::Chat)),
    target!("relay_messages", |data| relays::run(Dialect::Messages, data), Seeds::Streams(Dialect::Messages)),
    target!("relay_responses", |data| relays::run(Dialect::Responses, data), Seeds::Streams(Dialect::Responses)),
    target!("relay_gemini", |data| relays::run(Dialect::Gemini, data), Seeds::Streams(Dialect::Gemini)),
    target!("request_chat", |data| requests::run(Dialect::Chat, data), Seeds::Requests(Dialect::Chat)),
    target!("request_messages", |data| requests::run(Dialect::Messages, data), Seeds::Requests(Dialect::Messages)),
    target!("request_responses", |data| requests::run(Dialect::Responses, data), Seeds::Requests(Dialect::Responses)),
    target!("request_gemini", |data| requests::run(Dialect::Gemini, data), Seeds::Requests(Dialect::Gemini)),
    target!("request_converse", |data| requests::run(Dialect::Converse, data), Seeds::Requests(Dialect::Converse)),
    target!("answer_chat", |data| answers::run(Dialect::Chat, data), Seeds::Answers(Dialect::Chat)),
    target!("answer_messages", |data| answers::run(Dialect::Messages, data), Seeds::Answers(Dialect::Messages)),
    target!("answer_responses", |data| answers::run(Dialect::Responses, data), Seeds::Answers(Dialect::Responses)),
    target!("answer_gemini", |data| answers::run(Dialect::Gemini, data), Seeds::Answers(Dialect::Gemini)),
    target!("answer_converse", |data| answers::run(Dialect::Converse, data), Seeds::Answers(Dialect::Converse)),
    target!("passing", passing::run, Seeds::All),
    target!("forms", forms::run, Seeds::Forms),
    target!("embeddings", vectors::embeddings, Seeds::Embeddings),
    target!("countable", vectors::countable, Seeds::All),
    target!("kept", vectors::kept, Seeds::Turns),
];

impl Target {
    /// The one of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TARGETS.iter().find(|target| target.name == name)
    }
}

/// What clients and providers speak that is converted, for a choice by number.
const CONVERTED: [Dialect; 5] =
    [Dialect::Chat, Dialect::Messages, Dialect::Responses, Dialect::Gemini, Dialect::Converse];

/// No output may be longer than this for its input: what grows without bound takes the memory of all.
fn assert_bounded(what: &str, input: usize, output: usize) {
    assert!(output <= 64 * 1024 + 256 * input, "{what}: {output} bytes out of {input}");
}

fn assert_json(what: &str, text: &[u8]) {
    if let Err(error) = serde_json::from_slice::<serde::de::IgnoredAny>(text) {
        panic!("{what}: {error} in {}", String::from_utf8_lossy(text));
    }
}

#[cfg(test)]
mod tests {
    use super::{TARGETS, seeds};

    #[test]
    fn seeds_and_what_was_once_found_hold() {
        for target in TARGETS {
            let seeds = seeds::of(target.seeds);
            assert!(!seeds.is_empty(), "{} has no seeds", target.name);
            for seed in seeds.iter().chain(&seeds::found(target.name)) {
                (target.run)(seed);
            }
        }
    }
}
