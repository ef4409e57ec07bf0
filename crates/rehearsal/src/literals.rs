//! The constants of expressions.

use sql::lexer::TokenKind;
use sql::quote;

use crate::names::Definition;

/// How many hints of a kind a column gets at most.
pub(crate) const MOST: usize = 40;

/// The constants of expressions.
#[derive(Debug, Default)]
pub(crate) struct Literals {
    /// As SQL writes them, sorted by their values.
    pub(crate) numbers: Vec<String>,
    pub(crate) strings: Vec<Text>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) content: String,
    /// The first word of the type that it is cast to.
    cast: String,
    /// The operator before it, if it matches patterns: `~`, `~~`.
    pub(crate) operator: String,
}

impl Text {
    /// Whether it is an operand of an operator that matches patterns.
    pub(crate) fn is_pattern(&self) -> bool {
        ["~", "~*", "~~", "~~*"].contains(&self.operator.as_str())
    }
}

impl Literals {
    pub(crate) fn read<'a>(expressions: impl IntoIterator<Item = &'a str>) -> Self {
        let mut literals = Self::default();
        for expression in expressions {
            literals.add(&Definition::new(expression));
        }
        let value = |it: &String| it.parse::<f64>().unwrap_or_default();
        literals
            .numbers
            .sort_by(|a, b| value(a).total_cmp(&value(b)));
        literals.numbers.dedup();
        literals
    }

    fn add(&mut self, definition: &Definition<'_>) {
        let words = definition.words();
        for (at, token) in definition.tokens.iter().enumerate() {
            let text = words.text(at);
            match token.kind {
                TokenKind::Number if text.parse::<f64>().is_ok() => {
                    let is_negative = at > 1
                        && words.is_symbol(at - 1, "-")
                        && matches!(words.text(at - 2), "(" | "," | "[" | "=" | ">" | "<");
                    let sign = if is_negative { "-" } else { "" };
                    self.numbers.push(format!("{sign}{text}"));
                }
                TokenKind::String => {
                    let content = unquoted(text);
                    if !content.is_empty() && content.parse::<f64>().is_ok_and(f64::is_finite) {
                        self.numbers.push(content.clone());
                    }
                    let cast = if words.is_symbol(at + 1, "::") {
                        words.text(at + 2).to_owned()
                    } else {
                        String::new()
                    };
                    let operator = operator_before(definition, at);
                    self.strings.push(Text {
                        content,
                        cast,
                        operator,
                    });
                }
                _ => {}
            }
        }
    }

    /// Constants that are cast to one of these types, as SQL writes them.
    pub(crate) fn cast_to(&self, types: &[&str]) -> Vec<String> {
        let strings = self.strings.iter();
        let strings = strings.filter(|it| types.contains(&it.cast.as_str()));
        strings
            .map(|it| quote::literal(&it.content))
            .take(MOST)
            .collect()
    }

    /// Constants of an interval, as SQL writes them.
    pub(crate) fn intervals(&self) -> Vec<String> {
        let found = self.cast_to(&["interval"]);
        found
            .into_iter()
            .map(|it| format!("{it}::interval"))
            .collect()
    }

    /// Some of the numbers.
    pub(crate) fn few_numbers(&self) -> impl Iterator<Item = &str> {
        self.numbers.iter().take(6).map(String::as_str)
    }

    /// Small numbers, which may be lengths.
    pub(crate) fn lengths(&self) -> Vec<u64> {
        let numbers = self.numbers.iter().filter_map(|it| it.parse::<f64>().ok());
        let small = numbers.filter(|it| (0.0..=4_000.0).contains(it));
        let mut lengths: Vec<u64> = small
            .flat_map(|it| [(it as u64).saturating_sub(1), it as u64, it as u64 + 1])
            .collect();
        lengths.sort_unstable();
        lengths.dedup();
        lengths.truncate(MOST);
        lengths
    }
}

/// The text that a string constant stands for.
fn unquoted(constant: &str) -> String {
    let (escapes, inside) = match constant.strip_prefix(['E', 'e']) {
        Some(inside) => (true, inside),
        None => (false, constant),
    };
    let inside = inside
        .strip_prefix('\'')
        .and_then(|it| it.strip_suffix('\''))
        .unwrap_or(inside);
    let text = inside.replace("''", "'");
    if escapes {
        text.replace("\\\\", "\\")
    } else {
        text
    }
}

/// The characters of the operator that ends before a constant.
fn operator_before(definition: &Definition<'_>, at: usize) -> String {
    let is_part = |index: &usize| {
        let text = definition.words().text(*index);
        text.len() == 1 && "~*!=<>^@".contains(text)
    };
    // The constants of an ARRAY or in parentheses have the operator before these.
    let mut end = at;
    while end > 0 && ["(", "[", "ARRAY", "ANY", "ALL"].contains(&definition.words().text(end - 1)) {
        end -= 1;
    }
    let start = (0..end).rev().take_while(is_part).last().unwrap_or(end);
    (start..end).map(|it| definition.words().text(it)).collect()
}
