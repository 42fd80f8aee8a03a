//! Forms with files in them (`multipart/form-data`, RFC 7578 on RFC 2046): what the gateway decides by is found in them
//! and may be replaced in place; all else stays as it came.
//!
//! Servers read forms less alike than JSON: some take a bare line feed for the end of a line, undo escapes in names or
//! decode what a part says of itself. A form on which they could disagree about the model is therefore refused, and not
//! interpreted.

mod boundary;
mod disposition;
mod fault;
mod fields;
mod parts;

pub use boundary::{Boundary, boundary};
pub use fault::FormFault;
pub use fields::peek;
