//! `cargo xtask migrate --baseline NNN`: takes over a database that already has the schema of 001 to NNN, and applies what is pending after
//! it.

use std::process::ExitCode;

use catalog::Catalog;
use migrator::baseline;
use migrator::history::Mode;
use migrator::link::Link;
use migrator::plan::{self, Migration};
use migrator::run::{self, Event, Report};
use serde_json::{Value, json};

use crate::explain;
use crate::failure::{Code, Failure};
use crate::keeper::{self, Keeper};
use crate::migrate::Migrate;
use crate::migrate::dry_run::{self, Answers};
use crate::migrate::{self, Around};
use crate::project::Project;
use crate::scratch;
use crate::screen::Screen;
use crate::show::Show;
use crate::snapshot;
use crate::target::{self, Chosen};

/// What to take over.
struct Takeover<'a> {
    project: &'a Project,
    args: &'a Migrate,
    migrations: &'a [Migration],
    /// Those that the database has the schema of.
    known: &'a [Migration],
}

/// What a database is compared with.
struct Expected {
    catalog: Catalog,
    /// Where that catalog comes from.
    from: String,
    /// The major version of the server that it is from, if known.
    major: Option<String>,
}

pub fn run(
    project: &Project,
    args: &Migrate,
    last: u32,
    screen: &mut Screen,
) -> Result<ExitCode, Failure> {
    let migrations = project.migrations(args.source.migrations.as_deref())?;
    let known = baseline::upto(&migrations, last)
        .map_err(|error| explain::run(&run::Error::Plan(error), &migrations))?;
    let mut chosen = target::choose(project, &args.target)?;
    if chosen.mode(&args.mode)? == Mode::Plain {
        let message = "a database cannot be taken over in plain mode: nothing shows which of its tables would be hypertables";
        return Err(Failure::new(Code::Usage, message)
            .next("name a database with TimescaleDB: --target compose, or a URL"));
    }
    let takeover = Takeover {
        project,
        args,
        migrations: &migrations,
        known,
    };
    if args.dry_run {
        let Some(mut session) = chosen.look(screen)? else {
            return Err(not_running(&chosen));
        };
        let report = takeover.read(&chosen, &mut *session.link, screen)?;
        return match takeover.compare(&chosen, &mut *session.link, &report, screen)? {
            Some(baseline) => takeover.plan(&baseline, screen),
            None => Ok(Code::Found.into()),
        };
    }
    let selection = migrate::selection(args);
    let keeper = Keeper::new(project, &args.snapshot, args.frozen, selection)?;
    keeper.check_folder(&migrations)?;
    keeper.check_writable(&migrations)?;
    let mut session = chosen.open(screen)?;
    let report = takeover.read(&chosen, &mut *session.link, screen)?;
    let Some(baseline) = takeover.compare(&chosen, &mut *session.link, &report, screen)? else {
        return Ok(Code::Found.into());
    };
    let mut options = migrate::options(args);
    options.history = project.history()?;
    let mut show = Show::new(screen, 0);
    let mut observe = |event: Event<'_>| show.event(&event);
    baseline::record(&mut *session.link, known, &options, &mut observe)
        .map_err(|error| explain::baseline(&error, &migrations))?;
    screen.line(format!("recorded {} as applied, not run", takeover.range()));
    if let Some(foreign) = &report.foreign {
        screen.line(format!("{foreign}; it is not changed"));
    }
    migrate::go_on(
        &chosen,
        &mut session,
        &migrations,
        &options,
        &keeper,
        Around {
            baseline: Some(baseline),
            ..Around::default()
        },
        screen,
    )
}

/// There is no private cluster to compare with.
fn no_cluster(error: scratch::Error) -> Failure {
    let (message, next) = match error {
        scratch::Error::Unavailable { message, next } => (message, next),
        scratch::Error::Failed(failure) => return failure,
    };
    let failure = Failure::new(Code::Failed, message)
        .note(
            "why",
            "schema.json describes the schema after the last migration; for an earlier one, the migrations are applied to a private \
                cluster",
        )
        .note("state", "nothing was compared, recorded or run");
    let last = "take over all migrations: --baseline with the last number needs no server here";
    failure.next(match next {
        Some(next) => format!("{next}\nor {last}"),
        None => last.to_owned(),
    })
}

/// There is nothing to compare.
fn not_running(chosen: &Chosen) -> Failure {
    let message = format!(
        "{} is not running, so there is nothing to compare",
        chosen.target.name()
    );
    Failure::new(Code::Unreachable, message)
        .next("start it, or run it without --dry-run, which starts it")
}

impl Takeover<'_> {
    /// `001 to 003`
    fn range(&self) -> String {
        let version = |migration: Option<&Migration>| migration.map_or(0, |it| it.file.version);
        match self.known {
            [only] => format!("{:03}", only.file.version),
            known => format!(
                "{:03} to {:03}",
                version(known.first()),
                version(known.last())
            ),
        }
    }

    /// What the database is and what its history holds, which must be nothing.
    fn read(
        &self,
        chosen: &Chosen,
        link: &mut dyn Link,
        screen: &mut Screen,
    ) -> Result<Report, Failure> {
        let report = run::read(link, &self.project.history()?, Some(catalog::probe_query()))
            .map_err(|error| explain::run(&error, self.migrations))?;
        screen.target(&chosen.headline(Some(&report.facts)));
        report
            .check_elsewhere(self.migrations)
            .map_err(|error| explain::run(&error, self.migrations))?;
        baseline::check(&report).map_err(|error| explain::baseline(&error, self.migrations))?;
        Ok(report)
    }

    /// Compares the database with what the migrations leave. The value for the document where they are equal; else shows what differs.
    fn compare(
        &self,
        chosen: &Chosen,
        link: &mut dyn Link,
        report: &Report,
        screen: &mut Screen,
    ) -> Result<Option<Value>, Failure> {
        let expected = self.expected(link, report, screen)?;
        let schemas = self.project.settings()?.schemas;
        let found = snapshot::introspect(link, &report.facts, &schemas, report.extra.as_ref())?;
        let differences: Vec<String> = catalog::diff(&expected.catalog, &found)
            .iter()
            .map(ToString::to_string)
            .collect();
        let mut baseline = json!({
            "version": self.known.last().map(|migration| migration.file.version),
            "compared_with": expected.from,
            "differences": differences,
        });
        if let (Some(foreign), Value::Object(baseline)) = (&report.foreign, &mut baseline) {
            baseline.insert("tool".to_owned(), foreign.tool.to_string().into());
        }
        if differences.is_empty() {
            let (range, from) = (self.range(), &expected.from);
            screen.line(format!(
                "the database has the schema of {range}: compared with {from}"
            ));
            return Ok(Some(baseline));
        }
        self.show(&differences, &expected, report, screen);
        screen.document(&json!({
            "target": migrate::target_json(chosen, report),
            "baseline": baseline,
        }));
        Ok(None)
    }

    fn show(
        &self,
        differences: &[String],
        expected: &Expected,
        report: &Report,
        screen: &mut Screen,
    ) {
        let (range, from) = (self.range(), &expected.from);
        screen.line(format!(
            "the database does not have the schema of {range}, compared with {from}:"
        ));
        for difference in differences {
            screen.line(format!("  {difference}"));
        }
        let theirs = report.facts.server_version.split('.').next();
        if let (Some(ours), Some(theirs)) = (expected.major.as_deref(), theirs)
            && ours != theirs
        {
            screen.line(format!(
                "the private cluster is PostgreSQL {ours}, the database is {theirs}: they may print the same definition differently"
            ));
        }
        screen.line("nothing was recorded, and nothing was run");
        screen.line(
            "next: change the database or the migrations until they match, and run it again; \
             an earlier number takes over less",
        );
    }

    /// The catalog after the migrations: the snapshot's if they are all of them; otherwise they are applied to a private cluster.
    fn expected(
        &self,
        link: &mut dyn Link,
        report: &Report,
        screen: &mut Screen,
    ) -> Result<Expected, Failure> {
        if self.known.len() == self.migrations.len() {
            let path = self
                .project
                .snapshot_file(self.args.snapshot.snapshot.as_deref())?;
            let shown = self.project.shown(&path);
            return Ok(Expected {
                catalog: snapshot::read(&path, shown, self.migrations)?,
                from: shown.display().to_string(),
                major: None,
            });
        }
        let range = self.range();
        screen.progress(format!(
            "applying {range} to a private cluster, for comparison"
        ));
        let schemas = self.project.settings()?.schemas;
        let mode = keeper::mode(report);
        let made = scratch::catalog(link, &report.facts, &schemas, mode, self.known, &[])
            .map_err(no_cluster)?;
        Ok(Expected {
            catalog: made.catalog,
            from: format!("a private cluster with {range} applied"),
            major: Some(made.major),
        })
    }

    /// What would be recorded, and what would run after it.
    fn plan(&self, baseline: &Value, screen: &mut Screen) -> Result<ExitCode, Failure> {
        let range = self.range();
        screen.line(format!("{range} would be recorded as applied, not run"));
        let history = baseline::history(self.known, "");
        let pending = plan::plan(
            self.migrations,
            &history,
            migrate::selection(self.args),
            plan::Ahead::Refuse,
        )
        .map_err(|error| explain::run(&run::Error::Plan(error), self.migrations))?;
        screen.lines(dry_run::render(&pending, &Answers::new()));
        let mut document = dry_run::document(&pending, &Answers::new());
        document["baseline"] = baseline.clone();
        screen.document(&document);
        Ok(ExitCode::SUCCESS)
    }
}
