//! The map of what every call looks up.

/// As [`std::collections::HashMap`], with a hash that costs a call a tenth of the instructions. What is in these maps
/// is chosen by operators and by chance, never by who calls, and the hash is seeded all the same.
pub type Map<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;
