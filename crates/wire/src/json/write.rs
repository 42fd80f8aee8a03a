//! Writes JSON straight into a buffer, in the order it is told: no tree, and always the same bytes for the same values.

use super::text;

/// An object or a list that is being written. Ends itself when dropped.
#[derive(Debug)]
pub struct Writer<'b> {
    out: &'b mut Vec<u8>,
    close: u8,
    first: bool,
}

/// Begins an object at the end of `out`.
pub fn object(out: &mut Vec<u8>) -> Writer<'_> {
    Writer::open(out, b'{', b'}')
}

/// Begins a list at the end of `out`.
pub fn list(out: &mut Vec<u8>) -> Writer<'_> {
    Writer::open(out, b'[', b']')
}

impl<'b> Writer<'b> {
    fn open(out: &'b mut Vec<u8>, open: u8, close: u8) -> Self {
        out.push(open);
        Self { out, close, first: true }
    }

    /// Whether nothing stands in it yet.
    pub const fn is_empty(&self) -> bool {
        self.first
    }

    fn next(&mut self) -> &mut Vec<u8> {
        if !std::mem::take(&mut self.first) {
            self.out.push(b',');
        }
        self.out
    }

    /// Begins the member of this name; what is written to the buffer next must be one value.
    fn key(&mut self, key: &str) -> &mut Vec<u8> {
        let out = self.next();
        text::quote_into(key, out);
        out.push(b':');
        out
    }

    /// A member that is a string.
    pub fn text(&mut self, key: &str, value: &str) -> &mut Self {
        text::quote_into(value, self.key(key));
        self
    }

    /// A member that is a string, if there is one.
    pub fn text_some(&mut self, key: &str, value: Option<&str>) -> &mut Self {
        if let Some(value) = value {
            self.text(key, value);
        }
        self
    }

    /// A member that is a string, or `null` for those fields that must be there.
    pub fn text_or_null(&mut self, key: &str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.text(key, value),
            None => self.raw(key, "null"),
        }
    }

    /// A member that is a whole number.
    pub fn whole(&mut self, key: &str, value: u64) -> &mut Self {
        let mut digits = [0; 20];
        let mut at = digits.len();
        let mut rest = value;
        loop {
            at -= 1;
            digits[at] = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.key(key).extend_from_slice(&digits[at..]);
        self
    }

    /// A member that is a whole number, if there is one.
    pub fn whole_some(&mut self, key: &str, value: Option<u64>) -> &mut Self {
        if let Some(value) = value {
            self.whole(key, value);
        }
        self
    }

    /// A member that is true or false.
    pub fn boolean(&mut self, key: &str, value: bool) -> &mut Self {
        self.raw(key, if value { "true" } else { "false" })
    }

    /// A member that is true or false, if it is known.
    pub fn boolean_some(&mut self, key: &str, value: Option<bool>) -> &mut Self {
        if let Some(value) = value {
            self.boolean(key, value);
        }
        self
    }

    /// A member whose value is written as it is: JSON, or a number's digits.
    pub fn raw(&mut self, key: &str, json: &str) -> &mut Self {
        self.key(key).extend_from_slice(json.as_bytes());
        self
    }

    /// The same, if there is one.
    pub fn raw_some(&mut self, key: &str, json: Option<&str>) -> &mut Self {
        if let Some(json) = json {
            self.raw(key, json);
        }
        self
    }

    /// A member that is an object.
    pub fn object(&mut self, key: &str) -> Writer<'_> {
        object(self.key(key))
    }

    /// A member that is a list.
    pub fn list(&mut self, key: &str) -> Writer<'_> {
        list(self.key(key))
    }

    /// An element that is a string.
    pub fn push_text(&mut self, value: &str) -> &mut Self {
        text::quote_into(value, self.next());
        self
    }

    /// An element whose value is written as it is.
    pub fn push_raw(&mut self, json: &str) -> &mut Self {
        self.next().extend_from_slice(json.as_bytes());
        self
    }

    /// An element that is an object.
    pub fn push_object(&mut self) -> Writer<'_> {
        object(self.next())
    }

    /// An element that is a list.
    pub fn push_list(&mut self) -> Writer<'_> {
        list(self.next())
    }
}

impl Drop for Writer<'_> {
    fn drop(&mut self) {
        self.out.push(self.close);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_json_in_the_order_it_was_told() {
        let mut out = b"data: ".to_vec();
        {
            let mut root = object(&mut out);
            root.text("b", "x\n\"y\"\u{1}").whole("a", u64::MAX).boolean("t", true).text_or_null("z", None);
            root.text_some("absent", None).raw_some("absent", None).whole_some("absent", None);
            root.object("empty");
            let mut list = root.list("l");
            list.push_text("é").push_raw("1.50");
            list.push_object().raw("n", "1e400");
            list.push_list();
        }
        let told = r#"data: {"b":"x\n\"y\"\u0001","a":18446744073709551615,"t":true,"z":null,"empty":{},"l":["é",1.50,{"n":1e400},[]]}"#;
        assert_eq!(String::from_utf8(out).unwrap(), told);
    }
}
