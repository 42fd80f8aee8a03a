//! Calls and streams that go on in their own dialect.

use std::hint::black_box;

use bytes::Bytes;
use thinkwatch_policy::dialect::{Dialect, Endpoint};
use thinkwatch_wire::request::peek;
use thinkwatch_wire::splice::patch;
use thinkwatch_wire::stream::Relay;

use crate::Work;
use crate::samples::{PROSE, chat_body, chat_stream, messages_stream};

pub(crate) fn works() -> Vec<Work> {
    let code = "fn main() {\\n    println!(\\\"{}\\\", 1);\\n}\\n".repeat(40);
    let chinese = "敏捷的棕色狐狸跳过了懒狗。".repeat(90);
    vec![
        peeking("peek-1k", chat_body(PROSE, 1024)),
        peeking("peek-200k-long-strings", chat_body(&PROSE.repeat(40), 200 * 1024)),
        peeking("peek-200k-escapes", chat_body(&code, 200 * 1024)),
        peeking("peek-200k-chinese", chat_body(&chinese, 200 * 1024)),
        patching("patch-1k", chat_body(PROSE, 1024)),
        relaying("relay-chat", Dialect::Chat, false, chat_stream(false)),
        relaying("relay-chat-usage-hidden", Dialect::Chat, true, chat_stream(true)),
        relaying("relay-chat-one-piece", Dialect::Chat, true, vec![chat_stream(true).concat().into()]),
        relaying("relay-messages", Dialect::Messages, false, messages_stream()),
    ]
}

fn peeking(name: &'static str, body: Bytes) -> Work {
    Work::new(name, move || {
        black_box(peek(Endpoint::ChatCompletions, black_box(&body), 128).expect("the sample is valid"));
    })
}

fn patching(name: &'static str, body: Bytes) -> Work {
    let seen = peek(Endpoint::ChatCompletions, &body, 128).expect("the sample is valid");
    Work::new(name, move || {
        black_box(patch(black_box(&body), &seen, "another-model", true));
    })
}

fn relaying(name: &'static str, dialect: Dialect, hide: bool, chunks: Vec<Bytes>) -> Work {
    let mut out = Vec::with_capacity(512);
    Work::new(name, move || {
        out.clear();
        let mut relay = Relay::new(dialect, hide, 1 << 20);
        for chunk in &chunks {
            relay.feed(chunk.clone(), &mut out).expect("no event of the sample is too long");
        }
        black_box((relay.finish(), relay.usage(), &out));
    })
}
