//! The stream without `alt=sse`: one list in JSON, whose elements are what the events would be.

/// Cuts such a list into its elements, however its bytes are cut into chunks.
#[derive(Debug, Default)]
pub(crate) struct Elements {
    /// What has come and is not yet a whole element.
    kept: Vec<u8>,
    depth: usize,
    in_string: bool,
    escaped: bool,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Before the bracket.
    #[default]
    Before,
    /// Between elements.
    Between,
    /// In an element.
    Inside,
    /// After the closing bracket.
    After,
}

/// Something that is no such list, or an element that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadList {
    #[error("the upstream's stream is not a list of objects")]
    NotAList,
    #[error("an element of the upstream's stream is longer than {max} bytes")]
    TooLarge { max: usize },
}

impl Elements {
    /// Takes what arrives and tells each element that is complete. No element may be longer than `max_bytes`.
    pub(crate) fn feed(&mut self, chunk: &[u8], max_bytes: usize, mut tell: impl FnMut(&[u8])) -> Result<(), BadList> {
        for &byte in chunk {
            match self.state {
                State::Before | State::Between | State::After if byte.is_ascii_whitespace() => {}
                State::Before if byte == b'[' => self.state = State::Between,
                // An error that came instead of a list.
                State::Before | State::Between if byte == b'{' => {
                    self.state = State::Inside;
                    self.depth = 1;
                    self.kept.push(byte);
                }
                State::Between if byte == b',' => {}
                State::Between if byte == b']' => self.state = State::After,
                State::Before | State::Between | State::After => return Err(BadList::NotAList),
                State::Inside => {
                    if self.kept.len() == max_bytes {
                        return Err(BadList::TooLarge { max: max_bytes });
                    }
                    self.kept.push(byte);
                    if self.ends_element(byte) {
                        tell(&self.kept);
                        self.kept.clear();
                        self.state = State::Between;
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether the list has been closed.
    pub(crate) fn is_closed(&self) -> bool {
        self.state == State::After
    }

    /// Takes in one byte of an element. Its insides are checked by who reads it.
    fn ends_element(&mut self, byte: u8) -> bool {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth -= 1,
            _ => {}
        }
        self.depth == 0
    }
}
