//! For each thing a call or an answer may contain: one that has it, and the same without it.

use super::*;
use crate::canonical::block::MediaKind;
use crate::canonical::request::{ClientTool, Namespace};
use crate::canonical::{
    Answer, Block, CacheMark, Choice, Effort, Format, LogProbs, Media, MediaSource, Message, Opaque, Reasoning, Role,
    Signature, StopReason, Text, Thinking, Tool, ToolCall, ToolChoice, ToolKind, ToolResult,
};

fn user(block: Block) -> Message {
    Message::new(Role::User, vec![block])
}

fn media(kind: MediaKind, source: MediaSource) -> Media {
    let media_type = match kind {
        MediaKind::Image => "image/png",
        MediaKind::Audio => "audio/wav",
        MediaKind::Video => "video/mp4",
        MediaKind::File => "application/pdf",
    };
    Media { media_type: Some(media_type.to_owned()), ..Media::new(kind, source) }
}

fn data() -> MediaSource {
    MediaSource::Base64("AAAA".to_owned())
}

fn address() -> MediaSource {
    MediaSource::Url("https://e.com/x".to_owned())
}

pub(crate) fn thought(signature: Option<Signature>) -> Block {
    Block::Thinking(Thinking { text: "hm".to_owned(), signature, redacted: false })
}

fn tool() -> ClientTool {
    let schema = r#"{"type":"object","properties":{"city":{"type":"string"}}}"#;
    ClientTool { name: "f".to_owned(), schema: Some(schema.into()), ..ClientTool::default() }
}

fn opaque(dialect: Dialect) -> Opaque {
    Opaque { dialect, kind: "web_search".to_owned(), value: r#"{"type":"web_search"}"#.into() }
}

/// A call for a provider of this dialect from a client of another, that asks for the thing, and the same call without it.
/// `None`: it is a thing of answers.
pub(crate) fn call(to: Dialect, feature: Feature) -> Option<(Request, Request)> {
    let source = if to == Dialect::Messages { Dialect::Chat } else { Dialect::Messages };
    let mut call = Request::new(source, "m");
    call.messages.push(user(Block::text("q")));
    let mut without = call.clone();
    let with_tool = |call: &mut Request, tool| call.tools.push(Tool::Client(tool));
    let shows = |call: &mut Request, media| call.messages[0].content.push(Block::Media(media));
    let chooses = |call: &mut Request, choice| call.tool_choice = Some(choice);
    let thinks = |call: &mut Request, reasoning| call.reasoning = Some(reasoning);
    let reasoning = Reasoning::default();
    let number = || Some("1".to_owned());
    let half = || Some("0.5".to_owned());
    let word = || Some("w".to_owned());
    match feature {
        Feature::SystemPrompt => call.messages.insert(0, Message::new(Role::System, vec![Block::text("s")])),
        Feature::DeveloperRole => call.messages.insert(0, Message::new(Role::Developer, vec![Block::text("s")])),
        Feature::SystemInTheMiddle => call.messages.push(Message::new(Role::System, vec![Block::text("s")])),
        Feature::ParticipantName => call.messages[0].name = word(),
        Feature::ItemIds => call.messages[0].id = Some("msg_1".to_owned()),
        Feature::Prefill => call.messages.push(Message::new(Role::Assistant, vec![Block::text("s")])),
        Feature::ImageBase64 => shows(&mut call, media(MediaKind::Image, data())),
        Feature::ImageUrl => shows(&mut call, media(MediaKind::Image, address())),
        Feature::ImageDetail => {
            shows(&mut without, media(MediaKind::Image, data()));
            shows(&mut call, Media { detail: Some("low".to_owned()), ..media(MediaKind::Image, data()) });
        }
        Feature::AudioInput => shows(&mut call, media(MediaKind::Audio, data())),
        Feature::VideoInput => shows(&mut call, media(MediaKind::Video, data())),
        Feature::FileInline => shows(&mut call, media(MediaKind::File, data())),
        Feature::FileUrl => shows(&mut call, media(MediaKind::File, address())),
        Feature::FileId => shows(&mut call, media(MediaKind::File, MediaSource::FileId("file_1".to_owned()))),
        Feature::DocumentContext => {
            shows(&mut without, media(MediaKind::File, data()));
            shows(&mut call, Media { context: word(), ..media(MediaKind::File, data()) });
        }
        Feature::DocumentCitations => {
            shows(&mut without, media(MediaKind::File, data()));
            shows(&mut call, Media { citations: Some(true), ..media(MediaKind::File, data()) });
        }
        Feature::Citations => return None,
        Feature::Functions => with_tool(&mut call, tool()),
        Feature::CustomTools => with_tool(&mut call, ClientTool { kind: ToolKind::Custom, schema: None, ..tool() }),
        Feature::ServerTools => call.tools.push(Tool::Server(opaque(source))),
        Feature::Namespaces => {
            with_tool(&mut without, tool());
            let namespace = Some(Namespace { name: "n".to_owned(), description: None });
            with_tool(&mut call, ClientTool { namespace, ..tool() });
        }
        Feature::StrictTools => {
            with_tool(&mut without, tool());
            with_tool(&mut call, ClientTool { strict: Some(true), ..tool() });
        }
        Feature::DeferredTools => {
            with_tool(&mut without, tool());
            with_tool(&mut call, ClientTool { deferred: Some(true), ..tool() });
        }
        Feature::ToolChoiceAny
        | Feature::ToolChoiceNone
        | Feature::ToolChoiceNamed
        | Feature::ToolChoiceAllowed
        | Feature::ParallelToolCalls => {
            for call in [&mut call, &mut without] {
                with_tool(call, tool());
                with_tool(call, ClientTool { name: "g".to_owned(), ..tool() });
            }
            match feature {
                Feature::ToolChoiceAny => chooses(&mut call, ToolChoice::Any),
                Feature::ToolChoiceNone => chooses(&mut call, ToolChoice::None),
                Feature::ToolChoiceNamed => chooses(&mut call, ToolChoice::Tool("f".to_owned())),
                Feature::ToolChoiceAllowed => {
                    chooses(&mut call, ToolChoice::Allowed { required: true, names: vec!["f".to_owned()] });
                }
                _ => call.parallel_tool_calls = Some(false),
            }
        }
        Feature::ToolResultMedia | Feature::ToolResultError => {
            for call in [&mut call, &mut without] {
                with_tool(call, tool());
                let asked = ToolCall { id: "1".to_owned(), name: "f".to_owned(), ..ToolCall::default() };
                call.messages.push(Message::new(Role::Assistant, vec![Block::ToolCall(asked)]));
                let content = vec![Block::text("r")];
                let result = ToolResult { call_id: "1".to_owned(), content, ..ToolResult::default() };
                call.messages.push(user(Block::ToolResult(result)));
            }
            if let Some(Block::ToolResult(result)) = call.messages[2].content.first_mut() {
                match feature {
                    Feature::ToolResultError => result.is_error = Some(true),
                    _ => result.content.push(Block::Media(media(MediaKind::Image, data()))),
                }
            }
        }
        Feature::MaxOutputTokens => call.max_output_tokens = Some(99),
        Feature::Temperature => call.temperature = half(),
        Feature::TopP => call.top_p = half(),
        Feature::TopK => call.top_k = Some(5),
        Feature::FrequencyPenalty => call.frequency_penalty = number(),
        Feature::PresencePenalty => call.presence_penalty = number(),
        Feature::Seed => call.seed = number(),
        Feature::StopSequences => call.stop = vec!["END".to_owned()],
        Feature::SeveralChoices => call.choices = Some(2),
        Feature::LogProbs => call.logprobs = Some(LogProbs { top: Some(1) }),
        Feature::LogitBias => call.logit_bias = Some(r#"{"1":-100}"#.into()),
        Feature::JsonMode => call.format = Some(Format::JsonObject),
        Feature::JsonSchema => {
            let schema = r#"{"type":"object"}"#.into();
            call.format = Some(Format::JsonSchema { name: None, description: None, schema, strict: None });
        }
        Feature::ThinkingSwitch => thinks(&mut call, Reasoning { enabled: Some(false), ..reasoning }),
        Feature::ReasoningEffort => thinks(&mut call, Reasoning { effort: Some(Effort::Low), ..reasoning }),
        Feature::ThinkingBudget => {
            thinks(&mut call, Reasoning { enabled: Some(true), budget_tokens: Some(2000), ..reasoning });
        }
        Feature::AdaptiveThinking => {
            thinks(&mut call, Reasoning { enabled: Some(true), adaptive: true, ..reasoning });
        }
        Feature::ReasoningSummary => {
            let effort = Some(Effort::Low);
            thinks(&mut without, Reasoning { effort, ..reasoning.clone() });
            thinks(&mut call, Reasoning { effort, summary: Some("detailed".to_owned()), ..reasoning });
        }
        Feature::ThinkingHistory | Feature::UnsignedThinking | Feature::ForeignThinking => {
            let proof = match feature {
                // A model of Anthropic's behind the API of OpenAI.
                Feature::ThinkingHistory if to == Dialect::Chat => Some(Maker::Anthropic),
                Feature::ThinkingHistory => Some(maker(to)),
                Feature::ForeignThinking if to == Dialect::Gemini => Some(Maker::OpenAi),
                Feature::ForeignThinking => Some(Maker::Google),
                _ => None,
            };
            let proof = proof.map(|maker| Signature::new(maker, "QUJD"));
            for (call, thoughts) in [(&mut call, vec![thought(proof)]), (&mut without, Vec::new())] {
                let said = thoughts.into_iter().chain([Block::text("a")]).collect();
                call.messages.extend([Message::new(Role::Assistant, said), user(Block::text("b"))]);
            }
        }
        Feature::Verbosity => call.verbosity = Some("low".to_owned()),
        Feature::ServiceTier => call.service_tier = Some("priority".to_owned()),
        Feature::User => call.user = word(),
        Feature::Metadata => call.metadata = Some(r#"{"a":"b"}"#.into()),
        Feature::PromptCacheKey => call.prompt_cache_key = word(),
        Feature::CacheMarks | Feature::CacheMarksOneHour => {
            let mark = if feature == Feature::CacheMarks { CacheMark::FiveMinutes } else { CacheMark::OneHour };
            call.messages[0].content = vec![Block::Text(Text { cache: Some(mark), ..Text::new("q") })];
        }
        Feature::Store => call.store = Some(true),
        Feature::PreviousResponse => call.previous_response_id = Some("resp_1".to_owned()),
        Feature::UnknownFields => call.others = vec![("new".to_owned(), "1".into())],
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
    Some((call, without))
}

/// An answer of a provider of another dialect than the client's, that has the thing, and the same without it. `None`: it is a
/// thing of calls.
pub(crate) fn answer(to: Dialect, feature: Feature) -> Option<(Answer, Answer)> {
    let source = provider_for(to);
    let said = |content, stop| Answer { choices: vec![Choice { content, stop, logprobs: None }], ..Answer::default() };
    let text = || vec![Block::text("a")];
    let without = said(text(), Some(StopReason::End));
    let beside = |block| said(vec![block, Block::text("a")], Some(StopReason::End));
    let with = match feature {
        Feature::Citations => {
            let citations = match source {
                Dialect::Messages => {
                    vec![r#"{"type":"web_search_result_location","url":"https://e.com/x","title":"T"}"#]
                }
                _ => vec![
                    r#"{"type":"url_citation","url_citation":{"url":"https://e.com/x","title":"T","start_index":0,"end_index":1}}"#,
                ],
            };
            let citations = citations.into_iter().map(Into::into).collect();
            let text = Text { citations, citations_of: Some(source), ..Text::new("a") };
            said(vec![Block::Text(text)], Some(StopReason::End))
        }
        Feature::AnswerThinking => beside(thought(None)),
        Feature::AnswerSignature => {
            let proof = Signature::new(if maker(to) == Maker::Google { Maker::OpenAi } else { Maker::Google }, "QUJD");
            return Some((beside(thought(Some(proof))), beside(thought(None))));
        }
        Feature::AnswerRefusal => {
            return Some((said(vec![Block::Refusal("no".to_owned())], Some(StopReason::Refusal)), without));
        }
        Feature::AnswerMedia => beside(Block::Media(media(MediaKind::Image, data()))),
        Feature::AnswerServerTools => beside(Block::Opaque(opaque(source))),
        Feature::AnswerStopSequence => said(text(), Some(StopReason::StopSequence(Some("END".to_owned())))),
        Feature::AnswerPause => said(text(), Some(StopReason::Pause)),
        Feature::AnswerServiceTier => Answer { service_tier: Some("priority".to_owned()), ..without.clone() },
        Feature::AnswerFingerprint => Answer { fingerprint: Some("fp".to_owned()), ..without.clone() },
        _ => return None,
    };
    Some((with, without))
}

/// Another dialect than the client's.
pub(crate) fn provider_for(to: Dialect) -> Dialect {
    if to == Dialect::Messages { Dialect::Chat } else { Dialect::Messages }
}
