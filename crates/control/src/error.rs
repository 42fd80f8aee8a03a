//! What can go wrong in a use case. Status codes are the console's business; here stands what happened.

/// Why a use case did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Nobody is signed in, or what was shown is no longer valid.
    #[error("{0}")]
    Unauthenticated(&'static str),
    /// Somebody is signed in, but may not do this.
    #[error("your role does not allow this: {0}")]
    Forbidden(&'static str),
    /// A state forbids it for everybody (set up already, the last super admin, ...).
    #[error("{message}")]
    Refused {
        /// For programs.
        code: &'static str,
        /// Which field of the request asks for it, if one does.
        field: Option<&'static str>,
        /// For people.
        message: String,
    },
    /// No such thing, as far as this caller may know.
    #[error("no such {0}")]
    NotFound(&'static str),
    /// The input is not acceptable.
    #[error("{message}")]
    Invalid {
        /// For programs.
        code: &'static str,
        /// Which field, as the API names it.
        field: String,
        /// For people.
        message: String,
    },
    /// Something of that name exists, or the thing is still in use.
    #[error("{message}")]
    Conflict {
        /// The field that collides, if one does.
        field: Option<&'static str>,
        /// For people.
        message: String,
    },
    /// It was changed by somebody else since the caller read it.
    #[error("it was changed in the meantime: read it again and repeat the edit")]
    Stale,
    /// Too many attempts.
    #[error("too many attempts; try again in {retry_after_secs} seconds")]
    Throttled {
        /// When it is worth trying again.
        retry_after_secs: u64,
    },
    /// More at once than one user may have.
    #[error("{message}")]
    TooMany {
        /// For programs.
        code: &'static str,
        /// For people.
        message: String,
        /// When it is worth trying again.
        retry_after_secs: u64,
    },
    /// A provider did not answer as it should.
    #[error("{0}")]
    Upstream(String),
    /// The store or the log store cannot be used now.
    #[error("{what} is not available: {detail}")]
    Unavailable {
        /// Which part.
        what: &'static str,
        /// What it said; for the log, not for the caller.
        detail: String,
    },
    /// Our own fault.
    #[error("{0}")]
    Internal(String),
}

impl ControlError {
    /// An input error with the usual code.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid { code: "invalid", field: field.into(), message: message.into() }
    }
}

/// Short for the result of a use case.
pub type Result<T> = std::result::Result<T, ControlError>;

impl From<thinkwatch_store::StoreError> for ControlError {
    fn from(error: thinkwatch_store::StoreError) -> Self {
        use thinkwatch_store::StoreError as S;
        let message = error.to_string();
        match error {
            S::NotFound(what) => Self::NotFound(what),
            S::Conflict { field, .. } => Self::Conflict { field: Some(field), message },
            S::NameTaken { field, .. } => Self::Conflict { field: Some(field), message },
            S::Loop { field, .. } => Self::Conflict { field: Some(field), message },
            S::VersionMismatch(_) => Self::Stale,
            S::LastSuperAdmin => Self::Refused { code: "last_super_admin", field: None, message },
            S::AlreadyInitialised => Self::Refused { code: "already_initialized", field: None, message },
            S::WrongState { .. } | S::InUse { .. } => Self::Conflict { field: None, message },
            S::BadCursor => Self::invalid("cursor", message),
            S::Unavailable(detail) => Self::Unavailable { what: "the store", detail },
            _ => Self::Internal(message),
        }
    }
}

impl From<thinkwatch_logs::LogError> for ControlError {
    fn from(error: thinkwatch_logs::LogError) -> Self {
        match error {
            thinkwatch_logs::LogError::BadCursor => Self::invalid("cursor", error.to_string()),
            other => Self::Unavailable { what: "the log store", detail: other.to_string() },
        }
    }
}

impl From<thinkwatch_identity::throttle::Throttled> for ControlError {
    fn from(throttled: thinkwatch_identity::throttle::Throttled) -> Self {
        metrics::counter!("watchgrid_rate_limit_rejections_total", "limiter" => "sign_in_and_setup").increment(1);
        Self::Throttled { retry_after_secs: throttled.retry_after_secs }
    }
}

impl From<thinkwatch_identity::random::RandomError> for ControlError {
    fn from(error: thinkwatch_identity::random::RandomError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<thinkwatch_identity::encryption::EncryptionError> for ControlError {
    fn from(error: thinkwatch_identity::encryption::EncryptionError) -> Self {
        Self::Internal(error.to_string())
    }
}
