//! Writing JSON, on one line or indented.

use std::fmt::Write as _;

/// Writes a value as JSON.
pub(crate) trait ToJson {
    fn to_json(&self, writer: &mut Writer);
}

/// The text of a value on one line, without blanks.
pub(crate) fn compact(value: &dyn ToJson) -> String {
    written(value, false)
}

/// The text of a value with a line for each member, indented by two blanks, without a newline at its end.
pub(crate) fn pretty(value: &dyn ToJson) -> String {
    written(value, true)
}

fn written(value: &dyn ToJson, is_indented: bool) -> String {
    let mut writer = Writer {
        text: String::new(),
        is_indented,
        depth: 0,
        is_empty: true,
    };
    value.to_json(&mut writer);
    writer.text
}

/// A text that is being written.
pub(crate) struct Writer {
    text: String,
    is_indented: bool,
    depth: usize,
    /// Whether nothing has been written into the array or object yet.
    is_empty: bool,
}

impl Writer {
    /// Begins an array or object, with this bracket.
    pub(crate) fn open(&mut self, bracket: char) {
        self.text.push(bracket);
        self.depth += 1;
        self.is_empty = true;
    }

    /// Ends what was begun.
    pub(crate) fn close(&mut self, bracket: char) {
        self.depth -= 1;
        if !self.is_empty {
            self.new_line();
        }
        self.text.push(bracket);
        self.is_empty = false;
    }

    /// Begins a value of an array.
    pub(crate) fn item(&mut self) {
        if !self.is_empty {
            self.text.push(',');
        }
        self.new_line();
        self.is_empty = false;
    }

    /// Begins a member of an object: what is written next is its value.
    pub(crate) fn member(&mut self, name: &str) {
        self.item();
        self.string(name);
        self.text.push(':');
        if self.is_indented {
            self.text.push(' ');
        }
    }

    /// Writes a string.
    pub(crate) fn string(&mut self, string: &str) {
        self.text.push('"');
        for character in string.chars() {
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\u{8}' => self.text.push_str("\\b"),
                '\u{c}' => self.text.push_str("\\f"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                ..' ' => {
                    let _ = write!(self.text, "\\u{:04x}", u32::from(character));
                }
                _ => self.text.push(character),
            }
        }
        self.text.push('"');
    }

    /// Writes what is JSON as it is: a number, `true`, `false` or `null`.
    pub(crate) fn literal(&mut self, literal: &str) {
        self.text.push_str(literal);
    }

    fn new_line(&mut self) {
        if self.is_indented {
            self.text.push('\n');
            for _ in 0..self.depth {
                self.text.push_str("  ");
            }
        }
    }
}

impl ToJson for String {
    fn to_json(&self, writer: &mut Writer) {
        writer.string(self);
    }
}

impl ToJson for bool {
    fn to_json(&self, writer: &mut Writer) {
        writer.literal(if *self { "true" } else { "false" });
    }
}

impl ToJson for i64 {
    fn to_json(&self, writer: &mut Writer) {
        writer.literal(&self.to_string());
    }
}

impl ToJson for u32 {
    fn to_json(&self, writer: &mut Writer) {
        writer.literal(&self.to_string());
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self, writer: &mut Writer) {
        match self {
            Some(value) => value.to_json(writer),
            None => writer.literal("null"),
        }
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self, writer: &mut Writer) {
        writer.open('[');
        for value in self {
            writer.item();
            value.to_json(writer);
        }
        writer.close(']');
    }
}
