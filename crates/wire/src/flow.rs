//! A stream on its way to the client, whichever way it goes: passed on as it is, or translated.

use bytes::Bytes;
use thinkwatch_policy::usage::Usage;

use crate::canonical::notes::Lost;
use crate::convert::plain::{Plain, Watch};
use crate::convert::translate::{Translator, Untranslatable};
use crate::error::ApiError;
use crate::stream::{End, Relay, Terminal, Words};

/// The one or the other.
#[derive(Debug)]
pub enum Flow {
    /// Client and provider speak the same dialect: byte for byte.
    Same(Box<Relay>),
    /// The same, and what the client has is noted as long as it is plain text, so that another provider can go on with it.
    Watched(Box<Relay>, Box<Watch>),
    /// They do not.
    Translated(Box<Translator>),
}

impl Flow {
    /// Takes a chunk as it came from the network and appends to `out` what may leave now. The terminal event and what
    /// follows it stay in [`Self::take_held`].
    pub fn feed(&mut self, chunk: Bytes, out: &mut Vec<Bytes>) -> Result<(), Untranslatable> {
        match self {
            Self::Same(relay) => Ok(relay.feed(chunk, out)?),
            Self::Watched(relay, watch) => {
                if watch.is_of_use() {
                    watch.feed(&chunk)?;
                }
                Ok(relay.feed(chunk, out)?)
            }
            Self::Translated(translator) => translator.feed(&chunk, out),
        }
    }

    /// The provider has closed its body. What is left and may leave is in [`Self::take_held`].
    pub fn finish(&mut self) -> End {
        match self {
            Self::Same(relay) | Self::Watched(relay, _) => relay.finish(),
            Self::Translated(translator) => translator.finish(),
        }
    }

    /// The terminal event and what came after it.
    pub fn take_held(&mut self) -> Vec<Bytes> {
        match self {
            Self::Same(relay) | Self::Watched(relay, _) => relay.take_held(),
            Self::Translated(translator) => translator.take_held(),
        }
    }

    /// How the provider ended the stream, once it has.
    pub fn terminal(&self) -> Option<&Terminal> {
        match self {
            Self::Same(relay) | Self::Watched(relay, _) => relay.terminal(),
            Self::Translated(translator) => translator.terminal(),
        }
    }

    /// Whether something of the answer came.
    pub fn first_event_seen(&self) -> bool {
        match self {
            Self::Same(relay) | Self::Watched(relay, _) => relay.first_event_seen(),
            Self::Translated(translator) => translator.first_event_seen(),
        }
    }

    /// The usage the provider told so far, if any.
    pub fn usage(&self) -> Option<Usage> {
        match self {
            Self::Same(relay) | Self::Watched(relay, _) => relay.usage(),
            Self::Translated(translator) => translator.usage(),
        }
    }

    /// Whether that usage was told at an end, as opposed to at the beginning.
    pub fn usage_is_final(&self) -> bool {
        match self {
            Self::Same(relay) | Self::Watched(relay, _) => relay.usage_is_final(),
            Self::Translated(translator) => translator.usage_is_final(),
        }
    }

    /// The id the provider gave the answer, once it has.
    pub fn upstream_id(&self) -> Option<&str> {
        match self {
            Self::Same(relay) | Self::Watched(relay, _) => relay.upstream_id(),
            Self::Translated(translator) => translator.upstream_id(),
        }
    }

    /// What the model wrote so far.
    pub fn words(&self) -> &Words {
        match self {
            Self::Same(relay) | Self::Watched(relay, _) => relay.words(),
            Self::Translated(translator) => translator.words(),
        }
    }

    /// Whether a reason to stop came: an end after it is complete even without the terminal event.
    pub fn finish_seen(&self) -> bool {
        match self {
            Self::Same(relay) | Self::Watched(relay, _) => relay.finish_seen(),
            Self::Translated(translator) => translator.finish_seen(),
        }
    }

    /// What the client has, if that is plain text with which another provider may go on.
    pub fn plain(&self) -> Option<Plain> {
        match self {
            Self::Same(_) => None,
            Self::Watched(_, watch) => watch.is_of_use().then(|| watch.plain().clone()),
            Self::Translated(translator) => translator.plain(),
        }
    }

    /// What was left out of the answer.
    pub fn lost(&self) -> &[Lost] {
        match self {
            Self::Same(_) | Self::Watched(..) => &[],
            Self::Translated(translator) => translator.lost(),
        }
    }

    /// Whether what the provider sends after its terminal event goes to the client too.
    pub const fn passes_tail(&self) -> bool {
        matches!(self, Self::Same(_) | Self::Watched(..))
    }

    /// The event that ends this stream with an error of ours.
    pub fn error_event(&self, error: &ApiError, request_id: &str, model: &str) -> Bytes {
        match self {
            Self::Same(relay) | Self::Watched(relay, _) => relay.error_event(error, request_id, model),
            Self::Translated(translator) => translator.error_event(error, request_id),
        }
    }
}
