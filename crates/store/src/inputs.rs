//! What store methods take and give beside rows.

use std::collections::BTreeMap;

use thinkwatch_policy::conduct::ModelRouting;
use thinkwatch_policy::ids::{AuditId, KeyId, LineageId, PriceId, ProviderId, RouteId, SessionId, TeamId, UserId};
use thinkwatch_policy::principal::{Role, Surface};

use crate::entity;
use crate::key_state::KeysWanted;

/// Who did what to what: written in the transaction of the change. Its time is the time of the change.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditEntry {
    /// The row's id.
    pub id: AuditId,
    /// When (microseconds).
    pub timestamp_us: i64,
    /// Who; none for the system itself.
    pub user_id: Option<UserId>,
    /// Their address then.
    pub user_email: Option<String>,
    /// `api_key.rotated`, `user.login`, ...
    pub action: String,
    /// `api_key`, `user`, ...
    pub resource_type: String,
    /// Which one.
    pub resource_id: Option<String>,
    /// What changed, without secrets.
    pub details: serde_json::Value,
    /// From where.
    pub ip_address: Option<String>,
    /// With what.
    pub user_agent: Option<String>,
    /// By which request.
    pub request_id: Option<String>,
}

/// How often each part has changed: whoever holds an older number rebuilds that part of the snapshot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Versions {
    /// Providers, models, routes, prices.
    pub catalogue: i64,
    /// Users, roles, keys.
    pub principals: i64,
    /// Ended sessions.
    pub revocations: i64,
    /// Settings.
    pub settings: i64,
    /// Limits and budgets.
    pub limits: i64,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// At most as many as asked for.
    pub items: Vec<T>,
    /// Hand it in to get the next page; none at the end.
    pub next_cursor: Option<String>,
}

/// A role, everywhere or in one team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleGrant {
    /// The role.
    pub role: Role,
    /// In which team; none is everywhere.
    pub team: Option<TeamId>,
}

/// A user with their roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserWithRoles {
    /// The row.
    pub user: entity::user::Model,
    /// What they hold.
    pub roles: Vec<RoleGrant>,
}

/// How a list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort<By> {
    /// By what.
    pub by: By,
    /// Largest (or newest) first.
    pub descending: bool,
}

impl<By: Default> Default for Sort<By> {
    /// Newest first.
    fn default() -> Self {
        Self { by: By::default(), descending: true }
    }
}

/// What users can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserSort {
    /// Made at.
    #[default]
    CreatedAt,
    /// Address.
    Email,
    /// Name for people.
    DisplayName,
}

/// What keys can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeySort {
    /// Made at.
    #[default]
    CreatedAt,
    /// Name.
    Name,
    /// End of life; those without one last.
    ExpiresAt,
    /// Last use; those never used first.
    LastUsedAt,
}

/// What ends with a user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UserHoldings {
    /// Keys that are neither revoked nor deleted.
    pub keys: u64,
    /// Sessions that go on.
    pub sessions: u64,
}

/// What one key of one user used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerUsage {
    /// Who.
    pub user_id: Option<String>,
    /// With which lineage of keys.
    pub key_lineage_id: Option<String>,
    /// Calls.
    pub calls: i64,
    /// Nano-dollars.
    pub cost_nano: i64,
}

/// Which users to list.
#[derive(Clone, Debug, Default)]
pub struct UserFilter {
    /// Part of address or name.
    pub search: Option<String>,
    /// Only people or only service accounts.
    pub service_account: Option<bool>,
    /// Only active ones or only others.
    pub active: Option<bool>,
    /// In which order.
    pub sort: Sort<UserSort>,
    /// From an earlier page.
    pub cursor: Option<String>,
    /// Page size, 1 to 1000.
    pub limit: u64,
}

/// Changes of a user; absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct UserPatch {
    /// Lower-cased by the store.
    pub email: Option<String>,
    /// For people.
    pub display_name: Option<String>,
    /// Deactivating ends sessions and revokes keys.
    pub active: Option<bool>,
    /// All roles, replacing those held.
    pub roles: Option<Vec<RoleGrant>>,
}

/// What setting up writes at once.
#[derive(Clone, Debug)]
pub struct Initialisation {
    /// The first user; becomes a global super admin.
    pub admin: entity::user::Model,
    /// Shown in the console.
    pub site_name: Option<String>,
    /// The first provider.
    pub provider: Option<entity::provider::Model>,
    /// The first key.
    pub key: Option<entity::api_key::Model>,
}

/// A presented refresh token and what should follow it.
#[derive(Clone, Debug)]
pub struct RefreshAttempt {
    /// Which session it claims.
    pub session: SessionId,
    /// Hash of what was presented.
    pub presented_hash: Vec<u8>,
    /// Hash of the token of the next generation.
    pub new_hash: Vec<u8>,
    /// The session then lives until (microseconds).
    pub extend_to_us: i64,
    /// How long the token before may be repeated (20 s).
    pub grace_us: i64,
}

/// What became of a refresh. The caller derives tokens from (session, generation) under its own secret, so that
/// `RepeatedWithinGrace` can give the very token that `Rotated` gave: both carry the row as it then is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefreshOutcome {
    /// The token was in force; the row has the new generation.
    Rotated(entity::session::Model),
    /// The token before, within the grace: give the answer for the row's generation again.
    RepeatedWithinGrace(entity::session::Model),
    /// An old or foreign token: the session is revoked now, and that is audited.
    Reused(entity::session::Model),
    /// The session had been ended before.
    Revoked,
    /// The session is over.
    Expired,
    /// There is no such session.
    Unknown,
}

/// Which keys to list.
#[derive(Clone, Debug, Default)]
pub struct KeyFilter {
    /// Only of this owner.
    pub owner: Option<UserId>,
    /// Part of name, prefix or the owner's address.
    pub search: Option<String>,
    /// In which states.
    pub wanted: KeysWanted,
    /// When states are judged.
    pub now_us: i64,
    /// In which order.
    pub sort: Sort<KeySort>,
    /// From an earlier page.
    pub cursor: Option<String>,
    /// Page size, 1 to 1000.
    pub limit: u64,
}

/// What becomes of the routes to a provider that is deleted. Entries are templates: each model gets its own.
#[derive(Clone, Copy, Debug)]
pub enum RoutesThere<'e> {
    /// While a model has one, the provider stays.
    Refuse,
    /// They are removed; a model that has no other is deleted.
    Remove {
        /// For a model that keeps others.
        of_model: &'e AuditEntry,
        /// For a model that is deleted.
        last_of_model: &'e AuditEntry,
    },
}

/// Changes of a key; absent fields stay, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct KeyPatch {
    /// The name.
    pub name: Option<String>,
    /// The team it acts for.
    pub team_id: Option<Option<TeamId>>,
    /// What it may be used for.
    pub surfaces: Option<Vec<Surface>>,
    /// Globs of model names.
    pub allowed_models: Option<Option<Vec<String>>>,
    /// Globs of tool names.
    pub allowed_tools: Option<Option<Vec<String>>>,
    /// All tags.
    pub tags: Option<BTreeMap<String, String>>,
    /// Where its cost is booked.
    pub cost_center: Option<Option<String>>,
    /// Whether a call whose conversion would leave something out is refused.
    pub strict_conversion: Option<bool>,
    /// Seconds that answers are kept to be given again.
    pub cache_ttl_s: Option<Option<i64>>,
    /// Refused from then on.
    pub expires_at_us: Option<Option<i64>>,
    /// When a rotation is due.
    pub rotation_period_days: Option<Option<i32>>,
    /// When it is disabled for not being used.
    pub inactivity_timeout_days: Option<Option<i32>>,
}

/// The new secret of a lineage.
#[derive(Clone, Debug)]
pub struct KeyRotation {
    /// The new secret's id.
    pub id: KeyId,
    /// Its keyed hash.
    pub key_hash: Vec<u8>,
    /// Under which pepper.
    pub pepper_version: i32,
    /// Its first characters.
    pub key_prefix: String,
    /// The old secret is refused from then on.
    pub grace_ends_at_us: i64,
    /// Expiry of the new secret.
    pub expires_at_us: Option<i64>,
}

/// Changes of a provider; absent fields stay, `Some(None)` clears.
#[derive(Clone, Debug, Default)]
pub struct ProviderPatch {
    /// The unique name.
    pub name: Option<String>,
    /// For people.
    pub display_name: Option<String>,
    /// What API it has.
    pub provider_type: Option<String>,
    /// Where it is.
    pub base_url: Option<String>,
    /// Encrypted by the caller.
    pub credential_encrypted: Option<Option<Vec<u8>>>,
    /// Encrypted by the caller.
    pub headers_encrypted: Option<Option<Vec<u8>>>,
    /// Encrypted by the caller.
    pub secrets_encrypted: Option<Option<Vec<u8>>>,
    /// The whole configuration.
    pub config: Option<serde_json::Value>,
    /// Whether private addresses may be connected to.
    pub allow_private_network: Option<bool>,
    /// Lower is preferred.
    pub priority: Option<i32>,
    /// Whether it is used.
    pub enabled: Option<bool>,
}

/// A model with its routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelWithRoutes {
    /// The row.
    pub model: entity::model::Model,
    /// By priority, then id.
    pub routes: Vec<entity::route::Model>,
}

/// Changes of a model; absent fields stay.
#[derive(Clone, Debug, Default)]
pub struct ModelPatch {
    /// The name clients use.
    pub model_id: Option<String>,
    /// For people.
    pub display_name: Option<String>,
    /// Whether it is offered.
    pub enabled: Option<bool>,
    /// What one of its tokens counts in limits and budgets, in thousandths.
    pub token_weight_milli: Option<i64>,
    /// The longest answer it gives, in tokens.
    pub max_output_tokens: Option<Option<i64>>,
    /// Seconds that answers are kept to be given again.
    pub cache_ttl_s: Option<Option<i64>>,
    /// Further names under which it is called, replacing those there are.
    pub aliases: Option<Vec<String>>,
    /// What it says of routing for itself, replacing all that it said.
    pub routing: Option<ModelRouting>,
    /// All routes, replacing those there are.
    pub routes: Option<Vec<entity::route::Model>>,
}

/// Which prices to list (newest first). Both absent lists all.
#[derive(Clone, Debug, Default)]
pub struct PriceFilter {
    /// Own entries of this provider.
    pub provider_id: Option<ProviderId>,
    /// Of this upstream model.
    pub upstream_model: Option<String>,
}

/// Which audit rows to list (newest first).
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// From this time on.
    pub from_us: Option<i64>,
    /// Before this time.
    pub to_us: Option<i64>,
    /// Only by this user.
    pub user_id: Option<UserId>,
    /// Exactly this action.
    pub action: Option<String>,
    /// Of this kind of thing.
    pub resource_type: Option<String>,
    /// Of this thing.
    pub resource_id: Option<String>,
    /// Part of action, address or resource id.
    pub search: Option<String>,
    /// From an earlier page.
    pub cursor: Option<String>,
    /// Page size, 1 to 1000.
    pub limit: u64,
}

/// What usage is booked under. Every field is a snapshot: renaming or purging changes no bill.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UsageDimensions {
    /// Start of the hour (microseconds).
    pub hour_us: i64,
    /// Who.
    pub user_id: Option<UserId>,
    /// Their address then.
    pub user_email: Option<String>,
    /// With what secret.
    pub key_id: Option<KeyId>,
    /// Of what lineage.
    pub key_lineage_id: Option<LineageId>,
    /// For which team.
    pub team_id: Option<TeamId>,
    /// As clients name it.
    pub model: String,
    /// Where it went.
    pub provider_id: Option<ProviderId>,
    /// That provider's name then.
    pub provider_name: Option<String>,
    /// As the provider names it.
    pub upstream_model: Option<String>,
    /// By which way.
    pub route_id: Option<RouteId>,
    /// At which price.
    pub price_version: Option<PriceId>,
    /// Booked where.
    pub cost_center: Option<String>,
    /// Tags of key and call.
    pub tags: BTreeMap<String, String>,
    /// How it ended.
    pub outcome: String,
}

/// What was used: sums over calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageSums {
    /// Calls.
    pub calls: i64,
    /// Input tokens that were not cached.
    pub input: i64,
    /// Read from a cache.
    pub cache_read: i64,
    /// Written to a five-minute cache.
    pub cache_write_5m: i64,
    /// Written to a one-hour cache.
    pub cache_write_1h: i64,
    /// Output.
    pub output: i64,
    /// A part of output.
    pub reasoning: i64,
    /// Audio in.
    pub audio_in: i64,
    /// Audio out.
    pub audio_out: i64,
    /// Images made.
    pub images: i64,
    /// Nano-dollars.
    pub cost_nano: i64,
    /// Calls whose tokens were estimated.
    pub estimated_calls: i64,
    /// Calls without a price.
    pub unpriced_calls: i64,
}

/// What to add to one row of the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageDelta {
    /// Under what.
    pub dimensions: UsageDimensions,
    /// How much.
    pub sums: UsageSums,
}

/// A position in the spool of one writer: everything before it has been consumed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SpoolCursor {
    /// The spool's writer.
    pub writer: String,
    /// The segment.
    pub segment: i64,
    /// The byte in it.
    pub offset: i64,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// Rows and cursor are written.
    Applied,
    /// The cursor was there or further before: nothing is written.
    AlreadyApplied,
}

/// What usage can be grouped by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UsageGroup {
    /// User id.
    User,
    /// The user's address then.
    UserEmail,
    /// Lineage of the key.
    KeyLineage,
    /// Team id.
    Team,
    /// Model as clients name it.
    Model,
    /// Provider id.
    Provider,
    /// The provider's name then.
    ProviderName,
    /// Model as the provider names it.
    UpstreamModel,
    /// Cost centre.
    CostCenter,
    /// How calls ended.
    Outcome,
    /// UTC day: microseconds of its start, as text.
    Day,
    /// Hour: microseconds of its start, as text.
    Hour,
    /// The value of this tag.
    Tag(String),
}

/// Which usage to sum.
#[derive(Clone, Debug, Default)]
pub struct UsageQuery {
    /// From this time on (whole hours).
    pub from_us: i64,
    /// Before this time.
    pub to_us: i64,
    /// In this order; empty gives one row.
    pub group_by: Vec<UsageGroup>,
    /// Only of this user.
    pub user_id: Option<UserId>,
    /// Only of this lineage.
    pub key_lineage_id: Option<LineageId>,
    /// Only of this team.
    pub team_id: Option<TeamId>,
    /// Only of this model.
    pub model: Option<String>,
    /// Only of this provider.
    pub provider_id: Option<ProviderId>,
}

/// One group of usage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageGroupRow {
    /// The group's values, in the order of `group_by`.
    pub keys: Vec<Option<String>>,
    /// What was used.
    pub sums: UsageSums,
}

/// Everything a catalogue is built from, of one version.
#[derive(Clone, Debug, Default)]
pub struct CatalogueRows {
    /// Of the catalogue.
    pub version: i64,
    /// Not deleted (disabled ones too).
    pub providers: Vec<entity::provider::Model>,
    /// Not deleted.
    pub models: Vec<entity::model::Model>,
    /// Of those models.
    pub routes: Vec<entity::route::Model>,
    /// All versions.
    pub prices: Vec<entity::price::Model>,
}

/// Everything principals are built from, of one version.
#[derive(Clone, Debug, Default)]
pub struct PrincipalRows {
    /// Of the principals.
    pub version: i64,
    /// Active ones with their roles.
    pub users: Vec<UserWithRoles>,
    /// Neither revoked nor deleted, of those users.
    pub keys: Vec<entity::api_key::Model>,
}

/// Sessions ended lately, of one version.
#[derive(Clone, Debug, Default)]
pub struct RevocationRows {
    /// Of the revocations.
    pub version: i64,
    /// Session and when it was ended.
    pub sessions: Vec<(SessionId, i64)>,
}

/// What a purge removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Users.
    pub users: u64,
    /// Keys.
    pub keys: u64,
    /// Providers.
    pub providers: u64,
    /// Models.
    pub models: u64,
    /// Sessions over or ended.
    pub sessions: u64,
}
