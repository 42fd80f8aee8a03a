//! What is declared to become of each thing is what becomes of it.

use thinkwatch_policy::usage::Usage;

use super::super::{encode_answer, encode_request};
use super::*;
use crate::canonical::block::MediaKind;
use crate::canonical::feature::support;
use crate::canonical::request::{ClientTool, Namespace};
use crate::canonical::{
    Answer, Block, CacheMark, Choice, Effort, Feature, Format, LogProbs, Maker, Media, MediaSource, Message, Opaque,
    Reasoning, Role, Signature, StopReason, Support, Text, Thinking, Tool, ToolChoice, ToolKind, ToolResult,
};

enum Probe {
    /// A call that has the thing and nothing else of note, and what is seen of it where it is kept.
    Request(Box<Request>, &'static str),
    Answer(Answer, &'static str),
}

fn user(blocks: Vec<Block>) -> Request {
    foreign(vec![Message::new(Role::User, blocks)])
}

fn with(change: impl FnOnce(&mut Request)) -> Request {
    let mut request = user(vec![Block::text("q")]);
    change(&mut request);
    request
}

fn media(kind: MediaKind, source: MediaSource) -> Media {
    Media { media_type: Some("a/b".into()), ..Media::new(kind, source) }
}

fn base64() -> MediaSource {
    MediaSource::Base64("AAAA".into())
}

fn url() -> MediaSource {
    MediaSource::Url("https://e.com/x".into())
}

fn shown(media: Media) -> Request {
    user(vec![Block::text("see"), Block::Media(media)])
}

fn tool(change: impl FnOnce(&mut ClientTool)) -> Tool {
    let mut tool = ClientTool { name: "f".into(), ..ClientTool::default() };
    change(&mut tool);
    Tool::Client(tool)
}

fn with_tool(change: impl FnOnce(&mut ClientTool)) -> Request {
    with(|request| request.tools = vec![tool(change)])
}

fn with_choice(choice: ToolChoice) -> Request {
    with(|request| {
        request.tools = vec![tool(|_| {})];
        request.tool_choice = Some(choice);
    })
}

fn with_reasoning(change: impl FnOnce(&mut Reasoning)) -> Request {
    let mut reasoning = Reasoning::default();
    change(&mut reasoning);
    with(|request| request.reasoning = Some(reasoning))
}

fn thought(signature: Option<Signature>) -> Block {
    Block::Thinking(Thinking { text: "hm".into(), signature, redacted: false })
}

fn history(block: Block) -> Request {
    foreign(vec![Message::new(Role::Assistant, vec![Block::text("a"), block]), Message::new(Role::User, vec![])])
}

fn result(change: impl FnOnce(&mut ToolResult)) -> Request {
    let mut result = ToolResult { call_id: "1".into(), content: vec![Block::text("r")], ..ToolResult::default() };
    change(&mut result);
    user(vec![Block::ToolResult(result)])
}

fn opaque() -> Opaque {
    Opaque { dialect: Dialect::Messages, kind: "web_search".into(), value: r#"{"type":"web_search"}"#.into() }
}

fn answer(block: Block) -> Answer {
    Answer { choices: vec![Choice { content: vec![block], ..Choice::default() }], ..Answer::default() }
}

fn of_request(feature: Feature) -> Option<(Request, &'static str)> {
    Some(match feature {
        Feature::SystemPrompt => {
            (foreign(vec![Message::new(Role::System, vec![Block::text("s")])]), r#""role":"system""#)
        }
        Feature::SystemInTheMiddle => (
            with(|request| request.messages.push(Message::new(Role::System, vec![Block::text("s")]))),
            r#",{"role":"system","content":"s"}"#,
        ),
        Feature::DeveloperRole => {
            (foreign(vec![Message::new(Role::Developer, vec![Block::text("s")])]), r#"{"role":"system","content":"s"}"#)
        }
        Feature::ParticipantName => (with(|request| request.messages[0].name = Some("ann".into())), r#""name":"ann""#),
        Feature::ItemIds => (with(|request| request.messages[0].id = Some("msg_1".into())), r#""content":"q""#),
        Feature::Prefill => (foreign(vec![Message::new(Role::Assistant, vec![Block::text("{")])]), r#""content":"{""#),
        Feature::ImageBase64 => (shown(media(MediaKind::Image, base64())), "data:a/b;base64,AAAA"),
        Feature::ImageUrl => (shown(media(MediaKind::Image, url())), "https://e.com/x"),
        Feature::ImageDetail => {
            let image = Media { detail: Some("low".into()), ..media(MediaKind::Image, url()) };
            (shown(image), r#""detail":"low""#)
        }
        Feature::AudioInput => (shown(media(MediaKind::Audio, base64())), r#""input_audio":{"data":"AAAA""#),
        Feature::VideoInput => (shown(media(MediaKind::Video, url())), r#""video_url":{"url":"https://e.com/x"}"#),
        Feature::FileInline => (shown(media(MediaKind::File, base64())), r#""file_data":"data:a/b;base64,AAAA""#),
        Feature::FileUrl => (shown(media(MediaKind::File, url())), "https://e.com/x"),
        Feature::FileId => (shown(media(MediaKind::File, MediaSource::FileId("f-1".into()))), r#""file_id":"f-1""#),
        Feature::DocumentContext => {
            let file = Media { context: Some("from 1984".into()), ..media(MediaKind::File, base64()) };
            (shown(file), r#""text":"from 1984""#)
        }
        Feature::DocumentCitations => {
            let file = Media { citations: Some(true), ..media(MediaKind::File, base64()) };
            (shown(file), "citations")
        }
        Feature::Functions => (with_tool(|_| {}), r#""function":{"name":"f"}"#),
        Feature::CustomTools => (with_tool(|tool| tool.kind = ToolKind::Custom), r#""required":["input"]"#),
        Feature::ServerTools => (with(|request| request.tools = vec![Tool::Server(opaque())]), "web_search"),
        Feature::Namespaces => (
            with_tool(|tool| tool.namespace = Some(Namespace { name: "n".into(), description: None })),
            r#""name":"f""#,
        ),
        Feature::StrictTools => (with_tool(|tool| tool.strict = Some(true)), r#""strict":true"#),
        Feature::DeferredTools => (with_tool(|tool| tool.deferred = Some(true)), r#""name":"f""#),
        Feature::ToolChoiceAny => (with_choice(ToolChoice::Any), r#""tool_choice":"required""#),
        Feature::ToolChoiceNone => (with_choice(ToolChoice::None), r#""tool_choice":"none""#),
        Feature::ToolChoiceNamed => (with_choice(ToolChoice::Tool("f".into())), r#""tool_choice":{"type":"function""#),
        Feature::ToolChoiceAllowed => {
            (with_choice(ToolChoice::Allowed { required: false, names: vec!["f".into()] }), r#""mode":"auto""#)
        }
        Feature::ParallelToolCalls => (
            with(|request| {
                request.tools = vec![tool(|_| {})];
                request.parallel_tool_calls = Some(false);
            }),
            r#""parallel_tool_calls":false"#,
        ),
        Feature::ToolResultMedia => {
            (result(|result| result.content.push(Block::Media(media(MediaKind::Image, url())))), "https://e.com/x")
        }
        Feature::ToolResultError => (result(|result| result.is_error = Some(true)), r#""content":"Error: r""#),
        Feature::MaxOutputTokens => (with(|request| request.max_output_tokens = Some(7)), r#""max_tokens":7"#),
        Feature::Temperature => (with(|request| request.temperature = Some("0.5".into())), r#""temperature":0.5"#),
        Feature::TopP => (with(|request| request.top_p = Some("0.5".into())), r#""top_p":0.5"#),
        Feature::TopK => (with(|request| request.top_k = Some(5)), "top_k"),
        Feature::FrequencyPenalty => {
            (with(|request| request.frequency_penalty = Some("1".into())), r#""frequency_penalty":1"#)
        }
        Feature::PresencePenalty => {
            (with(|request| request.presence_penalty = Some("1".into())), r#""presence_penalty":1"#)
        }
        Feature::Seed => (with(|request| request.seed = Some("1".into())), r#""seed":1"#),
        Feature::StopSequences => (with(|request| request.stop = vec!["x".into()]), r#""stop":["x"]"#),
        Feature::SeveralChoices => (with(|request| request.choices = Some(2)), r#""n":2"#),
        Feature::LogProbs => {
            (with(|request| request.logprobs = Some(LogProbs { top: Some(1) })), r#""top_logprobs":1"#)
        }
        Feature::LogitBias => (with(|request| request.logit_bias = Some("{}".into())), r#""logit_bias":{}"#),
        Feature::JsonMode => (with(|request| request.format = Some(Format::JsonObject)), r#""type":"json_object""#),
        Feature::JsonSchema => {
            let format = Format::JsonSchema { name: None, description: None, schema: "{}".into(), strict: None };
            (with(|request| request.format = Some(format)), r#""schema":{}"#)
        }
        Feature::ThinkingSwitch => (with_reasoning(|one| one.enabled = Some(false)), r#""reasoning_effort":"none""#),
        Feature::ReasoningEffort => {
            (with_reasoning(|one| one.effort = Some(Effort::Max)), r#""reasoning_effort":"max""#)
        }
        Feature::ThinkingBudget => {
            (with_reasoning(|one| one.budget_tokens = Some(5000)), r#""reasoning_effort":"low""#)
        }
        Feature::AdaptiveThinking => (with_reasoning(|one| one.adaptive = true), r#""content":"q""#),
        Feature::ReasoningSummary => (with_reasoning(|one| one.summary = Some("detailed".into())), "detailed"),
        Feature::ThinkingHistory => {
            let mut request = history(thought(Some(Signature::new(Maker::Anthropic, "A"))));
            request.model = "claude-x".into();
            (request, r#""signature":"A""#)
        }
        Feature::UnsignedThinking => (history(thought(None)), r#""reasoning_content":"hm""#),
        Feature::ForeignThinking => (history(thought(Some(Signature::new(Maker::OpenAi, "A")))), "hm"),
        Feature::Verbosity => (with(|request| request.verbosity = Some("low".into())), r#""verbosity":"low""#),
        Feature::ServiceTier => {
            (with(|request| request.service_tier = Some("auto".into())), r#""service_tier":"auto""#)
        }
        Feature::User => (with(|request| request.user = Some("u".into())), r#""user":"u""#),
        Feature::Metadata => (with(|request| request.metadata = Some("{}".into())), r#""metadata":{}"#),
        Feature::PromptCacheKey => {
            (with(|request| request.prompt_cache_key = Some("k".into())), r#""prompt_cache_key":"k""#)
        }
        Feature::CacheMarks => (with_tool(|tool| tool.cache = Some(CacheMark::FiveMinutes)), "cache"),
        Feature::CacheMarksOneHour => (with_tool(|tool| tool.cache = Some(CacheMark::OneHour)), "cache"),
        Feature::Store => (with(|request| request.store = Some(true)), r#""store":true"#),
        Feature::PreviousResponse => (with(|request| request.previous_response_id = Some("r".into())), "previous"),
        Feature::UnknownFields => (with(|request| request.others = vec![("new".into(), "1".into())]), "new"),
        _ => return None,
    })
}

fn probe(feature: Feature) -> Probe {
    if let Some((request, seen)) = of_request(feature) {
        return Probe::Request(Box::new(request), seen);
    }
    let (answer, seen) = match feature {
        Feature::Citations => {
            let citations = vec![r#"{"type":"web_search_result_location","url":"https://e.com","title":"T"}"#.into()];
            (answer(Block::Text(Text { citations, ..Text::new("x") })), "https://e.com")
        }
        Feature::AnswerThinking => (answer(thought(None)), r#""reasoning_content":"hm""#),
        Feature::AnswerSignature => (answer(thought(Some(Signature::new(Maker::Anthropic, "A")))), "tw1.a..QQ"),
        Feature::AnswerRefusal => (answer(Block::Refusal("no".into())), r#""refusal":"no""#),
        Feature::AnswerMedia => (answer(Block::Media(media(MediaKind::Image, base64()))), "data:a/b;base64,AAAA"),
        Feature::AnswerServerTools => (answer(Block::Opaque(opaque())), "web_search"),
        Feature::AnswerStopSequence => {
            let stop = Some(StopReason::StopSequence(Some("END".into())));
            let choices = vec![Choice { stop, ..Choice::default() }];
            (Answer { choices, ..Answer::default() }, r#""stop_reason":"END""#)
        }
        Feature::AnswerPause => {
            let choices = vec![Choice { stop: Some(StopReason::Pause), ..Choice::default() }];
            (Answer { choices, ..Answer::default() }, r#""finish_reason":"length""#)
        }
        Feature::AnswerServiceTier => {
            (Answer { service_tier: Some("standard".into()), ..Answer::default() }, r#""service_tier":"default""#)
        }
        Feature::AnswerFingerprint => {
            (Answer { fingerprint: Some("fp".into()), ..Answer::default() }, r#""system_fingerprint":"fp""#)
        }
        other => panic!("nothing tries what becomes of {}", other.as_str()),
    };
    Probe::Answer(answer, seen)
}

#[test]
fn declarations_are_what_happens() {
    for &feature in Feature::ALL {
        let name = feature.as_str();
        let declared = support(Dialect::Chat, feature);
        let kept = matches!(declared, Support::Kept | Support::Emulated(_));
        match probe(feature) {
            Probe::Request(request, seen) => {
                let mut notes = foreign_notes(false);
                let encoded = encode_request::encode(&request, &target(&request), &mut notes);
                if matches!(declared, Support::Refused(_)) {
                    assert!(encoded.is_err(), "{name}");
                    continue;
                }
                let told = String::from_utf8(encoded.unwrap()).unwrap();
                assert_eq!(told.contains(seen), kept, "{name}: {told}");
                assert_eq!(notes.lost().is_empty(), kept, "{name}: {:?}", notes.lost());
                let strict = encode_request::encode(&request, &target(&request), &mut foreign_notes(true));
                assert_eq!(strict.is_ok(), kept, "{name}: {strict:?}");
            }
            Probe::Answer(answer, seen) => {
                let client = client(Request::new(Dialect::Chat, "m"), "m");
                let mut notes = foreign_notes(true);
                let told = String::from_utf8(encode_answer::encode(&answer, &client, &mut notes)).unwrap();
                assert_eq!(told.contains(seen), kept, "{name}: {told}");
                assert_eq!(notes.lost().is_empty(), kept, "{name}: {:?}", notes.lost());
            }
        }
    }
}

#[test]
fn usage_is_told_with_its_parts() {
    let usage = Usage {
        input: 5,
        cache_read: 3,
        cache_write_5m: 2,
        cache_write_1h: 1,
        output: 9,
        reasoning: 4,
        ..Usage::default()
    };
    let client = client(Request::new(Dialect::Chat, "m"), "m");
    let answer = Answer { usage: Some(usage), ..Answer::default() };
    let told = encode_answer::encode(&answer, &client, &mut foreign_notes(true));
    let told: serde_json::Value = serde_json::from_slice(&told).unwrap();
    let expected = r#"{"prompt_tokens":11,"completion_tokens":9,"total_tokens":20,
        "prompt_tokens_details":{"cached_tokens":3,"audio_tokens":0,"cache_write_tokens":3},
        "completion_tokens_details":{"reasoning_tokens":4,"audio_tokens":0}}"#;
    assert_eq!(told["usage"], json(expected));
}
