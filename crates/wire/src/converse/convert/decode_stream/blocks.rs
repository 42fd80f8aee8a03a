//! The blocks that are open, whatever the upstream says of them.

use thinkwatch_policy::dialect::Dialect;

use super::super::media;
use crate::canonical::block::MediaKind;
use crate::canonical::{Delta, Event, Json, Media, MediaSource, Opaque, Opening};
use crate::json::node::Node;
use crate::json::{is_object, write};

/// More blocks are not open at once: no provider opens two.
const MAX_OPEN: usize = 64;
/// The most that is held of a block that is told whole: a picture, in base64.
const MAX_HELD: usize = 32 << 20;

/// A block that is told whole, once all of it has come.
#[derive(Debug)]
pub(super) enum Held {
    /// A call of a tool that the provider runs.
    ServerCall { start: Json, input: String },
    /// What such a tool answered.
    ServerResult { start: Json, content: Vec<Json> },
    /// A picture.
    Image { format: String, bytes: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Thinking,
    Call,
    /// Nothing can be added to it.
    Whole,
}

#[derive(Debug)]
enum State {
    Open { block: u32, kind: Kind },
    Held { held: Held, bytes: usize },
}

/// The blocks that are open, by the numbers the upstream gives them.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    next: u32,
    open: Vec<(u64, State)>,
}

impl Blocks {
    /// Opens a block. One that is still open under its number is closed first.
    pub(super) fn open(&mut self, index: u64, what: Opening, out: &mut Vec<Event>) {
        self.make_room(index, out);
        let kind = match &what {
            Opening::Text => Kind::Text,
            Opening::Thinking => Kind::Thinking,
            Opening::ToolCall(_) => Kind::Call,
            _ => Kind::Whole,
        };
        let block = self.tell(what, out);
        self.open.push((index, State::Open { block, kind }));
    }

    /// Begins a block that is told whole.
    pub(super) fn hold(&mut self, index: u64, held: Held, out: &mut Vec<Event>) {
        self.make_room(index, out);
        self.open.push((index, State::Held { held, bytes: 0 }));
    }

    /// Adds words, a proof or a citation to a block of this kind, which is opened if it is not.
    pub(super) fn words(&mut self, index: u64, what: Opening, delta: Delta, out: &mut Vec<Event>) {
        let wanted = if what == Opening::Text { Kind::Text } else { Kind::Thinking };
        // An empty piece opens nothing: some models begin each turn with one.
        let nothing = matches!(&delta, Delta::Text(words) if words.is_empty());
        let block = match self.find(index) {
            Some(State::Open { block, kind }) if *kind == wanted => *block,
            _ if nothing => return,
            _ => {
                self.open(index, what, out);
                self.next.saturating_sub(1)
            }
        };
        if !nothing {
            out.push(Event::Delta { choice: 0, block, delta });
        }
    }

    /// Adds to the arguments of a call. A call that nobody named cannot be made.
    pub(super) fn arguments(&mut self, index: u64, part: String, out: &mut Vec<Event>) {
        let state = self.find(index);
        if let Some(State::Open { block, kind: Kind::Call }) = state
            && !part.is_empty()
        {
            out.push(Event::Delta { choice: 0, block: *block, delta: Delta::Arguments(part) });
        } else if let Some(State::Held { held: Held::ServerCall { input, .. }, bytes }) = state
            && fits(bytes, part.len())
        {
            input.push_str(&part);
        }
    }

    /// Adds to what a tool of the provider's answered.
    pub(super) fn result_part(&mut self, index: u64, part: Json) {
        if let Some(State::Held { held: Held::ServerResult { content, .. }, bytes }) = self.find(index)
            && fits(bytes, part.len())
        {
            content.push(part);
        }
    }

    /// Adds to a picture.
    pub(super) fn image_part(&mut self, index: u64, part: &str) {
        if let Some(State::Held { held: Held::Image { bytes: image, .. }, bytes }) = self.find(index)
            && fits(bytes, part.len())
        {
            image.push_str(part);
        }
    }

    /// Closes a block, if it is open.
    pub(super) fn close(&mut self, index: u64, out: &mut Vec<Event>) {
        if let Some(place) = self.open.iter().position(|(one, _)| *one == index) {
            let (_, state) = self.open.remove(place);
            self.end(state, out);
        }
    }

    /// Closes all blocks.
    pub(super) fn close_all(&mut self, out: &mut Vec<Event>) {
        for (_, state) in std::mem::take(&mut self.open) {
            self.end(state, out);
        }
    }

    fn make_room(&mut self, index: u64, out: &mut Vec<Event>) {
        self.close(index, out);
        if self.open.len() >= MAX_OPEN {
            self.close_all(out);
        }
    }

    fn find(&mut self, index: u64) -> Option<&mut State> {
        self.open.iter_mut().find(|(one, _)| *one == index).map(|(_, state)| state)
    }

    fn tell(&mut self, what: Opening, out: &mut Vec<Event>) -> u32 {
        let block = self.next;
        self.next = self.next.saturating_add(1);
        out.push(Event::Open { choice: 0, block, what });
        block
    }

    fn end(&mut self, state: State, out: &mut Vec<Event>) {
        let block = match state {
            State::Open { block, .. } => block,
            State::Held { held, .. } => match whole(held) {
                Some(what) => self.tell(what, out),
                None => return,
            },
        };
        out.push(Event::Close { choice: 0, block });
    }
}

/// Whether there is room for so many more bytes; then they are counted.
fn fits(held: &mut usize, more: usize) -> bool {
    let fits = held.saturating_add(more) <= MAX_HELD;
    if fits {
        *held += more;
    }
    fits
}

fn whole(held: Held) -> Option<Opening> {
    let opaque = |kind: &str, member: &str, start: &str, name: &str, value: &str| {
        let mut out = Vec::new();
        {
            let mut block = write::object(&mut out);
            let mut inside = block.object(member);
            for (name, value) in Node::root(start.as_bytes()).ok()?.object().ok()?.rest() {
                inside.raw(&name, value.raw());
            }
            inside.raw(name, value);
        }
        let value = Json::from(String::from_utf8_lossy(&out));
        Some(Opening::Opaque(Opaque { dialect: Dialect::Converse, kind: kind.to_owned(), value }))
    };
    match held {
        Held::ServerCall { start, input } => {
            let input = if is_object(input.as_bytes()) { input } else { "{}".to_owned() };
            opaque("toolUse", "toolUse", &start, "input", &input)
        }
        Held::ServerResult { start, content } => {
            opaque("toolResult", "toolResult", &start, "content", &format!("[{}]", content.join(",")))
        }
        Held::Image { bytes, .. } if bytes.is_empty() => None,
        Held::Image { format, bytes } => {
            let mut image = Media::new(MediaKind::Image, MediaSource::Base64(bytes));
            image.media_type = media::media_type(MediaKind::Image, &format).map(str::to_owned);
            Some(Opening::Media(image))
        }
    }
}
