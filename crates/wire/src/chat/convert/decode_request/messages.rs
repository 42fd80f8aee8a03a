//! The turns.

use std::collections::HashMap;

use super::super::reading::Reading;
use super::super::{content, said};
use crate::canonical::{Block, Message, Role, ToolKind, ToolResult};
use crate::json::node::{Fault, Node, Object};

pub(super) fn read(nodes: &[Node<'_>], reading: &mut Reading<'_>) -> Result<Vec<Message>, Fault> {
    let mut turns = Turns::default();
    for (at, node) in nodes.iter().enumerate() {
        turns.read(at, *node, reading)?;
    }
    Ok(turns.messages)
}

#[derive(Default)]
struct Turns {
    messages: Vec<Message>,
    /// The kinds of the calls so far, by id.
    kinds: HashMap<String, ToolKind>,
    /// The ids of the calls from before there were ids, by the name of the function: the last one of each.
    by_name: HashMap<String, String>,
    /// The ids that were given to calls of an earlier turn too, and what they are called since.
    renamed: HashMap<String, String>,
    /// Whether the last turn was a result, so that the next one joins it.
    results: bool,
}

impl Turns {
    fn read(&mut self, at: usize, node: Node<'_>, reading: &mut Reading<'_>) -> Result<(), Fault> {
        let mut object = node.object()?;
        let role = object.need("role")?;
        let after_results = std::mem::take(&mut self.results);
        match role.text()?.as_ref() {
            "system" => self.plain(Role::System, &mut object, reading)?,
            "developer" => self.plain(Role::Developer, &mut object, reading)?,
            "user" => self.plain(Role::User, &mut object, reading)?,
            "assistant" => self.assistant(at, &mut object, reading)?,
            "tool" => {
                let result = self.result(&mut object, reading)?;
                self.push_result(result, after_results);
            }
            "function" => {
                let result = self.result_by_name(at, &mut object, reading)?;
                self.push_result(result, after_results);
            }
            _ => {
                let known = "must be \"system\", \"developer\", \"user\", \"assistant\", \"tool\" or \"function\"";
                return Err(role.fault(known));
            }
        }
        reading.leftover(object);
        Ok(())
    }

    fn plain(&mut self, role: Role, object: &mut Object<'_>, reading: &mut Reading<'_>) -> Result<(), Fault> {
        let content = content::read(object.some("content"), reading)?;
        let name = object.text("name")?;
        self.messages.push(Message { role, content, name, id: None });
        Ok(())
    }

    fn assistant(&mut self, at: usize, object: &mut Object<'_>, reading: &mut Reading<'_>) -> Result<(), Fault> {
        let legacy = object.peek("function_call").is_some();
        // The place in the conversation does not change from turn to turn.
        let mut content = said::read(object, |ordinal| format!("call_{at}_{ordinal}"), reading)?;
        let mut calls: Vec<_> = content
            .iter_mut()
            .filter_map(|block| match block {
                Block::ToolCall(call) => Some(call),
                _ => None,
            })
            .collect();
        // Some servers count anew in each answer; other dialects want ids that are unique.
        for call in calls.iter_mut().filter(|call| self.kinds.contains_key(&call.id)) {
            let unique = format!("{}_{at}", call.id);
            self.renamed.insert(std::mem::replace(&mut call.id, unique.clone()), unique);
        }
        for call in calls {
            self.kinds.insert(call.id.clone(), call.kind);
            if legacy {
                self.by_name.insert(call.name.clone(), call.id.clone());
            }
        }
        let name = object.text("name")?;
        self.messages.push(Message { role: Role::Assistant, content, name, id: None });
        Ok(())
    }

    fn result(&self, object: &mut Object<'_>, reading: &mut Reading<'_>) -> Result<ToolResult, Fault> {
        let told = object.need_text("tool_call_id")?.into_owned();
        let call_id = self.renamed.get(&told).cloned().unwrap_or(told);
        let kind = self.kinds.get(&call_id).copied().unwrap_or_default();
        let name = object.text("name")?;
        let content = content::read(object.some("content"), reading)?;
        let cache = content::cache_mark(object)?;
        Ok(ToolResult { call_id, name, kind, content, cache, ..ToolResult::default() })
    }

    fn result_by_name(
        &self,
        at: usize,
        object: &mut Object<'_>,
        reading: &mut Reading<'_>,
    ) -> Result<ToolResult, Fault> {
        let name = object.need_text("name")?.into_owned();
        let call_id = self.by_name.get(&name).cloned().unwrap_or_else(|| format!("call_{at}_0"));
        let content = content::read(object.some("content"), reading)?;
        Ok(ToolResult { call_id, name: Some(name), content, ..ToolResult::default() })
    }

    fn push_result(&mut self, result: ToolResult, after_results: bool) {
        self.results = true;
        let block = Block::ToolResult(result);
        match self.messages.last_mut() {
            Some(last) if after_results => last.content.push(block),
            _ => self.messages.push(Message::new(Role::User, vec![block])),
        }
    }
}
