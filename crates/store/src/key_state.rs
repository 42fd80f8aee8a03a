//! What state a key is in: asked of a row at hand, and as a condition of the database. The contract suite compares both.

use sea_orm::{ColumnTrait, Condition};

use crate::entity::api_key::{Column, Model};

/// Whether a key works, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It works.
    Active,
    /// It was rotated and works until its grace ends.
    Grace,
    /// It was rotated and its grace is over.
    Replaced,
    /// Switched off; can be switched on again.
    Disabled,
    /// Its time is over.
    Expired,
    /// Ended for good.
    Revoked,
}

impl KeyState {
    /// Every state.
    pub const ALL: [Self; 6] =
        [Self::Active, Self::Grace, Self::Replaced, Self::Disabled, Self::Expired, Self::Revoked];

    /// The name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Grace => "grace",
            Self::Replaced => "replaced",
            Self::Disabled => "disabled",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// The state of a row. What cannot be undone comes first: a replaced secret that has expired as well would not work
    /// again with another date.
    pub fn of(key: &Model, now_us: i64) -> Self {
        let past = |time: Option<i64>| time.is_some_and(|time| time <= now_us);
        if key.revoked_at_us.is_some() || key.deleted_at_us.is_some() {
            Self::Revoked
        } else if past(key.grace_ends_at_us) {
            Self::Replaced
        } else if past(key.expires_at_us) {
            Self::Expired
        } else if key.disabled_at_us.is_some() {
            Self::Disabled
        } else if key.grace_ends_at_us.is_some() {
            Self::Grace
        } else {
            Self::Active
        }
    }

    /// Rows in this state, of those that are not deleted.
    pub(crate) fn condition(self, now_us: i64) -> Condition {
        let not_expired = || current(now_us).add(not_past(Column::ExpiresAtUs, now_us));
        let working = || not_expired().add(Column::DisabledAtUs.is_null());
        match self {
            Self::Active => working().add(Column::GraceEndsAtUs.is_null()),
            Self::Grace => working().add(Column::GraceEndsAtUs.is_not_null()),
            Self::Replaced => {
                Condition::all().add(Column::RevokedAtUs.is_null()).add(Column::GraceEndsAtUs.lte(now_us))
            }
            Self::Disabled => not_expired().add(Column::DisabledAtUs.is_not_null()),
            Self::Expired => current(now_us).add(Column::ExpiresAtUs.lte(now_us)),
            Self::Revoked => Condition::all().add(Column::RevokedAtUs.is_not_null()),
        }
    }
}

/// Keys in which states to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeysWanted {
    /// Neither revoked nor replaced for good.
    #[default]
    Current,
    /// All that are not deleted.
    WithEnded,
    /// Those in this state.
    In(KeyState),
}

impl KeysWanted {
    pub(crate) fn condition(self, now_us: i64) -> Condition {
        match self {
            Self::Current => current(now_us),
            Self::WithEnded => Condition::all(),
            Self::In(state) => state.condition(now_us),
        }
    }
}

/// Neither revoked nor replaced for good: something can still be done with it.
pub(crate) fn current(now_us: i64) -> Condition {
    Condition::all().add(Column::RevokedAtUs.is_null()).add(not_past(Column::GraceEndsAtUs, now_us))
}

/// The time has not come, or there is none.
pub(crate) fn not_past(column: Column, now_us: i64) -> Condition {
    Condition::any().add(column.is_null()).add(column.gt(now_us))
}
