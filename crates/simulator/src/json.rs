//! Writes JSON with its fields in the order given: real providers put `type` and `id` first, and a scanner on the way
//! must be tried against that order, which a sorted map would never show.

use serde_json::Value;

/// Finished JSON text.
#[derive(Clone, Debug)]
pub(crate) struct Raw(pub(crate) String);

/// The JSON `null`.
pub(crate) struct Null;

/// Something that can be written as JSON.
pub(crate) trait Put {
    fn put(&self, out: &mut String);
}

impl Put for Raw {
    fn put(&self, out: &mut String) {
        out.push_str(&self.0);
    }
}

impl Put for Null {
    fn put(&self, out: &mut String) {
        out.push_str("null");
    }
}

impl Put for Value {
    fn put(&self, out: &mut String) {
        out.push_str(&self.to_string());
    }
}

impl Put for str {
    fn put(&self, out: &mut String) {
        out.push_str(&Value::from(self).to_string());
    }
}

impl Put for String {
    fn put(&self, out: &mut String) {
        self.as_str().put(out);
    }
}

impl Put for bool {
    fn put(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

impl Put for u64 {
    fn put(&self, out: &mut String) {
        out.push_str(&self.to_string());
    }
}

impl Put for i32 {
    fn put(&self, out: &mut String) {
        out.push_str(&self.to_string());
    }
}

impl Put for usize {
    fn put(&self, out: &mut String) {
        out.push_str(&self.to_string());
    }
}

impl<T: Put + ?Sized> Put for &T {
    fn put(&self, out: &mut String) {
        (**self).put(out);
    }
}

impl<T: Put> Put for Option<T> {
    fn put(&self, out: &mut String) {
        match self {
            Some(value) => value.put(out),
            None => Null.put(out),
        }
    }
}

impl<T: Put> Put for Vec<T> {
    fn put(&self, out: &mut String) {
        out.push('[');
        for (place, item) in self.iter().enumerate() {
            if place > 0 {
                out.push(',');
            }
            item.put(out);
        }
        out.push(']');
    }
}

/// Appends one field to an object under construction.
pub(crate) fn field(out: &mut String, key: &str, value: &dyn Put) {
    if !out.ends_with('{') {
        out.push(',');
    }
    key.put(out);
    out.push(':');
    value.put(out);
}

/// An object with its fields in the order written.
macro_rules! object {
    ($($key:literal : $value:expr),* $(,)?) => {{
        let mut out = String::from("{");
        $( $crate::json::field(&mut out, $key, &$value); )*
        out.push('}');
        $crate::json::Raw(out)
    }};
}
pub(crate) use object;
