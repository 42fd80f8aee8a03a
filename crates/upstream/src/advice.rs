//! What an operator may have done wrong, where a provider's own words do not say what to do.

use thinkwatch_policy::catalogue::ProviderKind;

use crate::report::ErrorReport;

/// A provider, the kind of its error, what its message holds, and what to do. The first that fits.
const ROWS: &[(ProviderKind, &str, &str, &str)] = {
    use ProviderKind::{Azure, Bedrock};
    &[
        (
            Bedrock,
            "InvalidSignatureException",
            "scoped",
            "the region is not the one of the endpoint: change one of the two",
        ),
        (
            Bedrock,
            "InvalidSignatureException",
            "expired",
            "the clock of this machine is wrong by more than five minutes",
        ),
        (
            Bedrock,
            "InvalidSignatureException",
            "not yet",
            "the clock of this machine is wrong by more than five minutes",
        ),
        (
            Bedrock,
            "InvalidSignatureException",
            "",
            "the secret access key is not the one that belongs to this access key ID",
        ),
        (
            Bedrock,
            "UnrecognizedClientException",
            "",
            "AWS does not know this access key ID: check it, and give the session token if the key is a temporary one",
        ),
        (Bedrock, "ExpiredToken", "", "the temporary key has ended: give a new one with its session token"),
        (
            Bedrock,
            "AccessDeniedException",
            "API Key",
            "the Bedrock API key is wrong, has ended, or is of another region",
        ),
        (
            Bedrock,
            "AccessDeniedException",
            "",
            "its user or role lacks a permission: bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream for calls, \
             bedrock:ListFoundationModels for this list",
        ),
        (
            Azure,
            "",
            "subscription key",
            "the key is not one of this resource: copy key and endpoint from the same page in Azure",
        ),
        (Azure, "", "API version", "this resource does not have that version: leave the API version empty, or use v1"),
    ]
};

/// What to do about a refusal.
pub(crate) fn advice(provider: ProviderKind, report: &ErrorReport) -> Option<&'static str> {
    let fits = |(of, kind, says, _): &&(ProviderKind, &str, &str, &str)| {
        *of == provider
            && (report.kind.starts_with(kind) || report.code.starts_with(kind))
            && report.message.contains(says)
    };
    ROWS.iter().find(fits).map(|(.., advice)| *advice)
}

/// What to do about a host name that nobody knows.
pub(crate) const fn about_name(provider: ProviderKind) -> &'static str {
    match provider {
        ProviderKind::Bedrock => "; is the region written right, and does it have Bedrock?",
        ProviderKind::Azure => "; is the endpoint that of your resource, as Azure shows it beside its keys?",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_say_what_to_do() {
        for (provider, kind, message, expected) in [
            (
                ProviderKind::Bedrock,
                "InvalidSignatureException",
                "Credential should be scoped to a valid region.",
                "region",
            ),
            (ProviderKind::Bedrock, "InvalidSignatureException", "Signature expired: 2026 is now earlier", "clock"),
            (
                ProviderKind::Bedrock,
                "InvalidSignatureException",
                "The request signature we calculated",
                "secret access key",
            ),
            (ProviderKind::Bedrock, "UnrecognizedClientException", "The security token is invalid", "access key ID"),
            (ProviderKind::Bedrock, "ExpiredTokenException", "expired", "temporary key has ended"),
            (ProviderKind::Bedrock, "AccessDeniedException", "make sure your API Key is valid.", "API key is wrong"),
            (ProviderKind::Bedrock, "AccessDeniedException", "User x is not authorized", "bedrock:InvokeModel"),
            (ProviderKind::Azure, "", "Access denied due to invalid subscription key", "key and endpoint"),
        ] {
            let report = ErrorReport { kind: kind.to_owned(), message: message.to_owned(), ..ErrorReport::default() };
            let found = advice(provider, &report).unwrap_or_default();
            assert!(found.contains(expected), "{kind} {message}: {found}");
        }
        let other = ErrorReport { message: "subscription key".to_owned(), ..ErrorReport::default() };
        assert_eq!(advice(ProviderKind::Openai, &other), None);
    }
}
