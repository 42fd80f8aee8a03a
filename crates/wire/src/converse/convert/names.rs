//! Names of tools in the few characters Converse allows: 64 of `[a-zA-Z0-9_-]`.
//!
//! What fits stays. What can be written in these characters so that it can be read back is (`canonical::ids`). What is too
//! long for that keeps its end, which says more than its beginning, and a hash; it is found again among the tools of the
//! request.

use std::borrow::Cow;

use crate::canonical::{Request, Tool, ToolCall, ids};

const MAX: usize = 64;

/// The name of a tool as Converse takes it.
pub(crate) fn tool(name: &str) -> Cow<'_, str> {
    let fitted = ids::fit(name, MAX);
    if ids::restore(&fitted) == name {
        return fitted;
    }
    let tail = hash(name);
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' };
    let kept = MAX - tail.len() - 1;
    let begin = name.chars().count().saturating_sub(kept);
    let end: String = name.chars().skip(begin).map(plain).collect();
    Cow::Owned(format!("{end}_{tail}"))
}

/// The name that [`tool`] made this of, where it can be read back.
pub(crate) fn original(name: &str) -> Cow<'_, str> {
    ids::restore(name)
}

/// Gives a call in an answer the name that the client knows the tool by, where that was too long.
pub(crate) fn restore(request: &Request, call: &mut ToolCall) {
    let known = request.tools.iter().find_map(|one| match one {
        Tool::Client(known) if tool(&known.name) == call.name.as_str() => Some(&known.name),
        _ => None,
    });
    if let Some(known) = known {
        call.name.clone_from(known);
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
    use thinkwatch_policy::dialect::Dialect;

    use super::*;
    use crate::canonical::ClientTool;

    #[test]
    fn tools_get_their_own_names_back() {
        let mut request = Request::new(Dialect::Responses, "m");
        let long = format!("mcp__{}__read", "server_".repeat(12));
        let longer = format!("x{long}");
        let names = ["plain", "mcp__a__read", long.as_str(), longer.as_str(), "with.dot", "", "tw1_x", "\u{e9}t\u{e9}"];
        for name in names {
            request.tools.push(Tool::Client(ClientTool { name: name.to_owned(), ..ClientTool::default() }));
        }
        let mut all = Vec::new();
        for name in names {
            let sent = tool(name).into_owned();
            assert!((1..=64).contains(&sent.len()), "{sent}");
            assert!(sent.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b)), "{sent}");
            let mut call = ToolCall { name: original(&sent).into_owned(), ..ToolCall::default() };
            restore(&request, &mut call);
            assert_eq!(call.name, name);
            all.push(sent);
        }
        assert_eq!(all[..2], names[..2]);
        assert!(all[2].contains("server___read_") && all[2] != all[3], "{all:?}");
    }
}
