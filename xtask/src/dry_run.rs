//! `cargo xtask migrate --dry-run`: the steps that would run, and why a step runs alone. Touches nothing.

use std::process::ExitCode;

use migrator::history::History;
use migrator::plan::{self, Migration, Pending, Selection, Step, StepKind};
use migrator::run;
use serde_json::{Value, json};

use crate::explain;
use crate::failure::Failure;
use crate::migrate::count;
use crate::screen::Screen;
use crate::target::Chosen;

pub fn run(
    chosen: &Chosen,
    migrations: &[Migration],
    selection: Selection,
    screen: &mut Screen,
) -> Result<ExitCode, Failure> {
    let history = match chosen.look()? {
        Some(mut session) => {
            let report = run::read(&mut *session.link, None)
                .map_err(|error| explain::run(&error, migrations))?;
            screen.line(chosen.headline(Some(&report.facts)));
            report.history
        }
        None => {
            screen.line(chosen.headline(None));
            screen.line("it does not run: the plan is that of an empty database");
            History::default()
        }
    };
    let pending = plan::plan(migrations, &history, selection)
        .map_err(|error| explain::run(&run::Error::Plan(error), migrations))?;
    screen.line(render(&pending));
    screen.document(&document(&pending));
    Ok(ExitCode::SUCCESS)
}

/// The plan for people.
pub fn render(pending: &[Pending<'_>]) -> String {
    if pending.is_empty() {
        return "nothing to do".to_owned();
    }
    let mut lines = Vec::new();
    for pending in pending {
        lines.push(pending.migration.file.title());
        for (index, step) in pending.migration.steps.iter().enumerate() {
            lines.extend(step_lines(pending, index, step));
        }
    }
    lines.join("\n")
}

fn step_lines(pending: &Pending<'_>, index: usize, step: &Step) -> Vec<String> {
    let number = index + 1;
    let (first, last) = pending.migration.lines(step);
    let lines = match first == last {
        true => format!("line {first}"),
        false => format!("lines {first}–{last}"),
    };
    if index < pending.steps_done {
        return vec![format!(
            "  step {number}  {:<13} {lines:<14} done already",
            kind(step)
        )];
    }
    match &step.kind {
        StepKind::Transaction { .. } => {
            let statements = count(step.statements.len(), "statement");
            vec![format!(
                "  step {number}  {:<13} {lines:<14} {statements}",
                kind(step)
            )]
        }
        StepKind::Alone(_) | StepKind::FreshSession => {
            let text = &pending.migration.file.text[step.range()];
            vec![
                format!(
                    "  step {number}  {:<13} {lines:<14} {}",
                    kind(step),
                    summary(text)
                ),
                format!("          {}", reason(step)),
            ]
        }
    }
}

fn kind(step: &Step) -> &'static str {
    match step.kind {
        StepKind::Transaction { .. } => "transaction",
        StepKind::Alone(_) => "alone",
        StepKind::FreshSession => "fresh session",
    }
}

fn reason(step: &Step) -> String {
    match &step.kind {
        StepKind::Alone(reason) => reason.to_string(),
        StepKind::FreshSession => {
            "must be the first statement of its session, before anything loads the library"
                .to_owned()
        }
        StepKind::Transaction { .. } => String::new(),
    }
}

/// The start of a statement on one line.
fn summary(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut words = text.split_whitespace();
    let mut line = words.next().unwrap_or_default().to_owned();
    for word in words {
        if line.chars().count() + word.chars().count() >= LONGEST {
            line.push_str(" …");
            break;
        }
        line.push(' ');
        line.push_str(word);
    }
    line
}

fn document(pending: &[Pending<'_>]) -> Value {
    let migrations: Vec<Value> = pending.iter().map(migration_json).collect();
    json!({ "pending": migrations })
}

fn migration_json(pending: &Pending<'_>) -> Value {
    let steps = pending
        .migration
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| {
            let (first, last) = pending.migration.lines(step);
            json!({
                "step": index + 1,
                "kind": kind(step).replace(' ', "_"),
                "first_line": first,
                "last_line": last,
                "statements": step.statements.len(),
                "reason": Some(reason(step)).filter(|reason| !reason.is_empty()),
                "done": index < pending.steps_done,
            })
        });
    json!({
        "version": pending.migration.file.version,
        "name": pending.migration.file.name,
        "steps": steps.collect::<Vec<_>>(),
    })
}
