//! One form for all texts that say the same: members in the order of their names, nothing between the tokens.
//!
//! Numbers and strings stay as they were written, so `1.0` is not `1` and an escape is not its character: two texts of one form
//! say the same for certain, though not all that say the same have one form.

use std::ops::Range;

use super::Cursor;

/// Deeper texts have no such form: what is put in order is copied once for each level.
const MAX_DEPTH: usize = 64;

/// The form of an object. Members of these names are left out, where they stand at the top. `None`: it is no JSON object, or
/// nested deeper than 64 levels.
pub fn form(object: &[u8], leave_out: &[&str]) -> Option<Vec<u8>> {
    let mut writer =
        Writer { text: object, cursor: Cursor::at(object, 0), out: Vec::with_capacity(object.len()), leave_out };
    writer.cursor.skip_whitespace();
    if writer.cursor.peek() != Some(b'{') {
        return None;
    }
    writer.value(0)?;
    writer.cursor.skip_whitespace();
    (writer.cursor.position() == object.len()).then_some(writer.out)
}

struct Writer<'a> {
    text: &'a [u8],
    cursor: Cursor<'a>,
    out: Vec<u8>,
    leave_out: &'a [&'a str],
}

impl Writer<'_> {
    fn value(&mut self, depth: usize) -> Option<()> {
        self.cursor.skip_whitespace();
        match self.cursor.peek()? {
            b'{' | b'[' if depth >= MAX_DEPTH => None,
            b'{' => self.object(depth),
            b'[' => self.list(depth),
            _ => {
                let start = self.cursor.position();
                self.cursor.scalar().ok()?;
                self.out.extend_from_slice(&self.text[start..self.cursor.position()]);
                Some(())
            }
        }
    }

    fn list(&mut self, depth: usize) -> Option<()> {
        self.cursor.advance();
        self.out.push(b'[');
        self.cursor.skip_whitespace();
        if self.cursor.peek()? != b']' {
            loop {
                self.value(depth + 1)?;
                self.cursor.skip_whitespace();
                if self.cursor.peek()? != b',' {
                    break;
                }
                self.cursor.advance();
                self.out.push(b',');
            }
        }
        self.close(b']')
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        self.cursor.advance();
        self.out.push(b'{');
        let start = self.out.len();
        let mut members: Vec<(Range<usize>, Range<usize>)> = Vec::with_capacity(8);
        self.cursor.skip_whitespace();
        if self.cursor.peek()? != b'}' {
            loop {
                self.cursor.skip_whitespace();
                let key = self.cursor.string().ok()?;
                self.cursor.skip_whitespace();
                if self.cursor.peek()? != b':' {
                    return None;
                }
                self.cursor.advance();
                let begins = self.out.len();
                self.out.extend_from_slice(&self.text[key.clone()]);
                self.out.push(b':');
                self.value(depth + 1)?;
                self.out.push(b',');
                if depth == 0 && self.is_left_out(&key) {
                    self.out.truncate(begins);
                } else {
                    members.push((key, begins..self.out.len()));
                }
                self.cursor.skip_whitespace();
                if self.cursor.peek()? != b',' {
                    break;
                }
                self.cursor.advance();
            }
        }
        self.put_in_order(start, members);
        self.close(b'}')
    }

    fn is_left_out(&self, key: &Range<usize>) -> bool {
        let name = &self.text[key.start + 1..key.end - 1];
        self.leave_out.iter().any(|left_out| left_out.as_bytes() == name)
    }

    /// Of two members of one name the first stays the first: which of them counts is the reader's choice.
    fn put_in_order(&mut self, start: usize, mut members: Vec<(Range<usize>, Range<usize>)>) {
        let name = |member: &(Range<usize>, Range<usize>)| &self.text[member.0.clone()];
        if members.is_sorted_by(|a, b| name(a) <= name(b)) {
            return;
        }
        members.sort_by(|a, b| name(a).cmp(name(b)));
        let mut ordered = Vec::with_capacity(self.out.len() - start);
        for (_, written) in &members {
            ordered.extend_from_slice(&self.out[written.clone()]);
        }
        self.out.truncate(start);
        self.out.append(&mut ordered);
    }

    fn close(&mut self, bracket: u8) -> Option<()> {
        if self.cursor.peek()? != bracket {
            return None;
        }
        self.cursor.advance();
        self.out.push(bracket);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    fn shown(text: &str) -> Option<String> {
        form(text.as_bytes(), &["user", "metadata"]).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn what_says_the_same_has_one_form() {
        for (one, other) in [
            (r#"{"a":1,"b":2}"#, r#" { "b" : 2 , "a" : 1 } "#),
            (r#"{"a":{"x":[{"p":1,"q":2}],"y":"s t"}}"#, r#"{"a":{"y":"s t","x":[ {"q":2,"p":1}]}}"#),
            (r#"{"a":1,"user":"ann"}"#, r#"{"user":"bob","metadata":{"b":1,"a":2},"a":1}"#),
            ("{}", " { } "),
        ] {
            assert_eq!(shown(one), shown(other), "{one} {other}");
            assert!(shown(one).is_some());
        }
    }

    #[test]
    fn what_differs_has_another() {
        let all = [
            r#"{"a":1,"b":2}"#,
            r#"{"a":1,"b":2.0}"#,
            r#"{"a":2,"b":1}"#,
            r#"{"a":"1","b":2}"#,
            r#"{"a":1}"#,
            r#"{"a":1,"b":null}"#,
            r#"{"a":12345678901234567890123,"b":2}"#,
            r#"{"a":12345678901234567890124,"b":2}"#,
            r#"{"a":[1,2]}"#,
            r#"{"a":[2,1]}"#,
            r#"{"a":"x y"}"#,
            r#"{"a":"x  y"}"#,
            r#"{"a":{"user":1}}"#,
            r#"{"a":{"user":2}}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"a":2,"a":1}"#,
            r#"{"a":{}}"#,
            r#"{"a":[]}"#,
        ];
        let mut forms: Vec<_> = all.iter().map(|text| shown(text).expect(text)).collect();
        forms.sort();
        forms.dedup();
        assert_eq!(forms.len(), all.len());
    }

    #[test]
    fn what_is_no_object_has_none() {
        for bad in
            ["", "[1]", "1", "{", r#"{"a":}"#, r#"{"a":1,}"#, r#"{"a" 1}"#, r#"{"a":[1,]}"#, "{}x", r#"{"a":[1}"#]
        {
            assert_eq!(shown(bad), None, "{bad}");
        }
        let nested = |levels: usize| format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels));
        assert!(shown(&nested(MAX_DEPTH)).is_some());
        assert_eq!(shown(&nested(MAX_DEPTH + 1)), None);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((".{0,3}", inner), 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// The value with the members of all its objects in this or the other order.
    fn written(value: &Value, reversed: bool) -> String {
        let all = |mut parts: Vec<String>, turn: bool| {
            if turn {
                parts.reverse();
            }
            parts.join(" ,")
        };
        match value {
            Value::Object(members) => {
                let member = |(name, value): (&String, &Value)| {
                    format!("{} : {}", Value::from(name.as_str()), written(value, reversed))
                };
                format!("{{ {} }}", all(members.iter().map(member).collect(), reversed))
            }
            Value::Array(list) => {
                format!("[{}\n]", all(list.iter().map(|value| written(value, reversed)).collect(), false))
            }
            other => other.to_string(),
        }
    }

    proptest! {
        #[test]
        fn neither_order_nor_space_counts(members in prop::collection::vec((".{0,3}", value()), 0..6)) {
            let object = Value::Object(members.into_iter().collect());
            let plain = form(object.to_string().as_bytes(), &[]).unwrap();
            for reversed in [false, true] {
                prop_assert_eq!(&form(written(&object, reversed).as_bytes(), &[]).unwrap(), &plain);
            }
        }

        #[test]
        fn any_text_has_a_form_or_none(text in any::<Vec<u8>>(), leave_out in ".{0,3}") {
            drop(form(&text, &[&leave_out]));
        }
    }
}
