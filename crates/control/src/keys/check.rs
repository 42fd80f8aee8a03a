//! What a key's fields may be.

use std::collections::BTreeMap;

use thinkwatch_policy::principal::Surface;

use crate::error::{ControlError, Result};

const MAX_PATTERNS: usize = 200;
const MAX_TAGS: usize = 32;
/// Ten years.
const MAX_DAYS: i32 = 3650;

/// Reads surfaces; a key without any could do nothing.
pub(super) fn surfaces(names: &[String]) -> Result<Vec<Surface>> {
    let mut surfaces = Vec::new();
    for name in names {
        let surface = Surface::parse(name).ok_or_else(|| {
            let message = format!("`{name}` is not a surface; known are ai_gateway, mcp_gateway, console");
            ControlError::invalid("surfaces", message)
        })?;
        if !surfaces.contains(&surface) {
            surfaces.push(surface);
        }
    }
    if surfaces.is_empty() {
        return Err(ControlError::invalid("surfaces", "give at least one surface"));
    }
    Ok(surfaces)
}

/// Checks patterns of model names. An empty list is allowed and means none.
pub(super) fn models(patterns: Vec<String>) -> Result<Vec<String>> {
    let fits = |p: &String| !p.is_empty() && p.len() <= 200 && !p.chars().any(|c| c.is_control() || c.is_whitespace());
    if patterns.len() > MAX_PATTERNS || !patterns.iter().all(fits) {
        let message = format!("must be at most {MAX_PATTERNS} model names, `*` standing for any text");
        return Err(ControlError::invalid("allowed_models", message));
    }
    Ok(patterns)
}

/// Checks tags.
pub(super) fn tags(tags: BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
    let name = |n: &str| {
        (1..=64).contains(&n.len())
            && n.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.".contains(&b))
    };
    let value = |v: &str| v.chars().count() <= 256 && !v.chars().any(char::is_control);
    if tags.len() > MAX_TAGS || !tags.iter().all(|(n, v)| name(n) && value(v)) {
        let message = format!(
            "must be at most {MAX_TAGS} pairs; names of a-z, 0-9, `-`, `_`, `.` (64 characters), values of 256 characters"
        );
        return Err(ControlError::invalid("tags", message));
    }
    Ok(tags)
}

/// Checks a number of days.
pub(super) fn period(field: &'static str, days: Option<i32>) -> Result<Option<i32>> {
    match days {
        Some(days) if !(1..=MAX_DAYS).contains(&days) => {
            Err(ControlError::invalid(field, format!("must be from 1 to {MAX_DAYS} days")))
        }
        days => Ok(days),
    }
}

/// Checks that a key is not made or left expired by mistake.
pub(super) fn expiry(at_us: Option<i64>, now_us: i64) -> Result<Option<i64>> {
    if at_us.is_some_and(|at| at <= now_us) {
        return Err(ControlError::invalid("expires_at", "must be in the future"));
    }
    Ok(at_us)
}
