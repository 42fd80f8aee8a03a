//! What was lost on the way from one dialect to another, and what must not be.

use thinkwatch_policy::dialect::Dialect;

use super::feature::{self, Feature, Support};

/// Something a call asked for that the target has no word for, while nothing may be lost.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} cannot be sent to this provider: {why}")]
pub struct Refusal {
    /// The field, in the client's words.
    pub field: String,
    /// Why.
    pub why: String,
}

/// One field that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// The field, in the words of the dialect it came in.
    pub field: String,
    /// Why it could not stay.
    pub why: &'static str,
}

/// What is noted while a request, an answer or a stream is converted.
#[derive(Clone, Debug)]
pub struct Notes {
    /// The dialect that is read.
    pub source: Dialect,
    /// The dialect that is written.
    pub target: Dialect,
    strict: bool,
    no_turn: bool,
    lost: Vec<Lost>,
}

/// More different losses than this are not told apart: they go into a header and a record.
const MAX_LOST: usize = 64;

impl Notes {
    /// For a conversion between these two. `strict`: what would be left out is refused.
    pub const fn new(source: Dialect, target: Dialect, strict: bool) -> Self {
        Self { source, target, strict, no_turn: false, lost: Vec::new() }
    }

    /// Whether the target has, by its declaration, a word for this. `Ok(false)`: leave it out, it has been noted.
    pub fn keeps(&mut self, feature: Feature) -> Result<bool, Refusal> {
        match feature::support(self.target, feature) {
            Support::Kept | Support::Emulated(_) => Ok(true),
            Support::Dropped(why) => self.lose(self.name(feature), why).map(|()| false),
            Support::Refused(why) => Err(Refusal { field: self.name(feature), why: why.to_owned() }),
        }
    }

    /// The same for something in an answer, which has been paid for and is never refused.
    pub fn keeps_of_answer(&mut self, feature: Feature) -> bool {
        match feature::support(self.target, feature) {
            Support::Kept | Support::Emulated(_) => true,
            Support::Dropped(why) | Support::Refused(why) => {
                self.note(self.name(feature), why);
                false
            }
        }
    }

    /// Notes that something in an answer cannot be kept although the target has the word.
    pub fn lose_of_answer(&mut self, feature: Feature, why: &'static str) {
        self.note(self.name(feature), why);
    }

    /// A value that cannot be kept although the target has the word: noted, or refused where nothing may be lost.
    pub fn lose(&mut self, field: impl Into<String>, why: &'static str) -> Result<(), Refusal> {
        let field = field.into();
        if self.strict {
            return Err(Refusal { field, why: why.to_owned() });
        }
        self.note(field, why);
        Ok(())
    }

    /// Notes a loss that is never a reason to refuse.
    pub fn note(&mut self, field: impl Into<String>, why: &'static str) {
        let field = field.into();
        if self.lost.len() < MAX_LOST && !self.lost.iter().any(|lost| lost.field == field) {
            self.lost.push(Lost { field, why });
        }
    }

    /// Tells whether a turn was written. A call of which none is left (there are none, or nothing in them is more than empty
    /// or unknown) is refused by [`Self::settle`].
    pub const fn wrote_a_turn(&mut self, one: bool) {
        self.no_turn = !one;
    }

    /// Whether, all noted, the request may go out: where nothing may be lost the first loss refuses it.
    pub fn settle(&self) -> Result<(), Refusal> {
        if self.no_turn {
            let field = match self.source {
                Dialect::Responses => "input",
                Dialect::Gemini => "contents",
                _ => "messages",
            };
            return Err(Refusal {
                field: field.to_owned(),
                why: "it holds no turn with content for the model".to_owned(),
            });
        }
        match self.lost.first().filter(|_| self.strict) {
            Some(lost) => Err(Refusal { field: lost.field.clone(), why: lost.why.to_owned() }),
            None => Ok(()),
        }
    }

    /// All that was left out, each field once.
    pub fn into_lost(self) -> Vec<Lost> {
        self.lost
    }

    /// What was left out so far, each field once.
    pub fn lost(&self) -> &[Lost] {
        &self.lost
    }

    fn name(&self, feature: Feature) -> String {
        feature::field(self.source, feature).unwrap_or_else(|| feature.as_str()).to_owned()
    }
}
