//! Rows → users and keys as the data plane sees them.

use std::sync::Arc;

use thinkwatch_policy::Map;
use thinkwatch_policy::ids::UserId;
use thinkwatch_policy::principal::{KeyPrincipal, Principals, UserPrincipal};
use thinkwatch_store::{ApiKeyRow, PrincipalRows};

/// Builds the principals. Rows of inactive users are not loaded, so their keys find no owner and vanish with them.
pub(super) fn build(rows: PrincipalRows) -> Principals {
    let users: Map<UserId, Arc<UserPrincipal>> = rows
        .users
        .into_iter()
        .filter(|known| known.user.active)
        .map(|known| {
            let user = UserPrincipal {
                id: known.user.id.into(),
                email: known.user.email.into(),
                // Roles of a team act in that team only; there are no teams yet.
                roles: known.roles.iter().filter(|grant| grant.team.is_none()).map(|grant| grant.role).collect(),
                service_account: known.user.service_account,
            };
            (user.id.clone(), Arc::new(user))
        })
        .collect();
    let mut keys = Map::default();
    for row in rows.keys {
        let Some(user) = users.get(&UserId::from(row.user_id.as_str())) else { continue };
        let Ok(hash) = <[u8; 32]>::try_from(row.key_hash.as_slice()) else {
            tracing::error!(key = row.id, "this key cannot be used: its hash is damaged");
            continue;
        };
        keys.insert(hash, Arc::new(key_of(row, Arc::clone(user))));
    }
    Principals { keys, users }
}

fn key_of(row: ApiKeyRow, user: Arc<UserPrincipal>) -> KeyPrincipal {
    // Whichever comes first.
    let refused_from_us = [row.expires_at_us, row.grace_ends_at_us].into_iter().flatten().min();
    KeyPrincipal {
        id: row.id.into(),
        lineage: row.lineage_id.into(),
        name: row.name.into(),
        user,
        team: row.team_id.map(Into::into),
        surfaces: row.surfaces.0,
        allowed_models: row.allowed_models.map(|list| list.0),
        refused_from_us,
        disabled: row.disabled_at_us.is_some(),
        tags: row.tags.0.into_iter().collect(),
        cost_center: row.cost_center.map(Into::into),
        strict_conversion: row.strict_conversion,
        // What cannot be read is nothing that anybody asked for.
        cache_ttl_s: row.cache_ttl_s.map(|ttl_s| u32::try_from(ttl_s).unwrap_or(0)),
    }
}
