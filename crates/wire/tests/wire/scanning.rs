//! The scanner against another parser.

use proptest::prelude::*;
use serde_json::Value;
use serde_json::value::RawValue;
use thinkwatch_wire::json::{Members, text};

/// Whether the scanner takes these bytes for one object and nothing else.
fn accepts(bytes: &[u8]) -> bool {
    let Ok(mut members) = Members::within(bytes, 400) else { return false };
    loop {
        match members.next() {
            Ok(Some(_)) => {}
            Ok(None) => return members.ends_here(),
            Err(_) => return false,
        }
    }
}

/// Whether serde_json does. A raw value is checked against the grammar only, not against what a number or a string
/// can hold, which is what the scanner promises too.
fn reference(text: &str) -> bool {
    serde_json::from_str::<&RawValue>(text).is_ok_and(|raw| raw.get().starts_with('{'))
}

fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-1e9..1e9_f64).prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "[\"\\\\/\u{0}-\u{20}a]{0,20}".prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::hash_map(".{0,12}", inner, 0..6).prop_map(Value::from_iter),
        ]
    });
    proptest::collection::hash_map(".{0,12}", value, 0..6).prop_map(Value::from_iter)
}

proptest! {
    #[test]
    fn agrees_on_whole_documents(document in document(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) }.unwrap();
        prop_assert!(accepts(text.as_bytes()), "{text}");
        // Read back first: the reference may round a number's last digit, and has to do so on both sides.
        let document: Value = serde_json::from_str(&text).unwrap();
        let mut members = Members::of(text.as_bytes()).unwrap();
        while let Some(member) = members.next().unwrap() {
            let value: Value = serde_json::from_str(&text[member.value]).unwrap();
            prop_assert_eq!(&document[text::unescape(member.key).as_ref()], &value);
        }
        prop_assert_eq!(members.position(), text.len());
    }

    #[test]
    fn agrees_on_damaged_documents(
        document in document(),
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), 0..3_u8, "[\\[\\]{}:,\"\\\\0-9eE+.tfnu \n-]"), 1..4),
    ) {
        let mut text: Vec<char> = serde_json::to_string(&document).unwrap().chars().collect();
        for (at, how, with) in damage {
            let at = at.index(text.len());
            match how {
                0 => { text.remove(at); }
                1 => text[at] = with.chars().next().unwrap(),
                _ => text.insert(at, with.chars().next().unwrap()),
            }
            if text.is_empty() { break }
        }
        let text: String = text.into_iter().collect();
        prop_assert_eq!(accepts(text.as_bytes()), reference(&text), "{}", text);
    }

    #[test]
    fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200), object: bool) {
        let bytes = if object { [b"{\"".as_slice(), &bytes].concat() } else { bytes };
        accepts(&bytes);
        text::unescape(&bytes);
    }

    #[test]
    fn quoting_comes_back(text in ".{0,60}") {
        let quoted = text::quote(&text);
        let back = text::unescape(&quoted[1..quoted.len() - 1]);
        prop_assert_eq!(back.as_ref(), text.as_str());
    }
}

#[test]
fn finds_the_stop_at_any_place() {
    // Every length around the eight bytes that are looked at together, every stop, beside bytes that look like one.
    for filler in ['a', '!', '#', '[', ']', '\u{7f}', 'é', '🦊'] {
        for before in 0..40 {
            let text = filler.to_string().repeat(before);
            for (stop, fine) in
                [("\\\"", true), ("\\\\", true), ("", true), ("\u{1f}", false), ("\n", false), ("\\x", false)]
            {
                let document = format!("{{\"k\":\"{text}{stop}{text}\"}}");
                assert_eq!(accepts(document.as_bytes()), fine, "{document}");
                assert_eq!(reference(&document), fine, "{document}");
            }
        }
    }
}
