//! The rows. Times are microseconds since the epoch, money is nano-dollars, ids and JSON are text.

/// Makes one entity per table; the row type is re-exported under a name of its own in `lib.rs`.
macro_rules! table {
    ($(#[$doc:meta])* $module:ident, $table:literal, { $($(#[$field_meta:meta])* $field:ident : $kind:ty,)* }) => {
        pub(crate) mod $module {
            #![allow(unreachable_pub, missing_docs, clippy::allow_attributes, reason = "the derive makes public items that the crate keeps to itself")]
            #[allow(unused_imports)]
            use super::*;
            #[allow(unused_imports)]
            use crate::json::Json;
            use sea_orm::entity::prelude::*;

            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
            #[sea_orm(table_name = $table)]
            pub struct Model {
                $($(#[$field_meta])* pub $field: $kind,)*
            }

            #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
            pub enum Relation {}

            impl ActiveModelBehavior for ActiveModel {}
        }
    };
}

use std::collections::BTreeMap;

use thinkwatch_policy::conduct::{ModelRouting, RouteRouting};
use thinkwatch_policy::pricing::{Rates, Tier};
use thinkwatch_policy::principal::Surface;

table! {
    /// A person or a service account.
    user, "users", {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        /// Lower-case; unique among those not deleted. Of a service account, its name.
        email: String,
        display_name: String,
        /// PHC string; none for service accounts and single sign-on.
        password_hash: Option<String>,
        service_account: bool,
        active: bool,
        created_at_us: i64,
        updated_at_us: i64,
        deleted_at_us: Option<i64>,
    }
}

table! {
    /// A role of a user; `scope` is `global` or a team id.
    user_role, "user_roles", {
        #[sea_orm(primary_key, auto_increment = false)]
        user_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        role: String,
        #[sea_orm(primary_key, auto_increment = false)]
        scope: String,
    }
}

table! {
    /// A console session. The row is the family: each refresh makes a new generation of the same row.
    session, "sessions", {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        user_id: String,
        created_at_us: i64,
        last_used_at_us: i64,
        expires_at_us: i64,
        ip_address: Option<String>,
        user_agent: Option<String>,
        revoked_at_us: Option<i64>,
        revoke_reason: Option<String>,
        /// Hash of the refresh token in force.
        refresh_hash: Vec<u8>,
        /// Hash of the one before, accepted again for a short grace.
        previous_refresh_hash: Option<Vec<u8>>,
        rotated_at_us: Option<i64>,
        /// Counts rotations; the caller derives the token from it, so that a repeated refresh gets the same answer.
        generation: i64,
    }
}

table! {
    /// A response that calls can go on from.
    response, "responses", {
        #[sea_orm(primary_key, auto_increment = false)]
        user_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        provider_id: String,
        /// As the client named it.
        model: String,
        upstream_model: String,
        created_at_us: i64,
        expires_at_us: i64,
        /// Length of the state; 0 where the provider keeps it.
        bytes: i64,
        /// What the gateway keeps; none where the provider does.
        state_encrypted: Option<Vec<u8>>,
    }
}

table! {
    /// One secret of an API key.
    api_key, "api_keys", {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        lineage_id: String,
        name: String,
        user_id: String,
        team_id: Option<String>,
        /// HMAC-SHA-256 of the secret under the pepper.
        key_hash: Vec<u8>,
        pepper_version: i32,
        /// The first characters of the secret, for people.
        key_prefix: String,
        #[sea_orm(column_type = "Text")]
        surfaces: Json<Vec<Surface>>,
        /// None inherits, an empty list allows nothing.
        #[sea_orm(column_type = "Text", nullable)]
        allowed_models: Option<Json<Vec<String>>>,
        #[sea_orm(column_type = "Text", nullable)]
        allowed_tools: Option<Json<Vec<String>>>,
        #[sea_orm(column_type = "Text")]
        tags: Json<BTreeMap<String, String>>,
        cost_center: Option<String>,
        /// Whether a call whose conversion would leave something out is refused.
        strict_conversion: bool,
        /// Seconds that answers are kept to be given again: 0 never, none as the model says.
        cache_ttl_s: Option<i64>,
        expires_at_us: Option<i64>,
        rotation_period_days: Option<i32>,
        inactivity_timeout_days: Option<i32>,
        last_used_at_us: Option<i64>,
        disabled_at_us: Option<i64>,
        disabled_reason: Option<String>,
        revoked_at_us: Option<i64>,
        revoke_reason: Option<String>,
        /// Set when it was rotated: refused from then on.
        grace_ends_at_us: Option<i64>,
        replaced_by: Option<String>,
        created_at_us: i64,
        updated_at_us: i64,
        deleted_at_us: Option<i64>,
    }
}

table! {
    /// A configured upstream provider; secrets are encrypted by the caller.
    provider, "providers", {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        /// Unique among those not deleted.
        name: String,
        display_name: String,
        provider_type: String,
        base_url: String,
        credential_encrypted: Option<Vec<u8>>,
        headers_encrypted: Option<Vec<u8>>,
        /// What else is secret, by name.
        secrets_encrypted: Option<Vec<u8>>,
        /// Dialects, ask_usage and whatever else has no column.
        #[sea_orm(column_type = "Text")]
        config: Json<serde_json::Value>,
        allow_private_network: bool,
        priority: i32,
        enabled: bool,
        /// Counts changes (for `ETag`).
        version: i64,
        created_at_us: i64,
        updated_at_us: i64,
        deleted_at_us: Option<i64>,
    }
}

table! {
    /// A model as clients name it.
    model, "models", {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        /// The name clients use, unique among those not deleted.
        model_id: String,
        display_name: String,
        enabled: bool,
        /// What one of its tokens counts in limits and budgets, in thousandths.
        token_weight_milli: i64,
        /// The longest answer it gives, in tokens; none when not known.
        max_output_tokens: Option<i64>,
        /// Seconds that answers are kept to be given again; none never.
        cache_ttl_s: Option<i64>,
        /// Further names under which it is called: unique over these and the names of all models.
        #[sea_orm(column_type = "Text")]
        aliases: Json<Vec<String>>,
        /// What it says of routing for itself.
        #[sea_orm(column_type = "Text")]
        routing: Json<ModelRouting>,
        /// Counts changes, routes included (for `ETag`).
        version: i64,
        created_at_us: i64,
        updated_at_us: i64,
        deleted_at_us: Option<i64>,
    }
}

table! {
    /// A way from a model to a provider.
    route, "routes", {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        /// The model's row id.
        model_id: String,
        provider_id: String,
        upstream_model: String,
        weight: i32,
        priority: i32,
        enabled: bool,
        /// The dialect the provider is asked in; none chooses by the model.
        dialect: Option<String>,
        /// What it says of routing for itself.
        #[sea_orm(column_type = "Text")]
        routing: Json<RouteRouting>,
    }
}

table! {
    /// A version of a price.
    price, "prices", {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        /// None for entries of the imported list.
        provider_id: Option<String>,
        provider_kind: String,
        upstream_model: String,
        effective_from_us: i64,
        #[sea_orm(column_type = "Text")]
        rates: Json<Rates>,
        #[sea_orm(column_type = "Text")]
        tiers: Json<Vec<Tier>>,
        source: String,
        created_at_us: i64,
    }
}

table! {
    /// A small thing kept by name: the encrypted pepper, the encryption canary, the installation id.
    secret, "secrets", {
        #[sea_orm(primary_key, auto_increment = false)]
        name: String,
        value: Vec<u8>,
        created_at_us: i64,
    }
}

table! {
    /// How often a part of the state has changed.
    part_version, "change_log", {
        #[sea_orm(primary_key, auto_increment = false)]
        part: String,
        version: i64,
    }
}

table! {
    /// A row of the audit trail, in the order of commits.
    audit, "audit_log", {
        #[sea_orm(primary_key)]
        seq: i64,
        id: String,
        timestamp_us: i64,
        user_id: Option<String>,
        user_email: Option<String>,
        action: String,
        resource_type: String,
        resource_id: Option<String>,
        #[sea_orm(column_type = "Text")]
        details: Json<serde_json::Value>,
        ip_address: Option<String>,
        user_agent: Option<String>,
        request_id: Option<String>,
    }
}

table! {
    /// How far a consumer of the spool has come.
    consumer_cursor, "consumer_cursors", {
        #[sea_orm(primary_key, auto_increment = false)]
        consumer: String,
        /// The spool's writer: each has a position of its own.
        #[sea_orm(primary_key, auto_increment = false)]
        writer: String,
        segment: i64,
        #[sea_orm(column_name = "byte_offset")]
        offset: i64,
    }
}

table! {
    /// A setting that is kept in the store.
    setting, "settings", {
        #[sea_orm(primary_key, auto_increment = false)]
        name: String,
        value: String,
        updated_at_us: i64,
    }
}

table! {
    /// A rate limit, or a limit of calls at once.
    rate_limit, "rate_limits", {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        subject_kind: String,
        /// An id; empty for the organisation.
        subject_id: String,
        surface: String,
        metric: String,
        /// Empty for calls at once.
        window: String,
        max: i64,
        /// Counts changes (for `ETag`).
        version: i64,
        created_at_us: i64,
        updated_at_us: i64,
    }
}

table! {
    /// A budget.
    budget, "budgets", {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        subject_kind: String,
        /// An id; empty for the organisation.
        subject_id: String,
        period_kind: String,
        unit: String,
        /// Nano-dollars or tokens.
        max: i64,
        hard: bool,
        /// Counts changes (for `ETag`).
        version: i64,
        created_at_us: i64,
        updated_at_us: i64,
    }
}

table! {
    /// Another max for a while, of a rate limit or a budget.
    limit_override, "limit_overrides", {
        #[sea_orm(primary_key, auto_increment = false)]
        target_id: String,
        max: i64,
        reason: String,
        user_id: Option<String>,
        user_email: Option<String>,
        created_at_us: i64,
        expires_at_us: i64,
    }
}

table! {
    /// What was spent of a budget when it was last reset in a period: its max is as much higher.
    budget_reset, "budget_resets", {
        #[sea_orm(primary_key, auto_increment = false)]
        budget_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        period_start_us: i64,
        forgiven: i64,
        reset_at_us: i64,
    }
}

table! {
    /// What calls of one replica spent for one subject in one period; only grows.
    subject_spent, "subject_spent", {
        #[sea_orm(primary_key, auto_increment = false)]
        subject_kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        subject_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        period_kind: String,
        #[sea_orm(primary_key, auto_increment = false)]
        period_start_us: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        replica: String,
        cost_nano: i64,
        /// Weighted.
        tokens: i64,
        calls: i64,
    }
}

table! {
    /// A budget reached a threshold in a period. It says itself what the budget was: that may be gone.
    budget_alert, "budget_alerts", {
        #[sea_orm(primary_key, auto_increment = false)]
        id: String,
        budget_id: String,
        period_start_us: i64,
        /// Percent.
        threshold: i32,
        subject_kind: String,
        subject_id: String,
        period_kind: String,
        unit: String,
        used: i64,
        max: i64,
        raised_at_us: i64,
    }
}

table! {
    /// Sums of one hour under one set of dimensions.
    usage_hourly, "usage_hourly", {
        #[sea_orm(primary_key, auto_increment = false)]
        hour_us: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        dims_hash: Vec<u8>,
        user_id: Option<String>,
        user_email: Option<String>,
        key_id: Option<String>,
        key_lineage_id: Option<String>,
        team_id: Option<String>,
        model: String,
        provider_id: Option<String>,
        provider_name: Option<String>,
        upstream_model: Option<String>,
        route_id: Option<String>,
        price_version: Option<String>,
        cost_center: Option<String>,
        #[sea_orm(column_type = "Text")]
        tags: Json<BTreeMap<String, String>>,
        outcome: String,
        calls: i64,
        input: i64,
        cache_read: i64,
        #[sea_orm(column_name = "cache_write_5m")]
        cache_write_5m: i64,
        #[sea_orm(column_name = "cache_write_1h")]
        cache_write_1h: i64,
        output: i64,
        reasoning: i64,
        audio_in: i64,
        audio_out: i64,
        images: i64,
        cost_nano: i64,
        estimated_calls: i64,
        unpriced_calls: i64,
    }
}
