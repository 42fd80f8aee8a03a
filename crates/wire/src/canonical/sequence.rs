//! Lines up blocks that overlap, for dialects in which one block ends before the next begins.

use std::collections::VecDeque;

use super::Event;

/// The most events that are held back for blocks that wait their turn.
const MAX_HELD: usize = 65_536;

/// Takes events as they come and gives them one block after the other. A block that is open alone passes at once; what
/// belongs to one that opened later waits until the earlier one is closed.
#[derive(Debug, Default)]
pub struct Sequence {
    /// The block that may speak.
    current: Option<(u32, u32)>,
    held: VecDeque<Event>,
}

/// More overlaps than can be held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the upstream's stream holds more than {MAX_HELD} events of blocks that overlap")]
pub struct TooMuchOverlap;

impl Sequence {
    /// Takes one event, and appends to `out` what may be told now.
    pub fn take(&mut self, event: Event, out: &mut Vec<Event>) -> Result<(), TooMuchOverlap> {
        if self.waits(&event) {
            if self.held.len() == MAX_HELD {
                return Err(TooMuchOverlap);
            }
            self.held.push_back(event);
            return Ok(());
        }
        let closed = matches!(event, Event::Close { .. });
        self.tell(event, out);
        if closed {
            self.release(out);
        }
        Ok(())
    }

    /// Whether the event belongs to a block that is not the one that may speak, or comes after such.
    fn waits(&self, event: &Event) -> bool {
        match block_of(event) {
            Some(block) => self.current.is_some_and(|current| current != block),
            None => match event {
                // These end things: they may not overtake what is held.
                Event::Stop { .. } | Event::End | Event::Failed(_) => !self.held.is_empty(),
                _ => false,
            },
        }
    }

    fn tell(&mut self, event: Event, out: &mut Vec<Event>) {
        match &event {
            Event::Open { choice, block, .. } => self.current = Some((*choice, *block)),
            Event::Close { .. } => self.current = None,
            _ => {}
        }
        out.push(event);
    }

    /// Tells what waited for the block that has just been closed: the next block that opened, as far as it has come, and so on.
    fn release(&mut self, out: &mut Vec<Event>) {
        loop {
            let mut kept = VecDeque::with_capacity(self.held.len());
            let mut told = false;
            while let Some(event) = self.held.pop_front() {
                let mine = match block_of(&event) {
                    Some(block) => self.current.is_none_or(|current| current == block),
                    None => kept.is_empty() && self.current.is_none(),
                };
                // A block may begin only where nothing of an earlier one is left behind; its own events follow it.
                if mine && (self.current.is_some() || kept.is_empty()) {
                    self.tell(event, out);
                    told = true;
                } else {
                    kept.push_back(event);
                }
            }
            self.held = kept;
            if !told || self.held.is_empty() {
                return;
            }
        }
    }
}

const fn block_of(event: &Event) -> Option<(u32, u32)> {
    match event {
        Event::Open { choice, block, .. } | Event::Delta { choice, block, .. } | Event::Close { choice, block } => {
            Some((*choice, *block))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Delta, Opening, StopReason};
    use super::*;

    fn open(block: u32) -> Event {
        Event::Open { choice: 0, block, what: Opening::Text }
    }

    fn delta(block: u32, text: &str) -> Event {
        Event::Delta { choice: 0, block, delta: Delta::Text(text.to_owned()) }
    }

    fn close(block: u32) -> Event {
        Event::Close { choice: 0, block }
    }

    fn stop() -> Event {
        Event::Stop { choice: 0, reason: StopReason::End }
    }

    fn through(events: Vec<Event>) -> Vec<Event> {
        let mut sequence = Sequence::default();
        let mut out = Vec::new();
        for event in events {
            sequence.take(event, &mut out).unwrap();
        }
        out
    }

    #[test]
    fn blocks_that_follow_each_other_pass_at_once() {
        let events = vec![open(0), delta(0, "a"), close(0), open(1), delta(1, "b"), close(1), stop(), Event::End];
        assert_eq!(through(events.clone()), events);
    }

    #[test]
    fn a_block_that_overlaps_waits_and_goes_on_live_when_it_is_its_turn() {
        let mut sequence = Sequence::default();
        let mut out = Vec::new();
        for event in [open(0), open(1), delta(1, "b"), delta(0, "a")] {
            sequence.take(event, &mut out).unwrap();
        }
        assert_eq!(out, [open(0), delta(0, "a")]);
        sequence.take(close(0), &mut out).unwrap();
        assert_eq!(out[2..], [close(0), open(1), delta(1, "b")]);
        sequence.take(delta(1, "c"), &mut out).unwrap();
        assert_eq!(out[5..], [delta(1, "c")]);
    }

    proptest! {
        /// However three blocks are mixed, each comes out whole, in the order they opened, and nothing overlaps.
        #[test]
        fn any_mixture_comes_out_one_after_the_other(order in proptest::collection::vec(0..3_u32, 0..24)) {
            let mut next = [0_usize; 3];
            let mut opened = Vec::new();
            let mut events = Vec::new();
            let mut step = |block: u32, events: &mut Vec<Event>| {
                let place = &mut next[block as usize];
                match *place {
                    0 => {
                        opened.push(block);
                        events.push(open(block));
                    }
                    1..=3 => events.push(delta(block, &place.to_string())),
                    4 => events.push(close(block)),
                    _ => {}
                }
                *place += 1;
            };
            for block in order {
                step(block, &mut events);
            }
            for block in 0..3 {
                for _ in 0..5 {
                    step(block, &mut events);
                }
            }
            events.extend([stop(), Event::End]);
            let mut expected = Vec::new();
            for block in opened {
                expected.extend([open(block), delta(block, "1"), delta(block, "2"), delta(block, "3"), close(block)]);
            }
            expected.extend([stop(), Event::End]);
            prop_assert_eq!(through(events), expected);
        }
    }
}
