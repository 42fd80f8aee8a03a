//! What every reader of a body needs beside the value it reads.

use crate::canonical::Notes;
use crate::json::node::{Node, Object, path_to};

/// The whole text, by which a value's path is told, and the notes.
pub(super) struct Reading<'r> {
    root: &'r [u8],
    pub(super) notes: &'r mut Notes,
    /// How many more bytes may be walked to tell paths.
    walk: usize,
}

/// To tell a path the text is walked from its beginning: a large body full of unknown fields may not make that a labour.
const MAX_WALK: usize = 64 << 20;

impl<'r> Reading<'r> {
    pub(super) const fn new(root: &'r [u8], notes: &'r mut Notes) -> Self {
        Self { root, notes, walk: MAX_WALK }
    }

    /// Notes the members that nobody took. `null` says nothing, so nothing is lost with it.
    pub(super) fn leftover(&mut self, object: Object<'_>) {
        for (_, value) in object.rest() {
            if !value.is_null() {
                self.unknown(value);
            }
        }
    }

    /// Notes one value that is not understood.
    pub(super) fn unknown(&mut self, value: Node<'_>) {
        self.lost(value, "unknown field");
    }

    /// Notes one value that is left out.
    pub(super) fn lost(&mut self, value: Node<'_>, why: &'static str) {
        match self.walk.checked_sub(self.root.len()) {
            Some(left) => {
                self.walk = left;
                self.notes.note(path_to(self.root, value.at()), why);
            }
            None => self.notes.note("other fields", why),
        }
    }
}
