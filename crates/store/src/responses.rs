//! Responses that calls can go on from.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use thinkwatch_policy::ids::UserId;

use crate::entity::response::{Column, Entity, Model};
use crate::entity::user;
use crate::error::StoreError;
use crate::store::Store;

/// Rows that are deleted in one go, so that no transaction is long.
const BATCH: u64 = 500;

impl Store {
    /// Writes these rows, in place of earlier ones of the same user and id. Rows of users that are not active are left out.
    pub async fn put_responses(&self, rows: Vec<Model>) -> Result<(), StoreError> {
        let txn = self.begin_write().await?;
        let mut owners: Vec<&str> = rows.iter().map(|row| row.user_id.as_str()).collect();
        owners.sort_unstable();
        owners.dedup();
        let active: Vec<String> = user::Entity::find()
            .select_only()
            .column(user::Column::Id)
            .filter(user::Column::Id.is_in(owners))
            .filter(user::Column::Active.eq(true))
            .filter(user::Column::DeletedAtUs.is_null())
            .into_tuple()
            .all(&txn)
            .await?;
        for row in rows.into_iter().filter(|row| active.contains(&row.user_id)) {
            let columns = [
                Column::ProviderId,
                Column::Model,
                Column::UpstreamModel,
                Column::CreatedAtUs,
                Column::ExpiresAtUs,
                Column::Bytes,
                Column::StateEncrypted,
            ];
            Entity::insert(row.into_active_model())
                .on_conflict(OnConflict::columns([Column::UserId, Column::Id]).update_columns(columns).to_owned())
                .exec_without_returning(&txn)
                .await?;
        }
        Ok(txn.commit().await?)
    }

    /// The user's response of this id, unless it has expired.
    pub async fn get_response(&self, user: &UserId, id: &str, now_us: i64) -> Result<Option<Model>, StoreError> {
        let found = Entity::find_by_id((user.as_str().to_owned(), id.to_owned())).one(&self.pools.reader).await?;
        Ok(found.filter(|row| row.expires_at_us > now_us))
    }

    /// Whether there is a response of this id, expired or not.
    pub async fn has_response(&self, user: &UserId, id: &str) -> Result<bool, StoreError> {
        let found = Entity::find_by_id((user.as_str().to_owned(), id.to_owned()))
            .select_only()
            .column(Column::Id)
            .into_tuple::<String>()
            .one(&self.pools.reader)
            .await?;
        Ok(found.is_some())
    }

    /// Removes the user's response of this id. False when there is none.
    pub async fn delete_response(&self, user: &UserId, id: &str) -> Result<bool, StoreError> {
        let txn = self.begin_write().await?;
        let gone = Entity::delete_by_id((user.as_str().to_owned(), id.to_owned())).exec(&txn).await?.rows_affected;
        txn.commit().await?;
        Ok(gone > 0)
    }

    /// Removes what has expired, up to a number of rows, and says how many went.
    pub async fn drop_expired_responses(&self, now_us: i64) -> Result<u64, StoreError> {
        self.drop_oldest_responses(Column::ExpiresAtUs, Condition::all().add(Column::ExpiresAtUs.lte(now_us)), BATCH)
            .await
    }

    /// Rows and bytes of all responses.
    pub async fn size_of_responses(&self) -> Result<(u64, u64), StoreError> {
        let sums: Option<(i64, Option<i64>)> = Entity::find()
            .select_only()
            .column_as(Column::Bytes.count(), "rows")
            // PostgreSQL sums BIGINT into NUMERIC.
            .column_as(Expr::col(Column::Bytes).sum().cast_as("BIGINT"), "bytes")
            .into_tuple()
            .one(&self.pools.reader)
            .await?;
        let (rows, bytes) = sums.unwrap_or((0, None));
        Ok((u64::try_from(rows).unwrap_or(0), u64::try_from(bytes.unwrap_or(0)).unwrap_or(0)))
    }

    /// Removes the oldest rows (with `holding_state` only of those that take the gateway's own room), at most a few hundred at
    /// once, and says how many went.
    pub async fn drop_oldest_response_rows(&self, most: u64, holding_state: bool) -> Result<u64, StoreError> {
        let of = if holding_state { Condition::all().add(Column::Bytes.gt(0)) } else { Condition::all() };
        self.drop_oldest_responses(Column::CreatedAtUs, of, Ord::min(most, BATCH)).await
    }

    async fn drop_oldest_responses(&self, by: Column, of: Condition, most: u64) -> Result<u64, StoreError> {
        let txn = self.begin_write().await?;
        let keys: Vec<(String, String)> = Entity::find()
            .select_only()
            .column(Column::UserId)
            .column(Column::Id)
            .filter(of)
            .order_by_asc(by)
            .limit(most)
            .into_tuple()
            .all(&txn)
            .await?;
        let mut gone = 0;
        for key in keys {
            gone += Entity::delete_by_id(key).exec(&txn).await?.rows_affected;
        }
        txn.commit().await?;
        Ok(gone)
    }
}

/// Removes all of a user's responses.
pub(crate) async fn delete_all(txn: &DatabaseTransaction, user: &UserId) -> Result<(), StoreError> {
    Entity::delete_many().filter(Column::UserId.eq(user.as_str())).exec(txn).await?;
    Ok(())
}
