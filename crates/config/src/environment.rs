//! The environment as data, so that tests never touch the process's own.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use crate::dotenv;
use crate::problem::{ConfigErrors, Problem};
use crate::variables;

/// Variables by name. An empty value counts as not set.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Reads `.env` in the directory, if there is one, and the process's environment, which wins.
    pub fn read(directory: &Path) -> Result<Self, ConfigErrors> {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
        let process = std::env::vars_os();
        Self::of(directory, process)
    }

    fn of(directory: &Path, process: impl Iterator<Item = (OsString, OsString)>) -> Result<Self, ConfigErrors> {
        let mut variables = BTreeMap::new();
        let mut problems = Vec::new();
        let file = directory.join(".env");
        match std::fs::read_to_string(&file).map(|text| dotenv::parse(&text)) {
            Ok(Ok(pairs)) => variables.extend(pairs),
            Ok(Err(line)) => problems.push(Problem::File {
                path: file.display().to_string(),
                what: format!("line {line} is not of the form NAME=value: correct it, or make it a comment with #"),
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => problems.push(Problem::File {
                path: file.display().to_string(),
                what: format!("cannot be read ({error}): make it readable or remove it"),
            }),
        }
        for (name, value) in process {
            let Ok(name) = name.into_string() else { continue };
            match value.into_string() {
                // An empty one still hides what `.env` says: that is how a variable is unset for one run.
                Ok(value) => drop(variables.insert(name, value)),
                Err(_) => {
                    if let Some(known) = variables::find(&name) {
                        let (what, mend) = ("is not valid UTF-8".into(), "write it in UTF-8".into());
                        problems.push(Problem::Invalid { name: known.name, what, mend });
                    }
                }
            }
        }
        if problems.is_empty() { Ok(Self(variables)) } else { Err(ConfigErrors(problems)) }
    }

    /// An environment of the given variables only.
    pub fn from_pairs<K: Into<String>, V: Into<String>>(pairs: impl IntoIterator<Item = (K, V)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// The value of a variable that is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// The names of all variables that are set and not empty.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, value)| !value.trim().is_empty()).map(|(name, _)| name.as_str())
    }
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Names only: values may be secret.
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_wins_over_the_file_and_empty_means_unset() {
        let dir = tempfile::tempdir().expect("temporary directory");
        std::fs::write(dir.path().join(".env"), "A=file\nB=file\nC=file\n").expect("write");
        let process = [("B", "process"), ("C", "")].map(|(k, v)| (k.into(), v.into()));
        let environment = Environment::of(dir.path(), process.into_iter()).expect("readable");
        assert_eq!(["A", "B", "C", "D"].map(|n| environment.get(n)), [Some("file"), Some("process"), None, None]);
        assert_eq!(environment.names().collect::<Vec<_>>(), ["A", "B"]);
        assert_eq!(format!("{environment:?}"), r#"{"A", "B", "C"}"#);
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        use std::os::unix::ffi::OsStringExt as _;
        let dir = tempfile::tempdir().expect("temporary directory");
        std::fs::write(dir.path().join(".env"), "A=1\nnonsense\n").expect("write");
        let broken = OsString::from_vec(vec![0xff]);
        let process = [("JWT_SECRET".into(), broken.clone()), ("FOREIGN".into(), broken)];
        let errors = Environment::of(dir.path(), process.into_iter()).expect_err("two problems").to_string();
        let lines: Vec<_> = errors.lines().collect();
        assert!(
            lines[0].ends_with(".env: line 2 is not of the form NAME=value: correct it, or make it a comment with #")
        );
        assert_eq!(lines[1..], ["JWT_SECRET is not valid UTF-8: write it in UTF-8"]);
    }
}
