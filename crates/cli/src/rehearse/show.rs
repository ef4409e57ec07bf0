//! A rehearsal as a screen, as a comment for a pull request, and as a document.

use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

use super::measured::Measured;
use super::production::{bytes, duration, thousands};
use super::report::{Ran, Rehearsal, Rehearsed};
use super::trials::Trial;
use crate::markdown::{cell, code};
use crate::words::count;

/// Less of the write-ahead log is not worth a word.
const LITTLE_WAL: u64 = 1_000_000;
/// A statement that takes longer is worth a line.
const SLOW: Duration = Duration::from_secs(2);

/// Lines for people.
pub fn text(rehearsal: &Rehearsal) -> String {
    let mut lines = vec![format!("scratch  {}", rehearsal.scratch)];
    let remarks = rehearsal.remarks.iter();
    lines.extend(remarks.map(|it| format!("         {it}")));
    for (table, why) in &rehearsal.without_rows {
        lines.push(format!("         no rows in {table}: {why}"));
    }
    for migration in &rehearsal.migrations {
        lines.push(migration.title.clone());
        lines.extend(statements(migration));
        if migration.is_stopped && !migration.statements.iter().any(|it| it.refused().is_some()) {
            lines.push("  not run, because the one before it failed".to_owned());
        }
    }
    lines.extend(made(rehearsal).flat_map(trial));
    if let Some(why) = &rehearsal.untried {
        lines.push(format!("not tried: {why}"));
    }
    lines.extend(release(rehearsal));
    lines.push(summary(rehearsal));
    lines.join("\n")
}

/// The statements that somebody notices, and how many others there are.
fn statements(migration: &Rehearsed) -> Vec<String> {
    let (quiet, noticed): (Vec<&Ran>, Vec<&Ran>) =
        migration.statements.iter().partition(|it| is_quiet(it));
    let mut lines: Vec<String> = noticed.iter().flat_map(|ran| statement(ran)).collect();
    let elapsed: Duration = quiet.iter().map(|it| it.measured.elapsed).sum();
    let what = match (quiet.len(), noticed.is_empty()) {
        (0, _) => return lines,
        (number, true) => count(number, "statement"),
        (number, false) => count(number, "other statement"),
    };
    let time = duration(elapsed);
    lines.push(format!("  {what}, {time}: no lock that others notice"));
    lines
}

/// Whether nobody notices a statement, and it does not take long.
fn is_quiet(ran: &Ran) -> bool {
    let is_slow = ran.measured.elapsed > SLOW;
    ran.refused().is_none() && ran.estimate.is_none() && !is_slow && facts(&ran.measured).is_empty()
}

fn statement(ran: &Ran) -> Vec<String> {
    let time = duration(ran.measured.elapsed);
    let head = format!("  line {:<4} {time:>7}  ", ran.line);
    let indent = " ".repeat(head.chars().count());
    let mut facts = facts(&ran.measured);
    if let Some(estimate) = &ran.estimate {
        facts.push(estimate.to_string());
    }
    if let Some(refused) = ran.refused() {
        facts = vec![format!("refused: {} ({})", refused.message, refused.code)];
        facts.extend(refused.detail.clone());
        if ran.passes_when_empty {
            facts.push("an empty database takes it".to_owned());
        }
    }
    if facts.is_empty() {
        facts.push("no lock that others notice".to_owned());
    }
    let mut facts = facts.into_iter();
    let first = format!("{head}{}", facts.next().unwrap_or_default());
    let rest = facts.map(|it| format!("{indent}{it}"));
    [first].into_iter().chain(rest).collect()
}

/// What a statement did, a line each.
fn facts(measured: &Measured) -> Vec<String> {
    let holds = duration(measured.holds);
    let locks = measured.locks.iter();
    let mut facts: Vec<String> = locks
        .map(|lock| match lock.mode.blocks() {
            Some(blocks) => format!("{lock}: {blocks} for {holds}"),
            None => lock.to_string(),
        })
        .collect();
    for (relation, files) in &measured.rewrites {
        facts.push(match files {
            1 => format!("rewrites {relation}"),
            _ => format!("rewrites {relation}: {}", count(*files, "file")),
        });
    }
    for (relation, rows) in &measured.scans {
        let rows = thousands(*rows);
        facts.push(format!("reads {rows} rows of {relation}"));
    }
    if let Some(wal @ LITTLE_WAL..) = measured.wal {
        facts.push(format!("{} of write-ahead log", bytes(wal)));
    }
    facts
}

/// The trials that had something to try.
fn made(rehearsal: &Rehearsal) -> impl Iterator<Item = &Trial> {
    rehearsal.trials.iter().filter(|it| it.is_made())
}

fn trial(trial: &Trial) -> Vec<String> {
    let name = trial.name;
    if trial.problems.is_empty() {
        let tried = match trial.tried.as_str() {
            "" => String::new(),
            tried => format!("{tried}: "),
        };
        return vec![format!("{name:<8} {tried}{}", trial.holds)];
    }
    let problems = trial.problems.iter();
    problems.map(|it| format!("{name:<8} {it}")).collect()
}

fn release(rehearsal: &Rehearsal) -> Vec<String> {
    let asked = match rehearsal.queries {
        0 => "verify()".to_owned(),
        number => format!("verify() and {}", count(number, "query")),
    };
    let mut lines = Vec::new();
    for (migration, ran) in rehearsal.breaking() {
        let head = if lines.is_empty() { "release" } else { "" };
        lines.push(format!(
            "{head:<8} the one that runs now breaks with {}, line {}:",
            migration.title, ran.line
        ));
        lines.extend(ran.breaks.all().map(|it| format!("         {it}")));
    }
    if lines.is_empty() && rehearsal.is_any_applied() {
        lines.push(format!(
            "release  the one that runs now works after each step: {asked}"
        ));
    }
    lines
}

fn summary(rehearsal: &Rehearsal) -> String {
    let migrations = count(rehearsal.migrations.len(), "migration");
    match rehearsal.errors() {
        0 => format!("{migrations} rehearsed"),
        errors => format!("{migrations} rehearsed: {}", count(errors, "error")),
    }
}

/// A comment for a pull request.
pub fn markdown(rehearsal: &Rehearsal) -> String {
    let mut text = format!("### {}\n\n", summary(rehearsal));
    let _ = writeln!(text, "On {}.\n", code(&rehearsal.scratch));
    for remark in &rehearsal.remarks {
        let _ = writeln!(text, "- {}", crate::markdown::text(remark));
    }
    for (table, why) in &rehearsal.without_rows {
        let _ = writeln!(text, "- no rows in {}: {}", code(table), code(why));
    }
    if !rehearsal.remarks.is_empty() || !rehearsal.without_rows.is_empty() {
        text.push('\n');
    }
    text.push_str("| migration | line | time | what it does |\n|---|---|---|---|\n");
    for migration in &rehearsal.migrations {
        for ran in &migration.statements {
            let _ = writeln!(text, "{}", table_row(migration, ran));
        }
    }
    text.push('\n');
    for trial in made(rehearsal) {
        let mark = if trial.problems.is_empty() { "x" } else { " " };
        let _ = writeln!(text, "- [{mark}] {}: {}", trial.name, line_of(trial));
    }
    if let Some(why) = &rehearsal.untried {
        let _ = writeln!(text, "- [ ] not tried: {}", code(why));
    }
    if !rehearsal.is_any_applied() {
        return text;
    }
    let breaking: Vec<_> = rehearsal.breaking().collect();
    let mark = if breaking.is_empty() { "x" } else { " " };
    let _ = writeln!(
        text,
        "- [{mark}] the release that runs now works after each step"
    );
    for (migration, ran) in breaking {
        for broken in ran.breaks.all() {
            let place = format!("{}:{}", migration.file, ran.line);
            let _ = writeln!(text, "  - {}: {}", code(&place), code(broken));
        }
    }
    text
}

fn table_row(migration: &Rehearsed, ran: &Ran) -> String {
    let mut facts = facts(&ran.measured);
    facts.extend(ran.estimate.iter().map(ToString::to_string));
    if let Some(refused) = ran.refused() {
        facts = vec![format!("refused: {}", refused.message)];
    }
    let facts: Vec<String> = facts.iter().map(|it| cell(it)).collect();
    format!(
        "| {} | {} | {} | {} |",
        cell(&migration.title),
        ran.line,
        duration(ran.measured.elapsed),
        facts.join("<br>")
    )
}

fn line_of(trial: &Trial) -> String {
    match trial.problems.as_slice() {
        [] if trial.tried.is_empty() => trial.holds.to_owned(),
        [] => format!("{}: {}", trial.tried, trial.holds),
        problems => {
            let problems: Vec<String> = problems.iter().map(|it| code(it)).collect();
            problems.join("; ")
        }
    }
}

/// One document.
pub fn document(rehearsal: &Rehearsal) -> Value {
    let trials = rehearsal.trials.iter().map(|it| {
        json!({"name": it.name, "tried": it.tried, "holds": it.problems.is_empty(), "problems": it.problems})
    });
    json!({
        "scratch": rehearsal.scratch,
        "why": rehearsal.why,
        "remarks": rehearsal.remarks,
        "without_rows": rehearsal.without_rows.iter()
            .map(|(table, why)| json!({"table": table, "why": why})).collect::<Vec<_>>(),
        "migrations": rehearsal.migrations.iter().map(migration_document).collect::<Vec<_>>(),
        "trials": trials.collect::<Vec<_>>(),
        "not_tried": rehearsal.untried,
        "queries": rehearsal.queries,
        "errors": rehearsal.errors(),
    })
}

fn migration_document(migration: &Rehearsed) -> Value {
    json!({
        "migration": migration.title,
        "file": migration.file,
        "is_stopped": migration.is_stopped,
        "statements": migration.statements.iter().map(statement_document).collect::<Vec<_>>(),
    })
}

fn statement_document(ran: &Ran) -> Value {
    let measured = &ran.measured;
    let locks = measured.locks.iter().map(|it| {
        json!({"relation": it.relation, "mode": it.mode.name(), "chunks": it.chunks, "blocks": it.mode.blocks()})
    });
    let milliseconds = |it: Duration| it.as_millis() as u64;
    json!({
        "line": ran.line,
        "statement": ran.text,
        "milliseconds": milliseconds(measured.elapsed),
        "locks": locks.collect::<Vec<_>>(),
        "rewrites": measured.rewrites,
        "rows_read": measured.scans,
        "wal_bytes": measured.wal,
        "refused": measured.refused.as_ref().map(|it| json!({
            "code": it.code, "message": it.message, "detail": it.detail,
            "passes_when_empty": ran.passes_when_empty,
        })),
        "production": ran.estimate.map(|it| json!({
            "rows": it.rows, "least_milliseconds": milliseconds(it.least), "most_milliseconds": milliseconds(it.most),
        })),
        "breaks": {"schema": ran.breaks.schema, "queries": ran.breaks.queries},
    })
}
