//! A whole answer of Gemini's.

use super::names::{self, Strangers};
use super::{ids, logprobs, part, stop};
use crate::canonical::{Answer, Block, Choice, Json, Notes, StopReason};
use crate::gemini::usage;
use crate::json::node::{Fault, Node, Object};
use crate::json::write;
use thinkwatch_policy::dialect::Dialect;

/// More candidates than any provider gives.
pub(super) const MAX_CHOICES: u64 = 128;

pub(crate) fn decode(body: &[u8], notes: &mut Notes) -> Result<Answer, Fault> {
    let mut top = Node::root(body)?.object()?;
    let mut strangers = Strangers::new(body, notes);
    let mut answer = Answer {
        id: top.text("responseId")?.unwrap_or_default(),
        model: top.text("modelVersion")?.unwrap_or_default(),
        created_at_s: top.text("createTime").ok().flatten().and_then(|time| seconds(&time)).unwrap_or(0),
        usage: top.some("usageMetadata").and_then(|told| usage::read(told.raw().as_bytes())),
        ..Answer::default()
    };
    let maker = ids::Maker::new(&answer.id);
    let mut choices: Vec<(u64, Choice)> = Vec::new();
    for (place, candidate) in top.list("candidates")?.into_iter().enumerate() {
        let (index, choice) = candidate_of(candidate, place as u64, &maker, &mut strangers)?;
        if index >= MAX_CHOICES {
            return Err(candidate.fault("has an index that is too large"));
        }
        choices.push((index, choice));
    }
    choices.sort_by_key(|(index, _)| *index);
    answer.choices = choices.into_iter().map(|(_, choice)| choice).collect();
    if let Some(feedback) = top.some("promptFeedback")
        && answer.choices.is_empty()
        && is_blocked(feedback)
    {
        // The prompt was refused: an answer that a filter took away whole.
        answer.choices.push(Choice { stop: Some(StopReason::ContentFilter), ..Choice::default() });
    }
    strangers.rest(top);
    Ok(answer)
}

/// Whether the feedback on a prompt says that there will be no answer.
pub(super) fn is_blocked(feedback: Node<'_>) -> bool {
    feedback.object().is_ok_and(|feedback| feedback.peek("blockReason").is_some_and(|reason| reason.is_text()))
}

fn candidate_of(
    node: Node<'_>,
    place: u64,
    maker: &ids::Maker,
    strangers: &mut Strangers<'_>,
) -> Result<(u64, Choice), Fault> {
    let mut candidate = node.object()?;
    let index = names::whole(&mut candidate, "index")?.unwrap_or(place);
    let mut choice = Choice::default();
    let mut calls = 0;
    if let Some(content) = candidate.some("content") {
        let mut content = content.object()?;
        content.text("role")?;
        for one in content.list("parts")? {
            let Some(mut block) = part::read(one, strangers)? else { continue };
            if let Block::ToolCall(call) = &mut block {
                if call.name.is_empty() {
                    strangers.value(one);
                    continue;
                }
                if call.id.is_empty() {
                    call.id = maker.id(u32::try_from(index).unwrap_or(0), calls, &call.name, &call.arguments);
                }
                calls += 1;
            }
            choice.content.push(block);
        }
        strangers.rest(content);
    }
    cite(&mut choice.content, citations(&mut candidate));
    // What is said about the words may be amiss without the words being so.
    let result = candidate.some("logprobsResult");
    choice.logprobs = result.and_then(|result| logprobs::read(result).ok());
    choice.stop = candidate.text("finishReason")?.and_then(|word| stop::read(&word, calls > 0));
    strangers.rest(candidate);
    Ok((index, choice))
}

/// What a candidate says about where its words come from: its citations one by one, and what it searched as a whole.
pub(super) fn citations(candidate: &mut Object<'_>) -> Vec<Json> {
    let mut citations: Vec<Json> = Vec::new();
    if let Some(mut metadata) = candidate.some("citationMetadata").and_then(|metadata| metadata.object().ok()) {
        for key in ["citations", "citationSources"] {
            let list = metadata.list(key).unwrap_or_default();
            citations.extend(list.into_iter().map(|citation| citation.raw().into()));
        }
    }
    for key in WHOLE_CITATIONS {
        if let Some(metadata) = candidate.some(key) {
            let mut whole = Vec::new();
            write::object(&mut whole).raw(key, metadata.raw());
            citations.push(String::from_utf8(whole).unwrap_or_default().into());
        }
    }
    citations
}

/// The members of a candidate that cite for all of its words.
pub(super) const WHOLE_CITATIONS: [&str; 2] = ["groundingMetadata", "urlContextMetadata"];

/// Citations are of the whole candidate, so they hang on its last words.
fn cite(content: &mut Vec<Block>, citations: Vec<Json>) {
    if citations.is_empty() {
        return;
    }
    if !content.iter().any(|block| matches!(block, Block::Text(_))) {
        content.push(Block::text(""));
    }
    let last = content.iter_mut().rev().find_map(|block| match block {
        Block::Text(text) => Some(text),
        _ => None,
    });
    if let Some(text) = last {
        text.citations = citations;
        text.citations_of = Some(Dialect::Gemini);
    }
}

/// The seconds since the epoch of `2026-11-22T05:00:00.123Z`.
pub(super) fn seconds(time: &str) -> Option<u64> {
    let (date, rest) = time.strip_suffix('Z')?.split_once('T')?;
    let mut date = date.split('-').map(|part| part.parse::<u64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let mut clock = rest.split('.').next()?.split(':').map(|part| part.parse::<u64>().ok());
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    if !(1970..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    // Years that begin in March: the leap day is then the last of one.
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    Some((days.checked_sub(719_468)?) * 86_400 + hour * 3600 + minute * 60 + second)
}
