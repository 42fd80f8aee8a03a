//! What the handlers are given.

use std::sync::Arc;
use std::time::Duration;

use thinkwatch_control::Control;

use crate::web::{Assets, Embedded};

/// How the console is reached.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where browsers find the console (`https://console.example.org`), if it was configured. With `https`, cookies
    /// are `Secure` and HSTS is sent.
    pub public_url: Option<String>,
    /// Origins that may call the API from a browser besides the console's own.
    pub allowed_origins: Vec<String>,
    /// Where clients reach the gateway (`https://ai.example.com`), if it was configured.
    pub public_gateway_url: Option<String>,
    /// The gateway's port: its address is guessed with it when none was configured.
    pub gateway_port: u16,
    /// The files of the web console.
    pub assets: Arc<dyn Assets>,
    /// Longest time for one request.
    pub timeout: Duration,
    /// Shown by `/api/version`.
    pub version: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            public_url: None,
            allowed_origins: Vec::new(),
            public_gateway_url: None,
            gateway_port: 3000,
            assets: Arc::new(Embedded),
            timeout: Duration::from_secs(30),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

impl Options {
    /// Whether browsers reach the console over TLS.
    pub(crate) fn https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}

/// The use cases and the options.
#[derive(Clone)]
pub struct ConsoleState {
    /// The use cases.
    pub control: Arc<Control>,
    /// How the console is reached.
    pub options: Options,
}

/// As handlers take it.
pub(crate) type App = Arc<ConsoleState>;
