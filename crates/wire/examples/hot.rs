//! Times the hot paths on one core: `cargo run --release -p thinkwatch-wire --example hot`.
#![expect(clippy::print_stdout, reason = "it exists to print its figures")]
#![expect(clippy::disallowed_methods, reason = "it measures time; the library does not")]

use std::hint::black_box;
use std::time::Instant;

use bytes::Bytes;
use thinkwatch_policy::dialect::{Dialect, Endpoint};
use thinkwatch_wire::request::peek;
use thinkwatch_wire::splice::patch;
use thinkwatch_wire::stream::Relay;

/// The best of several rounds, nanoseconds a turn.
fn best(turns: u32, mut work: impl FnMut()) -> u128 {
    let round = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..turns).for_each(|_| work());
        start.elapsed().as_nanos() / u128::from(turns)
    };
    (0..7).map(|_| round(&mut work)).min().unwrap_or_default()
}

fn chat_body(text: &str, size: usize) -> Bytes {
    let message = |content: &str| format!(r#"{{"role":"user","content":"{content}"}}"#);
    let mut messages = vec![message("Be brief.")];
    while messages.iter().map(String::len).sum::<usize>() < size - 150 {
        messages.push(message(text));
    }
    format!(r#"{{"model":"gpt-4o-mini","stream":true,"max_tokens":256,"messages":[{}]}}"#, messages.join(",")).into()
}

fn chat_stream(null_usage: bool) -> Vec<Bytes> {
    let tail = if null_usage { r#","usage":null"# } else { "" };
    let head = r#"data: {"id":"chatcmpl-9x8y7z","object":"chat.completion.chunk","created":1763800000,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","system_fingerprint":"fp_0aa8d3e20b","#;
    let mut chunks: Vec<Bytes> = (0..200)
        .map(|n| format!("{head}\"choices\":[{{\"index\":0,\"delta\":{{\"content\":\" word{n}\"}},\"logprobs\":null,\"finish_reason\":null}}]{tail}}}\n\n").into())
        .collect();
    chunks.push(format!("{head}\"choices\":[{{\"index\":0,\"delta\":{{}},\"logprobs\":null,\"finish_reason\":\"stop\"}}]{tail}}}\n\n").into());
    chunks.push(format!("{head}\"choices\":[],\"usage\":{{\"prompt_tokens\":9,\"completion_tokens\":200,\"total_tokens\":209}}}}\n\n").into());
    chunks.push(Bytes::from_static(b"data: [DONE]\n\n"));
    chunks
}

fn messages_stream() -> Vec<Bytes> {
    let mut chunks = vec![Bytes::from_static(b"event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"content\":[],\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}}\n\n")];
    chunks.extend((0..200).map(|n| Bytes::from(format!("event: content_block_delta\ndata: {{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{{\"type\":\"text_delta\",\"text\":\" word{n}\"}}}}\n\n"))));
    chunks.push(Bytes::from_static(b"event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":200}}\n\n"));
    chunks.push(Bytes::from_static(b"event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n"));
    chunks
}

fn relay(name: &str, dialect: Dialect, hide: bool, chunks: &[Bytes]) {
    let mut out = Vec::with_capacity(512);
    let ns = best(300, || {
        out.clear();
        let mut relay = Relay::new(dialect, hide, 1 << 20);
        for chunk in chunks {
            relay.feed(chunk.clone(), &mut out).expect("no event of the sample is too long");
        }
        black_box((relay.finish(), relay.usage(), &out));
    });
    println!("{name:<44} {ns:>9} ns  ({} ns a chunk)", ns / chunks.len() as u128);
}

fn main() {
    let prose = "The quick brown fox jumps over the lazy dog, and then it rests for a while in the shade. ";
    let long = prose.repeat(40);
    let code = "fn main() {\\n    println!(\\\"{}\\\", 1);\\n}\\n".repeat(40);
    for (name, body, turns) in [
        ("peek 1 KB", chat_body(prose, 1024), 20_000),
        ("peek 200 KB, long strings", chat_body(&long, 200 * 1024), 200),
        ("peek 200 KB, code with many escapes", chat_body(&code, 200 * 1024), 200),
        ("peek 200 KB, Chinese", chat_body(&"敏捷的棕色狐狸跳过了懒狗。".repeat(90), 200 * 1024), 200),
    ] {
        let ns = best(turns, || {
            black_box(peek(Endpoint::ChatCompletions, black_box(&body), 128).expect("the sample is valid"));
        });
        println!("{name:<44} {ns:>9} ns  ({:.2} GB/s of {} bytes)", body.len() as f64 / ns as f64, body.len());
        let seen = peek(Endpoint::ChatCompletions, &body, 128).expect("the sample is valid");
        let ns = best(turns, || {
            black_box(patch(black_box(&body), &seen, "another-model", true));
        });
        println!("{:<44} {ns:>9} ns", "  patch of it");
    }
    relay("relay 200 chunks, chat", Dialect::Chat, false, &chat_stream(false));
    relay("relay 200 chunks, chat, usage hidden", Dialect::Chat, true, &chat_stream(true));
    relay("relay 200 chunks, chat, joined, hidden", Dialect::Chat, true, &[chat_stream(true).concat().into()]);
    relay("relay 200 chunks, messages", Dialect::Messages, false, &messages_stream());
}
