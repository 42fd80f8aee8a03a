//! A provider's cache of prompts hits only where a call begins with the very bytes of the one before. So a turn more may add to
//! the end of what is sent, and change nothing before it.

use proptest::prelude::*;

use super::conversation::{Outline, built, outline};
use super::*;

/// What is sent of the first so many rounds. `None`: it is refused, or a provider wants thinking switched off from here on,
/// which is named, and with which it begins anew itself.
fn sent(from: Dialect, to: Dialect, outline: &Outline, rounds: usize) -> Option<String> {
    const OFF: [&str; 2] = [
        "the turn that goes on began without a thought of this provider's",
        "the model's last turn lacks the signed thinking that Messages wants back",
    ];
    let (body, lost) = encoded(to, &built(from, outline, rounds), false).ok()?;
    let off = lost.iter().any(|lost| OFF.contains(&lost.why));
    (!off).then(|| String::from_utf8(body).unwrap())
}

/// Where the turns end that this call and one that goes on from it have in common: before the brackets that end the list of
/// turns, and the body.
fn shared(body: &str) -> &str {
    body.trim_end_matches(['}', ']'])
}

fn check(from: Dialect, outline: &Outline) -> Result<(), TestCaseError> {
    let outline = outline.growing();
    for to in PROVIDERS.into_iter().filter(|to| *to != from) {
        let mut before: Option<String> = None;
        for rounds in 1..=outline.rounds() {
            let Some(now) = sent(from, to, &outline, rounds) else { break };
            if let Some(before) = before {
                let common = before.bytes().zip(now.bytes()).take_while(|(one, other)| one == other).count();
                prop_assert!(
                    now.starts_with(shared(&before)),
                    "{:?} to {:?}: after {} bytes:\n{}\n{}",
                    from,
                    to,
                    common,
                    before,
                    now
                );
            }
            before = Some(now);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn calls_of_chat_begin_with_the_ones_before(outline in outline(Dialect::Chat)) {
        check(Dialect::Chat, &outline)?;
    }

    #[test]
    fn calls_of_messages_begin_with_the_ones_before(outline in outline(Dialect::Messages)) {
        check(Dialect::Messages, &outline)?;
    }

    #[test]
    fn calls_of_responses_begin_with_the_ones_before(outline in outline(Dialect::Responses)) {
        check(Dialect::Responses, &outline)?;
    }

    #[test]
    fn calls_of_gemini_begin_with_the_ones_before(outline in outline(Dialect::Gemini)) {
        check(Dialect::Gemini, &outline)?;
    }
}
