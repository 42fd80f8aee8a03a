//! Streams: the same bytes, usage and end however they are cut into chunks.

use bytes::Bytes;
use proptest::prelude::*;
use thinkwatch_policy::dialect::Dialect::{self, Chat, Completions, Gemini, Messages, Responses};
use thinkwatch_policy::usage::Usage;
use thinkwatch_wire::error::{ApiError, ErrorKind};
use thinkwatch_wire::stream::{End, Failure, Relay, Terminal, Unrelayable};

const CHAT: &str = include_str!("samples/chat.sse");
const MESSAGES: &str = include_str!("samples/messages.sse");
const RESPONSES: &str = include_str!("samples/responses.sse");

/// All that a relay tells of a stream.
#[derive(Debug, PartialEq)]
struct Told {
    out: String,
    held: String,
    end: End,
    terminal: Option<Terminal>,
    usage: Option<Usage>,
    output_bytes: u64,
    events: u64,
    bad: u64,
    id: Option<String>,
    first: bool,
}

fn run(dialect: Dialect, hide: bool, chunks: &[&[u8]]) -> Told {
    let mut relay = Relay::new(dialect, hide, 64 * 1024);
    let mut out = Vec::new();
    for chunk in chunks {
        relay.feed(Bytes::copy_from_slice(chunk), &mut out).expect("the samples have small events");
        assert!(out.iter().all(|piece| !piece.is_empty()));
    }
    let end = relay.finish();
    let text = |pieces: Vec<Bytes>| String::from_utf8_lossy(&pieces.concat()).into_owned();
    Told {
        out: text(out),
        held: text(relay.take_held()),
        end,
        terminal: relay.terminal().cloned(),
        usage: relay.usage(),
        output_bytes: relay.words().bytes(),
        events: relay.events(),
        bad: relay.bad_events(),
        id: relay.upstream_id().map(str::to_owned),
        first: relay.first_event_seen(),
    }
}

fn whole(dialect: Dialect, hide: bool, stream: &str) -> Told {
    run(dialect, hide, &[stream.as_bytes()])
}

/// What a client that did not ask should see of the chat sample.
fn chat_without_usage() -> String {
    let events = CHAT.split_inclusive("\n\n").filter(|event| !event.contains("\"choices\":[]"));
    let plain = |event: &str| {
        let event = event.replace("}],\"usage\":null}\n", "}]}\n");
        event.replace("\"usage\":null,\"choices\"", "\"choices\"")
    };
    events.map(plain).collect()
}

const CHAT_USAGE: Usage = Usage {
    input: 36,
    cache_read: 64,
    output: 50,
    reasoning: 20,
    audio_input: 3,
    audio_output: 1,
    cache_write_5m: 0,
    cache_write_1h: 0,
    image_units: 0,
};

#[test]
fn samples_pass_and_tell() {
    let chat = whole(Chat, false, CHAT);
    assert_eq!(chat.out + &chat.held, CHAT);
    assert_eq!(chat.held, "data: [DONE]\n\n");
    assert_eq!((chat.end, chat.usage, chat.events, chat.bad), (End::Complete, Some(CHAT_USAGE), 7, 0));
    assert_eq!(chat.id.as_deref(), Some("chatcmpl-A1"));
    let text = ["Grüße 🦊 \\\"usage\\\":null} and \\\"error\\\"", "look", "{\\\"usage\\\":null}"];
    assert_eq!(chat.output_bytes, text.iter().map(|t| t.len() as u64).sum::<u64>());

    let hidden = whole(Chat, true, CHAT);
    assert_eq!(hidden.out + &hidden.held, chat_without_usage());
    assert_eq!(hidden.usage, Some(CHAT_USAGE));

    let messages = whole(Messages, true, MESSAGES);
    assert_eq!(messages.out + &messages.held, MESSAGES);
    assert_eq!(messages.held, "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
    let usage =
        Usage { input: 12, cache_read: 2000, cache_write_5m: 100, cache_write_1h: 200, output: 89, ..Usage::default() };
    assert_eq!((messages.end, messages.usage, messages.bad), (End::Complete, Some(usage), 0));
    assert_eq!(messages.output_bytes, ("Let me see.".len() + r#"{\"path\": \"ä\"}"#.len()) as u64);
    assert_eq!(messages.id.as_deref(), Some("msg_01"));

    let responses = whole(Responses, false, RESPONSES);
    assert_eq!(responses.out + &responses.held, RESPONSES);
    assert!(responses.held.starts_with("event: response.completed\n"));
    let usage = Usage { input: 10, cache_read: 30, output: 9, reasoning: 4, ..Usage::default() };
    assert_eq!((responses.end, responses.usage, responses.output_bytes), (End::Complete, Some(usage), 3));
    assert_eq!(responses.id.as_deref(), Some("resp_7"));
}

#[test]
fn usage_is_final_when_an_end_told_it() {
    let start = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"usage\":{\"input_tokens\":9,\"output_tokens\":1}}}\n\n";
    let stop = "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    let delta = |usage: &str| {
        format!(
            "event: message_delta\ndata: {{\"type\":\"message_delta\",\"delta\":{{\"stop_reason\":\"end_turn\"}}{usage}}}\n\n"
        )
    };
    for (dialect, stream, expected) in [
        (Messages, format!("{start}{}{stop}", delta(",\"usage\":{\"output_tokens\":40}")), true),
        (Messages, format!("{start}{}{stop}", delta(",\"usage\":{\"input_tokens\":9}")), false),
        (Messages, format!("{start}{}{stop}", delta(",\"usage\":{\"output_tokens\":0}")), false),
        (Messages, format!("{start}{}{stop}", delta("")), false),
        (Messages, format!("{start}{stop}"), false),
        (Messages, MESSAGES.to_owned(), true),
        (Chat, CHAT.to_owned(), true),
        (Responses, RESPONSES.to_owned(), true),
        (Chat, "data: {\"choices\":[]}\n\ndata: [DONE]\n\n".to_owned(), false),
    ] {
        let mut relay = Relay::new(dialect, false, 64 * 1024);
        relay.feed(Bytes::from(stream.clone()), &mut Vec::new()).expect("small events");
        assert_eq!(relay.usage_is_final(), expected, "{stream}");
    }
}

/// The samples, their variants of line ends, and some odd ones.
fn variants() -> Vec<(Dialect, bool, String)> {
    let mut all = Vec::new();
    for (dialect, hide, sample) in
        [(Chat, false, CHAT), (Chat, true, CHAT), (Messages, false, MESSAGES), (Responses, false, RESPONSES)]
    {
        for end in ["\n", "\r\n", "\r"] {
            all.push((dialect, hide, sample.replace('\n', end)));
            all.push((dialect, hide, format!("\u{feff}{}", sample.replace('\n', end).replace("data: ", "data:"))));
        }
    }
    let odd = [
        "data: {\"choices\":[],\ndata: \"usage\":null}\n\n\n\ndata\n\nid: 1\nretry: 5\n\ndata: {\"id\":\ndata: 1}\n\ndata: [DONE]\n\n: after\n\n",
        "data: {\"usage\":null}\n\ndata: { \"usage\" : null , \"id\":1}\n\ndata: {\"id\":1 , \"usage\" : null }\n\ndata: {\"choices\":[{\"usage\":null}]}\n\n",
        "data: \r\n\r\ndata: {\"error\":null}\r\rdata\n\r\ndata: {\"choices\":[{\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]",
    ];
    all.extend(odd.iter().flat_map(|stream| [(Chat, true, (*stream).to_owned()), (Chat, false, (*stream).to_owned())]));
    all
}

#[test]
fn every_cut_gives_the_same() {
    for (dialect, hide, stream) in variants() {
        let bytes = stream.as_bytes();
        let expected = whole(dialect, hide, &stream);
        if !hide {
            assert_eq!(expected.out.clone() + &expected.held, stream.clone() + torn_end(&expected), "{dialect:?}");
        }
        for cut in 0..=bytes.len() {
            let (left, right) = bytes.split_at(cut);
            assert_eq!(run(dialect, hide, &[left, right]), expected, "{dialect:?} {hide} cut at {cut}");
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(run(dialect, hide, &single), expected, "{dialect:?} {hide} byte by byte");
    }
}

/// An event without its blank line gets one where an error has to follow.
fn torn_end(told: &Told) -> &'static str {
    if told.end == End::CutShort && told.held.ends_with("\n\n") { "\n\n" } else { "" }
}

proptest! {
    #[test]
    fn any_cuts_give_the_same(
        which in any::<proptest::sample::Index>(),
        mut cuts in proptest::collection::vec(any::<proptest::sample::Index>(), 0..40),
    ) {
        let all = variants();
        let (dialect, hide, stream) = &all[which.index(all.len())];
        let bytes = stream.as_bytes();
        let mut places: Vec<usize> = cuts.drain(..).map(|cut| cut.index(bytes.len() + 1)).collect();
        places.extend([0, bytes.len()]);
        places.sort_unstable();
        let chunks: Vec<&[u8]> = places.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        prop_assert_eq!(run(*dialect, *hide, &chunks), whole(*dialect, *hide, stream));
    }

    #[test]
    fn what_is_known_of_the_last_event_changes_nothing(
        events in proptest::collection::vec((0..6_usize, "[a-z\"\\\\ ]{0,9}|usage|error|finish_reason", 0..3_usize), 1..12),
        hide: bool,
    ) {
        let event = |(kind, text, times): &(usize, String, usize)| {
            let text = serde_json::to_string(text).unwrap();
            let event = match kind {
                0 | 1 => format!(r#"{{"id":"c","choices":[{{"delta":{{"content":{text}}},"finish_reason":null}}]}}"#),
                2 => format!(r#"{{"id":"c","choices":[{{"delta":{{"content":{text}}}}}],"usage":null}}"#),
                3 => r#"{"id":"c","choices":[{"finish_reason":"stop"}]}"#.to_owned(),
                4 => r#"{"id":"c","choices":[],"usage":{"prompt_tokens":3,"completion_tokens":5}}"#.to_owned(),
                _ => format!(r#"{{"id":"c","{}":{text}}}"#, text.replace(['\\', '"'], "").replace("error", "e")),
            };
            format!("data: {event}\n\n").repeat(times + 1)
        };
        let alike: String = events.iter().map(event).collect();
        // With an event between of which nothing can be learnt.
        let apart: String = alike.split_inclusive("\n\n").map(|event| format!("data:\n\n{event}")).collect();
        let (alike, apart) = (whole(Chat, hide, &alike), whole(Chat, hide, &apart));
        prop_assert_eq!(alike.out, apart.out.replace("data:\n\n", ""));
        prop_assert_eq!((alike.end, alike.usage, alike.output_bytes, alike.id), (apart.end, apart.usage, apart.output_bytes, apart.id));
    }

    #[test]
    fn never_panics(chunks in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..60), 0..10), lines: bool) {
        for dialect in Dialect::ALL {
            let mut relay = Relay::new(dialect, true, 100);
            let mut out = Vec::new();
            for chunk in &chunks {
                let chunk = if lines { [b"data: {\"usage\"".as_slice(), chunk, b"}\n\n"].concat() } else { chunk.clone() };
                if relay.feed(chunk.into(), &mut out).is_err() { break }
            }
            relay.finish();
        }
    }
}

#[test]
fn hides_only_what_we_asked_for() {
    for (event, expected) in [
        (r#"{"id":"1","choices":[{"x":1}],"usage":null}"#, Some(r#"{"id":"1","choices":[{"x":1}]}"#)),
        (r#"{"usage":null,"id":"1"}"#, Some(r#"{"id":"1"}"#)),
        (r#"{"usage":null}"#, Some("{}")),
        (r#"{"id":"1", "usage": null, "b": 2}"#, Some(r#"{"id":"1", "b": 2}"#)),
        (r#"{"choices":[{"usage":null}]}"#, Some(r#"{"choices":[{"usage":null}]}"#)),
        (r#"{"choices":[],"usage":{"prompt_tokens":1}}"#, None),
        (
            r#"{"choices":[],"prompt_filter_results":[],"usage":null}"#,
            Some(r#"{"choices":[],"prompt_filter_results":[]}"#),
        ),
        // An upstream that tells usage with the last words does so unasked.
        (
            r#"{"choices":[{"delta":{}}],"usage":{"prompt_tokens":1}}"#,
            Some(r#"{"choices":[{"delta":{}}],"usage":{"prompt_tokens":1}}"#),
        ),
        (r#"{"a":",\"usage\":null}"}"#, Some(r#"{"a":",\"usage\":null}"}"#)),
        (r#"{"a":"usage"}"#, Some(r#"{"a":"usage"}"#)),
    ] {
        let first = r#"data: {"id":"0","choices":[]}"#;
        let told = whole(Chat, true, &format!("{first}\n\ndata: {event}\n\n"));
        let expected = expected.map(|data| format!("data: {data}\n\n")).unwrap_or_default();
        assert_eq!(told.out, format!("{first}\n\n{expected}"), "{event}");
        let asked = whole(Chat, false, &format!("data: {event}\n\n"));
        assert_eq!(asked.out, format!("data: {event}\n\n"));
    }
}

#[test]
fn ends_are_told_apart() {
    let failed = |message: &str, code: Option<&str>| {
        End::Failed(Failure { message: message.into(), code: code.map(str::to_owned) })
    };
    let finish = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    let chat_error = "data: {\"error\":{\"message\":\"boom\",\"type\":\"server_error\",\"code\":502}}\n\n";
    for (dialect, stream, end, first, held) in [
        (Chat, String::new(), End::CutShort, false, ""),
        (Dialect::Embeddings, "data: {}\n\n".into(), End::Complete, true, ""),
        (Chat, "data: {\"choices\":[]}\n\n".into(), End::CutShort, true, ""),
        (Chat, finish.into(), End::Complete, true, ""),
        (Chat, format!("{finish}data: {{\"choi"), End::Complete, true, ""),
        (Chat, format!("{finish}data: [DONE]"), End::Complete, true, "data: [DONE]"),
        (Chat, "data: {\"choices\":[{\"finish_reason\":null}]}\n\n".into(), End::CutShort, true, ""),
        (Chat, "data: {\"choices\":[]}\n\ndata: {\"id\":1}".into(), End::CutShort, true, "data: {\"id\":1}\n\n"),
        (Chat, "data: {\"choices\":[]}\n\ndata: {\"id\":".into(), End::CutShort, true, ""),
        (Chat, chat_error.into(), failed("boom", Some("502")), false, chat_error),
        (Chat, "data: {\"error\":null,\"choices\":[]}\n\n".into(), End::CutShort, true, ""),
        (Chat, ": ping\n\n".into(), End::CutShort, false, ""),
        (Messages, "event: ping\ndata: {\"type\":\"ping\"}\n\n".into(), End::CutShort, false, ""),
        (
            Messages,
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n".into(),
            failed("Overloaded", Some("overloaded_error")),
            false,
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
        ),
        (Messages, "data: {\"type\": \"message_stop\"}\n\n".into(), End::Complete, false, "data: {\"type\": \"message_stop\"}\n\n"),
        (Messages, "event: message_stop\ndata: {}\n\n".into(), End::Complete, false, "event: message_stop\ndata: {}\n\n"),
        (Messages, "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"}}\n\n".into(), End::Complete, true, ""),
        (Messages, "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":null}}\n\n".into(), End::CutShort, true, ""),
        (Responses, "data: {\"type\":\"response.output_text.done\"}\n\n".into(), End::CutShort, true, ""),
        (
            Responses,
            "data: {\"sequence_number\":1,\"type\":\"response.incomplete\",\"response\":{}}\n\n".into(),
            End::Complete,
            true,
            "data: {\"sequence_number\":1,\"type\":\"response.incomplete\",\"response\":{}}\n\n",
        ),
        (
            Responses,
            "data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"server_error\",\"message\":\"no\"}}}\n\n".into(),
            failed("no", Some("server_error")),
            false,
            "data: {\"type\":\"response.failed\",\"response\":{\"error\":{\"code\":\"server_error\",\"message\":\"no\"}}}\n\n",
        ),
        (
            Responses,
            "data: {\"type\":\"error\",\"code\":\"bad\",\"message\":\"no\",\"sequence_number\":3}\n\n".into(),
            failed("no", Some("bad")),
            false,
            "data: {\"type\":\"error\",\"code\":\"bad\",\"message\":\"no\",\"sequence_number\":3}\n\n",
        ),
    ] {
        let told = whole(dialect, false, &stream);
        assert_eq!((told.end, told.first, told.held.as_str()), (end, first, held), "{dialect:?} {stream}");
    }
}

#[test]
fn garbage_does_not_pass_and_what_came_before_does() {
    for (dialect, good, garbage) in [
        (Chat, "data: {\"id\":\"1\",\"choices\":[]}\n\n", ["{\"broken\": ", "<html>", "{\"usage\":}", "null"]),
        (Completions, "data: {\"id\":\"1\",\"choices\":[]}\n\n", ["{\"broken\": ", "<html>", "{\"usage\":}", "null"]),
        (
            Messages,
            "event: ping\ndata: {\"type\":\"ping\"}\n\n",
            ["{\"type\":\"content_block_delta\"", "<html>", "[]", "{]}"],
        ),
        (Responses, "data: {\"type\":\"response.created\",\"response\":{}}\n\n", ["{\"type\": ", "<html>", "1", "{]}"]),
        (Gemini, "data: {\"candidates\":[]}\n\n", ["{\"candidates\":[", "<html>", "{\"a\":}", "{} {}"]),
        // Broken where no reader looks, and like what came before but for that.
        (
            Chat,
            "data: {\"id\":\"1\",\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n",
            [
                "{\"id\":\"1\",\"choices\":[{\"delta\":{\"content\":\"a\"}]}",
                "{\"id\":\"1\",\"choices\":[{\"delta\":{\"content\":\"a\"\"}}]}",
                "{\"id\":\"1\",\"choices\":[{\"delta\":{\"content\":a}}]}",
                "{\"id\":1.,\"choices\":[{\"delta\":{\"content\":\"a\"}}]}",
            ],
        ),
        (
            Messages,
            "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}\n\n",
            [
                "{\"type\":\"content_block_delta\",\"index\":,\"delta\":{\"type\":\"text_delta\",\"text\":\"a\"}}",
                "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"\\x\"}}",
                "{\"type\":\"content_block_stop\" \"index\":0}",
                "{\"type\":\"message_stop\",}",
            ],
        ),
        (
            Responses,
            "data: {\"type\":\"response.output_text.delta\",\"sequence_number\":4,\"delta\":\"a\"}\n\n",
            [
                "{\"type\":\"response.output_text.delta\",\"sequence_number\":5,\"delta\":\"a}",
                "{\"type\":\"response.output_text.delta\",\"sequence_number\":05,\"delta\":\"a\"}",
                "{\"type\":\"response.completed\",\"response\":{\"usage\":{]}}",
                "{\"type\":\"response.created\",\"response\":{\"id\":\"1\",\"created_at\":1,}}",
            ],
        ),
    ] {
        for data in garbage {
            let stream = format!("{good}data: {data}\n\n{good}");
            for size in [1, 7, stream.len()] {
                let mut relay = Relay::new(dialect, true, 1000);
                let mut out = Vec::new();
                let mut chunks = stream.as_bytes().chunks(size).map(Bytes::copy_from_slice);
                assert!(
                    chunks.any(|chunk| relay.feed(chunk, &mut out) == Err(Unrelayable::Garbage)),
                    "{dialect:?} {data}"
                );
                assert_eq!(String::from_utf8(out.concat()).unwrap(), good, "{dialect:?} {data}");
                assert_eq!(relay.take_held(), Vec::<Bytes>::new());
            }
        }
    }
}

#[test]
fn what_servers_send_beside_is_passed_and_counted() {
    for (dialect, beside, bad) in [
        (Chat, "data:\n\n", 1),
        (Messages, "data: [DONE]\n\ndata: {\"a\":1}\n\n", 2),
        (Responses, "data: [DONE]\n\ndata: {\"a\":1}\n\n", 1),
        (Gemini, "data: [DONE]\n\n", 0),
    ] {
        let told = whole(dialect, true, beside);
        assert_eq!((told.out.as_str(), told.end, told.bad), (beside, End::CutShort, bad), "{dialect:?}");
    }
    let invalid = b"data: {\"choices\":[{\"delta\":{\"content\":\"\xff\xfe\"}}]}\n\n";
    let mut out = Vec::new();
    Relay::new(Chat, true, 1000).feed(Bytes::from_static(invalid), &mut out).unwrap();
    assert_eq!(out.concat(), invalid);
}

#[test]
fn whole_chunks_are_not_copied() {
    let mut relay = Relay::new(Chat, true, 1000);
    for event in [
        "data: {\"id\":\"1\",\"choices\":[]}\n\n",
        ": comment\n\n",
        "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n",
    ] {
        let chunk = Bytes::copy_from_slice(event.as_bytes());
        let mut out = Vec::new();
        relay.feed(chunk.clone(), &mut out).unwrap();
        assert_eq!((out.len(), out[0].as_ptr()), (1, chunk.as_ptr()));
    }
    // Several edits in one chunk still leave as one piece.
    let chunk = "data: {\"choices\":[{}],\"usage\":null}\n\n".repeat(9);
    let mut out = Vec::new();
    relay.feed(chunk.into(), &mut out).unwrap();
    assert_eq!(out.len(), 1);
    // After the end nothing leaves by itself.
    let mut out = Vec::new();
    relay.feed(Bytes::from_static(b": x\n\ndata: [DONE]\n\n"), &mut out).unwrap();
    relay.feed(Bytes::from_static(b": late\n\n"), &mut out).unwrap();
    assert_eq!(
        (out.concat(), relay.take_held().concat()),
        (b": x\n\n".to_vec(), b"data: [DONE]\n\n: late\n\n".to_vec())
    );
    assert_eq!(relay.terminal(), Some(&Terminal::Complete));
}

#[test]
fn an_event_may_not_grow_without_end() {
    let small = Bytes::from_static(b"data: {\"id\":1}\n\n");
    for chunks in [vec![1500], vec![500, 500, 500], vec![999, 2]] {
        let mut relay = Relay::new(Chat, false, 1000);
        let mut out = Vec::new();
        relay.feed(small.clone(), &mut out).unwrap();
        let results: Vec<bool> =
            chunks.iter().map(|length| relay.feed(Bytes::from(vec![b'x'; *length]), &mut out).is_ok()).collect();
        assert_eq!(results.iter().filter(|fine| !**fine).count(), 1, "{chunks:?}");
        assert_eq!(results.last(), Some(&false));
        assert_eq!(out, std::slice::from_ref(&small));
    }
    let mut relay = Relay::new(Chat, false, 100);
    let mut out = Vec::new();
    let event = format!("data: {{\"a\":\"{}\"}}\n\n", "x".repeat(100));
    assert!(relay.feed(event.into(), &mut out).is_err());
}

#[test]
fn an_error_of_ours_fits_the_stream() {
    let error = ApiError::new(ErrorKind::UpstreamTimeout, "the provider fell silent");
    let place = |dialect, stream: &'static str| {
        let mut relay = Relay::new(dialect, false, 10_000);
        let mut out = Vec::new();
        relay.feed(Bytes::from_static(stream.as_bytes()), &mut out).unwrap();
        let event = String::from_utf8(relay.error_event(&error, "req-1", "gpt-x").to_vec()).unwrap();
        assert_eq!((event.matches("\n\n").count(), event.ends_with("\n\n")), (1, true));
        // The next relay in a row takes it for what it is.
        let told = whole(dialect, false, &event);
        assert!(matches!(told.end, End::Failed(failure) if failure.message == "the provider fell silent"), "{event}");
        event
    };
    assert!(!place(Chat, "").contains("[DONE]"));
    assert!(place(Messages, "").starts_with("event: error\n"));
    let started = RESPONSES.split_inclusive("\n\n").next().unwrap();
    let event = place(Responses, started);
    let data: serde_json::Value =
        serde_json::from_str(event.lines().nth(1).unwrap().strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(data["type"], "response.failed");
    assert_eq!(data["sequence_number"], 1);
    assert_eq!((&data["response"]["id"], &data["response"]["created_at"]), (&"resp_7".into(), &1_763_800_001.into()));
    assert_eq!((&data["response"]["status"], &data["response"]["model"]), (&"failed".into(), &"gpt-x".into()));
    assert_eq!(data["response"]["error"]["code"], "upstream_timeout");
    assert!(place(Responses, "").contains("\"resp_req-1\""));
}
