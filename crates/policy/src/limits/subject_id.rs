//! The id of what is counted for.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use foldhash::fast::RandomState;

/// An id that is cheap to copy and to look up: each call looks for several counters of the same few subjects, so the text is
/// hashed once, when the rules are read.
#[derive(Clone)]
pub struct SubjectId {
    text: Arc<str>,
    hash: u64,
}

/// One for the process, so that equal texts have equal hashes; nobody outside can know it.
static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::default);

impl SubjectId {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text, to be shared.
    pub const fn shared(&self) -> &Arc<str> {
        &self.text
    }

    /// Its hash, the same for the same text in this process only. All bits are good.
    pub const fn hashed(&self) -> u64 {
        self.hash
    }
}

impl From<Arc<str>> for SubjectId {
    fn from(text: Arc<str>) -> Self {
        let hash = HASHER.hash_one(&*text);
        Self { text, hash }
    }
}

impl From<&str> for SubjectId {
    fn from(text: &str) -> Self {
        Arc::<str>::from(text).into()
    }
}

impl From<String> for SubjectId {
    fn from(text: String) -> Self {
        Arc::<str>::from(text).into()
    }
}

impl Deref for SubjectId {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text, f)
    }
}

impl fmt::Display for SubjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for SubjectId {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && (Arc::ptr_eq(&self.text, &other.text) || self.text == other.text)
    }
}

impl Eq for SubjectId {}

impl Hash for SubjectId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl PartialOrd for SubjectId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SubjectId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.text.cmp(&other.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Map;

    #[test]
    fn equal_texts_are_equal_wherever_they_came_from() {
        let (one, two) = (SubjectId::from("key_1"), SubjectId::from("key_1".to_owned()));
        assert_eq!(one, two);
        assert_eq!(one.hashed(), two.hashed());
        assert_ne!(one, SubjectId::from("key_2"));
        assert!(one < SubjectId::from("key_2"));
        let map: Map<SubjectId, u8> = [(one, 1), ("key_2".into(), 2)].into_iter().collect();
        assert_eq!(map.get(&two), Some(&1));
        assert_eq!(format!("{two} {two:?}"), "key_1 \"key_1\"");
    }
}
