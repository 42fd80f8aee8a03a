//! Who is calling: users, service accounts and the keys they hold, as the data plane sees them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::ids::{KeyId, LineageId, TeamId, UserId};
use crate::map::Map;

/// The system roles, strongest first. What each may do is decided in [`crate::access`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, system settings included.
    SuperAdmin,
    /// Everything but system settings.
    Admin,
    /// Providers, models and all analytics.
    Operator,
    /// Keys, members and analytics of their teams.
    TeamManager,
    /// Models, tools and keys of their own.
    Developer,
    /// Read-only analytics.
    Viewer,
    /// Read-only: all analytics, logs and the audit trail.
    Auditor,
    /// A machine: keys only, no sign-in.
    Service,
}

impl Role {
    /// All roles, strongest first.
    pub const ALL: [Self; 8] = [
        Self::SuperAdmin,
        Self::Admin,
        Self::Operator,
        Self::TeamManager,
        Self::Developer,
        Self::Viewer,
        Self::Auditor,
        Self::Service,
    ];

    /// The name in the API, the store and tokens.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SuperAdmin => "super_admin",
            Self::Admin => "admin",
            Self::Operator => "operator",
            Self::TeamManager => "team_manager",
            Self::Developer => "developer",
            Self::Viewer => "viewer",
            Self::Auditor => "auditor",
            Self::Service => "service",
        }
    }

    /// Reads a role name; `user` is accepted for `developer`.
    pub fn parse(name: &str) -> Option<Self> {
        if name == "user" {
            return Some(Self::Developer);
        }
        Self::ALL.into_iter().find(|r| r.as_str() == name)
    }
}

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Surface {
    /// Model calls on the gateway.
    AiGateway,
    /// Tool calls on the gateway.
    McpGateway,
    /// The console API.
    Console,
}

impl Surface {
    /// The name in the API and the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AiGateway => "ai_gateway",
            Self::McpGateway => "mcp_gateway",
            Self::Console => "console",
        }
    }

    /// Reads the name written by [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        [Self::AiGateway, Self::McpGateway, Self::Console].into_iter().find(|s| s.as_str() == name)
    }
}

/// A user or service account that may act. Inactive and deleted ones are not in the snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserPrincipal {
    /// The user.
    pub id: UserId,
    /// Lower-case address; of a service account, its name.
    pub email: Arc<str>,
    /// Global roles.
    pub roles: Vec<Role>,
    /// Whether it is a machine.
    pub service_account: bool,
}

/// One secret of an API key, with everything a request needs to be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPrincipal {
    /// This secret.
    pub id: KeyId,
    /// What outlives rotation.
    pub lineage: LineageId,
    /// The name its owner gave it.
    pub name: Arc<str>,
    /// Its owner.
    pub user: Arc<UserPrincipal>,
    /// The team it acts for, if any.
    pub team: Option<TeamId>,
    /// What it may be used for.
    pub surfaces: Vec<Surface>,
    /// Explicit globs of model names; `None` inherits what its owner may use, an empty list allows nothing.
    pub allowed_models: Option<Vec<String>>,
    /// Refused from this time on (microseconds): expiry, or the end of the grace period after a rotation.
    pub refused_from_us: Option<i64>,
    /// Disabled by its owner, an admin or inactivity; can be enabled again.
    pub disabled: bool,
    /// Tags stored with each use.
    pub tags: Vec<(String, String)>,
    /// Where its cost is booked.
    pub cost_center: Option<Arc<str>>,
    /// Whether a call whose conversion would leave something out is refused.
    pub strict_conversion: bool,
    /// For how many seconds its calls' answers are kept to be given again; 0 never, `None` as the model says.
    pub cache_ttl_s: Option<u32>,
}

/// Keys by the keyed hash of their secret, and users by id.
#[derive(Clone, Debug, Default)]
pub struct Principals {
    /// HMAC-SHA-256 of the secret under the pepper → key.
    pub keys: Map<[u8; 32], Arc<KeyPrincipal>>,
    /// Active users.
    pub users: Map<UserId, Arc<UserPrincipal>>,
}

/// Sessions that were ended before their access tokens expire.
#[derive(Clone, Debug, Default)]
pub struct Revocations {
    /// Revoked session → time (microseconds) after which no token of it can be valid any more.
    pub sessions: Map<crate::ids::SessionId, i64>,
}
