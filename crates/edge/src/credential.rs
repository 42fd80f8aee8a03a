//! What a client presented to say who it is.

use http::HeaderMap;

/// The headers that carry a credential, in the order they are looked at.
pub const HEADERS: [&str; 4] = ["authorization", "x-api-key", "api-key", "x-goog-api-key"];

/// The credential, whichever of the usual headers carries it: `Authorization: Bearer`, `x-api-key`, `api-key`,
/// `x-goog-api-key`. An `Authorization` of another scheme is passed over, as clients send both.
pub fn presented(headers: &HeaderMap) -> Option<&str> {
    HEADERS.into_iter().find_map(|name| {
        let value = headers.get(name)?.to_str().ok()?.trim();
        let token = if name == "authorization" { bearer(value)? } else { value };
        (!token.is_empty()).then_some(token)
    })
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Headers, and the credential they carry.
    type Case = (&'static [(&'static str, &'static str)], Option<&'static str>);

    #[test]
    fn every_usual_header_carries_a_credential() {
        let cases: &[Case] = &[
            (&[("authorization", "Bearer tw-1")], Some("tw-1")),
            (&[("authorization", "bearer   tw-1 ")], Some("tw-1")),
            (&[("x-api-key", "tw-2")], Some("tw-2")),
            (&[("api-key", "tw-3")], Some("tw-3")),
            (&[("x-goog-api-key", "tw-4")], Some("tw-4")),
            (&[("authorization", "Basic dXNlcg=="), ("x-api-key", "tw-5")], Some("tw-5")),
            (&[("authorization", "Bearer tw-1"), ("x-api-key", "tw-2")], Some("tw-1")),
            (&[("authorization", "Bearer "), ("api-key", "")], None),
            (&[], None),
        ];
        for (given, expected) in cases {
            let mut headers = HeaderMap::new();
            for (name, value) in *given {
                headers.insert(*name, value.parse().expect("ascii"));
            }
            assert_eq!(presented(&headers), *expected, "{given:?}");
        }
    }
}
