//! What a client says its call is for: kept with the record and the usage.

use http::HeaderMap;
use thinkwatch_edge::headers::bounded;
use thinkwatch_records::Tag;

/// Tags that a call may bring.
const MOST: usize = 16;
const NAME_BYTES: usize = 64;
/// In a header a longer value is cut; in `metadata`, which is not only for us, it is no tag.
const VALUE_BYTES: usize = 256;
const METADATA_VALUE_BYTES: usize = 128;
/// A larger `metadata` is not looked into.
const METADATA_BYTES: usize = 8 << 10;

/// `x-thinkwatch-tag-<name>: <value>`, names and values bounded.
pub(crate) fn of_headers(headers: &HeaderMap) -> Vec<Tag> {
    const PREFIX: &str = "x-thinkwatch-tag-";
    let named = headers.iter().filter_map(|(name, value)| Some((name.as_str().strip_prefix(PREFIX)?, value)));
    named
        .filter(|(name, _)| !name.is_empty())
        .take(MOST)
        .map(|(name, value)| Tag {
            name: bounded(name, NAME_BYTES),
            value: bounded(&String::from_utf8_lossy(value.as_bytes()), VALUE_BYTES),
        })
        .collect()
}

/// Adds the short texts in the body's `metadata`, under names that no header and no key has taken. The rest of it is only
/// passed on to the provider.
pub(crate) fn add_metadata(tags: &mut Vec<Tag>, metadata: &[u8]) {
    if metadata.len() > METADATA_BYTES {
        return;
    }
    let Ok(serde_json::Value::Object(members)) = serde_json::from_slice(metadata) else { return };
    let most = tags.len() + MOST;
    for (name, value) in members {
        let Some(value) = value.as_str().filter(|value| value.len() <= METADATA_VALUE_BYTES) else { continue };
        let known = name.is_empty() || name.len() > NAME_BYTES || tags.iter().any(|tag| tag.name == name);
        if known || tags.len() >= most {
            continue;
        }
        tags.push(Tag { name: bounded(&name, NAME_BYTES), value: bounded(value, VALUE_BYTES) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_adds_short_texts_after_the_headers() {
        let mut headers = HeaderMap::new();
        headers.insert("x-thinkwatch-tag-team", "blue".parse().expect("a value"));
        headers.insert("x-thinkwatch-tag-", "nameless".parse().expect("a value"));
        let long = format!(r#"{{"user_id":"{}"}}"#, "a".repeat(129));
        for (metadata, expected) in [
            (r#"{"project":"apollo","team":"red"}"#, "team=blue project=apollo"),
            (r#"{"count":5,"deep":{"a":"b"},"none":null,"":"x","ok":"y"}"#, "team=blue ok=y"),
            (long.as_str(), "team=blue"),
            ("null", "team=blue"),
            ("[1]", "team=blue"),
        ] {
            let mut tags = of_headers(&headers);
            add_metadata(&mut tags, metadata.as_bytes());
            let shown: Vec<_> = tags.iter().map(|tag| format!("{}={}", tag.name, tag.value)).collect();
            assert_eq!(shown.join(" "), expected, "{metadata}");
        }
        let many: serde_json::Map<_, _> = (0..40).map(|n| (format!("k{n}"), "v".into())).collect();
        let mut tags = Vec::new();
        add_metadata(&mut tags, serde_json::Value::Object(many).to_string().as_bytes());
        assert_eq!(tags.len(), MOST);
    }
}
