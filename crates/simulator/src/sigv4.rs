//! AWS Signature Version 4, from the side that checks: the signature is made again from what arrived.

use aws_lc_rs::{digest, hmac};
use http::HeaderMap;
use http::request::Parts;

use crate::config::SimulatorConfig;
use crate::metadata::Issuer;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const SERVICE: &str = "bedrock";
/// How far a clock may be off, in seconds.
const SKEW: i64 = 300;

/// Why a signature is not taken, with AWS's name for it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Unsigned {
    pub(crate) kind: &'static str,
    pub(crate) message: String,
}

fn wrong(kind: &'static str, message: impl Into<String>) -> Unsigned {
    Unsigned { kind, message: message.into() }
}

fn incomplete(message: &str) -> Unsigned {
    wrong("IncompleteSignatureException", message)
}

/// What the header `authorization` says.
struct Claim<'a> {
    key: &'a str,
    date: &'a str,
    scope: String,
    signed: Vec<&'a str>,
    signature: &'a str,
}

fn claim(header: &str) -> Option<Claim<'_>> {
    let rest = header.strip_prefix(ALGORITHM)?.strip_prefix(' ')?;
    let field = |name: &str| rest.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    let credential = field("Credential")?;
    let (key, scope) = credential.split_once('/')?;
    let date = scope.split('/').next()?;
    let signed = field("SignedHeaders")?.split(';').collect();
    Some(Claim { key, date, scope: scope.to_owned(), signed, signature: field("Signature")? })
}

/// Checks a call, whose body has arrived, at this time (seconds).
pub(crate) fn check(
    head: &Parts,
    body: &[u8],
    config: &SimulatorConfig,
    issuer: &Issuer,
    now: i64,
) -> Result<(), Unsigned> {
    let header = one(&head.headers, "authorization")
        .ok_or_else(|| wrong("MissingAuthenticationTokenException", "Missing Authentication Token"))?;
    if let Some(key) = header.strip_prefix("Bearer ") {
        return match key == config.bedrock_api_key {
            true => Ok(()),
            false => {
                Err(wrong("AccessDeniedException", "Authentication failed: Please make sure your API Key is valid."))
            }
        };
    }
    let claim = claim(header).ok_or_else(|| incomplete("Authorization header is not of the form AWS4-HMAC-SHA256"))?;
    let unrecognised =
        || wrong("UnrecognizedClientException", "The security token included in the request is invalid.");
    let known = issuer.known(claim.key, config, now).ok_or_else(unrecognised)?;
    if known.token.is_some() && one(&head.headers, "x-amz-security-token") != known.token.as_deref() {
        return Err(unrecognised());
    }
    let scope = format!("{}/{}/{SERVICE}/aws4_request", claim.date, config.bedrock_region);
    if claim.scope != scope {
        let message = format!("Credential should be scoped to {scope}, not {}", claim.scope);
        return Err(wrong("InvalidSignatureException", message));
    }
    let time =
        one(&head.headers, "x-amz-date").ok_or_else(|| incomplete("Authorization header requires x-amz-date"))?;
    if !time.starts_with(claim.date) {
        return Err(wrong("InvalidSignatureException", "Date in Credential scope does not match x-amz-date"));
    }
    let when = seconds(time).ok_or_else(|| incomplete("x-amz-date is not a time"))?;
    if (now - when).abs() > SKEW {
        return Err(wrong("InvalidSignatureException", format!("Signature expired: {time} is too far from now")));
    }
    check_signed(&claim.signed, &head.headers)?;
    let hash = hex(digest::digest(&digest::SHA256, body).as_ref());
    if one(&head.headers, "x-amz-content-sha256").is_some_and(|given| given != hash) {
        return Err(wrong("InvalidSignatureException", "x-amz-content-sha256 is not the hash of the body"));
    }
    let request = canonical(head, &claim.signed, &hash);
    let text =
        format!("{ALGORITHM}\n{time}\n{scope}\n{}", hex(digest::digest(&digest::SHA256, request.as_bytes()).as_ref()));
    let mut key = format!("AWS4{}", known.secret).into_bytes();
    for part in scope.split('/') {
        key = mac(&key, part);
    }
    if hex(&mac(&key, &text)) == claim.signature {
        return Ok(());
    }
    Err(wrong(
        "InvalidSignatureException",
        format!(
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
             Access Key and signing method. The Canonical String for this request should have been '{request}'"
        ),
    ))
}

/// The headers that must be under the signature, and in order.
fn check_signed(signed: &[&str], headers: &HeaderMap) -> Result<(), Unsigned> {
    if !signed.is_sorted() || signed.iter().any(|name| name.bytes().any(|byte| byte.is_ascii_uppercase())) {
        return Err(incomplete("SignedHeaders must be in lower case and sorted"));
    }
    if let Some(missing) = signed.iter().find(|name| !headers.contains_key(**name)) {
        return Err(wrong("InvalidSignatureException", format!("signed header `{missing}` has not arrived")));
    }
    let given = headers.keys().map(http::HeaderName::as_str);
    let mut due = given.filter(|name| ["host", "content-type"].contains(name) || name.starts_with("x-amz-"));
    match due.find(|name| !signed.contains(name)) {
        Some(name) => Err(wrong("InvalidSignatureException", format!("header `{name}` is not signed"))),
        None => Ok(()),
    }
}

fn one<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?.to_str().ok();
    if values.next().is_some() { None } else { first }
}

fn canonical(head: &Parts, signed: &[&str], hash: &str) -> String {
    // The path as it came, encoded once more: every service but S3 does so.
    let path = encode(head.uri.path(), true);
    let mut query: Vec<(String, String)> = head
        .uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encode(&decode(name), false), encode(&decode(value), false)))
        .collect();
    query.sort();
    let query: Vec<String> = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let mut headers = String::new();
    for name in signed {
        let values: Vec<String> = head
            .headers
            .get_all(*name)
            .iter()
            .map(|value| {
                String::from_utf8_lossy(value.as_bytes()).split_ascii_whitespace().collect::<Vec<_>>().join(" ")
            })
            .collect();
        headers.push_str(&format!("{name}:{}\n", values.join(",")));
    }
    format!("{}\n{path}\n{}\n{headers}\n{}\n{hash}", head.method, query.join("&"), signed.join(";"))
}

fn encode(text: &str, keep_slashes: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'/' if keep_slashes => out.push('/'),
            byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Undoes percent-encoding; what is no such encoding stays.
pub(crate) fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let digits = text.get(at + 1..at + 3).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| byte == b'%') {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `20261122T130149Z` as seconds since 1970.
fn seconds(time: &str) -> Option<i64> {
    let shape = time.len() == 16 && time.as_bytes().get(8) == Some(&b'T') && time.ends_with('Z');
    let number = |from: usize, to: usize| time.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
    let (hour, minute, second) = (number(9, 11)?, number(11, 13)?, number(13, 15)?);
    // Years that begin in March have their odd day at the end.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1 - 719_468;
    shape.then_some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        for (time, expected) in [
            ("19700101T000000Z", Some(0)),
            ("20000229T120000Z", Some(951_825_600)),
            ("20261122T130149Z", Some(1_795_352_509)),
            ("20261122 130149Z", None),
            ("2026112213T0149Z", None),
        ] {
            assert_eq!(seconds(time), expected, "{time}");
        }
    }

    /// The example of AWS's documentation of the signing key and of `ListUsers`.
    #[test]
    fn the_arithmetic_is_awss() {
        let mut key = b"AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_vec();
        for part in ["20150830", "us-east-1", "iam", "aws4_request"] {
            key = mac(&key, part);
        }
        assert_eq!(hex(&key), "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
        let head = http::Request::get("/?Version=2010-05-08&Action=ListUsers")
            .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
            .header("host", "iam.amazonaws.com")
            .header("x-amz-date", "20150830T123600Z")
            .body(())
            .unwrap()
            .into_parts()
            .0;
        let empty = hex(digest::digest(&digest::SHA256, b"").as_ref());
        let request = canonical(&head, &["content-type", "host", "x-amz-date"], &empty);
        let hash = hex(digest::digest(&digest::SHA256, request.as_bytes()).as_ref());
        assert_eq!(hash, "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
        let text = format!("{ALGORITHM}\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n{hash}");
        assert_eq!(hex(&mac(&key, &text)), "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    }

    #[test]
    fn paths_are_encoded_once_more() {
        assert_eq!(encode("/model/a.b-v1%3A0/converse", true), "/model/a.b-v1%253A0/converse");
        assert_eq!(decode("a%3A0%2Fb%zz%"), "a:0/b%zz%");
    }
}
