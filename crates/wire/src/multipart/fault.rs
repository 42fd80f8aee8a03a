//! What is wrong with a form.

use super::parts::{MAX_HEADER_BYTES, MAX_PARTS};

/// Why a form is not read. Says where, never what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormFault {
    /// `content-type` is there twice, or says two things.
    #[error("`content-type` must be given once")]
    ContentType,
    /// No boundary, two, or one that is none.
    #[error("`content-type` must name one boundary of 1 to 70 characters")]
    Boundary,
    /// The body does not begin with a part.
    #[error("the body must begin with its boundary")]
    Beginning,
    /// The body stops before the last boundary.
    #[error("the body ends before its last boundary")]
    CutShort,
    /// Something follows the last boundary.
    #[error("something follows the last boundary, at byte {offset}")]
    AfterEnd {
        /// Where.
        offset: usize,
    },
    /// The boundary begins a line in a way that some servers take for the end of a part.
    #[error("the boundary at byte {offset} is not a line of its own that ends with CR and LF")]
    Ambiguous {
        /// Where.
        offset: usize,
    },
    /// A part's headers are not lines of a name and a value.
    #[error("the headers of the part at byte {offset} are not well-formed")]
    Headers {
        /// Where the line begins.
        offset: usize,
    },
    /// A part's headers are too long.
    #[error("the headers of the part at byte {offset} are longer than {MAX_HEADER_BYTES} bytes")]
    LongHeaders {
        /// Where they begin.
        offset: usize,
    },
    /// A part has no one name that is read alike everywhere.
    #[error("the part at byte {offset} must have one `content-disposition: form-data` with one plain `name`")]
    Name {
        /// Where the line, or the part, begins.
        offset: usize,
    },
    /// A part says that it is encoded.
    #[error("the part at byte {offset} has a `content-transfer-encoding`, which forms do not have")]
    Encoded {
        /// Where the line begins.
        offset: usize,
    },
    /// More parts than are read.
    #[error("it has more than {MAX_PARTS} parts")]
    TooManyParts,
}

impl FormFault {
    /// Where in the body.
    pub const fn offset(self) -> Option<usize> {
        match self {
            Self::ContentType | Self::Boundary | Self::Beginning | Self::CutShort | Self::TooManyParts => None,
            Self::AfterEnd { offset }
            | Self::Ambiguous { offset }
            | Self::Headers { offset }
            | Self::LongHeaders { offset }
            | Self::Name { offset }
            | Self::Encoded { offset } => Some(offset),
        }
    }
}
