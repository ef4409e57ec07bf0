//! Names and parts of the definitions that PostgreSQL prints.

use std::collections::BTreeSet;

use sql::lexer::{self, Token, TokenKind};
use sql::quote;
use sql::statement::names::{Name, identifier};
use sql::statement::words::Words;

/// Schema and name of a relation or a type.
pub(crate) type Pair = (String, String);

/// A definition and its tokens.
pub(crate) struct Definition<'a> {
    pub(crate) sql: &'a str,
    pub(crate) tokens: Vec<Token>,
}

impl<'a> Definition<'a> {
    pub(crate) fn new(sql: &'a str) -> Self {
        Self {
            sql,
            tokens: lexer::tokens(sql),
        }
    }

    pub(crate) fn words(&self) -> Words<'_> {
        Words {
            sql: self.sql,
            tokens: &self.tokens,
        }
    }

    /// The index of the parenthesis that closes the one at `open`.
    pub(crate) fn closing(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for at in open..self.tokens.len() {
            match self.words().text(at) {
                "(" => depth += 1,
                ")" => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// The text of the first pair of parentheses at or after a token, parentheses included.
    pub(crate) fn parenthesised(&self, from: usize) -> Option<&'a str> {
        let open = (from..self.tokens.len()).find(|&at| self.words().is_symbol(at, "("))?;
        let close = self.closing(open)?;
        Some(&self.sql[self.tokens[open].start..self.tokens[close].end])
    }

    /// The names in a list in parentheses that opens at `open`, and the first index after it.
    pub(crate) fn list(&self, open: usize) -> Option<(Vec<String>, usize)> {
        let (names, next) = Name::read_list(self.words(), open + 1)?;
        let names = names.iter().map(|it| it.object().to_owned()).collect();
        self.words()
            .is_symbol(next, ")")
            .then_some((names, next + 1))
    }

    /// The identifiers that occur in it, whatever they are names of.
    pub(crate) fn identifiers(&self) -> BTreeSet<String> {
        let is_name =
            |at: &usize| matches!(self.tokens[*at].kind, TokenKind::Word | TokenKind::Quoted);
        let all = (0..self.tokens.len()).filter(is_name);
        all.filter_map(|at| identifier(self.words(), at)).collect()
    }
}

/// The expression of `CHECK ((…)) NOT VALID`, in parentheses.
pub(crate) fn condition(definition: &str) -> Option<&str> {
    Definition::new(definition).parenthesised(1)
}

/// The parts of an expression that are joined by AND, each of which has to hold.
pub(crate) fn conjuncts(expression: &str) -> Vec<&str> {
    let definition = Definition::new(expression);
    let (words, tokens) = (definition.words(), &definition.tokens);
    let is_wrapped = words.is_symbol(0, "(") && definition.closing(0) == Some(tokens.len() - 1);
    if is_wrapped && tokens.len() > 2 {
        let inside = &expression[tokens[1].start..tokens[tokens.len() - 2].end];
        return conjuncts(inside);
    }
    let mut parts = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for at in 0..tokens.len() {
        match words.text(at) {
            "(" | "[" | "CASE" => depth += 1,
            ")" | "]" | "END" => depth -= 1,
            "OR" | "BETWEEN" if depth == 0 => return vec![expression],
            "AND" if depth == 0 => {
                parts.push(&expression[start..tokens[at].start]);
                start = tokens[at].end;
            }
            _ => {}
        }
    }
    parts.push(&expression[start..]);
    if parts.len() == 1 {
        return vec![expression];
    }
    parts.into_iter().flat_map(conjuncts).collect()
}

/// A domain's expression with a column in the place of VALUE.
pub(crate) fn of_column(expression: &str, column: &str) -> String {
    let definition = Definition::new(expression);
    let mut text = String::new();
    let mut copied = 0;
    for (at, token) in definition.tokens.iter().enumerate() {
        if definition.words().is(at, "value") {
            text += &expression[copied..token.start];
            text += &quote::identifier(column);
            copied = token.end;
        }
    }
    text + &expression[copied..]
}

/// The relation that a text names: `public.t`, `"a b".t`.
pub(crate) fn pair(text: &str) -> Option<Pair> {
    let definition = Definition::new(text);
    let (name, _) = Name::read(definition.words(), 0)?;
    Some((name.schema()?.to_owned(), name.object().to_owned()))
}

/// Schema and name as SQL writes them.
pub(crate) fn written(schema: &str, name: &str) -> String {
    format!("{}.{}", quote::identifier(schema), quote::identifier(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_split_at_its_ands() {
        let parts = |text| {
            conjuncts(text)
                .iter()
                .map(|it| it.trim().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            parts("((a > 1) AND ((b < 2) AND c))"),
            ["a > 1", "b < 2", "c"]
        );
        assert_eq!(parts("((a > 1) AND b OR c)"), ["(a > 1) AND b OR c"]);
        assert_eq!(parts("(((a) AND (b)) OR (c))"), ["((a) AND (b)) OR (c)"]);
        assert_eq!(
            parts("CASE WHEN a AND b THEN c END"),
            ["CASE WHEN a AND b THEN c END"]
        );
        assert_eq!(parts("()"), ["()"]);
    }

    #[test]
    fn parts_of_definitions_are_found() {
        assert_eq!(
            condition("CHECK ((a > ')'::text)) NOT VALID"),
            Some("((a > ')'::text))")
        );
        assert_eq!(
            of_column("((VALUE)::integer < 100)", "a b"),
            "((\"a b\")::integer < 100)"
        );
        assert_eq!(pair("\"a.b\".c"), Some(("a.b".to_owned(), "c".to_owned())));
        assert_eq!(pair("c"), None);
    }
}
