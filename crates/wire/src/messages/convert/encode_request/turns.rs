//! The turns in an order that Messages accepts: the two roles in turn, the user first, and the results of tools before
//! everything else in the turn that follows their calls.

use std::borrow::Cow;

use thinkwatch_policy::dialect::Dialect;

use super::Encoder;
use crate::canonical::{Block, Feature, Maker, Message, Refusal, Role};

/// What is said for a user who has not spoken before the model did, or not at all.
const SILENCE: &str = ".";

/// A turn as it is written.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    speaker: Role,
    pub(super) blocks: Vec<Cow<'a, Block>>,
}

impl Turn<'_> {
    pub(super) const fn role(&self) -> &'static str {
        match self.speaker {
            Role::Assistant => "assistant",
            Role::User => "user",
            Role::System | Role::Developer => "system",
        }
    }

    pub(super) fn is_models(&self) -> bool {
        self.speaker == Role::Assistant
    }
}

impl<'a> Encoder<'a, '_> {
    pub(super) fn turns(&mut self) -> Result<Vec<Turn<'a>>, Refusal> {
        let mut turns: Vec<Turn<'a>> = Vec::new();
        for message in self.request.messages.iter().skip(self.system_length()) {
            self.speaker(message)?;
            let mut speaker = message.role;
            if matches!(speaker, Role::System | Role::Developer) {
                self.keeps(Feature::SystemInTheMiddle)?;
                if !self.faithful {
                    speaker = Role::User;
                }
            }
            let mut blocks = Vec::with_capacity(message.content.len());
            for block in &message.content {
                if let Some(block) = self.piece(block, speaker)? {
                    blocks.push(block);
                }
            }
            // A turn of nothing is refused, save where the client made it so.
            if blocks.is_empty() && !(self.faithful && message.content.is_empty()) {
                continue;
            }
            match turns.last_mut() {
                Some(last) if last.speaker == speaker && !self.faithful => last.blocks.append(&mut blocks),
                _ => turns.push(Turn { speaker, blocks }),
            }
        }
        if self.request.messages.last().is_some_and(|last| last.role == Role::Assistant) {
            self.keeps(Feature::Prefill)?;
        }
        if !self.faithful {
            let thoughts;
            (turns, thoughts) = spoken(turns);
            if thoughts > 0 {
                self.notes
                    .note(self.name(Feature::ThinkingHistory), "thinking that nothing of its turn follows is left out");
            }
            arrange(&mut turns);
        }
        Ok(turns)
    }

    /// Who speaks, beside the role.
    pub(super) fn speaker(&mut self, message: &Message) -> Result<(), Refusal> {
        for (feature, there) in [
            (Feature::DeveloperRole, message.role == Role::Developer),
            (Feature::ParticipantName, message.name.is_some()),
            (Feature::ItemIds, message.id.is_some()),
        ] {
            if there {
                self.keeps(feature)?;
            }
        }
        Ok(())
    }

    /// The block as it may stand in a turn of this speaker, if it may.
    fn piece(&mut self, block: &'a Block, speaker: Role) -> Result<Option<Cow<'a, Block>>, Refusal> {
        let kept = match block {
            Block::Text(text) => {
                if text.signature.is_some() {
                    self.keeps(Feature::ForeignThinking)?;
                }
                self.faithful || !text.text.trim().is_empty()
            }
            Block::Refusal(text) => {
                return Ok((!text.trim().is_empty()).then(|| Cow::Owned(Block::text(text.clone()))));
            }
            Block::Thinking(thinking) => match &thinking.signature {
                None if thinking.text.is_empty() => false,
                None => self.keeps(Feature::UnsignedThinking)?,
                Some(signature) if signature.maker == Maker::Anthropic => self.keeps(Feature::ThinkingHistory)?,
                Some(_) => self.keeps(Feature::ForeignThinking)?,
            },
            Block::ToolCall(call) => {
                if call.signature.as_ref().is_some_and(|signature| signature.maker != Maker::Anthropic) {
                    self.keeps(Feature::ForeignThinking)?;
                }
                if call.item_id.is_some() {
                    self.keeps(Feature::ItemIds)?;
                }
                true
            }
            Block::ToolResult(result) => {
                if result.item_id.is_some() {
                    self.keeps(Feature::ItemIds)?;
                }
                true
            }
            Block::Media(_) if speaker == Role::Assistant => {
                self.lose(Feature::AnswerMedia, "turns of the model hold no media in Messages")?;
                false
            }
            Block::Media(media) => self.media_fits(media)?,
            Block::Opaque(opaque) => opaque.dialect == Dialect::Messages || self.keeps(Feature::ServerTools)?,
        };
        Ok(kept.then_some(Cow::Borrowed(block)))
    }
}

/// The turns without the thoughts that nothing follows, with which a turn may not end, and how many these were.
fn spoken(turns: Vec<Turn<'_>>) -> (Vec<Turn<'_>>, usize) {
    let mut spoken: Vec<Turn<'_>> = Vec::with_capacity(turns.len());
    let mut thoughts = 0;
    for mut turn in turns {
        while turn.blocks.pop_if(|block| matches!(**block, Block::Thinking(_))).is_some() {
            thoughts += 1;
        }
        match spoken.last_mut() {
            _ if turn.blocks.is_empty() => {}
            Some(last) if last.speaker == turn.speaker => last.blocks.append(&mut turn.blocks),
            _ => spoken.push(turn),
        }
    }
    (spoken, thoughts)
}

fn arrange(turns: &mut Vec<Turn<'_>>) {
    for turn in &mut *turns {
        if turn.speaker == Role::User {
            // Stable: results keep their order, and so does the rest.
            turn.blocks.sort_by_key(|block| !matches!(**block, Block::ToolResult(_)));
        }
    }
    if turns.first().is_none_or(Turn::is_models) {
        let silence = Cow::Owned(Block::text(SILENCE));
        turns.insert(0, Turn { speaker: Role::User, blocks: vec![silence] });
    }
    // A text of the model's that is to be continued may not end with white space.
    if let Some(last) = turns.last_mut()
        && last.is_models()
        && let Some(block) = last.blocks.last_mut()
        && let Block::Text(text) = &**block
        && text.text.ends_with(char::is_whitespace)
    {
        let mut trimmed = text.clone();
        trimmed.text.truncate(text.text.trim_end().len());
        *block = Cow::Owned(Block::Text(trimmed));
    }
}
