//! How long a try may be silent: by what is asked, and by what is left to turn to.

use crate::conduct::Timeouts;
use crate::settings::Settings;

/// No try gets less than this, microseconds, unless the settings allow less.
const LEAST_US: i64 = 1_000_000;
/// A JSON answer may take this long for each token that it may have, microseconds: twenty a second is slow.
const PER_TOKEN_US: i64 = 50_000;
/// Whole words of the names of models that think before they say anything.
const THINKING_WORDS: &[&str] = &["thinking", "reasoner", "reasoning", "r1", "qwq", "o1", "o3", "o4"];

/// What the names of others begin with.
const THINKING_FAMILIES: &[&str] = &["gpt-5", "gpt-6", "gemini-2.5-pro", "gemini-3"];

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The first event of a stream, or a JSON answer where another route is left.
    FirstByte,
    /// A complete JSON answer, whatever else is left.
    Total,
}

/// What is known of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Whether it wants a stream.
    pub stream: bool,
    /// The most output tokens it allows.
    pub max_tokens: Option<u64>,
    /// Whether the route's model thinks before it says anything.
    pub thinks: bool,
    /// Routes left after this one.
    pub others_left: usize,
    /// What this call has waited for providers so far, microseconds.
    pub spent_us: i64,
}

/// The time limits in force at a route, microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// Up to the first event of a stream while another route is left.
    pub first_byte_us: i64,
    /// The same on the last route.
    pub first_byte_last_us: i64,
    /// Silence in a stream.
    pub idle_us: i64,
    /// The same while another route is left.
    pub idle_other_us: i64,
    /// A complete JSON answer.
    pub total_us: i64,
}

impl Times {
    /// As the route (or its model) says for itself, else as the settings say.
    pub fn of(own: Option<&Timeouts>, settings: &Settings) -> Self {
        let own = own.copied().unwrap_or_default();
        let micros = |own: Option<i64>, usual: i64, unit: i64| own.unwrap_or(usual).saturating_mul(unit);
        Self {
            first_byte_us: micros(own.first_byte_ms, settings.first_byte_ms, 1000),
            first_byte_last_us: micros(own.first_byte_last_ms, settings.first_byte_last_ms, 1000),
            idle_us: micros(own.idle_ms, settings.idle_ms, 1000),
            idle_other_us: micros(own.idle_other_ms, settings.idle_other_ms, 1000),
            total_us: micros(own.total_s, settings.total_s, 1_000_000),
        }
    }
}

/// How long the try may take up to its first event (stream) or as a whole (JSON), microseconds.
///
/// All tries at routes that are not the last share the time that a stream's first event may take, so that a caller with several
/// dead routes in front of a good one does not wait for each of them in full.
pub fn limit_us(waiting: Waiting, times: &Times) -> (i64, Stage) {
    let Times { first_byte_us: first, first_byte_last_us: last, total_us: total, .. } = *times;
    if waiting.stream {
        if waiting.others_left == 0 || waiting.thinks {
            return (last, Stage::FirstByte);
        }
        let left = (first - waiting.spent_us).max(0);
        let share = if waiting.others_left == 1 { left } else { left / 2 };
        return (share.max(LEAST_US.min(first)), Stage::FirstByte);
    }
    let left = (total - waiting.spent_us).max(LEAST_US.min(total));
    match waiting.max_tokens {
        Some(tokens) if waiting.others_left > 0 && !waiting.thinks => {
            let tokens = i64::try_from(tokens).unwrap_or(i64::MAX);
            let enough = last.saturating_add(tokens.saturating_mul(PER_TOKEN_US));
            if enough < left { (enough, Stage::FirstByte) } else { (left, Stage::Total) }
        }
        _ => (left, Stage::Total),
    }
}

/// How long a stream that has begun may be silent, microseconds.
pub fn idle_us(others_left: usize, thinks: bool, times: &Times) -> i64 {
    if others_left > 0 && !thinks { times.idle_us.min(times.idle_other_us) } else { times.idle_us }
}

/// Whether a model of this name thinks before it says anything, and so may be silent for long.
pub fn thinks(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    THINKING_FAMILIES.iter().any(|family| name.starts_with(family))
        || name.split(['-', '.', ':', '_']).any(|word| THINKING_WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    const S: i64 = 1_000_000;

    #[test]
    fn limits_follow_what_is_asked_and_what_is_left() {
        let stream = Waiting { stream: true, max_tokens: None, thinks: false, others_left: 1, spent_us: 0 };
        let json = Waiting { stream: false, ..stream };
        let times = Times::of(None, &Settings::default());
        for (waiting, expected) in [
            (stream, (10 * S, Stage::FirstByte)),
            (Waiting { spent_us: 4 * S, ..stream }, (6 * S, Stage::FirstByte)),
            (Waiting { spent_us: 30 * S, ..stream }, (S, Stage::FirstByte)),
            (Waiting { others_left: 3, ..stream }, (5 * S, Stage::FirstByte)),
            (Waiting { others_left: 0, spent_us: 9 * S, ..stream }, (60 * S, Stage::FirstByte)),
            (Waiting { thinks: true, ..stream }, (60 * S, Stage::FirstByte)),
            (json, (600 * S, Stage::Total)),
            (Waiting { max_tokens: Some(100), ..json }, (65 * S, Stage::FirstByte)),
            (Waiting { max_tokens: Some(100), others_left: 0, ..json }, (600 * S, Stage::Total)),
            (Waiting { max_tokens: Some(u64::MAX), ..json }, (600 * S, Stage::Total)),
            (Waiting { spent_us: 590 * S, ..json }, (10 * S, Stage::Total)),
        ] {
            assert_eq!(limit_us(waiting, &times), expected, "{waiting:?}");
        }
        assert_eq!(idle_us(1, false, &times), 10 * S);
        assert_eq!([idle_us(0, false, &times), idle_us(1, true, &times)], [30 * S; 2]);
    }

    #[test]
    fn models_that_think_are_known_by_their_names() {
        for name in [
            "o3-mini",
            "gpt-5.1",
            "openai/o1",
            "deepseek-r1:70b",
            "deepseek-reasoner",
            "claude-3-7-sonnet-thinking",
            "gemini-2.5-pro",
        ] {
            assert!(thinks(name), "{name}");
        }
        for name in ["gpt-4o", "claude-sonnet-4-5", "solo1-prose", "gemini-2.5-flash", ""] {
            assert!(!thinks(name), "{name}");
        }
    }
}
