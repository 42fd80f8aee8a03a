//! Reads variables one by one and collects what is wrong with them.

use std::collections::BTreeSet;
use std::path::PathBuf;

use secrecy::SecretString;

use crate::environment::Environment;
use crate::problem::Problem;
use crate::variables;

/// An environment being read.
pub(crate) struct Reader<'e> {
    environment: &'e Environment,
    /// What is wrong so far.
    pub(crate) problems: Vec<Problem>,
    /// Which variables were asked for: a test compares them with the documented ones.
    pub(crate) asked: BTreeSet<&'static str>,
}

impl<'e> Reader<'e> {
    pub(crate) fn new(environment: &'e Environment) -> Self {
        Self { environment, problems: variables::refuse(environment), asked: BTreeSet::new() }
    }

    /// The trimmed text of a variable that is set.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<&'e str> {
        debug_assert!(variables::find(name).is_some(), "{name} is not in VARIABLES");
        self.asked.insert(name);
        self.environment.get(name).map(str::trim)
    }

    /// A variable that only its owner may see.
    pub(crate) fn secret(&mut self, name: &'static str) -> Option<SecretString> {
        self.text(name).map(Into::into)
    }

    /// Notes that a variable's value is wrong. `what` must not show a secret.
    pub(crate) fn invalid(&mut self, name: &'static str, what: impl Into<String>, mend: impl Into<String>) {
        self.problems.push(Problem::Invalid { name, what: what.into(), mend: mend.into() });
    }

    /// Notes that a variable must be set.
    pub(crate) fn missing(&mut self, name: &'static str, mend: String) {
        self.problems.push(Problem::Missing { name, mend });
    }

    /// Reads a variable; what is not understood is shown, with what to write instead.
    pub(crate) fn parse<T>(&mut self, name: &'static str, mend: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name)?;
        let value = read(text);
        if value.is_none() {
            self.invalid(name, format!("is `{}`", text.escape_debug()), mend);
        }
        value
    }

    /// Reads a list separated by commas; each wrong entry is named.
    pub(crate) fn list<T>(&mut self, name: &'static str, mend: &str, read: impl Fn(&str) -> Option<T>) -> Vec<T> {
        let mut values = Vec::new();
        for entry in self.text(name).unwrap_or_default().split(',').map(str::trim).filter(|e| !e.is_empty()) {
            match read(entry) {
                Some(value) => values.push(value),
                None => self.invalid(name, format!("contains `{}`", entry.escape_debug()), mend),
            }
        }
        values
    }

    /// A file of certificates that must be readable now, not when the first connection is made.
    pub(crate) fn pem_file(&mut self, name: &'static str, from_url: Option<PathBuf>) -> Option<PathBuf> {
        let path = self.text(name).map(PathBuf::from).or(from_url)?;
        let mend = "give the path of a PEM file with certificates";
        match std::fs::read_to_string(&path) {
            Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => {}
            Ok(_) => self.invalid(name, format!("({}) has no certificate in it", path.display()), mend),
            Err(error) => self.invalid(name, format!("({}) cannot be read ({error})", path.display()), mend),
        }
        Some(path)
    }
}
