//! Names of tools in the characters a dialect allows for them.
//!
//! What fits stays. What can be written in few characters so that it can be read back is ([`super::ids`]). What is too long
//! for that keeps its end, which says more than its beginning, and a hash; it is found again among the tools of the request,
//! which the client sends with every turn. So nothing has to be remembered, and earlier turns are written the same way again.

use std::borrow::Cow;

use thinkwatch_policy::dialect::Dialect;

use super::{Block, Request, Tool, ToolCall, ToolChoice, ids};

/// The longest name, in bytes. Messages: `^[a-zA-Z0-9_-]{1,128}$`; the others say 64 of the same characters, Gemini also `.`
/// and `:`, but no digit or dash at the beginning.
const fn longest(dialect: Dialect) -> usize {
    match dialect {
        Dialect::Messages => 128,
        _ => 64,
    }
}

/// The name of a tool as a provider of this dialect takes it. Different names stay different.
pub(crate) fn fit(dialect: Dialect, name: &str) -> Cow<'_, str> {
    if dialect == Dialect::Gemini && fits_gemini(name) {
        return Cow::Borrowed(name);
    }
    let max = longest(dialect);
    let fitted = if dialect == Dialect::Gemini { ids::written(name, max) } else { ids::fit(name, max) };
    if ids::restore(&fitted) == name { fitted } else { Cow::Owned(shortened(name, max)) }
}

fn fits_gemini(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
    let begins = name.starts_with(|first: char| first == '_' || first.is_ascii_alphabetic());
    begins && name.bytes().all(plain) && name.len() <= longest(Dialect::Gemini) && !ids::is_written(name)
}

fn shortened(name: &str, max: usize) -> String {
    let tail = hash(name);
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' };
    let kept = max - tail.len() - 2;
    let begin = name.chars().count().saturating_sub(kept);
    let end: String = name.chars().skip(begin).map(plain).collect();
    // Some want a letter or `_` to begin with.
    let begin = if end.starts_with(|first: char| first == '_' || first.is_ascii_alphabetic()) { "" } else { "_" };
    format!("{begin}{end}_{tail}")
}

/// The call with the names of its tools as a provider of this dialect takes them. `None`: they all fit as they are.
pub(crate) fn fitted(dialect: Dialect, request: &Request) -> Option<Request> {
    let misfits = |name: &str| matches!(fit(dialect, name), Cow::Owned(_));
    let chosen: &[String] = match &request.tool_choice {
        Some(ToolChoice::Tool(name)) => std::slice::from_ref(name),
        Some(ToolChoice::Allowed { names, .. }) => names,
        _ => &[],
    };
    let called = request.messages.iter().flat_map(|message| &message.content).any(|block| match block {
        Block::ToolCall(call) => misfits(&call.name),
        Block::ToolResult(result) => result.name.as_deref().is_some_and(misfits),
        _ => false,
    });
    let known = |tool: &Tool| matches!(tool, Tool::Client(tool) if misfits(&tool.name));
    if !called && !request.tools.iter().any(known) && !chosen.iter().any(|name| misfits(name)) {
        return None;
    }
    let mut request = request.clone();
    let change = |name: &mut String| {
        if let Cow::Owned(fitted) = fit(dialect, name) {
            *name = fitted;
        }
    };
    for tool in &mut request.tools {
        if let Tool::Client(tool) = tool {
            change(&mut tool.name);
        }
    }
    for block in request.messages.iter_mut().flat_map(|message| &mut message.content) {
        match block {
            Block::ToolCall(call) => change(&mut call.name),
            Block::ToolResult(result) => result.name.iter_mut().for_each(change),
            _ => {}
        }
    }
    match &mut request.tool_choice {
        Some(ToolChoice::Tool(name)) => change(name),
        Some(ToolChoice::Allowed { names, .. }) => names.iter_mut().for_each(change),
        _ => {}
    }
    Some(request)
}

/// Whether names are fitted in a call from a client of one dialect to a provider of another, or the same. Those whose alphabet
/// is the same for ids do it while they write, their own clients' calls too.
pub(crate) fn are_fitted(client: Dialect, provider: Dialect) -> bool {
    client != provider || matches!(provider, Dialect::Messages | Dialect::Converse)
}

/// Gives a call in an answer of a provider of this dialect the name that the client knows the tool by.
pub(crate) fn restore(dialect: Dialect, request: &Request, call: &mut ToolCall) {
    if !are_fitted(request.source, dialect) {
        return;
    }
    let mut known = request.tools.iter().filter_map(|tool| match tool {
        Tool::Client(tool) => Some(&tool.name),
        Tool::Server(_) => None,
    });
    match known.find(|name| fit(dialect, name) == call.name.as_str()) {
        Some(known) => call.name.clone_from(known),
        None => {
            if let Cow::Owned(original) = ids::restore(&call.name) {
                call.name = original;
            }
        }
    }
}

/// 48 bits of FNV-1a, in hex: to tell apart, not to protect.
fn hash(text: &str) -> String {
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
    let hash = text.bytes().fold(BASIS, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    format!("{:012x}", (hash ^ hash >> 48) & 0xffff_ffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canonical::ClientTool;

    const DIALECTS: [Dialect; 5] =
        [Dialect::Chat, Dialect::Messages, Dialect::Responses, Dialect::Gemini, Dialect::Converse];

    #[test]
    fn tools_get_their_own_names_back() {
        let mut request = Request::new(Dialect::Embeddings, "m");
        let long = format!("mcp__{}__read", "server_".repeat(20));
        let longer = format!("x{long}");
        let names = [
            "plain",
            "mcp__a__read",
            long.as_str(),
            longer.as_str(),
            "with.dot",
            "9-begins",
            "",
            "tw1_x",
            "tw1_with_2edot",
            "\u{e9}t\u{e9}",
            "a:b",
        ];
        for name in names {
            request.tools.push(Tool::Client(ClientTool { name: name.to_owned(), ..ClientTool::default() }));
        }
        for dialect in DIALECTS {
            let mut all = Vec::new();
            for name in names {
                let sent = fit(dialect, name).into_owned();
                assert!((1..=longest(dialect)).contains(&sent.len()), "{sent}");
                let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_-".contains(&b);
                let gemini = dialect == Dialect::Gemini;
                assert!(sent.bytes().all(|b| allowed(b) || gemini && b".:".contains(&b)), "{sent}");
                assert!(!gemini || !sent.starts_with(|c: char| c == '-' || c.is_ascii_digit()), "{sent}");
                let mut call = ToolCall { name: sent.clone(), ..ToolCall::default() };
                restore(dialect, &request, &mut call);
                assert_eq!(call.name, name, "{dialect:?}");
                assert!(!all.contains(&sent), "{sent} stands for two");
                all.push(sent);
            }
            assert_eq!(all[..2], names[..2]);
            assert!(all[2].contains("server___read_"), "{all:?}");
        }
        // A name that had only to be written in other letters is read back without the tools.
        let mut call = ToolCall { name: fit(Dialect::Chat, "with.dot").into_owned(), ..ToolCall::default() };
        restore(Dialect::Chat, &Request::new(Dialect::Messages, "m"), &mut call);
        assert_eq!(call.name, "with.dot");
    }

    #[test]
    fn a_call_whose_names_fit_is_not_copied() {
        let mut request = Request::new(Dialect::Messages, "m");
        request.tools.push(Tool::Client(ClientTool { name: "f".to_owned(), ..ClientTool::default() }));
        assert_eq!(fitted(Dialect::Chat, &request), None);
        request.tool_choice = Some(ToolChoice::Tool("a.b".to_owned()));
        let fitted = fitted(Dialect::Chat, &request).unwrap();
        assert_eq!(fitted.tool_choice, Some(ToolChoice::Tool("tw1_a_2eb".to_owned())));
        assert_eq!(fitted.tools, request.tools);
    }
}
