//! What must hold of the rehearsed migrations, tried on copies of a database with rows: an error is rolled back without a trace, a run that
//! is killed is resumed to the same end, what says IF NOT EXISTS may run twice.

use std::time::Duration;

use migrator::link::{self, Link};
use migrator::plan::{Migration, StepKind};
use migrator::run::{self, Options};
use sql::lexer;
use sql::statement::words::Words;

use super::cut::{Cut, Moment};
use super::databases::Database;
use super::ground::{Ground, State, with_fault, with_fault_before, with_text};
use crate::explain;
use crate::failure::Failure;

/// SQLSTATE `division_by_zero`.
const DIVISION_BY_ZERO: &str = "22012";

/// What was tried, and what did not hold.
#[derive(Debug, Clone)]
pub struct Trial {
    /// One word.
    pub name: &'static str,
    /// How often, in words: `12 errors, one after each statement`; empty for once.
    pub tried: String,
    /// How often.
    pub times: usize,
    /// What holds.
    pub holds: &'static str,
    pub problems: Vec<String>,
}

impl Trial {
    fn new(name: &'static str, holds: &'static str) -> Trial {
        Trial {
            name,
            tried: String::new(),
            times: 1,
            holds,
            problems: Vec::new(),
        }
    }

    /// Whether there was something to try.
    pub fn is_made(&self) -> bool {
        self.times > 0
    }
}

/// The state that an undisturbed run of the engine ends in; a trial with the problem if it does not end, although each statement by itself
/// does: one may have dropped the history.
pub fn undisturbed(
    ground: &Ground<'_>,
    base: &Database<'_>,
) -> Result<Result<State, Trial>, Failure> {
    let run = || {
        let copy = ground.scratch.copy(base)?;
        let ran = ground.apply(&mut copy.connect()?, ground.migrations);
        Ok::<_, Failure>(match ran {
            Ok(_) => Ok(ground.state(&copy)?),
            Err(error) => Err(error.to_string()),
        })
    };
    let ends = match run()? {
        Ok(first) => run()?.map(|second| first.without_chance(&second)),
        Err(problem) => Err(problem),
    };
    Ok(ends.map_err(|problem| Trial {
        problems: vec![format!("`cargo xtask migrate` would stop: {problem}")],
        ..Trial::new("run", "")
    }))
}

/// The catalog must not depend on the rows.
pub fn empty(ground: &Ground<'_>, bare: &Database<'_>, end: &State) -> Result<Trial, Failure> {
    let mut trial = Trial::new("empty", "the same catalog as from an empty database");
    let copy = ground.scratch.copy(bare)?;
    let mut link = copy.connect()?;
    ground
        .apply(&mut link, ground.migrations)
        .map_err(|error| explain::run(&error, ground.migrations))?;
    let catalog = ground.catalog(&mut link)?;
    let differences = catalog::diff(&catalog, &end.catalog()?);
    trial.problems = differences.iter().map(ToString::to_string).collect();
    Ok(trial)
}

/// An error after each statement of each transaction, one after the other on the same database.
pub fn rollback(ground: &Ground<'_>, base: &Database<'_>, end: &State) -> Result<Trial, Failure> {
    let mut trial = Trial::new("rollback", "catalog and rows as before");
    let mut tried = 0;
    let copy = ground.scratch.copy(base)?;
    for (at, migration) in ground.rehearsed().iter().enumerate() {
        for (index, step) in migration.steps.iter().enumerate() {
            let before = reach(ground, &copy, at, index)?;
            if !matches!(step.kind, StepKind::Transaction { .. }) {
                continue;
            }
            for range in &step.statements {
                let failing = with_fault(migration, range.end)?;
                let mut all = ground.migrations[..ground.before + at].to_vec();
                all.push(failing);
                let ran = ground.apply(&mut copy.connect()?, &all);
                tried += 1;
                let place = migration.place(range.start);
                if let Some(problem) = not_the_fault(ran, &all) {
                    trial.problems.push(format!("{place}: {problem}"));
                } else if ground.steps_done(&copy, migration.file.version)? > index {
                    // The statement cannot share a transaction with what failed, and its step is done.
                    break;
                } else if let Some(difference) = before.difference(&ground.state(&copy)?)? {
                    trial.problems.push(format!(
                        "{place}: an error after this statement leaves a trace: {difference}"
                    ));
                }
            }
        }
    }
    let mut link = copy.connect()?;
    let ran = ground.apply(&mut link, ground.migrations);
    if let Err(error) = ran {
        trial
            .problems
            .push(format!("then it does not run: {error}"));
    } else if let Some(difference) = end.difference(&ground.state(&copy)?)? {
        trial
            .problems
            .push(format!("it ends otherwise: {difference}"));
    }
    trial.times = tried;
    trial.tried = match tried {
        1 => "1 error after a statement".to_owned(),
        _ => format!("{tried} errors, one after each statement"),
    };
    Ok(trial)
}

/// Runs what is before a step; what the database holds then.
fn reach(
    ground: &Ground<'_>,
    copy: &Database<'_>,
    at: usize,
    index: usize,
) -> Result<State, Failure> {
    let migration = &ground.rehearsed()[at];
    let mut all = ground.migrations[..ground.before + at].to_vec();
    // What was done of a file may not change, its rest may: it fails right where the step begins.
    if index > 0 {
        all.push(with_fault_before(migration, index)?);
    }
    let ran = ground.apply(&mut copy.connect()?, &all);
    match ran {
        Ok(_) => {}
        Err(_) if index > 0 => {}
        Err(error) => return Err(explain::run(&error, &all)),
    }
    ground.state(copy)
}

/// How a run ended otherwise than by our own error.
fn not_the_fault(ran: Result<run::Report, run::Error>, migrations: &[Migration]) -> Option<String> {
    match ran {
        Ok(_) => Some("an error after this statement did not stop the run".to_owned()),
        Err(error) => {
            let failure = explain::run(&error, migrations);
            let code = failure.diagnostic.code.as_deref();
            (code != Some(DIVISION_BY_ZERO)).then_some(failure.diagnostic.message)
        }
    }
}

/// A kill before and after each message of each step.
pub fn cut(ground: &Ground<'_>, base: &Database<'_>, end: &State) -> Result<Trial, Failure> {
    let mut trial = Trial::new("kill", "resumed to the same end");
    let copy = ground.scratch.copy(base)?;
    let mut counting = Cut::never(copy.connect()?);
    ground
        .apply(&mut counting, ground.migrations)
        .map_err(|error| explain::run(&error, ground.migrations))?;
    let messages = counting.sent;
    drop(counting);
    // Its roles would be in the way of the next one.
    drop(copy);
    for message in 0..messages {
        for moment in [Moment::Before, Moment::After] {
            if let Some(problem) = killed(ground, base, end, message, moment)? {
                let when = match moment {
                    Moment::Before => "before",
                    Moment::After => "after",
                };
                trial.problems.push(format!(
                    "killed {when} message {} of {messages}: {problem}",
                    message + 1
                ));
            }
        }
    }
    trial.times = 2 * messages;
    trial.tried = format!("{} kills, before and after each step", 2 * messages);
    Ok(trial)
}

/// What went wrong after a kill there.
fn killed(
    ground: &Ground<'_>,
    base: &Database<'_>,
    end: &State,
    message: usize,
    moment: Moment,
) -> Result<Option<String>, Failure> {
    let copy = ground.scratch.copy(base)?;
    let options = Options {
        patience: Duration::from_millis(1),
        ..ground.options.clone()
    };
    let mut link = Cut::at(copy.connect()?, message, moment);
    let ran = run::run(&mut link, ground.migrations, &options, None, &mut |_| ());
    drop(link);
    if ran.is_ok() {
        return Ok(Some("the run did not notice".to_owned()));
    }
    if let Err(error) = ground.apply(&mut copy.connect()?, ground.migrations) {
        let failure = explain::run(&error, ground.migrations);
        return Ok(Some(failure.diagnostic.message));
    }
    end.difference(&ground.state(&copy)?)
}

/// What promises that it may run twice, is run twice.
pub fn again(ground: &Ground<'_>, base: &Database<'_>) -> Result<Trial, Failure> {
    let mut trial = Trial::new("again", "a second run changes nothing");
    let mut tried = 0;
    for (at, migration) in ground.rehearsed().iter().enumerate() {
        let text = &migration.file.text;
        for (index, step) in migration.steps.iter().enumerate() {
            for range in &step.statements {
                if !promises(&text[range.clone()]) {
                    continue;
                }
                tried += 1;
                if let Some(problem) = second_run(ground, base, at, index, range.end)? {
                    let place = migration.place(range.start);
                    trial.problems.push(format!("{place}: {problem}"));
                }
            }
        }
    }
    trial.times = tried;
    trial.tried = match tried {
        1 => "1 statement with IF NOT EXISTS".to_owned(),
        _ => format!("{tried} statements with IF NOT EXISTS"),
    };
    Ok(trial)
}

/// Whether a statement says that it may find its object there.
fn promises(text: &str) -> bool {
    let tokens: Vec<_> = lexer::stream(text).take(lexer::FIRST_TOKENS).collect();
    let words = Words {
        sql: text,
        tokens: &tokens,
    };
    let says = |at: usize| {
        words.are(at, &["if", "not", "exists"])
            || words.are(at, &["if", "exists"])
            || words.is(at, "if_not_exists")
    };
    words.is_one_of(0, &["create", "alter", "drop", "select", "call"])
        && (1..tokens.len()).any(says)
}

/// Runs a statement again right behind itself: what goes wrong, or changes.
fn second_run(
    ground: &Ground<'_>,
    base: &Database<'_>,
    at: usize,
    index: usize,
    end: usize,
) -> Result<Option<String>, Failure> {
    let copy = ground.scratch.copy(base)?;
    let migration = &ground.rehearsed()[at];
    let mut all = ground.migrations[..ground.before + at].to_vec();
    let mut text = migration.file.text[..end].to_owned();
    if matches!(
        migration.steps[index].kind,
        StepKind::Transaction { begin: Some(_) }
    ) {
        text.push_str(";\nCOMMIT");
    }
    let cut_off = with_text(migration, text)?;
    let settings = cut_off.session_settings(cut_off.steps.len());
    let settings: Vec<String> = settings.into_iter().map(str::to_owned).collect();
    let statement = migration.steps[index]
        .statements
        .iter()
        .find(|range| range.end == end)
        .map(|range| &migration.file.text[range.clone()]);
    let plain = ground
        .options
        .mode
        .migrations(std::slice::from_ref(&cut_off), &|_| false);
    let Ok(plain) = plain else {
        return Ok(None);
    };
    let last = plain[0]
        .steps
        .last()
        .and_then(|step| step.statements.last().cloned());
    let sent = last.map(|range| plain[0].sent(&range).to_owned());
    all.push(cut_off);
    let mut link = copy.connect()?;
    if let Err(error) = ground.apply(&mut link, &all) {
        return Err(explain::run(&error, &all));
    }
    let before = ground.state(&copy)?;
    let Some(sent) = sent.or(statement.map(str::to_owned)) else {
        return Ok(None);
    };
    for setting in &settings {
        link.query(setting).map_err(explain::asked)?;
    }
    match link.query(&sent) {
        Err(link::Error::Server(error)) => {
            return Ok(Some(format!("a second run is refused: {}", error.message)));
        }
        Err(error) => return Err(explain::asked(error)),
        Ok(_) => {}
    }
    let difference = before.difference(&ground.state(&copy)?)?;
    Ok(difference.map(|it| format!("a second run changes something: {it}")))
}
