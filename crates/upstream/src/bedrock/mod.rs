//! AWS Bedrock's Converse: where a region's endpoint is, how a call is signed, and what its errors mean.
//!
//! It is not among the provider types yet: unlike theirs, its URL names the model, and its credential is made anew for each
//! body.

mod credentials;
mod endpoint;
mod errors;
mod sign;

pub use credentials::{Credentials, NotCredentials};
pub use endpoint::{base_url, converse_path};
pub use errors::{classify, report};
pub use sign::{Outgoing, Unsignable, sign};
