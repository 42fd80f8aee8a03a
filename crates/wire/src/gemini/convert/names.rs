//! Members by both of their names: Google takes `topP` and `top_p`, and clients send either.

use std::borrow::Cow;

use crate::canonical::Notes;
use crate::json::node::{Fault, Node, Object, path_to};

/// The member of this name in camelCase, or of the same name in snake_case, unless it is absent or `null`.
pub(super) fn take<'a>(object: &mut Object<'a>, camel: &str) -> Result<Option<Node<'a>>, Fault> {
    let first = object.some(camel);
    let Cow::Owned(snake) = snake(camel) else { return Ok(first) };
    match (first, object.some(&snake)) {
        (Some(_), Some(second)) => Err(second.fault(format!("is given twice, also as `{camel}`"))),
        (first, second) => Ok(first.or(second)),
    }
}

fn snake(camel: &str) -> Cow<'_, str> {
    if !camel.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Borrowed(camel);
    }
    let mut snake = String::with_capacity(camel.len() + 4);
    for character in camel.chars() {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    Cow::Owned(snake)
}

pub(super) fn text(object: &mut Object<'_>, camel: &str) -> Result<Option<String>, Fault> {
    take(object, camel)?.map(|value| value.text().map(Cow::into_owned)).transpose()
}

pub(super) fn boolean(object: &mut Object<'_>, camel: &str) -> Result<Option<bool>, Fault> {
    take(object, camel)?.map(|value| value.boolean()).transpose()
}

/// A number as it was written.
pub(super) fn number(object: &mut Object<'_>, camel: &str) -> Result<Option<String>, Fault> {
    take(object, camel)?.map(|value| digits(&value).map(str::to_owned)).transpose()
}

/// A whole number. Google's libraries write some of them with a fraction of zero (`40.0`).
pub(super) fn whole(object: &mut Object<'_>, camel: &str) -> Result<Option<u64>, Fault> {
    let Some(value) = take(object, camel)? else { return Ok(None) };
    let digits = digits(&value)?;
    let whole = match digits.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
        _ => digits,
    };
    match crate::json::whole(whole.as_bytes()) {
        Some(number) => Ok(Some(number)),
        None => Err(value.fault("must be a whole number of at least 0")),
    }
}

/// The text of a number, which may also stand in quotes.
fn digits<'a>(value: &Node<'a>) -> Result<&'a str, Fault> {
    let raw = value.raw();
    let inside = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(raw);
    let plain = inside.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    // What stands in quotes has not been checked to be a number by anybody.
    if plain && inside.starts_with(|first: char| first == '-' || first.is_ascii_digit()) && is_number(inside) {
        Ok(inside)
    } else {
        Err(value.fault("must be a number"))
    }
}

fn is_number(text: &str) -> bool {
    let mut cursor = crate::json::Cursor::at(text.as_bytes(), 0);
    cursor.scalar().is_ok() && cursor.position() == text.len()
}

/// Notes members that nobody read.
#[derive(Debug)]
pub(super) struct Strangers<'a> {
    body: &'a [u8],
    notes: &'a mut Notes,
    noted: usize,
}

impl<'a> Strangers<'a> {
    /// Finding the path of a value reads the body again, so it is done for a few only.
    const MAX: usize = 16;

    pub(super) const fn new(body: &'a [u8], notes: &'a mut Notes) -> Self {
        Self { body, notes, noted: 0 }
    }

    /// Notes what is left of an object.
    pub(super) fn rest(&mut self, object: Object<'_>) {
        for (_, value) in object.rest() {
            self.value(value);
        }
    }

    pub(super) fn value(&mut self, value: Node<'_>) {
        if self.noted < Self::MAX && !value.is_null() {
            self.noted += 1;
            self.notes.note(path_to(self.body, value.at()), "unknown field");
        }
    }
}
