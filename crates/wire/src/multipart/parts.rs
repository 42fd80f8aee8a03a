//! A form's parts, found in one pass over the body.

use std::ops::Range;

use memchr::memmem::Finder;

use super::boundary::Boundary;
use super::disposition::{is_token, parameters};
use super::fault::FormFault;

/// The most parts of one form: sixteen images and every field there is are far below.
pub(super) const MAX_PARTS: usize = 256;
/// The longest headers of one part, in bytes.
pub(super) const MAX_HEADER_BYTES: usize = 8 << 10;

/// One part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part<'a> {
    /// The field's name, as it is written.
    pub(super) name: &'a str,
    /// Where the part's headers begin.
    pub(super) at: usize,
    /// Where its content is.
    pub(super) value: Range<usize>,
    /// It has a file name, so that servers take it for a file.
    pub(super) is_file: bool,
    /// What its own `content-type` says, if it has one.
    pub(super) content_type: Option<&'a [u8]>,
}

/// Finds all parts of a form.
pub(super) fn parts<'a>(boundary: &Boundary, body: &'a [u8]) -> Result<Vec<Part<'a>>, FormFault> {
    let mut marks = Marks { finder: Finder::new(&boundary.dashed), body, at: 0 };
    let mut mark = marks.next()?;
    // An empty line before the first part is what some libraries write.
    if mark.end != 0 {
        return Err(FormFault::Beginning);
    }
    let mut parts = Vec::new();
    while !mark.last {
        if parts.len() == MAX_PARTS {
            return Err(FormFault::TooManyParts);
        }
        let next = marks.next()?;
        if next.end < mark.begin {
            // The two share their line break: there is nothing between them, not even an empty line.
            return Err(FormFault::Name { offset: mark.begin });
        }
        parts.push(part(body, mark.begin..next.end)?);
        mark = next;
    }
    match body[mark.begin..].iter().position(|byte| !byte.is_ascii_whitespace()) {
        None => Ok(parts),
        Some(beyond) => Err(FormFault::AfterEnd { offset: mark.begin + beyond }),
    }
}

/// A line that is the boundary.
struct Mark {
    /// Where the part before it ends: the line break before the boundary belongs to the boundary.
    end: usize,
    /// Where what follows it begins.
    begin: usize,
    /// Whether it is the last.
    last: bool,
}

struct Marks<'a, 'b> {
    finder: Finder<'b>,
    body: &'a [u8],
    at: usize,
}

impl Marks<'_, '_> {
    fn next(&mut self) -> Result<Mark, FormFault> {
        loop {
            let rest = self.body.get(self.at..).unwrap_or_default();
            let offset = self.at + self.finder.find(rest).ok_or(self.missing())?;
            let end = match &self.body[..offset] {
                [] => 0,
                [before @ .., b'\r', b'\n'] => before.len(),
                [.., b'\r' | b'\n'] => return Err(FormFault::Ambiguous { offset }),
                // In the middle of a line it is content.
                _ => {
                    self.at = offset + 1;
                    continue;
                }
            };
            let after = offset + self.finder.needle().len();
            let rest = &self.body[after..];
            if let Some(rest) = rest.strip_prefix(b"--") {
                self.at = self.body.len();
                return Ok(Mark { end, begin: self.body.len() - rest.len(), last: true });
            }
            let padding = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            if !rest[padding..].starts_with(b"\r\n") {
                let cut = rest[padding..].is_empty() || &rest[padding..] == b"\r" || rest == b"-";
                return Err(if cut { FormFault::CutShort } else { FormFault::Ambiguous { offset } });
            }
            let begin = after + padding + 2;
            // The line break after a boundary may be the one before the next.
            self.at = begin;
            return Ok(Mark { end, begin, last: false });
        }
    }

    /// What no further boundary means.
    const fn missing(&self) -> FormFault {
        if self.at == 0 { FormFault::Beginning } else { FormFault::CutShort }
    }
}

/// Reads the headers of the part at this place.
fn part(body: &[u8], place: Range<usize>) -> Result<Part<'_>, FormFault> {
    let mut name = None;
    let mut part = Part { name: "", at: place.start, value: 0..0, is_file: false, content_type: None };
    let mut at = place.start;
    loop {
        let offset = at;
        let length = memchr::memchr(b'\n', &body[at..place.end]).ok_or(FormFault::Headers { offset })?;
        let line = &body[at..at + length];
        at += length + 1;
        if at - place.start > MAX_HEADER_BYTES {
            return Err(FormFault::LongHeaders { offset: place.start });
        }
        let line = line.strip_suffix(b"\r").ok_or(FormFault::Headers { offset })?;
        if line.is_empty() {
            break;
        }
        let (header, value) = header(line).ok_or(FormFault::Headers { offset })?;
        if header.eq_ignore_ascii_case(b"content-disposition") {
            let (field, is_file) = disposition(value).ok_or(FormFault::Name { offset })?;
            if name.replace(field).is_some() {
                return Err(FormFault::Name { offset });
            }
            part.is_file = is_file;
        } else if header.eq_ignore_ascii_case(b"content-transfer-encoding") {
            let plain = [&b"binary"[..], b"8bit", b"7bit"].iter().any(|plain| value.eq_ignore_ascii_case(plain));
            if !plain {
                return Err(FormFault::Encoded { offset });
            }
        } else if header.eq_ignore_ascii_case(b"content-type") && part.content_type.replace(value).is_some() {
            return Err(FormFault::Headers { offset });
        }
    }
    part.name = name.ok_or(FormFault::Name { offset: place.start })?;
    part.value = at..place.end;
    Ok(part)
}

/// A line's name and value. A line that goes on from the one before has no name, and is refused.
fn header(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memchr(b':', line)?;
    let name = &line[..colon];
    let fits = !name.is_empty() && name.iter().copied().all(is_token);
    let plain = line.iter().all(|byte| *byte >= b' ' && *byte != 0x7f || *byte == b'\t');
    (fits && plain).then(|| (name, line[colon + 1..].trim_ascii()))
}

/// The field's name, and whether it is a file.
fn disposition(value: &[u8]) -> Option<(&str, bool)> {
    let end = memchr::memchr(b';', value)?;
    if !value[..end].trim_ascii().eq_ignore_ascii_case(b"form-data") {
        return None;
    }
    let (mut name, mut is_file) = (None, false);
    for parameter in parameters(&value[end..])? {
        let lower = parameter.name.to_ascii_lowercase();
        match lower.as_slice() {
            b"name" if memchr::memchr(b'\\', parameter.value).is_some() => return None,
            b"name" if name.is_some() => return None,
            b"name" => name = Some(parameter.value),
            // Other ways to write the name, which forms do not have and some servers read.
            lower if lower.starts_with(b"name*") => return None,
            lower if lower.starts_with(b"filename") => is_file = true,
            _ => {}
        }
    }
    Some((std::str::from_utf8(name?).ok()?, is_file))
}
