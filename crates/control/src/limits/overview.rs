//! All limits and budgets with how they stand, and what was spent in periods past.

use std::cmp::Reverse;

use thinkwatch_policy::limits::{Period, SubjectKind};
use thinkwatch_store::{Page, Spent};

use super::subject::{self, Wish, may_see_any};
use super::{Budget, Named, Rule, check, standing};
use crate::caller::Caller;
use crate::clock::now_us;
use crate::control::Control;
use crate::error::{ControlError, Result};

/// Periods of a history at most.
const PERIODS: u64 = 400;

/// A rule or a budget.
#[derive(Clone, Debug)]
pub enum Item {
    /// A rate limit.
    Rule(Rule),
    /// A budget.
    Budget(Budget),
}

impl Item {
    /// Whom it counts.
    pub const fn subject(&self) -> &Named {
        match self {
            Self::Rule(rule) => &rule.subject,
            Self::Budget(budget) => &budget.subject,
        }
    }

    /// How much of it is used, in percent; none when the counters do not say.
    pub fn percent(&self) -> Option<f64> {
        let usage = match self {
            Self::Rule(rule) => rule.usage,
            Self::Budget(budget) => budget.usage,
        };
        usage.map(super::Use::percent)
    }

    fn name(&self) -> &str {
        match self {
            Self::Rule(rule) => &rule.name,
            Self::Budget(budget) => &budget.name,
        }
    }

    fn id(&self) -> &str {
        match self {
            Self::Rule(rule) => &rule.id,
            Self::Budget(budget) => &budget.id,
        }
    }
}

/// Which to list.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Only of subjects of this kind.
    pub subject_kind: Option<String>,
    /// Only rules or only budgets.
    pub budgets: Option<bool>,
    /// Part of the subject's name or id, or of the rule's name.
    pub search: Option<String>,
    /// Only those of which at least so much is used, in percent.
    pub at_least: Option<f64>,
    /// By subject instead of by who is closest to the max.
    pub by_subject: bool,
    /// From an earlier page: how many were shown.
    pub cursor: Option<String>,
    /// Page size, 1 to 1000.
    pub limit: u64,
}

/// All limits and budgets, the one that is closest to its max first.
pub async fn list(control: &Control, caller: &Caller, question: &Question) -> Result<Page<Item>> {
    may_see_any(caller)?;
    let kind = match &question.subject_kind {
        Some(text) => Some(SubjectKind::parse(text).ok_or_else(|| {
            let known: Vec<_> = SubjectKind::ALL.into_iter().map(SubjectKind::as_str).collect();
            ControlError::invalid("subject_kind", format!("`{text}` is not one of {}", known.join(", ")))
        })?),
        None => None,
    };
    let shown = match &question.cursor {
        Some(cursor) => cursor.parse().map_err(|_| ControlError::invalid("cursor", "the cursor is not valid"))?,
        None => 0usize,
    };
    let (rules, budgets) = standing::all(control, control.store.load_limits(now_us()).await?).await?;
    let search = question.search.as_deref().map(str::to_lowercase).filter(|text| !text.is_empty());
    let found = |text: &str| search.as_deref().is_none_or(|search| text.to_lowercase().contains(search));
    let mut items: Vec<Item> = rules.into_iter().map(Item::Rule).chain(budgets.into_iter().map(Item::Budget)).collect();
    items.retain(|item| {
        let subject = item.subject();
        kind.is_none_or(|kind| kind == subject.kind)
            && question.budgets.is_none_or(|budgets| budgets == matches!(item, Item::Budget(_)))
            && (found(&subject.name) || found(&subject.id) || found(item.name()))
            && question.at_least.is_none_or(|least| item.percent().is_some_and(|percent| percent >= least))
    });
    #[expect(clippy::cast_possible_truncation, reason = "a percentage")]
    let tenths = |item: &Item| item.percent().map_or(-1, |percent| (percent * 10.0) as i64);
    let subject = |item: &Item| (item.subject().kind, item.subject().name.clone(), item.id().to_owned());
    if question.by_subject {
        items.sort_by_cached_key(subject);
    } else {
        items.sort_by_cached_key(|item| (Reverse(tenths(item)), subject(item)));
    }
    let limit = usize::try_from(question.limit.clamp(1, 1000)).unwrap_or(1000);
    let next = shown.saturating_add(limit);
    let next_cursor = (items.len() > next).then(|| next.to_string());
    Ok(Page { items: items.into_iter().skip(shown).take(limit).collect(), next_cursor })
}

/// What was spent in one period.
#[derive(Clone, Debug)]
pub struct Spending {
    /// The period.
    pub period: Period,
    /// Sums over all replicas.
    pub spent: Spent,
}

/// What a subject has spent in its last periods, the running one first. Periods in which it spent nothing are left out.
pub async fn history(
    control: &Control,
    caller: &Caller,
    (kind, id): (&str, &str),
    period: &str,
    limit: u64,
) -> Result<Vec<Spending>> {
    let subject = subject::find(control, caller, kind, id, Wish::See).await?;
    let period = check::period(period)?;
    let zone = control.publisher.handle().limits.load().zone().clone();
    let rows = control.store.spent_history(&subject.subject(), period, limit.clamp(1, PERIODS)).await?;
    let spending = |(start_us, spent)| Spending { period: Period::at(period, &zone, start_us), spent };
    Ok(rows.into_iter().map(spending).collect())
}
