//! The top-level fields that are looked at, found in one pass over the body.

use std::ops::Range;

use super::BadRequest;
use crate::json::{Members, ScanError, text, whole};

/// The fields that are looked at, in any dialect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name {
    Model,
    Stream,
    MaxTokens,
    MaxCompletionTokens,
    MaxOutputTokens,
    Store,
    StreamOptions,
    Messages,
    Input,
    User,
    Metadata,
    PreviousResponseId,
    Conversation,
    Prompt,
    Background,
    N,
    BestOf,
}

impl Name {
    const COUNT: usize = 17;
    const ALL: [Self; Self::COUNT] = [
        Self::Model,
        Self::Stream,
        Self::MaxTokens,
        Self::MaxCompletionTokens,
        Self::MaxOutputTokens,
        Self::Store,
        Self::StreamOptions,
        Self::Messages,
        Self::Input,
        Self::User,
        Self::Metadata,
        Self::PreviousResponseId,
        Self::Conversation,
        Self::Prompt,
        Self::Background,
        Self::N,
        Self::BestOf,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Stream => "stream",
            Self::MaxTokens => "max_tokens",
            Self::MaxCompletionTokens => "max_completion_tokens",
            Self::MaxOutputTokens => "max_output_tokens",
            Self::Store => "store",
            Self::StreamOptions => "stream_options",
            Self::Messages => "messages",
            Self::Input => "input",
            Self::User => "user",
            Self::Metadata => "metadata",
            Self::PreviousResponseId => "previous_response_id",
            Self::Conversation => "conversation",
            Self::Prompt => "prompt",
            Self::Background => "background",
            Self::N => "n",
            Self::BestOf => "best_of",
        }
    }

    /// Whether access, money or the way of the answer hang on it.
    const fn is_decisive(self) -> bool {
        matches!(
            self,
            Self::Model
                | Self::Stream
                | Self::MaxTokens
                | Self::MaxCompletionTokens
                | Self::MaxOutputTokens
                | Self::Store
                | Self::StreamOptions
                | Self::PreviousResponseId
                | Self::N
                | Self::BestOf
        )
    }

    /// The field of exactly this name.
    fn of(key: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|name| name.as_str().as_bytes() == key)
    }

    /// The decisive field that a parser which ignores case would take this key for. Such parsers are in use behind
    /// common model servers, and fold the long s and the Kelvin sign too.
    fn resembling(key: &str) -> Option<Self> {
        if key.len() > 2 * "max_completion_tokens".len() {
            return None;
        }
        let folded: String = key
            .chars()
            .map(|c| match c {
                'ſ' => 's',
                '\u{212A}' => 'k',
                c => c.to_ascii_lowercase(),
            })
            .collect();
        Self::of(folded.as_bytes()).filter(|name| name.is_decisive())
    }
}

/// Where the fields are.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    body: &'a [u8],
    spans: [Option<Range<usize>>; Name::COUNT],
    /// Where the closing brace stands.
    pub(crate) end: usize,
}

impl<'a> Fields<'a> {
    /// Scans the whole body.
    pub(crate) fn read(body: &'a [u8], max_depth: usize) -> Result<Self, BadRequest> {
        std::str::from_utf8(body).map_err(|e| ScanError::Utf8 { offset: e.valid_up_to() })?;
        let mut members = Members::within(body, max_depth)?;
        let mut fields = Self { body, spans: Default::default(), end: 0 };
        while let Some(member) = members.next()? {
            let offset = member.key_span.start;
            let Some(name) = Name::of(member.key) else {
                let odd = member.key.iter().any(|b| *b == b'\\' || b.is_ascii_uppercase() || !b.is_ascii());
                if odd {
                    fields.take_odd(member.key, offset, member.value)?;
                }
                continue;
            };
            fields.take(name, offset, member.value)?;
        }
        fields.end = members.position() - 1;
        if !members.ends_here() {
            return Err(ScanError::Invalid { offset: members.position(), expected: "nothing after the object" }.into());
        }
        Ok(fields)
    }

    /// A key that is not written plainly: it may be one of ours, escaped, or pass for one elsewhere.
    fn take_odd(&mut self, key: &[u8], offset: usize, value: Range<usize>) -> Result<(), BadRequest> {
        let key = text::unescape(key);
        if let Some(name) = Name::of(key.as_bytes()) {
            return self.take(name, offset, value);
        }
        match Name::resembling(&key) {
            Some(name) => Err(BadRequest::Misspelt { param: name.as_str(), offset }),
            None => Ok(()),
        }
    }

    fn take(&mut self, name: Name, offset: usize, value: Range<usize>) -> Result<(), BadRequest> {
        let slot = &mut self.spans[name as usize];
        if slot.is_some() {
            return Err(BadRequest::Duplicate { param: name.as_str(), offset });
        }
        *slot = Some(value);
        Ok(())
    }

    /// Where the field's value is; a `null` counts as absent.
    pub(crate) fn span(&self, name: Name) -> Option<Range<usize>> {
        self.raw_span(name).filter(|span| &self.body[span.clone()] != b"null")
    }

    /// Where the field's value is, even if it is `null`.
    pub(crate) fn raw_span(&self, name: Name) -> Option<Range<usize>> {
        self.spans[name as usize].clone()
    }

    /// The bytes of the field's value.
    pub(crate) fn value(&self, name: Name) -> Option<&'a [u8]> {
        self.span(name).map(|span| &self.body[span])
    }

    /// The inside of the field's value, if it is a string.
    pub(crate) fn string(&self, name: Name) -> Option<&'a [u8]> {
        self.value(name)?.strip_prefix(b"\"")?.strip_suffix(b"\"")
    }

    pub(crate) fn wrong(&self, name: Name, expected: &'static str) -> BadRequest {
        let offset = self.raw_span(name).map_or(0, |span| span.start);
        BadRequest::Wrong { param: name.as_str(), expected, offset }
    }

    pub(crate) fn required(&self, name: Name, expected: &'static str) -> Result<Range<usize>, BadRequest> {
        self.span(name).ok_or(BadRequest::Missing { param: name.as_str(), expected })
    }

    pub(crate) fn boolean(&self, name: Name) -> Result<Option<bool>, BadRequest> {
        match self.value(name) {
            None => Ok(None),
            Some(b"true") => Ok(Some(true)),
            Some(b"false") => Ok(Some(false)),
            Some(_) => Err(self.wrong(name, "true or false")),
        }
    }

    pub(crate) fn positive(&self, name: Name) -> Result<Option<u64>, BadRequest> {
        match self.value(name).map(whole) {
            None => Ok(None),
            Some(Some(number)) if number > 0 => Ok(Some(number)),
            Some(_) => Err(self.wrong(name, POSITIVE)),
        }
    }

    /// Checks that the field is there and a list with something in it.
    pub(crate) fn filled_list(&self, name: Name) -> Result<(), BadRequest> {
        const EXPECTED: &str = "a list with at least one message";
        self.required(name, EXPECTED)?;
        match self.value(name) {
            Some(value) if is_filled_list(value) => Ok(()),
            _ => Err(self.wrong(name, EXPECTED)),
        }
    }
}

/// What a token limit must be.
pub(crate) const POSITIVE: &str = "a positive whole number";

/// Whether a valid value is a list with something in it.
pub(crate) fn is_filled_list(value: &[u8]) -> bool {
    value.strip_prefix(b"[").is_some_and(|inside| inside.trim_ascii_start() != b"]")
}
