//! Calls whose arguments come in pieces (`partialArgs`), each with the place it belongs to in words of JSONPath (RFC 9535), as
//! Vertex streams them where it is asked to (`streamFunctionCallArguments`). A call is told when its last piece has come.

use super::names;
use super::proofs::{self, Proof};
use crate::canonical::{Signature, ToolCall};
use crate::json::node::{Fault, Node};
use crate::json::write::{self, Writer};

/// More than anybody writes: what follows is left out, as a limit would have it.
const MAX_BYTES: usize = 16 * 1024 * 1024;
/// No schema is as deep.
const MAX_DEPTH: usize = 64;
/// How far a list may be written ahead of its end.
const MAX_AHEAD: usize = 1024;

/// What one event tells of a call.
#[derive(Debug)]
pub(super) struct Piece {
    id: String,
    name: String,
    signature: Option<Signature>,
    values: Vec<(Vec<Step>, Value)>,
    goes_on: bool,
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Member(String),
    Element(usize),
}

/// A value, as far as it has come.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    /// Also what stands where nothing was told yet.
    Null,
    /// A number or a boolean, as it was written.
    Raw(String),
    Text(String),
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

/// A call of which some pieces have come.
#[derive(Debug)]
pub(super) struct Assembly {
    call: ToolCall,
    arguments: Value,
    bytes: usize,
}

impl Piece {
    /// Reads a part. `None`: it is not a piece of a call. `begun`: whether a call is waiting for more.
    pub(super) fn read(part: Node<'_>, begun: bool) -> Result<Option<Self>, Fault> {
        let mut part = part.object()?;
        let Some(call) = names::take(&mut part, "functionCall")? else { return Ok(None) };
        let mut call = call.object()?;
        let values = names::take(&mut call, "partialArgs")?;
        let goes_on = names::boolean(&mut call, "willContinue")?;
        let name = call.text("name")?.unwrap_or_default();
        if values.is_none() && goes_on.is_none() && !(begun && name.is_empty()) {
            return Ok(None);
        }
        let signature = match names::text(&mut part, "thoughtSignature")?.as_deref().map(proofs::read) {
            Some(Proof::OfPart(signature, _)) => Some(signature),
            _ => None,
        };
        let id = call.text("id")?.unwrap_or_default();
        let mut read = Vec::new();
        for value in values.map(|values| values.list()).transpose()?.unwrap_or_default() {
            read.extend(value_of(value)?);
        }
        Ok(Some(Self { id, name, signature, values: read, goes_on: goes_on.unwrap_or(false) }))
    }

    /// Whether another call begins.
    pub(super) const fn begins(&self) -> bool {
        !self.name.is_empty()
    }

    /// Whether more is to come.
    pub(super) const fn goes_on(&self) -> bool {
        self.goes_on
    }
}

fn value_of(node: Node<'_>) -> Result<Option<(Vec<Step>, Value)>, Fault> {
    let mut object = node.object()?;
    let Some(path) = names::text(&mut object, "jsonPath")? else { return Ok(None) };
    let Some(path) = steps(&path) else { return Err(node.fault("has a jsonPath that cannot be read")) };
    let value = if let Some(text) = names::text(&mut object, "stringValue")? {
        Value::Text(text)
    } else if let Some(number) = names::take(&mut object, "numberValue")? {
        Value::Raw(number.number()?.to_owned())
    } else if let Some(boolean) = names::boolean(&mut object, "boolValue")? {
        Value::Raw(boolean.to_string())
    } else {
        Value::Null
    };
    Ok(Some((path, value)))
}

/// The steps of a path of names and places: `$.a.b[0]['c d']`.
fn steps(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.strip_prefix('$')?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if steps.len() == MAX_DEPTH {
            return None;
        }
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let (name, after) = after.split_at(end);
            if name.is_empty() {
                return None;
            }
            steps.push(Step::Member(name.to_owned()));
            rest = after;
        } else {
            let after = rest.strip_prefix('[')?;
            let quote = after.chars().next()?;
            if quote == '\'' || quote == '"' {
                let (name, after) = quoted(&after[1..], quote)?;
                steps.push(Step::Member(name));
                rest = after.strip_prefix(']')?;
            } else {
                let (number, after) = after.split_once(']')?;
                steps.push(Step::Element(number.parse().ok()?));
                rest = after;
            }
        }
    }
    Some(steps)
}

/// A name up to its closing quote, and what follows it.
fn quoted(text: &str, quote: char) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => name.push(characters.next()?.1),
            _ if character == quote => return Some((name, &text[at + character.len_utf8()..])),
            _ => name.push(character),
        }
    }
    None
}

impl Assembly {
    /// A call that begins.
    pub(super) fn new(piece: &Piece) -> Self {
        let call = ToolCall { id: piece.id.clone(), name: piece.name.clone(), ..ToolCall::default() };
        Self { call, arguments: Value::Object(Vec::new()), bytes: 0 }
    }

    /// Adds what a piece tells.
    pub(super) fn add(&mut self, piece: Piece) {
        if self.call.signature.is_none() {
            self.call.signature = piece.signature;
        }
        for (path, value) in piece.values {
            let names: usize = path.iter().map(|step| if let Step::Member(name) = step { name.len() } else { 8 }).sum();
            self.bytes += names + if let Value::Text(text) | Value::Raw(text) = &value { text.len() } else { 4 };
            if self.bytes <= MAX_BYTES {
                put(&mut self.arguments, &path, value);
            }
        }
    }

    /// The call as it is now.
    pub(super) fn into_call(self) -> ToolCall {
        let mut arguments = Vec::new();
        match &self.arguments {
            Value::Object(members) => object(members, &mut write::object(&mut arguments)),
            other => write_into(other, &mut write::list(&mut arguments)),
        }
        ToolCall { arguments: String::from_utf8_lossy(&arguments).into_owned(), ..self.call }
    }
}

/// Puts a value where it belongs. A text goes on where one stands already.
fn put(place: &mut Value, path: &[Step], value: Value) {
    let Some((step, rest)) = path.split_first() else {
        match (place, value) {
            (Value::Text(text), Value::Text(more)) => text.push_str(&more),
            // Whoever says a thing again says it anew. The arguments themselves stay an object.
            (Value::Object(_) | Value::List(_), _) => {}
            (place, value) => *place = value,
        }
        return;
    };
    match step {
        Step::Member(name) => {
            if !matches!(place, Value::Object(_)) {
                *place = Value::Object(Vec::new());
            }
            let Value::Object(members) = place else { return };
            let at = members.iter().position(|(known, _)| known == name).unwrap_or_else(|| {
                members.push((name.clone(), Value::Null));
                members.len() - 1
            });
            put(&mut members[at].1, rest, value);
        }
        Step::Element(number) => {
            if !matches!(place, Value::List(_)) {
                *place = Value::List(Vec::new());
            }
            let Value::List(elements) = place else { return };
            if *number >= elements.len() + MAX_AHEAD {
                return;
            }
            if *number >= elements.len() {
                elements.resize(number + 1, Value::Null);
            }
            put(&mut elements[*number], rest, value);
        }
    }
}

fn object(members: &[(String, Value)], into: &mut Writer<'_>) {
    for (name, value) in members {
        match value {
            Value::Null => {
                into.raw(name, "null");
            }
            Value::Raw(raw) => {
                into.raw(name, raw);
            }
            Value::Text(text) => {
                into.text(name, text);
            }
            Value::List(elements) => {
                let mut list = into.list(name);
                elements.iter().for_each(|element| write_into(element, &mut list));
            }
            Value::Object(members) => object(members, &mut into.object(name)),
        }
    }
}

fn write_into(value: &Value, list: &mut Writer<'_>) {
    match value {
        Value::Null => {
            list.push_raw("null");
        }
        Value::Raw(raw) => {
            list.push_raw(raw);
        }
        Value::Text(text) => {
            list.push_text(text);
        }
        Value::List(elements) => {
            let mut inside = Vec::new();
            let mut inner = write::list(&mut inside);
            elements.iter().for_each(|element| write_into(element, &mut inner));
            drop(inner);
            list.push_raw(&String::from_utf8_lossy(&inside));
        }
        Value::Object(members) => object(members, &mut list.push_object()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assembled(parts: &[&str]) -> String {
        let mut assembly: Option<Assembly> = None;
        for part in parts {
            let piece = Piece::read(Node::root(part.as_bytes()).unwrap(), assembly.is_some()).unwrap().unwrap();
            assembly.get_or_insert_with(|| Assembly::new(&piece)).add(piece);
        }
        assembly.unwrap().into_call().arguments
    }

    #[test]
    fn arguments_are_put_together_where_they_belong() {
        let parts = [
            r#"{"functionCall":{"name":"f","willContinue":true}}"#,
            r#"{"functionCall":{"partialArgs":[{"jsonPath":"$.city","stringValue":"Bos","willContinue":true}],"willContinue":true}}"#,
            r#"{"functionCall":{"partialArgs":[{"jsonPath":"$.city","stringValue":"ton \"x\""},{"jsonPath":"$.n","numberValue":1.50},{"jsonPath":"$.list[1].ok","boolValue":true}],"willContinue":true}}"#,
            r#"{"functionCall":{"partial_args":[{"json_path":"$['a b'][0]","string_value":"y"},{"jsonPath":"$.none","nullValue":"NULL_VALUE"}]}}"#,
        ];
        assert_eq!(
            assembled(&parts),
            r#"{"city":"Boston \"x\"","n":1.50,"list":[null,{"ok":true}],"a b":["y"],"none":null}"#
        );
    }

    #[test]
    fn nothing_a_provider_says_of_places_can_harm() {
        let far = r#"{"functionCall":{"name":"f","partialArgs":[{"jsonPath":"$.a[99999999999]","stringValue":"x"},{"jsonPath":"$","stringValue":"y"},{"jsonPath":"$.b","boolValue":false}]}}"#;
        assert_eq!(assembled(&[far]), r#"{"a":[],"b":false}"#);
        for path in ["", "a", "$.", "$[", "$[x]", "$['a", "$['a'", "$..a", &format!("${}", ".a".repeat(65))] {
            assert_eq!(steps(path), None, "{path}");
        }
        let whole = r#"{"functionCall":{"name":"f","args":{}}}"#;
        assert!(Piece::read(Node::root(whole.as_bytes()).unwrap(), true).unwrap().is_none());
    }
}
