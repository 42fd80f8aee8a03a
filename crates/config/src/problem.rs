//! What is wrong with the configuration, a line each.

use std::fmt;

use thinkwatch_policy::settings::SettingError;

/// One thing that is wrong. Its text is one line and never contains a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A variable has a value that it cannot have.
    #[error("{name} {what}: {mend}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// What is wrong with its value.
        what: String,
        /// What to do.
        mend: String,
    },
    /// A variable must be given and is not.
    #[error("{name} is not set: {mend}")]
    Missing {
        /// The variable.
        name: &'static str,
        /// What to do.
        mend: String,
    },
    /// A variable of a version that can do more.
    #[error("{name} is not supported by this version ({feature}): unset it")]
    Unsupported {
        /// The variable.
        name: String,
        /// What it would be for.
        feature: &'static str,
    },
    /// A variable that looks like ours and is not.
    #[error("{name} is not a known variable: {}", .nearest.map_or("unset it".to_owned(), |n| format!("did you mean {n}?")))]
    Unknown {
        /// The variable.
        name: String,
        /// The known one that looks most like it.
        nearest: Option<&'static str>,
    },
    /// The settings file or `.env` cannot be used.
    #[error("{path}: {what}")]
    File {
        /// The file.
        path: String,
        /// What is wrong and how to mend it.
        what: String,
    },
    /// A setting has a wrong name or value.
    #[error("{source_name}: {error}")]
    Setting {
        /// The variable or file it came from.
        source_name: String,
        /// What is wrong with it.
        error: SettingError,
    },
}

/// Everything that is wrong, in the order it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<Problem>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            // Values are quoted by us, but a line must stay one whatever was in them.
            f.write_str(&problem.to_string().replace(['\n', '\r'], " "))?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}
