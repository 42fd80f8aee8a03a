//! A call that goes to a provider of another dialect: what is declared kept is the same in what the provider reads, and in the
//! client's own words again; what is lost is named, and nothing else is.

use std::collections::HashSet;

use proptest::prelude::*;

use super::conversation::{outline, said};
use super::seen::{seen, spoken};
use super::*;
use crate::canonical::tool_names;

/// What may become of a value although the dialect has the word: the reason that is told.
const OF_VALUES: &[&str] = &[];

fn there_and_back(from: Dialect, to: Dialect, body: &[u8]) -> Result<(), TestCaseError> {
    let (asked, mut lost) = decoded(from, to, body);
    let fitted = if matches!(to, Dialect::Messages | Dialect::Converse) { None } else { tool_names::fitted(to, &asked) };
    let sent = encoded(to, fitted.as_ref().unwrap_or(&asked), false);
    let strictly = encoded(to, fitted.as_ref().unwrap_or(&asked), true);
    let has = |feature: &Feature| !seen(&asked, *feature).is_empty();
    let present: Vec<Feature> = Feature::ALL.iter().copied().filter(has).collect();
    let (sent, more) = match sent {
        Ok(sent) => sent,
        Err(refusal) => {
            let declared = present.iter().any(|feature| {
                matches!(feature::support(to, *feature), Support::Refused(why) if why == refusal.why)
            });
            let of_value = OF_VALUES.contains(&refusal.why.as_str());
            prop_assert!(declared || of_value, "{from:?} to {to:?}: refused by no declaration: {refusal}");
            prop_assert!(strictly.is_err());
            return Ok(());
        }
    };
    lost.extend(more);
    prop_assert_eq!(strictly.is_ok(), lost.is_empty(), "{:?} to {:?}: {:?}", from, to, strictly.err());
    // What is lost is named, what is named was there to be lost.
    let mut reasons: HashSet<&str> = OF_VALUES.iter().copied().collect();
    for &feature in &present {
        match feature::support(to, feature) {
            Support::Dropped(why) => {
                reasons.insert(why);
                prop_assert!(lost.iter().any(|lost| lost.why == why), "{from:?} to {to:?}: {feature:?} in {lost:?}");
            }
            Support::Refused(_) => prop_assert!(false, "{from:?} to {to:?}: {feature:?} is refused"),
            Support::Kept | Support::Emulated(_) => {}
        }
    }
    for one in &lost {
        prop_assert!(reasons.contains(one.why), "{from:?} to {to:?}: {one:?} was not there: {present:?}");
    }
    // What the provider reads.
    let (mut heard, _) = decoded(to, to, &sent);
    heard.source = from;
    let told = |heard: &Request, place: &str| -> Result<(), TestCaseError> {
        let text = String::from_utf8_lossy(&sent);
        prop_assert_eq!(spoken(heard), spoken(&asked), "{:?} to {:?}, {}: {}", from, to, place, text);
        for &feature in &present {
            let kept = is_kept(to, feature) && (place == "there" || is_kept(from, feature));
            if kept && !lost.iter().any(|lost| lost.why == "") {
                let (now, then) = (seen(heard, feature), seen(&asked, feature));
                prop_assert_eq!(now, then, "{:?} to {:?}, {}: {:?}: {}", from, to, place, feature, text);
            }
        }
        Ok(())
    };
    told(&heard, "there")?;
    // And in the client's own words again.
    heard.source = to;
    let again = encoded(from, &heard, false);
    prop_assert!(again.is_ok(), "{:?} to {:?} and back: {:?}", from, to, again.err());
    let (mut again, _) = decoded(from, from, &again.unwrap().0);
    again.source = from;
    told(&again, "and back")
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

fn check(from: Dialect, outline: &super::conversation::Outline) -> Result<(), TestCaseError> {
    let (body, request) = said(from, outline);
    // Its own words are the same whenever they are written.
    let (again, _) = encoded(from, &request, true).map_err(|refusal| TestCaseError::fail(refusal.to_string()))?;
    prop_assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&body));
    prop_assert_eq!(&decoded(from, from, &again).0, &request);
    for to in PROVIDERS.into_iter().filter(|to| *to != from) {
        there_and_back(from, to, &body)?;
    }
    Ok(())
}
