//! Small things kept by name: the encrypted pepper, the encryption canary, the installation id.

use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, IntoActiveModel};

use crate::entity::secret::{Column, Entity, Model};
use crate::error::StoreError;
use crate::store::Store;

impl Store {
    /// The value of this name.
    pub async fn get_secret(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(Entity::find_by_id(name).one(&self.pools.reader).await?.map(|row| row.value))
    }

    /// Keeps the value unless there is one, and gives the one in force: of two replicas that start, both use the
    /// first one's pepper.
    pub async fn put_secret_if_absent(&self, name: &str, value: &[u8], now_us: i64) -> Result<Vec<u8>, StoreError> {
        let txn = self.begin_write().await?;
        let row = Model { name: name.to_owned(), value: value.to_vec(), created_at_us: now_us };
        Entity::insert(row.into_active_model())
            .on_conflict(OnConflict::column(Column::Name).do_nothing().to_owned())
            .exec_without_returning(&txn)
            .await?;
        let kept = Entity::find_by_id(name).one(&txn).await?.ok_or(StoreError::Corrupt("secret"))?;
        txn.commit().await?;
        Ok(kept.value)
    }
}
