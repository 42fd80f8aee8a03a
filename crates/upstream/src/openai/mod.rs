//! api.openai.com and exact copies of it.

mod credentials;
mod endpoint;
mod errors;

pub(crate) use errors::ROWS as ERRORS;

use crate::kind::Kind;

pub(crate) const KIND: Kind =
    Kind { url: endpoint::url, models_url: endpoint::models_url, credentials: credentials::headers, errors: &[ERRORS] };
