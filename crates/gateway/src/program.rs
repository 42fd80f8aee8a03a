//! Which program a client is, from its `user-agent`: for people who read the log, never for a decision.

/// Beginning of the user agent → the name in the log. The first that fits wins.
const KNOWN: &[(&str, &str)] = &[
    ("claude-cli", "claude-code"),
    ("claude-code", "claude-code"),
    ("codex", "codex"),
    ("geminicli", "gemini-cli"),
    ("google-genai-sdk", "google-genai"),
    ("openai/python", "openai-python"),
    ("asyncopenai/python", "openai-python"),
    ("openai/js", "openai-node"),
    ("anthropic/python", "anthropic-python"),
    ("asyncanthropic/python", "anthropic-python"),
    ("anthropic/js", "anthropic-node"),
    ("opencode", "opencode"),
    ("ai-sdk", "ai-sdk"),
    ("ai/", "ai-sdk"),
    ("cline", "cline"),
    ("continue", "continue"),
    ("cursor", "cursor"),
    ("aider", "aider"),
    ("litellm", "litellm"),
    ("curl", "curl"),
    ("python-httpx", "httpx"),
    ("python-requests", "requests"),
    ("mozilla", "browser"),
];

/// The program's name, empty when it is not known.
pub(crate) fn recognise(user_agent: &str) -> &'static str {
    let starts = |name: &str| user_agent.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    KNOWN.iter().find(|(start, _)| starts(start)).map_or("", |(_, name)| *name)
}

#[cfg(test)]
mod tests {
    #[test]
    fn programs_are_recognised_by_how_their_user_agent_begins() {
        for (given, expected) in [
            ("claude-cli/2.1.330 (external, cli)", "claude-code"),
            ("OpenAI/Python 2.8.1", "openai-python"),
            ("AsyncAnthropic/Python 0.75", "anthropic-python"),
            ("codex_exec/0.60.1", "codex"),
            ("GeminiCLI-tui/0.61.0/gemini-2.5-pro (linux; x64; terminal)", "gemini-cli"),
            ("google-genai-sdk/1.30.0 gl-node/v20.20.2", "google-genai"),
            ("é", ""),
            ("", ""),
        ] {
            assert_eq!(super::recognise(given), expected, "{given}");
        }
    }
}
