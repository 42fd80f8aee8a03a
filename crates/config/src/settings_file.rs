//! The settings file: TOML with one table, `[settings]`, whose keys are the dotted names.

use std::path::Path;

use crate::problem::Problem;

/// Reads the file into (key, value as text). `None` as path's content means that there is no such file.
pub(crate) fn read(path: &Path, must_exist: bool) -> Result<Vec<(String, String)>, Problem> {
    let problem = |what: String| Problem::File { path: path.display().to_string(), what };
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&text).map_err(problem),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !must_exist => Ok(Vec::new()),
        Err(error) => Err(problem(format!("cannot be read ({error}): correct THINKWATCH_CONFIG or the file's rights"))),
    }
}

fn parse(text: &str) -> Result<Vec<(String, String)>, String> {
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
        format!("line {line} is not valid TOML ({}): correct it", error.message().replace('\n', " "))
    })?;
    let mut found = Vec::new();
    for (key, value) in table {
        match (key.as_str(), value) {
            ("settings", toml::Value::Table(settings)) => flatten("", settings, &mut found)?,
            (other, _) => return Err(format!("`{other}` is not known: only a [settings] table is read")),
        }
    }
    Ok(found)
}

/// `a.b = 1`, `"a.b" = 1` and `[settings.a]` with `b = 1` are the same.
fn flatten(prefix: &str, table: toml::Table, found: &mut Vec<(String, String)>) -> Result<(), String> {
    for (key, value) in table {
        let key = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::Table(inner) => flatten(&key, inner, found)?,
            toml::Value::String(text) => found.push((key, text)),
            toml::Value::Integer(number) => found.push((key, number.to_string())),
            toml::Value::Boolean(flag) => found.push((key, flag.to_string())),
            _ => return Err(format!("setting `{key}` must be a whole number, true or false, or a text")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn keys_may_be_written_in_three_ways() {
        let text = "[settings]\nspool.strict = true\n\"spool.when_full\" = \"drop\"\n[settings.gateway.timeout]\nidle_ms = 1_000\n";
        let mut found = parse(text).expect("valid");
        found.sort();
        let expected = [("gateway.timeout.idle_ms", "1000"), ("spool.strict", "true"), ("spool.when_full", "drop")];
        assert_eq!(found, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert_eq!(parse(""), Ok(Vec::new()));
    }

    #[test]
    fn what_is_wrong_is_one_line() {
        for (text, expected) in [
            ("[settings]\n\nspool.strict = yes", "line 3 is not valid TOML ("),
            ("[providers]", "`providers` is not known: only a [settings] table is read"),
            ("settings = 1", "`settings` is not known: only a [settings] table is read"),
            ("[settings]\na.b = [1]", "setting `a.b` must be a whole number, true or false, or a text"),
            ("[settings]\na.b = 1.5", "setting `a.b` must be a whole number, true or false, or a text"),
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.starts_with(expected) && !error.contains('\n'), "{error}");
        }
    }
}
