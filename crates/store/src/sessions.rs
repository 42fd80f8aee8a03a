//! Console sessions and their refresh tokens.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use thinkwatch_policy::ids::{SessionId, UserId};

use crate::entity::session::{Column, Entity, Model};
use crate::error::StoreError;
use crate::inputs::{AuditEntry, RefreshAttempt, RefreshOutcome};
use crate::store::{Part, Store, bump, insert, save};

/// Why a session ended when a refresh token was used twice.
const REUSED: &str = "refresh token reused";

impl Store {
    /// Adds a session at sign-in.
    pub async fn create_session(&self, session: Model, entry: &AuditEntry) -> Result<(), StoreError> {
        let txn = self.begin_change(entry, &[]).await?;
        insert(&txn, session).await?;
        Ok(txn.commit().await?)
    }

    /// A session, even one that is over.
    pub async fn get_session(&self, id: &SessionId) -> Result<Option<Model>, StoreError> {
        Ok(Entity::find_by_id(id.as_str()).one(&self.pools.reader).await?)
    }

    /// A user's sessions that are neither over nor ended, newest first.
    pub async fn list_sessions(&self, user: &UserId, now_us: i64) -> Result<Vec<Model>, StoreError> {
        Ok(Entity::find()
            .filter(Column::UserId.eq(user.as_str()))
            .filter(Column::RevokedAtUs.is_null())
            .filter(Column::ExpiresAtUs.gt(now_us))
            .order_by_desc(Column::CreatedAtUs)
            .order_by_desc(Column::Id)
            .all(&self.pools.reader)
            .await?)
    }

    /// Ends one session. False (and nothing is written) when it had ended before.
    pub async fn revoke_session(&self, id: &SessionId, reason: &str, entry: &AuditEntry) -> Result<bool, StoreError> {
        let txn = self.begin_change(entry, &[Part::Revocations]).await?;
        let session = Entity::find_by_id(id.as_str()).one(&txn).await?.ok_or(StoreError::NotFound("session"))?;
        if session.revoked_at_us.is_some() {
            txn.rollback().await?;
            return Ok(false);
        }
        end(&txn, session, reason, entry.timestamp_us).await?;
        txn.commit().await?;
        Ok(true)
    }

    /// Ends all sessions of a user, but for one that may be kept, and says how many there were.
    pub async fn revoke_sessions_of(
        &self,
        user: &UserId,
        keep: Option<&SessionId>,
        reason: &str,
        entry: &AuditEntry,
    ) -> Result<u64, StoreError> {
        let txn = self.begin_change(entry, &[]).await?;
        let ended = end_all(&txn, user, keep, reason, entry.timestamp_us).await?;
        txn.commit().await?;
        Ok(ended)
    }

    /// Exchanges a refresh token. `on_reuse` is only written when the token had been replaced longer than the grace
    /// ago (or never was this session's): then the whole session ends, since one of its two holders is a thief.
    /// Its timestamp is the time of the attempt in any case.
    pub async fn rotate_refresh(
        &self,
        attempt: &RefreshAttempt,
        on_reuse: &AuditEntry,
    ) -> Result<RefreshOutcome, StoreError> {
        let now = on_reuse.timestamp_us;
        let txn = self.begin_write().await?;
        let Some(mut session) = Entity::find_by_id(attempt.session.as_str()).lock_exclusive().one(&txn).await? else {
            return Ok(RefreshOutcome::Unknown);
        };
        if session.revoked_at_us.is_some() {
            return Ok(RefreshOutcome::Revoked);
        }
        if session.expires_at_us <= now {
            return Ok(RefreshOutcome::Expired);
        }
        if session.refresh_hash == attempt.presented_hash {
            session.previous_refresh_hash =
                Some(std::mem::replace(&mut session.refresh_hash, attempt.new_hash.clone()));
            session.rotated_at_us = Some(now);
            session.last_used_at_us = now;
            session.expires_at_us = attempt.extend_to_us;
            session.generation += 1;
            save(&txn, session.clone()).await?;
            txn.commit().await?;
            return Ok(RefreshOutcome::Rotated(session));
        }
        let in_grace = session.rotated_at_us.is_some_and(|rotated| now <= rotated.saturating_add(attempt.grace_us));
        if in_grace && session.previous_refresh_hash.as_ref() == Some(&attempt.presented_hash) {
            return Ok(RefreshOutcome::RepeatedWithinGrace(session));
        }
        // The trail's lock comes first in every audited change, so this one begins anew. What was found cannot have
        // become untrue: a token that was replaced stays replaced.
        txn.rollback().await?;
        self.end_reused(attempt, on_reuse).await
    }

    async fn end_reused(&self, attempt: &RefreshAttempt, on_reuse: &AuditEntry) -> Result<RefreshOutcome, StoreError> {
        let txn = self.begin_change(on_reuse, &[Part::Revocations]).await?;
        let session = Entity::find_by_id(attempt.session.as_str()).lock_exclusive().one(&txn).await?;
        let Some(session) = session.filter(|s| s.revoked_at_us.is_none()) else {
            txn.rollback().await?;
            return Ok(RefreshOutcome::Revoked);
        };
        let session = end(&txn, session, REUSED, on_reuse.timestamp_us).await?;
        txn.commit().await?;
        Ok(RefreshOutcome::Reused(session))
    }
}

async fn end(txn: &DatabaseTransaction, mut session: Model, reason: &str, now_us: i64) -> Result<Model, StoreError> {
    session.revoked_at_us = Some(now_us);
    session.revoke_reason = Some(reason.to_owned());
    save(txn, session.clone()).await?;
    Ok(session)
}

/// Ends all sessions of a user, but for one that may be kept, and says how many there were.
pub(crate) async fn end_all(
    txn: &DatabaseTransaction,
    user: &UserId,
    keep: Option<&SessionId>,
    reason: &str,
    now_us: i64,
) -> Result<u64, StoreError> {
    let mut update = Entity::update_many()
        .col_expr(Column::RevokedAtUs, Expr::value(now_us))
        .col_expr(Column::RevokeReason, Expr::value(reason))
        .filter(Column::UserId.eq(user.as_str()))
        .filter(Column::RevokedAtUs.is_null());
    if let Some(keep) = keep {
        update = update.filter(Column::Id.ne(keep.as_str()));
    }
    let ended = update.exec(txn).await?.rows_affected;
    if ended > 0 {
        bump(txn, &[Part::Revocations]).await?;
    }
    Ok(ended)
}
