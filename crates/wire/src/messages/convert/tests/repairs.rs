//! Streams as they should not be.

use proptest::prelude::*;

use super::*;
use crate::canonical::{Delta, Opening, StopReason};

/// What a stream of these events means, in short.
fn told(events: &[&str]) -> String {
    let text: String = events.iter().map(|data| format!("data: {data}\n\n")).collect();
    let (events, complete) = decode_stream(&text);
    let mut told: Vec<String> = events
        .iter()
        .map(|event| match event {
            Event::Start { id, .. } => format!("start {id}"),
            Event::Open { block, what, .. } => format!(
                "open {block} {}",
                match what {
                    Opening::Text => "text".to_owned(),
                    Opening::Thinking => "thinking".to_owned(),
                    Opening::ToolCall(call) => format!("{} {}", call.id, call.name),
                    Opening::Opaque(opaque) => opaque.value.to_string(),
                    other => format!("{other:?}"),
                }
            ),
            Event::Delta { block, delta, .. } => format!(
                "{block} {}",
                match delta {
                    Delta::Text(text) | Delta::Arguments(text) => text.clone(),
                    other => format!("{other:?}"),
                }
            ),
            Event::Close { block, .. } => format!("close {block}"),
            Event::Stop { reason, .. } => format!("stop {reason:?}"),
            Event::Usage(usage) => format!("usage {}/{}", usage.input, usage.output),
            Event::End => "end".to_owned(),
            Event::Failed(failure) => format!("failed {} {:?}", failure.message, failure.code),
        })
        .collect();
    if !complete {
        told.push("cut".to_owned());
    }
    told.join("; ")
}

const START: &str = r#"{"type":"message_start","message":{"id":"m","usage":{"input_tokens":5,"output_tokens":0}}}"#;
const TEXT: &str = r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#;
const A: &str = r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}"#;
const HM: &str = r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}"#;
const CLOSE: &str = r#"{"type":"content_block_stop","index":0}"#;
const CALL: &str = r#"{"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"f","input":{"x":1}}}"#;
const ARGUMENTS: &str =
    r#"{"type":"content_block_delta","index":9,"delta":{"type":"input_json_delta","partial_json":"{}"}}"#;
const DELTA: &str = r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":3}}"#;
const STOP: &str = r#"{"type":"message_stop"}"#;

#[test]
fn streams_are_repaired() {
    let cases: &[(&[&str], &str)] = &[
        (
            &[START, TEXT, A, CLOSE, DELTA, STOP],
            "start m; usage 5/0; open 0 text; 0 a; close 0; usage 5/3; stop End; end",
        ),
        // A second beginning.
        (
            &[START, START, TEXT, A, START, DELTA, STOP],
            "start m; usage 5/0; open 0 text; 0 a; usage 5/3; close 0; stop End; end",
        ),
        // No beginning at all, a block never opened, and no last event.
        (&[A, DELTA], "start ; open 0 text; 0 a; usage 0/3; close 0; stop End; end"),
        // Thinking inside of text, and text again.
        (
            &[START, TEXT, A, HM, A, DELTA, STOP],
            "start m; usage 5/0; open 0 text; 0 a; close 0; open 1 thinking; 1 hm; close 1; open 2 text; 2 a; usage 5/3; close 2; stop End; end",
        ),
        // A block never closed, arguments at the start only, and the reason missing.
        (
            &[START, TEXT, A, CALL, STOP],
            "start m; usage 5/0; open 0 text; 0 a; close 0; open 1 t f; 1 {\"x\":1}; close 1; stop ToolUse; end",
        ),
        // Arguments under a wrong index replace those of the start.
        (&[START, CALL, ARGUMENTS, STOP], "start m; usage 5/0; open 0 t f; 0 {}; close 0; stop ToolUse; end"),
        // Arguments of no call, an end of no block, and things nobody knows.
        (
            &[START, ARGUMENTS, CLOSE, r#"{"type":"new"}"#, r#"{"type":"ping"}"#, "[DONE]", STOP],
            "start m; usage 5/0; stop End; end",
        ),
        // The reason before the words.
        (
            &[START, DELTA, TEXT, A, CLOSE, STOP],
            "start m; usage 5/0; usage 5/3; open 0 text; 0 a; close 0; stop End; end",
        ),
        // Something after the end.
        (&[START, DELTA, STOP, TEXT, A, DELTA], "start m; usage 5/0; usage 5/3; stop End; end"),
        // Words that come with the start of their block, under the same number twice.
        (
            &[
                START,
                TEXT,
                A,
                r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":"b"}}"#,
                DELTA,
                STOP,
            ],
            "start m; usage 5/0; open 0 text; 0 a; close 0; open 1 text; 1 b; usage 5/3; close 1; stop End; end",
        ),
        // A whole message in the start.
        (
            &[
                r#"{"type":"message_start","message":{"id":"m","content":[{"type":"text","text":"a"}],"stop_reason":"max_tokens"}}"#,
            ],
            "start m; open 0 text; 0 a; close 0; stop MaxTokens; end",
        ),
        // An error.
        (
            &[
                START,
                TEXT,
                A,
                r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
                A,
                STOP,
            ],
            "start m; usage 5/0; open 0 text; 0 a; failed Overloaded Some(\"overloaded_error\"); cut",
        ),
        // Cut short.
        (&[START, TEXT, A, CLOSE], "start m; usage 5/0; open 0 text; 0 a; close 0; cut"),
        (&[], "cut"),
        // A block of a kind nobody knows grows.
        (
            &[
                START,
                r#"{"type":"content_block_start","index":0,"content_block":{"type":"compaction","content":"a"}}"#,
                r#"{"type":"content_block_delta","index":0,"delta":{"type":"compaction_delta","content":"b","n":[1]}}"#,
                CLOSE,
                STOP,
            ],
            "start m; usage 5/0; open 0 {\"type\":\"compaction\",\"content\":\"ab\",\"n\":[1]}; close 0; stop End; end",
        ),
        // A call without an id.
        (
            &[
                START,
                r#"{"type":"content_block_start","index":0,"content_block":{"type":"tool_use","name":"f"}}"#,
                STOP,
            ],
            "start m; usage 5/0; open 0 toolu_m_0 f; 0 {}; close 0; stop ToolUse; end",
        ),
    ];
    for (events, expected) in cases {
        assert_eq!(told(events), *expected);
    }
}

#[test]
fn events_that_are_not_json_are_a_fault() {
    for data in [
        r#"{"type":"content_block_delta""#,
        r#"{"type":"content_block_delta","delta":}"#,
        r#"{"type":"content_block_start","content_block":3}"#,
    ] {
        assert!(Decoder::new().read(None, data.as_bytes(), &mut Vec::new()).is_err() || !data.ends_with('}'), "{data}");
    }
}

#[test]
fn the_reason_decides_whether_a_stream_without_its_end_is_complete() {
    assert!(told(&[START, DELTA]).ends_with("end"));
    assert!(matches!(
        decode_stream(&format!("data: {DELTA}\n\n")).0.as_slice(),
        [.., Event::Stop { reason: StopReason::End, .. }, Event::End]
    ));
}

/// Pieces of streams, in no order.
const PIECES: &[&str] = &[
    START,
    TEXT,
    A,
    HM,
    CLOSE,
    CALL,
    ARGUMENTS,
    DELTA,
    STOP,
    r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"t","signature":"s"}}"#,
    r#"{"type":"content_block_start","index":2,"content_block":{"type":"redacted_thinking","data":"d"}}"#,
    r#"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"u","name":"g","input":{}}}"#,
    r#"{"type":"content_block_start","index":2,"content_block":{"type":"server_tool_use","id":"v","name":"h","input":{}}}"#,
    r#"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{\"q\":"}}"#,
    r#"{"type":"content_block_delta","index":2,"delta":{"type":"input_json_delta","partial_json":"{1}"}}"#,
    r#"{"type":"content_block_delta","delta":{"type":"signature_delta","signature":"s"}}"#,
    r#"{"type":"content_block_delta","index":1,"delta":{"type":"citations_delta","citation":{"x":1}}}"#,
    r#"{"type":"content_block_stop","index":1}"#,
    r#"{"type":"content_block_stop","index":2}"#,
    r#"{"type":"content_block_stop"}"#,
];

proptest! {
    /// In whatever order the pieces come, the events keep to theirs, and a client reads what they say.
    #[test]
    fn any_pieces_come_out_in_order(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..20)) {
        let text: String = pieces.iter().map(|data| format!("data: {data}\n\n")).collect();
        let (events, complete) = decode_stream(&text);
        let (written, _) = encode_events(Dialect::Messages, events.clone());
        let (again, still) = decode_stream(&written);
        prop_assert_eq!(complete, still);
        if complete {
            // Blocks of nothing are not written.
            let said = |events: &[Event]| -> Vec<String> {
                let deltas = events.iter().filter_map(|event| match event {
                    Event::Delta { delta, .. } => Some(format!("{delta:?}")),
                    Event::Open { what: what @ (Opening::RedactedThinking(_) | Opening::ToolCall(_) | Opening::Opaque(_)), .. } => Some(format!("{what:?}")),
                    _ => None,
                });
                deltas.collect()
            };
            let mut lined = Vec::new();
            let mut sequence = crate::canonical::sequence::Sequence::default();
            for event in events {
                sequence.take(event, &mut lined).unwrap();
            }
            prop_assert_eq!(said(&again), said(&lined));
        }
    }
}
