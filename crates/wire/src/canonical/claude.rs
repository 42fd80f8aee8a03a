//! What is known of Anthropic's models by their names.
//!
//! Models up to 4.5 count how much they think in tokens (`budget_tokens`); from 4.6 on they decide by themselves
//! (`adaptive`), led by a word (`effort`), and from 4.7 on they refuse numbers, and sampling parameters too. Names of
//! other makers are taken for the older kind, whose words all imitations of the API know.

/// The version that a name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(u8, u8);

impl Version {
    pub(crate) fn of(model: &str) -> Self {
        let model = model.to_ascii_lowercase();
        let Some((_, name)) = model.split_once("claude") else { return Self(0, 0) };
        let mut numbers = Vec::new();
        let mut newer = false;
        for part in name.split(|c: char| !c.is_ascii_alphanumeric()) {
            match part.parse() {
                // Longer ones are dates.
                Ok(number) if part.len() <= 2 => numbers.push(number),
                Ok(_) => break,
                Err(_) if part.len() > 2 && part.bytes().all(|byte| byte.is_ascii_digit()) => break,
                Err(_) => newer |= matches!(part, "mythos" | "fable"),
            }
        }
        match *numbers.as_slice() {
            [] if newer => Self(5, 0),
            [] => Self(0, 0),
            [major] => Self(major, 0),
            [major, minor, ..] => Self(major, minor),
        }
    }

    /// Whether it decides by itself how much to think, led by a word.
    pub(crate) fn thinks_by_effort(self) -> bool {
        self >= Self(4, 6)
    }

    /// Whether it knows the word `xhigh`.
    pub(crate) fn knows_xhigh(self) -> bool {
        self >= Self(4, 7)
    }

    /// Whether it refuses `temperature`, `top_p` and `top_k`.
    pub(crate) fn refuses_sampling(self) -> bool {
        self >= Self(4, 7)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_its_version() {
        for (name, version) in [
            ("claude-3-7-sonnet-20250219", Version(3, 7)),
            ("claude-opus-4-20250514", Version(4, 0)),
            ("claude-sonnet-4-5@20250929", Version(4, 5)),
            ("us.anthropic.claude-opus-4-6-v1:0", Version(4, 6)),
            ("anthropic/claude-sonnet-4.5", Version(4, 5)),
            ("claude-opus-4-8", Version(4, 8)),
            ("claude-sonnet-5", Version(5, 0)),
            ("claude-mythos-preview", Version(5, 0)),
            ("claude-haiku-5-5", Version(5, 5)),
            ("MiniMax-M2", Version(0, 0)),
            ("claude", Version(0, 0)),
        ] {
            assert_eq!(Version::of(name), version, "{name}");
        }
    }
}
