//! A call that goes to a provider of another dialect: what is declared kept is the same in what the provider reads, and in the
//! client's own words again; what is lost is named, and nothing else is.

use std::collections::HashSet;

use proptest::prelude::*;

use super::conversation::{Outline, outline, said};
use super::seen::{seen, spoken};
use super::*;
use crate::canonical::tool_names;

/// What may become of a value although the dialect has the word for it: the reason that is told, and what it is told of.
const OF_VALUES: &[(&str, &[Feature])] = &[
    ("a model of Messages that thinks refuses it", &[Feature::Temperature, Feature::TopP, Feature::TopK]),
    ("models of Messages refuse it beside a temperature", &[Feature::TopP]),
    ("a model that thinks takes no other than 1", &[Feature::Temperature]),
    ("a model that thinks takes none below 0.95", &[Feature::TopP]),
    ("a model that thinks takes none", &[Feature::TopK]),
    ("lowered or raised to what Messages allows: at least 1024, less than the output limit", THINKING),
    ("set to what fits between 1024 and the output token limit", THINKING),
    ("a model of Messages that thinks cannot be made to call a tool", THINKING),
    ("no thinking where a tool must be called", THINKING),
    ("the model's last turn lacks the signed thinking that Messages wants back", THINKING),
    ("the turn that goes on began without a thought of this provider's", THINKING),
    (
        "thinking that nothing of its turn follows is left out",
        &[Feature::ThinkingHistory, Feature::ForeignThinking, Feature::UnsignedThinking],
    ),
    ("this model of Messages is told a word instead", THINKING),
    ("this model of Claude is told a word instead", THINKING),
    ("models of Claude refuse it beside a temperature", &[Feature::TopP]),
    ("models of Bedrock take at most four", &[Feature::CacheMarks, Feature::CacheMarksOneHour]),
    ("this model is told how much to think in words", THINKING),
    ("the most that Gemini's models take is high", THINKING),
    ("earlier turns called tools, so the model is only told to call none", &[Feature::ToolChoiceNone]),
    (
        "Messages takes an hour's marks before those of five minutes only, so five minutes it is",
        &[Feature::CacheMarks, Feature::CacheMarksOneHour],
    ),
    ("Messages takes at most four", &[Feature::CacheMarks, Feature::CacheMarksOneHour]),
    ("Messages fetches from the web only (https)", &[Feature::FileUrl, Feature::ImageUrl]),
];

const THINKING: &[Feature] = &[
    Feature::ThinkingSwitch,
    Feature::ReasoningEffort,
    Feature::ThinkingBudget,
    Feature::AdaptiveThinking,
    Feature::ReasoningSummary,
];

/// What is not said of what cannot be used: tools that may not be called, those beside the only ones that may.
const OF_TOOLS: &[Feature] = &[
    Feature::Functions,
    Feature::CustomTools,
    Feature::StrictTools,
    Feature::DeferredTools,
    Feature::Namespaces,
    Feature::CacheMarks,
    Feature::ParallelToolCalls,
];

/// Everything that is not as it is declared.
fn findings(from: Dialect, to: Dialect, body: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    let (asked, mut lost) = decoded(from, to, body);
    let fitted =
        if matches!(to, Dialect::Messages | Dialect::Converse) { None } else { tool_names::fitted(to, &asked) };
    let sent = encoded(to, fitted.as_ref().unwrap_or(&asked), false);
    let strictly = encoded(to, fitted.as_ref().unwrap_or(&asked), true);
    let present: Vec<Feature> =
        Feature::ALL.iter().copied().filter(|feature| !seen(&asked, *feature, to).is_empty()).collect();
    let of_value = |why: &str| {
        let row = OF_VALUES.iter().find(|(known, _)| *known == why);
        row.map(|(_, of)| *of).filter(|of| of.iter().any(|feature| present.contains(feature)))
    };
    let (sent, more) = match sent {
        Ok(sent) => sent,
        Err(refusal) => {
            let declared = present
                .iter()
                .any(|feature| matches!(feature::support(to, *feature), Support::Refused(why) if why == refusal.why));
            if !declared && of_value(&refusal.why).is_none() {
                found.push(format!("refused by no declaration: {refusal}"));
            }
            if strictly.is_ok() {
                found.push("only strictly it is not refused".to_owned());
            }
            return found;
        }
    };
    lost.extend(more);
    // What is lost is named, and what is named was there to be lost.
    let mut changed: HashSet<Feature> = HashSet::new();
    let mut reasons: HashSet<&str> = HashSet::new();
    for &feature in &present {
        match feature::support(to, feature) {
            Support::Dropped(why) => {
                reasons.insert(why);
                if !lost.iter().any(|lost| lost.why == why) {
                    found.push(format!("{feature:?} is not named as lost"));
                }
            }
            Support::Refused(_) => found.push(format!("{feature:?} is not refused")),
            Support::Kept | Support::Emulated(_) => {}
        }
    }
    for one in &lost {
        match of_value(one.why) {
            Some(of) => changed.extend(of),
            None if reasons.contains(one.why) => {}
            None => found.push(format!("{:?} ({}) is named as lost and was not there", one.why, one.field)),
        }
    }
    for choice in [Feature::ToolChoiceAllowed, Feature::ToolChoiceNone] {
        if present.contains(&choice) && (!is_kept(to, choice) || choice == Feature::ToolChoiceNone) {
            changed.extend(OF_TOOLS);
        }
    }
    if lost.is_empty()
        && let Err(refusal) = strictly
    {
        found.push(format!("strictly refused though nothing is lost: {refusal}"));
    }
    // What the provider reads.
    let (mut heard, _) = decoded(to, to, &sent);
    heard.source = from;
    let mut kept = present.clone();
    kept.retain(|feature| is_kept(to, *feature) && !changed.contains(feature));
    differences("there", &heard, &asked, to, &kept, &mut found);
    // And in the client's own words again, where they can say what the provider's can.
    heard.source = to;
    match encoded(from, &heard, false) {
        Ok((body, lost)) => {
            let again = decoded(from, from, &body).0;
            changed.extend(lost.iter().filter_map(|lost| of_value(lost.why)).flatten());
            kept.retain(|feature| is_kept(from, *feature) && !changed.contains(feature));
            differences("back", &again, &asked, to, &kept, &mut found);
        }
        Err(refusal) => {
            let why = |feature: &&Feature| matches!(feature::support(from, **feature), Support::Refused(why) if why == refusal.why);
            if !Feature::ALL.iter().any(|feature| why(&feature)) {
                found.push(format!("back: {refusal}"));
            }
        }
    }
    found
}

/// What of these is not as it was.
fn differences(place: &str, now: &Request, then: &Request, to: Dialect, features: &[Feature], found: &mut Vec<String>) {
    if spoken(now) != spoken(then) {
        found.push(format!("{place}: spoken is {:?} and was {:?}", spoken(now), spoken(then)));
    }
    for &feature in features {
        let (now, then) = (seen(now, feature, to), seen(then, feature, to));
        // Custom tools become functions too.
        let same = if feature == Feature::Functions {
            let mut now = now.iter();
            then.iter().all(|one| now.any(|other| other == one))
        } else {
            now == then
        };
        if !same {
            found.push(format!("{place}: {feature:?} is {now:?} and was {then:?}"));
        }
    }
}

fn check(from: Dialect, outline: &Outline) -> Result<(), TestCaseError> {
    let (body, request) = said(from, outline);
    // Its own words are the same whenever they are written.
    let (again, _) = encoded(from, &request, true).map_err(|refusal| TestCaseError::fail(refusal.to_string()))?;
    prop_assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&body));
    prop_assert_eq!(&decoded(from, from, &again).0, &request);
    for to in PROVIDERS.into_iter().filter(|to| *to != from) {
        let found = findings(from, to, &body);
        prop_assert!(found.is_empty(), "{:?} to {:?}: {:#?}\n{}", from, to, found, String::from_utf8_lossy(&body));
    }
    Ok(())
}

/// What Claude Code sends with every call. Whoever lets nothing be lost can use it with providers that are told who asks.
#[test]
fn claude_code_loses_nothing_that_matters() {
    let body = br#"{"model":"m","max_tokens":32000,"stream":true,"thinking":{"type":"adaptive","display":"omitted"},
        "output_config":{"effort":"high"},"metadata":{"user_id":"{}"},
        "context_management":{"edits":[{"type":"clear_thinking_20251015","keep":"all"}]},
        "system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=2.1.330;"},
            {"type":"text","text":"s","cache_control":{"type":"ephemeral","ttl":"1h"}}],
        "tools":[{"name":"ToolSearch","description":"d","input_schema":{"type":"object"}},
            {"name":"mcp__x__y","input_schema":{"type":"object"},"defer_loading":true,"cache_control":{"type":"ephemeral"}}],
        "messages":[{"role":"user","content":[{"type":"text","text":"a","cache_control":{"type":"ephemeral"}}]},
            {"role":"system","content":"mid"},
            {"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"tw1.n.."},
                {"type":"tool_use","id":"t1","name":"ToolSearch","input":{}}]},
            {"role":"user","content":[{"type":"tool_result","tool_use_id":"t1",
                "content":[{"type":"tool_reference","tool_name":"mcp__x__y"}]}]}]}"#;
    for (to, lost) in [
        (Dialect::Chat, vec![]),
        // A provider that takes back its own thoughts only has no use for a bare one.
        (Dialect::Responses, vec!["messages[].content: thinking"]),
        (Dialect::Gemini, vec!["metadata.user_id"]),
        (Dialect::Converse, vec!["messages[].content: thinking", "metadata.user_id"]),
    ] {
        let (request, unread) = decoded(Dialect::Messages, to, body);
        assert_eq!(unread, [], "{to:?}");
        let mut fields: Vec<_> = encoded(to, &request, false).unwrap().1.into_iter().map(|lost| lost.field).collect();
        fields.sort();
        assert_eq!(fields, lost, "{to:?}");
        assert_eq!(encoded(to, &request, true).is_ok(), lost.is_empty(), "{to:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn calls_of_chat_keep_what_is_declared(outline in outline(Dialect::Chat)) {
        check(Dialect::Chat, &outline)?;
    }

    #[test]
    fn calls_of_messages_keep_what_is_declared(outline in outline(Dialect::Messages)) {
        check(Dialect::Messages, &outline)?;
    }

    #[test]
    fn calls_of_responses_keep_what_is_declared(outline in outline(Dialect::Responses)) {
        check(Dialect::Responses, &outline)?;
    }

    #[test]
    fn calls_of_gemini_keep_what_is_declared(outline in outline(Dialect::Gemini)) {
        check(Dialect::Gemini, &outline)?;
    }
}
