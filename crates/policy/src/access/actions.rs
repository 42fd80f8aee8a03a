//! The list of everything that is decided.

/// Makes the enum, its names and the list of all from one table, so that a test can walk every action.
macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// Something a principal may or may not do. Named `resource:verb`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action {
            $($(#[$doc])* $name,)*
        }

        impl Action {
            /// Every action there is.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name in statements, the audit trail and the documentation.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

actions! {
    /// Call a model on the gateway.
    ModelsUse = "models:use",
    /// Make a key for oneself.
    KeysCreateOwn = "keys:create_own",
    /// See one's own keys.
    KeysReadOwn = "keys:read_own",
    /// Edit, disable and enable one's own keys.
    KeysUpdateOwn = "keys:update_own",
    /// Rotate one's own keys.
    KeysRotateOwn = "keys:rotate_own",
    /// Revoke one's own keys.
    KeysRevokeOwn = "keys:revoke_own",
    /// Make a key for somebody else or for a service account.
    KeysCreateAny = "keys:create_any",
    /// See everybody's keys.
    KeysReadAny = "keys:read_any",
    /// Edit, disable and enable everybody's keys.
    KeysUpdateAny = "keys:update_any",
    /// Rotate everybody's keys.
    KeysRotateAny = "keys:rotate_any",
    /// Revoke everybody's keys.
    KeysRevokeAny = "keys:revoke_any",
    /// See providers (never their secrets).
    ProvidersRead = "providers:read",
    /// Make, edit and delete providers.
    ProvidersWrite = "providers:write",
    /// Test a provider's connection and list its models.
    ProvidersTest = "providers:test",
    /// See models and routes.
    ModelsRead = "models:read",
    /// Make, edit and delete models and routes.
    ModelsWrite = "models:write",
    /// See the price book.
    PricesRead = "prices:read",
    /// Write and import prices.
    PricesWrite = "prices:write",
    /// See users.
    UsersRead = "users:read",
    /// Make users and service accounts.
    UsersCreate = "users:create",
    /// Edit, deactivate, reset and sign out users.
    UsersUpdate = "users:update",
    /// Delete users.
    UsersDelete = "users:delete",
    /// See everybody's usage and cost.
    AnalyticsReadAll = "analytics:read_all",
    /// See one's own usage and cost.
    AnalyticsReadOwn = "analytics:read_own",
    /// See everybody's calls in the request log.
    LogsReadAll = "logs:read_all",
    /// See one's own calls in the request log.
    LogsReadOwn = "logs:read_own",
    /// See everybody's limits and budgets, how they stand, and what was spent.
    LimitsRead = "limits:read",
    /// Set limits and budgets of the organisation, of users and of keys.
    LimitsWrite = "limits:write",
    /// Read the audit trail.
    AuditRead = "audit:read",
    /// See the system settings.
    SettingsRead = "settings:read",
    /// Change the system settings.
    SettingsWrite = "settings:write",
    /// See the detailed health of the server.
    HealthRead = "health:read",
    /// See and manage one's own account: profile, password, sessions.
    AccountOwn = "account:own",
}
