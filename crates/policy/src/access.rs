//! The one decision function: may this principal do this to that? Default deny; deny wins; globs are explicit.
//!
//! Roles hold statements, a principal holds roles, a key narrows what its owner may do. Each list is evaluated on its
//! own and all must allow: patterns are never intersected as strings, so an empty list can never come to mean "all".

use std::fmt;

use crate::principal::{KeyPrincipal, Role, Surface, UserPrincipal};

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

/// Whether a statement allows or denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Allows, unless something else denies.
    Allow,
    /// Denies, whatever else allows.
    Deny,
}

/// One rule of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Named in reasons.
    pub name: &'static str,
    /// Allow or deny.
    pub effect: Effect,
    /// Globs of action names.
    pub actions: &'static [&'static str],
    /// Globs of resources: `model:gpt-*`, or `*` for everything.
    pub resources: &'static [&'static str],
}

/// What an action is done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource<'a> {
    /// The action has no narrower object; only statements on `*` apply.
    Everything,
    /// A model, by the name clients use.
    Model(&'a str),
}

impl Resource<'_> {
    /// Whether a statement's pattern covers it.
    fn matches(self, pattern: &str) -> bool {
        if pattern == "*" {
            return true;
        }
        match self {
            Self::Everything => false,
            Self::Model(name) => pattern.strip_prefix("model:").is_some_and(|glob| glob_matches(glob, name)),
        }
    }
}

const ANYTHING: &[&str] = &["*"];

const fn allow(name: &'static str, actions: &'static [&'static str]) -> Statement {
    Statement { name, effect: Effect::Allow, actions, resources: ANYTHING }
}

const USE_MODELS: Statement = allow("use-models", &["models:use"]);
const OWN_ACCOUNT: Statement = allow("own-account", &["account:own"]);
const OWN_KEYS: Statement = allow("own-keys", &["keys:*_own"]);
const OWN_RECORDS: Statement = allow("own-records", &["analytics:read_own", "logs:read_own"]);
const ALL_RECORDS: Statement = allow("all-records", &["analytics:*", "logs:*"]);
const CATALOGUE: Statement =
    allow("catalogue", &["providers:*", "models:read", "models:write", "prices:*", "health:read"]);
const DIRECTORY: Statement = allow("directory", &["users:*", "keys:*_any"]);
const AUDIT: Statement = allow("audit-trail", &["audit:read"]);

impl Role {
    /// What the role says. The matrix of the documentation, for what exists so far: teams do not yet, so a team
    /// manager has what a developer has.
    pub const fn statements(self) -> &'static [Statement] {
        match self {
            Self::SuperAdmin => const { &[allow("everything", &["*"])] },
            Self::Admin => {
                const {
                    &[
                        USE_MODELS,
                        OWN_ACCOUNT,
                        OWN_KEYS,
                        ALL_RECORDS,
                        CATALOGUE,
                        DIRECTORY,
                        AUDIT,
                        allow("see-settings", &["settings:read"]),
                    ]
                }
            }
            Self::Operator => const { &[USE_MODELS, OWN_ACCOUNT, OWN_KEYS, ALL_RECORDS, CATALOGUE] },
            Self::TeamManager | Self::Developer => const { &[USE_MODELS, OWN_ACCOUNT, OWN_KEYS, OWN_RECORDS] },
            Self::Viewer => {
                const { &[USE_MODELS, OWN_ACCOUNT, OWN_RECORDS, allow("all-analytics", &["analytics:read_all"])] }
            }
            Self::Auditor => const { &[OWN_ACCOUNT, ALL_RECORDS, AUDIT] },
            Self::Service => const { &[USE_MODELS] },
        }
    }
}

/// Why a decision was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// This statement of this role allows it and none denies it.
    Allowed {
        /// The role that has the statement.
        role: Role,
        /// The statement's name.
        statement: &'static str,
    },
    /// This statement of this role denies it.
    Denied {
        /// The role that has the statement.
        role: Role,
        /// The statement's name.
        statement: &'static str,
    },
    /// Nothing is said about it, which is a no.
    NoStatement,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allowed { role, statement } => {
                write!(f, "allowed by statement `{statement}` of role {}", role.as_str())
            }
            Self::Denied { role, statement } => {
                write!(f, "denied by statement `{statement}` of role {}", role.as_str())
            }
            Self::NoStatement => f.write_str("no statement allows it"),
        }
    }
}

/// The answer, with the reason kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Yes or no.
    pub allowed: bool,
    /// Why.
    pub reason: Reason,
}

/// May the user do this to that? Asks the roles only; for keys see [`use_key`] and [`use_model`].
pub fn decide(user: &UserPrincipal, action: Action, resource: Resource<'_>) -> Decision {
    decide_roles(&user.roles, action, resource)
}

/// May somebody with these roles do this to that?
pub fn decide_roles(roles: &[Role], action: Action, resource: Resource<'_>) -> Decision {
    evaluate(roles.iter().flat_map(|role| role.statements().iter().map(move |s| (*role, s))), action, resource)
}

fn evaluate<'s>(
    statements: impl Iterator<Item = (Role, &'s Statement)>,
    action: Action,
    resource: Resource<'_>,
) -> Decision {
    let mut decision = Decision { allowed: false, reason: Reason::NoStatement };
    for (role, statement) in statements {
        let applies = statement.actions.iter().any(|glob| glob_matches(glob, action.as_str()))
            && statement.resources.iter().any(|pattern| resource.matches(pattern));
        match (applies, statement.effect) {
            (false, _) => {}
            (true, Effect::Deny) => {
                return Decision { allowed: false, reason: Reason::Denied { role, statement: statement.name } };
            }
            (true, Effect::Allow) if decision.allowed => {}
            (true, Effect::Allow) => {
                decision = Decision { allowed: true, reason: Reason::Allowed { role, statement: statement.name } };
            }
        }
    }
    decision
}

/// Who is calling, and what they showed.
#[derive(Clone, Copy, Debug)]
pub enum Caller<'a> {
    /// An API key.
    Key(&'a KeyPrincipal),
    /// The access token of a console session.
    Session(&'a UserPrincipal),
}

impl<'a> Caller<'a> {
    /// On whose behalf.
    pub fn user(self) -> &'a UserPrincipal {
        match self {
            Self::Key(key) => &key.user,
            Self::Session(user) => user,
        }
    }
}

/// Why somebody who is known was refused. The text may be shown to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The key was switched off.
    #[error("this API key is disabled")]
    KeyDisabled,
    /// The key's time is over: expired, or replaced by rotation.
    #[error("this API key has expired or was replaced")]
    KeyExpired {
        /// Since when (microseconds).
        since_us: i64,
    },
    /// The key is not for this surface.
    #[error("this API key may not be used for {}", .surface.as_str())]
    Surface {
        /// What it was used for.
        surface: Surface,
    },
    /// A service account without a key.
    #[error("service accounts need an API key")]
    KeysOnly,
    /// The roles do not allow it.
    #[error("{0}")]
    Role(Reason),
    /// The key's own list does not name the model.
    #[error("this API key is not allowed to use this model")]
    KeyModels,
}

impl Refusal {
    /// A short word for records and metrics.
    pub const fn code(self) -> &'static str {
        match self {
            Self::KeyDisabled => "key_disabled",
            Self::KeyExpired { .. } => "key_expired",
            Self::Surface { .. } => "key_surface",
            Self::KeysOnly => "keys_only",
            Self::Role(_) => "role",
            Self::KeyModels => "key_models",
        }
    }

    /// Whether the credential itself is no good (401), as opposed to not sufficient (403).
    pub const fn is_credential(self) -> bool {
        matches!(self, Self::KeyDisabled | Self::KeyExpired { .. })
    }
}

/// May this key be used at all, here and now? Says nothing about what for.
pub fn use_key(key: &KeyPrincipal, surface: Surface, now_us: i64) -> Result<(), Refusal> {
    if key.disabled {
        return Err(Refusal::KeyDisabled);
    }
    if let Some(since_us) = key.refused_from_us.filter(|from| now_us >= *from) {
        return Err(Refusal::KeyExpired { since_us });
    }
    if !key.surfaces.contains(&surface) {
        return Err(Refusal::Surface { surface });
    }
    Ok(())
}

/// May the caller use the AI gateway at all, here and now? For a listing, and before a model is known.
pub fn use_gateway(caller: Caller<'_>, now_us: i64) -> Result<(), Refusal> {
    match caller {
        Caller::Key(key) => use_key(key, Surface::AiGateway, now_us),
        Caller::Session(user) if user.service_account => Err(Refusal::KeysOnly),
        Caller::Session(_) => Ok(()),
    }
}

/// May the caller use this model, here and now? Role and key must both allow it. Allocates nothing.
pub fn use_model(caller: Caller<'_>, model: &str, now_us: i64) -> Result<Reason, Refusal> {
    use_gateway(caller, now_us)?;
    let decision = decide(caller.user(), Action::ModelsUse, Resource::Model(model));
    if !decision.allowed {
        return Err(Refusal::Role(decision.reason));
    }
    let listed = match caller {
        Caller::Session(_) => true,
        Caller::Key(key) => match &key.allowed_models {
            None => true,
            Some(globs) => globs.iter().any(|glob| glob_matches(glob, model)),
        },
    };
    if listed { Ok(decision.reason) } else { Err(Refusal::KeyModels) }
}

/// May the caller do this on the console, here and now? A key needs the `console` surface; its owner's roles govern.
pub fn use_console(caller: Caller<'_>, action: Action, resource: Resource<'_>, now_us: i64) -> Result<Reason, Refusal> {
    match caller {
        Caller::Key(key) => use_key(key, Surface::Console, now_us)?,
        Caller::Session(user) if user.service_account => return Err(Refusal::KeysOnly),
        Caller::Session(_) => {}
    }
    let decision = decide(caller.user(), action, resource);
    if decision.allowed { Ok(decision.reason) } else { Err(Refusal::Role(decision.reason)) }
}

/// Whether somebody with these roles may give this role away: it is not above their own, and they hold all of it.
///
/// Rank alone is not enough: an auditor ranks below a developer, yet reads what a developer must not.
/// That the actor may edit users at all is a decision of its own ([`Action::UsersUpdate`]).
pub fn may_grant(actor: &[Role], role: Role) -> bool {
    let allows = |roles: &[Role], action: Action| decide_roles(roles, action, Resource::Everything).allowed;
    actor.iter().min().is_some_and(|own| *own <= role)
        && Action::ALL.iter().all(|action| !allows(&[role], *action) || allows(actor, *action))
}

/// Whether somebody with these roles may edit a user with those: nobody resets the password of a stronger one.
pub fn may_manage(actor: &[Role], target: &[Role]) -> bool {
    !actor.is_empty() && target.iter().all(|role| may_grant(actor, *role))
}

/// Whether the name matches the pattern, where `*` stands for any text and everything else for itself.
///
/// A pattern without `*` matches only its own text: `gpt-4` is not `gpt-4o`.
pub fn glob_matches(pattern: &str, name: &str) -> bool {
    let (mut pattern, mut name) = (pattern.as_bytes(), name.as_bytes());
    // Where to go on after the last `*` when what follows does not fit: one byte later in the name.
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), name.split_first()) {
            (Some((b'*', rest)), _) => {
                if rest.is_empty() {
                    return true;
                }
                pattern = rest;
                retry = Some((rest, name));
            }
            (Some((p, pattern_rest)), Some((n, name_rest))) if p == n => {
                pattern = pattern_rest;
                name = name_rest;
            }
            (None, None) => return true,
            _ => match retry {
                Some((after_star, [_, later @ ..])) => {
                    pattern = after_star;
                    name = later;
                    retry = Some((after_star, later));
                }
                _ => return false,
            },
        }
    }
}

#[cfg(test)]
#[path = "access_tests.rs"]
mod tests;
