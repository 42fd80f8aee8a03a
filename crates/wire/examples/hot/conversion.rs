//! Calls in Messages to a provider that speaks Chat, and its answers back.

use std::hint::black_box;
use std::sync::Arc;

use bytes::Bytes;
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_wire::canonical::{Client, Request, Target, signature};
use thinkwatch_wire::convert::translate::Translator;
use thinkwatch_wire::convert::{Asked, Converted, answer, request};

use crate::Work;
use crate::samples::{chat_answer, chat_stream, messages_body};

const TARGET: Target<'static> = Target { model: "gpt-bench", default_max_output_tokens: 8192, ask_usage: true };

pub(crate) fn works() -> Vec<Work> {
    let body = messages_body(false);
    let whole = chat_answer();
    let json = Work::new("convert-json", move || {
        let converted = converted(&body, false);
        let client = client(converted.request);
        black_box(answer(Dialect::Chat, whole.as_bytes(), &client).expect("the sample is valid"));
        black_box(converted.body);
    });
    let large = messages_body(false).repeat(200);
    let carry = Work::new("search-for-proofs-200k", move || {
        black_box(signature::may_carry(black_box(large.as_bytes())));
    });
    let one_piece = vec![Bytes::from(chat_stream(true).concat())];
    vec![json, streaming("convert-stream", chat_stream(true)), streaming("convert-stream-one-piece", one_piece), carry]
}

fn streaming(name: &'static str, chunks: Vec<Bytes>) -> Work {
    let body = messages_body(true);
    let mut out = Vec::new();
    Work::new(name, move || {
        let converted = converted(&body, true);
        let mut translator = Translator::new(Dialect::Chat, client(converted.request), 16 << 20);
        for chunk in &chunks {
            translator.feed(chunk, &mut out).expect("the sample is valid");
            black_box(&*out);
            out.clear();
        }
        black_box(translator.take_held());
    })
}

fn converted(body: &str, stream: bool) -> Converted {
    let asked = Asked { dialect: Dialect::Messages, body: body.as_bytes(), model: "gpt-bench", stream };
    request(asked, Dialect::Chat, &TARGET, false).expect("the sample is valid")
}

fn client(request: Arc<Request>) -> Client {
    let request_id = "req_0123456789abcdef0123456789abcdef".to_owned();
    Client { request, model: "gpt-bench".to_owned(), request_id, now_s: 1_763_800_000, as_list: false }
}
