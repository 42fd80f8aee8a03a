//! Decides what the assistant says and calls: deterministic from the prompt and its directives.

use serde_json::Value;

use crate::config::{Call as AskedCall, SimulatorConfig, Step};
use crate::magic::Magic;
use crate::prompt::{Prompt, Tool, made_up};
use crate::signature::digest;

/// A tool call of the answer.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) namespace: Option<String>,
    pub(crate) arguments: String,
}

/// Why the answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    End,
    Tools,
    Length,
}

/// Token counts, dialect-neutral: `input` is what was neither read from nor written to a cache.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    pub(crate) input: u64,
    pub(crate) cached: u64,
    pub(crate) cache_write: u64,
    /// Includes reasoning.
    pub(crate) output: u64,
    pub(crate) reasoning: u64,
}

impl Usage {
    /// All input, as OpenAI counts it.
    pub(crate) fn prompt(&self) -> u64 {
        self.input + self.cached + self.cache_write
    }
}

/// One assistant turn.
#[derive(Clone, Debug)]
pub(crate) struct Turn {
    pub(crate) nonce: u64,
    pub(crate) thinking: Option<String>,
    pub(crate) redacted: bool,
    /// The text, in the pieces it is streamed in.
    pub(crate) deltas: Vec<String>,
    pub(crate) calls: Vec<Call>,
    pub(crate) stop: Stop,
    pub(crate) usage: Usage,
    /// Usage is left out of the answer.
    pub(crate) no_usage: bool,
}

impl Turn {
    /// The whole text.
    pub(crate) fn text(&self) -> String {
        self.deltas.concat()
    }

    /// An id that no other answer has.
    pub(crate) fn id(&self, prefix: &str) -> String {
        format!("{prefix}{:016x}", self.nonce)
    }
}

/// Makes the answer to a prompt.
pub(crate) fn decide(prompt: &Prompt, magic: &Magic, config: &SimulatorConfig, nonce: u64) -> Turn {
    let conversation = &prompt.conversation;
    let done = conversation.results.len();
    let script =
        magic.script.as_ref().and_then(|name| config.scenarios.get(name)).map(|scenario| scenario.0.as_slice());
    let script = script.unwrap_or(&magic.steps);
    let mut thinking = magic.thinking.then(|| "The question is simple. I know what to say.".to_owned());
    let mut asked: Vec<AskedCall> = Vec::new();
    let mut said = None;
    // No model calls what it was not told of: what clients ask beside the conversation repeats the prompt, but offers no tools.
    let possible = |step: &&Step| step.calls.is_empty() || !prompt.tools.is_empty();
    if let Some(step) = step_now(script, done).filter(possible) {
        thinking = step.thinking.clone().or(thinking);
        asked.clone_from(&step.calls);
        said = step.text.clone();
    } else if done == 0 {
        asked = calls_wanted(prompt, magic);
    }
    let calls: Vec<Call> =
        asked.iter().enumerate().map(|(place, call)| make_call(prompt, call, nonce, place)).collect();
    let mut deltas = match said {
        Some(text) => words(&text),
        None if calls.is_empty() => answer(prompt, magic),
        None => Vec::new(),
    };
    if magic.differ {
        deltas = words("Quite another answer than the one before, as models like to give.");
    }
    if let Some(more) =
        prompt.prefill.as_ref().and_then(|said| Some(deltas.concat().strip_prefix(said.as_str())?.to_owned()))
    {
        deltas = words(&more);
    }
    let mut stop = if calls.is_empty() { Stop::End } else { Stop::Tools };
    if magic.length {
        stop = Stop::Length;
    }
    let limit = prompt.max_tokens.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    if calls.is_empty() && deltas.len() > limit && magic.chunks.is_none() && magic.big_answer.is_none() {
        deltas.truncate(limit);
        stop = Stop::Length;
    }
    let thought = thinking.as_deref().map_or(0, |text| words(text).len() as u64);
    let reasoning = magic.reasoning.max(thought);
    let called: u64 = calls.iter().map(|call| (call.name.len() + call.arguments.len()) as u64 / 4 + 1).sum();
    let usage = Usage {
        input: prompt.input_tokens,
        cached: magic.cached,
        cache_write: magic.cache_write,
        output: deltas.len() as u64 + called + reasoning,
        reasoning,
    };
    Turn { nonce, thinking, redacted: magic.redacted, deltas, calls, stop, usage, no_usage: magic.no_usage }
}

/// The step whose turn it is: the one before which exactly this many results were due.
fn step_now(script: &[Step], done: usize) -> Option<&Step> {
    let mut due = 0;
    for step in script {
        if due >= done {
            return Some(step);
        }
        due += step.calls.len();
    }
    None
}

fn calls_wanted(prompt: &Prompt, magic: &Magic) -> Vec<AskedCall> {
    let Some(first) = prompt.tools.first() else { return Vec::new() };
    let call = |tool: &Tool| AskedCall { name: tool.name.clone(), args: None };
    if magic.parallel {
        return vec![call(first), call(prompt.tools.get(1).unwrap_or(first))];
    }
    if let Some(name) = &magic.tool {
        let name = if name.is_empty() { first.name.clone() } else { name.clone() };
        return vec![AskedCall { name, args: magic.args.clone() }];
    }
    let text = prompt.conversation.last_user.to_lowercase();
    let named = prompt.tools.iter().find(|tool| {
        let name = tool.name.to_lowercase();
        ["call", "use"]
            .iter()
            .any(|verb| text.contains(&format!("{verb} {name}")) || text.contains(&format!("{verb} the {name}")))
    });
    named.map(call).into_iter().collect()
}

fn make_call(prompt: &Prompt, asked: &AskedCall, nonce: u64, place: usize) -> Call {
    let offered = prompt.tools.iter().find(|tool| tool.name == asked.name);
    let arguments = match (&asked.args, offered) {
        (Some(args), _) => args.clone(),
        (None, Some(tool)) => made_up(&tool.schema, place as u64),
        (None, None) => Value::Object(serde_json::Map::new()),
    };
    Call {
        id: format!("{:016x}", digest(&format!("{nonce}/{place}"))),
        name: asked.name.clone(),
        namespace: offered.and_then(|tool| tool.namespace.clone()),
        arguments: arguments.to_string(),
    }
}

const FOREIGN: &[&str] = &["Grüße", " 世界", " 🌍🚀", " Привет", " naïve", " 日本語", " Ελλάδα"];

fn answer(prompt: &Prompt, magic: &Magic) -> Vec<String> {
    if let Some(count) = magic.chunks {
        let size = magic.size.unwrap_or(4).max(1);
        return vec!["x".repeat(size); count];
    }
    if let Some(size) = magic.big_answer {
        let whole = "0123456789abcde ".repeat(size / 16 + 1);
        return whole.as_bytes()[..size].chunks(256).map(|part| String::from_utf8_lossy(part).into_owned()).collect();
    }
    if magic.utf8 {
        return FOREIGN.iter().map(|word| (*word).to_owned()).collect();
    }
    if let Some(count) = magic.tokens {
        return (0..count).map(|place| if place == 0 { "word".to_owned() } else { format!(" word{place}") }).collect();
    }
    if let Some(schema) = &prompt.answer_schema {
        return words(&made_up(schema, digest(&prompt.conversation.last_user)).to_string());
    }
    if let Some(result) = prompt.conversation.results.last() {
        let result: String = result.chars().take(400).collect();
        return words(&format!("The tool answered: {result}"));
    }
    let heard: String = plain(&prompt.conversation.last_user).chars().take(80).collect();
    let greeting = ["Hello", "Good day", "Hi there"][digest(&heard) as usize % 3];
    words(&format!("{greeting}, this is {} at your service. You said: {}", prompt.model, heard.trim()))
}

/// The text without its directives, on one line.
fn plain(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("[[sim:") {
        out.push_str(&rest[..start]);
        rest = rest[start..].split_once("]]").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Pieces that give the text back when joined, one per word.
pub(crate) fn words(text: &str) -> Vec<String> {
    text.split_inclusive(' ').map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_moves_on_with_the_results() {
        let step = |calls: usize| Step { calls: vec![AskedCall::default(); calls], ..Step::default() };
        let script = [step(1), step(2), step(0)];
        let now = |done| step_now(&script, done).map(|found| found.calls.len());
        assert_eq!([now(0), now(1), now(3), now(4)], [Some(1), Some(2), Some(0), None]);
    }

    #[test]
    fn words_lose_nothing() {
        for text in ["", "a", " a  b c ", "one two"] {
            assert_eq!(words(text).concat(), text);
        }
    }
}
