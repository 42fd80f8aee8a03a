//! Rate limits and budgets.

pub(crate) mod budgets;
pub(crate) mod overview;
pub(crate) mod preview;
pub(crate) mod rules;

use serde::{Deserialize, Serialize};
use thinkwatch_control::limits::{Exception, Named, OverrideWish, Use};
use thinkwatch_policy::limits::Unit;
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::shown::{money, read_time, time};

/// Whom a rule counts.
#[derive(Serialize, ToSchema)]
pub(crate) struct SubjectBody {
    /// `organisation`, `user`, `team`, `key`, `provider`, `route`, `model`.
    kind: &'static str,
    /// An id; of a key that of its lineage, of a model its name; empty for the organisation.
    id: String,
    /// For people.
    name: String,
}

impl From<Named> for SubjectBody {
    fn from(named: Named) -> Self {
        Self { kind: named.kind.as_str(), id: named.id, name: named.name }
    }
}

/// An amount: dollars as a decimal string, calls and tokens as a whole number.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Amount {
    /// US dollars.
    Usd(String),
    /// Calls or tokens.
    Count(u64),
}

impl Amount {
    fn of(unit: Unit, amount: u64) -> Self {
        match unit {
            Unit::Usd => Self::Usd(money(i64::try_from(amount).unwrap_or(i64::MAX))),
            Unit::Tokens => Self::Count(amount),
        }
    }
}

/// An amount as it is given: dollars as a decimal number or string, calls and tokens as a whole number.
#[derive(Deserialize, ToSchema)]
#[serde(untagged, expecting = "expected a number, or a decimal number as text")]
pub(crate) enum AmountText {
    /// `"20.50"`
    Text(String),
    /// `20`
    Whole(u64),
    /// `20.5`
    Decimal(f64),
}

impl AmountText {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text.trim().to_owned(),
            Self::Whole(number) => number.to_string(),
            Self::Decimal(number) => number.to_string(),
        }
    }
}

/// How a rule stands now.
#[derive(Serialize, ToSchema)]
pub(crate) struct UseBody {
    /// What counts: calls, tokens or dollars; of a budget without what was forgiven.
    used: Amount,
    /// Of a budget: what calls on their way may yet spend.
    reserved: Amount,
    /// What is left until the max in force.
    remaining: Amount,
    /// How much of the max in force is used or reserved; above 100 when it was overrun.
    percent: f64,
}

impl UseBody {
    fn of(unit: Unit, of: Use) -> Self {
        Self {
            used: Amount::of(unit, of.used),
            reserved: Amount::of(unit, of.reserved),
            remaining: Amount::of(unit, of.max.saturating_sub(of.used).saturating_sub(of.reserved)),
            percent: of.percent(),
        }
    }
}

/// Another max for a while.
#[derive(Serialize, ToSchema)]
pub(crate) struct OverrideBody {
    /// What holds instead.
    max: Amount,
    /// Why.
    reason: String,
    /// Who set it.
    set_by: Option<String>,
    /// When it was set.
    created_at: String,
    /// Until when it holds.
    expires_at: String,
}

impl OverrideBody {
    fn of(unit: Unit, of: Exception) -> Self {
        Self {
            max: Amount::of(unit, of.max),
            reason: of.reason,
            set_by: of.user_email,
            created_at: time(of.created_at_us),
            expires_at: time(of.expires_at_us),
        }
    }
}

/// Another max for a while, as it is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OverrideWishBody {
    /// What is to hold instead.
    max: AmountText,
    /// Why.
    reason: String,
    /// Until when, at most a year ahead.
    expires_at: String,
}

impl OverrideWishBody {
    fn read(self) -> Result<OverrideWish, ApiError> {
        let expires_at_us = read_time("expires_at", &self.expires_at)?;
        Ok(OverrideWish { max: self.max.text(), reason: self.reason, expires_at_us })
    }
}
