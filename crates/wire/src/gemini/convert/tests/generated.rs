//! Any call that Gemini has words for, and any stream, comes back as it was.

use proptest::prelude::*;
use thinkwatch_policy::dialect::Dialect;

use super::{events, notes, target, written_stream};
use crate::canonical::block::MediaKind;
use crate::canonical::*;
use crate::gemini::convert::array::Elements;
use crate::gemini::convert::decode_stream::Decoder;
use crate::gemini::convert::encode_stream::Framing;
use crate::gemini::convert::{decode_request, encode_request};

fn proof() -> impl Strategy<Value = Option<Signature>> {
    prop::option::of("[A-Za-z0-9]{4,8}".prop_map(|data| Signature::new(Maker::Google, data)))
}

/// Words with all that JSON must escape.
fn words() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z \"\\\\\n\u{1}é\u{1f980}]{1,12}", "\\PC{1,8}"]
}

fn arguments() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("{}".to_owned()),
        Just("{\"a\":[1.50,1e400,{\"b\":null}],\"ü\":\"\\u0041\"}".to_owned()),
        "[a-z\\{\"]{1,6}".prop_map(|text| format!("!{text}")),
    ]
}

fn media() -> impl Strategy<Value = Media> {
    let source = prop_oneof![
        "[A-Za-z0-9+/]{4}".prop_map(MediaSource::Base64),
        "gs://[a-z]{1,5}".prop_map(MediaSource::Url),
        Just(MediaSource::FileId("files/abc".to_owned())),
    ];
    let kind = prop_oneof![
        Just((MediaKind::Image, "image/png")),
        Just((MediaKind::Audio, "audio/wav")),
        Just((MediaKind::Video, "video/mp4")),
        Just((MediaKind::File, "text/csv")),
    ];
    (source, kind, prop::option::of("[a-z]{1,5}")).prop_map(|(source, (kind, mime), name)| Media {
        media_type: Some(mime.to_owned()),
        name,
        ..Media::new(kind, source)
    })
}

/// A turn of the model's. Blocks that would be joined to one are made different by a call between them.
fn by_model() -> impl Strategy<Value = Vec<Block>> {
    let one = prop_oneof![
        (words(), proof()).prop_map(|(text, signature)| Block::Text(Text { signature, ..Text::new(text) })),
        (words(), proof()).prop_map(|(text, signature)| Block::Thinking(Thinking { text, signature, redacted: false })),
        (media(), proof()).prop_map(|(media, signature)| Block::Media(Media { signature, ..media })),
        Just(Block::Opaque(Opaque {
            dialect: Dialect::Gemini,
            kind: "executableCode".to_owned(),
            value: "{\"executableCode\":{\"code\":\"1\"}}".into(),
        })),
    ];
    let call = ("[a-z]{1,6}", arguments(), proof());
    prop::collection::vec((one, call), 1..4).prop_map(|pairs| {
        let mut blocks = Vec::new();
        for (one, (name, arguments, signature)) in pairs {
            blocks.push(one);
            blocks.push(Block::ToolCall(ToolCall { name, arguments, signature, ..ToolCall::default() }));
        }
        blocks
    })
}

fn by_user() -> impl Strategy<Value = Vec<Block>> {
    let one = prop_oneof![words().prop_map(Block::text), media().prop_map(Block::Media)];
    prop::collection::vec(one, 1..3)
}

/// A result of each call, with what a tool says.
fn results(calls: &[Block], output: &str, failed: bool) -> Vec<Block> {
    let calls = calls.iter().filter_map(|block| match block {
        Block::ToolCall(call) => Some(call),
        _ => None,
    });
    calls
        .map(|call| {
            Block::ToolResult(ToolResult {
                call_id: call.id.clone(),
                name: Some(call.name.clone()),
                content: vec![Block::text(output)],
                is_error: failed.then_some(true),
                ..ToolResult::default()
            })
        })
        .collect()
}

fn messages() -> impl Strategy<Value = Vec<Message>> {
    let round = (by_user(), by_model(), words(), any::<bool>());
    (prop::option::of(words()), prop::collection::vec(round, 1..4), any::<bool>()).prop_map(|(system, rounds, ids)| {
        let mut messages = Vec::new();
        messages.extend(system.map(|text| Message::new(Role::System, vec![Block::text(text)])));
        let mut count = 0;
        let mut waiting = Vec::new();
        for (user, mut model, output, failed) in rounds {
            waiting.extend(user);
            messages.push(Message::new(Role::User, std::mem::take(&mut waiting)));
            for block in &mut model {
                if let Block::ToolCall(call) = block {
                    // As they are made for calls without ids, or Google's own.
                    call.id = if ids { format!("gcall_p{count}") } else { format!("call-{count}") };
                    count += 1;
                }
            }
            waiting = results(&model, &output, failed);
            messages.push(Message::new(Role::Assistant, model));
        }
        messages
    })
}

fn tools() -> impl Strategy<Value = (Vec<Tool>, Option<ToolChoice>)> {
    let schema = prop::option::of(Just("{\"type\":\"object\",\"x\":1.0}".into()));
    let function = ("[a-z]{1,6}", prop::option::of(words()), schema).prop_map(|(name, description, schema)| {
        Tool::Client(ClientTool { name, description, schema, ..ClientTool::default() })
    });
    let own = Just(Tool::Server(Opaque {
        dialect: Dialect::Gemini,
        kind: "googleSearch".to_owned(),
        value: "{\"googleSearch\":{}}".into(),
    }));
    let names = || prop::collection::vec("[a-z]{1,3}", 2..4);
    let choice = prop_oneof![
        Just(ToolChoice::Auto),
        Just(ToolChoice::Any),
        Just(ToolChoice::None),
        "[a-z]{1,3}".prop_map(ToolChoice::Tool),
        (any::<bool>(), names()).prop_map(|(required, names)| ToolChoice::Allowed { required, names }),
    ];
    (prop::collection::vec(prop_oneof![3 => function, 1 => own], 0..4), prop::option::of(choice))
}

fn reasoning() -> impl Strategy<Value = Option<Reasoning>> {
    let base = prop_oneof![
        Just(Reasoning { enabled: Some(false), ..Reasoning::default() }),
        Just(Reasoning { enabled: Some(true), adaptive: true, ..Reasoning::default() }),
        (1..100_000_u64).prop_map(|tokens| Reasoning {
            enabled: Some(true),
            budget_tokens: Some(tokens),
            ..Reasoning::default()
        }),
        prop::sample::select(vec![Effort::Minimal, Effort::Low, Effort::Medium, Effort::High, Effort::XHigh])
            .prop_map(|effort| Reasoning { effort: Some(effort), ..Reasoning::default() }),
    ];
    let summary = prop::option::of(prop::sample::select(vec!["auto", "none"]));
    prop::option::of(
        (base, summary).prop_map(|(base, summary)| Reasoning { summary: summary.map(str::to_owned), ..base }),
    )
}

fn format() -> impl Strategy<Value = Option<Format>> {
    prop::option::of(prop_oneof![
        Just(Format::Text),
        Just(Format::JsonObject),
        Just(Format::JsonSchema { name: None, description: None, schema: "{\"type\":\"array\"}".into(), strict: None }),
    ])
}

fn request() -> impl Strategy<Value = Request> {
    let number = || prop::option::of(prop::sample::select(vec!["0", "0.70", "-1", "1e-7"]).prop_map(str::to_owned));
    let count = || prop::option::of(1..9000_u64);
    let stop = prop::collection::vec(words(), 0..7);
    let logprobs = prop::option::of(prop::option::of(0..20_u64).prop_map(|top| LogProbs { top }));
    let tier = prop::option::of(prop::sample::select(vec!["default", "flex", "priority"]).prop_map(str::to_owned));
    let others = prop::sample::subsequence(
        vec![
            ("toolConfig.x", "1"),
            ("generationConfig.speechConfig", "{\"a\":1}"),
            ("labels", "{}"),
            ("store", "true"),
        ],
        0..4,
    );
    let numbers = (number(), number(), number(), number(), number());
    ((messages(), tools(), reasoning(), format()), (numbers, count(), count(), count(), stop, logprobs, tier, others))
        .prop_map(|((messages, (tools, tool_choice), reasoning, format), rest)| {
            let (numbers, top_k, max_output_tokens, choices, stop, logprobs, service_tier, others) = rest;
            let (temperature, top_p, frequency_penalty, presence_penalty, seed) = numbers;
            Request {
                include_usage: true,
                messages,
                tools,
                tool_choice,
                reasoning,
                format,
                temperature,
                top_p,
                frequency_penalty,
                presence_penalty,
                seed: seed.filter(|seed| seed.parse::<i32>().is_ok()),
                top_k,
                max_output_tokens,
                choices,
                stop,
                logprobs,
                service_tier,
                others: others.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect(),
                ..Request::new(Dialect::Gemini, "")
            }
        })
}

proptest! {
    #[test]
    fn written_and_read_is_the_same(request in request()) {
        let mut notes = Notes::new(Dialect::Gemini, Dialect::Gemini, true);
        let body = encode_request::encode(&request, &target("gemini-2.5-pro"), &mut notes).unwrap();
        let again = decode_request::decode(&body, &mut self::notes()).unwrap();
        prop_assert_eq!(&again, &request, "{}", String::from_utf8_lossy(&body));
    }
}

/// A block of a stream, in as many deltas as there are pieces.
fn streamed() -> impl Strategy<Value = Vec<(Opening, Vec<Delta>)>> {
    let pieces = || prop::collection::vec(words().prop_map(Delta::Text), 1..4);
    let signed = "[a-z]{4}".prop_map(|data| vec![Delta::Signature(Signature::new(Maker::Google, data))]);
    let one = prop_oneof![
        pieces().prop_map(|deltas| (Opening::Text, deltas)),
        pieces().prop_map(|deltas| (Opening::Thinking, deltas)),
        signed.prop_map(|deltas| (Opening::Text, deltas)),
        media().prop_map(|media| (Opening::Media(Media { name: None, ..media }), Vec::new())),
    ];
    let call = ("[a-z]{1,6}", arguments(), proof()).prop_map(|(name, arguments, signature)| {
        let call = ToolCall { id: "own".to_owned(), name, signature, ..ToolCall::default() };
        (Opening::ToolCall(call), vec![Delta::Arguments(arguments)])
    });
    // Words that follow words would be one block: something stands between.
    prop::collection::vec((one, call), 1..5).prop_map(|pairs| pairs.into_iter().flat_map(|(a, b)| [a, b]).collect())
}

proptest! {
    /// Several choices, mixed in any way, come out as they were.
    #[test]
    fn streams_tell_the_same_again(
        choices in prop::collection::vec(streamed(), 1..3),
        order in prop::collection::vec(any::<bool>(), 0..64),
        list in any::<bool>(),
    ) {
        let mut waiting: Vec<std::collections::VecDeque<Event>> = Vec::new();
        for (choice, blocks) in (0_u32..).zip(&choices) {
            let mut events = std::collections::VecDeque::new();
            for (block, (what, deltas)) in (0_u32..).zip(blocks) {
                events.push_back(Event::Open { choice, block, what: what.clone() });
                events.extend(deltas.iter().map(|delta| Event::Delta { choice, block, delta: delta.clone() }));
                events.push_back(Event::Close { choice, block });
            }
            waiting.push(events);
        }
        let mut given = vec![Event::Start { id: "r".to_owned(), model: "m".to_owned(), created_at_s: 0 }];
        for second in order {
            let place = usize::from(second).min(waiting.len() - 1);
            given.extend(waiting[place].pop_front());
        }
        given.extend(waiting.into_iter().flatten());
        for choice in (0_u32..).take(choices.len()) {
            given.push(Event::Stop { choice, reason: StopReason::ToolUse });
        }
        given.push(Event::End);

        let framing = if list { Framing::List } else { Framing::Events };
        let written = written_stream(&given, framing);
        let again = if list {
            let (mut elements, mut decoder, mut again) = (Elements::default(), Decoder::new(), Vec::new());
            elements.feed(&written, 1 << 20, |element| decoder.read(None, element, &mut again).unwrap()).unwrap();
            prop_assert!(decoder.finish(&mut again));
            again
        } else {
            let (again, complete) = events(&[&written]);
            prop_assert!(complete);
            again
        };
        for choice in (0_u32..).take(choices.len()) {
            let of = |events: &[Event]| -> Vec<Event> {
                events.iter().filter(|event| of_choice(event) == Some(choice)).cloned().collect()
            };
            prop_assert_eq!(of(&again), of(&given), "{}", String::from_utf8_lossy(&written));
        }
        prop_assert_eq!(again.last(), Some(&Event::End));
    }
}

fn of_choice(event: &Event) -> Option<u32> {
    match event {
        Event::Open { choice, .. }
        | Event::Delta { choice, .. }
        | Event::Close { choice, .. }
        | Event::Stop { choice, .. } => Some(*choice),
        _ => None,
    }
}
