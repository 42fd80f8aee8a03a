//! Where a setting stands in the console, and when a changed value acts.

use std::fmt;

use super::{Definition, Value};

/// A tab of the console's settings page. The first part of a key says which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tab {
    /// The installation as a whole.
    General,
    /// Signing in, tokens.
    Auth,
    /// Calls.
    Gateway,
    /// What is kept how long.
    Security,
    /// Keys.
    ApiKeys,
    /// Logs and trails.
    Audit,
    /// The spool and other things that trade speed for something.
    Performance,
}

impl Tab {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 7] =
        [Self::General, Self::Auth, Self::Gateway, Self::Security, Self::ApiKeys, Self::Audit, Self::Performance];

    /// Its name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Auth => "auth",
            Self::Gateway => "gateway",
            Self::Security => "security",
            Self::ApiKeys => "api_keys",
            Self::Audit => "audit",
            Self::Performance => "performance",
        }
    }
}

/// When a changed value acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applies {
    /// Within a second, on every replica.
    AtOnce,
    /// When a replica next starts: it is read once.
    AtStart,
}

impl Applies {
    /// Its name in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::AtStart => "at_start",
        }
    }
}

/// Keys, or beginnings of keys, whose values are read when the process starts.
const AT_START: [&str; 3] = ["spool.", "server.", "gateway.timeout.connect_ms"];

impl Definition {
    /// Where it stands in the console.
    pub fn tab(&self) -> Tab {
        match self.key.split('.').next().unwrap_or_default() {
            "auth" => Tab::Auth,
            "gateway" => Tab::Gateway,
            "data" | "security" => Tab::Security,
            "keys" => Tab::ApiKeys,
            "logs" => Tab::Audit,
            "spool" => Tab::Performance,
            _ => Tab::General,
        }
    }

    /// When a changed value acts.
    pub fn applies(&self) -> Applies {
        if AT_START.iter().any(|start| self.key.starts_with(start)) { Applies::AtStart } else { Applies::AtOnce }
    }
}

impl fmt::Display for Value {
    /// As [`Definition::parse`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(number) => number.fmt(f),
            Self::Bool(flag) => flag.fmt(f),
            Self::Word(word) => f.write_str(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Settings, TABLE};
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        let settings = Settings::default();
        for definition in TABLE {
            let value = settings.get(definition.key).expect("in the table");
            assert_eq!(definition.parse(&value.to_string()), Ok(value), "{}", definition.key);
        }
    }

    #[test]
    fn every_key_that_is_read_at_start_exists() {
        for start in AT_START {
            assert!(TABLE.iter().any(|definition| definition.key.starts_with(start)), "{start}");
        }
        let of = |key: &str| super::super::find(key).map(|d| (d.tab(), d.applies()));
        assert_eq!(of("gateway.timeout.idle_ms"), Ok((Tab::Gateway, Applies::AtOnce)));
        assert_eq!(of("spool.strict"), Ok((Tab::Performance, Applies::AtStart)));
        assert_eq!(of("server.drain_s"), Ok((Tab::General, Applies::AtStart)));
    }
}
