//! The immutable picture of the configuration that requests are decided on, in parts that are swapped separately.

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::catalogue::Catalogue;
use crate::limits::LimitBook;
use crate::principal::{Principals, Revocations};
use crate::settings::Settings;

/// Where the data plane reads and the control plane publishes. Reading never blocks.
#[derive(Debug)]
pub struct SnapshotHandle {
    /// Providers, models, routes, prices.
    pub catalogue: ArcSwap<Catalogue>,
    /// Keys and users.
    pub principals: ArcSwap<Principals>,
    /// Ended sessions.
    pub revocations: ArcSwap<Revocations>,
    /// Limits and budgets.
    pub limits: ArcSwap<LimitBook>,
    /// Typed settings.
    pub settings: ArcSwap<Settings>,
}

impl SnapshotHandle {
    /// A handle that knows nobody and leads nowhere.
    pub fn empty(settings: Settings) -> Self {
        Self {
            catalogue: ArcSwap::from_pointee(Catalogue::default()),
            principals: ArcSwap::from_pointee(Principals::default()),
            revocations: ArcSwap::from_pointee(Revocations::default()),
            limits: ArcSwap::from_pointee(LimitBook::default()),
            settings: ArcSwap::new(Arc::new(settings)),
        }
    }
}
