//! A provider's stream on its way to a client of another dialect: the client reads from it what it would read in a whole
//! answer, however the network cuts it.

use bytes::Bytes;
use proptest::prelude::*;

use super::answers::{Read, Told, asker, told};
use super::*;
use crate::canonical::{Block, Delta, Event, Opening};
use crate::converse::convert::encode_stream;
use crate::converse::frames;
use crate::convert::translate::Translator;
use crate::convert::{Decoder, Encoder, decode_answer};
use crate::json::node::Node;
use crate::sse::{self, Framer};
use crate::stream::End;

/// The events of an answer, its words in pieces of a few bytes.
fn events(from: Dialect, told: &Told) -> Vec<Event> {
    let answer = told.answer(from);
    let mut events = vec![Event::Start { id: answer.id.clone(), model: answer.model.clone(), created_at_s: 9 }];
    for (block, one) in (0_u32..).zip(&answer.choices[0].content) {
        let (what, deltas) = match one {
            Block::Thinking(thought) => {
                let proof = thought.signature.clone().map(Delta::Signature);
                (Opening::Thinking, cut(&thought.text).map(Delta::Text).chain(proof).collect::<Vec<_>>())
            }
            Block::ToolCall(call) => {
                let mut opened = call.clone();
                opened.arguments.clear();
                (Opening::ToolCall(opened), cut(&call.arguments).map(Delta::Arguments).collect())
            }
            Block::Text(text) => (Opening::Text, cut(&text.text).map(Delta::Text).collect()),
            other => panic!("{other:?}"),
        };
        events.push(Event::Open { choice: 0, block, what });
        events.extend(deltas.into_iter().map(|delta| Event::Delta { choice: 0, block, delta }));
        events.push(Event::Close { choice: 0, block });
    }
    let reason = answer.choices[0].stop.clone().unwrap();
    events.extend([Event::Usage(told.usage()), Event::Stop { choice: 0, reason }, Event::End]);
    events
}

/// A text in pieces of three characters.
fn cut(text: &str) -> impl Iterator<Item = String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(3).map(|chunk| chunk.iter().collect()).collect::<Vec<String>>().into_iter()
}

/// The stream in the provider's own bytes.
fn written(from: Dialect, events: &[Event]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut notes = Notes::new(from, from, false);
    if from == Dialect::Converse {
        let mut encoder = encode_stream::Encoder::new(asker(from));
        for event in events {
            encoder.write(event.clone(), &mut notes, &mut out).unwrap();
        }
        return out;
    }
    let mut encoder = Encoder::of(asker(from));
    for event in events {
        encoder.write(event.clone(), &mut notes, &mut out).unwrap();
    }
    out
}

/// What a client of the dialect reads in such bytes.
fn read(dialect: Dialect, bytes: &[u8]) -> Vec<Event> {
    let (mut decoder, mut events) = (Decoder::of(dialect), Vec::new());
    if let Decoder::Converse(decoder) = &mut decoder {
        let mut whole = Vec::new();
        frames::Decoder::new(1 << 20).feed(bytes, &mut whole).unwrap();
        for frame in &whole {
            decoder.frame(frame, &mut events).unwrap();
        }
        assert!(decoder.finish(&mut events), "it is complete");
        return events;
    }
    let (mut framer, mut at, mut first) = (Framer::default(), 0, true);
    while let Some(length) = framer.boundary(&bytes[at..]) {
        let event = sse::Event::parse(&bytes[at..at + length], std::mem::take(&mut first));
        at += length;
        if let Some(data) = event.data() {
            decoder.read(event.name, data, &mut events).unwrap();
        }
        at += usize::from(framer.take_owed_line_feed() && bytes.get(at) == Some(&b'\n'));
    }
    assert!(decoder.finish(&mut events), "it is complete: {}", String::from_utf8_lossy(bytes));
    events
}

/// What a client of the dialect has when the stream is over. One of Responses keeps the items of its last event.
fn kept(dialect: Dialect, bytes: &[u8]) -> Read {
    if dialect != Dialect::Responses {
        return Read::of_events(&read(dialect, bytes));
    }
    assert!(!read(dialect, bytes).is_empty());
    let text = String::from_utf8_lossy(bytes);
    let last = text.lines().rev().find_map(|line| line.strip_prefix("data: ")).unwrap();
    let response = Node::root(last.as_bytes()).unwrap().object().unwrap().need("response").unwrap().raw();
    let mut notes = Notes::new(dialect, dialect, false);
    Read::of(&decode_answer(dialect, response.as_bytes(), &mut notes).unwrap())
}

/// What a client gets of a provider's stream that comes in these pieces.
fn translated<'p>(from: Dialect, to: Dialect, pieces: impl Iterator<Item = &'p [u8]>) -> Vec<u8> {
    let mut translator = Translator::new(from, asker(to), 1 << 20);
    let mut out: Vec<Bytes> = Vec::new();
    for piece in pieces {
        translator.feed(piece, &mut out).unwrap();
    }
    assert_eq!(translator.finish(), End::Complete);
    out.extend(translator.take_held());
    assert_eq!(translator.lost(), []);
    out.concat()
}

fn check(from: Dialect, told: &Told) -> Result<(), TestCaseError> {
    let stream = written(from, &events(from, told));
    let said = kept(from, &stream);
    for to in CLIENTS.into_iter().filter(|to| *to != from) {
        let got = translated(from, to, std::iter::once(stream.as_slice()));
        let text = String::from_utf8_lossy(&got);
        prop_assert_eq!(&kept(to, &got), &said, "{:?} to {:?}: {}", from, to, text);
        // A byte at a time.
        let bytes = translated(from, to, stream.chunks(1));
        prop_assert_eq!(String::from_utf8_lossy(&bytes), text, "{:?} to {:?}", from, to);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn streams_keep_what_is_declared(told in told()) {
        for from in PROVIDERS {
            check(from, &told)?;
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    /// Cut in two anywhere, it is the same.
    #[test]
    fn every_cut_gives_the_same_bytes(told in told()) {
        for (from, to) in [
            (Dialect::Chat, Dialect::Messages),
            (Dialect::Messages, Dialect::Responses),
            (Dialect::Responses, Dialect::Gemini),
            (Dialect::Gemini, Dialect::Chat),
            (Dialect::Converse, Dialect::Messages),
        ] {
            let stream = written(from, &events(from, &told));
            let whole = translated(from, to, std::iter::once(stream.as_slice()));
            for at in (0..stream.len()).step_by(1 + stream.len() / 96) {
                let (one, other) = stream.split_at(at);
                prop_assert!(translated(from, to, [one, other].into_iter()) == whole, "{from:?} to {to:?} at {at}");
            }
        }
    }
}
