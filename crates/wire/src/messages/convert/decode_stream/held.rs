//! A block that only Messages knows, kept until it is whole.

use crate::canonical::Opaque;
use crate::json::node::{Fault, Node};
use crate::json::{self, text, write};

/// The most that is kept of one block.
const MAX_BYTES: usize = 16 * 1024 * 1024;

#[derive(Debug)]
pub(super) struct Held {
    pub(super) index: u64,
    block: Opaque,
    input: String,
}

impl Held {
    pub(super) fn new(index: u64, block: Opaque) -> Result<Self, Fault> {
        fits(block.value.len())?;
        Ok(Self { index, block, input: String::new() })
    }

    /// A part of its input.
    pub(super) fn input(&mut self, part: &str) -> Result<(), Fault> {
        fits(self.input.len() + part.len())?;
        self.input.push_str(part);
        Ok(())
    }

    /// A delta of a kind that is not known: what it says replaces what the block said, and text is added to text.
    pub(super) fn merge(&mut self, delta: Node<'_>) -> Result<(), Fault> {
        let mut news: Vec<_> = delta.object()?.rest().filter(|(key, _)| key != "type").collect();
        let mut out = Vec::with_capacity(self.block.value.len() + delta.raw().len());
        let mut writer = write::object(&mut out);
        for (key, old) in Node::root(self.block.value.as_bytes())?.object()?.rest() {
            match news.iter().position(|(name, _)| *name == key) {
                Some(place) => {
                    let (_, new) = news.remove(place);
                    if old.is_text() && new.is_text() {
                        writer.text(&key, &format!("{}{}", old.text()?, new.text()?));
                    } else {
                        writer.raw(&key, new.raw());
                    }
                }
                None => {
                    writer.raw(&key, old.raw());
                }
            }
        }
        for (key, new) in news {
            writer.raw(&key, new.raw());
        }
        drop(writer);
        fits(out.len())?;
        self.block.value = String::from_utf8_lossy(&out).into();
        Ok(())
    }

    /// The block with its input in it.
    pub(super) fn whole(mut self) -> Opaque {
        if !self.input.is_empty()
            && let Some(with) = self.with_input()
        {
            self.block.value = with.into();
        }
        self.block
    }

    fn with_input(&self) -> Option<String> {
        let mut out = Vec::with_capacity(self.block.value.len() + self.input.len());
        let mut quoted = Vec::new();
        let input = if json::is_object(self.input.as_bytes()) {
            self.input.as_str()
        } else {
            text::quote_into(&self.input, &mut quoted);
            std::str::from_utf8(&quoted).ok()?
        };
        let mut writer = write::object(&mut out);
        let mut written = false;
        for (key, value) in Node::root(self.block.value.as_bytes()).ok()?.object().ok()?.rest() {
            written |= key == "input";
            writer.raw(&key, if key == "input" { input } else { value.raw() });
        }
        if !written {
            writer.raw("input", input);
        }
        drop(writer);
        String::from_utf8(out).ok()
    }
}

fn fits(bytes: usize) -> Result<(), Fault> {
    if bytes <= MAX_BYTES {
        return Ok(());
    }
    let message = format!("a block of the upstream's stream is longer than {MAX_BYTES} bytes");
    Err(Fault { at: 0, missing: None, message })
}
