//! The parameters of a header: `; name="value"; other=word`.

/// One parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parameter<'a> {
    pub(super) name: &'a [u8],
    pub(super) value: &'a [u8],
}

/// More than any header has.
const MAX_PARAMETERS: usize = 16;

/// Reads parameters, from the first semicolon on. `None` where they are not well-formed, or hold an escaped quote: some
/// servers take it for the end of the value, and would read the rest as further parameters.
pub(super) fn parameters(mut rest: &[u8]) -> Option<Vec<Parameter<'_>>> {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            return Some(found);
        }
        rest = rest.strip_prefix(b";")?.trim_ascii_start();
        if rest.is_empty() {
            return Some(found);
        }
        let equals = memchr::memchr(b'=', rest)?;
        let name = &rest[..equals];
        if name.is_empty() || !name.iter().copied().all(is_token) || found.len() == MAX_PARAMETERS {
            return None;
        }
        rest = &rest[equals + 1..];
        let value = match rest.strip_prefix(b"\"") {
            Some(quoted) => {
                let end = memchr::memchr(b'"', quoted)?;
                if quoted[..end].ends_with(b"\\") {
                    return None;
                }
                rest = &quoted[end + 1..];
                &quoted[..end]
            }
            None => {
                let end = rest.iter().position(|byte| !is_token(*byte)).unwrap_or(rest.len());
                let value = &rest[..end];
                rest = &rest[end..];
                value
            }
        };
        found.push(Parameter { name, value });
    }
}

/// A character of a token in RFC 9110, and those that stand bare in boundaries all the same.
pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~:/?()@".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_or_refused() {
        let of = |text: &'static str| {
            let text = parameters(text.as_bytes())?;
            let pairs = text.into_iter().map(|one| (one.name.to_vec(), one.value.to_vec()));
            Some(pairs.map(|(n, v)| format!("{}={}", n.escape_ascii(), v.escape_ascii())).collect::<Vec<_>>().join("|"))
        };
        for (text, expected) in [
            ("", Some("")),
            (";", Some("")),
            ("; name=\"a b\" ;filename=x.mp3", Some("name=a b|filename=x.mp3")),
            ("; name=\"C:\\\\x\\y\"", Some("name=C:\\\\\\\\x\\\\y")),
            ("; name=", Some("name=")),
            (" name=x", None),
            ("; name", None),
            ("; =x", None),
            ("; na me=x", None),
            ("; name=\"x", None),
            ("; filename=\"a\\\"; name=\"model\"", None),
            ("; name=\"a\" name=\"b\"", None),
        ] {
            assert_eq!(of(text).as_deref(), expected, "{text}");
        }
        let many = "; a=b".repeat(MAX_PARAMETERS + 1);
        assert_eq!(parameters(many.as_bytes()), None);
    }
}
