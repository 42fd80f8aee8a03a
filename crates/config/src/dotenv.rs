//! `.env` files: `NAME=value` lines, comments, `export`, and quotes.

/// The variables of a `.env` file; or the number of the first line that is none, counted from 1.
pub(crate) fn parse(text: &str) -> Result<Vec<(String, String)>, usize> {
    let mut variables = Vec::new();
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=').ok_or(index + 1)?;
        let name = name.trim();
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return Err(index + 1);
        }
        variables.push((name.to_owned(), value_of(value.trim()).ok_or(index + 1)?));
    }
    Ok(variables)
}

fn value_of(text: &str) -> Option<String> {
    let mut chars = text.chars();
    let (value, rest) = match chars.next() {
        // As it stands.
        Some('\'') => chars.as_str().split_once('\'').map(|(value, rest)| (value.to_owned(), rest))?,
        // With escapes.
        Some('"') => {
            let mut value = String::new();
            loop {
                match chars.next()? {
                    '"' => break (value, chars.as_str()),
                    '\\' => match chars.next()? {
                        'n' => value.push('\n'),
                        other => value.push(other),
                    },
                    other => value.push(other),
                }
            }
        }
        // A comment needs a blank before it: `#` may be part of a password.
        _ => return Some(text.find(" #").map_or(text, |at| &text[..at]).trim_end().to_owned()),
    };
    let rest = rest.trim_start();
    (rest.is_empty() || rest.starts_with('#')).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn lines_become_variables() {
        for (line, expected) in [
            ("A=1", Ok(Some("1"))),
            ("  export A = one two  ", Ok(Some("one two"))),
            ("A=", Ok(Some(""))),
            ("A=x#y # comment", Ok(Some("x#y"))),
            ("A='a # \"b\" \\n'  # comment", Ok(Some("a # \"b\" \\n"))),
            (r#"A="a \"b\" \\ \$c\nd""#, Ok(Some("a \"b\" \\ $c\nd"))),
            ("A=postgres://u:p=w@h/d?x=y", Ok(Some("postgres://u:p=w@h/d?x=y"))),
            ("\u{feff}A=bom\r", Ok(Some("bom"))),
            ("# A=1", Ok(None)),
            ("", Ok(None)),
            ("A", Err(1)),
            ("=1", Err(1)),
            ("A B=1", Err(1)),
            ("A='open", Err(1)),
            ("A=\"open", Err(1)),
            ("A=\"x\" y", Err(1)),
        ] {
            let got = parse(line).map(|v| v.first().map(|(_, value)| value.clone()));
            assert_eq!(got, expected.map(|v| v.map(str::to_owned)), "{line}");
        }
        assert_eq!(parse("A=1\n\nB"), Err(3));
        let both = parse("A=1\nA=2").expect("two lines");
        assert_eq!(both, [("A".into(), "1".into()), ("A".into(), "2".into())]);
    }
}
