//! Which conversation a call belongs to, where no header says so: calls of one begin with the same words.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::json;

/// A number for the beginning of a conversation: the system prompt and everything up to the first turn of the user. The same in
/// every process, so that all replicas send a conversation the same way. `None` for a body that has no turns.
pub fn beginning(body: &[u8]) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    let mut found = false;
    for system in ["system", "instructions", "systemInstruction", "system_instruction"] {
        if let Some(text) = json::get(body, system.as_bytes()) {
            text.hash(&mut hasher);
        }
    }
    for turns in ["messages", "input", "contents", "prompt"] {
        let Some(turns) = json::get(body, turns.as_bytes()) else { continue };
        found = true;
        match json::scan::Elements::of(turns) {
            None => turns.hash(&mut hasher),
            Some(elements) => {
                for turn in elements {
                    turn.hash(&mut hasher);
                    if json::get(turn, b"role").is_none_or(|role| role == b"\"user\"") {
                        break;
                    }
                }
            }
        }
    }
    found.then(|| hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::beginning;

    #[test]
    fn a_conversation_keeps_its_number_as_it_goes_on() {
        let of = |body: &str| beginning(body.as_bytes());
        for (first, later) in [
            (
                r#"{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"hi"}]}"#,
                r#"{"max_tokens":5,"messages":[{"role":"system","content":"s"},{"role":"user","content":"hi"},{"role":"assistant","content":"ho"}]}"#,
            ),
            (
                r#"{"system":"s","messages":[{"role":"user","content":"hi"}]}"#,
                r#"{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"ho"}],"system":"s"}"#,
            ),
            (r#"{"contents":[{"parts":[]}]}"#, r#"{"contents":[{"parts":[]},{"role":"model","parts":[]}]}"#),
            (
                r#"{"input":[{"role":"user","content":"a"}]}"#,
                r#"{"input":[{"role":"user","content":"a"},{"type":"x"}]}"#,
            ),
        ] {
            assert!(of(first).is_some());
            assert_eq!(of(first), of(later), "{first}");
        }
        assert_ne!(of(r#"{"input":"a"}"#), of(r#"{"input":"b"}"#));
        assert_ne!(
            of(r#"{"system":"a","messages":[{"role":"user"}]}"#),
            of(r#"{"system":"b","messages":[{"role":"user"}]}"#)
        );
        for none in ["{}", "", "[", r#"{"model":"m"}"#] {
            assert_eq!(of(none), None, "{none}");
        }
    }
}
