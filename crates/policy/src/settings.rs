//! The one typed table of settings: key, type, default, bounds, help. Validation, API, form and docs come from it.
//!
//! A setting exists only if something acts on it. Sources, the later wins: the default, a file (`config` reads it), the
//! store (changed in the console), the environment.

mod place;

use serde::Serialize;

pub use place::{Applies, Tab};

/// A setting's value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// A whole number.
    Int(i64),
    /// On or off.
    Bool(bool),
    /// One of a few words.
    Word(String),
}

/// What values a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A whole number between two bounds, both included.
    Int {
        /// Smallest allowed value.
        min: i64,
        /// Largest allowed value.
        max: i64,
    },
    /// `true` or `false`.
    Bool,
    /// One of these words.
    Word(&'static [&'static str]),
    /// The name of a time zone. Which there are is known to whoever has the zones' data.
    Zone,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Definition {
    /// Dotted name, the same in file, API and docs.
    pub key: &'static str,
    /// What values it takes.
    pub kind: Kind,
    /// The default, as text.
    pub default: &'static str,
    /// What it does, in a sentence.
    pub help: &'static str,
}

/// Why a value was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingError {
    /// No such key.
    #[error("unknown setting `{key}`{}", .nearest.map(|n| format!(" (did you mean `{n}`?)")).unwrap_or_default())]
    Unknown {
        /// What was given.
        key: String,
        /// The key that looks most like it.
        nearest: Option<&'static str>,
    },
    /// Not a value of its type, or out of bounds.
    #[error("setting `{key}` must be {expected}, not `{given}`")]
    Invalid {
        /// The setting.
        key: &'static str,
        /// What is allowed.
        expected: String,
        /// What was given.
        given: String,
    },
}

impl Definition {
    /// Reads a value of this setting from text.
    pub fn parse(&self, text: &str) -> Result<Value, SettingError> {
        let parsed = match self.kind {
            Kind::Int { min, max } => {
                text.replace('_', "").parse::<i64>().ok().filter(|n| (min..=max).contains(n)).map(Value::Int)
            }
            Kind::Bool => text.parse().ok().map(Value::Bool),
            Kind::Word(words) => words.contains(&text).then(|| Value::Word(text.to_owned())),
            Kind::Zone => names_a_zone(text).then(|| Value::Word(text.to_owned())),
        };
        parsed.ok_or_else(|| SettingError::Invalid { key: self.key, expected: self.allowed(), given: text.to_owned() })
    }

    /// Takes a JSON value of the setting's own type: `"5"` is not a number, `1` is not `true`.
    pub fn parse_json(&self, json: &serde_json::Value) -> Result<Value, SettingError> {
        let text = match (self.kind, json) {
            (Kind::Int { .. }, serde_json::Value::Number(number)) => number.as_i64().map(|n| n.to_string()),
            (Kind::Bool, serde_json::Value::Bool(flag)) => Some(flag.to_string()),
            (Kind::Word(_) | Kind::Zone, serde_json::Value::String(word)) => Some(word.clone()),
            _ => None,
        };
        match text {
            Some(text) => self.parse(&text),
            None => {
                let given = json.to_string().chars().take(100).collect();
                Err(SettingError::Invalid { key: self.key, expected: self.allowed(), given })
            }
        }
    }

    /// What is allowed, for people.
    pub fn allowed(&self) -> String {
        match self.kind {
            Kind::Int { min, max } => format!("a whole number from {min} to {max}"),
            Kind::Bool => "true or false".to_owned(),
            Kind::Word(words) => format!("one of {}", words.join(", ")),
            Kind::Zone => "the name of a time zone, such as UTC or Europe/Berlin".to_owned(),
        }
    }
}

/// Makes the table and the struct from one list, so that neither can lack what the other has.
macro_rules! settings {
    ($($field:ident: $kind:ident $args:tt = $default:literal, $key:literal, $help:literal;)*) => {
        /// Every setting there is, in the order of the documentation.
        pub const TABLE: &[Definition] = &[$(Definition {
            key: $key, kind: settings!(@kind $kind $args), default: $default, help: $help,
        },)*];

        /// The values in force.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Settings {
            $(#[doc = $help] pub $field: settings!(@type $kind),)*
        }

        impl Settings {
            /// Sets one value from text, after checking it.
            pub fn set(&mut self, key: &str, text: &str) -> Result<(), SettingError> {
                let definition = find(key)?;
                self.put(definition.key, definition.parse(text)?)
            }

            /// Sets one value from JSON, after checking it.
            pub fn set_json(&mut self, key: &str, json: &serde_json::Value) -> Result<(), SettingError> {
                let definition = find(key)?;
                self.put(definition.key, definition.parse_json(json)?)
            }

            fn put(&mut self, key: &'static str, value: Value) -> Result<(), SettingError> {
                match (key, value) {
                    $(($key, value) => self.$field = settings!(@take $kind value),)*
                    _ => {}
                }
                Ok(())
            }

            /// The value of a setting.
            pub fn get(&self, key: &str) -> Option<Value> {
                match key {
                    $($key => Some(settings!(@give $kind self.$field)),)*
                    _ => None,
                }
            }
        }

        impl Default for Settings {
            fn default() -> Self {
                Self {$($field: settings!(@default $kind $default),)*}
            }
        }
    };
    (@kind int ($min:literal..$max:literal)) => { Kind::Int { min: $min, max: $max } };
    (@kind flag ()) => { Kind::Bool };
    (@kind zone ()) => { Kind::Zone };
    (@kind word ($($word:literal),*)) => { Kind::Word(&[$($word),*]) };
    (@type int) => { i64 };
    (@type flag) => { bool };
    (@type zone) => { String };
    (@type word) => { String };
    (@default int $text:literal) => { $text.parse().unwrap_or_default() };
    (@default flag $text:literal) => { $text == "true" };
    (@default zone $text:literal) => { $text.to_owned() };
    (@default word $text:literal) => { $text.to_owned() };
    (@take int $value:ident) => { if let Value::Int(n) = $value { n } else { return Ok(()) } };
    (@take flag $value:ident) => { if let Value::Bool(b) = $value { b } else { return Ok(()) } };
    (@take zone $value:ident) => { if let Value::Word(w) = $value { w } else { return Ok(()) } };
    (@take word $value:ident) => { if let Value::Word(w) = $value { w } else { return Ok(()) } };
    (@give int $value:expr) => { Value::Int($value) };
    (@give flag $value:expr) => { Value::Bool($value) };
    (@give zone $value:expr) => { Value::Word($value.clone()) };
    (@give word $value:expr) => { Value::Word($value.clone()) };
}

settings! {
    timezone: zone () = "UTC", "organisation.timezone", "The time zone in which the days, weeks and months of budgets begin.";
    access_ttl_secs: int (60..86400) = "900", "auth.jwt_access_ttl_secs", "Life of an access token in seconds.";
    refresh_ttl_secs: int (300..7776000) = "604800", "auth.jwt_refresh_ttl_secs", "Life of a refresh token in seconds; each refresh starts it anew.";
    login_max_failures: int (1..1000) = "10", "auth.login_max_failures", "Failed sign-ins per address or account, within the lock-out time, before it is locked out.";
    lockout_secs: int (1..86400) = "300", "auth.lockout_secs", "How long an address or account is locked out, in seconds.";
    rotation_grace_secs: int (0..2592000) = "86400", "keys.rotation_grace_secs", "How long the old secret works after a key was rotated, in seconds.";
    connect_ms: int (50..60000) = "3000", "gateway.timeout.connect_ms", "Longest wait for a connection to a provider, in milliseconds.";
    first_byte_ms: int (100..600000) = "10000", "gateway.timeout.first_byte_ms", "Longest wait for the first event of a stream while another route is left, in milliseconds; all such routes of a call share it. Models that think before they answer have `first_byte_last_ms`.";
    first_byte_last_ms: int (100..3600000) = "60000", "gateway.timeout.first_byte_last_ms", "Longest wait for the first event of a stream on the last route, in milliseconds. A JSON answer that may have so many tokens gets 50 ms more for each before another route is tried.";
    idle_ms: int (100..3600000) = "30000", "gateway.timeout.idle_ms", "Longest silence between two events of a stream, in milliseconds.";
    idle_other_ms: int (100..3600000) = "10000", "gateway.timeout.idle_other_ms", "The same while another route is left, in milliseconds.";
    total_s: int (1..86400) = "600", "gateway.timeout.total_s", "Longest time for a complete JSON answer, in seconds. Streams have no total limit.";
    retry_max: int (0..10) = "2", "gateway.retry.max", "How often a call is tried again at a route that failed it for a moment, at all its routes together.";
    retry_initial_ms: int (1..60000) = "250", "gateway.retry.initial_ms", "The wait before a retry is drawn from zero up to this, in milliseconds; the bound doubles with each retry.";
    retry_max_ms: int (1..60000) = "8000", "gateway.retry.max_ms", "The longest wait before a retry, in milliseconds, also where a provider asks for one. While another route is left nobody waits longer than a second.";
    retry_budget_pct: int (0..100) = "20", "gateway.retry.budget_pct", "How many retries all calls of a replica together may cause, in percent of the calls; an idle replica saves up fifty.";
    breaker_failure_pct: int (1..100) = "50", "gateway.breaker.failure_pct", "A route is moved behind the others when so many percent of its tries fail.";
    breaker_min_samples: int (1..1000000) = "10", "gateway.breaker.min_samples", "Not before so many tries within the window.";
    breaker_window_s: int (1..3600) = "60", "gateway.breaker.window_s", "The window in which tries are counted, in seconds.";
    breaker_open_s: int (1..3600) = "30", "gateway.breaker.open_s", "How long such a route is left alone until one call probes it, in seconds; after a failed probe half as long.";
    strategy: word ("priority", "weighted", "latency", "cost") = "priority", "gateway.strategy", "Which route of a model is tried first: `priority` the lowest number, by weight among equals; `weighted` by weight alone; `latency` the one that begins to answer soonest; `cost` the cheapest.";
    affinity: word ("conversation", "none") = "conversation", "gateway.affinity", "Whether calls of one conversation stay with one of several equal routes, so that the provider's prompt cache goes on hitting.";
    rescue: word ("prefill", "regenerate", "off") = "prefill", "gateway.rescue", "What happens to a stream of plain text that breaks off: `prefill` lets the next route go on from where it broke, or ask again where it cannot; `regenerate` asks again and goes on where the new answer has the same beginning; `off` ends it with an error.";
    client_body_ms: int (100..600000) = "30000", "gateway.timeout.client_body_ms", "Longest silence while a client sends its request body, in milliseconds.";
    max_body_bytes: int (1024..1073741824) = "52428800", "gateway.max_body_bytes", "Largest request body in bytes; larger ones get 413.";
    max_json_depth: int (8..10000) = "256", "gateway.max_json_depth", "Deepest nesting of a request body; deeper ones get 413.";
    max_answer_buffer_bytes: int (65536..1073741824) = "8388608", "gateway.max_answer_buffer_bytes", "A JSON answer up to this size is held until its record is closed; of a larger one only the end is.";
    max_concurrent: int (1..1000000) = "4096", "gateway.max_concurrent", "Calls in progress at once; further ones are shed with a typed error.";
    max_buffered_bytes: int (1048576..1099511627776) = "536870912", "gateway.max_buffered_bytes", "Request bodies and answers held in memory at once, in bytes; further calls are shed with a typed error, further answers passed on as they arrive.";
    limits_default_output_tokens: int (1..10000000) = "4096", "gateway.limits.default_output_tokens", "How many output tokens limits and budgets expect of a call that names no bound, of a model of which none is known.";
    limits_budgets_when_down: word ("closed", "open") = "closed", "gateway.limits.budgets_when_down", "What happens to calls under a budget while nobody can say what is spent: `closed` answers 503, `open` lets them through and counts them.";
    limits_rates_when_down: word ("open", "closed") = "open", "gateway.limits.rates_when_down", "The same for calls under a rate limit or a limit of calls at once.";
    responses_state: word ("explicit", "always", "off") = "explicit", "gateway.responses.state", "Which responses the gateway keeps for providers that keep none, so that `previous_response_id` works there: `explicit` those with `store: true`, `always` all but those with `store: false`, `off` none.";
    responses_ttl_s: int (1..2592000) = "3600", "gateway.responses.ttl_s", "How long the gateway keeps such a response, in seconds.";
    responses_binding_ttl_s: int (1..31536000) = "2592000", "gateway.responses.binding_ttl_s", "How long the id of a response that its provider keeps can be used through the gateway, in seconds.";
    responses_max_bytes: int (1024..1073741824) = "8388608", "gateway.responses.max_bytes", "Largest conversation, with its answer, that is kept, in bytes; with `store: true` a larger one gets 413.";
    responses_total_bytes: int (1048576..1099511627776) = "2147483648", "gateway.responses.total_bytes", "Kept responses in the store at once, in bytes; the oldest go first.";
    responses_total_count: int (1000..1000000000) = "1000000", "gateway.responses.total_count", "Responses in the store at once, ids of those that providers keep included; the oldest go first.";
    responses_memory_bytes: int (1048576..1099511627776) = "67108864", "gateway.responses.memory_bytes", "Kept responses in memory at once, in bytes: those that wait to be written, and the newest others, which are found without asking the store.";
    cache_max_mb: int (1..1048576) = "64", "gateway.cache.max_mb", "Answers in the response cache at once, in megabytes; those go first that were asked for longest ago. In Redis all replicas share them.";
    cache_max_entry_kb: int (1..65536) = "1024", "gateway.cache.max_entry_kb", "Largest answer that is put into the response cache, in kilobytes.";
    redis_timeout_ms: int (5..10000) = "250", "gateway.limits.redis_timeout_ms", "Longest time for a step in Redis that a call waits for, in milliseconds; it waits for at most two, the one under way and its own. Taken over at start.";
    drain_s: int (0..86400) = "600", "server.drain_s", "How long running calls may go on after the server was told to stop, in seconds.";
    spool_strict: flag () = "false", "spool.strict", "Wait until a record is on the disk (not only written) before a call goes on.";
    spool_sync_ms: int (1..10000) = "40", "spool.sync_ms", "How often written records are forced to the disk, in milliseconds.";
    spool_segment_bytes: int (65536..1073741824) = "16777216", "spool.segment_bytes", "Size of one file of the spool in bytes.";
    spool_max_bytes: int (1048576..1099511627776) = "10737418240", "spool.max_bytes", "Most disk space the spool takes, in bytes.";
    spool_when_full: word ("refuse", "drop") = "refuse", "spool.when_full", "What happens to calls when their record cannot be written: `refuse` answers 503, `drop` lets them through unrecorded and counts them.";
    retention_gateway_days: int (1..3650) = "90", "logs.retention.gateway_days", "Days that the request log is kept.";
    retention_access_days: int (1..3650) = "30", "logs.retention.access_days", "Days that the access log is kept.";
    retention_audit_days: int (1..3650) = "90", "logs.retention.audit_days", "Days that the audit trail is kept.";
    purge_days: int (1..3650) = "30", "data.retention_days", "Days until what was deleted in the console is removed for good.";
}

/// Whether this could be the name of a zone (`Europe/Berlin`, `Etc/GMT+5`).
fn names_a_zone(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_+-".contains(&b))
}

/// The definition of a setting.
pub fn find(key: &str) -> Result<&'static Definition, SettingError> {
    TABLE
        .iter()
        .find(|d| d.key == key)
        .ok_or_else(|| SettingError::Unknown { key: key.to_owned(), nearest: nearest(key) })
}

/// The known key that shares the longest ending or beginning with what was given.
fn nearest(key: &str) -> Option<&'static str> {
    let shared = |other: &str| {
        let front = key.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
        let back = key.bytes().rev().zip(other.bytes().rev()).take_while(|(a, b)| a == b).count();
        front.max(back)
    };
    TABLE.iter().map(|d| d.key).max_by_key(|k| shared(k)).filter(|k| shared(k) >= 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_a_value_of_its_own_setting() {
        let settings = Settings::default();
        for definition in TABLE {
            assert_eq!(definition.parse(definition.default).ok(), settings.get(definition.key), "{}", definition.key);
        }
    }

    #[test]
    fn bad_values_say_what_is_allowed() {
        let mut settings = Settings::default();
        let check = |settings: &mut Settings, key: &str, value: &str, expected: &str| {
            let error = settings.set(key, value).expect_err(key);
            assert_eq!(error.to_string(), expected);
        };
        check(
            &mut settings,
            "spool.sync_ms",
            "0",
            "setting `spool.sync_ms` must be a whole number from 1 to 10000, not `0`",
        );
        check(&mut settings, "spool.strict", "yes", "setting `spool.strict` must be true or false, not `yes`");
        check(&mut settings, "spool.when_full", "x", "setting `spool.when_full` must be one of refuse, drop, not `x`");
        check(
            &mut settings,
            "organisation.timezone",
            "my zone",
            "setting `organisation.timezone` must be the name of a time zone, such as UTC or Europe/Berlin, not `my zone`",
        );
        check(&mut settings, "spool.sync", "1", "unknown setting `spool.sync` (did you mean `spool.sync_ms`?)");
        assert_eq!(settings, Settings::default());
        settings.set("spool.strict", "true").expect("allowed");
        assert!(settings.spool_strict);
    }
    #[test]
    fn json_values_must_have_the_type_of_the_setting() {
        use serde_json::json;
        for (key, value, expected) in [
            ("spool.sync_ms", json!(7), None),
            ("spool.strict", json!(true), None),
            ("spool.when_full", json!("drop"), None),
            (
                "spool.sync_ms",
                json!("7"),
                Some("setting `spool.sync_ms` must be a whole number from 1 to 10000, not `\"7\"`"),
            ),
            (
                "spool.sync_ms",
                json!(7.5),
                Some("setting `spool.sync_ms` must be a whole number from 1 to 10000, not `7.5`"),
            ),
            (
                "spool.sync_ms",
                json!(0),
                Some("setting `spool.sync_ms` must be a whole number from 1 to 10000, not `0`"),
            ),
            ("spool.strict", json!(1), Some("setting `spool.strict` must be true or false, not `1`")),
            ("spool.strict", json!(null), Some("setting `spool.strict` must be true or false, not `null`")),
            ("spool.when_full", json!("x"), Some("setting `spool.when_full` must be one of refuse, drop, not `x`")),
            ("nonsense", json!(1), Some("unknown setting `nonsense`")),
        ] {
            let mut settings = Settings::default();
            let error = settings.set_json(key, &value).err().map(|e| e.to_string());
            assert_eq!(error.as_deref(), expected, "{key}");
            if expected.is_none() {
                assert_eq!(serde_json::to_value(settings.get(key)).expect("JSON"), value);
            } else {
                assert_eq!(settings, Settings::default());
            }
        }
    }
}
