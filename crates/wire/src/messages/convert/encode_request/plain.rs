//! Documents of words that come in base64, which Messages takes as words only.

/// The words, if the media type says that it is words and they are.
pub(super) fn words_of(media_type: Option<&str>, data: &str) -> Option<String> {
    let media_type = media_type?.split(';').next()?.trim();
    let is_words = media_type.starts_with("text/")
        || matches!(media_type, "application/json" | "application/xml" | "application/x-yaml" | "application/yaml");
    if is_words { String::from_utf8(decode(data)?).ok() } else { None }
}

/// Base64 (RFC 4648 section 4), line ends among it as in mails.
fn decode(data: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(data.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in data.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=') {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(digit)) & 0xFFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xFF) as u8);
        }
    }
    Some(bytes)
}
