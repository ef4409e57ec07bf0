//! The statements that plain mode sends with other words. Pure.

use migrator::plan::{Migration, Step};
use migrator::source;
use serde_json::{Value, json};

use super::summary;

/// How much of what is sent is shown, in characters.
const LONGEST: usize = 100;

struct Rewritten<'a> {
    line: usize,
    written: &'a str,
    sent: &'a str,
    /// Why, each reason once.
    reasons: Vec<&'static str>,
}

fn of<'a>(migration: &'a Migration, step: &'a Step) -> impl Iterator<Item = Rewritten<'a>> {
    step.statements.iter().filter_map(|range| {
        let rewriting = migration.rewritten.get(&range.start)?;
        let mut reasons = Vec::new();
        for edit in &rewriting.edits {
            if !reasons.contains(&edit.reason) {
                reasons.push(edit.reason);
            }
        }
        Some(Rewritten {
            line: source::position(&migration.file.text[..range.start]).line,
            written: &migration.file.text[range.clone()],
            sent: &rewriting.text,
            reasons,
        })
    })
}

/// The plan's text for a step's statements.
pub fn lines(migration: &Migration, step: &Step) -> Vec<String> {
    let mut lines = Vec::new();
    for it in of(migration, step) {
        lines.push(format!(
            "          line {}: {}",
            it.line,
            summary(it.written)
        ));
        lines.push(format!("            sent as {}", start(it.sent)));
        lines.extend(
            it.reasons
                .iter()
                .map(|reason| format!("            {reason}")),
        );
    }
    lines
}

/// The same for the document.
pub fn json(migration: &Migration, step: &Step) -> Vec<Value> {
    of(migration, step)
        .map(|it| json!({ "line": it.line, "sent": it.sent, "reasons": it.reasons }))
        .collect()
}

/// The first characters of a statement on one line.
fn start(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
