//! Reads typed values out of JSON one level at a time. Every value knows where it stands, so that an error can name its
//! field, and an object knows which of its members nobody asked for, so that nothing is lost without a word.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use super::{ANSWER_DEPTH, Cursor, Members, ScanError, text, whole};

/// A value that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where the value, or the object that lacks one, begins in the text that was read.
    pub at: usize,
    /// The member that is missing there.
    pub missing: Option<String>,
    /// What is wrong and what is allowed, to be read after the name of the field.
    pub message: String,
}

impl Fault {
    /// The path of the value, such as `messages[3].content[0].type`, in the text it was read from.
    pub fn path(&self, root: &[u8]) -> String {
        let mut path = path_to(root, self.at);
        if let Some(member) = &self.missing {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(member);
        }
        path
    }
}

impl From<ScanError> for Fault {
    fn from(error: ScanError) -> Self {
        Self { at: error.offset().unwrap_or(0), missing: None, message: error.to_string() }
    }
}

/// A value: its text, and where that begins in the whole.
#[derive(Clone, Copy, Debug)]
pub struct Node<'a> {
    raw: &'a str,
    at: usize,
}

impl<'a> Node<'a> {
    /// The whole text, which must be UTF-8. White space around it is left out; what is inside is checked when it is read.
    pub fn root(text: &'a [u8]) -> Result<Self, Fault> {
        match std::str::from_utf8(text) {
            Ok(text) => Ok(Self::unchecked(text)),
            Err(error) => Err(ScanError::Utf8 { offset: error.valid_up_to() }.into()),
        }
    }

    fn unchecked(text: &'a str) -> Self {
        let at = text.len() - text.trim_ascii_start().len();
        Self { raw: text.trim_ascii(), at }
    }

    /// A value within it. Values begin and end at characters.
    fn part(&self, span: Range<usize>) -> Self {
        let at = self.at + span.start;
        Self { raw: self.raw.get(span).unwrap_or("null"), at }
    }

    /// Its text as it was written.
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// Where it begins.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        self.raw == "null"
    }

    /// Whether it is a string.
    pub fn is_text(&self) -> bool {
        self.raw.starts_with('"')
    }

    /// Whether it is a list.
    pub fn is_list(&self) -> bool {
        self.raw.starts_with('[')
    }

    /// Whether it is an object.
    pub fn is_object(&self) -> bool {
        self.raw.starts_with('{')
    }

    /// A fault of this value: `message` reads on from the name of the field.
    pub fn fault(&self, message: impl Into<String>) -> Fault {
        Fault { at: self.at, missing: None, message: message.into() }
    }

    /// Its text, if it is a string.
    pub fn text(&self) -> Result<Cow<'a, str>, Fault> {
        match self.raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inside) => Ok(text::unescape_text(inside)),
            None => Err(self.fault("must be a string")),
        }
    }

    /// Whether it is `true`.
    pub fn boolean(&self) -> Result<bool, Fault> {
        match self.raw {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(self.fault("must be true or false")),
        }
    }

    /// Its value, if it is a whole number of at least 0 that fits 64 bits.
    pub fn whole(&self) -> Result<u64, Fault> {
        whole(self.raw.as_bytes()).ok_or_else(|| self.fault("must be a whole number of at least 0"))
    }

    /// Its text, if it is a number: as written, so that nothing is rounded.
    pub fn number(&self) -> Result<&'a str, Fault> {
        match self.raw.as_bytes().first() {
            Some(b'-' | b'0'..=b'9') => Ok(self.raw),
            _ => Err(self.fault("must be a number")),
        }
    }

    /// Its elements, if it is a list.
    pub fn list(&self) -> Result<Vec<Self>, Fault> {
        let mut cursor = Cursor::at(self.raw.as_bytes(), 0);
        if cursor.peek() != Some(b'[') {
            return Err(self.fault("must be a list"));
        }
        cursor.advance();
        let mut elements = Vec::new();
        loop {
            cursor.skip_whitespace();
            match cursor.peek() {
                Some(b']') => return Ok(elements),
                _ if elements.is_empty() => {}
                Some(b',') => {
                    cursor.advance();
                    cursor.skip_whitespace();
                }
                _ => return Err(self.fault("must be a list with commas between its elements")),
            }
            let span = cursor.value(1).map_err(|error| self.inside(error))?;
            elements.push(self.part(span));
        }
    }

    /// Its members, if it is an object in which no name stands twice.
    pub fn object(&self) -> Result<Object<'a>, Fault> {
        if !self.is_object() {
            return Err(self.fault("must be an object"));
        }
        let mut walk = Members::within(self.raw.as_bytes(), ANSWER_DEPTH).map_err(|error| self.inside(error))?;
        let mut members: Vec<Entry<'a>> = Vec::with_capacity(8);
        while let Some(member) = walk.next().map_err(|error| self.inside(error))? {
            let key = self.raw.get(member.key_span.start + 1..member.key_span.end - 1).unwrap_or_default();
            members.push(Entry { key: text::unescape_text(key), value: self.part(member.value), taken: false });
        }
        if !walk.ends_here() {
            return Err(self.fault("must be one object and nothing after it"));
        }
        match twice(&members) {
            Some(entry) => Err(entry.value.fault("is given twice")),
            None => Ok(Object { at: self.at, members }),
        }
    }

    /// Its text, if it is a JSON Schema as providers take one: an object in which no name stands twice. What the schema says is
    /// for those to judge who look into it.
    pub fn schema(&self) -> Result<&'a str, Fault> {
        self.object()?;
        Ok(self.raw)
    }

    fn inside(&self, error: ScanError) -> Fault {
        let mut fault = Fault::from(error);
        fault.at += self.at;
        fault
    }
}

/// Parsers differ in which of two members of one name they believe; decisions must not.
fn twice<'e, 'a>(members: &'e [Entry<'a>]) -> Option<&'e Entry<'a>> {
    const FEW: usize = 16;
    if members.len() <= FEW {
        return (1..members.len())
            .find(|&at| members[..at].iter().any(|e| e.key == members[at].key))
            .map(|at| &members[at]);
    }
    let mut seen = HashSet::with_capacity(members.len());
    members.iter().find(|entry| !seen.insert(entry.key.as_ref()))
}

#[derive(Debug)]
struct Entry<'a> {
    key: Cow<'a, str>,
    value: Node<'a>,
    taken: bool,
}

/// The members of an object. Each `take` marks its member as read; [`Self::rest`] has those that nobody read.
#[derive(Debug)]
pub struct Object<'a> {
    at: usize,
    members: Vec<Entry<'a>>,
}

impl<'a> Object<'a> {
    /// Where it begins.
    pub const fn at(&self) -> usize {
        self.at
    }

    /// The member, `null` included.
    pub fn take(&mut self, key: &str) -> Option<Node<'a>> {
        let entry = self.members.iter_mut().find(|entry| entry.key == key)?;
        entry.taken = true;
        Some(entry.value)
    }

    /// The member, unless it is absent or `null`.
    pub fn some(&mut self, key: &str) -> Option<Node<'a>> {
        self.take(key).filter(|value| !value.is_null())
    }

    /// The member without marking it as read, unless it is absent or `null`.
    pub fn peek(&self, key: &str) -> Option<Node<'a>> {
        self.members.iter().find(|entry| entry.key == key).map(|entry| entry.value).filter(|value| !value.is_null())
    }

    /// The member; its absence, or `null`, is a fault.
    pub fn need(&mut self, key: &str) -> Result<Node<'a>, Fault> {
        self.some(key).ok_or_else(|| Fault {
            at: self.at,
            missing: Some(key.to_owned()),
            message: "is required".to_owned(),
        })
    }

    /// The text of a member that must be there.
    pub fn need_text(&mut self, key: &str) -> Result<Cow<'a, str>, Fault> {
        self.need(key)?.text()
    }

    /// The text of a member, if it is there.
    pub fn text(&mut self, key: &str) -> Result<Option<String>, Fault> {
        self.some(key).map(|value| value.text().map(Cow::into_owned)).transpose()
    }

    /// The truth of a member, if it is there.
    pub fn boolean(&mut self, key: &str) -> Result<Option<bool>, Fault> {
        self.some(key).map(|value| value.boolean()).transpose()
    }

    /// The whole number of a member, if it is there.
    pub fn whole(&mut self, key: &str) -> Result<Option<u64>, Fault> {
        self.some(key).map(|value| value.whole()).transpose()
    }

    /// The number of a member as it was written, if it is there.
    pub fn number(&mut self, key: &str) -> Result<Option<String>, Fault> {
        self.some(key).map(|value| value.number().map(str::to_owned)).transpose()
    }

    /// The elements of a member; none if it is absent or `null`.
    pub fn list(&mut self, key: &str) -> Result<Vec<Node<'a>>, Fault> {
        self.some(key).map_or_else(|| Ok(Vec::new()), |value| value.list())
    }

    /// Whether there are members, other than `null`, that were not taken.
    pub fn has_rest(&self) -> bool {
        self.members.iter().any(|entry| !entry.taken && !entry.value.is_null())
    }

    /// The members that were not taken, in the order they were written.
    pub fn rest(self) -> impl Iterator<Item = (Cow<'a, str>, Node<'a>)> {
        self.members.into_iter().filter(|entry| !entry.taken).map(|entry| (entry.key, entry.value))
    }
}

/// The path of the value that begins at `at`, such as `messages[3].content`; empty for the whole, and ending early where
/// the text is not well-formed.
pub fn path_to(root: &[u8], at: usize) -> String {
    let mut path = String::new();
    let mut here = Node::unchecked(std::str::from_utf8(root).unwrap_or_default());
    'down: while here.at < at {
        if here.is_list() {
            for (index, element) in here.list().unwrap_or_default().into_iter().enumerate() {
                if (element.at..element.at + element.raw.len()).contains(&at) {
                    path.push_str(&format!("[{index}]"));
                    here = element;
                    continue 'down;
                }
            }
        } else if here.is_object() {
            // Members may be given twice here, which is perhaps the very fault.
            let Ok(mut walk) = Members::of(here.raw.as_bytes()) else { break };
            while let Ok(Some(member)) = walk.next() {
                let value = here.part(member.value);
                if (value.at..value.at + value.raw.len()).contains(&at) {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&text::unescape(member.key));
                    here = value;
                    continue 'down;
                }
            }
        }
        break;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = br#" {"a": [1, {"b": "x\ny", "c": null}], "n": 12345678901234567890123, "t": true} "#;

    #[test]
    fn values_are_read_as_what_they_are() {
        let mut object = Node::root(TEXT).unwrap().object().unwrap();
        let list = object.need("a").unwrap().list().unwrap();
        assert_eq!(list[0].whole(), Ok(1));
        let mut inner = list[1].object().unwrap();
        assert_eq!(inner.need_text("b").unwrap(), "x\ny");
        assert!(inner.some("c").is_none());
        assert_eq!(object.number("n").unwrap().as_deref(), Some("12345678901234567890123"));
        assert_eq!(object.rest().map(|(key, _)| key.into_owned()).collect::<Vec<_>>(), ["t"]);
    }

    #[test]
    fn a_fault_names_its_field() {
        let mut object = Node::root(TEXT).unwrap().object().unwrap();
        let list = object.need("a").unwrap().list().unwrap();
        let mut inner = list[1].object().unwrap();
        let cases = [
            (list[0].text().unwrap_err(), "a[0]"),
            (inner.need("b").unwrap().boolean().unwrap_err(), "a[1].b"),
            (inner.need("c").unwrap_err(), "a[1].c"),
            (inner.need("d").unwrap_err(), "a[1].d"),
            (object.need("z").unwrap_err(), "z"),
            (object.whole("n").unwrap_err(), "n"),
        ];
        for (fault, path) in cases {
            assert_eq!(fault.path(TEXT), path, "{fault:?}");
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_a_fault_however_many_members_there_are() {
        for others in [0, 100] {
            let many: String = (0..others).map(|n| format!("\"k{n}\":{n},")).collect();
            let text = format!("{{\"o\":{{{many}\"a\":1,\"\\u0061\":2}}}}");
            let mut object = Node::root(text.as_bytes()).unwrap().object().unwrap();
            let fault = object.need("o").unwrap().object().unwrap_err();
            assert_eq!(fault.path(text.as_bytes()), "o.a");
            assert_eq!(fault.message, "is given twice");
        }
    }

    #[test]
    fn what_is_not_text_is_a_fault() {
        assert_eq!(Node::root(b"{\"a\":\"\xff\"}").unwrap_err().at, 6);
    }

    #[test]
    fn what_is_not_well_formed_is_a_fault_where_it_stands() {
        for (text, at) in [("{\"a\":[1 2]}", 6), ("{\"a\":}", 5), ("{} x", 0), ("[", 1)] {
            let node = Node::root(text.as_bytes()).unwrap();
            let fault = if node.is_list() { node.list().map(drop) } else { node.object().map(drop) };
            let fault = fault.map_or_else(|fault| fault.at, |()| panic!("{text} was taken"));
            assert!(fault.abs_diff(at) <= 2, "{text}: {fault}");
        }
    }
}
