//! Any call that this dialect can express is the same after it was written and read.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::super::{decode_request, encode_request};
use super::*;
use crate::canonical::block::MediaKind;
use crate::canonical::request::ClientTool;
use crate::canonical::{
    Block, Effort, Format, LogProbs, Media, MediaSource, Message, Reasoning, Role, Text, Thinking, Tool, ToolCall,
    ToolChoice, ToolKind, ToolResult,
};

fn word() -> impl Strategy<Value = String> {
    "[a-z]{1,8}"
}

/// With what JSON has to escape, and more than one byte.
fn words() -> impl Strategy<Value = String> {
    "[a-z \"\\\\\n\u{1}é\u{1f980}]{1,12}"
}

fn text() -> impl Strategy<Value = Block> {
    words().prop_map(Block::text)
}

fn media() -> impl Strategy<Value = Block> {
    let image = (word(), of(word())).prop_map(|(path, detail)| {
        let source = MediaSource::Url(format!("https://e.com/{path}"));
        Media { detail, ..Media::new(MediaKind::Image, source) }
    });
    let inline = "[A-Za-z0-9+/]{4}".prop_map(|data| Media {
        media_type: Some("image/jpeg".into()),
        ..Media::new(MediaKind::Image, MediaSource::Base64(data))
    });
    let sound = ("[A-Za-z0-9]{4}", prop_oneof![Just("audio/mpeg"), Just("audio/wav")]).prop_map(|(data, kind)| Media {
        media_type: Some(kind.into()),
        ..Media::new(MediaKind::Audio, MediaSource::Base64(data))
    });
    let file = (word(), of(word()))
        .prop_map(|(id, name)| Media { name, ..Media::new(MediaKind::File, MediaSource::FileId(id)) });
    prop_oneof![image, inline, sound, file].prop_map(Block::Media)
}

/// Nothing, or texts: a single empty one would be nothing.
fn texts() -> impl Strategy<Value = Vec<Block>> {
    vec(text(), 0..3)
}

fn parts() -> impl Strategy<Value = Vec<Block>> {
    prop_oneof![texts(), vec(prop_oneof![text(), media()], 1..4)]
}

fn plain() -> impl Strategy<Value = Message> {
    let system = (prop_oneof![Just(Role::System), Just(Role::Developer)], texts());
    let user = (Just(Role::User), parts());
    (prop_oneof![system.boxed(), user.boxed()], of(word())).prop_map(|((role, content), name)| Message {
        role,
        content,
        name,
        id: None,
    })
}

/// A turn of the model, and the results of the calls in it.
fn round() -> impl Strategy<Value = Vec<Message>> {
    let call = (word(), words(), any::<bool>(), texts());
    (of(words()), texts(), of(words()), vec(call, 0..3)).prop_map(|(thought, texts, refusal, calls)| {
        let mut content = Vec::new();
        content.extend(thought.map(|text| Block::Thinking(Thinking { text, ..Thinking::default() })));
        content.extend(texts);
        content.extend(refusal.map(Block::Refusal));
        let mut results = Vec::new();
        for (at, (name, arguments, custom, content_of_result)) in calls.into_iter().enumerate() {
            let kind = if custom { ToolKind::Custom } else { ToolKind::Function };
            let id = format!("call_{at}");
            // Blank ones would become an empty object.
            let arguments = format!("{arguments}x");
            let result = ToolResult { call_id: id.clone(), kind, content: content_of_result, ..ToolResult::default() };
            content.push(Block::ToolCall(ToolCall { id, name, kind, arguments, ..ToolCall::default() }));
            results.push(Block::ToolResult(result));
        }
        let mut turns = vec![Message::new(Role::Assistant, content)];
        if !results.is_empty() {
            turns.push(Message::new(Role::User, results));
        }
        turns
    })
}

/// The kind of a result is that of the last call with its id, so ids must be the turn's own.
fn with_own_ids(messages: &mut [Message]) {
    let mut turn = 0;
    for message in messages {
        if message.role == Role::Assistant {
            turn += 1;
        }
        for block in &mut message.content {
            match block {
                Block::ToolCall(call) => call.id = format!("{}_{turn}", call.id),
                Block::ToolResult(result) => result.call_id = format!("{}_{turn}", result.call_id),
                _ => {}
            }
        }
    }
}

fn messages() -> impl Strategy<Value = Vec<Message>> {
    vec(prop_oneof![plain().prop_map(|one| vec![one]), round()], 1..6).prop_map(|turns| {
        let mut messages = turns.concat();
        with_own_ids(&mut messages);
        messages
    })
}

fn tools() -> impl Strategy<Value = Vec<Tool>> {
    let tool =
        (word(), of(words()), of(any::<bool>()), any::<bool>()).prop_map(|(name, description, strict, custom)| {
            Tool::Client(if custom {
                let schema = r#"{"type":"grammar","syntax":"regex","definition":"a\"b"}"#;
                ClientTool {
                    name,
                    description,
                    kind: ToolKind::Custom,
                    schema: Some(schema.into()),
                    ..ClientTool::default()
                }
            } else {
                let schema = r#"{"type": "object", "n": 1.0}"#;
                ClientTool { name, description, strict, schema: Some(schema.into()), ..ClientTool::default() }
            })
        });
    vec(tool, 0..4)
}

fn choice() -> impl Strategy<Value = ToolChoice> {
    prop_oneof![
        Just(ToolChoice::Auto),
        Just(ToolChoice::Any),
        Just(ToolChoice::None),
        word().prop_map(ToolChoice::Tool),
        (any::<bool>(), vec(word(), 0..3)).prop_map(|(required, names)| ToolChoice::Allowed { required, names }),
    ]
}

fn format() -> impl Strategy<Value = Format> {
    let schema = (word(), of(words()), of(any::<bool>())).prop_map(|(name, description, strict)| Format::JsonSchema {
        name: Some(name),
        description,
        schema: r#"{"type":"object"}"#.into(),
        strict,
    });
    prop_oneof![Just(Format::Text), Just(Format::JsonObject), schema]
}

fn number() -> impl Strategy<Value = String> {
    "-?[0-9]{1,20}(\\.[0-9]{1,20})?".prop_filter("no leading zeros", |text| {
        let digits = text.trim_start_matches('-');
        !digits.starts_with('0') || digits.starts_with("0.") || digits == "0"
    })
}

prop_compose! {
    fn requests()(
        messages in messages(),
        tools in tools(),
        tool_choice in of(choice()),
        parallel_tool_calls in of(any::<bool>()),
        format in of(format()),
        effort in of(proptest::sample::select(&Effort::ALL[..])),
        (stream, include_usage) in (any::<bool>(), any::<bool>()),
        (max_output_tokens, choices, top_k) in (of(any::<u64>()), of(any::<u64>()), of(any::<u64>())),
        (temperature, top_p, seed, frequency_penalty) in (of(number()), of(number()), of(number()), of(number())),
        (stop, logprobs) in (vec(words(), 0..3), of(of(any::<u64>()))),
        (verbosity, service_tier, user, prompt_cache_key) in (of(word()), of(word()), of(words()), of(words())),
        (store, others) in (of(any::<bool>()), vec(words(), 0..2)),
    ) -> Request {
        let mut request = Request::new(Dialect::Chat, "m");
        request.messages = messages;
        request.tools = tools;
        request.tool_choice = tool_choice;
        request.parallel_tool_calls = parallel_tool_calls;
        request.format = format;
        request.reasoning = effort.map(|effort| Reasoning { effort: Some(effort), ..Reasoning::default() });
        request.stream = stream;
        request.include_usage = stream && include_usage;
        request.max_output_tokens = max_output_tokens;
        request.choices = choices;
        request.top_k = top_k;
        request.temperature = temperature;
        request.top_p = top_p;
        request.seed = seed;
        request.frequency_penalty = frequency_penalty;
        request.stop = stop;
        request.logprobs = logprobs.map(|top| LogProbs { top });
        request.verbosity = verbosity;
        request.service_tier = service_tier;
        request.user = user;
        request.prompt_cache_key = prompt_cache_key;
        request.store = store;
        request.others = others.into_iter().enumerate().map(|(at, text)| (format!("{text}{at}"), "[1.0]".into())).collect();
        request
    }
}

/// Pieces of streams, good and bad, of which any sequence must come out in order.
const PIECES: &[&str] = &[
    "[DONE]",
    "{",
    r#"{"error":{"message":"m"}}"#,
    r#"{"id":"i","model":"m","created":1,"choices":[]}"#,
    r#"{"choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1}}"#,
    r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#,
    r#"{"choices":[{"index":0,"delta":{"content":"a"},"logprobs":{"content":[]}}]}"#,
    r#"{"choices":[{"index":1,"delta":{"content":"b"}},{"index":0,"delta":{"refusal":"no"}}]}"#,
    r#"{"choices":[{"delta":{"reasoning":"t"}}]}"#,
    r#"{"choices":[{"delta":{"reasoning_details":[{"type":"reasoning.encrypted","data":"tw1.a..QQ"}]}}]}"#,
    r#"{"choices":[{"delta":{"reasoning_details":[{"type":"reasoning.encrypted","data":"tw1.a..QQ","redacted":true}]}}]}"#,
    r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]}}]}"#,
    r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}}]}"#,
    r#"{"choices":[{"delta":{"tool_calls":[{"index":1,"function":{"arguments":"{"}},{"id":"b","function":{"name":"g"}}]}}]}"#,
    r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"c","type":"custom","custom":{"name":"c","input":"x"}}]}}]}"#,
    r#"{"choices":[{"delta":{"images":[{"image_url":{"url":"https://e.com"}}],"extra_content":{"google":{"thought_signature":"s"}}}}]}"#,
    r#"{"choices":[{"delta":{"annotations":[{"type":"url_citation"}],"function_call":{"name":"f"}}}]}"#,
    r#"{"choices":[{"message":{"content":"whole"},"finish_reason":"stop"}]}"#,
    r#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#,
    r#"{"choices":[{"index":1,"delta":{"content":"last"},"finish_reason":"length"}]}"#,
];

proptest! {
    #[test]
    fn any_sequence_of_pieces_comes_out_in_order(pieces in vec(proptest::sample::select(PIECES), 0..16)) {
        let text: String = pieces.iter().map(|piece| format!("data: {piece}\n\n")).collect();
        let (told, complete) = streams::events(&[text.as_bytes()]);
        streams::assert_order(&told);
        prop_assert_eq!(complete, told.last() == Some(&crate::canonical::Event::End));
        // What is written for it is chunks that are JSON, and it ends if the answer did.
        let again = streams::encoded(told, client(Request::new(Dialect::Chat, "m"), "m"));
        for data in again.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]") {
            prop_assert!(crate::json::is_object(data.as_bytes()), "{}", data);
        }
        prop_assert_eq!(again.ends_with("data: [DONE]\n\n"), complete);
    }

    #[test]
    fn what_is_written_is_read_the_same(request in requests()) {
        let mut notes = Notes::new(Dialect::Chat, Dialect::Chat, true);
        let body = encode_request::encode(&request, &target(&request), &mut notes).unwrap();
        let back = decode_request::decode(&body, &mut notes).unwrap();
        prop_assert_eq!(notes.lost(), &[]);
        prop_assert_eq!(back, request);
    }

    /// The same turns of a client of another dialect are never refused, and are JSON.
    #[test]
    fn turns_of_another_dialect_are_always_sent(messages in messages(), tools in tools(), signature in any::<bool>()) {
        let mut request = foreign(messages);
        request.tools = tools;
        if signature {
            let signature = crate::canonical::Signature::new(crate::canonical::Maker::OpenAi, "x");
            let text = Text { signature: Some(signature), ..Text::new("t") };
            request.messages.push(Message::new(Role::Assistant, vec![Block::Text(text)]));
        }
        let body = encode_request::encode(&request, &target(&request), &mut foreign_notes(false)).unwrap();
        prop_assert!(serde_json::from_slice::<serde_json::Value>(&body).is_ok());
    }
}
