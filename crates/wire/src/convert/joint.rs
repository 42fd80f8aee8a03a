//! Where a second answer is joined to what a client has of the first: what it has already is held back, and must be the same to the
//! letter; what comes after goes on in the block that is open.

use thinkwatch_policy::usage::Usage;

use super::plain::Plain;
use super::translate::Untranslatable;
use crate::canonical::{Delta, Event, Opening};

/// The joint.
#[derive(Debug)]
pub(super) struct Joint {
    /// Whether a text is open; otherwise the client has nothing but a beginning, and gets the whole second answer.
    opened: bool,
    /// What the second answer says first, as the client has it.
    said: String,
    matched: usize,
    /// The block of the second answer that goes on in the open one.
    ours: Option<u32>,
    /// Whether a block of it goes on in the open one, or follows it.
    joined: bool,
    /// What is added to the number of a later block.
    shift: i64,
    /// Thoughts before it, which the client does not get: it has the beginning of an answer that did without.
    skipped: Vec<u32>,
    closed: bool,
    /// What the first answer consumed.
    before: Usage,
}

/// The second answer is another one.
fn differs() -> Untranslatable {
    Untranslatable::Nonsense("the answer that was to go on from the broken one begins differently".to_owned())
}

impl Joint {
    /// A second answer that begins with `said`; `opened`: whether the client has an open text.
    pub(super) const fn new(opened: bool, said: String, before: Usage) -> Self {
        Self {
            opened,
            said,
            matched: 0,
            ours: None,
            joined: false,
            shift: 0,
            skipped: Vec::new(),
            closed: false,
            before,
        }
    }

    /// Whether all that the client has was seen again.
    pub(super) const fn caught_up(&self) -> bool {
        self.matched == self.said.len() && self.joined
    }

    /// Appends what the event means for the client.
    pub(super) fn take(&mut self, event: Event, out: &mut Vec<Event>) -> Result<(), Untranslatable> {
        match event {
            Event::Start { .. } => {}
            Event::Usage(mut usage) => {
                usage.add(&self.before);
                out.push(Event::Usage(usage));
            }
            Event::End | Event::Failed(_) => out.push(event),
            event if !self.opened => {
                self.joined = true;
                out.push(event);
            }
            Event::Open { choice: 1.., .. }
            | Event::Delta { choice: 1.., .. }
            | Event::Close { choice: 1.., .. }
            | Event::Stop { choice: 1.., .. } => {}
            Event::Open { block, what, .. } => self.open(block, what, out)?,
            Event::Delta { block, delta, .. } => self.delta(block, delta, out)?,
            Event::Close { block, .. } if self.ours == Some(block) => self.close(out)?,
            Event::Close { block, .. } if self.skipped.contains(&block) => {}
            Event::Close { block, .. } => out.push(Event::Close { choice: 0, block: self.number(block) }),
            Event::Stop { reason, .. } => {
                self.close(out)?;
                out.push(Event::Stop { choice: 0, reason });
            }
        }
        Ok(())
    }

    fn open(&mut self, block: u32, what: Opening, out: &mut Vec<Event>) -> Result<(), Untranslatable> {
        if self.joined {
            self.must_be_caught_up()?;
            out.push(Event::Open { choice: 0, block: self.number(block), what });
            return Ok(());
        }
        match what {
            Opening::Text => {
                self.ours = Some(block);
                self.shift = -i64::from(block);
            }
            Opening::Thinking | Opening::RedactedThinking(_) => {
                self.skipped.push(block);
                return Ok(());
            }
            // The text is complete, and something else follows.
            what => {
                self.close(out)?;
                self.shift = 1 - i64::from(block);
                out.push(Event::Open { choice: 0, block: 1, what });
            }
        }
        self.joined = true;
        Ok(())
    }

    fn delta(&mut self, block: u32, delta: Delta, out: &mut Vec<Event>) -> Result<(), Untranslatable> {
        if self.skipped.contains(&block) {
            return Ok(());
        }
        if self.ours != Some(block) {
            out.push(Event::Delta { choice: 0, block: self.number(block), delta });
            return Ok(());
        }
        let left = self.said.get(self.matched..).unwrap_or_default();
        if left.is_empty() {
            out.push(Event::Delta { choice: 0, block: 0, delta });
            return Ok(());
        }
        // What comes with words that the client has already (citations, probabilities) it had with the first answer.
        let Delta::Text(text) = delta else { return Ok(()) };
        if left.starts_with(text.as_str()) {
            self.matched += text.len();
        } else if let Some(more) = text.strip_prefix(left) {
            self.matched = self.said.len();
            out.push(Event::Delta { choice: 0, block: 0, delta: Delta::Text(more.to_owned()) });
        } else {
            return Err(differs());
        }
        Ok(())
    }

    fn close(&mut self, out: &mut Vec<Event>) -> Result<(), Untranslatable> {
        self.must_be_caught_up()?;
        if !std::mem::replace(&mut self.closed, true) {
            out.push(Event::Close { choice: 0, block: 0 });
        }
        Ok(())
    }

    fn must_be_caught_up(&self) -> Result<(), Untranslatable> {
        if self.matched == self.said.len() { Ok(()) } else { Err(differs()) }
    }

    /// The number that a later block has for the client.
    fn number(&self, block: u32) -> u32 {
        u32::try_from(i64::from(block) + self.shift).unwrap_or(0)
    }
}

/// How a second answer goes on from a broken one.
#[derive(Clone, Debug)]
pub struct GoOn {
    /// What the client has.
    pub plain: Plain,
    /// What of it the second answer repeats: all, or the end that was not given to the provider to go on from.
    pub repeats: String,
    /// What the first answer consumed: the client is told the sum.
    pub before: Usage,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::canonical::StopReason;

    fn text(delta: &str) -> Event {
        Event::Delta { choice: 0, block: 0, delta: Delta::Text(delta.to_owned()) }
    }

    fn joined(said: &str, deltas: &[&str]) -> Result<String, Untranslatable> {
        let mut joint = Joint::new(true, said.to_owned(), Usage { input: 7, ..Usage::default() });
        let mut out = Vec::new();
        joint.take(Event::Open { choice: 0, block: 0, what: Opening::Text }, &mut out)?;
        for delta in deltas {
            joint.take(text(delta), &mut out)?;
        }
        joint.take(Event::Close { choice: 0, block: 0 }, &mut out)?;
        joint.take(Event::Stop { choice: 0, reason: StopReason::End }, &mut out)?;
        joint.take(Event::Usage(Usage { input: 1, output: 2, ..Usage::default() }), &mut out)?;
        assert!(out.contains(&Event::Usage(Usage { input: 8, output: 2, ..Usage::default() })));
        assert_eq!(out.iter().filter(|event| matches!(event, Event::Close { .. })).count(), 1);
        Ok(out
            .into_iter()
            .filter_map(|event| match event {
                Event::Delta { delta: Delta::Text(text), .. } => Some(text),
                _ => None,
            })
            .collect())
    }

    #[test]
    fn only_the_same_beginning_is_gone_on_from() {
        for (said, deltas, expected) in [
            ("one two", vec!["one", " two", " three"], Some(" three")),
            ("one two", vec!["one two three"], Some(" three")),
            ("one two", vec!["one two"], Some("")),
            ("", vec!["three"], Some("three")),
            ("one two", vec!["one", " tw", "ice"], None),
            ("one two", vec!["One two three"], None),
            ("one two", vec!["one"], None),
            ("né", vec!["n", "é!"], Some("!")),
        ] {
            assert_eq!(joined(said, &deltas).ok().as_deref(), expected, "{said} {deltas:?}");
        }
    }

    #[test]
    fn a_call_of_a_tool_may_follow_the_text_and_thoughts_are_left_out() {
        let mut joint = Joint::new(true, "one".to_owned(), Usage::default());
        let mut out = Vec::new();
        let open = |block, what| Event::Open { choice: 0, block, what };
        for event in [
            open(0, Opening::Thinking),
            text("hm"),
            Event::Close { choice: 0, block: 0 },
            open(1, Opening::Text),
            Event::Delta { choice: 0, block: 1, delta: Delta::Text("one!".to_owned()) },
            Event::Close { choice: 0, block: 1 },
            open(2, Opening::Refusal),
        ] {
            joint.take(event, &mut out).unwrap();
        }
        assert_eq!(out, [text("!"), Event::Close { choice: 0, block: 0 }, open(1, Opening::Refusal)]);
    }

    proptest! {
        /// However a text is cut, first by the break and then into events: together it is the text.
        #[test]
        fn nothing_is_lost_or_doubled(whole in "[a-cé ]{1,40}", cut in 0usize..40, sizes in proptest::collection::vec(1usize..6, 1..40)) {
            let chars: Vec<char> = whole.chars().collect();
            let said: String = chars.iter().take(cut).collect();
            let mut rest = chars.as_slice();
            let mut deltas = Vec::new();
            for size in sizes.iter().cycle() {
                if rest.is_empty() { break; }
                let (now, later) = rest.split_at(rest.len().min(*size));
                deltas.push(now.iter().collect::<String>());
                rest = later;
            }
            let deltas: Vec<&str> = deltas.iter().map(String::as_str).collect();
            prop_assert_eq!(joined(&said, &deltas).map(|more| format!("{said}{more}")), Ok(whole));
        }
    }
}
