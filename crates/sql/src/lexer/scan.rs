//! One token after the other. What a token is, is decided here alone; which of them end a statement, in the module above.

use std::ops::Range;

use super::{Error, Problem, Token, TokenKind};

/// Variables that psql sets for itself, some of them after every statement; their names are in upper case, and case matters. From the
/// documentation of psql 15 to 18; those that it only looks up are not among them.
const SET_BY_PSQL: &[&str] = &[
    "AUTOCOMMIT",
    "COMP_KEYWORD_CASE",
    "DBNAME",
    "ECHO",
    "ECHO_HIDDEN",
    "ENCODING",
    "ERROR",
    "FETCH_COUNT",
    "HIDE_TABLEAM",
    "HIDE_TOAST_COMPRESSION",
    "HISTCONTROL",
    "HISTSIZE",
    "HOST",
    "IGNOREEOF",
    "LASTOID",
    "LAST_ERROR_MESSAGE",
    "LAST_ERROR_SQLSTATE",
    "ON_ERROR_ROLLBACK",
    "ON_ERROR_STOP",
    "PIPELINE_COMMAND_COUNT",
    "PIPELINE_RESULT_COUNT",
    "PIPELINE_SYNC_COUNT",
    "PORT",
    "PROMPT1",
    "PROMPT2",
    "PROMPT3",
    "QUIET",
    "ROW_COUNT",
    "SERVER_VERSION_NAME",
    "SERVER_VERSION_NUM",
    "SERVICE",
    "SERVICEFILE",
    "SHELL_ERROR",
    "SHELL_EXIT_CODE",
    "SHOW_ALL_RESULTS",
    "SHOW_CONTEXT",
    "SINGLELINE",
    "SINGLESTEP",
    "SQLSTATE",
    "USER",
    "VERBOSITY",
    "VERSION",
    "VERSION_NAME",
    "VERSION_NUM",
    "WATCH_INTERVAL",
];

/// A place in a text, outside any token.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scanner<'a> {
    sql: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(sql: &'a str) -> Self {
        Scanner { sql, at: 0 }
    }

    pub(super) fn sql(&self) -> &'a str {
        self.sql
    }

    /// The next token; comments passed on the way are added to `comments`.
    pub(super) fn next_token(
        &mut self,
        comments: Option<&mut Vec<Range<usize>>>,
    ) -> Result<Option<Token>, Error> {
        self.skip_blank(comments)?;
        let Some(byte) = self.byte(0) else {
            return Ok(None);
        };
        let start = self.at;
        let kind = match byte {
            b'\'' => self.string(start, false)?,
            b'"' => self.quoted_identifier(start)?,
            b'$' => self.dollar(start)?,
            b':' => self.colon(start)?,
            b'\\' => return Err(problem(start, Problem::MetaCommand)),
            b'0'..=b'9' => self.number(),
            b'.' => self.dot(),
            byte if is_word_start(byte) => self.word(start)?,
            _ => self.symbol(1),
        };
        let end = self.at;
        Ok(Some(Token { kind, start, end }))
    }

    fn bytes(&self) -> &'a [u8] {
        self.sql.as_bytes()
    }

    /// The byte that is `ahead` of this place.
    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes().get(self.at + ahead).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes().get(self.at..).unwrap_or_default()
    }

    fn skip_while(&mut self, belongs: impl Fn(u8) -> bool) {
        let rest = self.rest();
        let length = rest.iter().position(|&byte| !belongs(byte));
        self.at += length.unwrap_or(rest.len());
    }

    /// `comments` is used only between two statements.
    fn skip_blank(&mut self, mut comments: Option<&mut Vec<Range<usize>>>) -> Result<(), Error> {
        loop {
            let start = self.at;
            match self.rest() {
                [b'\\', ..] if comments.is_some() => match self.restriction() {
                    Some(length) => {
                        self.at += length;
                        continue;
                    }
                    None => return Ok(()),
                },
                [byte, ..] if is_blank(*byte) => {
                    self.at += 1;
                    continue;
                }
                [b'-', b'-', ..] => self.skip_while(|byte| !is_newline(byte)),
                [b'/', b'*', ..] => self.block_comment()?,
                _ => return Ok(()),
            }
            if let Some(comments) = &mut comments {
                comments.push(start..self.at);
            }
        }
    }

    /// The length of a `\restrict KEY` or `\unrestrict KEY` that ends its line. pg_dump writes them around what it dumps, so that psql takes
    /// no meta-command in between; here none is taken anywhere.
    fn restriction(&self) -> Option<usize> {
        let rest = self.rest();
        let line = rest.split(|&byte| is_newline(byte)).next()?;
        let mut words = line
            .split(|&byte| is_blank(byte))
            .filter(|word| !word.is_empty());
        let is_named = matches!(words.next(), Some(b"\\restrict" | b"\\unrestrict"));
        let key = words.next()?;
        let is_key = key.iter().all(u8::is_ascii_alphanumeric);
        (is_named && is_key && words.next().is_none()).then_some(line.len())
    }

    fn block_comment(&mut self) -> Result<(), Error> {
        let start = self.at;
        let mut depth = 0usize;
        loop {
            match self.rest() {
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
                [] => return Err(problem(start, Problem::UnclosedComment)),
                _ => self.at += 1,
            }
        }
    }

    /// A string constant whose opening quote is at this place.
    ///
    /// SQL joins constants that only white space with a newline separates. Without escapes that reads the same as two constants. With them
    /// the server reads escapes in every part, and psql only in those that no line feed parts from the first.
    fn string(&mut self, start: usize, escapes: bool) -> Result<TokenKind, Error> {
        let mut psql_knows = true;
        loop {
            let end = self.quote_end(escapes);
            if !psql_knows && end != self.quote_end(false) {
                return Err(problem(self.at, Problem::ContinuedEscapes));
            }
            self.at = end.ok_or(problem(start, Problem::UnclosedString))?;
            let Some(next) = escapes.then(|| self.continuation()).flatten() else {
                return Ok(TokenKind::String);
            };
            psql_knows &= !self.bytes()[self.at..next].contains(&b'\n');
            self.at = next;
        }
    }

    /// The end of the part of a string constant whose opening quote is at this place.
    fn quote_end(mut self, escapes: bool) -> Option<usize> {
        self.at += 1;
        loop {
            self.skip_while(|byte| byte != b'\'' && (byte != b'\\' || !escapes));
            match self.rest() {
                [] => return None,
                [b'\'', b'\'', ..] | [b'\\', ..] => self.at += 2,
                _ => return Some(self.at + 1),
            }
        }
    }

    /// The opening quote of the part that continues the string constant which ends here.
    fn continuation(&self) -> Option<usize> {
        let mut probe = *self;
        let mut newline = false;
        loop {
            match probe.rest() {
                [b'-', b'-', ..] => probe.skip_while(|byte| !is_newline(byte)),
                [b'\'', ..] if newline => return Some(probe.at),
                [byte, ..] if is_blank(*byte) => {
                    newline |= is_newline(*byte);
                    probe.at += 1;
                }
                _ => return None,
            }
        }
    }

    fn quoted_identifier(&mut self, start: usize) -> Result<TokenKind, Error> {
        self.at += 1;
        loop {
            self.skip_while(|byte| byte != b'"');
            match self.rest() {
                [] => return Err(problem(start, Problem::UnclosedIdentifier)),
                [b'"', b'"', ..] => self.at += 2,
                _ => {
                    self.at += 1;
                    return Ok(TokenKind::Quoted);
                }
            }
        }
    }

    /// A dollar quote, a parameter like `$1`, or a lone dollar sign.
    fn dollar(&mut self, start: usize) -> Result<TokenKind, Error> {
        if self.byte(1).is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
            self.skip_while(|byte| byte.is_ascii_digit());
            self.skip_junk();
            return Ok(TokenKind::Number);
        }
        let Some(length) = self.dollar_delimiter() else {
            return Ok(self.symbol(1));
        };
        let body = start + length;
        let delimiter = &self.sql[start..body];
        let Some(found) = self.sql[body..].find(delimiter) else {
            return Err(problem(start, Problem::UnclosedDollarQuote));
        };
        self.at = body + found + length;
        Ok(TokenKind::String)
    }

    /// Bytes of the `$tag$` at this place, if there is one.
    fn dollar_delimiter(&self) -> Option<usize> {
        let behind = self.rest().strip_prefix(b"$")?;
        let tag = behind.iter().take_while(|&&byte| is_name(byte)).count();
        let opens = behind.get(tag) == Some(&b'$') && !behind[0].is_ascii_digit();
        opens.then_some(tag + 2)
    }

    /// `::`, `:name`, or a lone colon. To psql a variable's name holds no dollar sign and is no prefix of a constant.
    fn colon(&mut self, start: usize) -> Result<TokenKind, Error> {
        match self.byte(1) {
            Some(b':') => return Ok(self.symbol(2)),
            Some(byte) if is_name(byte) => {}
            _ => return Ok(self.symbol(1)),
        }
        self.at += 1;
        self.skip_while(is_name);
        let name = &self.sql[start + 1..self.at];
        let is_differently_read = match self.byte(0) {
            Some(b'\'') if name.eq_ignore_ascii_case("e") => {
                self.quote_end(true) != self.quote_end(false)
            }
            _ => self.dollar_delimiter().is_some() || SET_BY_PSQL.contains(&name),
        };
        if is_differently_read {
            Err(problem(start, Problem::Variable))
        } else {
            Ok(TokenKind::Variable)
        }
    }

    /// `..`, a number that starts with its point, or a lone point.
    fn dot(&mut self) -> TokenKind {
        match self.byte(1) {
            Some(b'.') => self.symbol(2),
            Some(b'0'..=b'9') => self.number(),
            _ => self.symbol(1),
        }
    }

    /// A number, and the name that follows it without a gap. `1..2` is a range of two numbers.
    fn number(&mut self) -> TokenKind {
        let is_digit = |byte: u8| byte.is_ascii_digit();
        self.skip_while(is_digit);
        if self.byte(0) == Some(b'.') && self.byte(1) != Some(b'.') {
            self.at += 1;
            self.skip_while(is_digit);
        }
        if let [b'e' | b'E', b'+' | b'-', ..] = self.rest() {
            self.at += 2;
            let exponent = self.at;
            self.skip_while(is_digit);
            if exponent == self.at {
                return TokenKind::Number;
            }
        }
        self.skip_junk();
        TokenKind::Number
    }

    /// A name directly after a number is not a separate word, and not the prefix of a constant.
    fn skip_junk(&mut self) {
        if self.byte(0).is_some_and(is_word_start) {
            self.skip_while(is_word);
        }
    }

    /// A word, or the constant or identifier that its letters are a prefix of.
    fn word(&mut self, start: usize) -> Result<TokenKind, Error> {
        let prefix = match self.rest() {
            [b'e' | b'E', b'\'', ..] => {
                self.at += 1;
                return self.string(start, true);
            }
            [b'b' | b'B' | b'x' | b'X' | b'n' | b'N', quote @ b'\'', ..] => Some((1, *quote)),
            [b'u' | b'U', b'&', quote @ (b'\'' | b'"'), ..] => Some((2, *quote)),
            // psql does not count the letter as a word.
            [b'u' | b'U', b'&', ..] => return Ok(self.symbol(1)),
            _ => None,
        };
        if let Some((length, quote)) = prefix {
            self.at += length;
            return match quote {
                b'"' => self.quoted_identifier(start),
                _ => self.string(start, false),
            };
        }
        self.skip_while(is_word);
        Ok(TokenKind::Word)
    }

    fn symbol(&mut self, length: usize) -> TokenKind {
        self.at += length;
        TokenKind::Symbol
    }
}

fn problem(offset: usize, problem: Problem) -> Error {
    Error { offset, problem }
}

/// The vertical tab is white space since PostgreSQL 16, and an error before.
fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn is_newline(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}

fn is_word_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// The characters of the names of dollar quotes and of psql's variables.
fn is_name(byte: u8) -> bool {
    is_word_start(byte) || byte.is_ascii_digit()
}

fn is_word(byte: u8) -> bool {
    is_name(byte) || byte == b'$'
}
