//! `pg_catalog`, spelled out in our own queries.
//!
//! PostgreSQL looks up functions, operators and types by `search_path`. Whoever may create objects in one schema of it can offer others that
//! fit the arguments better, or that come first, and these then run with the rights of whoever sends the query. A query that goes through
//! [`qualified`] names the schema of each, so that it means the same whatever the session's `search_path` is. It is written as anyone would
//! write it, and may be sent between the statements of a file, which keep their `search_path`.
//!
//! Not for statements of others: it knows only the part of SQL that our queries need. [`lookups`] lists what it leaves to `search_path`,
//! and is what tests ask.

use crate::lexer::{self, Token, TokenKind};

/// The characters of operators.
const OPERATOR: &str = "+-*/<>=~!@#%^&|`?";

/// Words that may precede a parenthesis and are not functions: keywords, and what the grammar itself puts into `pg_catalog`.
const KEYWORDS: &[&str] = &[
    "all",
    "and",
    "any",
    "array",
    "as",
    "by",
    "case",
    "cast",
    "coalesce",
    "distinct",
    "else",
    "exists",
    "extract",
    "filter",
    "from",
    "greatest",
    "in",
    "join",
    "lateral",
    "least",
    "not",
    "nullif",
    "on",
    "or",
    "over",
    "recursive",
    "row",
    "select",
    "some",
    "then",
    "union",
    "using",
    "values",
    "when",
    "where",
    "with",
];

/// Names of types that are keywords: the grammar means those in `pg_catalog` by them.
const TYPE_KEYWORDS: &[&str] = &[
    "bigint",
    "boolean",
    "char",
    "character",
    "double",
    "integer",
    "interval",
    "numeric",
    "real",
    "smallint",
    "time",
    "timestamp",
    "varchar",
];

/// A query with the schema `pg_catalog` before each function, operator and type that has none.
pub fn qualified(sql: &str) -> String {
    let tokens = lexer::tokens(sql);
    let query = Query {
        sql,
        tokens: &tokens,
    };
    let mut out = String::with_capacity(sql.len() * 2);
    let mut copied = 0;
    let mut lists = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let (text, count) = match query.text(at) {
            "(" => {
                lists.push(false);
                at += 1;
                continue;
            }
            ")" => match lists.pop() {
                Some(true) => ("])".to_owned(), 1),
                _ => (")".to_owned(), 1),
            },
            _ if query.is(at, "not") && query.is(at + 1, "like") => (operator("!~~"), 2),
            _ if query.is(at, "like") => (operator("~~"), 1),
            _ if query.is(at, "not") && query.is(at + 1, "in") => {
                let (list, open) = query.list(at + 2);
                lists.push(list);
                (format!("{} ALL {open}", operator("<>")), 3)
            }
            _ if query.is(at, "in") => {
                let (list, open) = query.list(at + 1);
                lists.push(list);
                (format!("{} ANY {open}", operator("=")), 2)
            }
            word if query.is_lookup_of_name(at) => (format!("pg_catalog.{word}"), 1),
            _ => match query.operator(at) {
                Some(count) => (operator(query.text_of(at, count)), count),
                None => {
                    at += 1;
                    continue;
                }
            },
        };
        out.push_str(&sql[copied..token.start]);
        let is_operator = text.starts_with("OPERATOR");
        if is_operator && out.ends_with(|c: char| c.is_alphanumeric()) {
            out.push(' ');
        }
        out.push_str(&text);
        copied = tokens[at + count - 1].end;
        if is_operator && text.ends_with(')') && !sql[copied..].starts_with(char::is_whitespace) {
            out.push(' ');
        }
        at += count;
    }
    out.push_str(&sql[copied..]);
    out
}

fn operator(symbol: &str) -> String {
    format!("OPERATOR(pg_catalog.{symbol})")
}

/// What a query leaves to `search_path`: operators, functions and types without a schema, and the words that stand for operators.
pub fn lookups(sql: &str) -> Vec<String> {
    let tokens = lexer::tokens(sql);
    let query = Query {
        sql,
        tokens: &tokens,
    };
    let mut found = Vec::new();
    for at in 0..tokens.len() {
        match query.operator(at) {
            Some(count) => found.push(query.text_of(at, count).to_owned()),
            None if query.is_lookup_of_name(at) || query.is_word_of_operator(at) => {
                found.push(query.text(at).to_owned());
            }
            None => {}
        }
    }
    found
}

struct Query<'a> {
    sql: &'a str,
    tokens: &'a [Token],
}

impl<'a> Query<'a> {
    fn text(&self, at: usize) -> &'a str {
        self.text_of(at, 1)
    }

    fn text_of(&self, at: usize, count: usize) -> &'a str {
        let first = self.tokens.get(at);
        let last = self.tokens.get(at + count - 1);
        first
            .zip(last)
            .map_or("", |(first, last)| &self.sql[first.start..last.end])
    }

    fn is(&self, at: usize, keyword: &str) -> bool {
        self.is_word(at) && self.text(at).eq_ignore_ascii_case(keyword)
    }

    fn is_word(&self, at: usize) -> bool {
        let kind = self.tokens.get(at).map(|token| token.kind);
        kind == Some(TokenKind::Word)
    }

    fn is_one_of(&self, at: usize, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.is(at, keyword))
    }

    fn before(&self, at: usize) -> &'a str {
        at.checked_sub(1).map_or("", |before| self.text(before))
    }

    /// Whether the parenthesis after an IN contains a list, and how it opens as an operand of ANY.
    fn list(&self, at: usize) -> (bool, &'static str) {
        if self.is_one_of(at + 1, &["select", "with"]) {
            (false, "(")
        } else {
            (true, "(ARRAY[")
        }
    }

    /// How many tokens make the operator that starts here; `None` if no operator starts here that depends on `search_path`.
    fn operator(&self, at: usize) -> Option<usize> {
        let is_part = |at: usize| {
            let text = self.text(at);
            self.tokens
                .get(at)
                .is_some_and(|it| it.kind == TokenKind::Symbol)
                && text.chars().all(|c| OPERATOR.contains(c))
        };
        let joined = |at: usize| is_part(at) && self.tokens[at - 1].end == self.tokens[at].start;
        let is_start = is_part(at) && (at == 0 || !(is_part(at - 1) && joined(at)));
        if !is_start {
            return None;
        }
        let rest = (at + 1..self.tokens.len()).take_while(|&at| joined(at));
        let count = 1 + rest.count();
        let before = self.before(at);
        let is_all_columns = self.text(at) == "*"
            && (["", "(", ",", "."].contains(&before) || self.is(at - 1, "select"));
        let is_qualified = before == "." && at >= 4 && self.is(at - 4, "operator");
        let names_argument = self.text_of(at, count) == "=>";
        (!is_all_columns && !is_qualified && !names_argument).then_some(count)
    }

    /// Whether a function or a type is named here without its schema.
    fn is_lookup_of_name(&self, at: usize) -> bool {
        if self.text(at + 1) == "." || self.before(at) == "." {
            return false;
        }
        if self.before(at) == "::" {
            return !self.is_one_of(at, TYPE_KEYWORDS);
        }
        let names_alias = at > 0 && self.is_one_of(at - 1, &["as", "recursive", "with"]);
        self.is_word(at)
            && self.text(at + 1) == "("
            && !names_alias
            && !self.is(at, "operator")
            && !self.is_one_of(at, KEYWORDS)
    }

    /// Whether the word here makes the server look for an operator after it.
    fn is_word_of_operator(&self, at: usize) -> bool {
        let compares_case = self.is(at, "case") && !self.is(at + 1, "when");
        let compares_columns = self.is(at, "using") && self.text(at + 1) == "(";
        let is_distinct = self.is(at, "distinct") && self.is(at + 1, "from");
        self.is_one_of(at, &["between", "ilike", "in", "like", "nullif", "similar"])
            || compares_case
            || compares_columns
            || is_distinct
    }
}

/// For tests: asserts that the queries of a text leave nothing to `search_path`.
///
/// # Panics
/// When one of them does, or the text cannot be split.
#[track_caller]
pub fn assert_qualified(text: &str) {
    for statement in lexer::split(text).unwrap() {
        let sql = &text[statement.range()];
        let first = statement.tokens[0].text(text).to_ascii_lowercase();
        if ["select", "with", "values"].contains(&first.as_str()) {
            assert_eq!(lookups(sql), [""; 0], "{sql}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{lookups, qualified};

    #[test]
    fn each_lookup_gets_its_schema() {
        let cases = [
            (
                "SELECT a = b, c.*, count(*) FROM t",
                "SELECT a OPERATOR(pg_catalog.=) b, c.*, pg_catalog.count(*) FROM t",
            ),
            (
                "SELECT a<>2*b, -1",
                "SELECT a OPERATOR(pg_catalog.<>) 2 OPERATOR(pg_catalog.*) b, OPERATOR(pg_catalog.-) 1",
            ),
            (
                "SELECT x::oid::text[], y::bigint, z::\"char\", w::s.t",
                "SELECT x::pg_catalog.oid::pg_catalog.text[], y::bigint, z::pg_catalog.\"char\", w::s.t",
            ),
            (
                "SELECT coalesce(f(a), s.g(b)) FROM h(c) AS i (j)",
                "SELECT coalesce(pg_catalog.f(a), s.g(b)) FROM pg_catalog.h(c) AS i (j)",
            ),
            (
                "SELECT a IN (1, f(2)) AND b NOT IN (SELECT c FROM d)",
                "SELECT a OPERATOR(pg_catalog.=) ANY (ARRAY[1, pg_catalog.f(2)]) AND b OPERATOR(pg_catalog.<>) ALL (SELECT c FROM d)",
            ),
            (
                "SELECT a LIKE 'b' OR a NOT LIKE '=('",
                "SELECT a OPERATOR(pg_catalog.~~) 'b' OR a OPERATOR(pg_catalog.!~~) '=('",
            ),
            (
                "WITH RECURSIVE t (a) AS (SELECT 1) SELECT EXISTS (SELECT FROM t)",
                "WITH RECURSIVE t (a) AS (SELECT 1) SELECT EXISTS (SELECT FROM t)",
            ),
            (
                "SELECT f(a => 1) -- b = c",
                "SELECT pg_catalog.f(a => 1) -- b = c",
            ),
        ];
        for (sql, expected) in cases {
            assert_eq!(qualified(sql), expected);
            assert_eq!(qualified(expected), expected, "twice");
            assert!(lookups(expected).is_empty(), "{:?}", lookups(expected));
        }
    }

    #[test]
    fn what_is_left_to_the_search_path_is_listed() {
        let sql = "SELECT a BETWEEN 1 AND 2, b IS DISTINCT FROM c, CASE d WHEN 1 THEN 2 END, CASE WHEN e THEN 1 END, \
                   f(x)::text, NULLIF(g, h), i || j, k <= l, s.m(n) FROM o JOIN p USING (q)";
        let expected = [
            "BETWEEN", "DISTINCT", "CASE", "f", "text", "NULLIF", "||", "<=", "USING",
        ];
        assert_eq!(lookups(sql), expected);
    }
}
