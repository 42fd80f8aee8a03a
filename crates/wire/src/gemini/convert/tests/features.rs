//! What is declared of each thing a call or an answer may contain is what becomes of it.

use serde_json::Value;
use thinkwatch_policy::dialect::Dialect;

use super::{client, json, written};
use crate::canonical::block::MediaKind;
use crate::canonical::request::Namespace;
use crate::canonical::*;
use crate::gemini::convert::encode_answer;

fn user(block: Block) -> Message {
    Message::new(Role::User, vec![block])
}

fn media(kind: MediaKind, source: MediaSource) -> Media {
    Media::new(kind, source)
}

fn data() -> MediaSource {
    MediaSource::Base64("AAAA".to_owned())
}

fn url() -> MediaSource {
    MediaSource::Url("https://e.org/a.png".to_owned())
}

fn tool() -> ClientTool {
    ClientTool { name: "the_tool".to_owned(), ..ClientTool::default() }
}

fn thinking(signature: Option<Signature>) -> Message {
    let thinking = Thinking { text: "a thought".to_owned(), signature, redacted: false };
    Message::new(Role::Assistant, vec![Block::Thinking(thinking), Block::text("said")])
}

fn result(content: Vec<Block>, is_error: Option<bool>) -> [Message; 2] {
    let call = ToolCall { id: "1".to_owned(), name: "the_tool".to_owned(), ..ToolCall::default() };
    let result = ToolResult { call_id: "1".to_owned(), content, is_error, ..ToolResult::default() };
    [Message::new(Role::Assistant, vec![Block::ToolCall(call)]), user(Block::ToolResult(result))]
}

/// Makes a call of what is said, and where the thing can be seen in what is written.
fn with(change: impl FnOnce(&mut Request)) -> Request {
    let mut request = Request::new(Dialect::Messages, "m");
    request.messages.push(user(Block::text("hi")));
    change(&mut request);
    request
}

fn reasoning(change: impl FnOnce(&mut Reasoning)) -> Request {
    let mut reasoning = Reasoning::default();
    change(&mut reasoning);
    with(|request| request.reasoning = Some(reasoning))
}

fn tools(tool: ClientTool, choice: Option<ToolChoice>) -> Request {
    with(|request| {
        request.tools.push(Tool::Client(tool));
        request.tool_choice = choice;
    })
}

/// A call that asks for the thing, and words that show that it was kept. None for things of answers.
fn asking(feature: Feature) -> Option<(Request, &'static str)> {
    let says = |message: Message| with(|request| request.messages.push(message));
    let shows = |media: Media| says(user(Block::Media(media)));
    let cached = |mark| says(user(Block::Text(Text { cache: Some(mark), ..Text::new("kept") })));
    let number = || Some("1".to_owned());
    Some(match feature {
        Feature::SystemPrompt => {
            (with(|r| r.messages.insert(0, Message::new(Role::System, vec![Block::text("s")]))), "systemInstruction")
        }
        Feature::SystemInTheMiddle => (says(Message::new(Role::System, vec![Block::text("midway")])), "midway"),
        Feature::DeveloperRole => {
            (with(|r| r.messages.insert(0, Message::new(Role::Developer, vec![Block::text("s")]))), "systemInstruction")
        }
        Feature::ParticipantName => (says(Message { name: Some("bob".to_owned()), ..user(Block::text("a")) }), "bob"),
        Feature::ItemIds => (says(Message { id: Some("msg_1".to_owned()), ..user(Block::text("kept")) }), "kept"),
        Feature::Prefill => (says(Message::new(Role::Assistant, vec![Block::text("begun")])), "begun"),
        Feature::ImageBase64 => (shows(media(MediaKind::Image, data())), "image/jpeg"),
        Feature::ImageUrl => (shows(media(MediaKind::Image, url())), "https://e.org/a.png"),
        Feature::ImageDetail => {
            (shows(Media { detail: Some("high".to_owned()), ..media(MediaKind::Image, data()) }), "high")
        }
        Feature::AudioInput => (shows(media(MediaKind::Audio, data())), "audio/wav"),
        Feature::VideoInput => (shows(media(MediaKind::Video, data())), "video/mp4"),
        Feature::FileInline => (shows(media(MediaKind::File, data())), "application/pdf"),
        Feature::FileUrl => (shows(media(MediaKind::File, url())), "https://e.org/a.png"),
        Feature::FileId => (shows(media(MediaKind::File, MediaSource::FileId("file_1".to_owned()))), "file_1"),
        Feature::DocumentContext => {
            (shows(Media { context: Some("from 1900".to_owned()), ..media(MediaKind::File, data()) }), "from 1900")
        }
        Feature::DocumentCitations => {
            (shows(Media { citations: Some(true), ..media(MediaKind::File, data()) }), "citations")
        }
        Feature::Citations => {
            let citations = vec!["{\"type\":\"x\"}".into()];
            let text = Text { citations, citations_of: Some(Dialect::Messages), ..Text::new("quoted") };
            (says(Message::new(Role::Assistant, vec![Block::Text(text)])), "citations")
        }
        Feature::Functions => (tools(tool(), None), "the_tool"),
        Feature::CustomTools => (tools(ClientTool { kind: ToolKind::Custom, ..tool() }, None), "the_tool"),
        Feature::ServerTools => {
            let opaque = Opaque { dialect: Dialect::Messages, kind: "web_search".to_owned(), value: "{}".into() };
            (with(|request| request.tools.push(Tool::Server(opaque))), "web_search")
        }
        Feature::Namespaces => {
            let namespace = Some(Namespace { name: "n".to_owned(), description: None });
            (tools(ClientTool { namespace, ..tool() }, None), "the_tool")
        }
        Feature::StrictTools => (tools(ClientTool { strict: Some(true), ..tool() }, None), "VALIDATED"),
        Feature::DeferredTools => (tools(ClientTool { deferred: Some(true), ..tool() }, None), "the_tool"),
        Feature::ToolChoiceAny => (tools(tool(), Some(ToolChoice::Any)), "ANY"),
        Feature::ToolChoiceNone => (tools(tool(), Some(ToolChoice::None)), "NONE"),
        Feature::ToolChoiceNamed => (tools(tool(), Some(ToolChoice::Tool("the_tool".to_owned()))), "ANY"),
        Feature::ToolChoiceAllowed => {
            let choice = ToolChoice::Allowed { required: true, names: vec!["the_tool".to_owned()] };
            (tools(tool(), Some(choice)), "allowedFunctionNames")
        }
        Feature::ParallelToolCalls => (with(|r| r.parallel_tool_calls = Some(false)), "parallel"),
        Feature::ToolResultMedia => {
            let picture = Block::Media(media(MediaKind::Image, data()));
            (with(|r| r.messages.extend(result(vec![picture], None))), "inlineData")
        }
        Feature::ToolResultError => {
            (with(|r| r.messages.extend(result(vec![Block::text("bad")], Some(true)))), "\"error\"")
        }
        Feature::MaxOutputTokens => (with(|r| r.max_output_tokens = Some(5)), "maxOutputTokens"),
        Feature::Temperature => (with(|r| r.temperature = number()), "temperature"),
        Feature::TopP => (with(|r| r.top_p = number()), "topP"),
        Feature::TopK => (with(|r| r.top_k = Some(1)), "topK"),
        Feature::FrequencyPenalty => (with(|r| r.frequency_penalty = number()), "frequencyPenalty"),
        Feature::PresencePenalty => (with(|r| r.presence_penalty = number()), "presencePenalty"),
        Feature::Seed => (with(|r| r.seed = number()), "seed"),
        Feature::StopSequences => (with(|r| r.stop = vec!["x".to_owned()]), "stopSequences"),
        Feature::SeveralChoices => (with(|r| r.choices = Some(2)), "candidateCount"),
        Feature::LogProbs => (with(|r| r.logprobs = Some(LogProbs { top: Some(2) })), "responseLogprobs"),
        Feature::LogitBias => (with(|r| r.logit_bias = Some("{\"5\":1}".into())), "bias"),
        Feature::JsonMode => (with(|r| r.format = Some(Format::JsonObject)), "application/json"),
        Feature::JsonSchema => {
            let format = Format::JsonSchema {
                name: None,
                description: None,
                schema: "{\"type\":\"array\"}".into(),
                strict: None,
            };
            (with(|r| r.format = Some(format)), "array")
        }
        Feature::ThinkingSwitch => (reasoning(|r| r.enabled = Some(false)), "MINIMAL"),
        Feature::ReasoningEffort => (reasoning(|r| r.effort = Some(Effort::Low)), "LOW"),
        Feature::ThinkingBudget => (reasoning(|r| r.budget_tokens = Some(2048)), "2048"),
        Feature::AdaptiveThinking => (reasoning(|r| r.adaptive = true), "-1"),
        Feature::ReasoningSummary => (reasoning(|r| r.summary = Some("auto".to_owned())), "includeThoughts"),
        Feature::ThinkingHistory => (says(thinking(Some(Signature::new(Maker::Google, "c2ln")))), "c2ln"),
        Feature::UnsignedThinking => (says(thinking(None)), "a thought"),
        Feature::ForeignThinking => (says(thinking(Some(Signature::new(Maker::OpenAi, "c2ln")))), "a thought"),
        Feature::Verbosity => (with(|r| r.verbosity = Some("low".to_owned())), "low"),
        Feature::ServiceTier => (with(|r| r.service_tier = Some("flex".to_owned())), "serviceTier"),
        Feature::User => (with(|r| r.user = Some("bob".to_owned())), "bob"),
        Feature::Metadata => (with(|r| r.metadata = Some("{\"a\":\"b\"}".into())), "labels"),
        Feature::PromptCacheKey => (with(|r| r.prompt_cache_key = Some("key".to_owned())), "key"),
        Feature::CacheMarks => (cached(CacheMark::FiveMinutes), "kept"),
        Feature::CacheMarksOneHour => (cached(CacheMark::OneHour), "ephemeral"),
        Feature::Store => (with(|r| r.store = Some(true)), "store"),
        Feature::PreviousResponse => (with(|r| r.previous_response_id = Some("resp".to_owned())), "resp"),
        Feature::UnknownFields => (with(|r| r.others.push(("unknown fields".to_owned(), "1".into()))), "unknown"),
        Feature::AnswerThinking
        | Feature::AnswerSignature
        | Feature::AnswerRefusal
        | Feature::AnswerMedia
        | Feature::AnswerServerTools
        | Feature::AnswerStopSequence
        | Feature::AnswerPause
        | Feature::AnswerServiceTier
        | Feature::AnswerFingerprint => return None,
    })
}

fn name(feature: Feature) -> &'static str {
    feature::field(Dialect::Messages, feature).unwrap_or_else(|| feature.as_str())
}

fn says(value: &Value, words: &str) -> bool {
    value.to_string().contains(words)
}

#[test]
fn requests_do_as_declared() {
    for feature in Feature::ALL {
        let Some((request, words)) = asking(*feature) else { continue };
        let lenient = written(&request, "gemini-3-flash", false);
        let strict = written(&request, "gemini-3-flash", true);
        match feature::support(Dialect::Gemini, *feature) {
            Support::Kept | Support::Emulated(_) => {
                let (body, lost) = strict.unwrap_or_else(|refusal| panic!("{feature:?}: {refusal}"));
                assert!(says(&body, words), "{feature:?}: {body}");
                assert_eq!(lost, Vec::<String>::new(), "{feature:?}");
            }
            Support::Dropped(_) => {
                let (body, lost) = lenient.unwrap_or_else(|refusal| panic!("{feature:?}: {refusal}"));
                assert!(!says(&body, words), "{feature:?}: {body}");
                let expected = if *feature == Feature::UnknownFields { "unknown fields" } else { name(*feature) };
                assert_eq!(lost, [expected], "{feature:?}");
                assert_eq!(strict.unwrap_err().field, expected, "{feature:?}");
            }
            Support::Refused(_) => {
                assert_eq!(lenient.unwrap_err().field, name(*feature), "{feature:?}");
                assert!(strict.is_err(), "{feature:?}");
            }
        }
    }
}

/// An answer with the thing in it, and words that show that it was kept.
fn answering(feature: Feature) -> Option<(Answer, &'static str)> {
    let of = |block| {
        let choice = Choice { content: vec![block], stop: Some(StopReason::End), logprobs: None };
        Answer { choices: vec![choice], ..Answer::default() }
    };
    let stopped = |reason| {
        let choice = Choice { content: vec![Block::text("a")], stop: Some(reason), logprobs: None };
        Answer { choices: vec![choice], ..Answer::default() }
    };
    let thought = Thinking { text: "a thought".to_owned(), ..Thinking::default() };
    let proof = Signature::new(Maker::Anthropic, "c2ln");
    Some(match feature {
        Feature::AnswerThinking => (of(Block::Thinking(thought)), "a thought"),
        Feature::AnswerSignature => {
            (of(Block::Thinking(Thinking { signature: Some(proof), ..thought })), "thoughtSignature")
        }
        Feature::AnswerRefusal => (stopped(StopReason::Refusal), "SAFETY"),
        Feature::AnswerMedia => (of(Block::Media(media(MediaKind::Image, data()))), "inlineData"),
        Feature::AnswerServerTools => {
            let opaque = Opaque { dialect: Dialect::Messages, kind: "server_tool_use".to_owned(), value: "{}".into() };
            (of(Block::Opaque(opaque)), "server_tool_use")
        }
        Feature::AnswerStopSequence => (stopped(StopReason::StopSequence(Some("stopword".to_owned()))), "stopword"),
        Feature::AnswerPause => (stopped(StopReason::Pause), "PAUSE"),
        Feature::AnswerServiceTier => {
            (Answer { service_tier: Some("flex".to_owned()), ..stopped(StopReason::End) }, "flex")
        }
        Feature::AnswerFingerprint => {
            (Answer { fingerprint: Some("fp_1".to_owned()), ..stopped(StopReason::End) }, "fp_1")
        }
        Feature::Citations => {
            let citations = vec!["{\"type\":\"x\"}".into()];
            let text = Text { citations, citations_of: Some(Dialect::Messages), ..Text::new("quoted") };
            (of(Block::Text(text)), "citation")
        }
        _ => return None,
    })
}

#[test]
fn answers_do_as_declared() {
    for feature in Feature::ALL {
        let Some((answer, words)) = answering(*feature) else { continue };
        let mut notes = Notes::new(Dialect::Messages, Dialect::Gemini, true);
        let body = json(&encode_answer::encode(&answer, &client(), &mut notes));
        let lost: Vec<&str> = notes.lost().iter().map(|lost| lost.field.as_str()).collect();
        match feature::support(Dialect::Gemini, *feature) {
            Support::Kept | Support::Emulated(_) => {
                assert!(says(&body, words), "{feature:?}: {body}");
                assert_eq!(lost, Vec::<&str>::new(), "{feature:?}");
            }
            Support::Dropped(_) | Support::Refused(_) => {
                assert!(!says(&body, words), "{feature:?}: {body}");
                assert_eq!(lost, [name(*feature)], "{feature:?}");
            }
        }
    }
}
