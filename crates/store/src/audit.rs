//! The audit trail: written with each change, read in pages.

use sea_orm::{
    ColumnTrait, Condition, DatabaseTransaction, EntityTrait, NotSet, QueryFilter, QueryOrder, QuerySelect, Set,
};

use crate::entity::audit::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::inputs::{AuditEntry, AuditFilter, Page};
use crate::json::Json;
use crate::page;
use crate::store::Store;

/// Adds the entry to the trail; the caller holds the trail's lock.
pub(crate) async fn write(txn: &DatabaseTransaction, entry: &AuditEntry) -> Result<(), StoreError> {
    let row = ActiveModel {
        seq: NotSet,
        id: Set(entry.id.as_str().to_owned()),
        timestamp_us: Set(entry.timestamp_us),
        user_id: Set(entry.user_id.as_ref().map(|id| id.as_str().to_owned())),
        user_email: Set(entry.user_email.clone()),
        action: Set(entry.action.clone()),
        resource_type: Set(entry.resource_type.clone()),
        resource_id: Set(entry.resource_id.clone()),
        details: Set(Json(entry.details.clone())),
        ip_address: Set(entry.ip_address.clone()),
        user_agent: Set(entry.user_agent.clone()),
        request_id: Set(entry.request_id.clone()),
    };
    Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

impl Store {
    /// Records an act that changes nothing here: a failed sign-in, a denied request.
    pub async fn record_audit(&self, entry: &AuditEntry) -> Result<(), StoreError> {
        self.begin_change(entry, &[]).await?.commit().await?;
        Ok(())
    }

    /// The trail, newest first.
    pub async fn list_audit(&self, filter: &AuditFilter) -> Result<Page<Model>, StoreError> {
        let mut query = Entity::find();
        if let Some(cursor) = &filter.cursor {
            query = query.filter(Column::Seq.lt(cursor.parse::<i64>().map_err(|_| StoreError::BadCursor)?));
        }
        if let Some(from) = filter.from_us {
            query = query.filter(Column::TimestampUs.gte(from));
        }
        if let Some(to) = filter.to_us {
            query = query.filter(Column::TimestampUs.lt(to));
        }
        for (column, wanted) in [
            (Column::UserId, filter.user_id.as_ref().map(AsRef::as_ref)),
            (Column::Action, filter.action.as_deref()),
            (Column::ResourceType, filter.resource_type.as_deref()),
            (Column::ResourceId, filter.resource_id.as_deref()),
        ] {
            if let Some(wanted) = wanted {
                query = query.filter(column.eq(wanted));
            }
        }
        if let Some(text) = &filter.search {
            let anywhere = [Column::Action, Column::UserEmail, Column::ResourceId];
            query =
                query.filter(anywhere.into_iter().fold(Condition::any(), |any, c| any.add(page::contains(c, text))));
        }
        let rows = query.order_by_desc(Column::Seq).limit(page::size(filter.limit) + 1).all(&self.pools.reader).await?;
        Ok(page::cut(rows, filter.limit, |row| row.seq.to_string()))
    }
}
