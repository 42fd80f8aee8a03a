//! Answers: written for a client, they are JSON of bounded size.

use thinkwatch_policy::dialect::Dialect;
use thinkwatch_wire::convert;

use crate::clients::client;
use crate::{CONVERTED, assert_bounded, assert_json};

/// First byte: whom it is for.
pub(crate) fn run(from: Dialect, data: &[u8]) {
    let Some((&choice, body)) = data.split_first() else { return };
    let to = CONVERTED[usize::from(choice) % 4];
    match convert::answer(from, body, &client(to, choice >> 2)) {
        Ok(answer) => {
            assert_json("answer", &answer.body);
            assert_bounded("answer", body.len(), answer.body.len());
        }
        Err(why) => assert!(!why.is_empty(), "a fault says what is wrong"),
    }
}
