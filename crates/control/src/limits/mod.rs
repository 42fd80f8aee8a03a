//! Rate limits and budgets: who may set what for whom, how they stand, and what was spent.

mod alerts;
mod budgets;
mod check;
mod exceptions;
mod overview;
mod preview;
mod rules;
mod seed;
mod standing;
mod subject;
pub mod zone;

use thinkwatch_policy::limits::{Metric, PeriodKind, Subject, SubjectKind, Unit, Window};
use thinkwatch_policy::principal::Surface;

pub use alerts::{Alert, alerts};
pub use budgets::{BudgetEdit, NewBudget};
pub use exceptions::OverrideWish;
pub use overview::{Item, Question, Spending, history, list};
pub use preview::{Preview, PreviewWay, Trial, preview};
pub use rules::NewRule;
pub use seed::start;
pub use standing::Use;
pub use thinkwatch_store::AlertFilter;

/// What is done to the budgets of a subject.
pub mod budget {
    pub use super::budgets::{create, delete, delete_all, get, list, update};
    pub use super::exceptions::{
        clear_budget as clear_override, override_budget as set_override, reset_budget as reset,
    };
}

/// What is done to the rate limits of a subject.
pub mod rule {
    pub use super::exceptions::{clear_rule as clear_override, override_rule as set_override, reset_rule as reset};
    pub use super::rules::{create, delete, delete_all, get, list, update};
}

/// Whom a rule counts, with a name for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What kind of thing.
    pub kind: SubjectKind,
    /// Which: an id, or a model's name; empty for the organisation.
    pub id: String,
    /// Address, name of the key, the provider or the model; the id when there is no better one.
    pub name: String,
}

impl Named {
    fn subject(&self) -> Subject {
        Subject { kind: self.kind, id: self.id.as_str().into() }
    }
}

/// Another max for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// What holds instead.
    pub max: u64,
    /// Why.
    pub reason: String,
    /// Who set it.
    pub user_email: Option<String>,
    /// When it was set.
    pub created_at_us: i64,
    /// Until when.
    pub expires_at_us: i64,
}

/// A rate limit, or a limit of calls at once.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The row.
    pub id: String,
    /// Whom it counts.
    pub subject: Named,
    /// How errors name it: `key:requests/1m`.
    pub name: String,
    /// Which calls it counts.
    pub surface: Surface,
    /// What it counts.
    pub metric: Metric,
    /// How long it looks back; none for calls at once.
    pub window: Option<Window>,
    /// The most that is let in.
    pub max: u64,
    /// What holds instead for now.
    pub exception: Option<Exception>,
    /// How it stands; none when the counters do not say.
    pub usage: Option<Use>,
    /// Made at.
    pub created_at_us: i64,
    /// Last changed at.
    pub updated_at_us: i64,
    /// For edits.
    pub version: i64,
}

/// A budget.
#[derive(Clone, Debug)]
pub struct Budget {
    /// The row.
    pub id: String,
    /// Who spends.
    pub subject: Named,
    /// How errors name it: `team:usd/monthly`.
    pub name: String,
    /// How long it lasts.
    pub period: PeriodKind,
    /// What it counts.
    pub unit: Unit,
    /// The most that may be spent: nano-dollars or tokens.
    pub max: u64,
    /// Whether calls reserve the most they can cost.
    pub hard: bool,
    /// What holds instead for now.
    pub exception: Option<Exception>,
    /// What was forgiven in this period by a reset.
    pub forgiven: u64,
    /// The period that runs: its name, first moment, and the first of the next (microseconds).
    pub period_now: thinkwatch_policy::limits::Period,
    /// How it stands.
    pub usage: Option<Use>,
    /// Made at.
    pub created_at_us: i64,
    /// Last changed at.
    pub updated_at_us: i64,
    /// For edits.
    pub version: i64,
}
