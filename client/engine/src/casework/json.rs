//! As much of JSON as a JOB card needs: objects, arrays and strings. Strict: what is not exactly
//! that is refused, with the place where it stands.

use thiserror::Error;

/// Deepest nesting that is read.
const DEPTH_MAX: usize = 8;

/// A value.
#[derive(Clone, PartialEq, Eq)]
pub enum Json {
    /// A string.
    Text(String),
    /// Values in order.
    Array(Vec<Json>),
    /// Named values in order, no name twice.
    Object(Vec<(String, Json)>),
}

/// Why a text was not read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{fault:?} at {path}")]
pub struct JsonError {
    /// The way to it: `jobs[2].from`; empty for the whole.
    pub path: String,
    /// What is wrong there.
    pub fault: JsonFault,
}

/// What can be wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, shared::Encode, shared::Decode)]
#[cbor(index_only)]
pub enum JsonFault {
    /// Not JSON.
    #[n(0)]
    Syntax,
    /// JSON, but neither object, array nor string.
    #[n(1)]
    Type,
    /// A name stands twice.
    #[n(2)]
    Twice,
    /// Nested too deeply.
    #[n(3)]
    Depth,
    /// A name that the format does not have.
    #[n(4)]
    Unknown,
    /// Something the format must have.
    #[n(5)]
    Missing,
    /// A value that the format does not allow there.
    #[n(6)]
    Value,
    /// Longer than a document may hold.
    #[n(7)]
    TooLong,
}

impl Json {
    /// Reads a text whole.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        let mut reader = Reader { rest: text.chars().peekable(), path: String::new() };
        let value = reader.value(0)?;
        reader.skip();
        if reader.rest.next().is_some() {
            reader.path.clear();
            return Err(reader.error(JsonFault::Syntax));
        }
        Ok(value)
    }
}

/// As read by [`Json::parse`].
impl core::fmt::Display for Json {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Text(text) => quote(f, text),
            Self::Array(values) => {
                let mut between = "[";
                for value in values {
                    write!(f, "{between}{value}")?;
                    between = ",";
                }
                f.write_str(if values.is_empty() { "[]" } else { "]" })
            }
            Self::Object(values) => {
                let mut between = "{";
                for (name, value) in values {
                    f.write_str(between)?;
                    quote(f, name)?;
                    write!(f, ":{value}")?;
                    between = ",";
                }
                f.write_str(if values.is_empty() { "{}" } else { "}" })
            }
        }
    }
}

/// Without what it says.
impl core::fmt::Debug for Json {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Json(..)")
    }
}

fn quote(f: &mut core::fmt::Formatter<'_>, text: &str) -> core::fmt::Result {
    f.write_str("\"")?;
    for letter in text.chars() {
        match letter {
            '"' | '\\' => write!(f, "\\{letter}")?,
            '\n' => f.write_str("\\n")?,
            control if control < ' ' => write!(f, "\\u{:04x}", u32::from(control))?,
            other => write!(f, "{other}")?,
        }
    }
    f.write_str("\"")
}

struct Reader<'t> {
    rest: core::iter::Peekable<core::str::Chars<'t>>,
    path: String,
}

impl Reader<'_> {
    fn error(&self, fault: JsonFault) -> JsonError {
        JsonError { path: self.path.clone(), fault }
    }

    fn skip(&mut self) {
        while self.rest.next_if(|it| matches!(it, ' ' | '\n' | '\r' | '\t')).is_some() {}
    }

    /// The next letter behind white space, if it is this one.
    fn take(&mut self, wanted: char) -> bool {
        self.skip();
        self.rest.next_if_eq(&wanted).is_some()
    }

    fn expect(&mut self, wanted: char) -> Result<(), JsonError> {
        if self.take(wanted) { Ok(()) } else { Err(self.error(JsonFault::Syntax)) }
    }

    fn value(&mut self, depth: usize) -> Result<Json, JsonError> {
        if depth > DEPTH_MAX {
            return Err(self.error(JsonFault::Depth));
        }
        self.skip();
        match self.rest.peek() {
            Some('"') => self.text().map(Json::Text),
            Some('[') => self.array(depth),
            Some('{') => self.object(depth),
            Some('0'..='9' | '-' | 't' | 'f' | 'n') => Err(self.error(JsonFault::Type)),
            Some(_) | None => Err(self.error(JsonFault::Syntax)),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.expect('[')?;
        let mut values = vec![];
        if self.take(']') {
            return Ok(Json::Array(values));
        }
        let before = self.path.len();
        loop {
            self.path = format!("{}[{}]", self.path, values.len());
            values.push(self.value(depth + 1)?);
            self.path.truncate(before);
            if !self.take(',') {
                break;
            }
        }
        self.expect(']')?;
        Ok(Json::Array(values))
    }

    fn object(&mut self, depth: usize) -> Result<Json, JsonError> {
        self.expect('{')?;
        let mut values: Vec<(String, Json)> = vec![];
        if self.take('}') {
            return Ok(Json::Object(values));
        }
        let before = self.path.len();
        loop {
            self.skip();
            let name = self.text()?;
            if before > 0 {
                self.path.push('.');
            }
            self.path.push_str(&name);
            if values.iter().any(|(known, _)| *known == name) {
                return Err(self.error(JsonFault::Twice));
            }
            self.expect(':')?;
            let value = self.value(depth + 1)?;
            values.push((name, value));
            self.path.truncate(before);
            if !self.take(',') {
                break;
            }
        }
        self.expect('}')?;
        Ok(Json::Object(values))
    }

    fn text(&mut self) -> Result<String, JsonError> {
        self.expect('"')?;
        let mut text = String::new();
        loop {
            match self.rest.next() {
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escaped()?),
                Some(letter) if letter >= ' ' => text.push(letter),
                Some(_) | None => return Err(self.error(JsonFault::Syntax)),
            }
        }
    }

    fn escaped(&mut self) -> Result<char, JsonError> {
        Ok(match self.rest.next() {
            Some(letter @ ('"' | '\\' | '/')) => letter,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => return self.unit(),
            Some(_) | None => return Err(self.error(JsonFault::Syntax)),
        })
    }

    /// A letter by its code units, of which the rarer letters have two.
    fn unit(&mut self) -> Result<char, JsonError> {
        let mut units = vec![self.hex()?];
        if (0xD800..0xDC00).contains(units.first().unwrap_or(&0)) {
            if self.rest.next() != Some('\\') || self.rest.next() != Some('u') {
                return Err(self.error(JsonFault::Syntax));
            }
            units.push(self.hex()?);
        }
        let letter = char::decode_utf16(units).next().and_then(Result::ok);
        letter.ok_or_else(|| self.error(JsonFault::Syntax))
    }

    fn hex(&mut self) -> Result<u16, JsonError> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.rest.next().and_then(|it| it.to_digit(16));
            let digit = digit.ok_or_else(|| self.error(JsonFault::Syntax))?;
            unit = unit * 16 + u16::try_from(digit).unwrap_or(0);
        }
        Ok(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, path: &str, fault: JsonFault) {
        let error = JsonError { path: path.into(), fault };
        assert_eq!(Json::parse(text), Err(error), "{text}");
    }

    #[test]
    fn what_is_written_is_read() {
        let text = |it: &str| Json::Text(it.into());
        let strange = "𠮷田 﨑 か\u{3099} ｶﾞ １２ 😀 \"\\\n\t\u{1}";
        let whole = Json::Object(vec![
            ("名".into(), text(strange)),
            ("rows".into(), Json::Array(vec![text(""), Json::Object(vec![])])),
            ("none".into(), Json::Array(vec![])),
        ]);

        assert_eq!(Json::parse(&whole.to_string()), Ok(whole));
        let escaped = r#" [ "\uD842\udfb7\/\b\f\r" ] "#;
        assert_eq!(Json::parse(escaped), Ok(Json::Array(vec![text("𠮷/\u{8}\u{c}\r")])));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        check("", "", JsonFault::Syntax);
        check("{\"a\":\"b\"} x", "", JsonFault::Syntax);
        check("{\"a\":{\"b\":[\"c\",7]}}", "a.b[1]", JsonFault::Type);
        check("{\"a\":null}", "a", JsonFault::Type);
        check("{\"a\":\"1\",\"a\":\"2\"}", "a", JsonFault::Twice);
        check("[\"a\",]", "[1]", JsonFault::Syntax);
        check("[\"\\uD842x\"]", "[0]", JsonFault::Syntax);
        check("[\"\\udfb7\"]", "[0]", JsonFault::Syntax);
        check("[\"a\nb\"]", "[0]", JsonFault::Syntax);
        let deep = "[".repeat(DEPTH_MAX + 2);
        check(&deep, &"[0]".repeat(DEPTH_MAX + 1), JsonFault::Depth);
        let bottom = format!("{}{}", "[".repeat(DEPTH_MAX + 1), "]".repeat(DEPTH_MAX + 1));
        assert!(Json::parse(&bottom).is_ok());
    }
}
