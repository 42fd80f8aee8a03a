//! Where in a JSON text a place is, as people write it: `routes[1].weight`.

/// A container that was not closed yet.
enum Open {
    /// The last name read, if one was.
    Object(Option<String>),
    /// How many values were begun before the one at hand.
    Array(usize),
}

/// The path of the field `name` in the object that is open where the text ends.
pub(crate) fn within(read: &[u8], name: &str) -> String {
    let mut open = walk(read);
    if let Some(Open::Object(last)) = open.last_mut() {
        *last = Some(name.to_owned());
    } else {
        open.push(Open::Object(Some(name.to_owned())));
    }
    shown(&open)
}

/// The path of the value at which the text ends.
pub(crate) fn of_value(read: &[u8]) -> String {
    let mut open = walk(read);
    // The value was refused at its first brace: it is the value, not something in it.
    if matches!(open.last(), Some(Open::Object(None))) {
        open.pop();
    } else if let Some(Open::Array(0)) = open.last()
        && read.trim_ascii_end().ends_with(b"[")
    {
        open.pop();
    }
    shown(&open)
}

fn shown(open: &[Open]) -> String {
    let mut path = String::new();
    for one in open {
        match one {
            Open::Object(Some(name)) if path.is_empty() => path.push_str(name),
            Open::Object(Some(name)) => {
                path.push('.');
                path.push_str(name);
            }
            Open::Object(None) => {}
            Open::Array(at) => path.push_str(&format!("[{at}]")),
        }
    }
    path.chars().take(200).collect()
}

/// What is open where the text ends.
fn walk(read: &[u8]) -> Vec<Open> {
    let mut open = Vec::new();
    let mut at = 0;
    while let Some(byte) = read.get(at) {
        match byte {
            b'{' => open.push(Open::Object(None)),
            b'[' => open.push(Open::Array(0)),
            b'}' | b']' => drop(open.pop()),
            b',' => {
                if let Some(Open::Array(count)) = open.last_mut() {
                    *count += 1;
                }
            }
            b'"' => {
                let end = string_end(&read[at..]);
                let text = &read[at..at + end];
                let named = read[at + end..].iter().find(|b| !b.is_ascii_whitespace()) == Some(&b':');
                if let Some(Open::Object(name)) = open.last_mut()
                    && named
                {
                    *name = serde_json::from_slice(text).ok();
                }
                at += end;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    open
}

/// How long the string at the beginning is, quotes included.
fn string_end(text: &[u8]) -> usize {
    let mut escaped = false;
    for (at, byte) in text.iter().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
