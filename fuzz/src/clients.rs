//! Clients to write answers for: one per dialect, that asked for a stream with tools.

use std::cell::RefCell;
use std::sync::Arc;

use thinkwatch_policy::dialect::Dialect;
use thinkwatch_wire::canonical::{Client, Request, Target};
use thinkwatch_wire::convert::{self, Asked};

/// A client of this dialect. `choice` decides whether it takes a list (Gemini) and whether it asked for usage (Chat).
pub(crate) fn client(dialect: Dialect, choice: u8) -> Client {
    let odd = choice & 1 != 0;
    Client {
        request: request(dialect, odd),
        model: "the-model".to_owned(),
        request_id: "0192f0c1-7e1a-7c3a-9c3e-2f6b8f0a1b2c".to_owned(),
        now_s: 1_790_000_000,
        as_list: dialect == Dialect::Gemini && odd,
    }
}

fn request(dialect: Dialect, odd: bool) -> Arc<Request> {
    thread_local! {
        static KEPT: RefCell<Vec<(Dialect, bool, Arc<Request>)>> = const { RefCell::new(Vec::new()) };
    }
    KEPT.with_borrow_mut(|kept| {
        if let Some((.., request)) = kept.iter().find(|(d, o, _)| *d == dialect && *o == odd) {
            return Arc::clone(request);
        }
        let asked = Asked { dialect, body: body(dialect, odd).as_bytes(), model: "the-model", stream: true };
        let target = Target { model: "x", default_max_output_tokens: 1, ask_usage: true };
        let other = if dialect == Dialect::Chat { Dialect::Messages } else { Dialect::Chat };
        let request = match convert::request(asked, other, &target, false) {
            Ok(converted) => converted.request,
            Err(refused) => panic!("{dialect:?}: {:?}", refused.into_error()),
        };
        kept.push((dialect, odd, Arc::clone(&request)));
        request
    })
}

const fn body(dialect: Dialect, odd: bool) -> &'static str {
    match (dialect, odd) {
        (Dialect::Chat, false) => {
            r#"{"model":"the-model","stream":true,"messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f"}},{"type":"custom","custom":{"name":"g"}}]}"#
        }
        (Dialect::Chat, true) => {
            r#"{"model":"the-model","stream":true,"stream_options":{"include_usage":true},"logprobs":true,"messages":[{"role":"user","content":"a"}],"tools":[{"type":"function","function":{"name":"f"}}]}"#
        }
        (Dialect::Messages, _) => {
            r#"{"model":"the-model","stream":true,"max_tokens":9,"messages":[{"role":"user","content":"a"}],"tools":[{"name":"f","input_schema":{"type":"object"}}]}"#
        }
        (Dialect::Responses, false) => {
            r#"{"model":"the-model","stream":true,"input":"a","tools":[{"type":"function","name":"f","parameters":{"type":"object"},"strict":false},{"type":"custom","name":"g"}]}"#
        }
        (Dialect::Responses, true) => {
            r#"{"model":"the-model","stream":true,"input":"a","store":false,"include":["reasoning.encrypted_content"],"tools":[{"type":"namespace","name":"n","description":"d","tools":[{"type":"function","name":"f","parameters":{"type":"object"},"strict":false}]}]}"#
        }
        _ => {
            r#"{"contents":[{"role":"user","parts":[{"text":"a"}]}],"tools":[{"functionDeclarations":[{"name":"f"}]}]}"#
        }
    }
}
