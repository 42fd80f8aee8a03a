//! Identifiers. Each kind is a type of its own, so that a key can never be passed where a user is meant.
//!
//! All are short text (`usr_…`, `key_…`), cheap to clone: the hot path copies them into records.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// What every id of this kind begins with.
            pub const PREFIX: &'static str = $prefix;

            /// Wraps an id as it is stored; no check is made.
            pub fn new(text: impl Into<Arc<str>>) -> Self {
                Self(text.into())
            }

            /// A new id from 128 random (or time-ordered) bits.
            pub fn from_bits(bits: u128) -> Self {
                Self(format!("{}{:032x}", $prefix, bits).into())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
    )*};
}

text_ids! {
    /// A person or a service account.
    UserId = "usr_";
    /// One secret of an API key. Rotation makes a new one of the same lineage.
    KeyId = "key_";
    /// What stays the same when a key is rotated: limits, budgets and history hang on it.
    LineageId = "lin_";
    /// A team.
    TeamId = "team_";
    /// A configured upstream provider.
    ProviderId = "prov_";
    /// A model as clients name it (the row, not the name).
    ModelId = "mod_";
    /// A way from a model to a provider.
    RouteId = "rte_";
    /// One version of a price.
    PriceId = "prc_";
    /// A console session.
    SessionId = "ses_";
    /// A row of the audit trail.
    AuditId = "aud_";
    /// A rate limit.
    RuleId = "rul_";
    /// A budget.
    BudgetId = "bud_";
    /// One replica among those that share the counters: its spool, so that it is the same after a restart.
    ReplicaId = "rep_";
}

/// Identifies one request at the edge: 48 bits of milliseconds, then 80 random bits, so that ids sort by time.
///
/// Shown as `req_` and 32 hexadecimal digits. A trace id minted by us has the same digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub u128);

impl RequestId {
    /// What every shown id begins with.
    const PREFIX: &'static str = "req_";

    /// Builds an id from a time (microseconds since the epoch) and random bits, of which the low 80 are used.
    pub fn from_parts(now_us: i64, random: u128) -> Self {
        let millis = u128::try_from(now_us / 1000).unwrap_or(0) & ((1 << 48) - 1);
        Self((millis << 80) | (random & ((1 << 80) - 1)))
    }

    /// The time in the id, in milliseconds since the epoch.
    pub fn millis(self) -> i64 {
        i64::try_from(self.0 >> 80).unwrap_or(0)
    }

    /// Reads `req_<32 hex>` (as shown) or 32 hexadecimal digits (a trace id we minted).
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("req_").unwrap_or(text);
        (digits.len() == 32).then(|| u128::from_str_radix(digits, 16).ok().map(Self)).flatten()
    }

    /// The 32 digits: the trace id when none was given by the client.
    pub fn trace_digits(self) -> String {
        self.shown()[Self::PREFIX.len()..].to_owned()
    }

    /// As text. Each answer has it, so it is written by hand.
    pub fn shown(self) -> String {
        let mut text = String::with_capacity(Self::PREFIX.len() + 32);
        text.push_str(Self::PREFIX);
        for byte in self.0.to_be_bytes() {
            for digit in [byte >> 4, byte & 15] {
                text.push(char::from(if digit < 10 { b'0' + digit } else { b'a' - 10 + digit }));
            }
        }
        text
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::RequestId;

    #[test]
    fn request_ids_sort_by_time_and_read_back() {
        let early = RequestId::from_parts(1_700_000_000_000_000, u128::MAX);
        let late = RequestId::from_parts(1_700_000_000_001_000, 0);
        assert!(early < late);
        assert_eq!(early.millis(), 1_700_000_000_000);
        assert_eq!(early.to_string(), format!("req_{:032x}", early.0));
        assert_eq!(RequestId::parse(&early.to_string()), Some(early));
        assert_eq!(RequestId::parse(&early.trace_digits()), Some(early));
        for bad in ["", "req_", "req_xyz", "req_0123"] {
            assert_eq!(RequestId::parse(bad), None, "{bad}");
        }
    }
}
