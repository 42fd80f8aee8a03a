//! Faults put in from outside while it runs: the next N calls (of one model, or of any) behave as told.

use std::sync::Arc;

use parking_lot::Mutex;
use serde::Deserialize;

/// One fault.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Directives as in a prompt, without brackets: `status=500`, `cut-after=3`.
    pub kind: String,
    /// How many calls it hits.
    #[serde(default = "once")]
    pub count: u64,
    /// Only calls of this model.
    #[serde(default)]
    pub model: Option<String>,
}

fn once() -> u64 {
    1
}

/// The faults that wait for calls.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Vec<Fault>>>);

impl Faults {
    /// Adds a fault; a `count` of 0 takes away the waiting ones of the same model instead.
    pub fn inject(&self, fault: Fault) {
        let mut waiting = self.0.lock();
        if fault.count == 0 {
            waiting.retain(|other| other.model != fault.model);
        } else {
            waiting.push(fault);
        }
    }

    /// The directives for a call of this model, used up.
    pub(crate) fn take(&self, model: &str) -> Option<String> {
        let mut waiting = self.0.lock();
        let place = waiting.iter().position(|fault| fault.model.as_deref().is_none_or(|only| only == model))?;
        let kind = waiting[place].kind.clone();
        waiting[place].count -= 1;
        if waiting[place].count == 0 {
            waiting.remove(place);
        }
        Some(kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_hits_as_often_as_told_and_only_its_model() {
        let faults = Faults::default();
        faults.inject(Fault { kind: "status=500".into(), count: 2, model: Some("a".into()) });
        assert_eq!(faults.take("b"), None);
        assert_eq!(faults.take("a").as_deref(), Some("status=500"));
        assert_eq!(faults.take("a").as_deref(), Some("status=500"));
        assert_eq!(faults.take("a"), None);
    }
}
