//! Which headers pass, in each direction. Everything that is not in a table stays here.
//!
//! Never passed, because no row names them: `authorization`, `x-api-key`, `api-key` and cookies (the client's
//! credential is for us); hop-by-hop headers; `x-forwarded-*` and the like (the client's network is none of the
//! provider's business); `x-thinkwatch-*`; `openai-organization` and `openai-project` (which account is billed is
//! the operator's choice); `idempotency-key` (callers share the operator's account: one caller's key could fetch
//! another's answer); `accept-encoding` (we must be able to read what comes).

use http::{HeaderMap, HeaderName, header};
use thinkwatch_policy::dialect::Dialect;

/// For which dialects a header makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// All.
    Any,
    /// All but Converse, whose answers have a type of their own.
    Text,
    /// OpenAI's dialects and Messages: what the agents that send such headers were made for.
    Agents,
    /// Messages.
    Messages,
    /// OpenAI's dialects: Chat, Responses, Embeddings, Completions, Moderations, Images, Audio, and Rerank, which is asked
    /// of servers that speak these.
    OpenAi,
    /// Gemini.
    Gemini,
}

impl Scope {
    fn covers(self, dialect: Dialect) -> bool {
        use Dialect::{Converse, Gemini, Messages};
        match self {
            Self::Any => true,
            Self::Text => dialect != Converse,
            Self::Agents => !matches!(dialect, Converse | Gemini),
            Self::Messages => dialect == Messages,
            Self::OpenAi => !matches!(dialect, Converse | Gemini | Messages),
            Self::Gemini => dialect == Gemini,
        }
    }
}

/// One row: the name (a trailing `*` stands for any ending), where it is passed, and why. Sorted by name.
pub type PassRow = (&'static str, Scope, &'static str);

/// What passes from the client to the provider.
pub const REQUEST_HEADERS: &[PassRow] = &[
    ("accept", Scope::Text, "JSON or an event stream"),
    ("anthropic-beta", Scope::Messages, "switches on what the body uses; unknown betas are the provider's to judge"),
    ("anthropic-dangerous-direct-browser-access", Scope::Messages, "sent by the SDK in browsers, checked by the API"),
    ("anthropic-version", Scope::Messages, "the version of the format the client speaks"),
    ("content-type", Scope::Any, "the body goes on as it came"),
    ("openai-beta", Scope::OpenAi, "switches on what the body uses"),
    ("originator", Scope::OpenAi, "which Codex program it is"),
    ("session-id", Scope::Agents, "Codex: keeps a conversation near its prompt cache"),
    ("session_id", Scope::Agents, "older Codex: the same"),
    ("thread-id", Scope::Agents, "Codex: the same, for a thread"),
    ("user-agent", Scope::Any, "providers treat their own clients by it"),
    ("x-app", Scope::Messages, "Claude Code says how it runs"),
    ("x-claude-code-*", Scope::Messages, "Claude Code's session, which the provider may use for affinity"),
    ("x-client-request-id", Scope::Agents, "lets the caller find its call at the provider"),
    ("x-codex-*", Scope::OpenAi, "Codex's turn state, which the provider wants back"),
    ("x-goog-api-client", Scope::Gemini, "which of Google's SDKs, which runtime"),
    ("x-session-affinity", Scope::Agents, "opencode: keeps a conversation near its prompt cache"),
    ("x-session-id", Scope::Agents, "opencode: the same"),
    ("x-stainless-*", Scope::Agents, "which SDK, which runtime, which retry: harmless, and providers debug by it"),
];

/// What passes from the provider to the client.
pub const RESPONSE_HEADERS: &[PassRow] = &[
    ("anthropic-ratelimit-*", Scope::Any, "clients slow down by it"),
    ("cache-control", Scope::Any, "keeps proxies on the way from holding a stream"),
    ("content-encoding", Scope::Any, "the bytes go on as they came, so the client must know how to read them"),
    ("content-language", Scope::Any, "about the body"),
    ("content-type", Scope::Any, "about the body"),
    ("openai-model", Scope::Any, "which model answered; Codex shows it"),
    ("openai-processing-ms", Scope::Any, "the provider's own time"),
    ("openai-version", Scope::Any, "the version of the format"),
    ("retry-after", Scope::Any, "SDKs and agents wait by it; Codex retries only with it"),
    ("retry-after-ms", Scope::Any, "the same, finer"),
    ("x-codex-*", Scope::Any, "Codex's turn state"),
    ("x-ratelimit-*", Scope::Any, "clients slow down by it"),
    ("x-reasoning-included", Scope::Any, "Codex counts tokens by it"),
    ("x-should-retry", Scope::Any, "SDKs obey it before they look at the status"),
];

/// The row of a header. The tables are sorted, so that ten headers cost some fifty short comparisons and no hashing.
fn find(table: &'static [PassRow], name: &str) -> Option<&'static PassRow> {
    let after = table.partition_point(|row| row.0.trim_end_matches('*') <= name);
    // The only row that can fit is the last one that is not behind the name.
    let row = table[..after].last()?;
    let fits = match row.0.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == row.0,
    };
    fits.then_some(row)
}

/// Copies what passes to the provider.
pub(crate) fn copy_request_headers(from: &HeaderMap, to: &mut HeaderMap, dialect: Dialect) {
    for (name, value) in from {
        if find(REQUEST_HEADERS, name.as_str()).is_some_and(|row| row.1.covers(dialect)) {
            to.append(name.clone(), value.clone());
        }
    }
}

/// Copies what passes to the client. Length and connection handling belong to whoever sends the answer.
pub fn copy_response_headers(from: &HeaderMap, to: &mut HeaderMap) {
    for (name, value) in from {
        if find(RESPONSE_HEADERS, name.as_str()).is_some() {
            to.append(name.clone(), value.clone());
        }
    }
}

/// The upstream's own id of the call: kept in the record, never passed as ours.
pub fn upstream_request_id(headers: &HeaderMap) -> Option<&str> {
    ["request-id", "x-request-id", "x-amzn-requestid", "apim-request-id", "x-oneapi-request-id", "cf-ray"]
        .into_iter()
        .find_map(|name| headers.get(HeaderName::from_static(name)))
        .and_then(|value| value.to_str().ok())
        .filter(|id| !id.is_empty() && id.len() <= 200)
}

/// Whether the body can be read as it comes. We ask for that; an upstream that compresses all the same is passed
/// through, and its usage must be estimated.
pub fn is_readable(headers: &HeaderMap) -> bool {
    headers.get_all(header::CONTENT_ENCODING).iter().all(|value| value.as_bytes().eq_ignore_ascii_case(b"identity"))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};
    use thinkwatch_policy::dialect::Dialect;

    use super::*;

    fn map(names: &[&'static str]) -> HeaderMap {
        names.iter().map(|n| (HeaderName::from_static(n), HeaderValue::from_static("v"))).collect()
    }

    #[test]
    fn tables_are_sorted_and_every_row_is_found() {
        for table in [REQUEST_HEADERS, RESPONSE_HEADERS] {
            let names: Vec<_> = table.iter().map(|row| row.0.trim_end_matches('*')).collect();
            assert!(names.is_sorted(), "{names:?}");
            for row in table {
                assert_eq!(find(table, &row.0.replace('*', "zz")).map(|r| r.0), Some(row.0));
                assert!(!row.2.is_empty(), "{} has a reason", row.0);
            }
        }
    }

    #[test]
    fn only_named_headers_pass_to_the_provider() {
        for (name, messages, chat) in [
            ("anthropic-beta", true, false),
            ("anthropic-version", true, false),
            ("openai-beta", false, true),
            ("x-stainless-retry-count", true, true),
            ("x-codex-turn-metadata", false, true),
            ("user-agent", true, true),
            ("content-type", true, true),
            ("x-session-id", true, true),
            ("authorization", false, false),
            ("x-api-key", false, false),
            ("api-key", false, false),
            ("x-goog-api-key", false, false),
            ("proxy-authorization", false, false),
            ("cookie", false, false),
            ("host", false, false),
            ("connection", false, false),
            ("keep-alive", false, false),
            ("te", false, false),
            ("upgrade", false, false),
            ("transfer-encoding", false, false),
            ("content-length", false, false),
            ("content-encoding", false, false),
            ("accept-encoding", false, false),
            ("accept-language", false, false),
            ("expect", false, false),
            ("forwarded", false, false),
            ("x-forwarded-for", false, false),
            ("x-real-ip", false, false),
            ("x-thinkwatch-tag-team", false, false),
            ("x-request-id", false, false),
            ("idempotency-key", false, false),
            ("openai-organization", false, false),
            ("openai-project", false, false),
            ("traceparent", false, false),
            ("x-stainles", false, false),
            ("session-idx", false, false),
        ] {
            for (dialect, passes) in [(Dialect::Messages, messages), (Dialect::Chat, chat), (Dialect::Responses, chat)]
            {
                let mut to = HeaderMap::new();
                copy_request_headers(&map(&[name]), &mut to, dialect);
                assert_eq!(to.contains_key(name), passes, "{name} for {dialect:?}");
            }
        }
    }

    #[test]
    fn other_providers_get_no_headers_of_openai_or_anthropic() {
        let sent: Vec<_> =
            REQUEST_HEADERS.iter().map(|row| row.0.trim_end_matches('*').trim_end_matches('-')).collect();
        for (dialect, passes) in [
            (Dialect::Gemini, &["accept", "content-type", "user-agent", "x-goog-api-client"][..]),
            (Dialect::Converse, &["content-type", "user-agent"]),
        ] {
            let mut to = HeaderMap::new();
            copy_request_headers(&map(&sent), &mut to, dialect);
            let mut names: Vec<_> = to.keys().map(HeaderName::as_str).collect();
            names.sort_unstable();
            assert_eq!(names, passes, "{dialect:?}");
        }
    }

    #[test]
    fn only_named_headers_pass_to_the_client() {
        for (name, passes) in [
            ("content-type", true),
            ("retry-after", true),
            ("retry-after-ms", true),
            ("x-ratelimit-remaining-tokens", true),
            ("anthropic-ratelimit-requests-reset", true),
            ("openai-processing-ms", true),
            ("x-should-retry", true),
            ("content-encoding", true),
            ("set-cookie", false),
            ("server", false),
            ("openai-organization", false),
            ("anthropic-organization-id", false),
            ("request-id", false),
            ("x-request-id", false),
            ("content-length", false),
            ("transfer-encoding", false),
            ("connection", false),
            ("access-control-allow-origin", false),
            ("strict-transport-security", false),
            ("www-authenticate", false),
            ("location", false),
        ] {
            let mut to = HeaderMap::new();
            copy_response_headers(&map(&[name]), &mut to);
            assert_eq!(to.contains_key(name), passes, "{name}");
        }
    }

    #[test]
    fn compressed_answers_are_told_apart() {
        for (encoding, readable) in [(None, true), (Some("identity"), true), (Some("gzip"), false), (Some("br"), false)]
        {
            let mut headers = HeaderMap::new();
            if let Some(encoding) = encoding {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
            }
            assert_eq!(is_readable(&headers), readable, "{encoding:?}");
        }
    }

    #[test]
    fn the_upstreams_own_id_is_found() {
        assert_eq!(upstream_request_id(&map(&["x-request-id"])), Some("v"));
        assert_eq!(upstream_request_id(&map(&["request-id"])), Some("v"));
        assert_eq!(upstream_request_id(&map(&["server"])), None);
    }
}
