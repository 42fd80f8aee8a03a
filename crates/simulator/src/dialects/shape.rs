//! Tables of what a body may hold: providers with a published schema refuse whatever is not in it.
//!
//! Reading gives the value back with one name per field (Google takes `inline_data` for `inlineData`) and without nulls,
//! so that what is checked afterwards need not think of either.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

/// What a value may be.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    Text,
    Bool,
    /// A whole number; Google also takes its digits in a string.
    Int,
    Number,
    /// Bytes as base64.
    Bytes,
    /// One of these words.
    Word(&'static [&'static str]),
    /// The same, in small or capital letters; read as small ones.
    AnyCase(&'static [&'static str]),
    /// An object that is nobody's business.
    Object,
    /// Anything.
    Any,
    List(&'static Shape),
    Map(&'static Shape),
    Of(&'static Message),
}

/// One field of a message.
#[derive(Clone, Copy)]
pub(crate) struct Field {
    name: &'static str,
    shape: Shape,
    required: bool,
}

pub(crate) const fn may(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: false }
}

pub(crate) const fn must(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, required: true }
}

/// The fields of an object.
pub(crate) struct Message {
    pub(crate) fields: &'static [Field],
    /// Exactly one field of a union is given.
    pub(crate) union: bool,
}

/// Whose words a fault is told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manners {
    Google,
    Aws,
}

impl Manners {
    fn unknown(self, name: &str, place: &str) -> String {
        match self {
            Self::Google if place.is_empty() => {
                format!("Invalid JSON payload received. Unknown name \"{name}\": Cannot find field.")
            }
            Self::Google => {
                format!("Invalid JSON payload received. Unknown name \"{name}\" at '{place}': Cannot find field.")
            }
            Self::Aws => format!("Malformed input request: #/{place}: extraneous key [{name}] is not permitted"),
        }
    }

    fn wrong(self, place: &str, expected: &str, value: &Value) -> String {
        let value: String = value.to_string().chars().take(80).collect();
        match self {
            Self::Google => format!("Invalid value at '{place}' ({expected}), {value}"),
            Self::Aws => format!("Malformed input request: #/{place}: expected {expected}, found {value}"),
        }
    }

    fn join(self, place: &str, name: &str) -> String {
        match (place.is_empty(), self) {
            (true, _) => name.to_owned(),
            (false, Self::Google) => format!("{place}.{name}"),
            (false, Self::Aws) => format!("{place}/{name}"),
        }
    }

    fn at(self, place: &str, index: usize) -> String {
        match self {
            Self::Google => format!("{place}[{index}]"),
            Self::Aws => format!("{place}/{index}"),
        }
    }
}

const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);

/// Decodes base64 as this provider does: Google takes both alphabets, with and without padding.
pub(crate) fn bytes(text: &str, manners: Manners) -> Option<Vec<u8>> {
    match manners {
        Manners::Aws => base64::prelude::BASE64_STANDARD.decode(text).ok(),
        Manners::Google if text.contains(['-', '_']) => {
            GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT).decode(text).ok()
        }
        Manners::Google => GeneralPurpose::new(&alphabet::STANDARD, LENIENT).decode(text).ok(),
    }
}

/// Reads a value, or says what is wrong with it.
pub(crate) fn read(shape: Shape, value: &Value, place: &str, manners: Manners) -> Result<Value, String> {
    let wrong = |expected: &str| manners.wrong(place, expected, value);
    let good = match shape {
        Shape::Any => true,
        Shape::Text => value.is_string(),
        Shape::Bool => value.is_boolean(),
        Shape::Object => value.is_object(),
        Shape::Number => value.is_number(),
        Shape::Int => {
            if value.is_i64() || value.is_u64() {
                return Ok(value.clone());
            }
            let digits =
                value.as_str().filter(|_| manners == Manners::Google).and_then(|text| text.parse::<i64>().ok());
            let whole = value.as_f64().filter(|number| number.fract() == 0.0).map(|number| number as i64);
            return digits.or(whole).map(Value::from).ok_or_else(|| wrong("TYPE_INT64"));
        }
        Shape::Bytes => value.as_str().is_some_and(|text| bytes(text, manners).is_some()),
        Shape::Word(words) => value.as_str().is_some_and(|word| words.contains(&word)),
        Shape::AnyCase(words) => {
            let known = value.as_str().map(str::to_ascii_lowercase).filter(|word| words.contains(&word.as_str()));
            return known.map(Value::from).ok_or_else(|| wrong("TYPE_ENUM"));
        }
        Shape::List(inner) => {
            let items = value.as_array().ok_or_else(|| wrong("a list"))?;
            let read = |(at, item)| read(*inner, item, &manners.at(place, at), manners);
            return items.iter().enumerate().map(read).collect();
        }
        Shape::Map(inner) => {
            let entries = value.as_object().ok_or_else(|| wrong("an object"))?;
            let read = |(name, item): (&String, &Value)| {
                Ok((name.clone(), read(*inner, item, &manners.join(place, name), manners)?))
            };
            return entries.iter().map(read).collect::<Result<_, String>>().map(Value::Object);
        }
        Shape::Of(message) => return object(message, value, place, manners),
    };
    if good { Ok(value.clone()) } else { Err(wrong(expected(shape))) }
}

fn expected(shape: Shape) -> &'static str {
    match shape {
        Shape::Text => "TYPE_STRING",
        Shape::Bool => "TYPE_BOOL",
        Shape::Number => "TYPE_DOUBLE",
        Shape::Bytes => "TYPE_BYTES: Base64 decoding failed",
        Shape::Word(_) => "TYPE_ENUM",
        _ => "an object",
    }
}

fn object(message: &Message, value: &Value, place: &str, manners: Manners) -> Result<Value, String> {
    let given = value.as_object().ok_or_else(|| manners.wrong(place, "an object", value))?;
    let mut out = Map::new();
    for (name, value) in given {
        let camel = if manners == Manners::Google { camel(name) } else { name.clone() };
        let Some(field) = message.fields.iter().find(|field| field.name == camel) else {
            return Err(manners.unknown(name, place));
        };
        if value.is_null() {
            continue;
        }
        let place = manners.join(place, field.name);
        if out.insert(camel, read(field.shape, value, &place, manners)?).is_some() {
            return Err(format!("{place}: given twice, by both of its names"));
        }
    }
    if let Some(missing) = message.fields.iter().find(|field| field.required && !out.contains_key(field.name)) {
        let place = manners.join(place, missing.name);
        return Err(match manners {
            Manners::Google => format!("{place}: required field is not set"),
            Manners::Aws => format!("Malformed input request: #/{place}: required key is missing"),
        });
    }
    if message.union && out.len() != 1 {
        return Err(format!("Malformed input request: #/{place}: exactly one member must be set, not {}", out.len()));
    }
    Ok(Value::Object(out))
}

fn camel(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut raise = false;
    for letter in name.chars() {
        match letter {
            '_' if !out.is_empty() => raise = true,
            letter if raise => {
                out.push(letter.to_ascii_uppercase());
                raise = false;
            }
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    static TREE: Message = Message {
        fields: &[
            may("someName", Shape::Text),
            may("count", Shape::Int),
            may("data", Shape::Bytes),
            may("kind", Shape::AnyCase(&["string"])),
            may("children", Shape::List(&Shape::Of(&TREE))),
        ],
        union: false,
    };

    #[test]
    fn google_reads_both_names_and_leaves_out_nulls() {
        let body = json!({"some_name": "a", "count": "7", "kind": "STRING", "children": [{"someName": null}]});
        let read = read(Shape::Of(&TREE), &body, "", Manners::Google).unwrap();
        assert_eq!(read, json!({"someName": "a", "count": 7, "kind": "string", "children": [{}]}));
    }

    #[test]
    fn what_is_not_in_the_table_is_refused_with_its_place() {
        for (manners, body, expected) in [
            (Manners::Google, json!({"children": [{"x": 1}]}), "Unknown name \"x\" at 'children[0]'"),
            (Manners::Google, json!({"someName": "a", "some_name": "b"}), "given twice"),
            (Manners::Google, json!({"count": "x"}), "'count' (TYPE_INT64), \"x\""),
            (Manners::Google, json!({"data": "@"}), "Base64"),
            (Manners::Aws, json!({"some_name": "a"}), "extraneous key [some_name]"),
            (Manners::Aws, json!({"children": [{"count": "7"}]}), "#/children/0/count"),
            (Manners::Aws, json!({"data": "-_-_"}), "Base64"),
        ] {
            let why = read(Shape::Of(&TREE), &body, "", manners).unwrap_err();
            assert!(why.contains(expected), "{why}");
        }
        for data in ["-_-_", "+/+/", "QQ", "QQ=="] {
            assert!(read(Shape::Of(&TREE), &json!({"data": data}), "", Manners::Google).is_ok(), "{data}");
        }
    }
}
