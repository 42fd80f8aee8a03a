//! What is declared to become of each thing is what becomes of it, in every dialect.

use super::asking::provider_for;
use super::*;
use crate::convert::encode_answer;

/// Kept without a trace, since it says what happens anyhow.
fn is_silent(to: Dialect, feature: Feature) -> bool {
    matches!((to, feature), (Dialect::Responses, Feature::AdaptiveThinking))
}

#[test]
fn what_is_declared_of_calls_is_what_happens() {
    for to in PROVIDERS {
        for &feature in Feature::ALL {
            let Some((with, without)) = asking::call(to, feature) else { continue };
            let name = format!("{} in {to:?}", feature.as_str());
            // Proofs stand in Chat for models of their makers only.
            let claude = to == Dialect::Chat && feature == Feature::ThinkingHistory;
            // Newer models are told words instead.
            let older = feature == Feature::ThinkingBudget && maker(to) == Maker::Anthropic;
            let target = if claude || older { Target { model: "claude-sonnet-4-5", ..target(to) } } else { target(to) };
            let run = |request: &Request, strict| {
                let mut notes = Notes::new(request.source, to, strict);
                let body = encode_request(to, request, &target, &mut notes)?;
                notes.settle()?;
                Ok::<_, Refusal>((String::from_utf8(body).unwrap(), notes.into_lost()))
            };
            let (plain, nothing) = run(&without, true).unwrap();
            assert_eq!(nothing, [], "{name}: the call without it");
            let (told, strictly) = (run(&with, false), run(&with, true));
            match feature::support(to, feature) {
                Support::Kept => {
                    let (body, lost) = told.unwrap();
                    assert_eq!(lost, [], "{name}");
                    assert_eq!(body != plain, !is_silent(to, feature), "{name} leaves a trace: {body}");
                    assert!(strictly.is_ok(), "{name}: {strictly:?}");
                }
                Support::Emulated(_) => {
                    assert_eq!(told.unwrap().1, [], "{name}");
                    assert!(strictly.is_ok(), "{name}: {strictly:?}");
                }
                Support::Dropped(why) => {
                    let (body, lost) = told.unwrap();
                    // The turn itself is sent, as one that is over.
                    assert!(body == plain || feature == Feature::Prefill, "{name} is left out: {body}");
                    let field = feature::field(with.source, feature).unwrap_or(feature.as_str());
                    let unknown = feature == Feature::UnknownFields || feature == Feature::ServerTools;
                    assert_eq!(lost.len(), 1, "{name}: {lost:?}");
                    assert!(lost[0].field == field || unknown, "{name}: {lost:?}");
                    assert_eq!(lost[0].why, why, "{name}");
                    assert_eq!(strictly.unwrap_err().why, why, "{name}");
                }
                Support::Refused(why) => {
                    assert_eq!(told.unwrap_err().why, why, "{name}");
                    assert_eq!(strictly.unwrap_err().why, why, "{name}");
                }
            }
        }
    }
}

#[test]
fn what_is_declared_of_answers_is_what_happens() {
    for to in CLIENTS {
        for &feature in Feature::ALL {
            let Some((with, without)) = asking::answer(to, feature) else { continue };
            let name = format!("{} in {to:?}", feature.as_str());
            let run = |answer| {
                let mut notes = Notes::new(provider_for(to), to, false);
                let body = encode_answer(to, answer, &client(Request::new(to, "m")), &mut notes);
                (String::from_utf8(body).unwrap(), notes.into_lost())
            };
            let ((told, lost), (plain, nothing)) = (run(&with), run(&without));
            assert_eq!(nothing, [], "{name}: the answer without it");
            match feature::support(to, feature) {
                Support::Kept | Support::Emulated(_) => {
                    assert_eq!(lost, [], "{name}");
                    assert_ne!(told, plain, "{name} leaves a trace");
                }
                Support::Dropped(why) | Support::Refused(why) => {
                    assert_eq!(lost.iter().map(|lost| lost.why).collect::<Vec<_>>(), [why], "{name}");
                }
            }
        }
    }
}

#[test]
fn each_thing_is_tried() {
    for &feature in Feature::ALL {
        for to in PROVIDERS {
            let tried = asking::call(to, feature).is_some() || asking::answer(to, feature).is_some();
            assert!(tried, "nothing tries what becomes of {}", feature.as_str());
        }
    }
}
