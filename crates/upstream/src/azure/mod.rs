//! OpenAI's models in Azure (NAME.openai.azure.com): their formats and errors, other addresses and another header.

mod credentials;
mod endpoint;
mod errors;

use crate::kind::Kind;
use crate::probe::ModelsPage;
use crate::report::ErrorReport;

pub(crate) const KIND: Kind = Kind {
    address: endpoint::address,
    models_url: endpoint::models_url,
    models: ModelsPage::read,
    credentials: credentials::headers,
    report: ErrorReport::of_answer,
    errors: &[errors::ROWS, crate::openai::ERRORS],
};
