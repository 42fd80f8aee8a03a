//! Removing for good what was deleted long ago. History keeps its own copy of what it needs.

use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use crate::entity::{api_key, audit, model, provider, route, session, user, user_role};
use crate::error::StoreError;
use crate::inputs::Purged;
use crate::store::Store;

impl Store {
    /// Removes rows that were deleted before this time, and sessions that were over or ended before it.
    pub async fn purge_deleted(&self, before_us: i64) -> Result<Purged, StoreError> {
        let txn = self.begin_write().await?;
        let sessions = session::Entity::delete_many()
            .filter(
                Condition::any()
                    .add(session::Column::ExpiresAtUs.lt(before_us))
                    .add(session::Column::RevokedAtUs.lt(before_us)),
            )
            .exec(&txn)
            .await?
            .rows_affected;
        let keys = api_key::Entity::delete_many()
            .filter(api_key::Column::DeletedAtUs.lt(before_us))
            .exec(&txn)
            .await?
            .rows_affected;
        let users =
            user::Entity::delete_many().filter(user::Column::DeletedAtUs.lt(before_us)).exec(&txn).await?.rows_affected;
        let ids = Query::select().column(user::Column::Id).from(user::Entity).to_owned();
        user_role::Entity::delete_many().filter(user_role::Column::UserId.not_in_subquery(ids)).exec(&txn).await?;
        let models = model::Entity::delete_many()
            .filter(model::Column::DeletedAtUs.lt(before_us))
            .exec(&txn)
            .await?
            .rows_affected;
        let ids = Query::select().column(model::Column::Id).from(model::Entity).to_owned();
        route::Entity::delete_many().filter(route::Column::ModelId.not_in_subquery(ids)).exec(&txn).await?;
        let providers = provider::Entity::delete_many()
            .filter(provider::Column::DeletedAtUs.lt(before_us))
            .exec(&txn)
            .await?
            .rows_affected;
        txn.commit().await?;
        Ok(Purged { users, keys, providers, models, sessions })
    }

    /// Removes audit entries made before this time. Returns how many.
    pub async fn drop_audit_before(&self, before_us: i64) -> Result<u64, StoreError> {
        let txn = self.begin_write().await?;
        let gone = audit::Entity::delete_many().filter(audit::Column::TimestampUs.lt(before_us)).exec(&txn).await?;
        txn.commit().await?;
        Ok(gone.rows_affected)
    }
}
