//! Any call this dialect can express comes back the same.

use proptest::option::of;
use proptest::prelude::*;
use thinkwatch_policy::dialect::Dialect;
use thinkwatch_policy::usage::Usage;

use super::super::{decode_request, encode_request};
use super::own;
use crate::canonical::block::MediaKind;
use crate::canonical::request::Namespace;
use crate::canonical::{
    Block, CacheMark, ClientTool, Delta, Effort, Event, Format, LogProbs, Maker, Media, MediaSource, Message, Opening,
    Reasoning, Request, Role, Signature, StopReason, Target, Text, Thinking, Tool, ToolCall, ToolChoice, ToolKind,
    ToolResult,
};

fn word() -> impl Strategy<Value = String> {
    "[a-z\u{e9}\u{1f980}\"\\\\\n/ ]{1,8}"
}

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z_][a-zA-Z0-9_]{0,8}"
}

fn json() -> impl Strategy<Value = Box<str>> {
    prop_oneof![Just("{}"), Just(r#"{"type":"object","n":1.50}"#), Just(r#"{"a":[null,12345678901234567890123]}"#)]
        .prop_map(Box::from)
}

fn text(cache: bool) -> impl Strategy<Value = Block> {
    let mark = prop_oneof![Just(CacheMark::FiveMinutes), Just(CacheMark::OneHour)];
    (word(), of(mark))
        .prop_map(move |(text, mark)| Block::Text(Text { text, cache: mark.filter(|_| cache), ..Text::default() }))
}

fn media() -> impl Strategy<Value = Block> {
    let source = prop_oneof![
        "[A-Za-z0-9+/]{4,8}".prop_map(MediaSource::Base64),
        name().prop_map(|name| MediaSource::Url(format!("https://x/{name}"))),
        name().prop_map(MediaSource::FileId),
    ];
    (source, any::<bool>(), of(Just("low".to_owned())), name()).prop_map(|(source, image, detail, name)| {
        let inline = matches!(source, MediaSource::Base64(_));
        let kind = if image { MediaKind::Image } else { MediaKind::File };
        // What is not said of a picture is said when it is written.
        let detail = detail.or_else(|| image.then(|| "auto".to_owned()));
        let media_type = inline.then(|| if image { "image/png" } else { "text/csv" }.to_owned());
        Block::Media(Media { detail, media_type, name: (!image).then_some(name), ..Media::new(kind, source) })
    })
}

fn kind() -> impl Strategy<Value = ToolKind> {
    prop_oneof![Just(ToolKind::Function), Just(ToolKind::Custom)]
}

fn of_model() -> impl Strategy<Value = Block> {
    let thinking = (prop_oneof![Just(String::new()), word()], name()).prop_map(|(text, data)| {
        let signature = Signature { maker: Maker::OpenAi, item_id: Some(format!("rs_{data}")), data };
        Block::Thinking(Thinking { text, signature: Some(signature), redacted: false })
    });
    let call = (name(), name(), of(name()), kind(), word(), of(name())).prop_map(
        |(id, name, namespace, kind, arguments, item_id)| {
            Block::ToolCall(ToolCall { id, name, namespace, kind, arguments, item_id, ..ToolCall::default() })
        },
    );
    prop_oneof![thinking, call]
}

/// A turn of the model: words in at most one place, as there is one id for them.
fn model_turn() -> impl Strategy<Value = Message> {
    let words = proptest::collection::vec(prop_oneof![4 => text(false), 1 => word().prop_map(Block::Refusal)], 0..3);
    let before = proptest::collection::vec(of_model(), 0..3);
    let after = proptest::collection::vec(of_model(), 0..3);
    (before, words, after, of(name())).prop_map(|(mut content, words, after, id)| {
        let id = id.filter(|_| !words.is_empty());
        content.extend(words);
        content.extend(after);
        Message { role: Role::Assistant, content, name: None, id }
    })
}

fn result() -> impl Strategy<Value = Block> {
    let content = prop_oneof![
        text(false).prop_map(|text| vec![text]),
        proptest::collection::vec(prop_oneof![text(true), media()], 0..3),
    ];
    (name(), kind(), content, of(name())).prop_map(|(call_id, kind, content, item_id)| {
        Block::ToolResult(ToolResult { call_id, kind, content, item_id, ..ToolResult::default() })
    })
}

fn other_turn() -> impl Strategy<Value = Message> {
    let said = (
        prop_oneof![Just(Role::User), Just(Role::System), Just(Role::Developer)],
        proptest::collection::vec(prop_oneof![text(true), media()], 0..3),
        of(name()),
    );
    prop_oneof![
        3 => said.prop_map(|(role, content, id)| Message { role, content, name: None, id }),
        1 => proptest::collection::vec(result(), 1..3).prop_map(|content| Message::new(Role::User, content)),
    ]
}

/// Turns in which the model speaks only after another: two of its turns in a row may come back as one.
fn messages() -> impl Strategy<Value = Vec<Message>> {
    proptest::collection::vec((other_turn(), of(model_turn())), 1..5).prop_map(|turns| {
        let mut messages: Vec<Message> = Vec::new();
        let results = |turn: &Message| matches!(turn.content.first(), Some(Block::ToolResult(_)));
        for (other, model) in turns {
            if messages.last().is_none_or(|last| !(results(last) && results(&other))) {
                messages.push(other);
            }
            messages.extend(model.filter(|turn| !turn.content.is_empty()));
        }
        messages
    })
}

fn tools() -> impl Strategy<Value = Vec<Tool>> {
    let tool = (of(name()), of(word()), kind(), of(json()), of(any::<bool>()), of(any::<bool>())).prop_map(
        |(namespace, description, kind, schema, strict, deferred)| ClientTool {
            name: String::new(),
            namespace: namespace.map(|name| Namespace { name, description: Some("d".to_owned()) }),
            description,
            kind,
            schema,
            strict: strict.filter(|_| kind == ToolKind::Function),
            deferred,
            cache: None,
        },
    );
    proptest::collection::vec(tool, 0..4).prop_map(|tools| {
        let numbered = tools.into_iter().enumerate();
        numbered.map(|(n, tool)| Tool::Client(ClientTool { name: format!("tool{n}"), ..tool })).collect()
    })
}

fn format() -> impl Strategy<Value = Format> {
    let schema = (name(), of(word()), json(), of(any::<bool>())).prop_map(|(name, description, schema, strict)| {
        Format::JsonSchema { name: Some(name), description, schema, strict }
    });
    prop_oneof![Just(Format::Text), Just(Format::JsonObject), schema]
}

fn reasoning() -> impl Strategy<Value = Option<Reasoning>> {
    (of(proptest::sample::select(&Effort::ALL)), of(Just("auto".to_owned())), any::<bool>()).prop_map(
        |(effort, summary, encrypted)| {
            let told = Reasoning { effort, summary, encrypted, ..Reasoning::default() };
            (told != Reasoning::default()).then_some(told)
        },
    )
}

fn choice() -> impl Strategy<Value = ToolChoice> {
    prop_oneof![
        Just(ToolChoice::Auto),
        Just(ToolChoice::Any),
        Just(ToolChoice::None),
        name().prop_map(ToolChoice::Tool),
        (any::<bool>(), proptest::collection::vec(name(), 1..3))
            .prop_map(|(required, names)| ToolChoice::Allowed { required, names }),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    let shape = (messages(), tools(), of(choice()), of(format()), reasoning(), any::<bool>());
    let limits = (of(any::<bool>()), of(any::<u64>()), of(Just("0.70".to_owned())), of(1..20_u64), of(any::<bool>()));
    let labels = (of(word()), of(word()), of(json()), of(word()), of(word()), of(name()));
    (shape, limits, labels).prop_map(|(shape, limits, labels)| {
        let mut request = Request::new(Dialect::Responses, "m");
        request.include_usage = true;
        (request.messages, request.tools, request.tool_choice, request.format, request.reasoning, request.stream) =
            shape;
        let top;
        (request.parallel_tool_calls, request.max_output_tokens, request.temperature, top, request.store) = limits;
        request.logprobs = top.map(|top| LogProbs { top: Some(top) });
        (
            request.user,
            request.service_tier,
            request.metadata,
            request.prompt_cache_key,
            request.verbosity,
            request.previous_response_id,
        ) = labels;
        request.others = vec![("truncation".to_owned(), "\"auto\"".into())];
        request
    })
}

/// A block of an answer, as the events between its beginning and its end.
fn told() -> impl Strategy<Value = (Opening, Vec<Delta>)> {
    let pieces = || proptest::collection::vec(word(), 1..4);
    let texts = |pieces: Vec<String>| pieces.into_iter().map(Delta::Text).collect::<Vec<_>>();
    let proof = || {
        (name(), prop_oneof![Just(Maker::OpenAi), Just(Maker::Anthropic), Just(Maker::Google)]).prop_map(
            |(data, maker)| {
                let item_id = (maker == Maker::OpenAi).then(|| format!("rs_{data}"));
                Signature { maker, item_id, data }
            },
        )
    };
    let call = (name(), name(), name(), of(name()), kind(), pieces()).prop_map(
        |(id, name, item_id, namespace, kind, pieces)| {
            let call = ToolCall { id, name, namespace, kind, item_id: Some(item_id), ..ToolCall::default() };
            (Opening::ToolCall(call), pieces.into_iter().map(Delta::Arguments).collect())
        },
    );
    prop_oneof![
        pieces().prop_map(move |pieces| (Opening::Text, texts(pieces))),
        pieces().prop_map(move |pieces| (Opening::Refusal, texts(pieces))),
        (proptest::collection::vec(word(), 0..3), proof()).prop_map(move |(pieces, proof)| {
            let mut deltas = texts(pieces);
            deltas.push(Delta::Signature(proof));
            (Opening::Thinking, deltas)
        }),
        proof()
            .prop_filter("OpenAI hides no thought", |proof| proof.maker != Maker::OpenAi)
            .prop_map(|proof| (Opening::RedactedThinking(proof), Vec::new())),
        call,
    ]
}

/// An answer whose blocks overlap as chance has it.
fn answer() -> impl Strategy<Value = Vec<Event>> {
    (proptest::collection::vec(told(), 0..5), any::<u64>()).prop_map(|(blocks, mut chance)| {
        let calls = blocks.iter().any(|(what, _)| matches!(what, Opening::ToolCall(_)));
        let refuses = blocks.iter().any(|(what, _)| matches!(what, Opening::Refusal));
        let mut waiting = std::collections::VecDeque::from(blocks);
        let (mut open, mut next) = (Vec::new(), 0_u32);
        let mut events = vec![Event::Start { id: "resp_1".to_owned(), model: "my-model".to_owned(), created_at_s: 9 }];
        while !waiting.is_empty() || !open.is_empty() {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let begins = open.is_empty() || (chance >> 60).is_multiple_of(4);
            if let Some((what, deltas)) = waiting.pop_front_if(|_| begins) {
                events.push(Event::Open { choice: 0, block: next, what });
                open.push((next, std::collections::VecDeque::from(deltas)));
                next += 1;
                continue;
            }
            let place = (chance >> 33) as usize % open.len();
            let block = open[place].0;
            match open[place].1.pop_front() {
                Some(delta) => events.push(Event::Delta { choice: 0, block, delta }),
                None => {
                    events.push(Event::Close { choice: 0, block });
                    open.remove(place);
                }
            }
        }
        let reason = match (calls, refuses) {
            (true, _) => StopReason::ToolUse,
            (_, true) => StopReason::Refusal,
            _ => StopReason::End,
        };
        events.push(Event::Usage(Usage { input: 3, cache_read: 2, output: 5, reasoning: 4, ..Usage::default() }));
        events.extend([Event::Stop { choice: 0, reason }, Event::End]);
        events
    })
}

proptest! {
    #[test]
    fn streams_come_back_the_same(events in answer()) {
        let text = super::written(&events, super::anybody(), Dialect::Responses);
        let (back, complete) = super::events(text.as_bytes()).unwrap();
        prop_assert!(complete);
        super::streams::check_order(&back);
        let mut expected = super::streams::in_line(&events);
        // Usage may overtake what waits for its turn.
        let usage = |event: &Event| matches!(event, Event::Usage(_));
        let last = expected.len() - 2;
        let from = expected.iter().position(usage).unwrap();
        let told = expected.remove(from);
        expected.insert(last - 1, told);
        prop_assert_eq!(back, expected, "{}", text);
    }

    #[test]
    fn calls_come_back_the_same(request in request()) {
        let mut notes = own();
        let target = Target { model: "m", ..super::TARGET };
        let body = encode_request::encode(&request, &target, &mut notes).unwrap();
        let back = decode_request::decode(&body, &mut notes).unwrap();
        prop_assert_eq!(back, request, "{}", String::from_utf8_lossy(&body));
        prop_assert!(notes.lost().is_empty(), "{:?}", notes.lost());
    }
}
