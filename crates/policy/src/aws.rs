//! Where the machine that the program runs on gives out AWS credentials, as its environment says it. The order is that of
//! AWS's own SDKs: a web identity, a container's, the instance's.

use std::path::PathBuf;

use secrecy::SecretString;

/// Where the metadata service of an EC2 instance is, unless it is said otherwise.
pub const METADATA: &str = "http://169.254.169.254";

/// The one place that is asked.
#[derive(Clone, Debug)]
pub enum InstanceSource {
    /// A token that a cluster gave is changed for credentials at AWS's token service (EKS's older way).
    WebIdentity {
        /// Holds the token; read anew each time, because it is replaced.
        token_file: PathBuf,
        /// Whose credentials.
        role_arn: String,
        /// What the session is called in AWS's own logs.
        session_name: String,
        /// Where the token service is, without a slash at the end.
        sts: String,
    },
    /// An agent beside the container (ECS, EKS Pod Identity).
    Container {
        /// The whole address.
        url: String,
        /// What it wants to be shown, if anything.
        token: Option<ContainerToken>,
    },
    /// The metadata service of an EC2 instance.
    Metadata {
        /// Where it is, without a slash at the end.
        endpoint: String,
    },
    /// The environment forbids to ask the metadata service, and names no other place.
    Disabled,
}

/// What a container's agent wants to be shown.
#[derive(Clone, Debug)]
pub enum ContainerToken {
    /// This.
    Text(SecretString),
    /// What the file holds; read anew each time, because it is replaced.
    File(PathBuf),
}

impl Default for InstanceSource {
    fn default() -> Self {
        Self::Metadata { endpoint: METADATA.to_owned() }
    }
}
