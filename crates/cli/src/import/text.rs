//! The text of another tool's migration as one of ours: only the up part, without the tool's lines. Pure.

use std::ops::Range;
use std::path::PathBuf;

use migrator::plan::{Migration, StepKind};
use migrator::sections::{self, Marker, Meaning};
use migrator::source::{self, File};
use sql::lexer;

use super::folder::{Old, Tool};

/// What a statement that is to run alone is preceded by.
const ALONE: &str = "-- migrate: alone\n";

/// A text that was put together from ranges of another one.
#[derive(Debug, Default, Clone)]
struct Excerpt {
    text: String,
    /// Where in the text each range begins, and where it was.
    origins: Vec<(usize, usize)>,
}

impl Excerpt {
    fn push(&mut self, original: &str, range: Range<usize>) {
        self.origins.push((self.text.len(), range.start));
        self.text.push_str(&original[range]);
    }

    /// The byte of the original that a byte of the text was.
    fn origin(&self, byte: usize) -> usize {
        let before = self.origins.iter().rev().find(|(at, _)| *at <= byte);
        before.map_or(0, |(at, original)| original + byte - at)
    }
}

/// The new text, or every reason why it cannot be converted, each with its place.
pub fn convert(old: &Old<'_>, tool: Tool, name: &str) -> Result<String, Vec<String>> {
    let original = &old.entry.text;
    let at = |offset: usize, message: &str| {
        let place = source::position(&original[..offset]);
        format!("{}:{place}: {message}", old.entry.path)
    };
    let problems: Vec<String> = problems(original, tool)
        .into_iter()
        .map(|(offset, message)| at(offset, message))
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let markers = markers(original, tool);
    let start = first_line(original, tool).unwrap_or(0);
    let excerpt = upward(original, start, &markers);
    let file = File::new(&PathBuf::from(name), excerpt.text.clone().into_bytes());
    let file = file.map_err(|error| vec![at(0, &error.to_string())])?;
    if let Some(error) = sections::refuse(&file) {
        return Err(vec![at(excerpt.origin(error.offset), &error.message)]);
    }
    let migration = Migration::parse(file)
        .map_err(|error| vec![at(excerpt.origin(error.offset), &error.message)])?;
    let says = markers
        .iter()
        .any(|it| it.meaning == Meaning::NoTransaction);
    if old.without_transaction || says || first_line(original, tool).is_some() {
        Ok(alone(&migration))
    } else {
        Ok(excerpt.text)
    }
}

/// Where the text continues after sqlx's first line that the migration runs without a transaction. A folder of sqlx may look like any
/// other.
fn first_line(text: &str, tool: Tool) -> Option<usize> {
    let counts = matches!(tool, Tool::Sqlx | Tool::Plain) && text.starts_with("-- no-transaction");
    counts.then(|| text.find('\n').map_or(text.len(), |newline| newline + 1))
}

/// The markers that count for a tool.
fn markers(text: &str, tool: Tool) -> Vec<Marker> {
    let of = match tool {
        Tool::Dbmate => sections::Tool::Dbmate,
        Tool::Goose => sections::Tool::Goose,
        Tool::Tern => sections::Tool::Tern,
        Tool::NodePgMigrate => sections::Tool::NodePgMigrate,
        _ => return Vec::new(),
    };
    let markers = sections::markers(text).into_iter();
    markers.filter(|marker| marker.tool == of).collect()
}

/// What keeps a text from being a migration as it stands.
fn problems(text: &str, tool: Tool) -> Vec<(usize, &'static str)> {
    let mut problems = Vec::new();
    let every = |pattern: &'static str, message| {
        text.match_indices(pattern)
            .map(move |(at, _)| (at, message))
    };
    match tool {
        Tool::Tern => problems.extend(every(
            "{{",
            "a template of tern: write the text that it expands to",
        )),
        Tool::Flyway => problems.extend(every(
            "${",
            "a placeholder of Flyway: write the text that it expands to",
        )),
        _ => {}
    }
    let markers = markers(text, tool);
    let substitutes = markers
        .iter()
        .filter(|it| it.meaning == Meaning::Substitute);
    problems.extend(substitutes.map(|it| {
        (it.range.start, "goose replaces variables of the environment here: write their values, and remove this line")
    }));
    let needs_up = matches!(tool, Tool::Dbmate | Tool::Goose)
        || (tool == Tool::NodePgMigrate && !markers.is_empty());
    let up = markers.iter().find(|it| it.meaning == Meaning::Up);
    match up {
        None if needs_up => problems.push((0, "no line marks where the up migration starts")),
        Some(up) if tool != Tool::NodePgMigrate => {
            if let Some(first) = lexer::tokens(&text[..up.range.start]).first() {
                problems.push((first.start, "a statement before the line that starts the up migration: the tool does not run it"));
            }
        }
        _ => {}
    }
    problems
}

/// What goes up, and the comments before it; without the lines that mean something to the tool alone.
fn upward(text: &str, mut start: usize, markers: &[Marker]) -> Excerpt {
    let mut excerpt = Excerpt::default();
    let first_up = markers.iter().find(|it| it.meaning == Meaning::Up);
    let mut is_up = true;
    let mut statement = None;
    for marker in markers {
        let line_start = text[..marker.range.start]
            .rfind('\n')
            .map_or(0, |at| at + 1);
        // tern's line may follow a statement.
        let line_start = if text[line_start..marker.range.start].trim().is_empty() {
            line_start
        } else {
            marker.range.start
        };
        // One line may mean two things.
        if is_up && start < line_start {
            excerpt.push(text, start..line_start);
        }
        match marker.meaning {
            Meaning::Up => is_up = true,
            Meaning::Down => is_up = false,
            Meaning::StatementBegin => statement = Some(marker.range.end),
            Meaning::StatementEnd if is_up => {
                let begun = statement.take().unwrap_or(marker.range.start);
                end_statement(&mut excerpt, &text[begun..marker.range.start]);
            }
            _ => {}
        }
        if marker.meaning == Meaning::Up && first_up != Some(marker) {
            let before = excerpt.text.clone();
            end_statement(&mut excerpt, &before);
        }
        start = match text[marker.range.end..].find('\n') {
            Some(newline) => marker.range.end + newline + 1,
            None => text.len(),
        };
    }
    if is_up && start < text.len() {
        excerpt.push(text, start..text.len());
    }
    let trimmed = excerpt.text.trim_end().len();
    excerpt.text.truncate(trimmed);
    if !excerpt.text.is_empty() {
        excerpt.text.push('\n');
    }
    let blank = excerpt.text.len() - excerpt.text.trim_start_matches('\n').len();
    excerpt.text.drain(..blank);
    for (at, original) in &mut excerpt.origins {
        *original += blank.saturating_sub(*at);
        *at = at.saturating_sub(blank);
    }
    excerpt
}

/// Adds the semicolon that a statement lacks whose end a line has marked.
fn end_statement(excerpt: &mut Excerpt, statement: &str) {
    let last = lexer::tokens(statement).last().copied();
    if last.is_some_and(|token| token.text(statement) != ";") {
        excerpt.text.push_str(";\n");
    }
}

/// A text that its tool runs without a transaction: if no statement in it is known to run alone, each one is marked to.
fn alone(migration: &Migration) -> String {
    let text = &migration.file.text;
    let is_ordinary = |kind: &StepKind| matches!(kind, StepKind::Transaction { begin: None });
    if !migration.steps.iter().all(|step| is_ordinary(&step.kind)) {
        return text.clone();
    }
    let mut annotated = String::new();
    let mut copied = 0;
    for statement in migration.steps.iter().flat_map(|step| &step.statements) {
        annotated.push_str(&text[copied..statement.start]);
        let line = annotated.rsplit('\n').next().unwrap_or_default();
        if !line.trim().is_empty() {
            annotated.truncate(annotated.trim_end().len());
            annotated.push('\n');
        }
        annotated.push_str(ALONE);
        copied = statement.start;
    }
    annotated.push_str(&text[copied..]);
    annotated
}
