//! Findings as a comment of a pull request.

use check::Finding;

use crate::markdown::{block, code, text};
use crate::words::count;

use super::findings::{Checked, Counts, is_rule};

/// GitHub takes 65,536 characters, and what `diff` says may follow.
const LONGEST: usize = 40_000;
/// The longest part of a finding, which a name of any length may be in.
const LONGEST_PART: usize = 2_000;

/// The comment.
pub fn render(checked: &Checked<'_>) -> String {
    let counts = Counts::of(&checked.findings);
    let number = count(checked.names().len(), "migration");
    let mut shown = format!("### Migrations: {counts}\n\n{number} checked.\n");
    let mut file = String::new();
    for (index, finding) in checked.findings.iter().enumerate() {
        let name = checked.name(&finding.place);
        let mut part = String::new();
        if name != file {
            part += &format!("\n#### {}\n", code(&name));
            file = name;
        }
        part += &one(checked, finding);
        if shown.len() + part.len() > LONGEST {
            let more = count(checked.findings.len() - index, "finding");
            shown += &format!("\nAnd {more} more: run `cargo xtask check`.\n");
            break;
        }
        shown += &part;
    }
    shown.trim_end().to_owned()
}

/// A finding: a paragraph, and the SQL to write instead.
fn one(checked: &Checked<'_>, finding: &Finding) -> String {
    let line = checked.region(&finding.place).start.line;
    let mut shown = format!(
        "\n**{}** {} line {line}: {}\n",
        finding.severity.name(),
        code(finding.rule),
        text(&cut(&finding.message))
    );
    let others = finding.others.iter();
    let others =
        others.map(|(place, what)| format!("{} {}", code(&checked.line(place)), text(&cut(what))));
    for other in finding.why.iter().map(|it| text(&cut(it))).chain(others) {
        shown += &format!("\n{other}\n");
    }
    if let Some((sentence, sql)) = finding.help_parts() {
        shown += &format!("\n{}\n", text(&cut(sentence)));
        if let Some(sql) = sql {
            shown += &format!("\n{}\n", block("sql", &cut(sql)));
        }
    }
    if is_rule(finding) {
        let page = format!("docs/checks/{}.md", finding.rule);
        shown += &format!("\nSee {}.\n", code(&page));
    }
    shown
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST_PART) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}
