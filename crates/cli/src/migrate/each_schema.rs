//! `cargo xtask migrate --each-schema PATTERN`: the same files for every schema whose name matches, one schema after the other.
//!
//! Each schema's run is the one of `--target '…?options=-csearch_path%3DSCHEMA'`, with its own session, history and lock. If one fails, the
//! others still run. The snapshot describes a single schema, and is not changed.

mod database;
mod outcome;
mod pattern;
mod refusals;
mod status;

pub use status::run as status;

use std::process::ExitCode;
use std::time::Instant;

use migrator::history::{HistoryTable, Mode, Row};
use migrator::link::Link;
use migrator::plan::Migration;
use migrator::run::{self, Applied, Event, Options, Report};
use serde_json::{Value, json};
use sql::quote::plain;

use crate::args::TargetArgs;
use crate::explain;
use crate::failure::{Code, Failure};
use crate::keeper;
use crate::migrate::Migrate;
use crate::migrate::dry_run;
use crate::migrate::{self, show_mode};
use crate::project::Project;
use crate::screen::Screen;
use crate::shell;
use crate::show::Show;
use crate::signals::Interruption;
use crate::snapshot::{self, Included};
use crate::target::server::TargetServer;
use crate::target::{self, Chosen, Session};
use crate::words::count;
use database::{Database, Extension, Landing};
use outcome::{Outcome, State};
use pattern::Pattern;
use refusals::{elsewhere, no_match, of_schema, one_history, shared_extensions};

/// What all runs have in common.
struct Schemas {
    chosen: Chosen,
    server: TargetServer,
    database: Database,
    /// Those that match, sorted.
    matched: Vec<String>,
    history: HistoryTable,
    included: Included,
}

pub fn run(
    project: &Project,
    args: &Migrate,
    pattern: &str,
    screen: &mut Screen,
) -> Result<ExitCode, Failure> {
    let migrations = project.migrations(args.source.migrations.as_deref())?;
    let mut schemas = Schemas::find(project, &args.target, pattern, !args.dry_run, screen)?;
    let options = Options {
        is_one_of_many: true,
        mode: schemas.chosen.mode(&args.mode)?,
        ..migrate::options(args)
    };
    schemas.announce(&options, screen);
    if args.dry_run {
        return schemas.plan(&migrations, &options, screen);
    }
    screen.line("snapshot unchanged: it describes one schema, and this command ran for several");
    let outcomes = schemas.migrate(&migrations, &options, screen)?;
    screen.line("");
    screen.lines(outcome::render(&outcomes));
    let again = format!(
        "cargo xtask migrate --each-schema {}",
        shell::quote(pattern)
    );
    let failure = outcomes.iter().find_map(|it| match &it.state {
        State::Failed(failure) => Some(failure),
        _ => None,
    });
    if failure.is_some() {
        screen.line(format!(
            "next: {again}, which continues where each schema stopped"
        ));
    }
    let documents: Vec<Value> = outcomes.iter().map(Outcome::document).collect();
    screen.document(&json!({ "target": schemas.target_json(), "schemas": documents }));
    Ok(failure.map_or(ExitCode::SUCCESS, |failure| failure.code.into()))
}

impl Schemas {
    /// Looks at the database; `makes` is whether a missing target may be created.
    fn find(
        project: &Project,
        target: &TargetArgs,
        pattern: &str,
        makes: bool,
        screen: &mut Screen,
    ) -> Result<Schemas, Failure> {
        let read = Pattern::parse(pattern).map_err(|why| {
            Failure::new(
                Code::Usage,
                format!("the pattern of --each-schema cannot be read: {why}"),
            )
            .note("state", "nothing was run")
            .next("write it as for psql's \\dn: `tenant_*`, `tenant_?`, `\"Exact name\"`")
        })?;
        let history = project.history()?;
        if let Some(schema) = &history.schema {
            return Err(one_history(schema));
        }
        let included = Included::of(project)?;
        let mut chosen = target::choose(project, target)?;
        let session = if makes {
            Some(chosen.open(screen)?)
        } else {
            chosen.look(screen)?
        };
        let mut session = session.ok_or_else(|| no_match(pattern, &[]))?;
        let database = Database::read(&mut *session.link).map_err(explain::asked)?;
        let matched = database.schemas.iter().filter(|name| read.matches(name));
        let matched: Vec<String> = matched.cloned().collect();
        if matched.is_empty() {
            return Err(no_match(pattern, &database.schemas));
        }
        // Before the session ends: an embedded server stays up.
        let server = chosen.target.server()?;
        Ok(Schemas {
            chosen,
            server,
            database,
            matched,
            history,
            included,
        })
    }

    fn announce(&self, options: &Options, screen: &mut Screen) {
        let found = &self.database;
        let timescaledb = found.timescaledb.as_deref();
        screen.target(
            &self
                .chosen
                .headline_of(&found.name, &found.server_version, timescaledb),
        );
        let is_asked_for = options.mode == Mode::Plain && found.timescaledb.is_none();
        show_mode(found.is_plain || is_asked_for, screen);
        screen.line(
            format!("{} match", count(self.matched.len(), "schema"))
                .replace("1 schema match", "1 schema matches"),
        );
        for Extension { name, schema } in found.hidden_extensions(&self.matched) {
            screen.progress(format!(
                "warning: extension {} is in schema {}, where the other schemas' files do not see it: \
                 move it (ALTER EXTENSION … SET SCHEMA), or create it again in a schema that does not match",
                plain(name),
                plain(schema)
            ));
        }
    }

    fn target_json(&self) -> Value {
        json!({
            "name": self.chosen.target.name(),
            "why": self.chosen.why,
            "database": self.database.name,
            "postgresql": self.database.server_version,
            "timescaledb": self.database.timescaledb,
        })
    }

    /// A session whose new tables go to this schema.
    fn session(&self, schema: &str, options: &Options) -> Result<Session, Failure> {
        let path = self
            .database
            .search_path(schema, &self.matched, options.mode);
        self.chosen.open_with_path(&self.server, &path)
    }

    fn options(&self, schema: &str, options: &Options) -> Options {
        let history = HistoryTable {
            schema: Some(schema.to_owned()),
            ..self.history.clone()
        };
        Options {
            history,
            ..options.clone()
        }
    }

    /// Runs every schema's files, until all are done, it is stopped, or the server can no longer be reached.
    fn migrate(
        &mut self,
        migrations: &[Migration],
        options: &Options,
        screen: &mut Screen,
    ) -> Result<Vec<Outcome>, Failure> {
        let interruption = Interruption::catch()?;
        let options = Options {
            interrupt: interruption.interrupt(),
            ..options.clone()
        };
        let mut outcomes: Vec<Outcome> = self
            .matched
            .iter()
            .cloned()
            .map(Outcome::not_begun)
            .collect();
        for outcome in &mut outcomes {
            if options.interrupt.raised().is_some() {
                break;
            }
            screen.line(format!("schema {}", plain(&outcome.schema)));
            let goes_on = self.migrate_one(outcome, migrations, &options, screen);
            if let State::Failed(failure) = &outcome.state {
                screen.diagnostic(failure);
            }
            if !goes_on {
                break;
            }
        }
        Ok(outcomes)
    }

    /// Runs one schema's files; whether the next one's may run.
    fn migrate_one(
        &mut self,
        outcome: &mut Outcome,
        migrations: &[Migration],
        options: &Options,
        screen: &mut Screen,
    ) -> bool {
        let began = Instant::now();
        let options = self.options(&outcome.schema, options);
        let mut session = match self.session(&outcome.schema, &options) {
            Ok(session) => session,
            Err(failure) => {
                outcome.state = State::Failed(of_schema(failure, &outcome.schema));
                // It would be the same for the others.
                return false;
            }
        };
        let ran = apply(
            &mut *session.link,
            migrations,
            &options,
            &self.included,
            screen,
            &mut outcome.applied,
        );
        // The next run must see an extension that these files have created in another schema.
        if !outcome.applied.is_empty()
            && session.link.is_open()
            && let Ok(database) = Database::read(&mut *session.link)
        {
            self.database = database;
        }
        outcome.elapsed = began.elapsed();
        let goes_on = match &ran {
            Err(Stopped { is_of_all, failure }) => !is_of_all && !outcome::was_stopped(failure),
            Ok(_) => true,
        };
        outcome.state = match ran {
            Ok(report) => State::Done {
                before: report
                    .history
                    .rows
                    .iter()
                    .filter(|row| row.is_applied())
                    .count(),
            },
            Err(stopped) => State::Failed(of_schema(stopped.failure, &outcome.schema)),
        };
        goes_on
    }

    /// Prints the steps that would run in each schema.
    fn plan(
        &self,
        migrations: &[Migration],
        options: &Options,
        screen: &mut Screen,
    ) -> Result<ExitCode, Failure> {
        let mut documents = Vec::new();
        let mut code = None;
        for schema in &self.matched {
            screen.line(format!("schema {}", plain(schema)));
            let options = self.options(schema, options);
            let mut session = self.session(schema, &options)?;
            session.link.answer_within(target::LOOKING);
            let planned = dry_run::plan(
                &self.chosen,
                Some(&mut *session.link),
                migrations,
                &options,
                screen,
            );
            let mut document = match planned {
                Ok(planned) => {
                    screen.lines(&planned.text);
                    code = code.or(planned.is_refused.then_some(Code::Found));
                    planned.document
                }
                Err(failure) => {
                    let failure = of_schema(failure, schema);
                    screen.diagnostic(&failure);
                    code = code.or(Some(failure.code));
                    failure.to_json()
                }
            };
            document["schema"] = schema.as_str().into();
            documents.push(document);
        }
        screen.document(&json!({ "target": self.target_json(), "schemas": documents }));
        Ok(code.map_or(ExitCode::SUCCESS, ExitCode::from))
    }
}

/// Why a schema's run did not end well.
struct Stopped {
    failure: Failure,
    /// Whether it would be the same in every schema.
    is_of_all: bool,
}

impl Stopped {
    fn here(failure: Failure) -> Stopped {
        Stopped {
            failure,
            is_of_all: false,
        }
    }
}

/// Applies what is pending in one schema. What it applied is in `applied`, even if it fails later.
fn apply(
    link: &mut dyn Link,
    migrations: &[Migration],
    options: &Options,
    included: &Included,
    screen: &mut Screen,
    applied: &mut Vec<Applied>,
) -> Result<Report, Stopped> {
    let names = migrations.iter().map(|it| it.file.name.len());
    let mut show = Show::new(screen, names.max().unwrap_or(0));
    show.is_whole = options.all_or_nothing;
    let mut done = explain::Done::new(options.all_or_nothing);
    let mut observe = |event: Event<'_>| {
        done.see(&event);
        if let Event::Applied(one) = &event {
            applied.push((*one).clone());
        }
        show.event(&event);
    };
    let mut refused = None;
    let mut gate = |link: &mut dyn Link, report: &Report| {
        let checked = check(link, migrations, options, report);
        let checked = checked.and_then(|()| {
            // It is of no schema alone.
            let checked = snapshot::check_schemas(link, included, migrations, &report.facts);
            checked.map_err(|failure| Stopped {
                failure,
                is_of_all: true,
            })
        });
        refused = checked.err();
        refused.is_none()
    };
    let ran = run::run_gated(link, migrations, options, None, &mut gate, &mut observe);
    match (ran, refused) {
        (_, Some(stopped)) => Err(stopped),
        (Err(error), None) => Err(Stopped::here(done.stopped(&error, migrations))),
        (Ok(report), None) => {
            let checked = keeper::check_schemas(link, included, migrations, &report);
            checked.map_err(|failure| Stopped {
                failure,
                is_of_all: true,
            })?;
            if report.applied.is_empty() {
                screen.line("  nothing to do");
            }
            Ok(report)
        }
    }
}

/// Looks, before anything is written, whether the files' objects would go to the schema, and their extensions to another one.
fn check(
    link: &mut dyn Link,
    migrations: &[Migration],
    options: &Options,
    report: &Report,
) -> Result<(), Stopped> {
    let is_to_run = |it: &&Migration| {
        let version = it.file.version;
        let is_applied = report.history.row(version).is_some_and(Row::is_applied);
        !is_applied && options.selection.admits(version)
    };
    let pending = migrations.iter().filter(is_to_run);
    let mut extensions = database::created_extensions(pending);
    if report.facts.is_plain || options.mode == Mode::Plain {
        extensions.remove("timescaledb");
    }
    let answer = link.query(&database::landing(&extensions));
    let answer = answer.map_err(|error| Stopped::here(explain::asked(error)))?;
    let Landing {
        current_schema,
        extensions,
    } = database::landed(&answer.concat());
    let schema = options.history.schema.as_deref().unwrap_or_default();
    let current = current_schema.as_deref();
    if current != Some(schema) {
        return Err(Stopped::here(elsewhere(schema, current)));
    }
    if extensions.is_empty() {
        Ok(())
    } else {
        Err(Stopped {
            failure: shared_extensions(schema, &extensions),
            is_of_all: true,
        })
    }
}
