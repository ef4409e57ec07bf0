//! Values in statements: constants as the server reads them, and spans of time that can be compared.

use pgtypes::Interval;
use sql::lexer::TokenKind;
use sql::statement::names::identifier;
use sql::statement::words::Words;

/// A constant, or what is not one.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `NULL`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A string constant, whatever it is cast to.
    Text(String),
    /// A call with its arguments: `by_range('time', INTERVAL '1 day')`.
    Call(String, Vec<Value>),
    /// An identifier: a variable of a `DO`.
    Name(String),
    /// Anything else.
    Unknown,
}

/// How many tokens an expression has at most that is read: its parentheses are read one in another.
const LONGEST: usize = 256;

impl Value {
    /// Reads an expression.
    pub fn read(words: Words<'_>) -> Value {
        if words.tokens.len() > LONGEST {
            return Value::Unknown;
        }
        let words = without_casts(words);
        let count = words.tokens.len();
        if words.is(0, "interval") && count >= 2 {
            return interval(words);
        }
        if words.is_symbol(0, "(") && words.arguments(0).1 == count && count > 2 {
            return Value::read(part(words, 1, count - 1));
        }
        if words.is_one_of(0, &["timestamptz", "timestamp", "date"]) && count == 2 {
            return Value::read(part(words, 1, 2));
        }
        if words.is(0, "cast") && words.is_symbol(1, "(") {
            let end = (1..count).find(|&at| words.is(at, "as")).unwrap_or(count);
            return Value::read(part(words, 2, end));
        }
        let at = if words.is_symbol(1, ".") { 2 } else { 0 };
        if words.is_symbol(at + 1, "(") && words.arguments(at + 1).1 == count {
            let arguments = words
                .arguments(at + 1)
                .0
                .into_iter()
                .filter(|it| !it.tokens.is_empty());
            return match identifier(words, at) {
                Some(name) => Value::Call(name, arguments.map(positional).collect()),
                None => Value::Unknown,
            };
        }
        match (count, words.tokens.first().map(|it| it.kind)) {
            (1, Some(TokenKind::String)) => text(words).map_or(Value::Unknown, Value::Text),
            (1, Some(TokenKind::Number)) => integer(words.text(0)),
            (2, _) if words.is_symbol(0, "-") => match integer(words.text(1)) {
                Value::Integer(it) => Value::Integer(-it),
                _ => Value::Unknown,
            },
            (1, Some(TokenKind::Word)) => match () {
                () if words.is(0, "null") => Value::Null,
                () if words.is_one_of(0, &["true", "on"]) => Value::Bool(true),
                () if words.is_one_of(0, &["false", "off"]) => Value::Bool(false),
                () => identifier(words, 0).map_or(Value::Unknown, Value::Name),
            },
            _ => Value::Unknown,
        }
    }

    /// The value as a boolean.
    pub fn bool(&self) -> Option<bool> {
        match self {
            Value::Bool(it) => Some(*it),
            Value::Text(text) => match &*text.trim().to_ascii_lowercase() {
                "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
                "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
                _ => None,
            },
            _ => None,
        }
    }

    /// The value as a span: an interval, or a number of an integer dimension's units.
    pub fn span(&self) -> Option<Span> {
        match self {
            Value::Integer(it) => Some(Span::Units(*it)),
            Value::Text(text) => match text.trim().parse::<i64>() {
                Ok(units) => Some(Span::Units(units)),
                Err(_) => text.parse().ok().map(Span::Time),
            },
            _ => None,
        }
    }
}

/// An argument without its name.
fn positional(words: Words<'_>) -> Value {
    if words.is_symbol(1, "=") && words.is_symbol(2, ">") {
        return Value::read(part(words, 3, words.tokens.len()));
    }
    Value::read(words)
}

pub(crate) fn part<'a>(words: Words<'a>, start: usize, end: usize) -> Words<'a> {
    Words {
        sql: words.sql,
        tokens: words.tokens.get(start..end).unwrap_or_default(),
    }
}

/// Without the `::type` at its end. What follows a type is no constant, and stays.
fn without_casts(words: Words<'_>) -> Words<'_> {
    let is_of_type = |at: usize| {
        matches!(words.text(at), "::" | "(" | ")" | "[" | "]" | "," | ".")
            || matches!(
                words.tokens[at].kind,
                TokenKind::Word | TokenKind::Number | TokenKind::Quoted
            )
    };
    let mut depth = 0usize;
    for at in 0..words.tokens.len() {
        match words.text(at) {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            "::" if depth == 0 && (at..words.tokens.len()).all(is_of_type) => {
                return part(words, 0, at);
            }
            _ => {}
        }
    }
    words
}

fn integer(text: &str) -> Value {
    text.replace('_', "")
        .parse()
        .map_or(Value::Unknown, Value::Integer)
}

/// `INTERVAL '1 day'` and `INTERVAL '5' DAY`. `INTERVAL '1 day' * 7` is not calculated.
fn interval(words: Words<'_>) -> Value {
    const FIELDS: &[&str] = &["year", "month", "day", "hour", "minute", "second"];
    let value = Value::read(part(words, 1, 2));
    match (words.tokens.len(), value) {
        (2, value @ Value::Text(_)) => value,
        // With another text, the field cuts off what is smaller.
        (3, Value::Text(text)) if words.is_one_of(2, FIELDS) => match text.trim().parse::<i64>() {
            Ok(number) => Value::Text(format!("{number} {}", words.text(2))),
            Err(_) => Value::Unknown,
        },
        _ => Value::Unknown,
    }
}

/// The text of a string constant; `None` if it has escapes that are not read here.
fn text(words: Words<'_>) -> Option<String> {
    let token = words.tokens.first()?;
    if let Some(inside) = token.inside(words.sql) {
        let inside = words.sql.get(inside)?;
        let is_quoted = token.text(words.sql).starts_with('\'');
        return Some(if is_quoted {
            inside.replace("''", "'")
        } else {
            inside.to_owned()
        });
    }
    // E'…' and U&'…' are the same text if nothing is escaped.
    let (kind, rest) = token.text(words.sql).split_once('\'')?;
    let is_read = kind.eq_ignore_ascii_case("e") || kind.eq_ignore_ascii_case("u&");
    let inside = rest
        .strip_suffix('\'')
        .filter(|it| is_read && !it.contains('\\'))?;
    Some(inside.replace("''", "'"))
}

/// A span of time, or of an integer dimension.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Span {
    /// An interval.
    Time(Interval),
    /// Units of an integer dimension.
    Units(i64),
}

const DAY: i128 = 86_400_000_000;

impl Span {
    /// Its least and its greatest length, in microseconds or units: a month has 28 to 31 days.
    fn bounds(self) -> (i128, i128) {
        match self {
            Span::Units(units) => (units.into(), units.into()),
            Span::Time(it) => {
                let months = i128::from(it.months);
                let rest = i128::from(it.days) * DAY + i128::from(it.micros);
                (months * 28 * DAY + rest, months * 31 * DAY + rest)
            }
        }
    }

    /// Its usual length, in microseconds or units: a month has 30 days.
    pub fn length(self) -> i128 {
        match self {
            Span::Units(units) => units.into(),
            Span::Time(it) => {
                (i128::from(it.months) * 30 + i128::from(it.days)) * DAY + i128::from(it.micros)
            }
        }
    }

    /// Whether it is shorter, however long months are.
    pub fn is_surely_shorter(self, other: Span) -> bool {
        self.is_comparable(other) && self.bounds().1 < other.bounds().0
    }

    /// Whether both are of one kind.
    pub fn is_comparable(self, other: Span) -> bool {
        matches!(
            (self, other),
            (Span::Time(_), Span::Time(_)) | (Span::Units(_), Span::Units(_))
        )
    }

    /// The interval, unless it is of an integer dimension.
    pub fn interval(self) -> Option<Interval> {
        match self {
            Span::Time(it) => Some(it),
            Span::Units(_) => None,
        }
    }
}

impl std::fmt::Display for Span {
    /// As people write it: `7 days`, `1 day 12:00:00`, `3 hours`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const HOUR: i64 = 3_600_000_000;
        match self {
            Span::Units(units) => write!(f, "{units}"),
            Span::Time(it) if it.months == 0 && it.days == 0 && it.micros % (HOUR / 60) == 0 => {
                let (count, unit) = match it.micros % HOUR {
                    0 => (it.micros / HOUR, "hour"),
                    _ => (it.micros / (HOUR / 60), "minute"),
                };
                write!(f, "{count} {unit}{}", if count == 1 { "" } else { "s" })
            }
            Span::Time(it) => write!(f, "{it}"),
        }
    }
}
