//! Proofs that hang on a call or on words (Google's do). Messages has no field for them there, so each travels through the
//! client in a `redacted_thinking` block of its own, which clients send back untouched: before a call, whose proof is known
//! when it begins, and after words, whose proof comes last. What comes back is hung where it was.

use crate::canonical::{Block, Signature, Text};

const NEXT: &str = "next:";
const PREVIOUS: &str = "previous:";
const EMPTY: &str = "empty:";

/// The data of the block that stands before the one the proof belongs to.
pub(super) fn before(signature: &Signature) -> String {
    marked(NEXT, signature)
}

/// The data of the block that stands after the one the proof belongs to.
pub(super) fn after(signature: &Signature) -> String {
    marked(PREVIOUS, signature)
}

/// The data of the block that stands for words that are none, and their proof.
pub(super) fn instead(signature: &Signature) -> String {
    marked(EMPTY, signature)
}

fn marked(mark: &str, signature: &Signature) -> String {
    let item_id = format!("{mark}{}", signature.item_id.as_deref().unwrap_or_default());
    Signature { maker: signature.maker, item_id: Some(item_id), data: signature.data.clone() }.wrap()
}

/// Hangs the proofs of a turn where they were. Those that have lost their block stay thoughts without words.
pub(super) fn settle(blocks: Vec<Block>) -> Vec<Block> {
    if !blocks.iter().any(|block| carried(block).is_some()) {
        return blocks;
    }
    let mut settled: Vec<Block> = Vec::with_capacity(blocks.len());
    let mut waiting: Option<Signature> = None;
    for mut block in blocks {
        let Some((mark, signature)) = carried(&block) else {
            if let Some(proof) = waiting.take()
                && let Err(proof) = hang(proof, &mut block)
            {
                settled.push(alone(proof));
            }
            settled.push(block);
            continue;
        };
        if mark == NEXT {
            settled.extend(waiting.replace(signature).map(alone));
        } else if mark == EMPTY {
            settled.extend(waiting.take().map(alone));
            settled.push(Block::Text(Text { signature: Some(signature), ..Text::default() }));
        } else {
            let kept = match settled.last_mut() {
                Some(last) => hang(signature, last),
                None => Err(signature),
            };
            settled.extend(kept.err().map(alone));
        }
    }
    settled.extend(waiting.map(alone));
    settled
}

fn carried(block: &Block) -> Option<(&'static str, Signature)> {
    let Block::Thinking(thinking) = block else { return None };
    let signature = thinking.signature.as_ref().filter(|_| thinking.redacted)?;
    let item_id = signature.item_id.as_deref()?;
    let (mark, rest) =
        [NEXT, PREVIOUS, EMPTY].into_iter().find_map(|mark| Some((mark, item_id.strip_prefix(mark)?)))?;
    let item_id = Some(rest.to_owned()).filter(|id| !id.is_empty());
    Some((mark, Signature { maker: signature.maker, item_id, data: signature.data.clone() }))
}

fn hang(proof: Signature, block: &mut Block) -> Result<(), Signature> {
    let place = match block {
        Block::Text(text) => &mut text.signature,
        Block::ToolCall(call) => &mut call.signature,
        _ => return Err(proof),
    };
    if place.is_some() {
        return Err(proof);
    }
    *place = Some(proof);
    Ok(())
}

fn alone(proof: Signature) -> Block {
    Block::Thinking(crate::canonical::Thinking { text: String::new(), signature: Some(proof), redacted: true })
}
