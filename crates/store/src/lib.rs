//! Durable relational state: SQLite and PostgreSQL from one code.
//!
//! One method is one transaction and is named for what it means. Whoever changes something hands in the [`AuditEntry`]
//! that says so; it is written in the same transaction, and its timestamp is the time of the change.
//! This crate knows the types of `policy` and must never know HTTP, the snapshot or who may do what.
//!
//! `Store` methods (all `async`, all `&self`, all `-> Result<_, StoreError>`). Writers bump the version of the part.
//! ```text
//! Store::open(&ConnectOptions) -> Store   (connects, migrates)      close(&self)
//! ping() -> Duration; backend() -> Backend (sync); versions() -> Versions{catalogue,principals,revocations,settings,limits}
//! try_lock_replica() -> Option<ReplicaLock>    (drop/`release().await` gives it back; SQLite: always Some)
//! try_share_replica() -> Option<ReplicaLock>   (the same for several that share their counters)
//! try_lock_job(name) -> Option<JobLock>          (the same, for upkeep that two replicas should not do at once)
//! is_initialised() -> bool
//! initialise(Initialisation{admin: UserRow, site_name: Option<String>, provider: Option<ProviderRow>, key: Option<ApiKeyRow>}, &AuditEntry)
//! get_secret(name) -> Option<Vec<u8>>;  put_secret_if_absent(name, &[u8], now_us) -> Vec<u8> (the value in force)
//! --- users
//! create_user(UserRow, &[RoleGrant], &AuditEntry); get_user(&UserId) -> UserWithRoles; find_user_by_email(&str) -> Option<UserWithRoles>
//! list_users(&UserFilter) -> Page<UserWithRoles>; update_user(&UserId, UserPatch{email,display_name,active,roles: Option}, &AuditEntry) -> UserWithRoles
//! set_password(&UserId, hash: &str, keep_session: Option<&SessionId>, &AuditEntry); delete_user(&UserId, &AuditEntry)
//! replace_password_hash(&UserId, old: &str, new: &str, now_us) -> bool    (rehash at login; ends nothing)
//! --- sessions
//! create_session(SessionRow, &AuditEntry); get_session(&SessionId) -> Option<SessionRow>; list_sessions(&UserId, now_us) -> Vec<SessionRow>
//! revoke_session(&SessionId, reason, &AuditEntry) -> bool; revoke_sessions_of(&UserId, keep: Option<&SessionId>, reason, &AuditEntry) -> u64
//! rotate_refresh(&RefreshAttempt{session,presented_hash,new_hash,extend_to_us,grace_us}, on_reuse: &AuditEntry) -> RefreshOutcome
//!   {Rotated(SessionRow), RepeatedWithinGrace(SessionRow), Reused(SessionRow), Revoked, Expired, Unknown}
//! --- keys
//! create_api_key(ApiKeyRow, &AuditEntry); get_api_key(&KeyId) -> ApiKeyRow; list_api_keys(&KeyFilter) -> Page<ApiKeyRow>
//! update_api_key(&KeyId, KeyPatch, &AuditEntry) -> ApiKeyRow; rotate_api_key(&KeyId, KeyRotation{id,key_hash,pepper_version,key_prefix,grace_ends_at_us,expires_at_us}, &AuditEntry) -> ApiKeyRow(new)
//! revoke_api_key / disable_api_key(&KeyId, reason, &AuditEntry) -> ApiKeyRow; enable_api_key(&KeyId, &AuditEntry) -> ApiKeyRow
//! delete_api_key(&KeyId, &AuditEntry); names_of_keys(&[String]) -> HashMap<id, name>; list_expiring_api_keys(now_us, until_us) -> Vec<ApiKeyRow>
//! touch_api_keys(&[(KeyId, i64)]); disable_inactive_api_keys(&AuditEntry) -> Vec<ApiKeyRow> (one audit row each, id suffixed)
//! --- providers, models, prices
//! create_provider(ProviderRow, &AuditEntry); get_provider(&ProviderId) -> ProviderRow; list_providers() -> Vec<ProviderRow>
//! update_provider(&ProviderId, expected_version: Option<i64>, ProviderPatch, &AuditEntry) -> ProviderRow; delete_provider(&ProviderId, expected_version: Option<i64>, RoutesThere, &AuditEntry)
//! create_model(ModelRow, &[RouteRow], &AuditEntry); get_model(&ModelId) -> ModelWithRoutes; list_models() -> Vec<ModelWithRoutes>
//! update_model(&ModelId, expected_version: Option<i64>, ModelPatch{model_id,display_name,enabled,aliases,routing,routes: Option<Vec<RouteRow>>}, &AuditEntry) -> ModelWithRoutes; delete_model(&ModelId, Option<i64>, &AuditEntry)
//! add_price(PriceRow, &AuditEntry); list_prices(&PriceFilter{provider_id,upstream_model}) -> Vec<PriceRow>
//! import_prices(&[PriceRow], &AuditEntry) -> u64 (new rows; none = nothing written)
//! --- responses that calls can go on from (not audited: clients make them)
//! put_responses(Vec<ResponseRow>); get_response(&UserId, id, now_us) -> Option<ResponseRow>; delete_response(&UserId, id) -> bool
//! drop_expired_responses(now_us) -> u64; size_of_responses() -> (rows, bytes); drop_oldest_response_rows(most, holding_state) -> u64
//! --- limits, budgets, what was spent
//! load_limits(now_us) -> LimitRows{version,rate_limits,budgets,overrides,resets}
//! create_rate_limit(RateLimitRow, &AuditEntry); get_rate_limit(&RuleId) -> RateLimitRow; update_rate_limit(&RuleId, Option<i64>, max, &AuditEntry) -> RateLimitRow
//! delete_rate_limit(&RuleId, Option<i64>, &AuditEntry); the same for budgets with BudgetPatch{max,hard}
//! set_limit_override(LimitOverrideRow, &AuditEntry); clear_limit_override(id, &AuditEntry); reset_budget(&BudgetId, period_start_us, &AuditEntry) -> forgiven
//! spent_of(&[Purse{subject,period,start_us}]) -> Vec<SpentPart>; spent_history(&Subject, PeriodKind, limit) -> Vec<(start_us, Spent)>; drop_spent_before(before_us) -> u64
//! raise_budget_alert(BudgetAlertRow, &AuditEntry) -> bool (first); raised_thresholds(budget, start_us) -> Vec<i32>; list_budget_alerts(&AlertFilter) -> Page<BudgetAlertRow>
//! --- audit, usage, snapshot, upkeep
//! record_audit(&AuditEntry)  (an act without a change: failed sign-in, logout)
//! list_audit(&AuditFilter) -> Page<AuditRow>
//! apply_usage_batch(consumer, &[UsageDelta], &[(Purse, Spent)], &SpoolCursor{writer,segment,offset}, &[(KeyId, i64)]) -> Applied{Applied,AlreadyApplied}
//! cursor(consumer, writer) -> Option<SpoolCursor>; cursors(consumer) -> Vec<SpoolCursor>
//! usage(&UsageQuery{from_us,to_us,group_by: Vec<UsageGroup>,filters}) -> Vec<UsageGroupRow{keys: Vec<Option<String>>, sums: UsageSums}>; usage_total(&UsageQuery) -> UsageSums
//! load_catalogue() -> CatalogueRows{version,providers,models,routes,prices}; load_principals() -> PrincipalRows{version,users,roles,keys}
//! load_revocations(since_us) -> RevocationRows{version,sessions: Vec<(SessionId, i64 revoked_at)>}
//! purge_deleted(before_us) -> Purged, drop_audit_before(before_us) -> u64
//! ```

mod audit;
mod budget_alerts;
mod connect;
mod entity;
mod error;
mod inputs;
mod json;
mod key_state;
mod keys;
mod ledger;
mod limits;
mod load;
mod lock;
mod migrate;
mod model_names;
mod models;
mod page;
mod prices;
mod providers;
mod purge;
mod responses;
mod secrets;
mod sessions;
mod settings;
mod setup;
mod spent;
mod store;
mod usage;
mod users;

pub use budget_alerts::AlertFilter;
pub use connect::{Backend, ConnectOptions, TlsMode};
pub use entity::api_key::Model as ApiKeyRow;
pub use entity::audit::Model as AuditRow;
pub use entity::budget::Model as BudgetRow;
pub use entity::budget_alert::Model as BudgetAlertRow;
pub use entity::budget_reset::Model as BudgetResetRow;
pub use entity::limit_override::Model as LimitOverrideRow;
pub use entity::model::Model as ModelRow;
pub use entity::price::Model as PriceRow;
pub use entity::provider::Model as ProviderRow;
pub use entity::rate_limit::Model as RateLimitRow;
pub use entity::response::Model as ResponseRow;
pub use entity::route::Model as RouteRow;
pub use entity::session::Model as SessionRow;
pub use entity::user::Model as UserRow;
pub use error::StoreError;
pub use inputs::*;
pub use json::Json;
pub use key_state::{KeyState, KeysWanted};
pub use limits::{BudgetPatch, LimitRows};
pub use lock::{JobLock, ReplicaLock};
pub use settings::SettingRows;
pub use spent::{Purse, Spent, SpentPart};
pub use store::Store;
