//! api.anthropic.com and exact copies of it.

mod credentials;
mod endpoint;
mod errors;

pub(crate) use errors::ROWS as ERRORS;

use crate::kind::Kind;
use crate::probe::ModelsPage;
use crate::report::ErrorReport;

pub(crate) const KIND: Kind = Kind {
    address: endpoint::address,
    models_url: endpoint::models_url,
    models: ModelsPage::read_last_id,
    credentials: credentials::headers,
    report: ErrorReport::of_answer,
    errors: &[ERRORS],
};
