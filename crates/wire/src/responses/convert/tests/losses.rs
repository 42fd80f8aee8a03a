//! What is declared for each feature is what the encoders do.

use thinkwatch_policy::dialect::Dialect;

use super::super::encode_answer;
use super::{anybody, encoded, notes};
use crate::canonical::block::MediaKind;
use crate::canonical::request::Namespace;
use crate::canonical::{
    Answer, Block, CacheMark, Choice, ClientTool, Effort, Feature, Format, LogProbs, Maker, Media, MediaSource,
    Message, Opaque, Reasoning, Request, Role, Signature, StopReason, Support, Text, Thinking, Tool, ToolCall,
    ToolChoice, ToolKind, ToolResult,
};
use crate::responses::features::support;

fn user(content: Vec<Block>) -> Vec<Message> {
    vec![Message::new(Role::User, content)]
}

fn media(kind: MediaKind, source: MediaSource) -> Media {
    Media::new(kind, source)
}

fn shown(media: Media) -> Vec<Message> {
    user(vec![Block::Media(media)])
}

fn base64() -> MediaSource {
    MediaSource::Base64("AAAA".to_owned())
}

fn url() -> MediaSource {
    MediaSource::Url("https://x".to_owned())
}

fn thought(signature: Option<Signature>) -> Vec<Message> {
    let thinking = Thinking { text: "Hm".to_owned(), signature, redacted: false };
    vec![Message::new(Role::Assistant, vec![Block::Thinking(thinking)])]
}

fn answered(content: Vec<Block>, is_error: Option<bool>) -> Vec<Message> {
    let result = ToolResult { call_id: "c".to_owned(), content, is_error, ..ToolResult::default() };
    user(vec![Block::ToolResult(result)])
}

fn cached(mark: CacheMark) -> Vec<Message> {
    user(vec![Block::Text(Text { text: "x".to_owned(), cache: Some(mark), ..Text::default() })])
}

fn tool() -> ClientTool {
    ClientTool { name: "f".to_owned(), ..ClientTool::default() }
}

fn opaque() -> Opaque {
    Opaque { dialect: Dialect::Messages, kind: "server_tool_use".to_owned(), value: "{}".into() }
}

fn number() -> Option<String> {
    Some("0.5".to_owned())
}

/// A call that has this and nothing else. `None`: it is something of an answer.
fn asking(feature: Feature) -> Option<Request> {
    let mut request = Request::new(Dialect::Messages, "m");
    let r = &mut request;
    let text = || vec![Block::text("x")];
    let choice = |r: &mut Request, choice| {
        r.tools = vec![Tool::Client(tool())];
        r.tool_choice = Some(choice);
    };
    let reasoning = |told: Reasoning| Some(told);
    match feature {
        Feature::SystemPrompt => r.messages = vec![Message::new(Role::System, text())],
        Feature::SystemInTheMiddle => {
            r.messages = vec![Message::new(Role::User, text()), Message::new(Role::System, text())];
        }
        Feature::DeveloperRole => r.messages = vec![Message::new(Role::Developer, text())],
        Feature::ParticipantName => {
            r.messages = user(text());
            r.messages[0].name = Some("n".to_owned());
        }
        Feature::ItemIds => {
            r.messages = user(text());
            r.messages[0].id = Some("msg_1".to_owned());
        }
        Feature::Prefill => r.messages = vec![Message::new(Role::Assistant, text())],
        Feature::ImageBase64 => r.messages = shown(media(MediaKind::Image, base64())),
        Feature::ImageUrl => r.messages = shown(media(MediaKind::Image, url())),
        Feature::ImageDetail => {
            let detail = Some("low".to_owned());
            r.messages = shown(Media { detail, ..media(MediaKind::Image, url()) });
        }
        Feature::AudioInput => r.messages = shown(media(MediaKind::Audio, base64())),
        Feature::VideoInput => r.messages = shown(media(MediaKind::Video, url())),
        Feature::FileInline => r.messages = shown(media(MediaKind::File, base64())),
        Feature::FileUrl => r.messages = shown(media(MediaKind::File, url())),
        Feature::FileId => r.messages = shown(media(MediaKind::File, MediaSource::FileId("f".to_owned()))),
        Feature::DocumentContext => {
            let context = Some("c".to_owned());
            r.messages = shown(Media { context, ..media(MediaKind::File, base64()) });
        }
        Feature::DocumentCitations => {
            r.messages = shown(Media { citations: Some(true), ..media(MediaKind::File, base64()) });
        }
        Feature::Citations => {
            let citations = vec![r#"{"type":"web_search_result_location","url":"https://x"}"#.into()];
            let text = Text { citations, citations_of: Some(Dialect::Messages), ..Text::new("x") };
            r.messages = vec![Message::new(Role::Assistant, vec![Block::Text(text)])];
            r.messages.push(Message::new(Role::User, vec![]));
        }
        Feature::Functions => r.tools = vec![Tool::Client(tool())],
        Feature::CustomTools => r.tools = vec![Tool::Client(ClientTool { kind: ToolKind::Custom, ..tool() })],
        Feature::ServerTools => r.tools = vec![Tool::Server(opaque())],
        Feature::Namespaces => {
            let namespace = Some(Namespace { name: "n".to_owned(), description: None });
            r.tools = vec![Tool::Client(ClientTool { namespace, ..tool() })];
        }
        Feature::StrictTools => r.tools = vec![Tool::Client(ClientTool { strict: Some(true), ..tool() })],
        Feature::DeferredTools => r.tools = vec![Tool::Client(ClientTool { deferred: Some(true), ..tool() })],
        Feature::ToolChoiceAny => choice(r, ToolChoice::Any),
        Feature::ToolChoiceNone => choice(r, ToolChoice::None),
        Feature::ToolChoiceNamed => choice(r, ToolChoice::Tool("f".to_owned())),
        Feature::ToolChoiceAllowed => choice(r, ToolChoice::Allowed { required: true, names: vec!["f".to_owned()] }),
        Feature::ParallelToolCalls => r.parallel_tool_calls = Some(false),
        Feature::ToolResultMedia => r.messages = answered(vec![Block::Media(media(MediaKind::Image, base64()))], None),
        Feature::ToolResultError => r.messages = answered(text(), Some(true)),
        Feature::MaxOutputTokens => r.max_output_tokens = Some(99),
        Feature::Temperature => r.temperature = number(),
        Feature::TopP => r.top_p = number(),
        Feature::TopK => r.top_k = Some(1),
        Feature::FrequencyPenalty => r.frequency_penalty = number(),
        Feature::PresencePenalty => r.presence_penalty = number(),
        Feature::Seed => r.seed = number(),
        Feature::StopSequences => r.stop = vec!["x".to_owned()],
        Feature::SeveralChoices => r.choices = Some(2),
        Feature::LogProbs => r.logprobs = Some(LogProbs { top: Some(1) }),
        Feature::LogitBias => r.logit_bias = Some("{}".into()),
        Feature::JsonMode => r.format = Some(Format::JsonObject),
        Feature::JsonSchema => {
            r.format = Some(Format::JsonSchema { name: None, description: None, schema: "{}".into(), strict: None });
        }
        Feature::ThinkingSwitch => {
            r.reasoning = reasoning(Reasoning { enabled: Some(false), ..Reasoning::default() });
        }
        Feature::ReasoningEffort => {
            r.reasoning = reasoning(Reasoning { effort: Some(Effort::Low), ..Reasoning::default() });
        }
        Feature::ThinkingBudget => {
            r.reasoning = reasoning(Reasoning { budget_tokens: Some(9000), ..Reasoning::default() });
        }
        Feature::AdaptiveThinking => r.reasoning = reasoning(Reasoning { adaptive: true, ..Reasoning::default() }),
        Feature::ReasoningSummary => {
            r.reasoning = reasoning(Reasoning { summary: Some("auto".to_owned()), ..Reasoning::default() });
        }
        Feature::ThinkingHistory => r.messages = thought(Some(Signature::new(Maker::OpenAi, "g"))),
        Feature::UnsignedThinking => r.messages = thought(None),
        Feature::ForeignThinking => r.messages = thought(Some(Signature::new(Maker::Anthropic, "g"))),
        Feature::Verbosity => r.verbosity = Some("low".to_owned()),
        Feature::ServiceTier => r.service_tier = Some("flex".to_owned()),
        Feature::User => r.user = Some("u".to_owned()),
        Feature::Metadata => r.metadata = Some("{}".into()),
        Feature::PromptCacheKey => r.prompt_cache_key = Some("k".to_owned()),
        Feature::CacheMarks => r.messages = cached(CacheMark::FiveMinutes),
        Feature::CacheMarksOneHour => r.messages = cached(CacheMark::OneHour),
        Feature::Store => r.store = Some(true),
        Feature::PreviousResponse => r.previous_response_id = Some("resp_1".to_owned()),
        Feature::UnknownFields => r.others = vec![("context_management".to_owned(), "{}".into())],
        Feature::AnswerThinking
        | Feature::AnswerSignature
        | Feature::AnswerRefusal
        | Feature::AnswerMedia
        | Feature::AnswerServerTools
        | Feature::AnswerStopSequence
        | Feature::AnswerPause
        | Feature::AnswerServiceTier
        | Feature::AnswerFingerprint => return None,
    }
    Some(request)
}

#[test]
fn what_is_declared_of_calls_is_what_happens() {
    for feature in Feature::ALL {
        let Some(request) = asking(*feature) else { continue };
        let told = encoded(&request);
        match support(*feature) {
            Support::Kept | Support::Emulated(_) => assert_eq!(told.unwrap().1, [""; 0], "{feature:?}"),
            Support::Dropped(_) => assert_eq!(told.unwrap().1.len(), 1, "{feature:?}"),
            Support::Refused(_) => assert!(told.is_err(), "{feature:?}"),
        }
    }
}

#[test]
fn where_nothing_may_be_lost_it_is_refused() {
    for feature in Feature::ALL {
        let Some(request) = asking(*feature) else { continue };
        let mut strict = crate::canonical::Notes::new(Dialect::Messages, Dialect::Responses, true);
        let told = super::encode_request::encode(&request, &super::TARGET, &mut strict);
        let kept = matches!(support(*feature), Support::Kept | Support::Emulated(_));
        assert_eq!(told.is_ok(), kept, "{feature:?}");
    }
}

/// An answer that has this and nothing else.
fn answering(feature: Feature) -> Option<Answer> {
    let mut answer = Answer::default();
    let mut choice = Choice::default();
    let thinking =
        |text: &str, signature| Block::Thinking(Thinking { text: text.to_owned(), signature, redacted: false });
    match feature {
        Feature::AnswerThinking => choice.content.push(thinking("Hm", None)),
        Feature::AnswerSignature => choice.content.push(thinking("", Some(Signature::new(Maker::Google, "g")))),
        Feature::AnswerRefusal => choice.content.push(Block::Refusal("no".to_owned())),
        Feature::AnswerMedia => choice.content.push(Block::Media(media(MediaKind::Image, base64()))),
        Feature::AnswerServerTools => choice.content.push(Block::Opaque(opaque())),
        Feature::AnswerStopSequence => choice.stop = Some(StopReason::StopSequence(Some("x".to_owned()))),
        Feature::AnswerPause => choice.stop = Some(StopReason::Pause),
        Feature::AnswerServiceTier => answer.service_tier = Some("priority".to_owned()),
        Feature::AnswerFingerprint => answer.fingerprint = Some("fp".to_owned()),
        _ => return None,
    }
    answer.choices = vec![choice];
    Some(answer)
}

#[test]
fn what_is_declared_of_answers_is_what_happens() {
    let mut seen = 0;
    for feature in Feature::ALL {
        let Some(answer) = answering(*feature) else { continue };
        seen += 1;
        let mut notes = notes(Dialect::Messages, Dialect::Responses);
        encode_answer::encode(&answer, &anybody(), &mut notes);
        let kept = matches!(support(*feature), Support::Kept | Support::Emulated(_));
        assert_eq!(notes.lost().is_empty(), kept, "{feature:?}");
    }
    assert_eq!(seen, Feature::ALL.iter().filter(|feature| asking(**feature).is_none()).count());
}

#[test]
fn a_call_in_the_models_turn_is_not_a_beginning_to_go_on_from() {
    let mut request = Request::new(Dialect::Messages, "m");
    let call = ToolCall { id: "c".to_owned(), name: "f".to_owned(), ..ToolCall::default() };
    request.messages = vec![Message::new(Role::Assistant, vec![Block::text("x"), Block::ToolCall(call)])];
    assert_eq!(encoded(&request).unwrap().1, [""; 0]);
}
