//! Converts the same call again and again, for counting its instructions:
//! `valgrind --tool=callgrind --toggle-collect='*turn*' target/release/examples/convert json 1000`.
//!
//! What it does: `json` a request of 1 KB from Messages to Chat and its answer back, `stream` a stream of 200 chunks back, each
//! in a chunk of its own, `burst` the same stream in one, `carry` the search for wrapped proofs in a body of 200 KB.
#![expect(clippy::print_stdout, reason = "it exists to print its figures")]
#![expect(clippy::disallowed_methods, reason = "it measures time; the library does not")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_wire::canonical::{Client, Request, Target, signature};
use thinkwatch_wire::convert::translate::Translator;
use thinkwatch_wire::convert::{Asked, answer, request};

const TARGET: Target<'static> = Target { model: "gpt-bench", default_max_output_tokens: 8192, ask_usage: true };

fn body(stream: bool) -> String {
    let text = "All work and no play makes a dull benchmark. ".repeat(20);
    format!(
        r#"{{"model":"gpt-bench","stream":{stream},"temperature":0.2,"max_tokens":1000,"system":"You are a helpful assistant.","messages":[{{"role":"user","content":"{text}"}}]}}"#
    )
}

fn asked(body: &str, stream: bool) -> Asked<'_> {
    Asked { dialect: Dialect::Messages, body: body.as_bytes(), model: "gpt-bench", stream }
}

fn client(request: Arc<Request>) -> Client {
    let request_id = "req_0123456789abcdef0123456789abcdef".to_owned();
    Client { request, model: "gpt-bench".to_owned(), request_id, now_s: 1_763_800_000, as_list: false }
}

const HEAD: &str = r#"{"id":"chatcmpl-9x8y7z","object":"chat.completion.chunk","created":1763800000,"model":"gpt-bench","service_tier":"default","system_fingerprint":"fp_0aa8d3e20b","#;

fn chunks() -> Vec<Bytes> {
    let delta = |delta: &str, finish: &str| {
        Bytes::from(format!(
            "data: {HEAD}\"choices\":[{{\"index\":0,\"delta\":{delta},\"logprobs\":null,\"finish_reason\":{finish}}}],\"usage\":null}}\n\n"
        ))
    };
    let mut chunks: Vec<Bytes> = (0..200).map(|_| delta(r#"{"content":" word"}"#, "null")).collect();
    chunks[0] = delta(r#"{"role":"assistant","content":"","refusal":null}"#, "null");
    chunks.push(delta("{}", "\"stop\""));
    chunks.push(Bytes::from(format!("data: {HEAD}\"choices\":[],\"usage\":{{\"prompt_tokens\":9,\"completion_tokens\":200,\"total_tokens\":209}}}}\n\n")));
    chunks.push(Bytes::from_static(b"data: [DONE]\n\n"));
    chunks
}

fn whole() -> String {
    let text = "x".repeat(512);
    format!(
        r#"{{"id":"chatcmpl-9x8y7z","object":"chat.completion","created":1763800000,"model":"gpt-bench","choices":[{{"index":0,"message":{{"role":"assistant","content":"{text}","refusal":null,"annotations":[]}},"logprobs":null,"finish_reason":"stop"}}],"usage":{{"prompt_tokens":256,"completion_tokens":1,"total_tokens":257,"prompt_tokens_details":{{"cached_tokens":0,"audio_tokens":0}},"completion_tokens_details":{{"reasoning_tokens":0}}}},"service_tier":"default","system_fingerprint":"fp_0aa8d3e20b"}}"#
    )
}

#[inline(never)]
fn turn_json(body: &str, whole: &str) {
    let converted = request(asked(body, false), Dialect::Chat, &TARGET, false).expect("the sample is valid");
    let client = client(converted.request);
    black_box(answer(Dialect::Chat, whole.as_bytes(), &client).expect("the sample is valid"));
    black_box(converted.body);
}

#[inline(never)]
fn turn_stream(body: &str, chunks: &[Bytes], out: &mut Vec<Bytes>) {
    let converted = request(asked(body, true), Dialect::Chat, &TARGET, false).expect("the sample is valid");
    let mut translator = Translator::new(Dialect::Chat, client(converted.request), 16 << 20);
    for chunk in chunks {
        translator.feed(chunk, out).expect("the sample is valid");
        black_box(&*out);
        out.clear();
    }
    black_box(translator.take_held());
}

#[inline(never)]
fn turn_carry(body: &[u8]) {
    black_box(signature::may_carry(black_box(body)));
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let turns: u32 = arguments.next().and_then(|turns| turns.parse().ok()).unwrap_or(1000);
    let (one, streamed, chunks, whole) = (body(false), body(true), chunks(), whole());
    let joined = [Bytes::from(chunks.concat())];
    let large = body(false).repeat(200);
    let mut out = Vec::new();
    let start = Instant::now();
    for _ in 0..turns {
        match what.as_str() {
            "stream" => turn_stream(&streamed, &chunks, &mut out),
            "burst" => turn_stream(&streamed, &joined, &mut out),
            "carry" => turn_carry(large.as_bytes()),
            _ => turn_json(&one, &whole),
        }
    }
    println!("{what}: {} ns a turn", start.elapsed().as_nanos() / u128::from(turns));
}
