//! Whose model it is, as far as its id tells. One dialect is in front of many models, and some things only some of them
//! take.

/// Whose model it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    /// Anthropic's.
    Claude,
    /// Amazon's Nova.
    Nova,
    /// Another's.
    Other,
    /// The id (a profile of the account's own, provisioned capacity, a prompt) does not tell.
    Unknown,
}

impl Family {
    /// Of a model id or ARN.
    pub(super) fn of(model: &str) -> Self {
        let model = model.to_ascii_lowercase();
        if model.contains("anthropic") || model.contains("claude") {
            return Self::Claude;
        }
        if model.contains("amazon.nova") {
            return Self::Nova;
        }
        let tells = model.contains("foundation-model/") || model.contains(":inference-profile/");
        if model.is_empty() || model.starts_with("arn:") && !tells { Self::Unknown } else { Self::Other }
    }

    /// Whether what only Claude takes may be sent.
    pub(super) const fn may_be_claude(self) -> bool {
        matches!(self, Self::Claude | Self::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::Family;

    #[test]
    fn ids_tell_whose_model_it_is() {
        for (model, family) in [
            ("anthropic.claude-sonnet-4-5-20250929-v1:0", Family::Claude),
            ("global.anthropic.claude-opus-4-8", Family::Claude),
            ("arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-haiku-4-5", Family::Claude),
            ("us.amazon.nova-2-lite-v1:0", Family::Nova),
            ("meta.llama4-maverick-17b-instruct-v1:0", Family::Other),
            ("amazon.titan-text-express-v1", Family::Other),
            ("arn:aws:bedrock:us-east-1::foundation-model/openai.gpt-oss-120b-1:0", Family::Other),
            ("arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123", Family::Unknown),
            ("arn:aws:bedrock:us-east-1:123456789012:provisioned-model/abc123", Family::Unknown),
            ("", Family::Unknown),
        ] {
            assert_eq!(Family::of(model), family, "{model}");
        }
    }
}
