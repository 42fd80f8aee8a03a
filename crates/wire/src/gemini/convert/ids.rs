//! Ids for calls that have none: Gemini may leave them out and match results by name and place.
//!
//! They are made the same way each time, so that a later turn that quotes one finds its call, and are known by how they
//! begin, so that they never reach Google.

const MADE: &str = "gcall_";

/// Whether it is one of ours.
pub(super) fn is_made(id: &str) -> bool {
    id.starts_with(MADE)
}

/// What Google may see of it.
pub(super) fn told(id: &str) -> Option<&str> {
    Some(id).filter(|id| !id.is_empty() && !is_made(id))
}

/// The id of the call in a request that is the `place`th without one.
pub(super) fn in_request(place: usize) -> String {
    format!("{MADE}p{place}")
}

/// The id of a result in a request for which there is no call.
pub(super) fn of_nothing(place: usize) -> String {
    format!("{MADE}n{place}")
}

/// Makes the ids of one answer.
#[derive(Debug, Default)]
pub(super) struct Maker {
    response_id: String,
}

impl Maker {
    pub(super) fn new(response_id: &str) -> Self {
        Self { response_id: response_id.to_owned() }
    }

    /// The id of the `place`th call of a choice. The answer's own id makes it different from those of other turns; where
    /// that is missing, what is called.
    pub(super) fn id(&self, choice: u32, place: usize, name: &str, arguments: &str) -> String {
        let words = if self.response_id.is_empty() { [name, arguments] } else { [&self.response_id, ""] };
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in words.iter().flat_map(|word| word.bytes().chain([0])) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        format!("{MADE}{hash:016x}_{choice}_{place}")
    }
}
