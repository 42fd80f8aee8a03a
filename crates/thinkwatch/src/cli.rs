//! The command line.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// One gateway through which every AI call of an organisation flows.
#[derive(Debug, Parser)]
#[command(name = "thinkwatch", version, about, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What the binary can do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the gateway and the console (the default).
    Serve,
    /// Run on throw-away data with a simulated provider, and print calls to paste.
    Demo,
    /// Bring the store's schema up to date and stop.
    Migrate,
    /// Check configuration, stores, disk, clock and providers, and say what to do.
    Doctor,
    /// Make the first administrator, and if wished a provider and a key.
    Setup(Box<Setup>),
    /// Show who used what and what it cost.
    Usage(Usage),
    /// Show why a call went where it went, and find its order of routes again from what was kept.
    Explain(Explain),
    /// Help somebody who is locked out: make an administrator, set a password.
    #[command(subcommand)]
    User(User),
    /// Exit with 0 if the running gateway is ready (for container probes).
    Health(Health),
    /// Print the OpenAPI document of the console API.
    Openapi,
    /// Print the documentation of variables and settings.
    Settings,
    /// Not in this version.
    #[command(hide = true)]
    Apply(Rest),
    /// Not in this version.
    #[command(hide = true)]
    Export(Rest),
    /// Not in this version.
    #[command(hide = true)]
    Backup(Rest),
    /// Not in this version.
    #[command(hide = true)]
    Secrets(Rest),
    /// Not in this version.
    #[command(hide = true)]
    Audit(Rest),
    /// Not in this version.
    #[command(hide = true)]
    Store(Rest),
}

/// Arguments of a command that is refused whatever they are.
#[derive(Debug, Args)]
pub(crate) struct Rest {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    _rest: Vec<String>,
}

/// `thinkwatch setup`: asks for what is not given.
#[derive(Debug, Args)]
pub(crate) struct Setup {
    /// E-mail address of the administrator.
    #[arg(long)]
    pub(crate) email: Option<String>,
    /// Name of the administrator.
    #[arg(long)]
    pub(crate) display_name: Option<String>,
    /// Read the password from this file (`-` for standard input) instead of asking.
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
    /// Shown in the console.
    #[arg(long)]
    pub(crate) site_name: Option<String>,
    #[command(flatten)]
    pub(crate) first: FirstProvider,
    /// Also make an API key of this name and print it.
    #[arg(long, value_name = "NAME")]
    pub(crate) key: Option<String>,
}

/// The first provider. No secret is a flag: others on the machine see command lines.
#[derive(Debug, Args)]
pub(crate) struct FirstProvider {
    /// A provider to begin with: openai, anthropic, google, azure, bedrock or custom.
    #[arg(long, value_name = "TYPE")]
    pub(crate) provider: Option<String>,
    /// Where that provider is; its public address when absent (azure: the endpoint of the resource).
    #[arg(long, value_name = "URL", requires = "provider")]
    pub(crate) provider_url: Option<String>,
    /// Read the provider's API key from this file.
    #[arg(long, value_name = "FILE", requires = "provider")]
    pub(crate) provider_key_file: Option<PathBuf>,
    /// azure: the version of its API.
    #[arg(long, value_name = "VERSION", requires = "provider")]
    pub(crate) provider_api_version: Option<String>,
    /// bedrock: the region.
    #[arg(long, value_name = "REGION", requires = "provider")]
    pub(crate) provider_region: Option<String>,
    /// bedrock: which access key signs calls. Without it and without an API key the role of the machine does.
    #[arg(long, value_name = "ID", requires = "provider")]
    pub(crate) provider_access_key_id: Option<String>,
    /// bedrock: read the secret access key from this file.
    #[arg(long, value_name = "FILE", requires = "provider_access_key_id")]
    pub(crate) provider_secret_key_file: Option<PathBuf>,
    /// bedrock: read the session token of a temporary access key from this file.
    #[arg(long, value_name = "FILE", requires = "provider_access_key_id")]
    pub(crate) provider_session_token_file: Option<PathBuf>,
    /// Allow that provider to be at a private or loopback address.
    #[arg(long, requires = "provider")]
    pub(crate) allow_private_network: bool,
}

/// `thinkwatch usage`.
#[derive(Debug, Args)]
pub(crate) struct Usage {
    /// How many days back, today included.
    #[arg(long, default_value_t = 30)]
    pub(crate) days: u32,
    /// Group by these, in this order: user, key, team, model, provider, day, hour, cost_center, outcome, tag:NAME.
    #[arg(long, value_delimiter = ',', default_value = "user_email,model")]
    pub(crate) by: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `thinkwatch explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The request id (`req_...`), or the client's trace id.
    #[arg(value_name = "REQUEST_ID")]
    pub(crate) id: String,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `thinkwatch user`.
#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Make a super administrator of somebody who exists.
    Promote {
        /// Their e-mail address.
        email: String,
    },
    /// Set a new password; ends their sessions.
    ResetPassword {
        /// Their e-mail address.
        email: String,
        /// Read the password from this file (`-` for standard input) instead of asking.
        #[arg(long, value_name = "FILE")]
        password_file: Option<PathBuf>,
    },
}

/// `thinkwatch health`.
#[derive(Debug, Args)]
pub(crate) struct Health {
    /// Also fail when the store does not answer.
    #[arg(long)]
    pub(crate) strict: bool,
}

/// Prints a line for a person. Whoever stopped reading (`| head`) has seen enough.
pub(crate) fn say(text: impl std::fmt::Display) {
    drop(writeln!(std::io::stdout(), "{text}"));
}

/// Prints an error, with its causes, one line each.
pub(crate) fn complain(error: &anyhow::Error) {
    let mut out = std::io::stderr().lock();
    let mut shown = String::new();
    for cause in error.chain() {
        let text = cause.to_string();
        // Many errors repeat their cause in their own text.
        if shown.contains(&text) {
            continue;
        }
        let line = if shown.is_empty() { format!("error: {text}") } else { format!("  because: {text}") };
        drop(writeln!(out, "{line}"));
        shown.push_str(&text);
    }
}
