//! From a model name to the routes a call may take, in the order they are tried, with a reason for each.

use std::sync::Arc;

use crate::catalogue::{Catalogue, Model, Route};
use crate::dialect::Dialect;

/// Why a route is not used for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excluded {
    /// The route is switched off.
    Disabled,
    /// The provider does not speak the caller's dialect.
    Dialect,
}

/// The routes of one call.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Tried in this order.
    pub candidates: Vec<Route>,
    /// Left out, and why.
    pub excluded: Vec<(Route, Excluded)>,
}

/// How a model name was found.
#[derive(Clone, Debug)]
pub enum Resolved {
    /// A model that an operator made.
    Explicit(Arc<Model>),
    /// A default prefix: routes to the providers of that type.
    Prefix(Vec<Route>),
}
