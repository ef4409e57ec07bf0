//! The changes as a screen, as a comment for a pull request, and as a document.

use serde_json::{Value, json};

use super::change::{Change, Effect};
use super::side::Side;
use crate::markdown::{cell, code};
use crate::words::count;

/// From the worst.
const EFFECTS: [Effect; 3] = [Effect::Breaking, Effect::Care, Effect::Compatible];

/// Lines for people.
pub fn text(from: &Side, to: &Side, changes: &[Change]) -> String {
    let mut lines = vec![
        format!("from  {} ({})", from.source, from.migrations()),
        format!("to    {} ({})", to.source, to.migrations()),
    ];
    for effect in EFFECTS {
        let of_it: Vec<&Change> = changes.iter().filter(|it| it.effect() == effect).collect();
        if of_it.is_empty() {
            continue;
        }
        lines.push(String::new());
        lines.push(effect.word().to_owned());
        for change in of_it {
            lines.push(format!("  {}: {}", change.object, one_line(&change.what)));
            lines.extend(consequences(change).map(|it| format!("      {it}")));
        }
    }
    lines.push(String::new());
    lines.push(summary(changes));
    lines.join("\n")
}

/// What follows from a change, and where it was made, a line each.
pub(super) fn consequences(change: &Change) -> impl Iterator<Item = String> {
    let lines = change.consequences.iter();
    let lines = lines.map(|it| format!("{}: {}", it.audience.word(), it.why));
    let made_by = change.made_by.as_ref();
    lines.chain(made_by.map(|it| format!("by {}:{}", it.file, it.line)))
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `3 changes: 1 breaking, 2 compatible`
pub(super) fn summary(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "nothing changes for service code".to_owned();
    }
    let parts = EFFECTS.iter().filter_map(|effect| {
        let number = changes.iter().filter(|it| it.effect() == *effect).count();
        (number > 0).then(|| format!("{number} {}", effect.word()))
    });
    format!(
        "{}: {}",
        count(changes.len(), "change"),
        parts.collect::<Vec<_>>().join(", ")
    )
}

/// How long the table of a comment gets: GitHub takes 65,536 characters, and what `check` says may precede.
const LONGEST: usize = 20_000;

/// A comment for a pull request.
pub fn markdown(from: &Side, to: &Side, changes: &[Change]) -> String {
    let mut lines = vec![
        format!("### Schema: {}", summary(changes)),
        String::new(),
        format!(
            "From {} ({}) to {} ({}).",
            code(&from.source),
            from.migrations(),
            code(&to.source),
            to.migrations()
        ),
    ];
    if !changes.is_empty() {
        lines.push(String::new());
        lines.push("| effect | change | for service code |".to_owned());
        lines.push("|---|---|---|".to_owned());
    }
    let mut length = 0;
    for (index, change) in changes.iter().enumerate() {
        let what = format!("{}: {}", change.object, one_line(&change.what));
        let consequences: Vec<String> = consequences(change).map(|it| cell(&it)).collect();
        let line = format!(
            "| {} | {} | {} |",
            change.effect().word(),
            cell(&what),
            consequences.join("<br>")
        );
        length += line.len();
        if length > LONGEST {
            let more = count(changes.len() - index, "change");
            lines.push(String::new());
            lines.push(format!("And {more} more: run `cargo xtask diff`."));
            break;
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// The document of `--json`.
pub fn document(from: &Side, to: &Side, changes: &[Change]) -> Value {
    let side = |side: &Side| json!({ "source": side.source, "migrations": side.migrations() });
    json!({
        "from": side(from),
        "to": side(to),
        "changes": changes.iter().map(Change::document).collect::<Vec<_>>(),
    })
}
