//! Server-sent events: where they end, and what is in one. Follows the WHATWG definition: lines end with LF, CRLF or
//! CR, a blank line ends an event, a byte order mark may come first.

use std::borrow::Cow;

use crate::json;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Finds the ends of events, however the bytes are cut into chunks.
#[derive(Debug)]
pub struct Framer {
    line_empty: bool,
    after_return: bool,
    owed_line_feed: bool,
}

impl Default for Framer {
    fn default() -> Self {
        Self { line_empty: true, after_return: false, owed_line_feed: false }
    }
}

impl Framer {
    /// How many of these bytes, which follow the ones given before, belong to the current event, if it ends in them.
    pub fn boundary(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        if !bytes.is_empty() && std::mem::take(&mut self.after_return) && bytes[0] == b'\n' {
            at = 1;
        }
        while let Some(length) = memchr::memchr2(b'\n', b'\r', &bytes[at..]) {
            let blank = length == 0 && self.line_empty;
            let end = at + length;
            at = end + 1;
            if bytes[end] == b'\r' {
                match bytes.get(at) {
                    Some(b'\n') => at += 1,
                    Some(_) => {}
                    // The line has ended; a line feed that comes next still belongs to its end.
                    None if blank => self.owed_line_feed = true,
                    None => self.after_return = true,
                }
            }
            self.line_empty = true;
            if blank {
                return Some(at);
            }
        }
        if at < bytes.len() {
            self.line_empty = false;
        }
        None
    }

    /// Whether the last event ended with a CR at the end of its bytes, so that a LF at the start of the next ones
    /// belongs to it. Asked once.
    pub const fn take_owed_line_feed(&mut self) -> bool {
        std::mem::replace(&mut self.owed_line_feed, false)
    }
}

/// One event.
#[derive(Debug)]
pub struct Event<'a> {
    /// What its `event` line says.
    pub name: Option<&'a [u8]>,
    data: Option<Cow<'a, [u8]>>,
    /// Where its data begins in the event, if it stands on one line.
    pub data_at: Option<usize>,
}

impl<'a> Event<'a> {
    /// Reads the lines of one event. `first` says that it is the first of its stream.
    pub fn parse(bytes: &'a [u8], first: bool) -> Self {
        let mut event = Self { name: None, data: None, data_at: None };
        let mut at = if first && bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        while at < bytes.len() {
            let length = memchr::memchr2(b'\n', b'\r', &bytes[at..]).unwrap_or(bytes.len() - at);
            event.take_line(&bytes[at..at + length], at);
            // The LF of a CRLF shows as an empty line, which says nothing.
            at += length + 1;
        }
        event
    }

    fn take_line(&mut self, line: &'a [u8], at: usize) {
        let colon = memchr::memchr(b':', line);
        let field = &line[..colon.unwrap_or(line.len())];
        let mut value_at = colon.map_or(line.len(), |colon| colon + 1);
        if line.get(value_at) == Some(&b' ') {
            value_at += 1;
        }
        let value = &line[value_at..];
        match field {
            b"data" => match &mut self.data {
                None => {
                    self.data = Some(Cow::Borrowed(value));
                    self.data_at = Some(at + value_at);
                }
                Some(data) => {
                    let data = data.to_mut();
                    data.push(b'\n');
                    data.extend_from_slice(value);
                    self.data_at = None;
                }
            },
            b"event" => self.name = Some(value),
            _ => {}
        }
    }

    /// Its data, if it has any.
    pub fn data(&self) -> Option<&[u8]> {
        self.data.as_deref()
    }
}

/// Puts JSON on one line, as the data of an event must be. What passes as it was written may have line ends between its
/// values, where they are white space; inside strings they are escaped.
pub(crate) fn on_one_line(json: &mut [u8]) {
    let mut at = 0;
    while let Some(next) = json.get(at..).and_then(|rest| memchr::memchr2(b'\n', b'\r', rest)) {
        json[at + next] = b' ';
        at += next + 1;
    }
}

/// An event with this name and data, blank line included.
pub fn encode(name: Option<&[u8]>, data: &[u8]) -> Vec<u8> {
    let mut event = Vec::with_capacity(data.len() + 64);
    if let Some(name) = name {
        event.extend_from_slice(b"event: ");
        event.extend_from_slice(name);
        event.push(b'\n');
    }
    for line in data.split(|b| *b == b'\n') {
        event.extend_from_slice(b"data: ");
        event.extend_from_slice(line);
        event.push(b'\n');
    }
    event.push(b'\n');
    event
}

/// Whether an event that lacks its blank line has all its data: the end word of Chat, or a whole object.
pub(crate) fn is_whole(bytes: &[u8], first: bool) -> bool {
    let event = Event::parse(bytes, first);
    event.data().is_some_and(|data| data.trim_ascii() == b"[DONE]" || json::is_object(data))
}
