//! What can go wrong in the store, said in the store's own words.

use sea_orm::{DbErr, SqlErr};

/// Why a store method did not do what it was asked. Never carries values of rows, only names of things.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such row (or it was deleted).
    #[error("no such {0}")]
    NotFound(&'static str),
    /// Another living row has the same value where it must be unique.
    #[error("another {resource} has the same {field}")]
    Conflict {
        /// What kind of row.
        resource: &'static str,
        /// Which field collides.
        field: &'static str,
    },
    /// The name is one of another model's already.
    #[error("`{name}` is {what} of the model `{owner}`")]
    NameTaken {
        /// Which field collides.
        field: &'static str,
        /// The name.
        name: String,
        /// What it is there.
        what: &'static str,
        /// Whose it is.
        owner: String,
    },
    /// Models would take over from each other in a circle.
    #[error("models cannot stand in for each other in a circle: {way}")]
    Loop {
        /// Which field closes it.
        field: &'static str,
        /// The models, from the one that is changed back to it.
        way: String,
    },
    /// The row was changed since the caller read it.
    #[error("the {0} was changed by someone else in the meantime")]
    VersionMismatch(&'static str),
    /// The change would leave no active user with the global role `super_admin`.
    #[error("the last active super admin cannot be removed, deactivated or demoted")]
    LastSuperAdmin,
    /// The installation was initialised before (or someone else won the race).
    #[error("the installation is already initialised")]
    AlreadyInitialised,
    /// The row is in a state that does not allow the change (a revoked key cannot be rotated or enabled).
    #[error("the {resource} is {state}")]
    WrongState {
        /// What kind of row.
        resource: &'static str,
        /// What stands in the way.
        state: &'static str,
    },
    /// The row is still referred to.
    #[error("the {resource} is still used by {used_by}")]
    InUse {
        /// What kind of row.
        resource: &'static str,
        /// By what.
        used_by: &'static str,
    },
    /// A cursor of a page that this store did not give out.
    #[error("the cursor is not valid")]
    BadCursor,
    /// A stored value cannot be read: the row was written by something else.
    #[error("the stored {0} cannot be read")]
    Corrupt(&'static str),
    /// The connection options do not make sense.
    #[error("the store address is not usable: {0}")]
    BadOptions(String),
    /// The schema could not be brought up to date; the store is not opened.
    #[error("a migration of the store failed: {0}")]
    Migration(String),
    /// The schema is newer than this binary knows.
    #[error("the store was written by a newer version (migration {0} is not known)")]
    TooNew(String),
    /// The database does not answer; trying again later may help.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// The database refused a statement.
    #[error("the store failed: {0}")]
    Database(String),
}

impl StoreError {
    /// Whether the same call may succeed later without anything being changed.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// Drops statements and bound values, which may hold hashes, and keeps the database's own words.
pub(crate) fn from_db(error: DbErr) -> StoreError {
    match error {
        DbErr::ConnectionAcquire(e) => StoreError::Unavailable(e.to_string()),
        DbErr::Conn(e) => StoreError::Unavailable(e.to_string()),
        other => {
            let text = other.to_string();
            // SQLite's busy and PostgreSQL's deadlock (40P01), serialisation failure (40001) and admin shutdown (57P*).
            let transient = [
                "database is locked",
                "deadlock detected",
                "could not serialize",
                "terminating connection",
                "the database system is",
                "error communicating with database",
                "disk is full",
            ];
            if transient.iter().any(|t| text.contains(t)) {
                StoreError::Unavailable(text)
            } else {
                StoreError::Database(text)
            }
        }
    }
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        from_db(error)
    }
}

/// Turns a broken unique index into the conflict it stands for.
pub(crate) fn unique(resource: &'static str, field: &'static str) -> impl Fn(DbErr) -> StoreError {
    move |error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => StoreError::Conflict { resource, field },
        _ => from_db(error),
    }
}
