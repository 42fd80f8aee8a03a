//! API keys: a lineage is a chain of secrets, each replaced by the next.

use std::collections::HashMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use thinkwatch_policy::ids::{AuditId, KeyId, UserId};
use thinkwatch_policy::limits::SubjectKind;

use crate::entity::api_key::{Column, Entity, Model};
use crate::entity::user;
use crate::error::{StoreError, unique};
use crate::inputs::{AuditEntry, KeyFilter, KeyPatch, KeyRotation, KeySort, Page, Sort};
use crate::json::Json;
use crate::store::{Part, Store, bump, insert, lock_trail, save};
use crate::{audit, key_state, limits, page, users};

/// Why the job disabled a key.
const INACTIVE: &str = "not used for longer than its inactivity timeout";

impl Store {
    /// Adds the first secret of a key. Its owner must be there and active.
    pub async fn create_api_key(&self, key: Model, entry: &AuditEntry) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[Part::Principals]).await?;
        add_key(&txn, key).await?;
        Ok(txn.commit().await?)
    }

    /// A secret that is not deleted.
    pub async fn get_api_key(&self, id: &KeyId) -> Result<Model, StoreError> {
        live(&self.pools.reader, id).await
    }

    /// A page of keys that are not deleted.
    pub async fn list_api_keys(&self, filter: &KeyFilter) -> Result<Page<Model>, StoreError> {
        let sorting = sorting(filter.sort);
        let mut query = Entity::find().filter(Column::DeletedAtUs.is_null());
        if let Some(cursor) = &filter.cursor {
            query = query.filter(sorting.behind(cursor, Column::Id)?);
        }
        if let Some(owner) = &filter.owner {
            query = query.filter(Column::UserId.eq(owner.as_str()));
        }
        query = query.filter(filter.wanted.condition(filter.now_us));
        if let Some(text) = &filter.search {
            let owners = user::Entity::find()
                .select_only()
                .column(user::Column::Id)
                .filter(page::contains(user::Column::Email, text))
                .into_query();
            let either = [Column::Name, Column::KeyPrefix]
                .into_iter()
                .fold(Condition::any(), |any, c| any.add(page::contains(c, text)))
                .add(Column::UserId.in_subquery(owners));
            query = query.filter(either);
        }
        let by = match filter.sort.by {
            KeySort::Name => page::Value::Text(String::new()),
            _ => page::Value::Number(0),
        };
        let rows = query
            .order_by(sorting.expression(&by), sorting.order())
            .order_by(Column::Id, sorting.order())
            .limit(page::size(filter.limit) + 1)
            .all(&self.pools.reader)
            .await?;
        Ok(page::cut(rows, filter.limit, |key| sorting.cursor(key, &key.id)))
    }

    /// The names of these keys, as far as they are not deleted.
    pub async fn names_of_keys(&self, ids: &[String]) -> Result<HashMap<String, String>, StoreError> {
        let found = Entity::find()
            .select_only()
            .column(Column::Id)
            .column(Column::Name)
            .filter(Column::Id.is_in(ids))
            .filter(Column::DeletedAtUs.is_null())
            .into_tuple::<(String, String)>()
            .all(&self.pools.reader)
            .await?;
        Ok(found.into_iter().collect())
    }

    /// The newest secret of each of these lineages, ended ones too.
    pub async fn newest_of_lineages(&self, lineages: &[String]) -> Result<Vec<Model>, StoreError> {
        let mut newest: HashMap<String, Model> = HashMap::new();
        let found = Entity::find().filter(Column::LineageId.is_in(lineages)).order_by_asc(Column::CreatedAtUs);
        for row in found.all(&self.pools.reader).await? {
            newest.insert(row.lineage_id.clone(), row);
        }
        Ok(newest.into_values().collect())
    }

    /// Changes what a key may do and how it is booked; secrets of its lineage that are still in their grace follow.
    pub async fn update_api_key(&self, id: &KeyId, patch: KeyPatch, entry: &AuditEntry) -> Result<Model, StoreError> {
        let txn = self.begin_change(entry, &[Part::Principals]).await?;
        let key = not_revoked(&txn, id).await?;
        let mut changed = None;
        for mut secret in with_predecessors(&txn, &key).await? {
            apply(&mut secret, &patch);
            secret.updated_at_us = entry.timestamp_us;
            save(&txn, secret.clone()).await?;
            if secret.id == key.id {
                changed = Some(secret);
            }
        }
        txn.commit().await?;
        changed.ok_or(StoreError::NotFound("API key"))
    }

    /// Gives the lineage a new secret; the old one is refused once the grace ends. Gives the new row.
    pub async fn rotate_api_key(
        &self,
        id: &KeyId,
        rotation: KeyRotation,
        entry: &AuditEntry,
    ) -> Result<Model, StoreError> {
        let txn = self.begin_change(entry, &[Part::Principals]).await?;
        let now = entry.timestamp_us;
        let mut old = not_revoked(&txn, id).await?;
        if old.replaced_by.is_some() {
            return Err(StoreError::WrongState { resource: "API key", state: "already rotated" });
        }
        if old.disabled_at_us.is_some() {
            return Err(StoreError::WrongState { resource: "API key", state: "disabled" });
        }
        let new = Model {
            id: rotation.id.as_str().to_owned(),
            key_hash: rotation.key_hash,
            pepper_version: rotation.pepper_version,
            key_prefix: rotation.key_prefix,
            expires_at_us: rotation.expires_at_us,
            last_used_at_us: None,
            created_at_us: now,
            updated_at_us: now,
            ..old.clone()
        };
        insert(&txn, new.clone()).await.map_err(unique("API key", "secret"))?;
        old.replaced_by = Some(new.id.clone());
        old.grace_ends_at_us = Some(rotation.grace_ends_at_us);
        old.updated_at_us = now;
        save(&txn, old).await?;
        txn.commit().await?;
        Ok(new)
    }

    /// Ends a secret for good, and with it all earlier ones of its lineage that are still in their grace: whoever
    /// revokes a key does not expect its predecessor to go on working. Revoking a predecessor leaves its successor.
    pub async fn revoke_api_key(&self, id: &KeyId, reason: &str, entry: &AuditEntry) -> Result<Model, StoreError> {
        self.change_with_predecessors(id, entry, |secret, now| {
            secret.revoked_at_us = Some(now);
            secret.revoke_reason = Some(reason.to_owned());
        })
        .await
    }

    /// Refuses a key until it is enabled again.
    pub async fn disable_api_key(&self, id: &KeyId, reason: &str, entry: &AuditEntry) -> Result<Model, StoreError> {
        self.change_with_predecessors(id, entry, |secret, now| {
            secret.disabled_at_us.get_or_insert(now);
            secret.disabled_reason = Some(reason.to_owned());
        })
        .await
    }

    /// Lets a disabled key work again; the time of inactivity begins anew.
    pub async fn enable_api_key(&self, id: &KeyId, entry: &AuditEntry) -> Result<Model, StoreError> {
        self.change_with_predecessors(id, entry, |secret, _| {
            secret.disabled_at_us = None;
            secret.disabled_reason = None;
        })
        .await
    }

    /// Deletes a key softly: it is revoked, if it was not, and no longer shown.
    pub async fn delete_api_key(&self, id: &KeyId, entry: &AuditEntry) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[Part::Principals]).await?;
        let now = entry.timestamp_us;
        let key = live(&txn, id).await?;
        for mut secret in with_predecessors(&txn, &key).await? {
            if secret.revoked_at_us.is_none() {
                secret.revoked_at_us = Some(now);
                secret.revoke_reason = Some("deleted".to_owned());
            }
            secret.deleted_at_us = Some(now);
            secret.updated_at_us = now;
            save(&txn, secret).await?;
        }
        // A younger secret may go on with the lineage.
        let lineage = Entity::find().filter(Column::LineageId.eq(key.lineage_id.as_str()));
        if lineage.filter(Column::DeletedAtUs.is_null()).one(&txn).await?.is_none() {
            limits::forget(&txn, SubjectKind::Key, &[&key.lineage_id]).await?;
        }
        Ok(txn.commit().await?)
    }

    /// Keys that work and will be refused after `now_us` and not later than `until_us`, soonest first: they expire, or
    /// they were rotated and their grace ends.
    pub async fn list_expiring_api_keys(&self, now_us: i64, until_us: i64) -> Result<Vec<Model>, StoreError> {
        let ends = |column: Column| column.lte(until_us);
        let mut found = Entity::find()
            .filter(Column::DeletedAtUs.is_null())
            .filter(Column::DisabledAtUs.is_null())
            .filter(key_state::current(now_us))
            .filter(key_state::not_past(Column::ExpiresAtUs, now_us))
            .filter(Condition::any().add(ends(Column::ExpiresAtUs)).add(ends(Column::GraceEndsAtUs)))
            .all(&self.pools.reader)
            .await?;
        let end = |key: &Model| key.expires_at_us.into_iter().chain(key.grace_ends_at_us).min();
        found.sort_by(|a, b| (end(a), &a.id).cmp(&(end(b), &b.id)));
        Ok(found)
    }

    /// Notes when keys were last used; an earlier time than the one known is ignored.
    pub async fn touch_api_keys(&self, used: &[(KeyId, i64)]) -> Result<(), StoreError> {
        let txn = self.begin_write().await?;
        touch(&txn, used).await?;
        Ok(txn.commit().await?)
    }

    /// Disables every key that was not used (nor changed) for longer than its inactivity timeout. Each gets a row in
    /// the trail, made from `entry` with an id of its own; nothing is written when there is none.
    pub async fn disable_inactive_api_keys(&self, entry: &AuditEntry) -> Result<Vec<Model>, StoreError> {
        let now = entry.timestamp_us;
        let txn = self.begin_write().await?;
        lock_trail(&txn).await?;
        let idle = Entity::find().filter(in_use()).filter(Column::InactivityTimeoutDays.is_not_null());
        let mut disabled = Vec::new();
        for mut key in idle.order_by_asc(Column::Id).all(&txn).await? {
            let days = i64::from(key.inactivity_timeout_days.unwrap_or(i32::MAX));
            let last = key.last_used_at_us.unwrap_or(0).max(key.updated_at_us);
            if last.saturating_add(days.saturating_mul(86_400_000_000)) > now {
                continue;
            }
            key.disabled_at_us = Some(now);
            key.disabled_reason = Some(INACTIVE.to_owned());
            key.updated_at_us = now;
            save(&txn, key.clone()).await?;
            let entry = AuditEntry {
                id: AuditId::from(format!("{}_{}", entry.id, disabled.len())),
                resource_id: Some(key.id.clone()),
                ..entry.clone()
            };
            audit::write(&txn, &entry).await?;
            disabled.push(key);
        }
        if disabled.is_empty() {
            txn.rollback().await?;
            return Ok(disabled);
        }
        bump(&txn, &[Part::Principals]).await?;
        txn.commit().await?;
        Ok(disabled)
    }

    async fn change_with_predecessors(
        &self,
        id: &KeyId,
        entry: &AuditEntry,
        change: impl Fn(&mut Model, i64) + Send,
    ) -> Result<Model, StoreError> {
        let txn = self.begin_change(entry, &[Part::Principals]).await?;
        let mut asked = not_revoked(&txn, id).await?;
        for mut secret in with_predecessors(&txn, &asked).await? {
            if secret.revoked_at_us.is_some() {
                continue;
            }
            change(&mut secret, entry.timestamp_us);
            secret.updated_at_us = entry.timestamp_us;
            save(&txn, secret.clone()).await?;
            if secret.id == asked.id {
                asked = secret;
            }
        }
        txn.commit().await?;
        Ok(asked)
    }
}

fn sorting(sort: Sort<KeySort>) -> page::Sorting<'static, Model, Column> {
    use page::Value::{Number, Text};
    const NEVER_EXPIRES: i64 = i64::MAX;
    const NEVER_USED: i64 = -1;
    let descending = sort.descending;
    match sort.by {
        KeySort::CreatedAt => page::Sorting {
            name: "created_at",
            descending,
            column: Column::CreatedAtUs,
            without: None,
            value: &|key: &Model| Number(key.created_at_us),
        },
        KeySort::Name => page::Sorting {
            name: "name",
            descending,
            column: Column::Name,
            without: None,
            value: &|key: &Model| Text(key.name.clone()),
        },
        KeySort::ExpiresAt => page::Sorting {
            name: "expires_at",
            descending,
            column: Column::ExpiresAtUs,
            without: Some(NEVER_EXPIRES),
            value: &|key: &Model| Number(key.expires_at_us.unwrap_or(NEVER_EXPIRES)),
        },
        KeySort::LastUsedAt => page::Sorting {
            name: "last_used_at",
            descending,
            column: Column::LastUsedAtUs,
            without: Some(NEVER_USED),
            value: &|key: &Model| Number(key.last_used_at_us.unwrap_or(NEVER_USED)),
        },
    }
}

fn apply(key: &mut Model, patch: &KeyPatch) {
    if let Some(name) = &patch.name {
        key.name.clone_from(name);
    }
    if let Some(team) = &patch.team_id {
        key.team_id = team.as_ref().map(|id| id.as_str().to_owned());
    }
    if let Some(surfaces) = &patch.surfaces {
        key.surfaces = Json(surfaces.clone());
    }
    if let Some(models) = &patch.allowed_models {
        key.allowed_models = models.clone().map(Json);
    }
    if let Some(tools) = &patch.allowed_tools {
        key.allowed_tools = tools.clone().map(Json);
    }
    if let Some(tags) = &patch.tags {
        key.tags = Json(tags.clone());
    }
    if let Some(cost_center) = &patch.cost_center {
        key.cost_center.clone_from(cost_center);
    }
    if let Some(strict) = patch.strict_conversion {
        key.strict_conversion = strict;
    }
    if let Some(ttl_s) = patch.cache_ttl_s {
        key.cache_ttl_s = ttl_s;
    }
    if let Some(expires) = patch.expires_at_us {
        key.expires_at_us = expires;
    }
    if let Some(days) = patch.rotation_period_days {
        key.rotation_period_days = days;
    }
    if let Some(days) = patch.inactivity_timeout_days {
        key.inactivity_timeout_days = days;
    }
}

/// Adds a key whose owner is there and active.
pub(crate) async fn add_key(txn: &DatabaseTransaction, key: Model) -> Result<(), StoreError> {
    let owner = users::live(txn, &UserId::from(key.user_id.as_str())).await?;
    if !owner.active {
        return Err(StoreError::WrongState { resource: "user", state: "inactive" });
    }
    insert(txn, key).await.map_err(unique("API key", "secret"))
}

/// Revokes every key of a user.
pub(crate) async fn revoke_all(
    txn: &DatabaseTransaction,
    user: &UserId,
    reason: &str,
    now_us: i64,
) -> Result<(), StoreError> {
    Entity::update_many()
        .col_expr(Column::RevokedAtUs, Expr::value(now_us))
        .col_expr(Column::RevokeReason, Expr::value(reason))
        .col_expr(Column::UpdatedAtUs, Expr::value(now_us))
        .filter(Column::UserId.eq(user.as_str()))
        .filter(Column::RevokedAtUs.is_null())
        .exec(txn)
        .await?;
    Ok(())
}

/// The lineages of a user's keys.
pub(crate) async fn lineages_of(txn: &DatabaseTransaction, user: &UserId) -> Result<Vec<String>, StoreError> {
    let keys = Entity::find().filter(Column::UserId.eq(user.as_str())).all(txn).await?;
    let mut lineages: Vec<String> = keys.into_iter().map(|key| key.lineage_id).collect();
    lineages.sort();
    lineages.dedup();
    Ok(lineages)
}

/// Notes uses, in the order of ids: two writers that meet wait for each other in one direction only.
pub(crate) async fn touch(txn: &DatabaseTransaction, used: &[(KeyId, i64)]) -> Result<(), StoreError> {
    let mut used: Vec<_> = used.iter().collect();
    used.sort();
    for (id, at) in used {
        Entity::update_many()
            .col_expr(Column::LastUsedAtUs, Expr::value(*at))
            .filter(Column::Id.eq(id.as_str()))
            .filter(Condition::any().add(Column::LastUsedAtUs.is_null()).add(Column::LastUsedAtUs.lt(*at)))
            .exec(txn)
            .await?;
    }
    Ok(())
}

/// Neither deleted, revoked, disabled nor replaced.
fn in_use() -> Condition {
    Condition::all()
        .add(Column::DeletedAtUs.is_null())
        .add(Column::RevokedAtUs.is_null())
        .add(Column::DisabledAtUs.is_null())
        .add(Column::ReplacedBy.is_null())
}

async fn live<C: ConnectionTrait>(db: &C, id: &KeyId) -> Result<Model, StoreError> {
    Entity::find_by_id(id.as_str())
        .filter(Column::DeletedAtUs.is_null())
        .one(db)
        .await?
        .ok_or(StoreError::NotFound("API key"))
}

async fn not_revoked(txn: &DatabaseTransaction, id: &KeyId) -> Result<Model, StoreError> {
    let key = live(txn, id).await?;
    match key.revoked_at_us {
        None => Ok(key),
        Some(_) => Err(StoreError::WrongState { resource: "API key", state: "revoked" }),
    }
}

/// The secret and those it replaced, as far as they are not deleted.
async fn with_predecessors(txn: &DatabaseTransaction, key: &Model) -> Result<Vec<Model>, StoreError> {
    let lineage = Entity::find()
        .filter(Column::LineageId.eq(key.lineage_id.as_str()))
        .filter(Column::DeletedAtUs.is_null())
        .order_by_asc(Column::Id)
        .all(txn)
        .await?;
    // By the links and not by time: two rotations may happen in one microsecond of a test or a coarse clock.
    let mut wanted = vec![key.id.clone()];
    let mut next = 0;
    while let Some(id) = wanted.get(next).cloned() {
        wanted.extend(lineage.iter().filter(|k| k.replaced_by.as_ref() == Some(&id)).map(|k| k.id.clone()));
        next += 1;
    }
    Ok(lineage.into_iter().filter(|k| wanted.contains(&k.id)).collect())
}
