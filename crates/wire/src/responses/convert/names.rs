//! Tools in namespaces, in a model where all tools stand side by side.
//!
//! Two namespaces may hold tools of one name. Those are then called `namespace--name` in the model, so that another
//! provider sees two tools, and go back to their own name on the way to the client.

use std::collections::{HashMap, HashSet};

use crate::canonical::{Client, ClientTool, Tool, ToolCall, ToolKind};

const BETWEEN: &str = "--";

/// The tools that had to be renamed.
#[derive(Debug, Default)]
pub(super) struct Names {
    renamed: HashSet<(String, String)>,
}

impl Names {
    /// Renames those tools in namespaces whose name is not theirs alone.
    pub(super) fn settle(tools: &mut [Tool]) -> Self {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for tool in tools.iter() {
            if let Tool::Client(tool) = tool {
                *counts.entry(tool.name.clone()).or_default() += 1;
            }
        }
        let mut names = Self::default();
        for tool in tools {
            if let Tool::Client(ClientTool { name, namespace: Some(namespace), .. }) = tool
                && counts.get(name.as_str()).is_some_and(|count| *count > 1)
            {
                names.renamed.insert((namespace.name.clone(), name.clone()));
                *name = join(&namespace.name, name);
            }
        }
        names
    }

    /// The name in the model of the tool that a call names.
    pub(super) fn flat(&self, namespace: Option<&str>, name: String) -> String {
        match namespace {
            Some(namespace) if self.renamed.contains(&(namespace.to_owned(), name.clone())) => join(namespace, &name),
            _ => name,
        }
    }
}

fn join(namespace: &str, name: &str) -> String {
    format!("{namespace}{BETWEEN}{name}")
}

/// The name in its namespace.
pub(super) fn bare<'a>(namespace: Option<&str>, name: &'a str) -> &'a str {
    namespace
        .and_then(|namespace| name.strip_prefix(namespace)?.strip_prefix(BETWEEN))
        .filter(|bare| !bare.is_empty())
        .unwrap_or(name)
}

/// How the client knows the tool that is called.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) name: String,
    pub(super) namespace: Option<String>,
    pub(super) kind: ToolKind,
}

/// Looks the called tool up among the client's own.
pub(super) fn known(client: &Client, call: &ToolCall) -> Known {
    let tool = client.tool(&call.name);
    let namespace = call.namespace.clone().or_else(|| Some(tool?.namespace.as_ref()?.name.clone()));
    Known {
        name: bare(namespace.as_deref(), &call.name).to_owned(),
        kind: tool.map_or(call.kind, |tool| tool.kind),
        namespace,
    }
}
