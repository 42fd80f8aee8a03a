//! Streams as they should be.

use super::*;
use crate::canonical::{Block, Delta, Maker, Opening, Signature, StopReason, ToolCall, ToolKind};

#[test]
fn a_stream_means_the_same_however_it_is_cut() {
    for (name, text) in STREAMS {
        let (whole, complete) = decode_stream(text);
        assert!(complete, "{name}");
        let bytes = text.as_bytes();
        for at in 0..=bytes.len() {
            assert_eq!(decode_pieces([&bytes[..at], &bytes[at..]]), Ok((whole.clone(), true)), "{name} at {at}");
        }
        assert_eq!(decode_pieces(bytes.chunks(1)), Ok((whole.clone(), true)), "{name}");
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(decode_pieces(crlf.as_bytes().chunks(1)), Ok((whole, true)), "{name}");
    }
}

#[test]
fn a_stream_that_is_written_again_means_the_same() {
    for (name, text) in STREAMS {
        let (mut events, _) = decode_stream(text);
        let (again, notes) = encode_events(Dialect::Messages, events.clone());
        assert!(notes.lost().is_empty(), "{name}: {notes:?}");
        if let Some(Event::Start { model, .. }) = events.first_mut() {
            *model = "the-model".to_owned();
        }
        assert_eq!(decode_stream(&again), (events, true), "{name}\n{again}");
    }
}

#[test]
fn a_stream_and_a_whole_answer_mean_the_same() {
    let (events, _) = decode_stream(STREAMS.iter().find(|(name, _)| *name == "tools").unwrap().1);
    let arguments: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Delta { delta: Delta::Arguments(part), block, .. } => Some((*block, part.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(arguments, [(1, "{\"x\": \"\\u00"), (1, "e9\"}"), (2, "{}")]);
    assert!(events.contains(&Event::Stop { choice: 0, reason: StopReason::ToolUse }));
}

#[test]
fn what_a_client_of_messages_reads() {
    let events = vec![
        Event::Start { id: "chatcmpl-1".to_owned(), model: "gpt".to_owned(), created_at_s: 5 },
        Event::Open { choice: 0, block: 0, what: Opening::Text },
        Event::Delta { choice: 0, block: 0, delta: Delta::Text("hi".to_owned()) },
        Event::Close { choice: 0, block: 0 },
        Event::Stop { choice: 0, reason: StopReason::MaxTokens },
        Event::Usage(thinkwatch_policy::usage::Usage { input: 7, output: 3, ..Default::default() }),
        Event::End,
    ];
    let (text, _) = encode_events(Dialect::Chat, events);
    let expected = r#"event: message_start
data: {"type":"message_start","message":{"id":"msg_req-1","type":"message","role":"assistant","model":"the-model","content":[],"stop_reason":null,"stop_sequence":null,"container":null,"stop_details":null,"usage":{"input_tokens":0,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"server_tool_use":null,"service_tier":null}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hi"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"max_tokens","stop_sequence":null,"container":null,"stop_details":null},"usage":{"input_tokens":7,"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":3,"server_tool_use":null}}

event: message_stop
data: {"type":"message_stop"}

"#;
    assert_eq!(text, expected);
}

fn call(block: u32, kind: ToolKind, signature: Option<Signature>) -> Event {
    let call = ToolCall { id: format!("c.{block}"), name: "f".to_owned(), kind, signature, ..ToolCall::default() };
    Event::Open { choice: 0, block, what: Opening::ToolCall(call) }
}

fn part(block: u32, text: &str) -> Event {
    Event::Delta { choice: 0, block, delta: Delta::Arguments(text.to_owned()) }
}

#[test]
fn calls_that_overlap_and_arguments_that_are_no_objects() {
    let google = Signature::new(Maker::Google, "g");
    let events = vec![
        Event::Start { id: String::new(), model: String::new(), created_at_s: 0 },
        Event::Open { choice: 0, block: 0, what: Opening::Text },
        Event::Open { choice: 1, block: 0, what: Opening::Text },
        call(1, ToolKind::Function, Some(google)),
        part(1, " "),
        call(2, ToolKind::Function, None),
        part(2, "no"),
        part(1, "{\"a\":"),
        Event::Close { choice: 0, block: 0 },
        part(2, " json"),
        part(1, "1}"),
        Event::Close { choice: 0, block: 2 },
        call(3, ToolKind::Custom, None),
        part(3, "*** \"p\""),
        Event::Close { choice: 0, block: 1 },
        Event::Close { choice: 0, block: 3 },
        Event::Stop { choice: 0, reason: StopReason::End },
        Event::End,
    ];
    let mut encoder = Encoder::new(client());
    let (mut notes, mut out) = (notes(Dialect::Chat, Dialect::Messages), Vec::new());
    for event in events {
        encoder.write(event, &mut notes, &mut out).unwrap();
    }
    let text = String::from_utf8(out).unwrap();
    let place = encoder.place();
    assert_eq!((place.id.as_deref(), place.sequence), (Some("msg_req-1"), text.matches("event: ").count() as u64));
    assert_eq!(lost(&notes), ["content"], "another choice is named");
    let (events, complete) = decode_stream(&text);
    assert!(complete);
    let told: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::Open { what: Opening::ToolCall(call), .. } => Some(call.id.clone()),
            Event::Open { what: Opening::RedactedThinking(proof), .. } => {
                Some(format!("{:?} {}", proof.maker, proof.data))
            }
            Event::Delta { delta: Delta::Arguments(text), .. } => Some(text.clone()),
            Event::Stop { reason, .. } => Some(format!("{reason:?}")),
            _ => None,
        })
        .collect();
    let expected = [
        "Google g",
        "tw1_c_2e1",
        " {\"a\":",
        "1}",
        "tw1_c_2e2",
        r#"{"_raw":"no json"}"#,
        "tw1_c_2e3",
        r#"{"input":"*** \"p\""}"#,
        "ToolUse",
    ];
    // White space before the object is not worth a delta of its own.
    let told: Vec<_> = told.iter().map(|text| text.trim()).collect();
    assert_eq!(told, expected.map(str::trim));
}

#[test]
fn values_over_several_lines_stay_in_their_event() {
    let value = "{\"type\":\"web_search_tool_result\",\r\n\"content\":[\n]}".into();
    let opaque =
        crate::canonical::Opaque { dialect: Dialect::Messages, kind: "web_search_tool_result".to_owned(), value };
    let events = vec![
        Event::Open { choice: 0, block: 0, what: Opening::Opaque(opaque) },
        Event::Close { choice: 0, block: 0 },
        Event::Stop { choice: 0, reason: StopReason::End },
        Event::End,
    ];
    let (text, _) = encode_events(Dialect::Messages, events);
    assert_eq!(text.matches("\n\n").count(), 5, "{text}");
    assert!(decode_stream(&text).1);
}

/// Sends a stream to a client and takes what it sends back in its next call.
#[test]
fn proofs_on_words_and_calls_come_back_through_a_client() {
    let proof = |data: &str| Delta::Signature(Signature::new(Maker::Google, data));
    let delta = |block, delta| Event::Delta { choice: 0, block, delta };
    let open = |block, what| Event::Open { choice: 0, block, what };
    let close = |block| Event::Close { choice: 0, block };
    let events = vec![
        open(0, Opening::Text),
        delta(0, Delta::Text("a".to_owned())),
        delta(0, proof("words")),
        close(0),
        call(1, ToolKind::Function, Some(Signature::new(Maker::Google, "first"))),
        part(1, "{}"),
        close(1),
        call(2, ToolKind::Function, None),
        part(2, "{}"),
        delta(2, proof("late")),
        close(2),
        open(3, Opening::Text),
        delta(3, proof("empty")),
        close(3),
        Event::Stop { choice: 0, reason: StopReason::End },
        Event::End,
    ];
    let (text, notes) = encode_events(Dialect::Chat, events);
    assert!(notes.lost().is_empty());
    // What a client keeps of it: each block as it began, with the arguments in it.
    let blocks: Vec<Value> = text
        .lines()
        .filter_map(|line| {
            serde_json::from_str::<Value>(line.strip_prefix("data: ")?).ok()?.get("content_block").cloned()
        })
        .collect();
    let body = serde_json::json!({"model":"m","messages":[{"role":"assistant","content":blocks}]}).to_string();
    let proofs: Vec<_> = decode_for(Dialect::Chat, &body).0.messages[0]
        .content
        .iter()
        .map(|block| match block {
            Block::Text(text) => text.signature.as_ref().map(|proof| proof.data.clone()),
            Block::ToolCall(call) => call.signature.as_ref().map(|proof| proof.data.clone()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(proofs, ["words", "first", "late", "empty"].map(|data| Some(data.to_owned())));
}

/// Clients say what the last block says, and the words before it are told by then.
#[test]
fn no_proof_follows_the_last_words() {
    let proof = |block| Event::Delta { choice: 0, block, delta: Delta::Signature(Signature::new(Maker::Google, "g")) };
    let open = |block, what| Event::Open { choice: 0, block, what };
    let said = Event::Delta { choice: 0, block: 0, delta: Delta::Text("a".to_owned()) };
    let stop = [Event::Stop { choice: 0, reason: StopReason::End }, Event::End];
    let close = |block| Event::Close { choice: 0, block };
    let on_them = vec![open(0, Opening::Text), said.clone(), proof(0), close(0)];
    let after_them = vec![open(0, Opening::Text), said, close(0), open(1, Opening::Text), proof(1), close(1)];
    for events in [on_them, after_them] {
        let (text, notes) = encode_events(Dialect::Gemini, events.into_iter().chain(stop.clone()).collect());
        assert!(!text.contains("redacted_thinking"), "{text}");
        let lost: Vec<_> = notes.lost().iter().map(|lost| lost.field.as_str()).collect();
        assert_eq!(lost, ["thoughtSignature"]);
    }
}
