//! Rows to begin with; a check changes what it is about.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;
use thinkwatch_policy::conduct::{ModelRouting, RouteRouting};
use thinkwatch_policy::ids::{AuditId, UserId};
use thinkwatch_policy::pricing::Rates;
use thinkwatch_policy::principal::{Role, Surface};
use thinkwatch_store::{
    ApiKeyRow, AuditEntry, Json, ModelRow, PriceRow, ProviderRow, RoleGrant, RouteRow, SessionRow, UserRow,
};

/// A day in microseconds.
pub(crate) const DAY: i64 = 86_400_000_000;

/// An entry of the trail at this time.
pub(crate) fn entry(action: &str, at: i64) -> AuditEntry {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    AuditEntry {
        id: AuditId::from(format!("aud_{}", NEXT.fetch_add(1, Ordering::Relaxed))),
        timestamp_us: at,
        user_id: Some(UserId::from("usr_actor")),
        user_email: Some("actor@example.com".to_owned()),
        action: action.to_owned(),
        resource_type: action.split('.').next().unwrap().to_owned(),
        resource_id: Some("x".to_owned()),
        details: json!({"a": 1}),
        ip_address: Some("192.0.2.1".to_owned()),
        user_agent: None,
        request_id: None,
    }
}

pub(crate) fn user(name: &str, at: i64) -> UserRow {
    UserRow {
        id: format!("usr_{name}"),
        email: format!("{name}@example.com"),
        display_name: format!("The {name}"),
        password_hash: Some("$argon2id$1".to_owned()),
        service_account: false,
        active: true,
        created_at_us: at,
        updated_at_us: at,
        deleted_at_us: None,
    }
}

pub(crate) fn everywhere(role: Role) -> RoleGrant {
    RoleGrant { role, team: None }
}

pub(crate) fn session(name: &str, user: &str, at: i64) -> SessionRow {
    SessionRow {
        id: format!("ses_{name}"),
        user_id: format!("usr_{user}"),
        created_at_us: at,
        last_used_at_us: at,
        expires_at_us: at + 7 * DAY,
        ip_address: None,
        user_agent: Some("check".to_owned()),
        revoked_at_us: None,
        revoke_reason: None,
        refresh_hash: b"hash 0".to_vec(),
        previous_refresh_hash: None,
        rotated_at_us: None,
        generation: 0,
    }
}

pub(crate) fn key(name: &str, user: &str, at: i64) -> ApiKeyRow {
    ApiKeyRow {
        id: format!("key_{name}"),
        lineage_id: format!("lin_{name}"),
        name: format!("Key {name}"),
        user_id: format!("usr_{user}"),
        team_id: None,
        key_hash: format!("hash of {name}").into_bytes(),
        pepper_version: 1,
        key_prefix: format!("tw-{name}"),
        surfaces: Json(vec![Surface::AiGateway]),
        allowed_models: None,
        allowed_tools: Some(Json(Vec::new())),
        tags: Json(BTreeMap::from([("app".to_owned(), "web".to_owned())])),
        cost_center: Some("R&D".to_owned()),
        strict_conversion: false,
        cache_ttl_s: None,
        expires_at_us: None,
        rotation_period_days: None,
        inactivity_timeout_days: None,
        last_used_at_us: None,
        disabled_at_us: None,
        disabled_reason: None,
        revoked_at_us: None,
        revoke_reason: None,
        grace_ends_at_us: None,
        replaced_by: None,
        created_at_us: at,
        updated_at_us: at,
        deleted_at_us: None,
    }
}

pub(crate) fn provider(name: &str, at: i64) -> ProviderRow {
    ProviderRow {
        id: format!("prov_{name}"),
        name: name.to_owned(),
        display_name: name.to_uppercase(),
        provider_type: "openai".to_owned(),
        base_url: "https://api.example.com".to_owned(),
        credential_encrypted: Some(vec![0, 255, 1]),
        headers_encrypted: None,
        secrets_encrypted: Some(vec![254, 0]),
        config: Json(json!({"ask_usage": true, "dialects": ["chat"]})),
        allow_private_network: false,
        priority: 10,
        enabled: true,
        version: 1,
        created_at_us: at,
        updated_at_us: at,
        deleted_at_us: None,
    }
}

pub(crate) fn model(name: &str, at: i64) -> ModelRow {
    ModelRow {
        id: format!("mod_{name}"),
        model_id: name.to_owned(),
        display_name: name.to_uppercase(),
        enabled: true,
        token_weight_milli: 1000,
        max_output_tokens: None,
        cache_ttl_s: None,
        aliases: Json(Vec::new()),
        routing: Json(ModelRouting::default()),
        version: 1,
        created_at_us: at,
        updated_at_us: at,
        deleted_at_us: None,
    }
}

pub(crate) fn route(name: &str, provider: &str, priority: i32) -> RouteRow {
    RouteRow {
        id: format!("rte_{name}"),
        model_id: String::new(),
        provider_id: format!("prov_{provider}"),
        upstream_model: "gpt-x".to_owned(),
        weight: 100,
        priority,
        enabled: true,
        dialect: None,
        routing: Json(RouteRouting::default()),
    }
}

pub(crate) fn price(name: &str, provider: Option<&str>, model: &str, input: i64, from: i64) -> PriceRow {
    PriceRow {
        id: format!("prc_{name}"),
        provider_id: provider.map(|p| format!("prov_{p}")),
        provider_kind: "openai".to_owned(),
        upstream_model: model.to_owned(),
        effective_from_us: from,
        rates: Json(Rates { input: Some(input), ..Rates::default() }),
        tiers: Json(Vec::new()),
        source: "check".to_owned(),
        created_at_us: from,
    }
}
