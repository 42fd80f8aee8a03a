//! generativelanguage.googleapis.com and what imitates it: the Gemini API with an API key.

mod credentials;
mod endpoint;
mod errors;
mod models;

use crate::kind::Kind;

pub(crate) const KIND: Kind = Kind {
    address: endpoint::address,
    models_url: endpoint::models_url,
    models: models::read,
    credentials: credentials::headers,
    report: errors::report,
    errors: &[errors::ROWS],
};
