//! A run of the rehearsed migrations, statement by statement.

use migrator::plan::Migration;
use migrator::run;

use super::databases::Database;
use super::ground::Ground;
use super::measure::Meter;
use super::measured::{Measured, MeasuredStep};
use super::production::{self, Sample};
use super::release::{Broken, Release};
use super::report::{Ran, Rehearsed};
use super::rows::Filled;
use crate::explain;
use crate::failure::Failure;

/// How many characters of a statement are quoted.
const QUOTED: usize = 80;

/// What each step did, migration by migration, up to the statement that the server refused.
pub struct Course {
    steps: Vec<Vec<MeasuredStep>>,
    /// What each of these steps newly breaks of the release that runs now.
    breaks: Vec<Vec<Broken>>,
}

impl Course {
    /// Runs all steps on a copy of the database.
    pub fn run(
        ground: &Ground<'_>,
        base: &Database<'_>,
        release: Option<&Release>,
    ) -> Result<Course, Failure> {
        let copy = ground.scratch.copy(base)?;
        let mut link = copy.connect()?;
        let report = run::read(&mut link, &ground.options.history, None)
            .map_err(|error| explain::run(&error, ground.migrations))?;
        let migrations = run::migrations(ground.migrations, ground.options.mode, &report)
            .map_err(|error| explain::run(&error, ground.migrations))?;
        let mut meter = Meter::new(copy.config())?;
        let mut course = Course {
            steps: Vec::new(),
            breaks: Vec::new(),
        };
        let mut known = Broken::default();
        for migration in &migrations[ground.before..] {
            course.steps.push(Vec::new());
            course.breaks.push(Vec::new());
            meter.session()?;
            for step in &migration.steps {
                let mut measured = meter.step(migration, step)?;
                if !ground.scratch.is_private() {
                    let statements = measured.statements.iter_mut();
                    statements.for_each(|it| it.wal = None);
                }
                let is_refused = measured.refused().is_some();
                let mut new = Broken::default();
                if let Some(release) = release.filter(|_| !is_refused) {
                    let broken = release.broken(ground, &mut link, &copy.config())?;
                    new = broken.since(&known);
                    known = broken;
                }
                if let (Some(steps), Some(breaks)) =
                    (course.steps.last_mut(), course.breaks.last_mut())
                {
                    steps.push(measured);
                    breaks.push(new);
                }
                if is_refused {
                    return Ok(course);
                }
            }
        }
        Ok(course)
    }

    /// How many migrations ran to their end.
    pub fn works(&self) -> usize {
        let is_refused = |steps: &[MeasuredStep]| steps.iter().any(|it| it.refused().is_some());
        self.steps.iter().take_while(|it| !is_refused(it)).count()
    }

    fn statement(&self, migration: usize, step: usize, statement: usize) -> Option<&Measured> {
        let step = self.steps.get(migration)?.get(step)?;
        step.statements.get(statement)
    }
}

/// A run with few rows and one with many.
pub struct Courses {
    pub few: Course,
    pub many: Course,
}

impl Courses {
    /// How many migrations ran to their end in both.
    pub fn works(&self) -> usize {
        self.few.works().min(self.many.works())
    }

    /// What each migration did: with many rows, and what it breaks.
    pub fn merged(
        &self,
        migrations: &[Migration],
        rows: (&Filled<'_>, &Filled<'_>),
        passes_when_empty: bool,
    ) -> Vec<Rehearsed> {
        let works = self.works();
        let merged = |(at, migration): (usize, &Migration)| {
            let steps = self.many.steps.get(at).map_or(&[][..], |steps| steps);
            let mut statements = Vec::new();
            for (index, step) in steps.iter().enumerate() {
                for (number, measured) in step.statements.iter().enumerate() {
                    let few = self.few.statement(at, index, number);
                    let mut ran = ran(migration, measured, few, rows);
                    if let (None, Some(few)) = (&measured.refused, few) {
                        ran.measured.refused.clone_from(&few.refused);
                    }
                    ran.passes_when_empty = passes_when_empty;
                    if number + 1 == step.statements.len() {
                        ran.breaks = self.breaks(at, index);
                    }
                    statements.push(ran);
                }
            }
            Rehearsed {
                title: migration.file.title(),
                file: migration.file.path.display().to_string(),
                statements,
                is_stopped: at >= works,
            }
        };
        migrations.iter().enumerate().map(merged).collect()
    }

    fn breaks(&self, migration: usize, step: usize) -> Broken {
        let breaks = self.few.breaks.get(migration);
        let breaks = breaks.and_then(|it| it.get(step));
        breaks.cloned().unwrap_or_default()
    }
}

fn ran(
    migration: &Migration,
    measured: &Measured,
    few: Option<&Measured>,
    rows: (&Filled<'_>, &Filled<'_>),
) -> Ran {
    let text = &migration.file.text[measured.range.clone()];
    let first: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Ran {
        line: migration.lines_of(&measured.range).first,
        text: first.chars().take(QUOTED).collect(),
        measured: measured.clone(),
        estimate: few.and_then(|few| estimate(few, measured, rows)),
        passes_when_empty: false,
        breaks: Broken::default(),
    }
}

/// How long the statement would take in production, by the largest relation that it is about.
fn estimate(
    few: &Measured,
    many: &Measured,
    rows: (&Filled<'_>, &Filled<'_>),
) -> Option<production::Estimate> {
    let relations = many.relations();
    let of = |filled: &Filled<'_>, name: &str| filled.counts.get(name).copied();
    let largest = relations
        .into_iter()
        .max_by_key(|name| rows.1.live.get(*name).copied())?;
    let few = Sample {
        rows: of(rows.0, largest)?,
        elapsed: few.elapsed,
    };
    let many = Sample {
        rows: of(rows.1, largest)?,
        elapsed: many.elapsed,
    };
    production::estimate(few, many, *rows.1.live.get(largest)?)
}
