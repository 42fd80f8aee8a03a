//! The turns.

use std::borrow::Cow;

use thinkwatch_policy::dialect::Dialect;

use super::Writing;
use crate::canonical::{Block, CacheMark, Feature, Message, Refusal, Role};
use crate::json::write::{self, Writer};

/// One turn, which may have been several messages.
pub(super) struct Turn<'m> {
    pub(super) role: Role,
    pub(super) name: Option<&'m str>,
    pub(super) blocks: Vec<&'m Block>,
}

/// The turns as this dialect wants them. Its own client has them so; in others the model's words and each of its calls may be
/// messages of their own, and so may the results, while here the results must follow the one turn that has all calls.
fn turns(messages: &[Message], own: bool) -> Vec<Turn<'_>> {
    let mut turns: Vec<Turn<'_>> = Vec::with_capacity(messages.len());
    for message in messages {
        let blocks = message.content.iter();
        let name = message.name.as_deref();
        match turns.last_mut() {
            Some(last) if !own && last.role == message.role && last.name == name && joins(last, message) => {
                last.blocks.extend(blocks);
            }
            _ => turns.push(Turn { role: message.role, name, blocks: blocks.collect() }),
        }
    }
    turns
}

fn joins(last: &Turn<'_>, message: &Message) -> bool {
    let is_result = |block: &Block| matches!(block, Block::ToolResult(_));
    match message.role {
        Role::Assistant => true,
        Role::User => last.blocks.iter().all(|block| is_result(block)) && message.content.iter().any(is_result),
        Role::System | Role::Developer => false,
    }
}

impl Writing<'_> {
    pub(super) fn messages(&mut self, list: &mut Writer<'_>) -> Result<(), Refusal> {
        let request = self.request;
        if request.messages.iter().any(|message| message.id.is_some()) {
            self.keeps(Feature::ItemIds)?;
        }
        if request.messages.last().is_some_and(|message| message.role == Role::Assistant) {
            self.keeps(Feature::Prefill)?;
        }
        let mut leads = true;
        for turn in turns(&request.messages, self.own) {
            leads &= matches!(turn.role, Role::System | Role::Developer);
            match turn.role {
                Role::System | Role::Developer => self.system(&turn, leads, list)?,
                Role::User => self.user(&turn, list)?,
                Role::Assistant => self.assistant(&turn, list)?,
            }
        }
        Ok(())
    }

    /// Another dialect's mark is left out; the turn stays what it was.
    pub(super) fn cache_mark(&mut self, mark: Option<CacheMark>) -> Result<(), Refusal> {
        match mark {
            None => Ok(()),
            Some(CacheMark::FiveMinutes) => self.notes.keeps(Feature::CacheMarks).map(drop),
            Some(CacheMark::OneHour) => self.notes.keeps(Feature::CacheMarksOneHour).map(drop),
        }
    }

    /// Writes a client's own mark again, in the words of the servers that have this model.
    pub(super) fn write_mark(&self, mark: Option<CacheMark>, part: &mut Writer<'_>) {
        let Some(mark) = mark.filter(|_| self.own) else { return };
        let long = mark == CacheMark::OneHour;
        if self.maker.is_some() {
            part.object("cache_control").text("type", "ephemeral").text_some("ttl", long.then_some("1h"));
        } else {
            let mut breakpoint = part.object("prompt_cache_breakpoint");
            breakpoint.text("mode", "explicit").text_some("ttl", long.then_some("30m"));
        }
    }

    /// Whether words of a client's own are marked, so that they must stay parts.
    fn are_marked(&self, blocks: &[&Block]) -> bool {
        self.own && blocks.iter().any(|block| matches!(block, Block::Text(text) if text.cache.is_some()))
    }

    fn system(&mut self, turn: &Turn<'_>, leads: bool, list: &mut Writer<'_>) -> Result<(), Refusal> {
        if !self.keeps(if leads { Feature::SystemPrompt } else { Feature::SystemInTheMiddle })? {
            return Ok(());
        }
        let developer = turn.role == Role::Developer && self.keeps(Feature::DeveloperRole)? && self.own;
        let mut object = list.push_object();
        object.text("role", if developer { "developer" } else { "system" });
        self.participant(turn, &mut object)?;
        if self.are_marked(&turn.blocks) {
            let mut parts = object.list("content");
            for block in &turn.blocks {
                self.part(block, &mut parts)?;
            }
            return Ok(());
        }
        let texts = self.texts(&turn.blocks)?;
        self.write_texts(&texts, "\n\n", &mut object);
        Ok(())
    }

    /// Results first: the API wants them right after the calls. What they hold beside words follows, then the rest.
    fn user(&mut self, turn: &Turn<'_>, list: &mut Writer<'_>) -> Result<(), Refusal> {
        let mut shown = Vec::new();
        for block in &turn.blocks {
            if let Block::ToolResult(result) = block {
                self.result(result, &mut shown, list)?;
            }
        }
        let rest: Vec<_> = turn.blocks.iter().filter(|block| !matches!(block, Block::ToolResult(_))).collect();
        if rest.is_empty() && !turn.blocks.is_empty() && shown.is_empty() {
            return Ok(());
        }
        let mut object = list.push_object();
        object.text("role", "user");
        self.participant(turn, &mut object)?;
        if let ([Block::Text(text)], true) = (rest.as_slice(), shown.is_empty())
            && !(self.own && text.cache.is_some())
        {
            self.cache_mark(text.cache)?;
            object.text("content", &text.text);
            return Ok(());
        }
        let mut content = Vec::new();
        let mut parts = write::list(&mut content);
        for (call_id, media) in shown {
            let label = format!("From the result of the tool call {call_id}:");
            parts.push_object().text("type", "text").text("text", &label);
            self.media(media, &mut parts)?;
        }
        for block in rest {
            self.part(block, &mut parts)?;
        }
        drop(parts);
        // Where all of it was left out: a list of nothing is refused.
        match String::from_utf8_lossy(&content).as_ref() {
            "[]" => object.text("content", ""),
            parts => object.raw("content", parts),
        };
        Ok(())
    }

    pub(super) fn participant(&mut self, turn: &Turn<'_>, object: &mut Writer<'_>) -> Result<(), Refusal> {
        if turn.name.is_some() && self.keeps(Feature::ParticipantName)? {
            object.text_some("name", turn.name);
        }
        Ok(())
    }

    fn part(&mut self, block: &Block, parts: &mut Writer<'_>) -> Result<(), Refusal> {
        match block {
            Block::Text(text) => {
                self.cache_mark(text.cache)?;
                let mut part = parts.push_object();
                part.text("type", "text").text("text", &text.text);
                self.write_mark(text.cache, &mut part);
            }
            Block::Media(media) => self.media(media, parts)?,
            Block::Opaque(opaque) if opaque.dialect == Dialect::Chat => {
                parts.push_raw(&opaque.value);
            }
            Block::Opaque(opaque) => self.notes.lose(&*opaque.kind, "only its own dialect knows it")?,
            Block::Refusal(text) => {
                parts.push_object().text("type", "text").text("text", text);
            }
            Block::ToolResult(_) => {}
            Block::ToolCall(_) | Block::Thinking(_) => {
                self.notes.lose("messages.content", "only the model's own turns may hold it")?;
            }
        }
        Ok(())
    }

    fn texts<'m>(&mut self, blocks: &[&'m Block]) -> Result<Vec<Cow<'m, str>>, Refusal> {
        let mut texts = Vec::new();
        for block in blocks {
            match block {
                Block::Text(text) => {
                    self.cache_mark(text.cache)?;
                    texts.push(Cow::Borrowed(text.text.as_str()));
                }
                Block::Refusal(text) => texts.push(Cow::Borrowed(text.as_str())),
                Block::Opaque(opaque) => self.notes.lose(&*opaque.kind, "only its own dialect knows it")?,
                _ => self.notes.lose("messages.content", "the system may only say words in this dialect")?,
            }
        }
        Ok(texts)
    }

    /// Writes the content of a turn that is words only. Several texts stay several only for a client of this dialect:
    /// many imitations know lists of parts in users' turns alone.
    pub(super) fn write_texts(&self, texts: &[Cow<'_, str>], between: &str, object: &mut Writer<'_>) {
        match texts {
            [] => {
                object.text("content", "");
            }
            [one] => {
                object.text("content", one);
            }
            several if self.own => {
                let mut parts = object.list("content");
                for text in several {
                    parts.push_object().text("type", "text").text("text", text);
                }
            }
            several => {
                object.text("content", &several.join(between));
            }
        }
    }
}
