//! `cargo xtask migrate --dry-run`: the steps that would run, and why a step runs alone. Touches nothing.

mod rewritten;

use std::collections::BTreeMap;
use std::process::ExitCode;

use migrator::dump;
use migrator::history::{History, Mode};
use migrator::link::Link;
use migrator::plan::{self, Migration, NotAllOrNothing, Pending, Step, StepKind};
use migrator::question::Answer;
use migrator::run::{self, Options};
use migrator::source::Lines;
use serde_json::{Value, json};

use crate::check;
use crate::diff::pending::{self, Change};
use crate::explain;
use crate::failure::{Code, Failure};
use crate::keeper::Keeper;
use crate::migrate::{is_plain, mode_of, show_mode};
use crate::screen::Screen;
use crate::target::Chosen;
use crate::words::count;

pub fn run(
    chosen: &Chosen,
    migrations: &[Migration],
    options: &Options,
    keeper: &Keeper,
    check: &check::pending::Pending,
    screen: &mut Screen,
) -> Result<ExitCode, Failure> {
    let mut session = chosen.look(screen)?;
    let link: Option<&mut dyn Link> = match &mut session {
        Some(session) => Some(&mut *session.link),
        None => None,
    };
    let mut planned = plan(chosen, link, migrations, options, screen)?;
    screen.lines(&planned.text);
    check.check(migrations, &planned.history).show(screen)?;
    if let Some(session) = &mut session {
        let changes = foresee(&mut *session.link, migrations, options, keeper, screen)?;
        if let Some(changes) = changes {
            screen.lines(pending::text(&changes));
            planned.document["changes"] = pending::document(&changes);
        }
    }
    screen.document(&planned.document);
    Ok(if planned.is_refused {
        Code::Found.into()
    } else {
        ExitCode::SUCCESS
    })
}

/// Fails as the run would because of what the migrations make, as far as that can be known before it. Returns what changes for service
/// code, if the committed snapshot describes it.
fn foresee(
    link: &mut dyn Link,
    migrations: &[Migration],
    options: &Options,
    keeper: &Keeper,
    screen: &mut Screen,
) -> Result<Option<Vec<Change>>, Failure> {
    let report = run::read(link, &options.history, keeper.probe())
        .map_err(|error| explain::run(&error, migrations))?;
    let mode = mode_of(options.mode, &report.facts);
    let foreseen = keeper.foresee(link, migrations, &report, mode)?;
    if let Some(why) = foreseen.unasked {
        screen.line(why);
    }
    let choices = &keeper.generated().choices;
    Ok(foreseen
        .change
        .and_then(|it| pending::changes(it, migrations, choices)))
}

/// What would run.
pub struct Planned {
    /// For people.
    pub text: String,
    pub document: Value,
    /// Whether a statement is known to be refused.
    pub is_refused: bool,
    /// What is applied.
    pub history: History,
}

/// Plans what a run would do on a target; without a link the target is not running.
pub fn plan(
    chosen: &Chosen,
    mut link: Option<&mut dyn Link>,
    migrations: &[Migration],
    options: &Options,
    screen: &mut Screen,
) -> Result<Planned, Failure> {
    let mode = options.mode;
    let history;
    let migrations = match &mut link {
        Some(link) => {
            let report = run::read(&mut **link, &options.history, None)
                .map_err(|error| explain::run(&error, migrations))?;
            if screen.target(&chosen.headline(Some(&report.facts))) {
                show_mode(is_plain(mode, &report.facts), screen);
            }
            if !options.is_one_of_many {
                report
                    .check_elsewhere(migrations)
                    .map_err(|error| explain::run(&error, migrations))?;
            }
            let of_mode = run::migrations(migrations, mode, &report)
                .map_err(|error| explain::run(&error, migrations))?;
            if let Some(foreign) = report.foreign {
                let error = run::Error::OtherTool(Box::new(foreign));
                return Err(explain::run(&error, migrations));
            }
            history = report.history;
            of_mode
        }
        None => {
            screen.line(chosen.headline(None));
            show_mode(mode == Mode::Plain, screen);
            screen.line("the target is not running: planning for an empty database");
            history = History::default();
            mode.migrations(migrations, &|_| false)
                .map_err(|error| explain::run(&error, migrations))?
        }
    };
    let migrations = &*plan::fit(&migrations, &history);
    let pending = plan::plan(migrations, &history, options.selection, options.ahead)
        .map_err(|error| explain::run(&run::Error::Plan(error), migrations))?;
    plan::check_sizes(&pending, plan::LONGEST_STEP)
        .map_err(|long| explain::run(&run::Error::TooLong(long), migrations))?;
    let answers = match link {
        Some(link) => ask(link, &pending)?,
        None => Answers::new(),
    };
    if options.all_or_nothing {
        check_all_or_nothing(&pending, &answers)
            .map_err(|found| explain::run(&run::Error::NotAllOrNothing(found), migrations))?;
    }
    let is_refused = |answer: &Answer| matches!(answer, Answer::Never(_));
    Ok(Planned {
        text: render(&pending, &answers),
        document: document(&pending, &answers),
        is_refused: answers.values().any(is_refused),
        history,
    })
}

/// Why a run with `--all-or-nothing` would be refused, as far as the catalog shows beforehand.
fn check_all_or_nothing(
    pending: &[Pending<'_>],
    answers: &Answers,
) -> Result<(), Box<NotAllOrNothing>> {
    plan::check_all_or_nothing(pending)?;
    let alone = answers.iter().find_map(|(place, answer)| match answer {
        Answer::Alone(reason) => Some((place, *reason)),
        _ => None,
    });
    let Some((&(version, step), reason)) = alone else {
        return Ok(());
    };
    let of_this = |it: &&Pending<'_>| it.migration.file.version == version;
    match pending.iter().find(of_this) {
        Some(it) => Err(Box::new(NotAllOrNothing::alone(it.migration, step, reason))),
        None => Ok(()),
    }
}

/// What the catalog says now of steps that it is asked about, by number of the migration and index of the step.
pub type Answers = BTreeMap<(u32, usize), Answer>;

fn ask(link: &mut dyn Link, pending: &[Pending<'_>]) -> Result<Answers, Failure> {
    let mut answers = Answers::new();
    for pending in pending {
        let migration = pending.migration;
        for (index, step) in migration.steps.iter().enumerate().skip(pending.steps_done) {
            let Some(question) = migration.question(step) else {
                continue;
            };
            let results = link.query(&question.query()).map_err(explain::asked)?;
            let rows = results.into_iter().next_back().unwrap_or_default();
            answers.insert((migration.file.version, index), question.answer(&rows));
        }
    }
    Ok(answers)
}

/// The plan for people.
pub fn render(pending: &[Pending<'_>], answers: &Answers) -> String {
    if pending.is_empty() {
        return "nothing to do".to_owned();
    }
    let mut lines = Vec::new();
    for pending in pending {
        lines.push(pending.migration.file.title());
        if let Some(warning) = dump::warning(&pending.migration.file) {
            lines.push(format!("  warning: {warning}"));
        }
        if pending.migration.steps.len() <= pending.steps_done {
            lines.push("  no statement to run: it is recorded as applied".to_owned());
        }
        for (index, step) in pending.migration.steps.iter().enumerate() {
            let answer = answers.get(&(pending.migration.file.version, index));
            lines.extend(step_lines(pending, index, step, answer));
        }
    }
    lines.join("\n")
}

fn step_lines(
    pending: &Pending<'_>,
    index: usize,
    step: &Step,
    answer: Option<&Answer>,
) -> Vec<String> {
    let number = index + 1;
    let Lines { first, last } = pending.migration.lines(step);
    let lines = if first == last {
        format!("line {first}")
    } else {
        format!("lines {first}–{last}")
    };
    let head = format!("  step {number}  {:<13} {lines:<14}", kind(step, answer));
    if index < pending.steps_done {
        return vec![format!("{head} already done")];
    }
    let reason = reason(step, answer);
    let mut lines = if reason.is_empty() {
        let statements = count(step.statements.len(), "statement");
        vec![format!("{head} {statements}")]
    } else {
        let text = &pending.migration.file.text[step.range()];
        vec![
            format!("{head} {}", summary(text)),
            format!("          {reason}"),
        ]
    };
    lines.extend(rewritten::lines(pending.migration, step));
    lines
}

fn kind(step: &Step, answer: Option<&Answer>) -> &'static str {
    match (&step.kind, answer) {
        (_, Some(Answer::Never(_))) => "refused",
        (StepKind::Asked(_), Some(Answer::Alone(_))) | (StepKind::Alone(_), _) => "alone",
        (StepKind::Asked(_) | StepKind::Transaction { .. }, _) => "transaction",
        (StepKind::FreshSession, _) => "fresh session",
    }
}

fn reason(step: &Step, answer: Option<&Answer>) -> String {
    const AGAIN: &str = "; checked again before it runs";
    match (&step.kind, answer) {
        (_, Some(Answer::Never(refusal))) => format!("{refusal}{AGAIN}"),
        (StepKind::Asked(_), Some(Answer::Alone(reason))) => format!("{reason}{AGAIN}"),
        (StepKind::Asked(_), _) => "or alone, if the catalog requires it when it runs".to_owned(),
        (StepKind::Alone(reason), _) => reason.to_string(),
        (StepKind::FreshSession, _) => {
            "must be the first statement of its session, before anything loads the library"
                .to_owned()
        }
        (StepKind::Transaction { .. }, _) => String::new(),
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

/// The plan as a document.
pub fn document(pending: &[Pending<'_>], answers: &Answers) -> Value {
    let migrations = pending.iter().map(|it| migration_json(it, answers));
    json!({ "pending": migrations.collect::<Vec<_>>() })
}

fn migration_json(pending: &Pending<'_>, answers: &Answers) -> Value {
    let file = &pending.migration.file;
    let steps = pending.migration.steps.iter().enumerate();
    let steps = steps.map(|(index, step)| {
        let Lines { first, last } = pending.migration.lines(step);
        let answer = answers.get(&(file.version, index));
        json!({
            "step": index + 1,
            "kind": kind(step, answer).replace(' ', "_"),
            "first_line": first,
            "last_line": last,
            "statements": step.statements.len(),
            "reason": Some(reason(step, answer)).filter(|reason| !reason.is_empty()),
            "done": index < pending.steps_done,
            "rewritten": rewritten::json(pending.migration, step),
        })
    });
    json!({
        "version": file.version,
        "name": file.name,
        "steps": steps.collect::<Vec<_>>(),
    })
}
