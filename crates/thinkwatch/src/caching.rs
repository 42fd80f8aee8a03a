//! Where the response cache keeps answers: in this process, or in Redis with other replicas.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use thinkwatch_config::Config;
use thinkwatch_coordination::InProcessCache;
use thinkwatch_coordination::redis::RedisCache;
use thinkwatch_policy::ports::ResponseCache;

use crate::counting;

/// Chooses by the configuration. With Redis it must answer now.
pub(crate) async fn start(config: &Config) -> Result<Arc<dyn ResponseCache>> {
    let Some(redis) = &config.redis else { return Ok(Arc::new(InProcessCache::default())) };
    let limit = Duration::from_millis(u64::try_from(config.settings.redis_timeout_ms).unwrap_or(250));
    let cache = RedisCache::start(counting::server(redis)?, limit)
        .await
        .context("REDIS_URL: answers cannot be kept in Redis")?;
    Ok(Arc::new(cache))
}
