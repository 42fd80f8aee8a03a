//! Patterns of names.

/// Whether the name matches the pattern, where `*` stands for any text and everything else for itself.
///
/// A pattern without `*` matches only its own text: `gpt-4` is not `gpt-4o`.
pub fn glob_matches(pattern: &str, name: &str) -> bool {
    let (mut pattern, mut name) = (pattern.as_bytes(), name.as_bytes());
    // Where to go on after the last `*` when what follows does not fit: one byte later in the name.
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), name.split_first()) {
            (Some((b'*', rest)), _) => {
                if rest.is_empty() {
                    return true;
                }
                pattern = rest;
                retry = Some((rest, name));
            }
            (Some((p, pattern_rest)), Some((n, name_rest))) if p == n => {
                pattern = pattern_rest;
                name = name_rest;
            }
            (None, None) => return true,
            _ => match retry {
                Some((after_star, [_, later @ ..])) => {
                    pattern = after_star;
                    name = later;
                    retry = Some((after_star, later));
                }
                _ => return false,
            },
        }
    }
}
