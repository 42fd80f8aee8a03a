//! What an operator sets: limits and budgets, and whom they count.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::period::PeriodKind;
use super::subject_id::SubjectId;
use super::window::Window;
use crate::ids::{BudgetId, RuleId};
use crate::principal::Surface;

/// What kind of thing a limit or a budget counts for. A key's counter is the key's, never its owner's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectKind {
    /// All calls.
    Organisation,
    /// A user's, over all keys.
    User,
    /// Those of a team's keys.
    Team,
    /// A key's, over all its secrets.
    Key,
    /// Those that go to a provider.
    Provider,
    /// Those that take a route.
    Route,
    /// Those that name a model.
    Model,
    /// Those that go to an MCP server.
    McpServer,
    /// Those of an MCP tool.
    McpTool,
}

impl SubjectKind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Organisation,
        Self::User,
        Self::Team,
        Self::Key,
        Self::Provider,
        Self::Route,
        Self::Model,
        Self::McpServer,
        Self::McpTool,
    ];

    /// Its name in API, store and errors.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::User => "user",
            Self::Team => "team",
            Self::Key => "key",
            Self::Provider => "provider",
            Self::Route => "route",
            Self::Model => "model",
            Self::McpServer => "mcp_server",
            Self::McpTool => "mcp_tool",
        }
    }

    /// Reads the name written by [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// Whether a budget may be set for it.
    pub const fn has_budget(self) -> bool {
        matches!(self, Self::Organisation | Self::User | Self::Team | Self::Key | Self::Provider)
    }
}

/// One thing that is counted for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Subject {
    /// What kind of thing.
    pub kind: SubjectKind,
    /// Which: an id, or a model's name. Empty for the organisation, of which there is one.
    pub id: SubjectId,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.as_str(), self.id)
    }
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Calls.
    Requests,
    /// Tokens, input and output, each weighted as its model says.
    Tokens,
    /// Calls at once.
    Concurrency,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Requests, Self::Tokens, Self::Concurrency];

    /// Its name in API, store and errors.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Tokens => "tokens",
            Self::Concurrency => "concurrency",
        }
    }

    /// Reads the name written by [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.as_str() == name)
    }
}

/// A rate limit, or a limit of calls at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimit {
    /// Its id.
    pub id: RuleId,
    /// Whom it counts.
    pub subject: Subject,
    /// Which calls it counts.
    pub surface: Surface,
    /// What it counts.
    pub metric: Metric,
    /// How long it looks back; `None` for calls at once.
    pub window: Option<Window>,
    /// The most that is let in: calls, or tokens.
    pub max: u64,
}

impl RateLimit {
    /// How an error names it: `key:requests/1m`, `user:concurrency`. It does not tell an id: whoever is refused by a
    /// provider's limit need not know the provider.
    pub fn name(&self) -> String {
        let (kind, metric) = (self.subject.kind.as_str(), self.metric.as_str());
        match self.window {
            Some(window) => format!("{kind}:{metric}/{}", window.as_str()),
            None => format!("{kind}:{metric}"),
        }
    }
}

/// What a budget counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Dollars; amounts are nano-dollars.
    Usd,
    /// Tokens, weighted as their model says.
    Tokens,
}

impl Unit {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Usd, Self::Tokens];

    /// Its name in API, store and errors.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Usd => "usd",
            Self::Tokens => "tokens",
        }
    }

    /// Reads the name written by [`Self::as_str`].
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.as_str() == name)
    }
}

/// A budget.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Its id.
    pub id: BudgetId,
    /// Who spends.
    pub subject: Subject,
    /// How long it lasts.
    pub period: PeriodKind,
    /// What it counts.
    pub unit: Unit,
    /// The most that may be spent, in nano-dollars or tokens.
    pub max: u64,
    /// Whether calls reserve the most they can cost. Otherwise they reserve what such calls usually cost, and together may
    /// overrun it by the difference.
    pub hard: bool,
}

impl Budget {
    /// How an error names it: `team:usd/monthly`.
    pub fn name(&self) -> String {
        format!("{}:{}/{}", self.subject.kind.as_str(), self.unit.as_str(), self.period.as_str())
    }
}
