//! Rate limits of a subject.

use serde_json::{Value, json};
use thinkwatch_coordination::Part;
use thinkwatch_policy::ids::RuleId;
use thinkwatch_store::{RateLimitRow, StoreError};

use super::subject::{self, Wish};
use super::{Named, Rule, check, standing};
use crate::caller::Caller;
use crate::clock::now_us;
use crate::control::Control;
use crate::error::{ControlError, Result};

/// What a new rate limit is made of.
#[derive(Clone, Debug)]
pub struct NewRule {
    /// Which calls it counts; those of the AI gateway when absent.
    pub surface: Option<String>,
    /// `requests`, `tokens` or `concurrency`.
    pub metric: String,
    /// `1m` to `1w`; none for `concurrency`.
    pub window: Option<String>,
    /// The most that is let in.
    pub max: u64,
}

/// The rate limits of a subject.
pub async fn list(control: &Control, caller: &Caller, kind: &str, id: &str) -> Result<Vec<Rule>> {
    let subject = subject::find(control, caller, kind, id, Wish::See).await?;
    let mut rows = control.store.load_limits(now_us()).await?;
    rows.rate_limits.retain(|row| is_of(row, &subject));
    standing::rules(control, rows.rate_limits, &rows.overrides, |_| Some(subject.clone())).await
}

/// One of them.
pub async fn get(control: &Control, caller: &Caller, kind: &str, id: &str, rule: &RuleId) -> Result<Rule> {
    let rules = list(control, caller, kind, id).await?;
    rules.into_iter().find(|known| known.id == rule.as_str()).ok_or(ControlError::NotFound("rate limit"))
}

/// Sets a rate limit.
pub async fn create(control: &Control, caller: &Caller, kind: &str, id: &str, new: NewRule) -> Result<Rule> {
    let subject = subject::find(control, caller, kind, id, Wish::Set).await?;
    let surface = check::surface(new.surface.as_deref())?;
    let (metric, window) = check::counted(&new.metric, new.window.as_deref())?;
    let now = now_us();
    let row = RateLimitRow {
        id: RuleId::from_bits(rand::random()).to_string(),
        subject_kind: subject.kind.as_str().to_owned(),
        subject_id: subject.id.clone(),
        surface: surface.as_str().to_owned(),
        metric: metric.as_str().to_owned(),
        window: window.map_or("", |window| window.as_str()).to_owned(),
        max: check::count(new.max)?,
        version: 1,
        created_at_us: now,
        updated_at_us: now,
    };
    let entry = caller.audit("rate_limit.create", ("rate_limit", Some(&row.id)), described(&row));
    control.store.create_rate_limit(row.clone(), &entry).await.map_err(|error| match error {
        StoreError::Conflict { .. } => ControlError::Conflict {
            field: Some(if window.is_some() { "window" } else { "metric" }),
            message: format!("there is such a limit for {} already: change its max", subject.name),
        },
        other => other.into(),
    })?;
    control.announce(&[Part::Limits]).await;
    get(control, caller, kind, id, &row.id.into()).await
}

/// Gives a rate limit another max.
pub async fn update(
    control: &Control,
    caller: &Caller,
    (kind, id): (&str, &str),
    rule: &RuleId,
    seen: Option<i64>,
    max: Option<u64>,
) -> Result<Rule> {
    let row = find(control, caller, kind, id, rule).await?;
    let max = max.map(check::count).transpose()?.unwrap_or(row.max);
    let mut details = described(&row);
    details["max"] = json!({ "from": row.max, "to": max });
    let entry = caller.audit("rate_limit.update", ("rate_limit", Some(rule.as_str())), details);
    control.store.update_rate_limit(rule, seen, max, &entry).await?;
    control.announce(&[Part::Limits]).await;
    get(control, caller, kind, id, rule).await
}

/// Deletes a rate limit.
pub async fn delete(
    control: &Control,
    caller: &Caller,
    (kind, id): (&str, &str),
    rule: &RuleId,
    seen: Option<i64>,
) -> Result<()> {
    let row = find(control, caller, kind, id, rule).await?;
    let entry = caller.audit("rate_limit.delete", ("rate_limit", Some(rule.as_str())), described(&row));
    control.store.delete_rate_limit(rule, seen, &entry).await?;
    control.announce(&[Part::Limits]).await;
    Ok(())
}

/// Deletes all rate limits of a subject.
pub async fn delete_all(control: &Control, caller: &Caller, kind: &str, id: &str) -> Result<()> {
    let subject = subject::find(control, caller, kind, id, Wish::Set).await?;
    let rows = control.store.load_limits(now_us()).await?;
    for row in rows.rate_limits.iter().filter(|row| is_of(row, &subject)) {
        let entry = caller.audit("rate_limit.delete", ("rate_limit", Some(&row.id)), described(row));
        match control.store.delete_rate_limit(&row.id.as_str().into(), None, &entry).await {
            // Somebody else was quicker.
            Ok(()) | Err(StoreError::NotFound(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    control.announce(&[Part::Limits]).await;
    Ok(())
}

/// A rule of this subject that the caller may change.
pub(super) async fn find(
    control: &Control,
    caller: &Caller,
    kind: &str,
    id: &str,
    rule: &RuleId,
) -> Result<RateLimitRow> {
    let subject = subject::find(control, caller, kind, id, Wish::Set).await?;
    let row = control.store.get_rate_limit(rule).await?;
    if is_of(&row, &subject) { Ok(row) } else { Err(ControlError::NotFound("rate limit")) }
}

fn is_of(row: &RateLimitRow, subject: &Named) -> bool {
    row.subject_kind == subject.kind.as_str() && row.subject_id == subject.id
}

pub(super) fn described(row: &RateLimitRow) -> Value {
    json!({ "subject_kind": row.subject_kind, "subject_id": row.subject_id, "surface": row.surface,
        "metric": row.metric, "window": row.window, "max": row.max })
}
