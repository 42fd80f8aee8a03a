//! The one decision function: may this principal do this to that? Default deny; deny wins; globs are explicit.
