//! What a provider's fields may be.

use std::collections::BTreeMap;
use std::net::IpAddr;

use secrecy::{ExposeSecret, SecretString};
use thinkwatch_outbound::{AddressClass, Verdict, judge};
use thinkwatch_policy::catalogue::ProviderKind;
use thinkwatch_policy::dialect::Dialect;
use url::{Host, Url};

use crate::error::{ControlError, Result};

/// What stands for a secret in views.
const MASK: &str = "••••••••";

/// How a secret is shown: that there is one, and its last characters if it is long enough to give them away.
pub(crate) fn mask(secret: &SecretString) -> String {
    let text = secret.expose_secret();
    let count = text.chars().count();
    let tail: String = if count >= 16 { text.chars().skip(count - 4).collect() } else { String::new() };
    format!("{MASK}{tail}")
}

/// Whether a "secret" that was sent is only what a view showed: written back, it must change nothing.
pub(crate) fn is_secret_mask(text: &str) -> bool {
    text.starts_with(MASK)
}

/// Names are used in URLs, records and configuration files.
pub(super) fn name(text: &str) -> Result<String> {
    let fits = (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        && text.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric());
    if fits {
        return Ok(text.to_owned());
    }
    Err(ControlError::invalid(
        "name",
        "must be 1 to 64 letters, digits, `-`, `_` or `.`, beginning with a letter or digit",
    ))
}

/// Reads the type.
pub(super) fn kind(text: &str) -> Result<ProviderKind> {
    ProviderKind::parse(text).ok_or_else(|| {
        let known: Vec<_> = ProviderKind::ALL.iter().map(|kind| kind.as_str()).collect();
        ControlError::invalid("provider_type", format!("must be one of {}", known.join(", ")))
    })
}

/// Reads a base address: with or without the version, with or without a slash at the end.
pub(super) fn base_url(kind: ProviderKind, text: Option<&str>, allow_private: bool) -> Result<String> {
    let needed = |such: &str| {
        let message = format!("is needed for a provider of type `{}`{such}", kind.as_str());
        Err(ControlError::invalid("base_url", message))
    };
    let text = match (text.map(str::trim).filter(|text| !text.is_empty()), kind) {
        (Some(text), _) => text,
        (None, ProviderKind::Openai) => "https://api.openai.com",
        (None, ProviderKind::Anthropic) => "https://api.anthropic.com",
        (None, ProviderKind::Google) => "https://generativelanguage.googleapis.com",
        (None, ProviderKind::Azure) => return needed(", such as https://NAME.openai.azure.com"),
        (None, ProviderKind::Custom | ProviderKind::Bedrock) => return needed(""),
    };
    let bare = address("base_url", text, allow_private)?;
    let version = match kind {
        ProviderKind::Google => "/v1beta",
        _ => "/v1",
    };
    let bare = bare.strip_suffix(version).unwrap_or(bare).trim_end_matches('/');
    let bare = match kind {
        ProviderKind::Azure => bare.strip_suffix("/openai").unwrap_or(bare).trim_end_matches('/'),
        _ => bare,
    };
    Ok(bare.to_owned())
}

/// Checks an address. A literal private one needs permission; what a name resolves to is judged when it is connected to.
pub(super) fn address<'a>(field: &str, text: &'a str, allow_private: bool) -> Result<&'a str> {
    let bad = |message: &str| ControlError::invalid(field, message);
    let url = Url::parse(text).map_err(|_| bad("must be an address such as https://api.example.com"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad("must begin with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(bad("must have no user, password, query or fragment; give the key as `api_key`"));
    }
    let class = match url.host().ok_or_else(|| bad("has no host"))? {
        Host::Ipv4(v4) => judge(IpAddr::V4(v4)),
        Host::Ipv6(v6) => judge(IpAddr::V6(v6)),
        Host::Domain(name) if is_localhost(name) => AddressClass::Loopback,
        Host::Domain(_) => AddressClass::Public,
    };
    match class.verdict() {
        Verdict::Open => {}
        Verdict::NeedsPermission if allow_private => {}
        Verdict::NeedsPermission => {
            let message = format!("is a {} address; set allow_private_network if that is meant", class.as_str());
            return Err(ControlError::Invalid { code: "private_address", field: field.to_owned(), message });
        }
        Verdict::Never => {
            let message = format!("is a {} address, which is never reachable", class.as_str());
            return Err(ControlError::Invalid { code: "forbidden_address", field: field.to_owned(), message });
        }
    }
    Ok(text.trim_end_matches('/'))
}

fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

/// Reads what a provider speaks: some of what providers of its type can.
pub(super) fn dialects(kind: ProviderKind, names: &[String]) -> Result<Vec<Dialect>> {
    let read = |name: &String| {
        Dialect::parse(name).filter(|dialect| kind.speakable().contains(dialect)).ok_or_else(|| {
            let known: Vec<_> = kind.speakable().iter().map(|dialect| dialect.as_str()).collect();
            let message = format!("`{name}` is not one of {}, which `{}` has", known.join(", "), kind.as_str());
            ControlError::invalid("config.dialects", message)
        })
    };
    let dialects: Vec<_> = names.iter().map(read).collect::<Result<_>>()?;
    if dialects.is_empty() {
        return Err(ControlError::invalid("config.dialects", "must not be empty"));
    }
    Ok(dialects)
}

/// Headers that the gateway itself sets or that belong to a connection.
const NOT_FREE: &[&str] = &[
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "upgrade",
    "te",
    "trailer",
    "proxy-authorization",
    "proxy-connection",
    "content-type",
    "content-encoding",
    "accept-encoding",
    "expect",
];

/// Reads extra headers: lower-case names, printable values.
pub(super) fn headers(given: BTreeMap<String, SecretString>) -> Result<BTreeMap<String, SecretString>> {
    let bad = |message: String| ControlError::invalid("config.headers", message);
    if given.len() > 32 {
        return Err(bad("must be at most 32 headers".to_owned()));
    }
    let mut read = BTreeMap::new();
    for (name, value) in given {
        let name = name.trim().to_ascii_lowercase();
        let token = !name.is_empty()
            && name.len() <= 128
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b));
        if !token {
            return Err(bad(format!("`{name}` is not a header name")));
        }
        if NOT_FREE.contains(&name.as_str()) {
            return Err(ControlError::invalid(format!("config.headers.{name}"), "cannot be set here"));
        }
        secret(&format!("config.headers.{name}"), &value)?;
        read.insert(name, value);
    }
    Ok(read)
}

/// A secret that goes into a header.
pub(super) fn secret(field: &str, value: &SecretString) -> Result<()> {
    let text = value.expose_secret();
    let masked = is_secret_mask(text);
    let printable = !text.is_empty() && text.len() <= 8192 && text.bytes().all(|b| (0x20..0x7f).contains(&b));
    if masked || printable {
        return Ok(());
    }
    Err(ControlError::invalid(field, "must be printable ASCII and not empty"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_addresses_are_brought_to_one_form_or_refused() {
        let check = |text: Option<&str>, private: bool, expected: std::result::Result<&str, &str>| {
            let kind = if text.is_none() { ProviderKind::Openai } else { ProviderKind::Custom };
            let found = base_url(kind, text, private);
            let found = found.as_deref().map_err(|error| match error {
                ControlError::Invalid { code, .. } => *code,
                _ => "other",
            });
            assert_eq!(found, expected, "{text:?}");
        };
        check(None, false, Ok("https://api.openai.com"));
        check(Some("https://llm.example.com/v1/"), false, Ok("https://llm.example.com"));
        check(Some("https://llm.example.com/api/v1"), false, Ok("https://llm.example.com/api"));
        check(Some(" https://llm.example.com "), false, Ok("https://llm.example.com"));
        check(Some("http://8.8.8.8"), false, Ok("http://8.8.8.8"));
        for private in [
            "http://127.0.0.1:8080",
            "http://localhost:1",
            "http://a.localhost",
            "http://10.0.0.1/v1",
            "http://192.168.1.1",
            "http://100.64.0.1",
            "http://[::1]:80",
            "http://[fd00::1]",
            "http://[::ffff:10.0.0.1]",
            "http://0x7f.1",
            "http://2130706433",
        ] {
            check(Some(private), false, Err("private_address"));
            assert!(base_url(ProviderKind::Custom, Some(private), true).is_ok(), "{private}");
        }
        for never in ["http://169.254.169.254", "http://[fe80::1]"] {
            check(Some(never), true, Err("forbidden_address"));
        }
        for bad in ["ftp://x", "llm.example.com", "https://user:pw@x.example", "https://x.example/?a=b", "https://"] {
            check(Some(bad), true, Err("invalid"));
        }
    }

    #[test]
    fn masks_show_little_and_are_recognised() {
        for (secret, shown) in [("short", "••••••••"), ("sk-0123456789abcdef", "••••••••cdef")]
        {
            let masked = mask(&SecretString::from(secret));
            assert_eq!(masked, shown);
            assert!(is_secret_mask(&masked));
        }
        assert!(!is_secret_mask("sk-0123456789abcdef"));
    }
}
