//! How much to think, in the words of the model that is asked.

use super::{Encoder, Turn};
use crate::canonical::claude::Version;
use crate::canonical::{Block, Effort, Feature, Reasoning, Refusal};
use crate::json::write::Writer;

/// The least that may be thought.
const LEAST: u64 = 1024;

/// How it is to think.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Switch {
    /// As it does by itself.
    #[default]
    Unsaid,
    Off,
    /// As much as it finds right.
    Adaptive,
    /// At most so many tokens.
    Budget(u64),
}

/// What is written of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Plan {
    switch: Switch,
    /// `output_config.effort`.
    pub(super) effort: Option<&'static str>,
    display: Option<&'static str>,
}

impl Plan {
    /// Whether the model thinks.
    pub(super) const fn is_on(&self) -> bool {
        matches!(self.switch, Switch::Adaptive | Switch::Budget(_))
    }

    /// Whether it is said that the model may not think.
    pub(super) const fn is_off(&self) -> bool {
        matches!(self.switch, Switch::Off)
    }

    pub(super) fn write(&self, root: &mut Writer<'_>) {
        let kind = match self.switch {
            Switch::Unsaid => return,
            Switch::Off => "disabled",
            Switch::Adaptive => "adaptive",
            Switch::Budget(_) => "enabled",
        };
        let mut thinking = root.object("thinking");
        thinking.text("type", kind);
        if let Switch::Budget(tokens) = self.switch {
            thinking.whole("budget_tokens", tokens);
        }
        if self.is_on() {
            thinking.text_some("display", self.display);
        }
    }
}

impl<'a> Encoder<'a, '_> {
    pub(super) fn thinking(
        &mut self,
        model: &str,
        max_tokens: u64,
        turns: &[Turn<'a>],
        has_tools: bool,
    ) -> Result<Plan, Refusal> {
        let Some(asked) = &self.request.reasoning else { return Ok(Plan::default()) };
        for (feature, there) in [
            (Feature::ThinkingSwitch, asked.enabled.is_some()),
            (Feature::AdaptiveThinking, asked.adaptive),
            (Feature::ReasoningEffort, asked.effort.is_some()),
            (Feature::ThinkingBudget, asked.budget_tokens.is_some()),
            (Feature::ReasoningSummary, asked.summary.is_some()),
        ] {
            if there {
                self.keeps(feature)?;
            }
        }
        let display = asked.summary.as_deref().map(|word| if word == "none" { "omitted" } else { "summarized" });
        let mut plan = Plan { display, ..Plan::default() };
        if self.faithful {
            plan.switch = switch_of(asked);
            plan.effort = asked.effort.map(Effort::as_str);
        } else {
            self.translate(asked, Version::of(model), &mut plan)?;
        }
        self.clamp(asked, max_tokens, &mut plan)?;
        if plan.is_on() && has_tools && self.must_call() {
            plan.switch = Switch::Off;
            self.lose(self.word(asked), "a model of Messages that thinks cannot be made to call a tool")?;
        }
        if matches!(plan.switch, Switch::Budget(_)) && lacks_proof(turns) {
            plan.switch = Switch::Off;
            self.lose(self.word(asked), "the model's last turn lacks the signed thinking that Messages wants back")?;
        }
        Ok(plan)
    }

    /// From a client of another dialect: in the words that this version of the model knows.
    fn translate(&mut self, asked: &Reasoning, version: Version, plan: &mut Plan) -> Result<(), Refusal> {
        let off = asked.enabled == Some(false) || asked.effort == Some(Effort::None) || asked.budget_tokens == Some(0);
        let on =
            asked.enabled == Some(true) || asked.adaptive || asked.effort.is_some() || asked.budget_tokens.is_some();
        if off || !on {
            plan.switch = if off { Switch::Off } else { Switch::Unsaid };
            return Ok(());
        }
        if version.thinks_by_effort() {
            plan.switch = Switch::Adaptive;
            if let Some(tokens) = asked.budget_tokens {
                self.notes.note(self.name(Feature::ThinkingBudget), "this model of Messages is told a word instead");
                plan.effort = Some(word_for(asked.effort.unwrap_or_else(|| Effort::of_budget(tokens)), version));
            } else {
                plan.effort = asked.effort.map(|effort| word_for(effort, version));
            }
            return Ok(());
        }
        let effort = asked.effort.unwrap_or(Effort::Medium);
        plan.switch = Switch::Budget(asked.budget_tokens.unwrap_or_else(|| effort.budget_tokens()));
        Ok(())
    }

    /// A budget is at least 1024 and less than what may be written in all.
    fn clamp(&mut self, asked: &Reasoning, max_tokens: u64, plan: &mut Plan) -> Result<(), Refusal> {
        let Switch::Budget(budget) = plan.switch else { return Ok(()) };
        if max_tokens <= LEAST {
            plan.switch = Switch::Off;
            return self.lose(self.word(asked), "Messages thinks only where more than 1024 tokens may be written");
        }
        // A word leaves room for an answer; a number means what it says.
        let most = if asked.budget_tokens.is_some() { max_tokens - 1 } else { (max_tokens / 5 * 4).max(LEAST) };
        let clamped = budget.clamp(LEAST, most);
        plan.switch = Switch::Budget(clamped);
        if clamped != budget {
            let name = self.name(self.word(asked));
            self.notes
                .note(name, "lowered or raised to what Messages allows: at least 1024, less than the output limit");
        }
        Ok(())
    }

    /// What the client said that makes the model think.
    const fn word(&self, asked: &Reasoning) -> Feature {
        match asked {
            Reasoning { budget_tokens: Some(_), .. } => Feature::ThinkingBudget,
            Reasoning { effort: Some(_), .. } => Feature::ReasoningEffort,
            _ => Feature::ThinkingSwitch,
        }
    }
}

const fn switch_of(asked: &Reasoning) -> Switch {
    match asked {
        Reasoning { enabled: Some(false), .. } => Switch::Off,
        Reasoning { adaptive: true, .. } => Switch::Adaptive,
        Reasoning { budget_tokens: Some(tokens), .. } => Switch::Budget(*tokens),
        Reasoning { enabled: Some(true), .. } => Switch::Adaptive,
        _ => Switch::Unsaid,
    }
}

fn word_for(effort: Effort, version: Version) -> &'static str {
    match effort {
        Effort::None | Effort::Minimal | Effort::Low => "low",
        Effort::XHigh if !version.knows_xhigh() => "max",
        other => other.as_str(),
    }
}

/// Whether the model's last turn would be refused beside a budget: it called tools, or is to be continued, and does not
/// begin with a thought that is signed.
fn lacks_proof(turns: &[Turn<'_>]) -> bool {
    let Some(last) = turns.iter().rposition(Turn::is_models) else { return false };
    let Some(turn) = turns.get(last) else { return false };
    let calls = turn.blocks.iter().any(|block| matches!(**block, Block::ToolCall(_)));
    let thinks = matches!(turn.blocks.first().map(|block| &**block), Some(Block::Thinking(_)));
    (calls || last + 1 == turns.len()) && !thinks
}
