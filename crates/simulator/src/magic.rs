//! Directives: what a prompt (`[[sim: status=429 retry-after=1]]`), a model or a fault asks of the simulator.

use serde_json::Value;

use crate::config::{Call, Step};

/// Everything that can be asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Magic {
    pub(crate) tool: Option<String>,
    pub(crate) args: Option<Value>,
    pub(crate) parallel: bool,
    pub(crate) thinking: bool,
    pub(crate) redacted: bool,
    pub(crate) script: Option<String>,
    pub(crate) steps: Vec<Step>,
    pub(crate) tokens: Option<usize>,
    pub(crate) chunks: Option<usize>,
    pub(crate) size: Option<usize>,
    pub(crate) big_answer: Option<usize>,
    pub(crate) delay_ms: Option<u64>,
    pub(crate) slow_headers_ms: Option<u64>,
    pub(crate) status: Option<u16>,
    pub(crate) retry_after: Option<String>,
    pub(crate) cut_after: Option<usize>,
    pub(crate) stall_after: Option<usize>,
    pub(crate) error_event_after: Option<usize>,
    pub(crate) split: Option<usize>,
    pub(crate) silent: bool,
    pub(crate) reset: bool,
    pub(crate) refuse: Option<String>,
    pub(crate) first_ms: Option<u64>,
    pub(crate) no_prefill: bool,
    pub(crate) differ: bool,
    pub(crate) bad_json_event: bool,
    pub(crate) no_done: bool,
    pub(crate) crlf: bool,
    pub(crate) utf8: bool,
    pub(crate) no_usage: bool,
    pub(crate) length: bool,
    pub(crate) cached: u64,
    pub(crate) cache_write: u64,
    pub(crate) reasoning: u64,
    /// Words that are not directives; a test that mistypes one shall learn of it.
    pub(crate) unknown: Vec<String>,
}

impl Magic {
    /// Takes every `[[sim: …]]` of a text.
    pub(crate) fn read_text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(start) = rest.find("[[sim:") {
            rest = &rest[start + 6..];
            let end = closing(rest);
            self.read(&rest[..end]);
            rest = &rest[end..];
        }
    }

    /// Takes directives without their brackets.
    pub(crate) fn read(&mut self, directives: &str) {
        let directives = directives.trim();
        if let Some(step) = directives.strip_prefix("step ") {
            let (step, bad) = read_step(step.trim());
            self.steps.push(step);
            self.unknown.extend(bad);
            return;
        }
        let (words, args) = split_args(directives);
        if let Some(args) = args {
            self.args = serde_json::from_str(args).ok();
            if self.args.is_none() {
                self.unknown.push(format!("args={args}"));
            }
        }
        for word in words.split_whitespace() {
            let (key, value) = word.split_once('=').unwrap_or((word, ""));
            if !self.take(key, value) {
                self.unknown.push(word.to_owned());
            }
        }
    }

    fn take(&mut self, key: &str, value: &str) -> bool {
        let count = value.parse::<usize>().ok();
        let number = value.trim_end_matches("ms").parse::<u64>().ok();
        match key.replace('_', "-").as_str() {
            "tool" => self.tool = Some(value.to_owned()),
            "parallel-tools" => self.parallel = true,
            "thinking" => self.thinking = true,
            "redacted" => self.redacted = true,
            "script" => self.script = Some(value.to_owned()),
            "silent" => self.silent = true,
            "reset" => self.reset = true,
            "no-prefill" => self.no_prefill = true,
            "differ" => self.differ = true,
            "refuse" => {
                self.refuse = Some(value.to_owned());
                return matches!(value, "context" | "policy");
            }
            "bad-json-event" => self.bad_json_event = true,
            "no-done" => self.no_done = true,
            "crlf" => self.crlf = true,
            "utf8" => self.utf8 = true,
            "no-usage" => self.no_usage = true,
            "length" => self.length = true,
            "retry-after" => self.retry_after = Some(value.to_owned()),
            "status" => {
                self.status = value.parse().ok().filter(|status| (400..600).contains(status));
                return self.status.is_some();
            }
            _ => match (key.replace('_', "-").as_str(), count, number) {
                ("tokens", Some(count), _) => self.tokens = Some(count),
                ("chunks", Some(count), _) => self.chunks = Some(count),
                ("size", Some(count), _) => self.size = Some(count),
                ("big-answer", Some(count), _) => self.big_answer = Some(count),
                ("cut-after", Some(count), _) => self.cut_after = Some(count),
                ("stall-after", Some(count), _) => self.stall_after = Some(count),
                ("error-event-after", Some(count), _) => self.error_event_after = Some(count),
                ("split", Some(count), _) if count > 0 => self.split = Some(count),
                ("delay-ms", _, Some(number)) => self.delay_ms = Some(number),
                ("first-ms", _, Some(number)) => self.first_ms = Some(number),
                ("slow-headers", _, Some(number)) => self.slow_headers_ms = Some(number),
                ("cached", _, Some(number)) => self.cached = number,
                ("cache-write", _, Some(number)) => self.cache_write = number,
                ("reasoning", _, Some(number)) => self.reasoning = number,
                _ => return false,
            },
        }
        true
    }
}

/// Where a directive ends: the first `]]` that is not inside a JSON string or deeper than the brackets of its args.
fn closing(text: &str) -> usize {
    let (mut depth, mut quoted, mut escaped) = (0_i32, false, false);
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'{' if !quoted => depth += 1,
            b'}' if !quoted => depth -= 1,
            b']' if !quoted && depth <= 0 && text[place..].starts_with("]]") => return place,
            _ => {}
        }
    }
    text.find("]]").unwrap_or(text.len())
}

/// `args=` is always last and takes the rest, since JSON has spaces.
fn split_args(directives: &str) -> (&str, Option<&str>) {
    match directives.find("args=") {
        Some(start) => (&directives[..start], Some(&directives[start + 5..])),
        None => (directives, None),
    }
}

/// The step, and its arguments if they are no JSON: a client that changes the prompt on its way must not go unnoticed.
fn read_step(step: &str) -> (Step, Option<String>) {
    if let Some(text) = step.strip_prefix("say=") {
        return (Step { text: Some(text.to_owned()), ..Step::default() }, None);
    }
    let (words, given) = split_args(step);
    let name = words.trim().trim_start_matches("tool=").to_owned();
    let args = given.and_then(|args| serde_json::from_str(args).ok());
    let bad = given.filter(|_| args.is_none()).map(|args| format!("args={args}"));
    (Step { calls: vec![Call { name, args }], ..Step::default() }, bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_read_from_anywhere_in_a_text() {
        let mut magic = Magic::default();
        magic.read_text(
            "hi [[sim: status=429 retry-after=1]] and [[sim: tool=Read args={\"a\": [[1]], \"b\": \"]]\"}]] x",
        );
        assert_eq!(magic.status, Some(429));
        assert_eq!(magic.retry_after.as_deref(), Some("1"));
        assert_eq!(magic.tool.as_deref(), Some("Read"));
        assert_eq!(magic.args, Some(serde_json::json!({"a": [[1]], "b": "]]"})));
        assert!(magic.unknown.is_empty());
    }

    #[test]
    fn what_is_not_understood_is_kept() {
        for (text, kept) in [
            ("statsu=5", "statsu=5"),
            ("status=200", "status=200"),
            ("cut-after=x", "cut-after=x"),
            ("split=0", "split=0"),
            ("args={", "args={"),
            ("step tool=f args={\\", "args={\\"),
        ] {
            let mut magic = Magic::default();
            magic.read(text);
            assert_eq!(magic.unknown, [kept.to_owned()], "{text}");
        }
    }

    #[test]
    fn steps_keep_their_order() {
        let mut magic = Magic::default();
        magic.read_text("[[sim: step tool=Write args={\"p\":\"a b\"}]] [[sim: step say=all done]]");
        assert_eq!(magic.steps.len(), 2);
        assert_eq!(magic.steps[0].calls[0].name, "Write");
        assert_eq!(magic.steps[1].text.as_deref(), Some("all done"));
    }
}
