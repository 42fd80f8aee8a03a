//! Calls nobody thought of.

use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;
use crate::canonical::block::MediaKind;
use crate::canonical::request::ClientTool;
use crate::canonical::{
    Block, CacheMark, Delta, Effort, Format, Json, Maker, Media, MediaSource, Message, Opaque, Opening, Reasoning,
    Role, Signature, StopReason, Text, Thinking, Tool, ToolCall, ToolChoice, ToolResult,
};
use thinkwatch_policy::usage::Usage;

fn json_object() -> impl Strategy<Value = Json> {
    select(vec![
        r#"{"type":"object"}"#,
        r#"{"a":1.50,"b":[null,{"c":"\u00e9\n"}]}"#,
        r#"{ "x" : 12345678901234567890 }"#,
    ])
    .prop_map(Into::into)
}

fn mark() -> impl Strategy<Value = Option<CacheMark>> {
    of(select(vec![CacheMark::FiveMinutes, CacheMark::OneHour]))
}

fn text(cited: bool) -> impl Strategy<Value = Block> {
    (".{0,12}", any::<bool>()).prop_map(move |(text, cite)| {
        let mut text = Text::new(text);
        if cited && cite {
            text.citations = vec![r#"{"type":"char_location"}"#.into()];
            text.citations_of = Some(Dialect::Messages);
        }
        Block::Text(text)
    })
}

fn media() -> impl Strategy<Value = Block> {
    let source = prop_oneof![
        "[A-Za-z0-9+/]{0,8}".prop_map(|data| (MediaSource::Base64(data), Some("image/png".to_owned()))),
        ".{0,8}".prop_map(|text| (MediaSource::Text(text), Some("text/plain".to_owned()))),
        "https://[a-z]{1,8}".prop_map(|address| (MediaSource::Url(address), None)),
        "[a-z_]{1,8}".prop_map(|id| (MediaSource::FileId(id), None)),
    ];
    (source, any::<bool>(), of(".{0,4}"), of(".{0,4}"), of(any::<bool>())).prop_map(
        |((source, media_type), image, name, context, citations)| {
            let kind = if image { MediaKind::Image } else { MediaKind::File };
            let mut media = Media::new(kind, source);
            media.media_type = media_type;
            if !image {
                (media.name, media.context, media.citations) = (name, context, citations);
            }
            Block::Media(media)
        },
    )
}

fn thought() -> impl Strategy<Value = Block> {
    (".{0,8}", "[A-Za-z0-9+/=]{1,12}", any::<bool>()).prop_map(|(text, data, redacted)| {
        let text = if redacted { String::new() } else { text };
        Block::Thinking(Thinking { text, signature: Some(Signature::new(Maker::Anthropic, data)), redacted })
    })
}

fn call() -> impl Strategy<Value = Block> {
    let arguments = prop_oneof![json_object().prop_map(String::from), "[a-z\\[\"]{1,8}"];
    (".{1,4}|[a-z_0-9-]{1,64}", "[a-z]{1,8}", arguments)
        .prop_map(|(id, name, arguments)| Block::ToolCall(ToolCall { id, name, arguments, ..ToolCall::default() }))
}

fn opaque() -> impl Strategy<Value = Block> {
    select(vec!["server_tool_use", "mcp_tool_use", "from_the_future"]).prop_map(|kind| {
        let value = format!(r#"{{"type":"{kind}","id":"x","input":{{}}}}"#).into();
        Block::Opaque(Opaque { dialect: Dialect::Messages, kind: kind.to_owned(), value })
    })
}

fn result() -> impl Strategy<Value = Block> {
    let content = prop::collection::vec(prop_oneof![text(false), media()], 0..3);
    (".{1,4}", content, of(any::<bool>())).prop_map(|(call_id, content, is_error)| {
        Block::ToolResult(ToolResult { call_id, content, is_error, ..ToolResult::default() })
    })
}

fn turn() -> impl Strategy<Value = Message> {
    prop_oneof![
        prop::collection::vec(prop_oneof![text(false), media(), result(), opaque()], 0..4)
            .prop_map(|content| Message::new(Role::User, content)),
        prop::collection::vec(prop_oneof![text(true), thought(), call(), opaque()], 0..4)
            .prop_map(|content| Message::new(Role::Assistant, content)),
    ]
}

fn messages() -> impl Strategy<Value = Vec<Message>> {
    let marked = (text(false), mark()).prop_map(|(block, cache)| match block {
        Block::Text(text) => Block::Text(Text { cache, ..text }),
        other => other,
    });
    let system = of(prop::collection::vec(marked, 1..3))
        .prop_map(|content| content.map(|content| Message::new(Role::System, content)));
    let middle = prop::collection::vec(text(false), 1..3).prop_map(|content| Message::new(Role::System, content));
    (system, turn(), prop::collection::vec(prop_oneof![4 => turn(), 1 => middle], 0..5))
        .prop_map(|(system, first, rest)| system.into_iter().chain([first]).chain(rest).collect())
}

fn tool() -> impl Strategy<Value = Tool> {
    let client = ("[a-z]{1,8}", of(".{0,8}"), json_object(), of(any::<bool>()), of(any::<bool>()), mark()).prop_map(
        |(name, description, schema, strict, deferred, cache)| {
            let schema = Some(schema);
            Tool::Client(ClientTool { name, description, schema, strict, deferred, cache, ..ClientTool::default() })
        },
    );
    let server = Just(Tool::Server(Opaque {
        dialect: Dialect::Messages,
        kind: "bash_20250124".to_owned(),
        value: r#"{"type":"bash_20250124","name":"bash"}"#.into(),
    }));
    prop_oneof![3 => client, 1 => server]
}

fn reasoning() -> impl Strategy<Value = Reasoning> {
    let effort = of(select(vec![Effort::Low, Effort::Medium, Effort::High, Effort::XHigh, Effort::Max]));
    let summary = of(select(vec!["none".to_owned(), "auto".to_owned()]));
    (0..3, effort, summary).prop_map(|(kind, effort, summary)| match kind {
        0 => Reasoning { enabled: Some(false), effort, ..Reasoning::default() },
        1 => Reasoning { enabled: Some(true), adaptive: true, effort, summary, ..Reasoning::default() },
        _ => Reasoning { effort: Some(effort.unwrap_or(Effort::Low)), ..Reasoning::default() },
    })
}

prop_compose! {
    fn call_of_messages()(
        messages in messages(),
        tools in prop::collection::vec(tool(), 0..3),
        choice in of(select(vec![ToolChoice::Auto, ToolChoice::Any, ToolChoice::None, ToolChoice::Tool("f".to_owned())])),
        parallel in of(any::<bool>()),
        (stream, max, reasoning) in (any::<bool>(), 1..u64::MAX, of(reasoning())),
        (temperature, top_p, top_k) in (of(select(vec!["0", "0.70", "1"])), of(select(vec!["0.9", "1"])), of(any::<u64>())),
        stop in prop::collection::vec(".{0,4}", 0..3),
        (schema, tier, user) in (of(json_object()), of(select(vec!["auto", "default"])), of(".{0,8}")),
        others in prop::sample::subsequence(vec!["output_config.task_budget", "metadata.x", "container", "mcp_servers"], 0..4),
    ) -> Request {
        let mut request = Request::new(Dialect::Messages, MODEL);
        request.include_usage = true;
        (request.messages, request.stream, request.max_output_tokens) = (messages, stream, Some(max));
        if !tools.is_empty() {
            request.parallel_tool_calls = parallel.filter(|_| choice.is_some() && choice != Some(ToolChoice::None));
            request.tool_choice = choice;
        }
        request.tools = tools;
        if matches!(request.tool_choice, None | Some(ToolChoice::Auto | ToolChoice::None)) {
            request.reasoning = reasoning;
        }
        if request.reasoning.as_ref().is_none_or(|reasoning| reasoning.enabled != Some(true)) {
            request.temperature = temperature.map(str::to_owned);
            request.top_p = top_p.map(str::to_owned);
            request.top_k = top_k;
        }
        request.stop = stop;
        request.format = schema.map(|schema| Format::JsonSchema { name: None, description: None, schema, strict: None });
        request.service_tier = tier.map(str::to_owned);
        request.user = user;
        request.others = others.into_iter().map(|name| (name.to_owned(), r#"{"x":[1.0]}"#.into())).collect();
        request
    }
}

/// One block's events: what opens it and what it says.
fn block_events() -> impl Strategy<Value = (Opening, Vec<Delta>)> {
    let words = || prop::collection::vec("[^\r]{1,6}".prop_map(Delta::Text), 1..3);
    let signature = of("[A-Za-z+/=]{1,8}".prop_map(|data| Delta::Signature(Signature::new(Maker::Anthropic, data))));
    let call = ("[a-z_0-9-]{1,12}", "[a-z]{1,8}")
        .prop_map(|(id, name)| Opening::ToolCall(ToolCall { id, name, ..ToolCall::default() }));
    let cuts = prop::collection::vec(0..20_usize, 0..4).prop_map(|mut cuts| {
        let text = r#"{"a":"b\"\u00e9","c":[1.50]}"#;
        cuts.sort_unstable();
        let mut parts = Vec::new();
        let mut at = 0;
        for cut in cuts.into_iter().map(|cut| cut.min(text.len())).chain([text.len()]) {
            parts.push(Delta::Arguments(text[at..cut].to_owned()));
            at = cut;
        }
        parts.retain(|part| *part != Delta::Arguments(String::new()));
        parts
    });
    prop_oneof![
        words().prop_map(|words| (Opening::Text, words)),
        (words(), signature)
            .prop_map(|(words, signature)| { (Opening::Thinking, words.into_iter().chain(signature).collect()) }),
        (call, cuts),
        "[A-Za-z]{1,8}".prop_map(|data| (Opening::RedactedThinking(Signature::new(Maker::OpenAi, data)), Vec::new())),
        opaque().prop_map(|block| match block {
            Block::Opaque(opaque) => (Opening::Opaque(opaque), Vec::new()),
            _ => (Opening::Text, Vec::new()),
        }),
    ]
}

proptest! {
    /// What is written for a client means what the events meant.
    #[test]
    fn a_stream_comes_back(blocks in prop::collection::vec(block_events(), 0..5), input in 0..3_u64, output in 1..9_u64) {
        let mut events = vec![Event::Start { id: "msg_1".to_owned(), model: "the-model".to_owned(), created_at_s: 0 }];
        if input > 0 {
            events.push(Event::Usage(Usage { input, ..Usage::default() }));
        }
        for (block, (what, deltas)) in (0..).zip(blocks) {
            events.push(Event::Open { choice: 0, block, what });
            events.extend(deltas.into_iter().map(|delta| Event::Delta { choice: 0, block, delta }));
            events.push(Event::Close { choice: 0, block });
        }
        events.push(Event::Usage(Usage { input, output, ..Usage::default() }));
        events.extend([Event::Stop { choice: 0, reason: StopReason::MaxTokens }, Event::End]);
        let (text, notes) = encode_events(Dialect::Messages, events.clone());
        prop_assert!(notes.lost().is_empty());
        let (again, complete) = decode_stream(&text);
        prop_assert!(complete);
        prop_assert_eq!(again, events);
    }

    #[test]
    fn a_call_that_messages_can_say_comes_back(request in call_of_messages()) {
        let mut notes = Notes::new(Dialect::Messages, Dialect::Messages, true);
        let body = encode_request::encode(&request, &target(MODEL), &mut notes).unwrap();
        let again = decode_request::decode(&body, &mut notes).unwrap();
        prop_assert_eq!(again, request);
        prop_assert!(notes.lost().is_empty());
    }

    /// Whoever asked, what is written is JSON, the roles alternate, and it is the same each time.
    #[test]
    fn a_call_of_another_dialect_is_one_that_messages_accepts(mut request in call_of_messages()) {
        request.source = Dialect::Chat;
        let mut notes = notes(Dialect::Chat, Dialect::Messages);
        let Ok(body) = encode_request::encode(&request, &target(MODEL), &mut notes) else { return Ok(()) };
        prop_assert_eq!(&encode_request::encode(&request, &target(MODEL), &mut notes).unwrap(), &body);
        let value: Value = serde_json::from_slice(&body).unwrap();
        let turns = value["messages"].as_array().unwrap();
        for (at, turn) in turns.iter().enumerate() {
            prop_assert_eq!(turn["role"].as_str(), Some(["user", "assistant"][at % 2]));
            prop_assert!(turn["content"].as_array().is_none_or(|content| !content.is_empty()));
        }
        prop_assert!(!turns.is_empty());
    }
}
