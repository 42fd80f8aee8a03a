//! Which compressed forms a client takes.

use axum::http::{HeaderMap, header};

/// A form in which the web build leaves files beside the plain ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
}

impl Encoding {
    pub(super) const ALL: [Self; 2] = [Self::Brotli, Self::Gzip];

    /// What follows the name of the plain file.
    pub(super) const fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
        }
    }

    /// As headers name it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// Whether the client takes it: it is named, or everything is, and not with `q=0`.
    pub(super) fn accepted(self, headers: &HeaderMap) -> bool {
        let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let mut everything = false;
        for one in values.flat_map(|value| value.split(',')) {
            let (name, weight) = one.split_once(';').unwrap_or((one, ""));
            let zero =
                weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|q| q <= 0.0));
            let name = name.trim();
            if name.eq_ignore_ascii_case(self.name()) {
                return !zero;
            }
            everything |= name == "*" && !zero;
        }
        everything
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn forms_are_taken_as_they_are_asked_for() {
        for (given, brotli, gzip) in [
            ("", false, false),
            ("gzip, deflate, br, zstd", true, true),
            ("gzip", false, true),
            ("br;q=0, gzip;q=0.5", false, true),
            ("br;q=0.0, *", false, true),
            ("*", true, true),
            ("*;q=0", false, false),
            ("BR", true, false),
            ("brotli, xgzip", false, false),
            ("identity", false, false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(given))]);
            assert_eq!(Encoding::Brotli.accepted(&headers), brotli, "{given}");
            assert_eq!(Encoding::Gzip.accepted(&headers), gzip, "{given}");
        }
    }
}
