//! Headers: the provider's own credential must be there, and nothing that was meant for the proxy or the client only.

use http::request::Parts;
use http::{HeaderMap, StatusCode};

use crate::config::SimulatorConfig;
use crate::dialects::azure;
use crate::errors::{Provider, Refusal};
use crate::journal::now_us;
use crate::metadata::Issuer;
use crate::sigv4;

/// Headers that end at the hop they were sent to, or that tell where a call came from.
const LEAKS: &[&str] = &[
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
    "proxy-authenticate",
    "te",
    "trailer",
    "upgrade",
    "forwarded",
    "via",
    "x-real-ip",
    "cookie",
    "set-cookie",
];

/// Headers that carry a credential, each with the provider whose it is: nobody else may see it.
const CREDENTIALS: &[(&str, &[Provider])] = &[
    ("api-key", &[Provider::Azure]),
    ("x-goog-api-key", &[Provider::Google]),
    ("x-api-key", &[Provider::Anthropic]),
    ("authorization", &[Provider::OpenAi, Provider::Bedrock]),
    ("x-amz-security-token", &[Provider::Bedrock]),
];

/// API versions that Anthropic's clients name: Claude Code and older SDKs the first, SDKs since October 2026 the second.
const VERSIONS: &[&str] = &["2023-06-01", "2026-10-21"];

/// The names of headers that should not have come.
pub(crate) fn leaks(head: &Parts, provider: Provider, direct: bool) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (name, value) in &head.headers {
        let name = name.as_str();
        let value = value.as_bytes();
        let leaked = LEAKS.contains(&name)
            || name.starts_with("x-forwarded-")
            || name.starts_with("x-thinkwatch")
            || (name == "connection" && !(direct && value.eq_ignore_ascii_case(b"keep-alive")))
            || foreign(name, provider, direct)
            || holds_client_key(value);
        if leaked && !found.iter().any(|other| other == name) {
            found.push(name.to_owned());
        }
    }
    let query = head.uri.query().unwrap_or_default();
    if provider != Provider::Google && query.split('&').any(|pair| pair.starts_with("key=")) {
        found.push("?key=".to_owned());
    }
    found
}

/// A credential of another provider. The newest Anthropic SDKs send a Bearer token of their own accord.
fn foreign(name: &str, provider: Provider, direct: bool) -> bool {
    let owners = CREDENTIALS.iter().find(|(credential, _)| *credential == name).map(|(_, owners)| owners);
    let excused = direct && name == "authorization" && provider == Provider::Anthropic;
    owners.is_some_and(|owners| !owners.contains(&provider)) && !excused
}

/// A key that only the gateway may see, bare or behind a scheme.
fn holds_client_key(value: &[u8]) -> bool {
    let value = value.to_ascii_lowercase();
    value.starts_with(b"tw-") || value.windows(4).any(|part| part == b" tw-")
}

/// Checks the credential and the headers that every call needs.
pub(crate) fn check(
    head: &Parts,
    body: &[u8],
    provider: Provider,
    config: &SimulatorConfig,
    issuer: &Issuer,
) -> Result<(), Refusal> {
    let headers = &head.headers;
    let one = |name: &str| {
        let mut values = headers.get_all(name).iter();
        let first = values.next().and_then(|value| value.to_str().ok());
        if values.next().is_some() { None } else { first }
    };
    let refused = |message: String| Refusal { status: StatusCode::UNAUTHORIZED, message, code: None };
    match provider {
        Provider::OpenAi => {
            let expected = format!("Bearer {}", config.openai_key);
            if one("authorization") != Some(expected.as_str()) {
                return Err(refused("Incorrect API key provided.".to_owned()));
            }
        }
        Provider::Anthropic => {
            // The newest Anthropic SDKs send the key as a Bearer token; what comes through a proxy is held to `x-api-key`.
            let bearer = format!("Bearer {}", config.anthropic_key);
            let direct = config.direct && one("authorization") == Some(bearer.as_str());
            if !direct && one("x-api-key") != Some(config.anthropic_key.as_str()) {
                return Err(refused("invalid x-api-key".to_owned()));
            }
            if !one("anthropic-version").is_some_and(|given| VERSIONS.contains(&given)) {
                return Err(Refusal::bad("anthropic-version: header is required"));
            }
        }
        Provider::Google => google(one("x-goog-api-key"), head.uri.query().unwrap_or_default(), config)?,
        Provider::Azure => {
            if one("api-key") != Some(config.openai_key.as_str()) {
                let message = "Access denied due to invalid subscription key or wrong API endpoint. Make sure to \
                               provide a valid key for an active subscription and use a correct regional API endpoint \
                               for your resource.";
                return Err(refused(message.to_owned()));
            }
            azure::check_version(head.uri.query().unwrap_or_default(), head.uri.path()).map_err(Refusal::bad)?;
        }
        Provider::Bedrock => {
            sigv4::check(head, body, config, issuer, now_us() / 1_000_000).map_err(|why| {
                // An incomplete signature is a bad request; a wrong one is none at all.
                let bad = why.kind == "IncompleteSignatureException";
                let status = if bad { StatusCode::BAD_REQUEST } else { StatusCode::FORBIDDEN };
                Refusal { status, message: why.message, code: Some(why.kind) }
            })?;
        }
    }
    Ok(())
}

/// Google takes the key in a header or in the query, but wants one.
fn google(header: Option<&str>, query: &str, config: &SimulatorConfig) -> Result<(), Refusal> {
    let in_query = query.split('&').find_map(|pair| pair.strip_prefix("key="));
    match header.or(in_query) {
        Some(key) if key == config.google_key => Ok(()),
        Some(_) => Err(Refusal {
            status: StatusCode::BAD_REQUEST,
            message: "API key not valid. Please pass a valid API key.".to_owned(),
            code: Some("API_KEY_INVALID"),
        }),
        None => Err(Refusal {
            status: StatusCode::FORBIDDEN,
            message:
                "Method doesn't allow unregistered callers (callers without established identity). Please use API \
                      Key or other form of API consumer identity to call this API."
                    .to_owned(),
            code: None,
        }),
    }
}

/// Checks how the body is framed and labelled.
pub(crate) fn check_framing(headers: &HeaderMap, length: usize, form: bool) -> Result<(), Refusal> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let kind = text("content-type").unwrap_or_default();
    if !form && !kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json") {
        return Err(Refusal::bad(format!("content-type must be application/json, not `{kind}`")));
    }
    if headers.get_all("content-type").iter().count() > 1 {
        return Err(Refusal::bad("content-type given twice"));
    }
    if text("content-encoding").is_some_and(|coding| coding != "identity") {
        return Err(Refusal::bad("content-encoding is not supported"));
    }
    match (text("content-length"), headers.contains_key("transfer-encoding")) {
        (Some(_), true) => Err(Refusal::bad("both content-length and transfer-encoding")),
        (Some(given), false) if given.parse() != Ok(length) => Err(Refusal::bad("content-length is not the length")),
        (None, false) => Err(Refusal::bad("neither content-length nor transfer-encoding")),
        _ => Ok(()),
    }
}
