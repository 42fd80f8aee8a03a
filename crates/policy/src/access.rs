//! The one decision function: may this principal do this to that? Default deny; deny wins; globs are explicit.
//!
//! Roles hold statements, a principal holds roles, a key narrows what its owner may do. Each list is evaluated on its
//! own and all must allow: patterns are never intersected as strings, so an empty list can never come to mean "all".

mod actions;
mod glob;

use std::fmt;

pub use self::actions::Action;
pub use self::glob::glob_matches;
use crate::principal::{KeyPrincipal, Role, Surface, UserPrincipal};

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
const LIMITS: Statement = allow("limits", &["limits:*"]);
const SEE_LIMITS: Statement = allow("see-limits", &["limits:read"]);

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
                        LIMITS,
                        AUDIT,
                        allow("see-settings", &["settings:read"]),
                    ]
                }
            }
            Self::Operator => const { &[USE_MODELS, OWN_ACCOUNT, OWN_KEYS, ALL_RECORDS, CATALOGUE, SEE_LIMITS] },
            Self::TeamManager | Self::Developer => const { &[USE_MODELS, OWN_ACCOUNT, OWN_KEYS, OWN_RECORDS] },
            Self::Viewer => {
                const { &[USE_MODELS, OWN_ACCOUNT, OWN_RECORDS, allow("all-analytics", &["analytics:read_all"])] }
            }
            Self::Auditor => const { &[OWN_ACCOUNT, ALL_RECORDS, SEE_LIMITS, AUDIT] },
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

#[cfg(test)]
mod tests;
