//! Reading JSON: one pass over the text, straight into the values that are wanted.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::error::JsonError;

/// How deep arrays and objects may be in each other: each is a call on the stack.
const DEEPEST: usize = 127;

/// Reads a value from JSON.
pub(crate) trait FromJson: Sized {
    /// Reads the value that the text continues with.
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, JsonError>;

    /// The value of a member that is not there, if it may be left out.
    fn absent() -> Option<Self> {
        None
    }
}

/// Where a member's value goes: an `Option`, whatever is in it. The functions that read objects need not exist once for each type then.
pub(crate) trait Slot {
    fn fill(&mut self, reader: &mut Reader<'_>) -> Result<(), JsonError>;
    fn is_filled(&self) -> bool;
}

impl<T: FromJson> Slot for Option<T> {
    fn fill(&mut self, reader: &mut Reader<'_>) -> Result<(), JsonError> {
        *self = Some(T::from_json(reader)?);
        Ok(())
    }

    fn is_filled(&self) -> bool {
        self.is_some()
    }
}

/// What happens to members that nobody asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Others {
    Refused,
    Skipped,
}

/// The value that the text is, with nothing after it.
pub(crate) fn from_text<T: FromJson>(text: &str) -> Result<T, JsonError> {
    let mut reader = Reader {
        text,
        at: 0,
        depth: 0,
    };
    let value = T::from_json(&mut reader)?;
    match reader.peek() {
        None => Ok(value),
        Some(_) => Err(reader.wrong("trailing characters")),
    }
}

/// Reads the value of a member, whose name it gets, and where that begins.
type Member<'a, 'f> = dyn FnMut(&mut Reader<'a>, Cow<'a, str>, usize) -> Result<(), JsonError> + 'f;

/// A text, and how far it has been read.
pub(crate) struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl<'a> Reader<'a> {
    /// Reads an object: the value of each of these names goes to the slot of the same index.
    pub(crate) fn object(
        &mut self,
        names: &[&str],
        slots: &mut [&mut dyn Slot],
        others: Others,
    ) -> Result<(), JsonError> {
        self.members(&mut |reader, name, start| {
            let known = names.iter().position(|known| *known == name);
            match known.and_then(|index| slots.get_mut(index)) {
                Some(slot) if slot.is_filled() => {
                    Err(reader.wrong_at(start, format!("duplicate field `{name}`")))
                }
                Some(slot) => slot.fill(reader),
                None if others == Others::Skipped => reader.skip(),
                None => {
                    let known = format!("`{}`", names.join("`, `"));
                    let cause = format!("unknown field `{name}`, expected one of {known}");
                    Err(reader.wrong_at(start, cause))
                }
            }
        })
    }

    /// Reads an array with one value for each slot.
    pub(crate) fn row(&mut self, slots: &mut [&mut dyn Slot]) -> Result<(), JsonError> {
        let (mut count, wanted) = (0, slots.len());
        self.array(&mut |reader| {
            let slot = slots.get_mut(count);
            count += 1;
            match slot {
                Some(slot) => slot.fill(reader),
                None => Err(reader.wrong(format!("more than {wanted} values in a row"))),
            }
        })?;
        if count < wanted {
            return Err(self.wrong(format!("only {count} of {wanted} values in a row")));
        }
        Ok(())
    }

    /// Reads an array, with a call for each of its values.
    pub(crate) fn array(
        &mut self,
        value: &mut dyn FnMut(&mut Self) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        self.open(b'[', "an array")?;
        if self.take(b']') {
            return self.close();
        }
        loop {
            value(self)?;
            if !self.continues(b']', "expected `,` or `]`")? {
                return self.close();
            }
        }
    }

    /// Reads an object, with a call for each of its members.
    pub(crate) fn members(&mut self, member: &mut Member<'a, '_>) -> Result<(), JsonError> {
        self.open(b'{', "an object")?;
        if self.take(b'}') {
            return self.close();
        }
        loop {
            self.peek();
            let start = self.at;
            let name = self.string()?;
            if !self.take(b':') {
                return Err(self.wrong("expected `:`"));
            }
            member(self, name, start)?;
            if !self.continues(b'}', "expected `,` or `}`")? {
                return self.close();
            }
        }
    }

    /// Reads a string, which is borrowed from the text if it has no escapes.
    pub(crate) fn string(&mut self) -> Result<Cow<'a, str>, JsonError> {
        if !self.take(b'"') {
            return Err(self.unexpected("a string"));
        }
        let first = self.plain_text()?;
        if self.take_here(b'"') {
            return Ok(Cow::Borrowed(first));
        }
        let mut string = first.to_owned();
        while !self.take_here(b'"') {
            string.push(self.escape()?);
            string.push_str(self.plain_text()?);
        }
        Ok(Cow::Owned(string))
    }

    /// Reads a number, and gives it as it is written.
    pub(crate) fn number(&mut self) -> Result<&'a str, JsonError> {
        if !matches!(self.peek(), Some(b'-' | b'0'..=b'9')) {
            return Err(self.unexpected("a number"));
        }
        let start = self.at;
        self.take_here(b'-');
        // A zero is never followed by another digit.
        if !self.take_here(b'0') {
            self.digits()?;
        } else if matches!(self.byte(), Some(b'0'..=b'9')) {
            return Err(self.wrong("invalid number"));
        }
        if self.take_here(b'.') {
            self.digits()?;
        }
        if self.take_here(b'e') || self.take_here(b'E') {
            let _ = self.take_here(b'+') || self.take_here(b'-');
            self.digits()?;
        }
        Ok(&self.text[start..self.at])
    }

    /// Reads a string that is one of these words: which of them.
    pub(crate) fn word(&mut self, words: &[&str]) -> Result<usize, JsonError> {
        self.peek();
        let start = self.at;
        let found = self.string()?;
        let word = words.iter().position(|word| *word == found);
        word.ok_or_else(|| {
            let words = words.join("`, `");
            let cause = format!("unknown variant `{found}`, expected one of `{words}`");
            self.wrong_at(start, cause)
        })
    }

    /// Whether a `null` comes next, which is then read.
    pub(crate) fn null(&mut self) -> Result<bool, JsonError> {
        match self.peek() {
            Some(b'n') => self.keyword("null").map(|()| true),
            _ => Ok(false),
        }
    }

    /// Reads `true` or `false`.
    pub(crate) fn boolean(&mut self) -> Result<bool, JsonError> {
        match self.peek() {
            Some(b't') => self.keyword("true").map(|()| true),
            Some(b'f') => self.keyword("false").map(|()| false),
            _ => Err(self.unexpected("true or false")),
        }
    }

    /// Reads a value of any kind, and forgets it.
    fn skip(&mut self) -> Result<(), JsonError> {
        match self.peek() {
            Some(b'{') => self.members(&mut |reader, _, _| reader.skip()),
            Some(b'[') => self.array(&mut Self::skip),
            Some(b'"') => self.string().map(drop),
            Some(b't' | b'f') => self.boolean().map(drop),
            Some(b'n') => self.null().map(drop),
            _ => self.number().map(drop),
        }
    }

    /// The next byte that is not whitespace, which is skipped.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.byte() {
            self.at += 1;
        }
        self.byte()
    }

    /// What is wrong at the place that has been reached.
    pub(crate) fn wrong(&self, cause: impl Into<String>) -> JsonError {
        self.wrong_at(self.at, cause)
    }

    /// A member is missing in the object that has just been read.
    pub(crate) fn missing(&self, name: &str) -> JsonError {
        // Its last byte: after that the text may be at its end, and nothing of the text is missing.
        self.wrong_at(self.at.saturating_sub(1), format!("missing field `{name}`"))
    }

    fn wrong_at(&self, byte: usize, cause: impl Into<String>) -> JsonError {
        JsonError::at(self.text, byte, cause)
    }

    /// Something else than what is wanted comes next.
    pub(crate) fn unexpected(&self, wanted: &str) -> JsonError {
        let found = match self.byte() {
            None => return self.wrong("unexpected end"),
            Some(b'{') => "an object",
            Some(b'[') => "an array",
            Some(b'"') => "a string",
            Some(b't' | b'f') => "true or false",
            Some(b'n') => "null",
            Some(b'-' | b'0'..=b'9') => "a number",
            Some(_) => return self.wrong(format!("expected {wanted}")),
        };
        self.wrong(format!("expected {wanted}, found {found}"))
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Reads this byte after whitespace, if it comes next.
    fn take(&mut self, byte: u8) -> bool {
        self.peek();
        self.take_here(byte)
    }

    fn take_here(&mut self, byte: u8) -> bool {
        let is_next = self.byte() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn open(&mut self, bracket: u8, wanted: &str) -> Result<(), JsonError> {
        if self.depth == DEEPEST {
            return Err(self.wrong("recursion limit exceeded"));
        }
        if !self.take(bracket) {
            return Err(self.unexpected(wanted));
        }
        self.depth += 1;
        Ok(())
    }

    fn close(&mut self) -> Result<(), JsonError> {
        self.depth -= 1;
        Ok(())
    }

    /// Reads what is after a value of an array or object: whether there is another one.
    fn continues(&mut self, end: u8, wanted: &str) -> Result<bool, JsonError> {
        if self.take(b',') {
            return Ok(true);
        }
        if self.take_here(end) {
            return Ok(false);
        }
        Err(self.wrong(wanted))
    }

    fn keyword(&mut self, keyword: &str) -> Result<(), JsonError> {
        for byte in keyword.bytes() {
            if !self.take_here(byte) {
                return Err(self.wrong(format!("expected `{keyword}`")));
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.byte() {
            self.at += 1;
        }
        if self.at == start {
            return Err(self.wrong("invalid number"));
        }
        Ok(())
    }

    /// The text of a string up to its end or to the next escape.
    fn plain_text(&mut self) -> Result<&'a str, JsonError> {
        let start = self.at;
        loop {
            match self.byte() {
                Some(b'"' | b'\\') => return Ok(&self.text[start..self.at]),
                Some(0x20..) => self.at += 1,
                Some(_) => return Err(self.wrong("control character in a string")),
                None => return Err(self.wrong("unexpected end of a string")),
            }
        }
    }

    /// The character that an escape is.
    fn escape(&mut self) -> Result<char, JsonError> {
        let start = self.at;
        self.at += 1;
        let Some(letter) = self.byte() else {
            return Err(self.wrong("unexpected end of a string"));
        };
        self.at += 1;
        Ok(match letter {
            b'"' | b'\\' | b'/' => char::from(letter),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => self.unicode(start)?,
            _ => return Err(self.wrong_at(start, "invalid escape")),
        })
    }

    /// The character of a `\u`, which outside of the basic plane is two of them: the halves of a surrogate pair.
    fn unicode(&mut self, start: usize) -> Result<char, JsonError> {
        let first = u32::from(self.hexadecimal()?);
        let is_pair = (0xD800..0xDC00).contains(&first);
        let code = if is_pair && self.take_here(b'\\') && self.take_here(b'u') {
            let second = u32::from(self.hexadecimal()?);
            // Not the second half of a pair: a code that no character has.
            let low = second.checked_sub(0xDC00).filter(|low| *low < 0x400);
            low.map_or(first, |low| 0x10000 + ((first - 0xD800) << 10) + low)
        } else {
            first
        };
        char::from_u32(code).ok_or_else(|| self.wrong_at(start, "half of a surrogate pair"))
    }

    fn hexadecimal(&mut self) -> Result<u16, JsonError> {
        let digits = self.text.get(self.at..self.at + 4);
        let digits = digits.filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let code = digits.and_then(|digits| u16::from_str_radix(digits, 16).ok());
        let Some(code) = code else {
            // If the text ends here, at its end.
            let rest = self.text.len() - self.at;
            return Err(self.wrong_at(self.at + rest.min(4), "invalid escape"));
        };
        self.at += 4;
        Ok(code)
    }
}

impl FromJson for String {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        reader.string().map(Cow::into_owned)
    }
}

impl FromJson for bool {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        reader.boolean()
    }
}

impl FromJson for i64 {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        reader.peek();
        let start = reader.at;
        let number = reader.number()?;
        number
            .parse()
            .map_err(|_| reader.wrong_at(start, format!("expected an integer, found {number}")))
    }
}

impl FromJson for u32 {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        reader.peek();
        let start = reader.at;
        let number = i64::from_json(reader)?;
        u32::try_from(number)
            .map_err(|_| reader.wrong_at(start, format!("{number} is out of range")))
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        if reader.null()? {
            return Ok(None);
        }
        T::from_json(reader).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let mut all = Vec::new();
        reader.array(&mut |reader| {
            all.push(T::from_json(reader)?);
            Ok(())
        })?;
        Ok(all)
    }
}

impl<T: FromJson> FromJson for BTreeMap<String, T> {
    fn from_json(reader: &mut Reader<'_>) -> Result<Self, JsonError> {
        let mut all = BTreeMap::new();
        reader.members(&mut |reader, name, _| {
            all.insert(name.into_owned(), T::from_json(reader)?);
            Ok(())
        })?;
        Ok(all)
    }
}
