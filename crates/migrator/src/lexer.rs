//! A small lexer for PostgreSQL's SQL, with psql's idea of where a statement ends.
//!
//! It knows quotes (`''`, `E''`, `U&''`, `""`), dollar quotes, nested comments, parentheses and `BEGIN ATOMIC` bodies, and nothing else of
//! the grammar: what a statement means is read in `statement`, and whether it is valid SQL is the server's to say. The rules are those of
//! PostgreSQL's `src/fe_utils/psqlscan.l` under `standard_conforming_strings = on`.
//!
//! The lexer never recurses and holds no more than the tokens of one statement.

use std::ops::Range;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword or an unquoted identifier.
    Word,
    /// A `"quoted"` or `U&"quoted"` identifier.
    Quoted,
    /// A string constant of any kind, dollar quotes included.
    String,
    /// A number, with whatever sticks to it.
    Number,
    /// A single other character: a parenthesis, a comma, one character of an operator.
    Symbol,
}

/// One token, by its byte range in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What the token is.
    pub kind: TokenKind,
    /// First byte.
    pub start: usize,
    /// First byte behind the token.
    pub end: usize,
}

impl Token {
    /// The token's own text.
    pub fn text<'a>(&self, sql: &'a str) -> &'a str {
        &sql[self.start..self.end]
    }
}

/// One statement: its tokens, without the semicolon that ends it. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawStatement {
    /// Tokens, comments and white space left out.
    pub tokens: Vec<Token>,
    /// Comments that stand before the first token, since the statement before it, as byte ranges.
    pub comments: Vec<Range<usize>>,
}

impl RawStatement {
    /// Bytes from the first token to the end of the last one.
    pub fn range(&self) -> Range<usize> {
        let first = self.tokens.first().map_or(0, |token| token.start);
        first..self.tokens.last().map_or(first, |token| token.end)
    }
}

/// Why a text cannot be split into statements; the offset is a byte of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct Error {
    /// Where the problem starts.
    pub offset: usize,
    /// What it is.
    pub problem: Problem,
}

/// What stops the splitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A string constant without its closing quote.
    #[error("this string constant is never closed")]
    UnclosedString,
    /// A quoted identifier without its closing quote.
    #[error("this quoted identifier is never closed")]
    UnclosedIdentifier,
    /// A dollar-quoted constant without its closing tag.
    #[error("this dollar-quoted string is never closed")]
    UnclosedDollarQuote,
    /// A block comment without its closing `*/`.
    #[error("this comment is never closed")]
    UnclosedComment,
    /// A parenthesis without its partner; every later semicolon would belong to it.
    #[error("this parenthesis is never closed")]
    UnclosedParenthesis,
    /// A `BEGIN ATOMIC` body without its `END`.
    #[error("this BEGIN has no END")]
    UnclosedBegin,
    /// A backslash outside quotes: to psql it starts a meta-command.
    #[error("psql meta-commands are not SQL and do not work here")]
    MetaCommand,
}

/// Splits a text into its statements, as psql does.
pub fn split(sql: &str) -> Result<Vec<RawStatement>, Error> {
    let mut lexer = Lexer::new(sql);
    let mut statements = Vec::new();
    while let Some(statement) = lexer.next_statement()? {
        statements.push(statement);
    }
    Ok(statements)
}

/// The tokens of a text that need not be a whole statement, such as the body of a `DO`. Stops quietly where the text cannot be read.
pub fn tokens(sql: &str) -> Vec<Token> {
    let mut lexer = Lexer::new(sql);
    let mut tokens = Vec::new();
    while let Ok(Some(token)) = lexer.next_token(&mut Vec::new()) {
        tokens.push(token);
    }
    tokens
}

struct Lexer<'a> {
    sql: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Lexer<'a> {
    fn new(sql: &'a str) -> Self {
        Lexer {
            sql,
            bytes: sql.as_bytes(),
            at: 0,
        }
    }

    fn next_statement(&mut self) -> Result<Option<RawStatement>, Error> {
        let mut statement = RawStatement {
            tokens: Vec::new(),
            comments: Vec::new(),
        };
        let mut inside = Vec::new();
        let mut nesting = Nesting::default();
        loop {
            let comments = match statement.tokens.is_empty() {
                true => &mut statement.comments,
                false => &mut inside,
            };
            let Some(token) = self.next_token(comments)? else {
                break;
            };
            let text = token.text(self.sql);
            if text == ";" && token.kind == TokenKind::Symbol && nesting.is_outermost() {
                if statement.tokens.is_empty() {
                    statement.comments.clear();
                    continue;
                }
                return Ok(Some(statement));
            }
            nesting.see(token, text);
            statement.tokens.push(token);
        }
        if let Some(error) = nesting.unclosed() {
            return Err(error);
        }
        Ok((!statement.tokens.is_empty()).then_some(statement))
    }

    /// The next token; comments passed on the way are added to `comments`.
    fn next_token(&mut self, comments: &mut Vec<Range<usize>>) -> Result<Option<Token>, Error> {
        self.skip_blank(comments)?;
        let Some(&byte) = self.bytes.get(self.at) else {
            return Ok(None);
        };
        let start = self.at;
        let kind = match byte {
            b'\'' => self.string(start, false)?,
            b'"' => self.quoted_identifier(start)?,
            b'$' => self.dollar(start)?,
            b'\\' => {
                return Err(Error {
                    offset: start,
                    problem: Problem::MetaCommand,
                });
            }
            b'0'..=b'9' => self.number(),
            byte if is_word_start(byte) => self.word(start)?,
            _ => {
                self.at += self.sql[start..].chars().next().map_or(1, char::len_utf8);
                TokenKind::Symbol
            }
        };
        Ok(Some(Token {
            kind,
            start,
            end: self.at,
        }))
    }

    fn skip_blank(&mut self, comments: &mut Vec<Range<usize>>) -> Result<(), Error> {
        loop {
            let start = self.at;
            match self.bytes.get(self.at) {
                Some(b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c) => {
                    self.at += 1;
                    continue;
                }
                Some(b'-') if self.bytes.get(self.at + 1) == Some(&b'-') => self.skip_line(),
                Some(b'/') if self.bytes.get(self.at + 1) == Some(&b'*') => {
                    self.block_comment()?;
                }
                _ => return Ok(()),
            }
            comments.push(start..self.at);
        }
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.at..];
        self.at += rest
            .iter()
            .position(|&b| b == b'\n' || b == b'\r')
            .unwrap_or(rest.len());
    }

    fn block_comment(&mut self) -> Result<(), Error> {
        let offset = self.at;
        let mut depth = 0usize;
        while self.at < self.bytes.len() {
            match &self.bytes[self.at..] {
                [b'/', b'*', ..] => {
                    depth += 1;
                    self.at += 2;
                }
                [b'*', b'/', ..] => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return Ok(());
                    }
                }
                _ => self.at += 1,
            }
        }
        Err(Error {
            offset,
            problem: Problem::UnclosedComment,
        })
    }

    /// A string constant whose opening quote is at `self.at`.
    fn string(&mut self, start: usize, escapes: bool) -> Result<TokenKind, Error> {
        self.at += 1;
        loop {
            match self.bytes.get(self.at) {
                None => {
                    return Err(Error {
                        offset: start,
                        problem: Problem::UnclosedString,
                    });
                }
                Some(b'\\') if escapes => self.at += 2,
                Some(b'\'') if self.bytes.get(self.at + 1) == Some(&b'\'') => self.at += 2,
                Some(b'\'') => {
                    self.at += 1;
                    // Without escapes a continuation reads the same as a second constant.
                    match escapes.then(|| self.continuation()).flatten() {
                        Some(next) => self.at = next,
                        None => return Ok(TokenKind::String),
                    }
                }
                Some(_) => self.at += 1,
            }
        }
    }

    /// SQL joins string constants that only white space with a newline separates; an `E''` constant stays one across that gap. Returns the
    /// first byte of the continued content.
    fn continuation(&self) -> Option<usize> {
        let mut probe = Lexer {
            at: self.at,
            ..*self
        };
        let mut newline = false;
        loop {
            match probe.bytes.get(probe.at)? {
                b'\n' | b'\r' => newline = true,
                b' ' | b'\t' | 0x0b | 0x0c => {}
                b'-' if probe.bytes.get(probe.at + 1) == Some(&b'-') => {
                    probe.skip_line();
                    continue;
                }
                b'\'' if newline => return Some(probe.at + 1),
                _ => return None,
            }
            probe.at += 1;
        }
    }

    fn quoted_identifier(&mut self, start: usize) -> Result<TokenKind, Error> {
        self.at += 1;
        loop {
            match self.bytes[self.at..].iter().position(|&b| b == b'"') {
                None => {
                    return Err(Error {
                        offset: start,
                        problem: Problem::UnclosedIdentifier,
                    });
                }
                Some(quote) => self.at += quote + 1,
            }
            if self.bytes.get(self.at) != Some(&b'"') {
                return Ok(TokenKind::Quoted);
            }
            self.at += 1;
        }
    }

    /// A dollar quote, a parameter like `$1`, or a lone dollar sign.
    fn dollar(&mut self, start: usize) -> Result<TokenKind, Error> {
        let rest = &self.bytes[start + 1..];
        let tag = rest
            .iter()
            .take_while(|&&b| is_word_start(b) || b.is_ascii_digit())
            .count();
        let opens = rest.get(tag) == Some(&b'$') && !rest[0].is_ascii_digit();
        if !opens {
            self.at += 1;
            return Ok(TokenKind::Symbol);
        }
        let delimiter = &self.sql[start..start + tag + 2];
        let body = start + delimiter.len();
        match self.sql[body..].find(delimiter) {
            Some(length) => {
                self.at = body + length + delimiter.len();
                Ok(TokenKind::String)
            }
            None => Err(Error {
                offset: start,
                problem: Problem::UnclosedDollarQuote,
            }),
        }
    }

    fn number(&mut self) -> TokenKind {
        while self
            .bytes
            .get(self.at)
            .is_some_and(|&b| b.is_ascii_alphanumeric() || b == b'.' || b == b'_')
        {
            self.at += 1;
        }
        TokenKind::Number
    }

    /// A word, or the constant or identifier that its letters are a prefix of.
    fn word(&mut self, start: usize) -> Result<TokenKind, Error> {
        match &self.bytes[start..] {
            [b'e' | b'E', b'\'', ..] => {
                self.at += 1;
                return self.string(start, true);
            }
            [b'b' | b'B' | b'x' | b'X' | b'n' | b'N', b'\'', ..] => {
                self.at += 1;
                return self.string(start, false);
            }
            [b'u' | b'U', b'&', b'\'', ..] => {
                self.at += 2;
                return self.string(start, false);
            }
            [b'u' | b'U', b'&', b'"', ..] => {
                self.at += 2;
                return self.quoted_identifier(start);
            }
            _ => {}
        }
        while self.bytes.get(self.at).is_some_and(|&b| is_word_byte(b)) {
            self.at += 1;
        }
        Ok(TokenKind::Word)
    }
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

fn is_word_byte(byte: u8) -> bool {
    is_word_start(byte) || byte.is_ascii_digit() || byte == b'$'
}

/// What a semicolon would be inside of: parentheses, or the body of a function written in SQL.
#[derive(Default)]
struct Nesting {
    parentheses: Vec<usize>,
    begins: Vec<usize>,
    words: usize,
    /// First letters of the first four words, where these are of `CREATE OR REPLACE FUNCTION | PROCEDURE`.
    head: [u8; 4],
}

impl Nesting {
    fn is_outermost(&self) -> bool {
        self.parentheses.is_empty() && self.begins.is_empty()
    }

    fn see(&mut self, token: Token, text: &str) {
        match (token.kind, text) {
            (TokenKind::Symbol, "(") => self.parentheses.push(token.start),
            (TokenKind::Symbol, ")") => {
                self.parentheses.pop();
            }
            (TokenKind::Word, word) => self.see_word(token.start, word),
            _ => {}
        }
    }

    /// psql's heuristic for `BEGIN ATOMIC … END`: inside a statement that starts with CREATE [OR REPLACE] FUNCTION or PROCEDURE, BEGIN opens
    /// and END closes, and CASE opens too because it also ends with END.
    fn see_word(&mut self, offset: usize, word: &str) {
        let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
        if self.words < self.head.len()
            && ["create", "or", "replace", "function", "procedure"]
                .iter()
                .any(|word| is(word))
        {
            self.head[self.words] = word.as_bytes()[0].to_ascii_lowercase();
        }
        self.words += 1;
        let creates_routine = matches!(self.head, [b'c', b'f' | b'p', ..])
            || matches!(self.head, [b'c', b'o', b'r', b'f' | b'p']);
        if !creates_routine || !self.parentheses.is_empty() {
            return;
        }
        if is("begin") || (is("case") && !self.begins.is_empty()) {
            self.begins.push(offset);
        } else if is("end") {
            self.begins.pop();
        }
    }

    fn unclosed(&self) -> Option<Error> {
        let error = |offset: &usize, problem| Error {
            offset: *offset,
            problem,
        };
        let parenthesis = self
            .parentheses
            .last()
            .map(|at| error(at, Problem::UnclosedParenthesis));
        parenthesis.or_else(|| {
            self.begins
                .last()
                .map(|at| error(at, Problem::UnclosedBegin))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statements(sql: &str) -> Vec<&str> {
        split(sql)
            .unwrap()
            .iter()
            .map(|statement| &sql[statement.range()])
            .collect()
    }

    #[test]
    fn a_semicolon_ends_a_statement_only_where_psql_says_so() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            (";;  ; -- nothing\n /* ; */", &[]),
            ("a; b ;c", &["a", "b", "c"]),
            ("select ';'; b", &["select ';'", "b"]),
            ("select 'it''s;'; b", &["select 'it''s;'", "b"]),
            (r"select 'a\'; b", &[r"select 'a\'", "b"]),
            (r"select E'a\';'; b", &[r"select E'a\';'", "b"]),
            (
                "select e'a'\n  'b\\';'; c",
                &["select e'a'\n  'b\\';'", "c"],
            ),
            (
                "select e'a' -- x\n 'b\\';'; c",
                &["select e'a' -- x\n 'b\\';'", "c"],
            ),
            (r"select fee'a\'; b", &[r"select fee'a\'", "b"]),
            (
                "select U&'\\0061;', u&\"a;\"\"b\"; b",
                &["select U&'\\0061;', u&\"a;\"\"b\"", "b"],
            ),
            ("select \"a;\"\"b\"; c", &["select \"a;\"\"b\"", "c"]),
            ("do $$ a; b $$; c", &["do $$ a; b $$", "c"]),
            (
                "do $x$ a; $$ $y$ b $x$; c",
                &["do $x$ a; $$ $y$ b $x$", "c"],
            ),
            ("select a$b$c; d$b$; e", &["select a$b$c", "d$b$", "e"]),
            ("select $1; b", &["select $1", "b"]),
            ("select $1$; b", &["select $1$", "b"]),
            ("a /* ; /* ; */ ; */ b; c", &["a /* ; /* ; */ ; */ b", "c"]),
            ("a -- ;\n b; c", &["a -- ;\n b", "c"]),
            ("select 1 +-- ;\n 2; b", &["select 1 +-- ;\n 2", "b"]),
            ("select 2 */* ; */ 3; b", &["select 2 */* ; */ 3", "b"]),
            (
                "create rule r as on insert to t do (a; b); c",
                &["create rule r as on insert to t do (a; b)", "c"],
            ),
            ("a)); b", &["a))", "b"]),
            (
                "create function f() begin atomic select case when a then b end; select 1; end; b",
                &[
                    "create function f() begin atomic select case when a then b end; select 1; end",
                    "b",
                ],
            ),
            (
                "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC a; END; b",
                &["CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC a; END", "b"],
            ),
            ("begin; a; end; b", &["begin", "a", "end", "b"]),
            (
                "select 'ü;', \"ß;\", ü; b",
                &["select 'ü;', \"ß;\", ü", "b"],
            ),
            ("-- first\nselect 1 -- last", &["select 1"]),
        ];
        for (sql, expected) in cases {
            assert_eq!(&statements(sql), expected, "{sql}");
        }
    }

    #[test]
    fn what_is_never_closed_is_named_where_it_opens() {
        let cases = [
            ("a; select 'b;", 10, Problem::UnclosedString),
            ("a; select E'b\\';", 10, Problem::UnclosedString),
            ("select \"b;", 7, Problem::UnclosedIdentifier),
            ("do $a$ b $b$;", 3, Problem::UnclosedDollarQuote),
            ("a /* b /* c */", 2, Problem::UnclosedComment),
            ("select (1, (2); b", 7, Problem::UnclosedParenthesis),
            (
                "create function f() begin atomic a; b",
                20,
                Problem::UnclosedBegin,
            ),
            ("select 1 \\gset", 9, Problem::MetaCommand),
            ("\\echo hi", 0, Problem::MetaCommand),
            ("select 'a\\", 7, Problem::UnclosedString),
            ("select E'a\\", 7, Problem::UnclosedString),
        ];
        for (sql, offset, problem) in cases {
            assert_eq!(split(sql).unwrap_err(), Error { offset, problem }, "{sql}");
        }
    }

    #[test]
    fn comments_before_a_statement_belong_to_it() {
        let sql = "-- one\na /* no */ a; -- two\n/* three */ -- four\nb -- no\n b";
        let comments: Vec<Vec<&str>> = split(sql)
            .unwrap()
            .iter()
            .map(|statement| {
                statement
                    .comments
                    .iter()
                    .map(|range| &sql[range.clone()])
                    .collect()
            })
            .collect();
        assert_eq!(comments[0], ["-- one"]);
        assert_eq!(comments[1], ["-- two", "/* three */", "-- four"]);
    }

    #[test]
    fn any_text_is_split_without_panic_and_in_order() {
        let alphabet = [
            "'",
            "\"",
            "$",
            "$a$",
            "E'",
            "\\",
            "--",
            "/*",
            "*/",
            "(",
            ")",
            ";",
            "\n",
            " ",
            "a",
            "1",
            "ü",
            "begin",
            "end",
            "create function ",
        ];
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for _ in 0..50_000 {
            let length = next() % 24;
            let sql: String = (0..length)
                .map(|_| alphabet[(next() % 20) as usize])
                .collect();
            let Ok(statements) = split(&sql) else {
                continue;
            };
            let mut end = 0;
            for statement in statements {
                for token in &statement.tokens {
                    assert!(token.start >= end && token.end > token.start, "{sql}");
                    end = token.end;
                    assert!(!token.text(&sql).is_empty());
                }
            }
        }
    }

    #[test]
    fn a_million_parentheses_do_not_overflow_the_stack() {
        let sql = "(".repeat(1_000_000);
        assert_eq!(
            split(&sql).unwrap_err().problem,
            Problem::UnclosedParenthesis
        );
        let sql = format!(
            "select {}1{}; b",
            "(".repeat(1_000_000),
            ")".repeat(1_000_000)
        );
        assert_eq!(split(&sql).unwrap().len(), 2);
    }
}
