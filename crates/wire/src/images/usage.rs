//! What images consumed: tokens, where the model counts them, and the images themselves.

use thinkwatch_policy::usage::Usage;

use crate::json::{Elements, Members};
use crate::responses::usage::read;

/// Of a whole answer.
pub(crate) fn of_answer(body: &[u8]) -> Option<Usage> {
    let mut usage = Usage::default();
    let mut made = 0;
    let mut members = Members::of(body).ok()?;
    while let Some(member) = members.next().ok()? {
        let value = &body[member.value];
        match member.key {
            b"usage" => usage = read(value).unwrap_or_default(),
            b"data" => made = Elements::of(value).map_or(0, |images| images.count() as u64),
            _ => {}
        }
    }
    usage.image_units = made;
    Some(usage)
}
