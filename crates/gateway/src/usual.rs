//! What calls of each model usually use, for soft budgets: of the last calls of this replica, in memory.

use parking_lot::Mutex;
use thinkwatch_policy::Map;
use thinkwatch_policy::limits::{Estimate, Recent, Used};

/// Of more models nothing is remembered: names behind a default prefix are the callers' choice.
const MOST_MODELS: usize = 1024;

/// What calls usually use, by the model's name.
#[derive(Debug, Default)]
pub(crate) struct Usual {
    models: Mutex<Map<Box<str>, Box<Recent>>>,
}

impl Usual {
    /// What calls of this model usually use; `None` while too few are known.
    pub(crate) fn of(&self, model: &str) -> Option<Estimate> {
        self.models.lock().get(model).and_then(|recent| recent.usual())
    }

    /// A call has used this.
    pub(crate) fn add(&self, model: &str, used: Used) {
        let used = Estimate { tokens: used.tokens, cost_nano: used.cost_nano };
        let mut models = self.models.lock();
        if let Some(recent) = models.get_mut(model) {
            recent.add(used);
        } else if models.len() < MOST_MODELS {
            models.entry(model.into()).or_default().add(used);
        }
    }
}
