//! Where a statement ends, as psql sees it.
//!
//! It knows quotes (`''`, `E''`, `U&''`, `""`), dollar quotes, nested comments, parentheses and `BEGIN ATOMIC` bodies, and nothing else of
//! the grammar: `statement` reads what a statement means, and the server decides whether it is valid SQL. The rules are those of
//! PostgreSQL's `src/fe_utils/psqlscan.l` under `standard_conforming_strings = on`.
//!
//! psql reads a text line by line, and has variables. In two places that makes it read something else than the server does; a text is refused
//! there ([`Problem::ContinuedEscapes`], [`Problem::Variable`]), so that what runs never depends on who reads it.
//!
//! The lexer never recurses, and keeps only the first [`FIRST_TOKENS`] tokens and the last three of a statement, however long it is.

mod scan;
#[cfg(test)]
mod tests;

use std::ops::Range;

use scan::Scanner;

/// How many tokens a [`RawStatement`] holds of its beginning: more than a COPY or a CREATE INDEX can have, and few beside the rows of a
/// statement that carries data.
pub const FIRST_TOKENS: usize = 4096;

/// How many it holds of its end, if it is longer than that: `WITH NO DATA`.
pub const LAST_TOKENS: usize = 3;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword or an unquoted identifier.
    Word,
    /// A `"quoted"` or `U&"quoted"` identifier.
    Quoted,
    /// A string constant of any kind, dollar quotes included.
    String,
    /// A number or a parameter like `$1`, with whatever sticks to it.
    Number,
    /// `:name`, which psql replaces if it has such a variable; it only has those that it sets itself, and these are refused.
    Variable,
    /// A single other character: a parenthesis, a comma, one character of an operator; or `::` or `..`.
    Symbol,
}

/// One token, by its byte range in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What the token is.
    pub kind: TokenKind,
    /// First byte.
    pub start: usize,
    /// First byte after the token.
    pub end: usize,
}

impl Token {
    /// The token's text.
    pub fn text<'a>(&self, sql: &'a str) -> &'a str {
        &sql[self.start..self.end]
    }

    /// What stands between the quotes of a string constant, as bytes of the text; `None` where that is not the text that the server reads.
    pub fn inside(&self, sql: &str) -> Option<Range<usize>> {
        let written = self.text(sql);
        let length = match written.strip_prefix('$') {
            Some(rest) => rest.find('$')? + 2,
            None => 1,
        };
        let is_plain = written.starts_with('$') || written.starts_with('\'');
        let is_string = self.kind == TokenKind::String && is_plain && written.len() >= 2 * length;
        is_string.then(|| self.start + length..self.end - length)
    }
}

/// One statement, without the semicolon that ends it. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawStatement {
    /// Tokens, comments and white space left out; of a long statement only the [`FIRST_TOKENS`] first and the [`LAST_TOKENS`] last.
    pub tokens: Vec<Token>,
    /// Comments between the previous statement and the first token, as byte ranges.
    pub comments: Vec<Range<usize>>,
}

impl RawStatement {
    /// Bytes from the first token to the end of the last one.
    pub fn range(&self) -> Range<usize> {
        let first = self.tokens.first().map_or(0, |token| token.start);
        first..self.tokens.last().map_or(first, |token| token.end)
    }

    fn push(&mut self, token: Token) {
        if self.tokens.len() == FIRST_TOKENS + LAST_TOKENS {
            self.tokens.remove(FIRST_TOKENS);
        }
        self.tokens.push(token);
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
    /// An `E''` constant that continues in a later line, with an escaped quote there: psql forgets the `E` at the end of the line.
    #[error(
        "psql and the server disagree where this part of an E'' constant ends: write the constant in one part"
    )]
    ContinuedEscapes,
    /// `:e'\''` or `:a$b$`: a constant or name to the server, a variable and what follows it to psql; or `:USER`, which psql replaces.
    #[error(
        "psql takes this for a variable of its own and the server does not: write a blank behind the colon"
    )]
    Variable,
}

/// Splits a text into its statements, as psql does. A byte order mark at its start must be gone already.
///
/// # Errors
/// At the first place where the text cannot be split. Bytes of the text that no statement holds are white space, comments and semicolons.
pub fn split(sql: &str) -> Result<Vec<RawStatement>, Error> {
    statements(sql).collect()
}

/// The statements of a text, one at a time; see [`split`]. Nothing follows an error.
pub fn statements(sql: &str) -> Statements<'_> {
    Statements {
        scanner: Scanner::new(sql),
        failed: false,
    }
}

/// The tokens of a text that need not be a whole statement, such as the body of a `DO`. Stops quietly where the text cannot be read.
pub fn tokens(sql: &str) -> Vec<Token> {
    stream(sql).collect()
}

/// What [`tokens`] returns, one at a time.
pub fn stream(sql: &str) -> impl Iterator<Item = Token> + '_ {
    let mut scanner = Scanner::new(sql);
    std::iter::from_fn(move || scanner.next_token(None).ok().flatten())
}

/// A part of a text that is not white space.
pub enum Piece {
    /// A comment, by its byte range.
    Comment(Range<usize>),
    /// A token.
    Token(Token),
}

/// The comments and tokens of a text, in its order. Stops quietly where the text cannot be read.
pub fn pieces(sql: &str) -> impl Iterator<Item = Piece> + '_ {
    let mut scanner = Scanner::new(sql);
    let ends = std::iter::from_fn(move || {
        let mut comments = Vec::new();
        let token = scanner.next_token(Some(&mut comments)).ok().flatten();
        let is_end = token.is_none() && comments.is_empty();
        (!is_end).then(|| {
            let comments = comments.into_iter().map(Piece::Comment);
            comments.chain(token.map(Piece::Token))
        })
    });
    ends.flatten()
}

/// An iterator over the statements of a text.
#[derive(Debug, Clone)]
pub struct Statements<'a> {
    scanner: Scanner<'a>,
    failed: bool,
}

impl Iterator for Statements<'_> {
    type Item = Result<RawStatement, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        let statement = self.next_statement().transpose();
        self.failed = matches!(statement, Some(Err(_)));
        statement
    }
}

impl Statements<'_> {
    fn next_statement(&mut self) -> Result<Option<RawStatement>, Error> {
        let mut statement = RawStatement {
            tokens: Vec::new(),
            comments: Vec::new(),
        };
        let mut nesting = Nesting::default();
        loop {
            let comments = statement
                .tokens
                .is_empty()
                .then_some(&mut statement.comments);
            let Some(token) = self.scanner.next_token(comments)? else {
                break;
            };
            let text = token.text(self.scanner.sql());
            if text == ";" && nesting.is_outermost() {
                if statement.tokens.is_empty() {
                    statement.comments.clear();
                    continue;
                }
                return Ok(Some(statement));
            }
            nesting.see(token, text);
            statement.push(token);
        }
        match nesting.unclosed() {
            Some(error) => Err(error),
            None => Ok((!statement.tokens.is_empty()).then_some(statement)),
        }
    }
}

/// What a semicolon would be inside of: parentheses, or the body of a function written in SQL.
#[derive(Default)]
struct Nesting {
    parentheses: Open,
    begins: Open,
    words: usize,
    /// First letters of the first four words, where these are of `CREATE OR REPLACE FUNCTION | PROCEDURE`.
    head: [u8; 4],
}

impl Nesting {
    fn is_outermost(&self) -> bool {
        self.parentheses.depth == 0 && self.begins.depth == 0
    }

    fn see(&mut self, token: Token, text: &str) {
        match (token.kind, text) {
            (TokenKind::Symbol, "(") => self.parentheses.open(token.start),
            (TokenKind::Symbol, ")") => self.parentheses.close(),
            (TokenKind::Word, word) if self.parentheses.depth == 0 => {
                self.see_word(token.start, word);
            }
            _ => {}
        }
    }

    /// psql's heuristic for `BEGIN ATOMIC … END`: inside a statement that starts with CREATE [OR REPLACE] FUNCTION or PROCEDURE, BEGIN opens
    /// and END closes, and CASE opens too because it also ends with END. Words in parentheses mean nothing to it; that a psql from before
    /// the minor releases of November 2026 counts them shows in no statement that the server would take.
    fn see_word(&mut self, offset: usize, word: &str) {
        let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
        if let Some(letter) = self.head.get_mut(self.words)
            && ["create", "or", "replace", "function", "procedure"]
                .iter()
                .any(|keyword| is(keyword))
        {
            *letter = word.as_bytes()[0].to_ascii_lowercase();
        }
        self.words += 1;
        let creates_routine = matches!(
            self.head,
            [b'c', b'f' | b'p', ..] | [b'c', b'o', b'r', b'f' | b'p']
        );
        if !creates_routine {
            return;
        }
        if is("begin") || (is("case") && self.begins.depth > 0) {
            self.begins.open(offset);
        } else if is("end") {
            self.begins.close();
        }
    }

    fn unclosed(&self) -> Option<Error> {
        let (open, problem) = match self.parentheses.depth {
            0 => (&self.begins, Problem::UnclosedBegin),
            _ => (&self.parentheses, Problem::UnclosedParenthesis),
        };
        (open.depth > 0).then_some(Error {
            offset: open.outermost,
            problem,
        })
    }
}

/// Open pairs. Closing more than are open means nothing, as in psql.
#[derive(Default)]
struct Open {
    depth: usize,
    /// Where the outermost one was opened.
    outermost: usize,
}

impl Open {
    fn open(&mut self, offset: usize) {
        if self.depth == 0 {
            self.outermost = offset;
        }
        self.depth += 1;
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }
}
