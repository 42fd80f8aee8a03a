//! Which of Gemini's generations a model is of: they are asked to think in different words.

/// What is known of a model by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Generation {
    /// Whether it is older than Gemini 3: thinks by a budget, has neither media in results nor tools beside a format.
    pub(super) old: bool,
    /// Whether it is a large one, which cannot stop thinking.
    pub(super) pro: bool,
    /// Whether it is a small one, whose budgets begin higher.
    pub(super) lite: bool,
}

impl Generation {
    /// What the name tells; names without a number (`gemini-flash-latest`) mean the newest.
    pub(super) fn of(model: &str) -> Self {
        let name = model.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let version = name.strip_prefix("gemini-").unwrap_or_default();
        Self {
            old: version.starts_with("1.") || version.starts_with("2.") || version.starts_with("2-"),
            pro: name.contains("pro"),
            lite: name.contains("lite"),
        }
    }

    /// The budgets it takes, the least and the most.
    pub(super) const fn budgets(self) -> (u64, u64) {
        match self {
            Self { pro: true, .. } => (128, 32_768),
            Self { lite: true, .. } => (512, 24_576),
            _ => (1, 24_576),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_generation() {
        for (name, old) in [
            ("gemini-2.5-pro", true),
            ("models/gemini-2.0-flash", true),
            ("gemini-1.5-pro-002", true),
            ("publishers/google/models/gemini-3-pro-preview", false),
            ("gemini-3.1-flash", false),
            ("gemini-flash-latest", false),
            ("gemini-20", false),
            ("", false),
        ] {
            assert_eq!(Generation::of(name).old, old, "{name}");
        }
    }
}
