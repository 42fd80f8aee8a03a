//! The model in the middle: what a call, an answer and a stream of any dialect mean, as a superset of all of them.
//!
//! A dialect's `decode` turns its words into this, its `encode` turns this into its words, and between two dialects
//! there is nothing else. What a dialect has no word for is never left out quietly: [`feature`] declares for each
//! dialect what becomes of each thing a call can ask for, the encoders ask it, and [`notes::Notes`] keeps what was lost
//! for the client's header, the record, or, where nothing may be lost, the refusal.

pub mod answer;
pub mod block;
pub(crate) mod claude;
pub mod ends;
pub mod event;
pub mod feature;
pub mod ids;
pub(crate) mod marks;
pub mod notes;
pub mod request;
pub mod sequence;
pub mod signature;
pub(crate) mod tool_names;

pub use answer::{Answer, Choice, StopReason};
pub use block::{Block, CacheMark, Media, MediaSource, Opaque, Text, Thinking, ToolCall, ToolKind, ToolResult};
pub use ends::{Client, Target};
pub use event::{Delta, Event, Opening};
pub use feature::{Feature, Support};
pub use notes::{Notes, Refusal};
pub use request::{ClientTool, Effort, Format, LogProbs, Message, Reasoning, Request, Role, Tool, ToolChoice};
pub use signature::{Maker, Signature};

/// JSON that nobody has to understand on its way (a schema, a tool's arguments): its text as it was written, so that
/// neither its order nor its numbers change.
pub type Json = Box<str>;
