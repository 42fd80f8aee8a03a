//! What every database must do.

pub(crate) mod catalogue;
pub(crate) mod keys;
pub(crate) mod ledger;
pub(crate) mod limits;
pub(crate) mod responses;
pub(crate) mod routing;
pub(crate) mod sessions;
pub(crate) mod settings;
pub(crate) mod setup;
pub(crate) mod trail;
pub(crate) mod upkeep;
pub(crate) mod users;
