//! What a request asks, the same for every dialect, once it has been checked.

use serde_json::Value;

/// A tool that was offered.
#[derive(Clone, Debug)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
    pub(crate) schema: Value,
}

/// A checked request.
#[derive(Clone, Debug, Default)]
pub(crate) struct Prompt {
    pub(crate) model: String,
    pub(crate) stream: bool,
    pub(crate) include_usage: bool,
    /// Thinking that is asked for comes sealed; with `omitted` its text is left out.
    pub(crate) thinking_omitted: bool,
    pub(crate) max_tokens: Option<u64>,
    pub(crate) tools: Vec<Tool>,
    pub(crate) conversation: Conversation,
    pub(crate) input_tokens: u64,
    /// The answer must be JSON of this schema.
    pub(crate) answer_schema: Option<Value>,
    /// The response it goes on from, and whether its own is kept (Responses).
    pub(crate) previous: Option<String>,
    pub(crate) stored: bool,
    /// The beginning of the answer that the client gave (Messages): the model goes on from there.
    pub(crate) prefill: Option<String>,
    /// Things accepted but worth a note: unknown fields, unusual kinds.
    pub(crate) notes: Vec<String>,
}

/// Finds the last user text and what the tools have answered since.
///
/// Clients add texts of their own around the prompt (reminders beside tool results, an environment message before it),
/// so user texts that follow one another count as one, and texts beside tool results only when they hold directives.
#[derive(Clone, Debug, Default)]
pub(crate) struct Conversation {
    pub(crate) last_user: String,
    pub(crate) results: Vec<String>,
    answered: bool,
}

impl Conversation {
    pub(crate) fn user(&mut self, text: &str) {
        if self.answered || !self.results.is_empty() {
            self.last_user.clear();
            self.results.clear();
        }
        self.answered = false;
        self.last_user.push_str(text);
        self.last_user.push('\n');
    }

    /// A text in the same message as tool results.
    pub(crate) fn beside_results(&mut self, text: &str) {
        if text.contains("[[sim:") {
            self.answered = true;
            self.user(text);
        }
    }

    pub(crate) fn result(&mut self, text: &str) {
        self.results.push(text.to_owned());
    }

    /// The assistant spoke; `calls` says that it waits for tools.
    pub(crate) fn assistant(&mut self, calls: bool) {
        self.answered = !calls;
    }
}

/// A deterministic count: about four bytes to a token.
pub(crate) fn count_tokens(parts: &[Option<&Value>]) -> u64 {
    let bytes: usize = parts.iter().flatten().map(|part| part.to_string().len()).sum();
    (bytes / 4) as u64 + 3
}

/// Adds a note for every field that is not in the list.
pub(crate) fn note_unknown(body: &Value, known: &[&str], notes: &mut Vec<String>) {
    let fields = body.as_object().into_iter().flat_map(|fields| fields.keys());
    notes.extend(fields.filter(|key| !known.contains(&key.as_str())).map(|key| format!("unknown field: {key}")));
}

/// A value that fits a JSON schema well enough for a tool to be called with.
pub(crate) fn made_up(schema: &Value, seed: u64) -> Value {
    if let Some(fixed) = schema.get("const").or_else(|| schema.get("default")).or_else(|| schema.pointer("/enum/0")) {
        return fixed.clone();
    }
    if let Some(first) = ["anyOf", "oneOf", "allOf"].iter().find_map(|word| schema.get(word)?.get(0)) {
        return made_up(first, seed);
    }
    let kind = schema.get("type").and_then(|kind| kind.as_str().or_else(|| kind.get(0)?.as_str()));
    match kind {
        Some("string") => Value::from(["Paris", "Tokyo", "Lima"][seed as usize % 3]),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or_else(|| Value::from(seed % 9 + 1)),
        Some("boolean") => Value::from(true),
        Some("array") => Value::Array(schema.get("items").map(|items| made_up(items, seed)).into_iter().collect()),
        Some("null") => Value::Null,
        _ => {
            let required: Vec<&str> = schema
                .get("required")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let fields = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
            let wanted = fields.filter(|(name, _)| required.contains(&name.as_str()));
            Value::Object(wanted.map(|(name, of)| (name.clone(), made_up(of, seed))).collect())
        }
    }
}
