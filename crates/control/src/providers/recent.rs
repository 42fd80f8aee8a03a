//! How providers have done lately, from every attempt of the newest calls: the row of a call names only the provider
//! that answered in the end, and hides the one that failed before it.

use std::collections::HashMap;

use thinkwatch_logs::{CallQuery, Scope};
use thinkwatch_policy::access::Action;
use thinkwatch_store::ProviderRow;

use crate::caller::Caller;
use crate::clock::{now_us, seconds};
use crate::control::Control;
use crate::error::Result;

/// Calls that are looked at: with more in the window, the newest.
const CALLS: usize = 1000;

/// Failures that say nothing about the provider.
const CLIENTS_OWN: &[&str] =
    &["client_fault", "too_large", "context_length", "content_policy", "not_found", "client_left", "unsendable"];

/// How one provider has done.
#[derive(Clone, Debug)]
pub struct Recent {
    /// The provider.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is used.
    pub enabled: bool,
    /// Attempts that went to it.
    pub attempts: u64,
    /// Those that failed through its fault.
    pub failures: u64,
    /// Class and time of the newest failure.
    pub last_failure: Option<(String, i64)>,
    /// Time of the newest success.
    pub last_success_us: Option<i64>,
}

/// What was looked at, and what was found.
#[derive(Clone, Debug)]
pub struct Lately {
    /// Length of the window.
    pub window_us: i64,
    /// Calls of the window that were looked at.
    pub calls: usize,
    /// Every provider, those without calls too.
    pub providers: Vec<Recent>,
}

/// Looks at the last `minutes`.
pub async fn recent(control: &Control, caller: &Caller, minutes: i64) -> Result<Lately> {
    caller.may(Action::HealthRead)?;
    let (now, window_us) = (now_us(), seconds(minutes.saturating_mul(60)));
    let query =
        CallQuery { from_us: now.saturating_sub(window_us), limit: CALLS, ..CallQuery::last_day(Scope::All, now) };
    let page = control.logs.query_calls(query).await?;
    let mut found: Vec<_> = control.store.list_providers().await?.into_iter().map(unknown).collect();
    let places: HashMap<String, usize> = found.iter().enumerate().map(|(at, one)| (one.id.clone(), at)).collect();
    for attempt in page.items.iter().flat_map(|call| &call.attempts) {
        let Some(one) = places.get(&attempt.provider_id).and_then(|at| found.get_mut(*at)) else { continue };
        one.attempts += 1;
        let ended = attempt.started_at.saturating_add(attempt.duration_us);
        if attempt.error_class.is_empty() {
            one.last_success_us = one.last_success_us.max(Some(ended));
        } else if !CLIENTS_OWN.contains(&attempt.error_class.as_str()) {
            one.failures += 1;
            if one.last_failure.as_ref().is_none_or(|(_, last)| *last < ended) {
                one.last_failure = Some((attempt.error_class.clone(), ended));
            }
        }
    }
    Ok(Lately { window_us, calls: page.items.len(), providers: found })
}

fn unknown(row: ProviderRow) -> Recent {
    Recent {
        id: row.id,
        name: row.name,
        enabled: row.enabled,
        attempts: 0,
        failures: 0,
        last_failure: None,
        last_success_us: None,
    }
}
