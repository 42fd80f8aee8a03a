//! Whole parts at once, each of one version, for whoever builds the snapshot.

use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};
use thinkwatch_policy::ids::SessionId;

use crate::entity::{api_key, model, part_version, price, provider, route, session, user};
use crate::error::StoreError;
use crate::inputs::{CatalogueRows, PrincipalRows, RevocationRows};
use crate::store::{Part, Store};
use crate::users::with_roles;

impl Store {
    /// Providers, models, routes and prices.
    pub async fn load_catalogue(&self) -> Result<CatalogueRows, StoreError> {
        let txn = self.begin_read().await?;
        let version = version_of(&txn, Part::Catalogue).await?;
        let providers = provider::Entity::find()
            .filter(provider::Column::DeletedAtUs.is_null())
            .order_by_asc(provider::Column::Id)
            .all(&txn)
            .await?;
        let models = model::Entity::find()
            .filter(model::Column::DeletedAtUs.is_null())
            .order_by_asc(model::Column::Id)
            .all(&txn)
            .await?;
        let mut routes = route::Entity::find().order_by_asc(route::Column::Id).all(&txn).await?;
        let known: std::collections::HashSet<&str> = models.iter().map(|m| m.id.as_str()).collect();
        routes.retain(|route| known.contains(route.model_id.as_str()));
        let prices = price::Entity::find().order_by_asc(price::Column::Id).all(&txn).await?;
        txn.commit().await?;
        Ok(CatalogueRows { version, providers, models, routes, prices })
    }

    /// Active users with their roles, and their keys as far as they could be used.
    pub async fn load_principals(&self) -> Result<PrincipalRows, StoreError> {
        let txn = self.begin_read().await?;
        let version = version_of(&txn, Part::Principals).await?;
        let users = user::Entity::find()
            .filter(user::Column::DeletedAtUs.is_null())
            .filter(user::Column::Active.eq(true))
            .order_by_asc(user::Column::Id)
            .all(&txn)
            .await?;
        let users = with_roles(&txn, users).await?;
        let mut keys = api_key::Entity::find()
            .filter(api_key::Column::DeletedAtUs.is_null())
            .filter(api_key::Column::RevokedAtUs.is_null())
            .order_by_asc(api_key::Column::Id)
            .all(&txn)
            .await?;
        txn.commit().await?;
        let active: std::collections::HashSet<&str> = users.iter().map(|u| u.user.id.as_str()).collect();
        keys.retain(|key| active.contains(key.user_id.as_str()));
        Ok(PrincipalRows { version, users, keys })
    }

    /// Sessions that were ended at or after `since_us` (older ones can have no valid access token any more).
    pub async fn load_revocations(&self, since_us: i64) -> Result<RevocationRows, StoreError> {
        let txn = self.begin_read().await?;
        let version = version_of(&txn, Part::Revocations).await?;
        let rows = session::Entity::find()
            .filter(session::Column::RevokedAtUs.gte(since_us))
            .order_by_asc(session::Column::Id)
            .all(&txn)
            .await?;
        txn.commit().await?;
        let sessions = rows.into_iter().filter_map(|s| Some((SessionId::from(s.id), s.revoked_at_us?))).collect();
        Ok(RevocationRows { version, sessions })
    }
}

pub(crate) async fn version_of(txn: &DatabaseTransaction, part: Part) -> Result<i64, StoreError> {
    let row = part_version::Entity::find_by_id(part.as_str()).one(txn).await?;
    row.map(|row| row.version).ok_or(StoreError::Corrupt("change log"))
}
