//! Sections of other tools in a file: which of it goes up, and which takes the migration back. Pure.
//!
//! Several tools keep both directions in one file and tell them apart by comment lines. Here a file runs as a whole, so the down section
//! would drop what the up section created: a migration with such a section is refused ([`refuse`]). The lines are recognised as the tools
//! do, with one exception: where the lexer finds no comment, as within a string, there is no section.

use std::fmt;
use std::ops::Range;

use sql::lexer;

use crate::source::File;
use crate::source::TextError;

/// A tool that marks sections by comments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tool {
    /// <https://github.com/amacneil/dbmate>: `-- migrate:up`, `-- migrate:down`.
    Dbmate,
    /// <https://github.com/pressly/goose>: `-- +goose Up`, `-- +goose Down`.
    Goose,
    /// <https://github.com/jackc/tern>: `---- create above / drop below ----`.
    Tern,
    /// <https://github.com/salsita/node-pg-migrate>: `-- Up Migration`, `-- Down Migration`.
    NodePgMigrate,
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tool::Dbmate => "dbmate",
            Tool::Goose => "goose",
            Tool::Tern => "tern",
            Tool::NodePgMigrate => "node-pg-migrate",
        })
    }
}

/// What a comment line means to its tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// What follows applies the migration.
    Up,
    /// What follows takes it back.
    Down,
    /// The tool runs the migration without a transaction; dbmate writes it into the line that goes up.
    NoTransaction,
    /// goose: what follows is one statement, semicolons included.
    StatementBegin,
    /// goose: the end of that statement.
    StatementEnd,
    /// goose: `${NAME}` in what follows is replaced from the environment.
    Substitute,
    /// goose: the end of that.
    SubstituteEnd,
}

/// A comment line that means something to another tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marker {
    /// The tool.
    pub tool: Tool,
    /// What it means.
    pub meaning: Meaning,
    /// The comment's bytes.
    pub range: Range<usize>,
    /// Whether a statement, or a part of one, follows before the next marker.
    pub has_statements: bool,
}

/// The markers of a text, in its order. Stops quietly where the text cannot be read.
pub fn markers(text: &str) -> Vec<Marker> {
    // Most files have none, and are not read token by token for that.
    if lines_with_dashes(text).all(|line| meanings(line, true).is_empty()) {
        return Vec::new();
    }
    let knows_up = text.lines().any(|line| is_node(line, "up", false));
    let mut markers: Vec<Marker> = Vec::new();
    for piece in lexer::pieces(text) {
        match piece {
            lexer::Piece::Comment(range) => {
                let found = in_comment(text, &range, knows_up);
                markers.extend(found.into_iter().map(|(tool, meaning)| Marker {
                    tool,
                    meaning,
                    range: range.clone(),
                    has_statements: false,
                }));
            }
            lexer::Piece::Token(token) if token.text(text) != ";" => {
                if let Some(last) = markers.last_mut() {
                    last.has_statements = true;
                }
            }
            lexer::Piece::Token(_) => {}
        }
    }
    markers
}

/// The lines that hold `--`, as each marker does: in a file of data they are few.
fn lines_with_dashes(text: &str) -> impl Iterator<Item = &str> {
    let mut from = 0;
    std::iter::from_fn(move || {
        let at = from + text.get(from..)?.find("--")?;
        let start = text[from..at]
            .rfind('\n')
            .map_or(from, |newline| from + newline + 1);
        let end = text[at..]
            .find('\n')
            .map_or(text.len(), |newline| at + newline);
        from = end;
        Some(&text[start..end])
    })
}

/// What a comment means; of dbmate's lines several things at once.
fn in_comment(text: &str, range: &Range<usize>, knows_up: bool) -> Vec<(Tool, Meaning)> {
    let comment = &text[range.clone()];
    if !comment.starts_with("--") {
        return Vec::new();
    }
    let line_start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    meanings(&text[line_start..range.end], knows_up)
}

/// What a line means that ends with its comment. Of node-pg-migrate's lines some are prose unless `knows_up` (see [`is_node`]).
fn meanings(line: &str, knows_up: bool) -> Vec<(Tool, Meaning)> {
    if line.contains(TERN_DOWN) {
        return vec![(Tool::Tern, Meaning::Down)];
    }
    let trimmed = line.trim();
    if !trimmed.starts_with("--") {
        return Vec::new();
    }
    if line == TERN_NO_TRANSACTION {
        return vec![(Tool::Tern, Meaning::NoTransaction)];
    }
    if trimmed.contains("+goose") {
        let meaning = goose(trimmed);
        return meaning.map(|it| (Tool::Goose, it)).into_iter().collect();
    }
    let dbmate = dbmate(line);
    if !dbmate.is_empty() {
        return dbmate.iter().map(|&it| (Tool::Dbmate, it)).collect();
    }
    for (direction, meaning) in [("up", Meaning::Up), ("down", Meaning::Down)] {
        if is_node(line, direction, !knows_up) {
            return vec![(Tool::NodePgMigrate, meaning)];
        }
    }
    Vec::new()
}

const TERN_DOWN: &str = "---- create above / drop below ----";
const TERN_NO_TRANSACTION: &str = "---- tern: disable-tx ----";

/// dbmate: `^--\s*migrate:(up|down)(\s*$|\s+\S+)`, and then options.
fn dbmate(line: &str) -> Vec<Meaning> {
    let Some(rest) = line.strip_prefix("--") else {
        return Vec::new();
    };
    let rest = rest.trim_start();
    let directions = [("migrate:up", Meaning::Up), ("migrate:down", Meaning::Down)];
    let found = directions
        .into_iter()
        .find_map(|(mark, meaning)| Some((rest.strip_prefix(mark)?, meaning)));
    match found {
        Some((options, meaning))
            if options.is_empty() || options.starts_with(char::is_whitespace) =>
        {
            let no_transaction = options
                .split_whitespace()
                .any(|option| option == "transaction:false");
            let mut meanings = vec![meaning];
            meanings.extend(no_transaction.then_some(Meaning::NoTransaction));
            meanings
        }
        _ => Vec::new(),
    }
}

/// goose takes all `--` and the first `+goose` out of the line, and what is left is the annotation, in any case.
fn goose(line: &str) -> Option<Meaning> {
    let annotation = line.replace("--", "").replacen("+goose", "", 1);
    let known = [
        ("up", Meaning::Up),
        ("down", Meaning::Down),
        ("statementbegin", Meaning::StatementBegin),
        ("statementend", Meaning::StatementEnd),
        ("no transaction", Meaning::NoTransaction),
        ("envsub on", Meaning::Substitute),
        ("envsub off", Meaning::SubstituteEnd),
    ];
    let annotation = annotation.trim();
    known
        .into_iter()
        .find_map(|(name, meaning)| annotation.eq_ignore_ascii_case(name).then_some(meaning))
}

/// node-pg-migrate: `^\s*--[\s-]*up\s+migration`, in any case. That also matches prose such as `-- Down migrations are not used here`: a
/// `whole` line says nothing else, and only a file that also has the line that goes up is surely of that tool.
fn is_node(line: &str, direction: &str, whole: bool) -> bool {
    let is_filling = |c: char| c.is_whitespace() || c == '-';
    let Some(rest) = line.trim_start().strip_prefix("--") else {
        return false;
    };
    let rest = rest.trim_start_matches(is_filling);
    let Some((word, rest)) = rest.split_once(char::is_whitespace) else {
        return false;
    };
    let rest = rest.trim_start();
    let is_migration = rest
        .get(.."migration".len())
        .is_some_and(|word| word.eq_ignore_ascii_case("migration"));
    let says_more = || {
        !rest["migration".len()..]
            .trim_matches(is_filling)
            .is_empty()
    };
    word.eq_ignore_ascii_case(direction) && is_migration && !(whole && says_more())
}

/// The first section that goes down and holds a statement: its tool, and where its marker is.
pub fn down(text: &str) -> Option<Marker> {
    let mut down = None;
    for marker in markers(text) {
        let has_statements = marker.has_statements;
        match marker.meaning {
            Meaning::Up => down = None,
            Meaning::Down => down = down.or(Some(marker)),
            _ => {}
        }
        if has_statements && down.is_some() {
            return down;
        }
    }
    None
}

/// Why a file with a section that goes down cannot be run.
pub fn refuse(file: &File) -> Option<TextError> {
    let marker = down(&file.text)?;
    let message = format!(
        "{}'s down migration starts after this line, and here the whole file would run: remove that part",
        marker.tool
    );
    Some(TextError::at(file, marker.range.start, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Option<(Tool, usize)> {
        down(text).map(|marker| {
            let line = crate::source::position(&text[..marker.range.start]).line;
            (marker.tool, line)
        })
    }

    #[test]
    fn a_section_that_goes_down_is_found_where_its_tool_finds_it() {
        use Tool::{Dbmate, Goose, NodePgMigrate, Tern};
        let cases = [
            (
                "-- migrate:up\nCREATE TABLE a ();\n-- migrate:down\nDROP TABLE a;",
                Some((Dbmate, 3)),
            ),
            (
                "--migrate:up transaction:false\nSELECT 1;\n--\tmigrate:down transaction:false\nSELECT 2",
                Some((Dbmate, 3)),
            ),
            (
                "-- migrate:down\nDROP TABLE a;\n-- migrate:up\nCREATE TABLE a ();",
                Some((Dbmate, 1)),
            ),
            (
                "-- migrate:up\nSELECT 1;\n-- migrate:down\n-- migrate:up\nSELECT 2",
                None,
            ),
            (
                "-- migrate:up\nSELECT 1;\n-- migrate:down\n;;\n-- nothing",
                None,
            ),
            (
                "-- migrate:up\nSELECT 1;\n-- migrate:downwards\nSELECT 2",
                None,
            ),
            ("SELECT 1;\n -- migrate:down\nSELECT 2", None),
            ("SELECT 1;\n-- Migrate:Down\nSELECT 2", None),
            (
                "-- +goose Up\n-- +goose StatementBegin\nSELECT 1;\n-- +goose StatementEnd\n-- +goose Down\n-- +goose StatementBegin\nSELECT 2;\n-- +goose StatementEnd",
                Some((Goose, 5)),
            ),
            (
                "-- +goose up\nSELECT 1;\n--+goose DOWN --\nSELECT 2;",
                Some((Goose, 3)),
            ),
            ("-- +goose Up\nSELECT 1;\n-- +goose Down\n", None),
            (
                "-- +goose Up\nSELECT 1;\n-- see +goose Down\nSELECT 2",
                None,
            ),
            (
                "SELECT 1;\n---- create above / drop below ----\nSELECT 2",
                Some((Tern, 2)),
            ),
            (
                "CREATE TABLE a ()\n---- create above / drop below ----\nDROP TABLE a",
                Some((Tern, 2)),
            ),
            (
                "SELECT 1; ---- create above / drop below ----\nSELECT 2",
                Some((Tern, 1)),
            ),
            (
                "SELECT 1;\n---- create above / drop below ----\n-- nothing\n",
                None,
            ),
            (
                "SELECT 1;\n--- create above / drop below ---\nSELECT 2",
                None,
            ),
            (
                "-- Up Migration\nSELECT 1;\n-- Down Migration\nSELECT 2",
                Some((NodePgMigrate, 3)),
            ),
            (
                "SELECT 1;\n  ------ DOWN  migration ------\nSELECT 2",
                Some((NodePgMigrate, 2)),
            ),
            ("SELECT 1;\n-- down migration: not needed\nSELECT 2", None),
            (
                "-- up migration\nSELECT 1;\n-- down migration: the other way\nSELECT 2",
                Some((NodePgMigrate, 3)),
            ),
            (
                "-- Down Migration\nSELECT 2;\n-- Up Migration\nSELECT 1",
                Some((NodePgMigrate, 1)),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(place(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_comment_marks_nothing() {
        for marker in [
            "-- migrate:down",
            "-- +goose Down",
            TERN_DOWN,
            "-- Down Migration",
        ] {
            let within = [
                format!("SELECT '\n{marker}\n';\nSELECT 2"),
                format!("SELECT $$\n{marker}\n$$;\nSELECT 2"),
                format!("/*\n{marker}\n*/\nSELECT 2"),
                format!("SELECT 1 AS \"\n{marker}\n\";\nSELECT 2"),
            ];
            for text in within {
                assert_eq!(place(&text), None, "{text}");
            }
        }
    }

    #[test]
    fn an_error_names_the_tool_and_its_line() {
        let text = b"-- migrate:up\nSELECT 1;\n\n-- migrate:down\nSELECT 2;\n".to_vec();
        let file = File::new(std::path::Path::new("001_a.sql"), text).unwrap();
        insta::assert_snapshot!(refuse(&file).unwrap());
    }
}
