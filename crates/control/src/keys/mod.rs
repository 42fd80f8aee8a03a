//! API keys: the secret is shown once, everything else about a key can be looked up and changed.

mod check;
mod create;
mod end;
mod rotate;
mod update;

use std::collections::BTreeMap;

use secrecy::SecretString;
use thinkwatch_policy::access::Action;
use thinkwatch_policy::ids::{KeyId, LineageId, UserId};
use thinkwatch_policy::principal::Surface;
use thinkwatch_store::{ApiKeyRow, KeyFilter, Page, StoreError};
pub use thinkwatch_store::{KeySort, KeyState, KeysWanted, Sort};

pub(crate) use create::prepare;
pub use create::{NewKey, create};
pub use end::{disable, enable, revoke};
pub use rotate::rotate;
pub use update::{KeyEdit, update};

use crate::cache;
use crate::caller::Caller;
use crate::clock::{days, now_us};
use crate::control::Control;
use crate::error::{ControlError, Result};

/// A key without its secret.
#[derive(Clone, Debug)]
pub struct Key {
    /// This secret.
    pub id: KeyId,
    /// What outlives rotation.
    pub lineage: LineageId,
    /// Its owner.
    pub owner: UserId,
    /// The owner's address, where the key is shown to be looked at.
    pub owner_email: Option<String>,
    /// The name its owner gave it.
    pub name: String,
    /// The first characters of the secret.
    pub prefix: String,
    /// What it may be used for.
    pub surfaces: Vec<Surface>,
    /// Globs of model names; `None` inherits, empty allows nothing.
    pub allowed_models: Option<Vec<String>>,
    /// Tags stored with each use.
    pub tags: BTreeMap<String, String>,
    /// Where its cost is booked.
    pub cost_center: Option<String>,
    /// Whether a call whose conversion would leave something out is refused.
    pub strict_conversion: bool,
    /// For how many seconds its calls' answers are kept to be given again: 0 never, none as the model says.
    pub cache_ttl_s: Option<u32>,
    /// Whether it works.
    pub state: KeyState,
    /// Why it was disabled or revoked.
    pub reason: Option<String>,
    /// Made at.
    pub created_at_us: i64,
    /// Last changed at; also the version for edits.
    pub updated_at_us: i64,
    /// Last used at.
    pub last_used_at_us: Option<i64>,
    /// Refused from then on.
    pub expires_at_us: Option<i64>,
    /// After a rotation: works until then.
    pub grace_ends_at_us: Option<i64>,
    /// The key that replaced it.
    pub replaced_by: Option<KeyId>,
    /// Should be rotated every so many days.
    pub rotation_period_days: Option<i32>,
    /// When that is next.
    pub rotation_due_at_us: Option<i64>,
    /// Switched off after so many days without use.
    pub inactivity_timeout_days: Option<i32>,
}

impl Key {
    /// Whether it works now and will be refused within seven days.
    pub fn expires_soon(&self, now_us: i64) -> bool {
        let end = self.expires_at_us.into_iter().chain(self.grace_ends_at_us).min();
        matches!(self.state, KeyState::Active | KeyState::Grace | KeyState::Disabled)
            && end.is_some_and(|end| end <= now_us.saturating_add(days(7)))
    }
}

/// A key and its secret, shown this once.
#[derive(Debug)]
pub struct IssuedKey {
    /// The key.
    pub key: Key,
    /// What the client sends.
    pub secret: SecretString,
}

impl From<ApiKeyRow> for Key {
    fn from(row: ApiKeyRow) -> Self {
        let state = KeyState::of(&row, now_us());
        let rotation_due_at_us =
            row.rotation_period_days.map(|period| row.created_at_us.saturating_add(days(i64::from(period))));
        Self {
            id: row.id.into(),
            lineage: row.lineage_id.into(),
            owner: row.user_id.into(),
            owner_email: None,
            name: row.name,
            prefix: row.key_prefix,
            surfaces: row.surfaces.0,
            allowed_models: row.allowed_models.map(|list| list.0),
            tags: row.tags.0,
            cost_center: row.cost_center,
            strict_conversion: row.strict_conversion,
            cache_ttl_s: cache::shown_ttl_s(row.cache_ttl_s),
            state,
            reason: row.revoke_reason.or(row.disabled_reason),
            created_at_us: row.created_at_us,
            updated_at_us: row.updated_at_us,
            last_used_at_us: row.last_used_at_us,
            expires_at_us: row.expires_at_us,
            grace_ends_at_us: row.grace_ends_at_us,
            replaced_by: row.replaced_by.map(Into::into),
            rotation_period_days: row.rotation_period_days,
            rotation_due_at_us,
            inactivity_timeout_days: row.inactivity_timeout_days,
        }
    }
}

/// Which keys to list.
#[derive(Clone, Debug, Default)]
pub struct KeySearch {
    /// Only of this owner; who may only see their own gets their own whatever is asked.
    pub owner: Option<UserId>,
    /// Part of name, prefix or the owner's address.
    pub text: Option<String>,
    /// In which states.
    pub wanted: KeysWanted,
    /// In which order.
    pub sort: Sort<KeySort>,
    /// From an earlier page.
    pub cursor: Option<String>,
    /// Page size.
    pub limit: u64,
}

/// A page of keys.
pub async fn list(control: &Control, caller: &Caller, search: KeySearch) -> Result<Page<Key>> {
    let owner = if caller.allows(Action::KeysReadAny) {
        search.owner
    } else {
        caller.may(Action::KeysReadOwn)?;
        Some(caller.user_id())
    };
    let filter = KeyFilter {
        owner,
        search: search.text,
        wanted: search.wanted,
        now_us: now_us(),
        sort: search.sort,
        cursor: search.cursor,
        limit: search.limit,
    };
    let page = control.store.list_api_keys(&filter).await?;
    Ok(Page { items: with_owners(control, page.items).await?, next_cursor: page.next_cursor })
}

/// One key.
pub async fn get(control: &Control, caller: &Caller, id: &KeyId) -> Result<Key> {
    let row = find(control, caller, id, Action::KeysReadOwn, Action::KeysReadAny).await?;
    with_owners(control, vec![row]).await?.pop().ok_or(ControlError::NotFound("API key"))
}

/// Keys that will be refused within so many days: expiry, or the end of a grace.
pub async fn expiring(control: &Control, caller: &Caller, within_days: i64) -> Result<Vec<Key>> {
    let all = caller.allows(Action::KeysReadAny);
    if !all {
        caller.may(Action::KeysReadOwn)?;
    }
    let now = now_us();
    let rows = control.store.list_expiring_api_keys(now, now.saturating_add(days(within_days))).await?;
    with_owners(control, rows.into_iter().filter(|row| all || caller.is(&row.user_id)).collect()).await
}

/// Keys with their owners' addresses.
async fn with_owners(control: &Control, rows: Vec<ApiKeyRow>) -> Result<Vec<Key>> {
    let mut owners: Vec<String> = rows.iter().map(|row| row.user_id.clone()).collect();
    owners.sort();
    owners.dedup();
    let emails = control.store.emails_of(&owners).await?;
    let shown = rows.into_iter().map(|row| {
        let owner_email = emails.get(&row.user_id).cloned();
        Key { owner_email, ..Key::from(row) }
    });
    Ok(shown.collect())
}

/// The key, if the caller may do this to it. A caller without the right over others' keys does not learn of them.
async fn find(control: &Control, caller: &Caller, id: &KeyId, own: Action, any: Action) -> Result<ApiKeyRow> {
    if !caller.allows(any) {
        caller.may(own)?;
    }
    const WHAT: &str = "API key";
    let row = match control.store.get_api_key(id).await {
        // In the same words as below, so that nobody can tell a foreign key from none.
        Err(StoreError::NotFound(_)) => return Err(ControlError::NotFound(WHAT)),
        row => row?,
    };
    caller.may_on(&row.user_id, own, any, WHAT)?;
    Ok(row)
}
