//! From a file's text to its queries.

use std::collections::HashMap;
use std::ops::Range;

use sql::lexer::{self, Piece, Token, TokenKind};

use crate::text::{Filter, Placeholder, Query};
use crate::variant::MOST_FILTERS;

/// How a statement of a query can begin.
const STATEMENTS: &[&str] = &[
    "SELECT", "WITH", "VALUES", "TABLE", "INSERT", "UPDATE", "DELETE", "MERGE", "CALL", "(",
];

/// Why a file's queries cannot be read; the offset is a byte of the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct ReadError {
    /// Where the problem starts.
    pub offset: usize,
    /// What it is.
    pub problem: Problem,
}

/// What is wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The text cannot be split into statements.
    #[error(transparent)]
    Text(lexer::Problem),
    /// A statement without a name above it.
    #[error("this statement has no name: write `-- name: what_it_finds` above it")]
    NoName,
    /// A name that is not in snake case, or is longer than 63 bytes.
    #[error(
        "`{0}` is no name of a query: small letters, digits and `_`, a letter first, at most 63"
    )]
    BadName(String),
    /// A name that another query of the file has.
    #[error("line {line} has a query of this name, too: give one of them another name")]
    SameName {
        /// Where the first is.
        line: usize,
    },
    /// A name with no statement below it.
    #[error("the query `{0}` has no statement")]
    NoStatement(String),
    /// A second statement below a name.
    #[error("the query `{0}` has two statements: give the second a name of its own")]
    TwoStatements(String),
    /// The next query's name stands inside the statement.
    #[error("the query `{0}` does not end before the next one: write `;` at its end")]
    NotEnded(String),
    /// A statement that is no query.
    #[error(
        "a query is a SELECT, WITH, VALUES, INSERT, UPDATE, DELETE, MERGE or CALL: `{0}` belongs into a migration"
    )]
    NoQuery(String),
    /// `$1`, which `:name` becomes.
    #[error("parameters have names here: write `:name` for `{0}`")]
    Numbered(String),
    /// `:'name'` or `:"name"`, which psql fills in as text.
    #[error("write `:{0}`, without quotes: the value is sent apart from the SQL")]
    QuotedParameter(String),
    /// `-- if :name` where no parameter of that name is.
    #[error("the query has no parameter `:{0}`")]
    UnknownParameter(String),
    /// `-- if` without a parameter.
    #[error("write the parameter that the line depends on: `-- if :name`")]
    FilterWithoutParameter,
    /// `-- if` in a line that has nothing else.
    #[error(
        "there is nothing in this line that could be left out: write `-- if` behind the condition"
    )]
    EmptyFilter,
    /// `-- if` in the line where the statement begins.
    #[error(
        "the first line of a query cannot be left out: write the condition on a line of its own"
    )]
    FirstLine,
    /// `-- if` in a line where a string or a comment begins or ends.
    #[error("this line is not whole: a constant or comment of several lines is in it")]
    CutFilter,
    /// The parameter of a filter is used outside it.
    #[error("`:{0}` is left out with the lines `-- if :{0}`, and this line has it too")]
    FilterLeaks(String),
    /// Too many filters.
    #[error(
        "the query has {0} parameters with `-- if`, and {MOST_FILTERS} is the most, as each doubles the number of its texts: \
         write the others as `(:name? IS NULL OR column = :name?)`, or as queries of their own"
    )]
    TooManyFilters(usize),
    /// One mention of the parameter has a `?`, and this one has none.
    #[error("`:{0}?` stands elsewhere in the query: write the `?` at each `:{0}`, or at none")]
    MixedNull(String),
    /// `-- unbounded because` without a reason.
    #[error("say why: `-- unbounded because …`")]
    NoReason,
}

/// A comment that is the name of a query.
struct Heading<'a> {
    name: &'a str,
    comment: Range<usize>,
}

/// The queries of a file, in its order. A byte order mark must be gone already.
///
/// # Errors
/// All problems of the text, in its order; of a text that cannot be split into statements only that.
pub fn read(text: &str) -> Result<Vec<Query>, Vec<ReadError>> {
    let statements = lexer::split(text).map_err(|error| {
        vec![ReadError {
            offset: error.offset,
            problem: Problem::Text(error.problem),
        }]
    })?;
    let statements: Vec<Range<usize>> = statements.iter().map(lexer::RawStatement::range).collect();
    let comments: Vec<Range<usize>> = lexer::pieces(text)
        .filter_map(|piece| match piece {
            Piece::Comment(range) => Some(range),
            Piece::Token(_) => None,
        })
        .collect();
    let headings: Vec<Heading<'_>> = comments.iter().filter_map(|it| heading(text, it)).collect();
    let mut errors = Vec::new();
    let first = headings.first().map_or(text.len(), |it| it.comment.start);
    errors.extend(
        statements
            .iter()
            .filter(|statement| statement.start < first)
            .map(|statement| ReadError {
                offset: statement.start,
                problem: Problem::NoName,
            }),
    );
    let mut queries: Vec<Query> = Vec::new();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (at, heading) in headings.iter().enumerate() {
        let end = headings
            .get(at + 1)
            .map_or(text.len(), |it| it.comment.start);
        let region = Region {
            text,
            heading,
            end,
            comments: &comments,
        };
        if let Some(first) = seen.insert(heading.name, heading.comment.start) {
            let line = 1 + text[..first].matches('\n').count();
            errors.push(region.error(Problem::SameName { line }));
        }
        match region.query(&statements) {
            Ok(query) => queries.push(query),
            Err(more) => errors.extend(more),
        }
    }
    errors.sort_by_key(|error| error.offset);
    if errors.is_empty() {
        Ok(queries)
    } else {
        Err(errors)
    }
}

/// What a line comment `-- if :name` says, without the colon: nothing where that is forgotten. Other prose may begin with `if`.
fn condition(comment: &str) -> Option<&str> {
    let text = comment.strip_prefix("--")?.trim_start();
    let (word, parameter) = text.split_at_checked(2)?;
    if !word.eq_ignore_ascii_case("if") {
        return None;
    }
    let is_one_word = |c: char| c.is_alphanumeric() || c == '_';
    match parameter.trim() {
        bare if parameter.starts_with(is_one_word) || !bare.chars().all(is_one_word) => {
            bare.strip_prefix(':')
        }
        _ => Some(""),
    }
}

/// The name in a line comment `-- name: …`.
fn heading<'a>(text: &'a str, comment: &Range<usize>) -> Option<Heading<'a>> {
    let line = text[comment.clone()].strip_prefix("--")?;
    let name = line.trim_start().strip_prefix("name:")?.trim();
    Some(Heading {
        name,
        comment: comment.clone(),
    })
}

fn is_name(name: &str) -> bool {
    let is_first = |c: char| c.is_ascii_lowercase() || c == '_';
    let is_next = |c: char| is_first(c) || c.is_ascii_digit();
    let has_letter = name.contains(|c: char| c.is_ascii_lowercase());
    name.starts_with(is_first) && name.chars().all(is_next) && has_letter && name.len() <= 63
}

/// From a query's name to the next one.
struct Region<'a> {
    text: &'a str,
    heading: &'a Heading<'a>,
    end: usize,
    /// All of the file's.
    comments: &'a [Range<usize>],
}

impl<'a> Region<'a> {
    fn error(&self, problem: Problem) -> ReadError {
        ReadError {
            offset: self.heading.comment.start,
            problem,
        }
    }

    fn query(&self, statements: &[Range<usize>]) -> Result<Query, Vec<ReadError>> {
        let name = self.heading.name;
        let at = |offset: usize, problem: Problem| vec![ReadError { offset, problem }];
        if !is_name(name) {
            return Err(vec![self.error(Problem::BadName(name.to_owned()))]);
        }
        let start = self.heading.comment.start;
        let own = |it: &&Range<usize>| start < it.end && it.start < self.end;
        let mut own = statements.iter().filter(own);
        let Some(statement) = own.next() else {
            return Err(vec![self.error(Problem::NoStatement(name.to_owned()))]);
        };
        if statement.start < start {
            // Said of the query that it belongs to.
            return Err(Vec::new());
        }
        if statement.end > self.end {
            return Err(vec![self.error(Problem::NotEnded(name.to_owned()))]);
        }
        if let Some(second) = own.next() {
            return Err(at(second.start, Problem::TwoStatements(name.to_owned())));
        }
        Body::read(self, statement.clone())
    }

    /// Where the text of the statement ends: with a comment `-- if` that is behind its last word, and perhaps behind its semicolon.
    fn end_of(&self, statement: &Range<usize>) -> usize {
        let rest = &self.text[statement.end..self.end];
        let line = rest.split('\n').next().unwrap_or_default();
        let line = statement.end..statement.end + line.len();
        let mut comments = self.comments.iter();
        let filter = comments
            .find(|it| line.contains(&it.start) && condition(&self.text[(*it).clone()]).is_some());
        filter.map_or(statement.end, |it| it.end)
    }

    /// The comments below the name that its documentation is, and the reason of `-- unbounded because`.
    fn comments_before(&self, statement: usize) -> (Vec<String>, Option<&'a str>) {
        let mut doc = Vec::new();
        let mut reason = None;
        let comments = self.comments.iter();
        let below =
            comments.filter(|it| self.heading.comment.end <= it.start && it.end <= statement);
        for comment in below {
            let Some(line) = self.text[comment.clone()].strip_prefix("--") else {
                continue;
            };
            let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
            match line.trim_start().strip_prefix("unbounded because") {
                Some(why) => reason = Some(why.trim()),
                None => doc.push(line.to_owned()),
            }
        }
        (doc, reason)
    }
}

/// A statement while it is read. Offsets are bytes of its own text.
struct Body<'a> {
    sql: &'a str,
    /// Where the text begins in the file.
    start: usize,
    parameters: Vec<Placeholder>,
    comments: Vec<Range<usize>>,
    filters: Vec<Filter>,
    errors: Vec<ReadError>,
}

impl<'a> Body<'a> {
    fn read(region: &Region<'a>, range: Range<usize>) -> Result<Query, Vec<ReadError>> {
        let end = region.end_of(&range);
        let mut body = Body {
            sql: &region.text[range.start..end],
            start: range.start,
            parameters: Vec::new(),
            comments: Vec::new(),
            filters: Vec::new(),
            errors: Vec::new(),
        };
        body.tokens();
        for at in 0..body.comments.len() {
            body.filter(body.comments[at].clone());
        }
        body.check_filters();
        let (doc, reason) = region.comments_before(range.start);
        if reason == Some("") {
            body.errors.push(region.error(Problem::NoReason));
        }
        if !body.errors.is_empty() {
            return Err(body.errors);
        }
        Ok(Query {
            name: region.heading.name.to_owned(),
            doc,
            range: range.start..end,
            sql: body.sql.to_owned(),
            start: region.heading.comment.start,
            parameters: body.parameters,
            filters: body.filters,
            unbounded: reason.map(str::to_owned),
            comments: body.comments,
        })
    }

    fn error(&mut self, offset: usize, problem: Problem) {
        let offset = self.start + offset;
        self.errors.push(ReadError { offset, problem });
    }

    fn tokens(&mut self) {
        let mut before: Option<Token> = None;
        let sql = self.sql;
        for piece in lexer::pieces(sql) {
            let token = match piece {
                Piece::Comment(range) => {
                    self.comments.push(range);
                    continue;
                }
                Piece::Token(token) => token,
            };
            let text = token.text(sql);
            if text == ";" {
                self.comments.push(token.start..token.end);
                continue;
            }
            if before.is_none() && !STATEMENTS.iter().any(|it| text.eq_ignore_ascii_case(it)) {
                self.error(0, Problem::NoQuery(text.to_owned()));
            }
            match token.kind {
                // The end of a slice, `a[1:2]`, is no name.
                TokenKind::Variable if text[1..].starts_with(|c: char| c.is_ascii_digit()) => {}
                TokenKind::Variable => self.parameter(&token),
                TokenKind::Number if text.starts_with('$') => {
                    self.error(token.start, Problem::Numbered(text.to_owned()));
                }
                TokenKind::String | TokenKind::Quoted
                    if before.is_some_and(|it| it.text(sql) == ":" && it.end == token.start) =>
                {
                    let name = text.trim_matches(['\'', '"']).to_owned();
                    self.error(token.start - 1, Problem::QuotedParameter(name));
                }
                _ => {}
            }
            before = Some(token);
        }
    }

    /// A `?` belongs to a parameter if it follows without a blank and is no part of an operator such as `?|`.
    fn parameter(&mut self, token: &Token) {
        let name = &token.text(self.sql)[1..];
        let behind = &self.sql[token.end..];
        let is_operator = |c: char| "?|&-+*/<>=~!@#%^`".contains(c);
        let nullable = behind
            .strip_prefix('?')
            .is_some_and(|rest| !rest.starts_with(is_operator));
        let place = token.start..token.end + usize::from(nullable);
        match self.parameters.iter_mut().find(|it| it.name == name) {
            Some(known) if known.nullable != nullable => {
                let name = name.to_owned();
                let without = if nullable {
                    known.places[0].start
                } else {
                    place.start
                };
                self.error(without, Problem::MixedNull(name));
            }
            Some(known) => known.places.push(place),
            None => self.parameters.push(Placeholder {
                name: name.to_owned(),
                nullable,
                places: vec![place],
            }),
        }
    }

    /// A comment `-- if :name`, which makes its line a filter.
    fn filter(&mut self, comment: Range<usize>) {
        let name = match condition(&self.sql[comment.clone()]) {
            None => return,
            Some("") => return self.error(comment.start, Problem::FilterWithoutParameter),
            Some(name) => name,
        };
        let Some(parameter) = self.parameters.iter().position(|it| it.name == name) else {
            return self.error(comment.start, Problem::UnknownParameter(name.to_owned()));
        };
        let start = self.sql[..comment.start].rfind('\n').map_or(0, |it| it + 1);
        if start == 0 {
            return self.error(comment.start, Problem::FirstLine);
        }
        if self.sql[start..comment.start].trim().is_empty() {
            return self.error(comment.start, Problem::EmptyFilter);
        }
        let line = start..comment.start;
        let crosses = |range: &Range<usize>| range.start < start && start < range.end;
        let mut others = self
            .comments
            .iter()
            .cloned()
            .chain(lexer::stream(self.sql).map(|token| token.start..token.end));
        if others.any(|it| crosses(&it)) {
            return self.error(comment.start, Problem::CutFilter);
        }
        self.filters.push(Filter { parameter, line });
    }

    fn check_filters(&mut self) {
        let mut optional: Vec<usize> = self.filters.iter().map(|it| it.parameter).collect();
        optional.sort_unstable();
        optional.dedup();
        if optional.len() > MOST_FILTERS {
            self.error(0, Problem::TooManyFilters(optional.len()));
        }
        let mut leaks = Vec::new();
        for at in optional {
            let parameter = &self.parameters[at];
            let own: Vec<&Filter> = self
                .filters
                .iter()
                .filter(|it| it.parameter == at)
                .collect();
            let is_inside =
                |place: &Range<usize>| own.iter().any(|it| it.line.contains(&place.start));
            let outside = parameter.places.iter().find(|it| !is_inside(it));
            leaks.extend(outside.map(|it| (it.start, parameter.name.clone())));
        }
        for (offset, name) in leaks {
            self.error(offset, Problem::FilterLeaks(name));
        }
    }
}
