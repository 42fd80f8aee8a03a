//! Reads `multipart/form-data` as strictly as any server: split at the boundary, headers to the letter, each field once.

use http::HeaderMap;
use serde_json::{Map, Value, json};

/// Whether the body is labelled as a form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    content_type(headers).to_ascii_lowercase().starts_with("multipart/form-data")
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The fields as an object: texts as they are, `name[]` as lists, files as what is known of them.
pub(crate) fn read(headers: &HeaderMap, body: &[u8]) -> Result<Value, String> {
    let boundary = content_type(headers)
        .split(';')
        .find_map(|parameter| parameter.trim().strip_prefix("boundary="))
        .map(|quoted| quoted.trim_matches('"'))
        .filter(|boundary| (1..=70).contains(&boundary.len()))
        .ok_or("content-type: boundary is missing")?;
    let dashed = format!("--{boundary}");
    let mut rest = body.strip_prefix(dashed.as_bytes()).ok_or("the form does not begin with its boundary")?;
    let separator = format!("\r\n{dashed}").into_bytes();
    let mut fields = Map::new();
    loop {
        if let Some(end) = rest.strip_prefix(b"--") {
            return match end {
                b"" | b"\r\n" => Ok(Value::Object(fields)),
                _ => Err("something follows the form".to_owned()),
            };
        }
        rest = rest.strip_prefix(b"\r\n").ok_or("a boundary is not a line of its own")?;
        let end = memchr::memmem::find(rest, &separator).ok_or("the form ends before its last boundary")?;
        take(&rest[..end], &mut fields)?;
        rest = &rest[end + separator.len()..];
    }
}

fn take(part: &[u8], fields: &mut Map<String, Value>) -> Result<(), String> {
    let (head, content) = match memchr::memmem::find(part, b"\r\n\r\n") {
        Some(end) => (&part[..end], &part[end + 4..]),
        None => return Err("a part without an empty line after its headers".to_owned()),
    };
    let head = std::str::from_utf8(head).map_err(|_| "headers of a part are not UTF-8")?;
    let (mut name, mut file, mut kind) = (None, None, None);
    for line in head.split("\r\n") {
        let (header, value) = line.split_once(": ").ok_or_else(|| format!("no header: {line:?}"))?;
        match header.to_ascii_lowercase().as_str() {
            "content-disposition" => {
                let rest = value.strip_prefix("form-data").ok_or("a part that is not form-data")?;
                for parameter in rest.split("; ").skip(1) {
                    let (key, quoted) = parameter.split_once('=').ok_or("a parameter without a value")?;
                    let text = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
                    let text = text.ok_or_else(|| format!("a parameter that is not quoted: {parameter}"))?;
                    match key {
                        "name" => name = Some(text),
                        "filename" => file = Some(text),
                        other => return Err(format!("unknown parameter `{other}`")),
                    }
                }
            }
            "content-type" => kind = Some(value),
            other => return Err(format!("unknown header `{other}` in a part")),
        }
    }
    let name = name.ok_or("a part without a name")?;
    let value = match file {
        Some(file) if content.is_empty() => return Err(format!("{name}: the file `{file}` is empty")),
        Some(file) => json!({"filename": file, "content_type": kind, "bytes": content.len()}),
        None => Value::from(std::str::from_utf8(content).map_err(|_| format!("{name}: not UTF-8"))?),
    };
    match name.strip_suffix("[]") {
        Some(list) => {
            let list = fields.entry(list).or_insert_with(|| Value::Array(Vec::new()));
            list.as_array_mut().ok_or_else(|| format!("{name}: both one and several"))?.push(value);
        }
        None if fields.contains_key(name) => return Err(format!("{name}: given twice")),
        None => {
            fields.insert(name.to_owned(), value);
        }
    }
    Ok(())
}

/// The size of a file, if the field is one.
pub(crate) fn file_size(field: &Value) -> Option<u64> {
    field.get("bytes").and_then(Value::as_u64)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn parse(body: &str) -> Result<Value, String> {
        let mut headers = HeaderMap::new();
        headers.insert("content-type", HeaderValue::from_static("multipart/form-data; boundary=xx"));
        read(&headers, body.as_bytes())
    }

    #[test]
    fn forms_are_read() {
        let body = "--xx\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n\
                    --xx\r\nContent-Disposition: form-data; name=\"a[]\"\r\n\r\n\r\n\
                    --xx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\n\
                    Content-Type: audio/mpeg\r\n\r\n\r\n--x\r\n\r\n--xx--\r\n";
        let file = json!({"filename": "a.mp3", "content_type": "audio/mpeg", "bytes": 7});
        assert_eq!(parse(body), Ok(json!({"model": "whisper-1", "a": [""], "file": file})));
    }

    #[test]
    fn what_is_no_form_is_refused() {
        let field = |name: &str| format!("--xx\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\nv\r\n");
        for body in [
            String::new(),
            "--xy--".to_owned(),
            field("a"),
            format!("{}--xx--x", field("a")),
            format!("{}{}--xx--", field("a"), field("a")),
            format!("{}{}--xx--", field("a[]"), field("a")),
            "--xx\r\n\r\nv\r\n--xx--".to_owned(),
            "--xx\r\nX-Y: z\r\n\r\nv\r\n--xx--".to_owned(),
            "--xx\r\nContent-Disposition: form-data\r\n\r\nv\r\n--xx--".to_owned(),
            "--xx\nContent-Disposition: form-data; name=\"a\"\n\nv\n--xx--".to_owned(),
        ] {
            assert!(parse(&body).is_err(), "{body:?}");
        }
    }
}
