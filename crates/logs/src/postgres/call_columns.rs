//! How a call lies in its row, and how it is read back, exactly as it was.
//!
//! What can be asked for is in columns. The rest is in `record`, encoded as the spool encodes calls: fields that later
//! versions add are kept and read back without a change here. Texts that have a column are left out of `record`, unless
//! they hold a zero byte, which PostgreSQL cannot keep in a text: those are kept there, and their column has U+FFFD.

use std::borrow::Cow;

use prost::Message as _;
use sqlx::Row as _;
use sqlx::postgres::PgRow;
use thinkwatch_policy::ids::RequestId;
use thinkwatch_records::CallRecord;

/// Texts of a call that have a column of their own, in the order of [`texts`].
pub(super) const TEXTS: [&str; 12] = [
    "user_id",
    "user_email",
    "key_id",
    "key_lineage_id",
    "team_id",
    "cost_center",
    "client",
    "session_id",
    "client_trace_id",
    "model",
    "provider",
    "error_class",
];

/// What [`read`] expects, in its order.
pub(super) const COLUMNS: &str = "id, record, user_id, user_email, key_id, key_lineage_id, team_id, cost_center, client, \
                                  session_id, client_trace_id, model, provider, error_class";

pub(super) fn texts(call: &mut CallRecord) -> [&mut String; TEXTS.len()] {
    [
        &mut call.user_id,
        &mut call.user_email,
        &mut call.key_id,
        &mut call.key_lineage_id,
        &mut call.team_id,
        &mut call.cost_center,
        &mut call.client,
        &mut call.session_id,
        &mut call.client_trace_id,
        &mut call.model,
        &mut call.provider,
        &mut call.error_class,
    ]
}

/// A text as PostgreSQL can keep it. Also what is looked for is passed through here, so that it is found.
pub(super) fn kept(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// The texts for the columns, and the bytes for `record`.
pub(super) fn split(call: &CallRecord) -> ([String; TEXTS.len()], Vec<u8>) {
    let mut rest = call.clone();
    rest.id_high = 0;
    rest.id_low = 0;
    let columns = texts(&mut rest).map(|text| {
        let exact = std::mem::take(text);
        match kept(&exact) {
            Cow::Borrowed(_) => exact,
            Cow::Owned(shown) => {
                *text = exact;
                shown
            }
        }
    });
    (columns, rest.encode_to_vec())
}

/// Builds the call from a row of [`COLUMNS`].
pub(super) fn read(row: &PgRow) -> Result<CallRecord, sqlx::Error> {
    let bytes: &[u8] = row.try_get(1)?;
    let mut call = CallRecord::decode(bytes).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    call.set_request_id(RequestId(id(row, 0)?));
    for (at, text) in texts(&mut call).into_iter().enumerate() {
        if text.is_empty() {
            *text = row.try_get(at + 2)?;
        }
    }
    Ok(call)
}

/// The id in a column.
pub(super) fn id(row: &PgRow, at: usize) -> Result<u128, sqlx::Error> {
    let bytes: &[u8] = row.try_get(at)?;
    let bytes: [u8; 16] = bytes.try_into().map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    Ok(u128::from_be_bytes(bytes))
}

/// A count as a column keeps it.
pub(super) fn stored(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count as it was stored.
pub(super) fn count(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}
