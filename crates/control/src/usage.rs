//! Who used what, and what it cost: sums from the ledger, within what the caller may see.

use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::{LineageId, ProviderId, UserId};
use thinkwatch_store::UsageQuery;
pub use thinkwatch_store::{UsageGroup, UsageGroupRow, UsageSums};

use crate::caller::Caller;
use crate::clock::now_us;
use crate::control::Control;
use crate::error::{ControlError, Result};

/// A question.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// From, whole hours.
    pub from_us: i64,
    /// Until, not included.
    pub to_us: i64,
    /// Groups, in this order.
    pub group_by: Vec<UsageGroup>,
    /// Only of this user; who may only see their own gets their own whatever is asked.
    pub user_id: Option<UserId>,
    /// Only of this lineage of keys.
    pub key_lineage_id: Option<LineageId>,
    /// Only of this model.
    pub model: Option<String>,
    /// Only of this provider.
    pub provider_id: Option<ProviderId>,
}

/// The answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// A row per group.
    pub rows: Vec<UsageGroupRow>,
    /// Everything together.
    pub total: UsageSums,
}

/// Reads the name of a group.
pub fn read_group(name: &str) -> Result<UsageGroup> {
    Ok(match name {
        "user" => UsageGroup::User,
        "user_email" => UsageGroup::UserEmail,
        "key" => UsageGroup::KeyLineage,
        "team" => UsageGroup::Team,
        "model" => UsageGroup::Model,
        "provider" => UsageGroup::ProviderName,
        "provider_id" => UsageGroup::Provider,
        "upstream_model" => UsageGroup::UpstreamModel,
        "cost_center" => UsageGroup::CostCenter,
        "outcome" => UsageGroup::Outcome,
        "day" => UsageGroup::Day,
        "hour" => UsageGroup::Hour,
        other => match other.strip_prefix("tag:").filter(|tag| !tag.is_empty()) {
            Some(tag) => UsageGroup::Tag(tag.to_owned()),
            None => {
                let message = format!(
                    "`{other}` is not one of user, user_email, key, team, model, provider, provider_id, upstream_model, \
                     cost_center, outcome, day, hour, tag:<name>"
                );
                return Err(ControlError::invalid("group_by", message));
            }
        },
    })
}

/// Asks the ledger.
pub async fn ask(control: &Control, caller: &Caller, question: Question) -> Result<Answer> {
    let query = scoped(caller, question)?;
    let rows = control.store.usage(&query).await?;
    let total = control.store.usage_total(&query).await?;
    Ok(Answer { rows, total })
}

/// What this month has cost so far.
pub async fn month_to_date(control: &Control, caller: &Caller, user_id: Option<UserId>) -> Result<UsageSums> {
    let now = now_us();
    let from_us = month_begins(now);
    let question = Question { from_us, to_us: now.saturating_add(1), user_id, ..Question::default() };
    Ok(control.store.usage_total(&scoped(caller, question)?).await?)
}

/// The first of this month, UTC.
pub(crate) fn month_begins(now_us: i64) -> i64 {
    let today = time::OffsetDateTime::from_unix_timestamp(now_us.div_euclid(1_000_000)).ok();
    let first = today.and_then(|today| today.date().replace_day(1).ok());
    first.map_or(0, |first| first.midnight().assume_utc().unix_timestamp().saturating_mul(1_000_000))
}

fn scoped(caller: &Caller, question: Question) -> Result<UsageQuery> {
    let user_id = if caller.allows(Action::AnalyticsReadAll) {
        question.user_id
    } else {
        caller.may(Action::AnalyticsReadOwn)?;
        Some(caller.user_id())
    };
    Ok(UsageQuery {
        from_us: question.from_us,
        to_us: question.to_us,
        group_by: question.group_by,
        user_id,
        key_lineage_id: question.key_lineage_id,
        team_id: None,
        model: question.model,
        provider_id: question.provider_id,
    })
}
