//! AWS Bedrock's Converse: where a region's endpoint is, how a call is signed, and what its errors mean.

mod credentials;
mod endpoint;
mod errors;
mod models;
mod sign;

pub(crate) use credentials::{are_sendable, secrets};
pub use endpoint::base_url;
pub(crate) use endpoint::region_of;
pub(crate) use sign::sign;

use crate::kind::Kind;

pub(crate) const KIND: Kind = Kind {
    address: endpoint::address,
    models_url: endpoint::models_url,
    models: models::read,
    credentials: credentials::headers,
    report: errors::report,
    errors: &[errors::ROWS],
};
