//! The process's surroundings: environment, `.env`, the settings file and the data directory, checked before a port
//! opens.
//!
//! The only crate that reads environment variables. It must never know the store, HTTP or an async runtime.
//! Every failure is found in one go, and each is one line that says what is wrong and how to mend it.

mod aws;
mod data_dir;
mod database;
mod dotenv;
mod environment;
mod load;
mod problem;
mod reader;
mod redis;
mod secrets;
mod settings_file;
mod variables;

pub use data_dir::{DataDir, DataDirError};
pub use database::{Database, TlsMode};
pub use environment::Environment;
pub use load::{Config, Outbound, Proxy, SettingSource};
pub use problem::{ConfigErrors, Problem};
pub use redis::{Redis, Sentinel};
pub use secrets::{GivenSecrets, SecretFileError, Secrets};
pub use variables::{UNSUPPORTED, Unsupported, VARIABLES, Variable, documentation};
