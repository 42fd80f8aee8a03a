//! How much to think: as a budget, as the model likes, or in words.

use thinkwatch_policy::dialect::Dialect;

use super::Call;
use super::pieces::Kind;
use super::tools::Tools;
use super::turns::{Speaker, Turn};
use crate::canonical::{Effort, Feature, Reasoning, Refusal};
use crate::json::write::Writer;

/// The least that Claude takes.
const LEAST: u64 = 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Switch {
    Unsaid,
    Off,
    Adaptive,
    Budget(u64),
}

/// What is said of thinking.
#[derive(Debug)]
pub(super) struct Plan {
    switch: Switch,
    effort: Option<Effort>,
    display: Option<&'static str>,
}

impl Plan {
    pub(super) fn of(call: &mut Call<'_, '_>, tools: &Tools, turns: &[Turn]) -> Result<Self, Refusal> {
        let mut plan = Self { switch: Switch::Unsaid, effort: None, display: None };
        let Some(asked) = &call.request.reasoning else { return Ok(plan) };
        plan.display(asked, call)?;
        if asked.enabled == Some(false) || asked.effort == Some(Effort::None) {
            if call.claude_takes(Feature::ThinkingSwitch)? {
                plan.switch = Switch::Off;
            }
            plan.display = None;
            return Ok(plan);
        }
        if let Some(effort) = asked.effort
            && call.notes.keeps(Feature::ReasoningEffort)?
        {
            plan.effort(effort, asked, call)?;
        }
        if asked.adaptive {
            // The models that know no adaptive thinking decide by themselves anyway.
            if call.notes.keeps(Feature::AdaptiveThinking)? && (call.own || call.family.may_be_claude()) {
                plan.switch = Switch::Adaptive;
            }
        } else if let Some(budget) = asked.budget_tokens {
            plan.budget(budget, call)?;
        } else if asked.enabled == Some(true) && plan.switch == Switch::Unsaid && asked.effort.is_none() {
            plan.budget(Effort::Medium.budget_tokens(), call)?;
        }
        plan.fit(call, tools, turns)?;
        Ok(plan)
    }

    fn display(&mut self, asked: &Reasoning, call: &mut Call<'_, '_>) -> Result<(), Refusal> {
        let Some(summary) = &asked.summary else { return Ok(()) };
        call.notes.keeps(Feature::ReasoningSummary)?;
        // Only newer models know the word: those who use Claude's own words know which.
        if speaks_of_claude(call.request.source) {
            self.display = match summary.as_str() {
                "none" => Some("omitted"),
                "auto" => Some("summarized"),
                _ => None,
            };
        }
        Ok(())
    }

    /// An effort in words is Converse's own; but a client that says only that does not mean Claude's word of the same
    /// name, which does not make it think.
    fn effort(&mut self, effort: Effort, asked: &Reasoning, call: &mut Call<'_, '_>) -> Result<(), Refusal> {
        let in_words = asked.adaptive || speaks_of_claude(call.request.source);
        if call.family.may_be_claude() && !in_words {
            // Newer models are led by words, and refuse numbers.
            if call.version.thinks_by_effort() {
                self.switch = Switch::Adaptive;
                self.effort = Some(effort.max(Effort::Low));
                return Ok(());
            }
            // A budget that the client gave says it better.
            if asked.budget_tokens.is_none() {
                self.switch = Switch::Budget(effort.budget_tokens().max(LEAST));
            }
            return Ok(());
        }
        self.effort = Some(effort);
        if effort == Effort::Minimal && !call.own {
            self.effort = Some(Effort::Low);
            call.notes.note("reasoning effort", "`minimal` is sent as `low`, the least there is");
        }
        Ok(())
    }

    fn budget(&mut self, budget: u64, call: &mut Call<'_, '_>) -> Result<(), Refusal> {
        if !call.notes.keeps(Feature::ThinkingBudget)? {
            return Ok(());
        }
        if !call.own && call.version.thinks_by_effort() {
            self.switch = Switch::Adaptive;
            self.effort = self.effort.or(Some(Effort::of_budget(budget).max(Effort::Low)));
            call.notes.note(name(call), "this model of Claude is told a word instead");
            return Ok(());
        }
        if call.own || call.family.may_be_claude() {
            self.switch = Switch::Budget(budget);
            return Ok(());
        }
        let effort = Effort::of_budget(budget).clamp(Effort::Low, Effort::High);
        self.effort = self.effort.or(Some(effort));
        call.lose(Feature::ThinkingBudget, "this model is told how much to think in words")
    }

    /// Mends what Claude would refuse.
    fn fit(&mut self, call: &mut Call<'_, '_>, tools: &Tools, turns: &[Turn]) -> Result<(), Refusal> {
        if call.own || !self.is_on() {
            return Ok(());
        }
        if tools.is_forced() {
            self.switch = Switch::Unsaid;
            return lose(call, "no thinking where a tool must be called");
        }
        let Switch::Budget(asked) = self.switch else { return Ok(()) };
        if goes_on_without_thought(turns) {
            self.switch = Switch::Unsaid;
            return lose(call, "the turn that goes on began without a thought of this provider's");
        }
        let most = call.request.max_output_tokens.map_or(u64::MAX, |most| most.saturating_sub(1));
        if most < LEAST {
            self.switch = Switch::Unsaid;
            return lose(call, "no room to think within so few tokens");
        }
        let budget = asked.clamp(LEAST, most);
        self.switch = Switch::Budget(budget);
        if budget != asked {
            call.notes.note(name(call), "set to what fits between 1024 and the output token limit");
        }
        Ok(())
    }

    /// Whether the model is told to think.
    pub(super) const fn is_on(&self) -> bool {
        matches!(self.switch, Switch::Adaptive | Switch::Budget(_))
    }

    /// The effort in words.
    pub(super) const fn word(&self) -> Option<&'static str> {
        match self.effort {
            Some(effort) => Some(effort.as_str()),
            None => None,
        }
    }

    /// Whether [`Self::write`] writes anything.
    pub(super) fn is_said(&self) -> bool {
        self.switch != Switch::Unsaid
    }

    pub(super) fn write(&self, fields: &mut Writer<'_>) {
        let kind = match self.switch {
            Switch::Unsaid => return,
            Switch::Off => "disabled",
            Switch::Adaptive => "adaptive",
            Switch::Budget(_) => "enabled",
        };
        let mut thinking = fields.object("thinking");
        thinking.text("type", kind);
        if let Switch::Budget(tokens) = self.switch {
            thinking.whole("budget_tokens", tokens);
        }
        thinking.text_some("display", self.display);
    }
}

/// Whether clients of this dialect use Claude's own words.
const fn speaks_of_claude(source: Dialect) -> bool {
    matches!(source, Dialect::Messages | Dialect::Converse)
}

fn name(call: &Call<'_, '_>) -> &'static str {
    let asked = call.request.reasoning.as_ref();
    let feature = if asked.is_some_and(|asked| asked.budget_tokens.is_some()) {
        Feature::ThinkingBudget
    } else {
        Feature::ReasoningEffort
    };
    crate::canonical::feature::field(call.notes.source, feature).unwrap_or_else(|| feature.as_str())
}

fn lose(call: &mut Call<'_, '_>, why: &'static str) -> Result<(), Refusal> {
    let name = name(call);
    call.notes.lose(name, why)
}

/// Whether results of tools answer a turn that has calls and does not begin with a thought: Claude refuses to think on.
fn goes_on_without_thought(turns: &[Turn]) -> bool {
    let [.., before, last] = turns else { return false };
    last.speaker == Speaker::User
        && last.pieces.iter().any(|piece| piece.kind == Kind::Result)
        && before.speaker == Speaker::Assistant
        && before.pieces.first().is_some_and(|first| first.kind != Kind::Thought)
}
