//! What a call to an AI provider looks like from the outside: where it goes, with which credential and headers, and
//! what its failures mean. A folder per provider type, with the same files in each.
//!
//! This crate knows no client, no record and no body: bodies are bytes that somebody else has prepared. It opens
//! connections only through `outbound`.

mod advice;
mod anthropic;
mod azure;
pub mod bedrock;
mod custom;
mod failure;
mod google;
mod head;
mod headers;
mod instance;
mod kind;
mod openai;
mod pools;
mod probe;
mod report;
mod request;
mod stored;

pub use failure::{FailureClass, Fault, TimeoutStage};
pub use head::{PrepareError, Upstream};
pub use headers::{
    PassRow, REQUEST_HEADERS, RESPONSE_HEADERS, Scope, copy_response_headers, is_readable, upstream_request_id,
};
pub use instance::{CredentialError, InstanceCredentials};
pub use kind::Unsignable;
pub use pools::{Network, Pools};
pub use probe::{Probe, RemoteFailure, RemoteModel};
pub use report::ErrorReport;
pub use request::{Inbound, RequestError};
pub use stored::StoredCall;
