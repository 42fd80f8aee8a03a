//! The checks, by what they are about.

pub(crate) mod budgets;
pub(crate) mod reserving;
pub(crate) mod settling;
