//! Any call that this dialect has words for comes back as it was.

use proptest::prelude::*;
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::usage::Usage;

use super::super::{decode_answer, encode_answer};
use super::{CLAUDE, client, decode_request, encode_request, notes, streams, target};
use crate::canonical::block::MediaKind;
use crate::canonical::{
    Answer, Block, CacheMark, Choice, ClientTool, Delta, Effort, Event, Format, Maker, Media, MediaSource, Message,
    Opening, Reasoning, Request, Role, Signature, StopReason, Text, Thinking, Tool, ToolCall, ToolChoice, ToolResult,
};

fn words() -> impl Strategy<Value = String> {
    "[a-z\"\\\\\n é\u{1f980}\u{1}]{0,12}[a-z]"
}

fn mark() -> impl Strategy<Value = Option<CacheMark>> {
    proptest::option::weighted(0.2, prop_oneof![Just(CacheMark::FiveMinutes), Just(CacheMark::OneHour)])
}

fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("1.50".to_owned()),
        Just("12345678901234567890".to_owned()),
        words().prop_map(|text| serde_json::to_string(&text).unwrap()),
    ];
    let value = leaf.prop_recursive(3, 12, 3, |inside| {
        prop_oneof![
            proptest::collection::vec(inside.clone(), 0..3).prop_map(|list| format!("[{}]", list.join(","))),
            inside.prop_map(|one| format!("{{\"k\":{one}}}")),
        ]
    });
    value.prop_map(|value| format!("{{\"v\": {value}}}"))
}

fn base64() -> impl Strategy<Value = String> {
    "([A-Za-z0-9+/]{4}){1,4}"
}

fn text() -> impl Strategy<Value = Block> {
    (words(), mark()).prop_map(|(text, cache)| Block::Text(Text { text, cache, ..Text::default() }))
}

fn image() -> impl Strategy<Value = Media> {
    (base64(), mark()).prop_map(|(bytes, cache)| Media {
        media_type: Some("image/gif".to_owned()),
        cache,
        ..Media::new(MediaKind::Image, MediaSource::Base64(bytes))
    })
}

fn document() -> impl Strategy<Value = Media> {
    (words(), proptest::option::of(words()), proptest::option::of(any::<bool>()), mark()).prop_map(
        |(text, context, citations, cache)| Media {
            media_type: Some("text/markdown".to_owned()),
            context,
            citations,
            cache,
            ..Media::new(MediaKind::File, MediaSource::Text(text))
        },
    )
}

fn result() -> impl Strategy<Value = Block> {
    let part = prop_oneof![
        words().prop_map(Block::text),
        image().prop_map(|media| Block::Media(Media { cache: None, ..media })),
    ];
    let content = proptest::collection::vec(part, 0..3);
    ("[a-z| ]{1,40}", content, proptest::option::of(any::<bool>()), mark()).prop_map(
        |(call_id, content, is_error, cache)| {
            Block::ToolResult(ToolResult { call_id: short(call_id), content, is_error, cache, ..ToolResult::default() })
        },
    )
}

/// Ids that are too long to be carried cannot come back.
fn short(mut id: String) -> String {
    if id.bytes().any(|byte| !byte.is_ascii_lowercase()) {
        id.truncate(19);
    }
    id
}

fn call() -> impl Strategy<Value = Block> {
    let arguments = prop_oneof![json(), Just("{}".to_owned()), words()];
    ("[a-z| ]{1,40}", "[a-zA-Z_-]{1,64}", arguments, mark()).prop_map(|(id, name, arguments, cache)| {
        Block::ToolCall(ToolCall { id: short(id), name, arguments, cache, ..ToolCall::default() })
    })
}

fn thought() -> impl Strategy<Value = Block> {
    let proof = || base64().prop_map(|data| Signature::new(Maker::Anthropic, data));
    prop_oneof![
        (words(), proptest::option::of(proof())).prop_map(|(text, signature)| Block::Thinking(Thinking {
            text,
            signature,
            redacted: false
        })),
        proof().prop_map(|proof| Block::Thinking(Thinking {
            text: String::new(),
            signature: Some(proof),
            redacted: true
        })),
    ]
}

fn messages() -> impl Strategy<Value = Vec<Message>> {
    let user = proptest::collection::vec(
        prop_oneof![text(), result(), image().prop_map(Block::Media), document().prop_map(Block::Media)],
        1..4,
    );
    let model = proptest::collection::vec(prop_oneof![text(), call(), thought()], 1..4);
    proptest::collection::vec((user, model), 1..4).prop_map(|pairs| {
        let mut messages = Vec::new();
        for (user, model) in pairs {
            messages.push(Message::new(Role::User, user));
            messages.push(Message::new(Role::Assistant, model));
        }
        let mut number = 0;
        for block in messages.iter_mut().flat_map(|message| &mut message.content) {
            if let Block::Media(media) = block
                && media.kind == MediaKind::File
            {
                number += 1;
                media.name = Some(format!("doc {number}"));
            }
        }
        messages
    })
}

fn tools() -> impl Strategy<Value = Vec<Tool>> {
    let tool = ("[a-z]{1,8}", proptest::option::of(words()), json(), proptest::option::of(any::<bool>()), mark())
        .prop_map(|(name, description, schema, strict, cache)| {
            Tool::Client(ClientTool {
                name,
                description,
                schema: Some(schema.into()),
                strict,
                cache,
                ..ClientTool::default()
            })
        });
    proptest::collection::vec(tool, 1..4)
}

fn choice() -> impl Strategy<Value = Option<ToolChoice>> {
    proptest::option::of(prop_oneof![
        Just(ToolChoice::Auto),
        Just(ToolChoice::Any),
        "[a-z]{1,8}".prop_map(ToolChoice::Tool),
    ])
}

fn reasoning() -> impl Strategy<Value = Option<Reasoning>> {
    let effort = proptest::option::of(prop_oneof![Just(Effort::Low), Just(Effort::Max)]);
    let summary = proptest::option::of(prop_oneof![Just("none".to_owned()), Just("auto".to_owned())]);
    let of = |enabled, adaptive, budget_tokens| {
        move |(effort, summary)| Reasoning { enabled, adaptive, budget_tokens, effort, summary, encrypted: false }
    };
    proptest::option::of(prop_oneof![
        Just(Reasoning { enabled: Some(false), ..Reasoning::default() }),
        Just(Reasoning { effort: Some(Effort::High), ..Reasoning::default() }),
        (effort.clone(), summary.clone()).prop_map(of(Some(true), true, None)),
        (effort, summary).prop_map(of(Some(true), false, Some(2048))),
    ])
}

fn request() -> impl Strategy<Value = Request> {
    let numbers = (
        proptest::option::of(1..9000_u64),
        proptest::option::of(Just("0.70".to_owned())),
        proptest::option::of(Just("1".to_owned())),
        proptest::option::of(0..99_u64),
        proptest::collection::vec(words(), 0..3),
    );
    let format = proptest::option::of((proptest::option::of(words()), json()).prop_map(|(name, schema)| {
        Format::JsonSchema { name, description: None, schema: schema.into(), strict: None }
    }));
    let system = proptest::collection::vec(text(), 0..3);
    (system, messages(), tools(), choice(), any::<bool>(), numbers, format, reasoning()).prop_map(
        |(system, messages, tools, choice, one_at_a_time, numbers, format, reasoning)| {
            let mut request = Request::new(Dialect::Converse, "");
            if !system.is_empty() {
                request.messages.push(Message::new(Role::System, system));
            }
            request.messages.extend(messages);
            request.tools = tools;
            // Said in Claude's words, "as the model likes" and nothing are the same.
            request.tool_choice = choice.filter(|choice| !one_at_a_time || *choice != ToolChoice::Auto);
            request.parallel_tool_calls = one_at_a_time.then_some(false);
            (request.max_output_tokens, request.temperature, request.top_p, request.top_k, request.stop) = numbers;
            (request.format, request.reasoning) = (format, reasoning);
            request
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn requests_come_back(request in request()) {
        let mut lost = notes(Dialect::Converse);
        let bytes = encode_request::encode(&request, &target(CLAUDE), &mut lost).unwrap();
        let back = decode_request::decode(&bytes, &mut lost).unwrap();
        prop_assert_eq!(lost.lost(), []);
        prop_assert_eq!(back, request);
    }

    #[test]
    fn answers_come_back(content in proptest::collection::vec(prop_oneof![words().prop_map(Block::text), thought(), image().prop_map(|media| Block::Media(Media { cache: None, ..media }))], 0..5)) {
        let stop = Some(StopReason::StopSequence(Some("x".to_owned())));
        let answer = Answer { choices: vec![Choice { content, stop, logprobs: None }], ..Answer::default() };
        let mut lost = notes(Dialect::Converse);
        let bytes = encode_answer::encode(&answer, &client(), &mut lost);
        prop_assert_eq!(decode_answer::decode(&bytes, &mut lost).unwrap(), answer);
    }

    /// Whatever another dialect says: the turns alternate, the user begins, no words are blank.
    #[test]
    fn any_call_becomes_one_that_converse_takes(request in request(), order in proptest::collection::vec(0..4_usize, 0..8)) {
        let mut request = Request { source: Dialect::Messages, ..request };
        let spare = request.messages.clone();
        for (at, pick) in order.into_iter().enumerate() {
            let role = [Role::User, Role::Assistant, Role::System, Role::Developer][pick];
            let mut message = spare[(at + pick) % spare.len()].clone();
            message.role = role;
            message.content.truncate(pick);
            request.messages.insert(at % (request.messages.len() + 1), message);
        }
        let (body, _) = super::sent_to(CLAUDE, &request, false).unwrap();
        let turns = body["messages"].as_array().unwrap();
        for (at, turn) in turns.iter().enumerate() {
            prop_assert_eq!(turn["role"].as_str(), Some(["user", "assistant"][at % 2]));
            prop_assert!(!turn["content"].as_array().unwrap().is_empty());
        }
        prop_assert!(!turns.is_empty());
        let said = body.to_string();
        prop_assert!(!said.contains(r#"{"text":""}"#), "blank words");
        if said.contains("toolUse") || said.contains("toolResult") {
            prop_assert!(body.get("toolConfig").is_some());
        }
    }
}

/// A block of an answer as its events, without its number.
fn block() -> impl Strategy<Value = (Opening, Vec<Delta>)> {
    let words = || proptest::collection::vec(words().prop_map(Delta::Text), 1..4);
    let proof = || base64().prop_map(|data| Signature::new(Maker::Anthropic, data));
    prop_oneof![
        words().prop_map(|deltas| (Opening::Text, deltas)),
        (words(), proof()).prop_map(|(mut deltas, proof)| {
            deltas.push(Delta::Signature(proof));
            (Opening::Thinking, deltas)
        }),
        proof().prop_map(|proof| (Opening::RedactedThinking(proof), Vec::new())),
        ("[a-zA-Z0-9_-]{1,20}", "[a-z]{1,9}", json()).prop_map(|(id, name, arguments)| {
            let call = ToolCall { id, name, ..ToolCall::default() };
            let parts = arguments.chars().map(|part| Delta::Arguments(part.to_string())).collect();
            (Opening::ToolCall(call), parts)
        }),
    ]
}

/// The events of an answer of these blocks, all open at once and told in turns.
fn overlapping(blocks: &[(Opening, Vec<Delta>)], overlap: bool) -> Vec<Event> {
    let mut events = vec![Event::Start { id: String::new(), model: String::new(), created_at_s: 0 }];
    let numbered = || (0_u32..).zip(blocks);
    let close = |block| Event::Close { choice: 0, block };
    let delta = |block, delta: &Delta| Event::Delta { choice: 0, block, delta: delta.clone() };
    if overlap {
        events.extend(numbered().map(|(block, (what, _))| Event::Open { choice: 0, block, what: what.clone() }));
        for round in 0..blocks.iter().map(|(_, deltas)| deltas.len()).max().unwrap_or(0) {
            events.extend(numbered().filter_map(|(block, (_, deltas))| Some(delta(block, deltas.get(round)?))));
        }
        events.extend(numbered().map(|(block, _)| close(block)));
    } else {
        for (block, (what, deltas)) in numbered() {
            events.push(Event::Open { choice: 0, block, what: what.clone() });
            events.extend(deltas.iter().map(|one| delta(block, one)));
            events.push(close(block));
        }
    }
    let called = blocks.iter().any(|(what, _)| matches!(what, Opening::ToolCall(_)));
    let reason = if called { StopReason::ToolUse } else { StopReason::MaxTokens };
    events.push(Event::Stop { choice: 0, reason });
    events.push(Event::Usage(Usage { input: 1, cache_write_1h: 2, output: 3, ..Usage::default() }));
    events.push(Event::End);
    events
}

fn event() -> impl Strategy<Value = serde_json::Value> {
    let body = prop_oneof![
        Just(serde_json::json!({"delta": {"text": "a"}})),
        Just(serde_json::json!({"delta": {"text": ""}})),
        Just(serde_json::json!({"delta": {"reasoningContent": {"text": "a"}}})),
        Just(serde_json::json!({"delta": {"reasoningContent": {"signature": "EqQB"}}})),
        Just(serde_json::json!({"delta": {"reasoningContent": {"redactedContent": "EqQB"}}})),
        Just(serde_json::json!({"delta": {"toolUse": {"input": "{}"}}})),
        Just(serde_json::json!({"delta": {"toolResult": [{"text": "a"}]}})),
        Just(serde_json::json!({"delta": {"image": {"source": {"bytes": "AAAA"}}}})),
        Just(serde_json::json!({"delta": {"citation": {}}})),
        Just(serde_json::json!({"start": {"toolUse": {"toolUseId": "a", "name": "f"}}})),
        Just(serde_json::json!({"start": {"toolUse": {"toolUseId": "a", "name": "f", "type": "server_tool_use"}}})),
        Just(serde_json::json!({"start": {"toolResult": {"toolUseId": "a"}}})),
        Just(serde_json::json!({"start": {"image": {"format": "png"}}})),
        Just(serde_json::json!({"stopReason": "end_turn"})),
        Just(serde_json::json!({"usage": {"inputTokens": 1, "outputTokens": 1}})),
    ];
    let name = prop_oneof![
        1 => Just("messageStart"),
        4 => Just("contentBlockStart"),
        8 => Just("contentBlockDelta"),
        3 => Just("contentBlockStop"),
        1 => Just("messageStop"),
        1 => Just("metadata"),
        1 => Just("throttlingException"),
    ];
    (name, body, proptest::option::of(0..4_u64)).prop_map(|(name, mut body, index)| {
        if let Some(index) = index {
            body["contentBlockIndex"] = index.into();
        }
        serde_json::json!([name, body])
    })
}

proptest! {
    #[test]
    fn streams_come_back(blocks in proptest::collection::vec(block(), 0..5), overlap in any::<bool>()) {
        let bytes = streams::written(&overlapping(&blocks, overlap));
        prop_assert_eq!(streams::events(&streams::read(&[&bytes])), (overlapping(&blocks, false), true));
    }

    /// Whatever an upstream sends, in whatever order, what comes out is in the order that is promised.
    #[test]
    fn any_events_come_out_in_order(told in proptest::collection::vec(event(), 0..24)) {
        let (decoded, complete) = streams::events_of(&told);
        prop_assert_eq!(complete, decoded.last() == Some(&Event::End));
    }
}
