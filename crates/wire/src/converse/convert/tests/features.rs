//! What is declared is what is done.

use thinkwatch_policy::dialect::Dialect;

use super::{CLAUDE, hello, sent_to};
use crate::canonical::block::MediaKind;
use crate::canonical::request::Namespace;
use crate::canonical::{
    Block, CacheMark, ClientTool, Effort, Feature, Format, LogProbs, Maker, Media, MediaSource, Message, Opaque,
    Reasoning, Request, Role, Signature, Support, Text, Thinking, Tool, ToolCall, ToolChoice, ToolKind, ToolResult,
    feature,
};

fn user(block: Block) -> Message {
    Message::new(Role::User, vec![block])
}

fn media(kind: MediaKind, source: MediaSource, media_type: &str) -> Media {
    Media { media_type: Some(media_type.to_owned()), ..Media::new(kind, source) }
}

fn base64() -> MediaSource {
    MediaSource::Base64("AAAA".to_owned())
}

fn tool() -> ClientTool {
    ClientTool { name: "f".to_owned(), schema: Some(r#"{"type":"object"}"#.into()), ..ClientTool::default() }
}

fn thought(maker: Maker) -> Thinking {
    Thinking { text: "Hm".to_owned(), signature: Some(Signature::new(maker, "AAAA")), redacted: false }
}

/// The smallest call that asks for the thing; `None` for what only an answer has.
fn asks(feature: Feature) -> Option<Request> {
    use Feature as F;
    let mut call = hello(Dialect::Chat);
    let thinks = |reasoning: Reasoning| Some(reasoning);
    let with = |message: Message| {
        let mut call = hello(Dialect::Chat);
        call.messages.push(message);
        call
    };
    let file = |source| with(user(Block::Media(media(MediaKind::File, source, "application/pdf"))));
    let called = |one: ToolCall, content: Vec<Block>, is_error| {
        let id = one.id.clone();
        let mut call = with(Message::new(Role::Assistant, vec![Block::ToolCall(one)]));
        let result = ToolResult { call_id: id, content, is_error, ..ToolResult::default() };
        call.messages.push(user(Block::ToolResult(result)));
        call
    };
    let plain_call = || ToolCall { id: "c1".to_owned(), name: "f".to_owned(), ..ToolCall::default() };
    match feature {
        F::SystemPrompt => call.messages.insert(0, Message::new(Role::System, vec![Block::text("s")])),
        F::DeveloperRole => call.messages.insert(0, Message::new(Role::Developer, vec![Block::text("s")])),
        F::SystemInTheMiddle => call.messages.push(Message::new(Role::System, vec![Block::text("s")])),
        F::ParticipantName => call.messages[0].name = Some("ann".to_owned()),
        F::ItemIds => call.messages[0].id = Some("msg_1".to_owned()),
        F::Prefill => call.messages.push(Message::new(Role::Assistant, vec![Block::text("s")])),
        F::ImageBase64 => call = with(user(Block::Media(media(MediaKind::Image, base64(), "image/png")))),
        F::ImageUrl => {
            let source = MediaSource::Url("https://x/a.png".to_owned());
            call = with(user(Block::Media(media(MediaKind::Image, source, "image/png"))));
        }
        F::ImageDetail => {
            let detail = Some("low".to_owned());
            call = with(user(Block::Media(Media { detail, ..media(MediaKind::Image, base64(), "image/png") })));
        }
        F::AudioInput => call = with(user(Block::Media(media(MediaKind::Audio, base64(), "audio/wav")))),
        F::VideoInput => call = with(user(Block::Media(media(MediaKind::Video, base64(), "video/mp4")))),
        F::FileInline => call = file(base64()),
        F::FileUrl => call = file(MediaSource::Url("https://x/a.pdf".to_owned())),
        F::FileId => call = file(MediaSource::FileId("file_1".to_owned())),
        F::DocumentContext => {
            let context = Some("c".to_owned());
            call = with(user(Block::Media(Media { context, ..media(MediaKind::File, base64(), "application/pdf") })));
        }
        F::DocumentCitations => {
            let citations = Some(true);
            call = with(user(Block::Media(Media { citations, ..media(MediaKind::File, base64(), "application/pdf") })));
        }
        F::Citations => {
            let (citations, citations_of) = (vec!["{}".into()], Some(Dialect::Chat));
            call = with(user(Block::Text(Text { citations, citations_of, ..Text::new("x") })));
        }
        F::Functions => call.tools.push(Tool::Client(tool())),
        F::CustomTools => call.tools.push(Tool::Client(ClientTool { kind: ToolKind::Custom, ..tool() })),
        F::ServerTools => call.tools.push(Tool::Server(Opaque {
            dialect: Dialect::Chat,
            kind: "web_search".to_owned(),
            value: "{}".into(),
        })),
        F::Namespaces => {
            let namespace = Some(Namespace { name: "n".to_owned(), description: None });
            call.tools.push(Tool::Client(ClientTool { namespace, ..tool() }));
        }
        F::StrictTools => call.tools.push(Tool::Client(ClientTool { strict: Some(true), ..tool() })),
        F::DeferredTools => call.tools.push(Tool::Client(ClientTool { deferred: Some(true), ..tool() })),
        F::ToolChoiceAny => (call.tools, call.tool_choice) = (vec![Tool::Client(tool())], Some(ToolChoice::Any)),
        F::ToolChoiceNone => (call.tools, call.tool_choice) = (vec![Tool::Client(tool())], Some(ToolChoice::None)),
        F::ToolChoiceNamed => {
            (call.tools, call.tool_choice) = (vec![Tool::Client(tool())], Some(ToolChoice::Tool("f".to_owned())));
        }
        F::ToolChoiceAllowed => {
            let names = vec!["f".to_owned()];
            call.tools = vec![Tool::Client(tool())];
            call.tool_choice = Some(ToolChoice::Allowed { required: true, names });
        }
        F::ParallelToolCalls => {
            (call.tools, call.parallel_tool_calls) = (vec![Tool::Client(tool())], Some(false));
        }
        F::ToolResultMedia => {
            let image = Block::Media(media(MediaKind::Image, base64(), "image/png"));
            call = called(plain_call(), vec![image], None);
        }
        F::ToolResultError => call = called(plain_call(), vec![Block::text("no")], Some(true)),
        F::MaxOutputTokens => call.max_output_tokens = Some(5),
        F::Temperature => call.temperature = Some("0.5".to_owned()),
        F::TopP => call.top_p = Some("0.5".to_owned()),
        F::TopK => call.top_k = Some(5),
        F::FrequencyPenalty => call.frequency_penalty = Some("1".to_owned()),
        F::PresencePenalty => call.presence_penalty = Some("1".to_owned()),
        F::Seed => call.seed = Some("1".to_owned()),
        F::StopSequences => call.stop = vec!["END".to_owned()],
        F::SeveralChoices => call.choices = Some(2),
        F::LogProbs => call.logprobs = Some(LogProbs { top: None }),
        F::LogitBias => call.logit_bias = Some("{}".into()),
        F::JsonMode => call.format = Some(Format::JsonObject),
        F::JsonSchema => {
            let schema = r#"{"type":"object"}"#.into();
            call.format = Some(Format::JsonSchema { name: None, description: None, schema, strict: None });
        }
        F::ThinkingSwitch => {
            call.reasoning = thinks(Reasoning { enabled: Some(false), ..Reasoning::default() });
        }
        F::ReasoningEffort => {
            call.reasoning = thinks(Reasoning { effort: Some(Effort::Low), ..Reasoning::default() });
        }
        F::ThinkingBudget => {
            call.reasoning = thinks(Reasoning { budget_tokens: Some(2000), ..Reasoning::default() });
        }
        F::AdaptiveThinking => call.reasoning = thinks(Reasoning { adaptive: true, ..Reasoning::default() }),
        F::ReasoningSummary => {
            call.reasoning = thinks(Reasoning { summary: Some("auto".to_owned()), ..Reasoning::default() });
        }
        F::ThinkingHistory | F::UnsignedThinking | F::ForeignThinking => {
            let thought = match feature {
                F::ThinkingHistory => thought(Maker::Anthropic),
                F::ForeignThinking => thought(Maker::OpenAi),
                _ => Thinking { signature: None, ..thought(Maker::Anthropic) },
            };
            call = with(Message::new(Role::Assistant, vec![Block::Thinking(thought), Block::text("x")]));
            call.messages.push(user(Block::text("y")));
        }
        F::Verbosity => call.verbosity = Some("low".to_owned()),
        F::ServiceTier => call.service_tier = Some("flex".to_owned()),
        F::User => call.user = Some("ann".to_owned()),
        F::Metadata => call.metadata = Some(r#"{"a":"b"}"#.into()),
        F::PromptCacheKey => call.prompt_cache_key = Some("k".to_owned()),
        F::CacheMarks | F::CacheMarksOneHour => {
            let mark = if feature == F::CacheMarks { CacheMark::FiveMinutes } else { CacheMark::OneHour };
            call.messages[0].content = vec![Block::Text(Text { cache: Some(mark), ..Text::new("x") })];
        }
        F::Store => call.store = Some(true),
        F::PreviousResponse => call.previous_response_id = Some("resp_1".to_owned()),
        F::UnknownFields => call.others = vec![("new".to_owned(), "1".into())],
        F::AnswerThinking
        | F::AnswerSignature
        | F::AnswerRefusal
        | F::AnswerMedia
        | F::AnswerServerTools
        | F::AnswerStopSequence
        | F::AnswerPause
        | F::AnswerServiceTier
        | F::AnswerFingerprint => return None,
    }
    Some(call)
}

#[test]
fn what_is_declared_is_done() {
    for &one in Feature::ALL {
        let Some(request) = asks(one) else { continue };
        let done = sent_to(CLAUDE, &request, false);
        let strictly = sent_to(CLAUDE, &request, true);
        match feature::support(Dialect::Converse, one) {
            Support::Kept | Support::Emulated(_) => {
                let (body, lost) = done.unwrap();
                assert_eq!(lost, Vec::<String>::new(), "{one:?}");
                assert!(strictly.is_ok(), "{one:?}");
                let silent = matches!(one, Feature::ItemIds | Feature::ToolChoiceNone | Feature::ReasoningSummary);
                let nothing = sent_to(CLAUDE, &hello(Dialect::Chat), false).unwrap().0;
                assert_eq!(body == nothing, silent, "{one:?} leaves a trace: {body}");
            }
            Support::Dropped(why) => {
                assert_eq!(done.unwrap().1.len(), 1, "{one:?}");
                assert_eq!(strictly.unwrap_err().why, why, "{one:?}");
            }
            Support::Refused(why) => {
                assert_eq!(done.unwrap_err().why, why, "{one:?}");
                assert_eq!(strictly.unwrap_err().why, why, "{one:?}");
            }
        }
    }
}

#[test]
fn what_claude_alone_takes_is_noted_as_lost_for_others() {
    for one in [
        Feature::TopK,
        Feature::ParallelToolCalls,
        Feature::ThinkingSwitch,
        Feature::CacheMarks,
        Feature::ThinkingBudget,
    ] {
        let request = asks(one).unwrap();
        let (body, lost) = sent_to("meta.llama3-70b-instruct-v1:0", &request, false).unwrap();
        assert_eq!(lost.len(), 1, "{one:?}");
        assert!(body.get("additionalModelRequestFields").is_none(), "{body}");
        assert!(!body.to_string().contains("cachePoint"), "{body}");
        assert!(sent_to("meta.llama3-70b-instruct-v1:0", &request, true).is_err(), "{one:?}");
    }
    let (body, lost) = sent_to("amazon.nova-pro-v1:0", &asks(Feature::TopK).unwrap(), false).unwrap();
    assert_eq!((lost.len(), &body["additionalModelRequestFields"]["inferenceConfig"]["topK"]), (0, &5.into()));
}
