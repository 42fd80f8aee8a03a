//! Users and what they may do.

use std::collections::HashMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use thinkwatch_policy::ids::{SessionId, TeamId, UserId};
use thinkwatch_policy::limits::SubjectKind;
use thinkwatch_policy::principal::Role;

use crate::entity::{api_key, user, user_role};
use crate::error::{StoreError, unique};
use crate::inputs::{AuditEntry, Page, RoleGrant, Sort, UserFilter, UserHoldings, UserPatch, UserSort, UserWithRoles};
use crate::store::{Part, Store, insert, save};
use crate::{keys, limits, page, responses, sessions};

/// The scope of a role that is held everywhere. Team ids have a prefix, so none can be this.
const GLOBAL: &str = "global";

impl Store {
    /// Adds a user with their roles. The address is kept in lower case.
    pub async fn create_user(
        &self,
        user: user::Model,
        roles: &[RoleGrant],
        entry: &AuditEntry,
    ) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[Part::Principals]).await?;
        add_user(&txn, user, roles).await?;
        Ok(txn.commit().await?)
    }

    /// A user who is not deleted.
    pub async fn get_user(&self, id: &UserId) -> Result<UserWithRoles, StoreError> {
        let user = live(&self.pools.reader, id).await?;
        with_roles(&self.pools.reader, vec![user]).await?.pop().ok_or(StoreError::NotFound("user"))
    }

    /// The user with this address, whatever its case.
    pub async fn find_user_by_email(&self, email: &str) -> Result<Option<UserWithRoles>, StoreError> {
        let user = user::Entity::find()
            .filter(user::Column::Email.eq(email.trim().to_lowercase()))
            .filter(user::Column::DeletedAtUs.is_null())
            .one(&self.pools.reader)
            .await?;
        Ok(with_roles(&self.pools.reader, user.into_iter().collect()).await?.pop())
    }

    /// A page of users who are not deleted.
    pub async fn list_users(&self, filter: &UserFilter) -> Result<Page<UserWithRoles>, StoreError> {
        let sorting = sorting(filter.sort);
        let mut query = user::Entity::find().filter(user::Column::DeletedAtUs.is_null());
        if let Some(cursor) = &filter.cursor {
            query = query.filter(sorting.behind(cursor, user::Column::Id)?);
        }
        if let Some(service_account) = filter.service_account {
            query = query.filter(user::Column::ServiceAccount.eq(service_account));
        }
        if let Some(active) = filter.active {
            query = query.filter(user::Column::Active.eq(active));
        }
        if let Some(text) = &filter.search {
            let either = Condition::any()
                .add(page::contains(user::Column::Email, text))
                .add(page::contains(user::Column::DisplayName, text));
            query = query.filter(either);
        }
        let by = match filter.sort.by {
            UserSort::CreatedAt => page::Value::Number(0),
            _ => page::Value::Text(String::new()),
        };
        let rows = query
            .order_by(sorting.expression(&by), sorting.order())
            .order_by(user::Column::Id, sorting.order())
            .limit(page::size(filter.limit) + 1)
            .all(&self.pools.reader)
            .await?;
        let rows = page::cut(rows, filter.limit, |user| sorting.cursor(user, &user.id));
        Ok(Page { items: with_roles(&self.pools.reader, rows.items).await?, next_cursor: rows.next_cursor })
    }

    /// The addresses of these users, deleted ones too.
    pub async fn emails_of(&self, ids: &[String]) -> Result<HashMap<String, String>, StoreError> {
        let found = user::Entity::find()
            .select_only()
            .column(user::Column::Id)
            .column(user::Column::Email)
            .filter(user::Column::Id.is_in(ids))
            .into_tuple::<(String, String)>()
            .all(&self.pools.reader)
            .await?;
        Ok(found.into_iter().collect())
    }

    /// What would end with this user.
    pub async fn user_holdings(&self, id: &UserId, now_us: i64) -> Result<UserHoldings, StoreError> {
        live(&self.pools.reader, id).await?;
        let keys = api_key::Entity::find()
            .filter(api_key::Column::UserId.eq(id.as_str()))
            .filter(api_key::Column::RevokedAtUs.is_null())
            .filter(api_key::Column::DeletedAtUs.is_null())
            .count(&self.pools.reader)
            .await?;
        let sessions = u64::try_from(self.list_sessions(id, now_us).await?.len()).unwrap_or(u64::MAX);
        Ok(UserHoldings { keys, sessions })
    }

    /// Changes a user. Deactivating ends all their sessions and revokes all their keys at once.
    pub async fn update_user(
        &self,
        id: &UserId,
        patch: UserPatch,
        entry: &AuditEntry,
    ) -> Result<UserWithRoles, StoreError> {
        let txn = self.begin_change(entry, &[Part::Principals]).await?;
        let now = entry.timestamp_us;
        let mut user = live(&txn, id).await?;
        let was_super_admin = is_super_admin(&txn, &user).await?;
        let deactivated = user.active && patch.active == Some(false);
        if let Some(email) = patch.email {
            user.email = email.trim().to_lowercase();
        }
        if let Some(name) = patch.display_name {
            user.display_name = name;
        }
        if let Some(active) = patch.active {
            user.active = active;
        }
        user.updated_at_us = now;
        save(&txn, user.clone()).await.map_err(unique("user", "email"))?;
        if let Some(roles) = patch.roles {
            user_role::Entity::delete_many().filter(user_role::Column::UserId.eq(id.as_str())).exec(&txn).await?;
            add_roles(&txn, id.as_str(), &roles).await?;
        }
        if was_super_admin {
            keep_a_super_admin(&txn).await?;
        }
        if deactivated {
            sessions::end_all(&txn, id, None, "user deactivated", now).await?;
            keys::revoke_all(&txn, id, "user deactivated", now).await?;
            responses::delete_all(&txn, id).await?;
        }
        let changed = with_roles(&txn, vec![user]).await?.pop().ok_or(StoreError::NotFound("user"))?;
        txn.commit().await?;
        Ok(changed)
    }

    /// Gives a user another password and ends their sessions, but for the one that asked.
    pub async fn set_password(
        &self,
        id: &UserId,
        password_hash: &str,
        keep_session: Option<&SessionId>,
        entry: &AuditEntry,
    ) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[]).await?;
        let mut user = live(&txn, id).await?;
        user.password_hash = Some(password_hash.to_owned());
        user.updated_at_us = entry.timestamp_us;
        save(&txn, user).await?;
        sessions::end_all(&txn, id, keep_session, "password changed", entry.timestamp_us).await?;
        Ok(txn.commit().await?)
    }

    /// Replaces the hash of the same password (better parameters, found at sign-in). False when it changed meanwhile.
    pub async fn replace_password_hash(
        &self,
        id: &UserId,
        old: &str,
        new: &str,
        now_us: i64,
    ) -> Result<bool, StoreError> {
        let txn = self.begin_write().await?;
        let done = user::Entity::update_many()
            .col_expr(user::Column::PasswordHash, Expr::value(new))
            .col_expr(user::Column::UpdatedAtUs, Expr::value(now_us))
            .filter(user::Column::Id.eq(id.as_str()))
            .filter(user::Column::PasswordHash.eq(old))
            .exec(&txn)
            .await?;
        txn.commit().await?;
        Ok(done.rows_affected == 1)
    }

    /// Deletes a user softly, ends all their sessions and revokes all their keys. The address is free again.
    pub async fn delete_user(&self, id: &UserId, entry: &AuditEntry) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[Part::Principals]).await?;
        let now = entry.timestamp_us;
        let mut user = live(&txn, id).await?;
        let was_super_admin = is_super_admin(&txn, &user).await?;
        user.active = false;
        user.deleted_at_us = Some(now);
        user.updated_at_us = now;
        save(&txn, user).await?;
        if was_super_admin {
            keep_a_super_admin(&txn).await?;
        }
        sessions::end_all(&txn, id, None, "user deleted", now).await?;
        keys::revoke_all(&txn, id, "user deleted", now).await?;
        responses::delete_all(&txn, id).await?;
        limits::forget(&txn, SubjectKind::User, &[id.as_str()]).await?;
        limits::forget(&txn, SubjectKind::Key, &keys::lineages_of(&txn, id).await?).await?;
        Ok(txn.commit().await?)
    }
}

fn sorting(sort: Sort<UserSort>) -> page::Sorting<'static, user::Model, user::Column> {
    use page::Value::{Number, Text};
    let descending = sort.descending;
    match sort.by {
        UserSort::CreatedAt => page::Sorting {
            name: "created_at",
            descending,
            column: user::Column::CreatedAtUs,
            without: None,
            value: &|user: &user::Model| Number(user.created_at_us),
        },
        UserSort::Email => page::Sorting {
            name: "email",
            descending,
            column: user::Column::Email,
            without: None,
            value: &|user: &user::Model| Text(user.email.clone()),
        },
        UserSort::DisplayName => page::Sorting {
            name: "display_name",
            descending,
            column: user::Column::DisplayName,
            without: None,
            value: &|user: &user::Model| Text(user.display_name.clone()),
        },
    }
}

/// Adds the row and the roles.
pub(crate) async fn add_user(
    txn: &DatabaseTransaction,
    mut user: user::Model,
    roles: &[RoleGrant],
) -> Result<(), StoreError> {
    user.email = user.email.trim().to_lowercase();
    let id = user.id.clone();
    insert(txn, user).await.map_err(unique("user", "email"))?;
    add_roles(txn, &id, roles).await
}

async fn add_roles(txn: &DatabaseTransaction, id: &str, roles: &[RoleGrant]) -> Result<(), StoreError> {
    let mut rows: Vec<user_role::Model> = roles
        .iter()
        .map(|grant| user_role::Model {
            user_id: id.to_owned(),
            role: grant.role.as_str().to_owned(),
            scope: grant.team.as_ref().map_or_else(|| GLOBAL.to_owned(), |team| team.as_str().to_owned()),
        })
        .collect();
    rows.sort_by(|a, b| (&a.role, &a.scope).cmp(&(&b.role, &b.scope)));
    rows.dedup();
    for row in rows {
        insert(txn, row).await?;
    }
    Ok(())
}

/// The user, unless deleted.
pub(crate) async fn live<C: ConnectionTrait>(db: &C, id: &UserId) -> Result<user::Model, StoreError> {
    user::Entity::find_by_id(id.as_str())
        .filter(user::Column::DeletedAtUs.is_null())
        .one(db)
        .await?
        .ok_or(StoreError::NotFound("user"))
}

/// Adds their roles to users, in the order given.
pub(crate) async fn with_roles<C: ConnectionTrait>(
    db: &C,
    users: Vec<user::Model>,
) -> Result<Vec<UserWithRoles>, StoreError> {
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let mut held: HashMap<String, Vec<RoleGrant>> = HashMap::new();
    let mut query = user_role::Entity::find();
    // A list of every id is only worth it for a page; whoever loads all users loads all roles.
    if users.len() <= 1000 {
        query = query.filter(user_role::Column::UserId.is_in(users.iter().map(|u| u.id.as_str())));
    }
    for row in query.all(db).await? {
        let role = Role::parse(&row.role).ok_or(StoreError::Corrupt("role"))?;
        let team = (row.scope != GLOBAL).then(|| TeamId::from(row.scope));
        held.entry(row.user_id).or_default().push(RoleGrant { role, team });
    }
    for roles in held.values_mut() {
        roles.sort_by(|a, b| (a.role, &a.team).cmp(&(b.role, &b.team)));
    }
    Ok(users
        .into_iter()
        .map(|user| {
            let roles = held.remove(&user.id).unwrap_or_default();
            UserWithRoles { user, roles }
        })
        .collect())
}

fn super_admins() -> sea_orm::Select<user_role::Entity> {
    user_role::Entity::find()
        .filter(user_role::Column::Role.eq(Role::SuperAdmin.as_str()))
        .filter(user_role::Column::Scope.eq(GLOBAL))
}

async fn is_super_admin(txn: &DatabaseTransaction, user: &user::Model) -> Result<bool, StoreError> {
    let held = super_admins().filter(user_role::Column::UserId.eq(user.id.as_str())).count(txn).await?;
    Ok(held > 0 && user.active && !user.service_account)
}

/// Refuses a change after which nobody could sign in as super admin. The trail's lock makes two demotions wait.
async fn keep_a_super_admin(txn: &DatabaseTransaction) -> Result<(), StoreError> {
    let holders: Vec<String> = super_admins().all(txn).await?.into_iter().map(|row| row.user_id).collect();
    let left = user::Entity::find()
        .filter(user::Column::Id.is_in(holders))
        .filter(user::Column::Active.eq(true))
        .filter(user::Column::ServiceAccount.eq(false))
        .filter(user::Column::DeletedAtUs.is_null())
        .count(txn)
        .await?;
    if left == 0 { Err(StoreError::LastSuperAdmin) } else { Ok(()) }
}
