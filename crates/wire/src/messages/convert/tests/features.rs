//! What `features::support` declares is what the encoders do.

use super::foreign::{call, chat, function, result, say};
use super::*;
use crate::canonical::block::MediaKind;
use crate::canonical::request::{ClientTool, Namespace};
use crate::canonical::{
    Block, CacheMark, Choice, Effort, Feature, Format, LogProbs, Maker, Media, MediaSource, Opaque, Reasoning, Role,
    Signature, StopReason, Support, Text, Thinking, Tool, ToolCall, ToolChoice, ToolKind, ToolResult,
};
use crate::messages::features::support;

/// A call that asks for the thing, and where the body that is written for it tells of it.
fn asking(feature: Feature) -> Option<(Request, &'static str)> {
    let mut request = chat(vec![say(Role::User, "a")]);
    let media = |media: Media| (Role::User, vec![Block::Media(media)]);
    let inline = |kind| Media::new(kind, MediaSource::Base64("AA==".to_owned()));
    let address = |kind| Media::new(kind, MediaSource::Url("https://e.com/a".to_owned()));
    let text = |change: fn(&mut Text)| {
        let mut text = Text::new("b");
        change(&mut text);
        vec![Block::Text(text)]
    };
    let with_tool = |change: fn(&mut ClientTool)| {
        let mut tool = ClientTool { name: "f".to_owned(), ..ClientTool::default() };
        change(&mut tool);
        vec![Tool::Client(tool)]
    };
    let thought = |signature: Option<Signature>| {
        let thinking = Thinking { text: "hm".to_owned(), signature, redacted: false };
        chat(vec![
            say(Role::User, "a"),
            (Role::Assistant, vec![Block::Thinking(thinking), Block::text("b")]),
            say(Role::User, "c"),
        ])
    };
    let think = |reasoning| {
        let mut request = chat(vec![say(Role::User, "a")]);
        request.reasoning = Some(reasoning);
        request
    };
    let answered = |change: fn(&mut ToolResult)| {
        let mut result =
            ToolResult { call_id: "1".to_owned(), content: vec![Block::text("x")], ..ToolResult::default() };
        change(&mut result);
        chat(vec![
            say(Role::User, "a"),
            (Role::Assistant, vec![call("1", "{}")]),
            (Role::User, vec![Block::ToolResult(result)]),
        ])
    };
    let told = match feature {
        Feature::SystemPrompt => return Some((chat(vec![say(Role::System, "s"), say(Role::User, "a")]), "/system")),
        Feature::SystemInTheMiddle => {
            return Some((chat(vec![say(Role::User, "a"), say(Role::System, "s")]), "/messages/0/content/1/text"));
        }
        Feature::DeveloperRole => {
            return Some((chat(vec![say(Role::Developer, "s"), say(Role::User, "a")]), "/system"));
        }
        Feature::ParticipantName => {
            request.messages[0].name = Some("n".to_owned());
            ""
        }
        Feature::ItemIds => {
            request.messages[0].id = Some("i".to_owned());
            "/messages/0/content"
        }
        Feature::Prefill => return Some((chat(vec![say(Role::User, "a"), say(Role::Assistant, "b")]), "/messages/1")),
        Feature::ImageBase64 => {
            return Some((chat(vec![media(inline(MediaKind::Image))]), "/messages/0/content/0/source/data"));
        }
        Feature::ImageUrl => {
            return Some((chat(vec![media(address(MediaKind::Image))]), "/messages/0/content/0/source/url"));
        }
        Feature::ImageDetail => {
            let mut image = inline(MediaKind::Image);
            image.detail = Some("high".to_owned());
            return Some((chat(vec![media(image)]), ""));
        }
        Feature::AudioInput => return Some((chat(vec![media(inline(MediaKind::Audio))]), "")),
        Feature::VideoInput => return Some((chat(vec![media(inline(MediaKind::Video))]), "")),
        Feature::FileInline => {
            return Some((chat(vec![media(inline(MediaKind::File))]), "/messages/0/content/0/source/data"));
        }
        Feature::FileUrl => {
            return Some((chat(vec![media(address(MediaKind::File))]), "/messages/0/content/0/source/url"));
        }
        Feature::FileId => {
            let file = Media::new(MediaKind::File, MediaSource::FileId("file-1".to_owned()));
            return Some((chat(vec![media(file)]), ""));
        }
        Feature::DocumentContext => {
            let mut file = inline(MediaKind::File);
            file.context = Some("c".to_owned());
            return Some((chat(vec![media(file)]), "/messages/0/content/0/context"));
        }
        Feature::DocumentCitations => {
            let mut file = inline(MediaKind::File);
            file.citations = Some(true);
            return Some((chat(vec![media(file)]), "/messages/0/content/0/citations"));
        }
        Feature::Citations => {
            request.messages[0].content = text(|text| {
                text.citations = vec!["{}".into()];
                text.citations_of = Some(Dialect::Chat);
            });
            ""
        }
        Feature::Functions => {
            request.tools = vec![function("f")];
            "/tools/0/name"
        }
        Feature::CustomTools => {
            request.tools = with_tool(|tool| tool.kind = ToolKind::Custom);
            "/tools/0/input_schema/properties/input"
        }
        Feature::ServerTools => {
            let kind = "web_search".to_owned();
            request.tools = vec![Tool::Server(Opaque { dialect: Dialect::Responses, kind, value: "{}".into() })];
            ""
        }
        Feature::Namespaces => {
            request.tools = with_tool(|tool| tool.namespace = Some(Namespace::default()));
            "/tools/0/name"
        }
        Feature::StrictTools => {
            request.tools = with_tool(|tool| tool.strict = Some(true));
            "/tools/0/strict"
        }
        Feature::DeferredTools => {
            request.tools = with_tool(|tool| tool.deferred = Some(true));
            "/tools/0/defer_loading"
        }
        Feature::ToolChoiceAny | Feature::ToolChoiceNone | Feature::ToolChoiceNamed | Feature::ToolChoiceAllowed => {
            request.tools = vec![function("f")];
            request.tool_choice = Some(match feature {
                Feature::ToolChoiceAny => ToolChoice::Any,
                Feature::ToolChoiceNone => ToolChoice::None,
                Feature::ToolChoiceNamed => ToolChoice::Tool("f".to_owned()),
                _ => ToolChoice::Allowed { required: false, names: vec!["f".to_owned()] },
            });
            "/tool_choice/type"
        }
        Feature::ParallelToolCalls => {
            request.tools = vec![function("f")];
            request.parallel_tool_calls = Some(false);
            "/tool_choice/disable_parallel_tool_use"
        }
        Feature::ToolResultMedia => {
            let request = answered(|result| {
                let source = MediaSource::Base64("AA==".to_owned());
                result.content = vec![Block::Media(Media::new(MediaKind::Image, source))];
            });
            return Some((request, "/messages/2/content/0/content/0/source"));
        }
        Feature::ToolResultError => {
            return Some((answered(|result| result.is_error = Some(true)), "/messages/2/content/0/is_error"));
        }
        Feature::MaxOutputTokens => {
            request.max_output_tokens = Some(7);
            "/max_tokens"
        }
        Feature::Temperature => {
            request.temperature = Some("0.5".to_owned());
            "/temperature"
        }
        Feature::TopP => {
            request.top_p = Some("0.5".to_owned());
            "/top_p"
        }
        Feature::TopK => {
            request.top_k = Some(5);
            "/top_k"
        }
        Feature::FrequencyPenalty => {
            request.frequency_penalty = Some("0.5".to_owned());
            ""
        }
        Feature::PresencePenalty => {
            request.presence_penalty = Some("0.5".to_owned());
            ""
        }
        Feature::Seed => {
            request.seed = Some("1".to_owned());
            ""
        }
        Feature::StopSequences => {
            request.stop = vec!["x".to_owned()];
            "/stop_sequences/0"
        }
        Feature::SeveralChoices => {
            request.choices = Some(2);
            ""
        }
        Feature::LogProbs => {
            request.logprobs = Some(LogProbs::default());
            ""
        }
        Feature::LogitBias => {
            request.logit_bias = Some(r#"{"1":1}"#.into());
            ""
        }
        Feature::JsonMode => {
            request.format = Some(Format::JsonObject);
            "/system"
        }
        Feature::JsonSchema => {
            request.format =
                Some(Format::JsonSchema { name: None, description: None, schema: "{}".into(), strict: None });
            "/output_config/format/schema"
        }
        Feature::ThinkingSwitch => {
            return Some((think(Reasoning { enabled: Some(false), ..Reasoning::default() }), "/thinking/type"));
        }
        Feature::ReasoningEffort => {
            return Some((
                think(Reasoning { effort: Some(Effort::Minimal), ..Reasoning::default() }),
                "/thinking/budget_tokens",
            ));
        }
        Feature::ThinkingBudget => {
            return Some((
                think(Reasoning { budget_tokens: Some(2000), ..Reasoning::default() }),
                "/thinking/budget_tokens",
            ));
        }
        Feature::AdaptiveThinking => {
            let mut request = think(Reasoning { adaptive: true, ..Reasoning::default() });
            request.max_output_tokens = Some(20_000);
            return Some((request, "/thinking/type"));
        }
        Feature::ReasoningSummary => {
            let summary = Some("detailed".to_owned());
            return Some((
                think(Reasoning { budget_tokens: Some(2000), summary, ..Reasoning::default() }),
                "/thinking/display",
            ));
        }
        Feature::ThinkingHistory => {
            return Some((thought(Some(Signature::new(Maker::Anthropic, "E"))), "/messages/1/content/0/signature"));
        }
        Feature::UnsignedThinking => return Some((thought(None), "")),
        Feature::ForeignThinking => return Some((thought(Some(Signature::new(Maker::OpenAi, "o"))), "")),
        Feature::Verbosity => {
            request.verbosity = Some("low".to_owned());
            ""
        }
        Feature::ServiceTier => {
            request.service_tier = Some("auto".to_owned());
            "/service_tier"
        }
        Feature::User => {
            request.user = Some("u".to_owned());
            "/metadata/user_id"
        }
        Feature::Metadata => {
            request.metadata = Some(r#"{"a":"b"}"#.into());
            ""
        }
        Feature::PromptCacheKey => {
            request.prompt_cache_key = Some("k".to_owned());
            ""
        }
        Feature::CacheMarks => {
            request.messages[0].content = text(|text| text.cache = Some(CacheMark::FiveMinutes));
            "/messages/0/content/0/cache_control"
        }
        Feature::CacheMarksOneHour => {
            request.messages[0].content = text(|text| text.cache = Some(CacheMark::OneHour));
            "/messages/0/content/0/cache_control/ttl"
        }
        Feature::Store => {
            request.store = Some(true);
            ""
        }
        Feature::PreviousResponse => {
            request.previous_response_id = Some("r".to_owned());
            ""
        }
        Feature::UnknownFields => {
            request.others = vec![("future".to_owned(), "1".into())];
            ""
        }
        _ => return None,
    };
    Some((request, told))
}

#[test]
fn calls() {
    for feature in Feature::ALL {
        let Some((request, told)) = asking(*feature) else {
            assert!(feature.as_str().starts_with("answer: "), "{feature:?}");
            continue;
        };
        let write = |strict| {
            let mut notes = Notes::new(Dialect::Chat, Dialect::Messages, strict);
            (encode_request::encode(&request, &target(MODEL), &mut notes), notes)
        };
        match support(*feature) {
            Support::Kept | Support::Emulated(_) => {
                let (body, notes) = write(true);
                let body: Value = serde_json::from_slice(&body.unwrap()).unwrap();
                assert!(notes.lost().is_empty() && !told.is_empty(), "{feature:?}");
                assert!(body.pointer(told).is_some(), "{feature:?} in {body}");
            }
            Support::Dropped(why) => {
                let (body, notes) = write(false);
                assert!(body.is_ok());
                assert_eq!(notes.lost().iter().map(|lost| lost.why).collect::<Vec<_>>(), [why], "{feature:?}");
                assert_eq!(write(true).0.unwrap_err().why, why, "{feature:?}");
            }
            Support::Refused(why) => assert_eq!(write(false).0.unwrap_err().why, why, "{feature:?}"),
        }
    }
}

#[test]
fn answers() {
    for feature in Feature::ALL {
        let mut answer = Answer { choices: vec![Choice::default()], ..Answer::default() };
        let choice = &mut answer.choices[0];
        let thought = |signature| Block::Thinking(Thinking { text: "hm".to_owned(), signature, redacted: false });
        let told = match feature {
            Feature::AnswerThinking => {
                choice.content = vec![thought(None)];
                "/content/0/thinking"
            }
            Feature::AnswerSignature => {
                choice.content = vec![thought(Some(Signature::new(Maker::OpenAi, "o")))];
                "/content/0/signature"
            }
            Feature::AnswerRefusal => {
                choice.content = vec![Block::Refusal("no".to_owned())];
                "/content/0/text"
            }
            Feature::AnswerMedia => {
                choice.content = vec![Block::Media(Media::new(MediaKind::Image, MediaSource::Base64(String::new())))];
                ""
            }
            Feature::AnswerServerTools => {
                let kind = "web_search_call".to_owned();
                choice.content = vec![Block::Opaque(Opaque { dialect: Dialect::Responses, kind, value: "{}".into() })];
                ""
            }
            Feature::AnswerStopSequence => {
                choice.stop = Some(StopReason::StopSequence(Some("x".to_owned())));
                "/stop_sequence"
            }
            Feature::AnswerPause => {
                choice.stop = Some(StopReason::Pause);
                "/stop_reason"
            }
            Feature::AnswerServiceTier => {
                answer.service_tier = Some("default".to_owned());
                "/usage/service_tier"
            }
            Feature::AnswerFingerprint => {
                answer.fingerprint = Some("fp".to_owned());
                ""
            }
            _ => continue,
        };
        let (body, notes) = encode_answer_from(Dialect::Chat, &answer);
        let losses: Vec<_> = notes.lost().iter().map(|lost| lost.why).collect();
        match support(*feature) {
            Support::Kept | Support::Emulated(_) => {
                assert!(losses.is_empty() && body.pointer(told).is_some_and(|value| !value.is_null()), "{feature:?}");
            }
            Support::Dropped(why) | Support::Refused(why) => assert_eq!(losses, [why], "{feature:?}"),
        }
    }
}

#[test]
fn results_quote_calls() {
    let request = chat(vec![
        say(Role::User, "a"),
        (Role::Assistant, vec![Block::ToolCall(ToolCall::default())]),
        (Role::User, vec![result("", "x")]),
    ]);
    let (body, _) = encoded(&request);
    assert_eq!(body.pointer("/messages/1/content/0/id"), body.pointer("/messages/2/content/0/tool_use_id"));
}
