//! What a caller says about the cache: `cache-control` of RFC 9111, as far as it is about answers that are kept.

use http::HeaderMap;
use http::header::CACHE_CONTROL;

/// Which answers a call takes, and whether its own may be kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wish {
    no_store: bool,
    no_cache: bool,
    only_if_cached: bool,
    /// In seconds.
    max_age_s: Option<u64>,
}

impl Wish {
    /// Whether it takes a kept answer at all.
    pub(crate) const fn reads(self) -> bool {
        !self.no_store && !self.no_cache && !matches!(self.max_age_s, Some(0))
    }

    /// Whether it takes one that is so old.
    pub(crate) fn takes(self, age_s: u64) -> bool {
        self.max_age_s.is_none_or(|most| age_s <= most)
    }

    /// Whether its answer may be kept.
    pub(crate) const fn writes(self) -> bool {
        !self.no_store
    }

    /// Whether it takes nothing but a kept answer.
    pub(crate) const fn only_if_cached(self) -> bool {
        self.only_if_cached
    }
}

/// Reads the header. Directives that say nothing here are left to others; an age that is none is the strictest.
pub(crate) fn read(headers: &HeaderMap) -> Wish {
    let mut wish = Wish::default();
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    for directive in values.flat_map(|value| value.split(',')) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        let name = name.trim();
        if name.eq_ignore_ascii_case("no-store") {
            wish.no_store = true;
        } else if name.eq_ignore_ascii_case("no-cache") {
            wish.no_cache = true;
        } else if name.eq_ignore_ascii_case("only-if-cached") {
            wish.only_if_cached = true;
        } else if name.eq_ignore_ascii_case("max-age") {
            let age_s = value.trim().trim_matches('"').parse().unwrap_or(0);
            wish.max_age_s = Some(wish.max_age_s.map_or(age_s, |known| known.min(age_s)));
        }
    }
    wish
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_say_what_is_read_and_written() {
        // Reads, takes what is 5 s old, takes what is 60 s old, writes, takes nothing else.
        for (text, expected) in [
            ("", [true, true, true, true, false]),
            ("no-store", [false, true, true, false, false]),
            ("No-Cache", [false, true, true, true, false]),
            ("max-age=0", [false, false, false, true, false]),
            ("max-age=10", [true, true, false, true, false]),
            ("max-age=\"10\", max-age=4", [true, false, false, true, false]),
            ("max-age=soon", [false, false, false, true, false]),
            ("only-if-cached, max-stale=9", [true, true, true, true, true]),
            ("no-transform , ONLY-IF-CACHED,no-store", [false, true, true, false, true]),
            ("private", [true, true, true, true, false]),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(CACHE_CONTROL, text.parse().unwrap());
            let wish = read(&headers);
            let found = [wish.reads(), wish.takes(5), wish.takes(60), wish.writes(), wish.only_if_cached()];
            assert_eq!(found, expected, "{text}");
        }
        assert_eq!(read(&HeaderMap::new()), Wish::default());
    }
}
