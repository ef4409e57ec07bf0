//! `cargo xtask with-db -- COMMAND`: a command with `DATABASE_URL` set to the migrated target.

use std::ffi::OsString;
use std::process::ExitCode;

use migrator::run::Options;
use migrator::wire::Config;

use crate::args::{ModeArgs, SourceArgs, TargetArgs};
use crate::failure::{Code, Failure};
use crate::migrate;
use crate::project::Project;
use crate::screen::Screen;
use crate::target;

/// Run a command with DATABASE_URL set to the migrated database
#[derive(clap::Args)]
pub struct WithDb {
    #[command(flatten)]
    pub target: TargetArgs,
    #[command(flatten)]
    pub mode: ModeArgs,
    #[command(flatten)]
    pub source: SourceArgs,
    /// The command and its arguments, after `--`
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    pub command: Vec<OsString>,
}

pub fn run(project: &Project, args: &WithDb, screen: &mut Screen) -> Result<ExitCode, Failure> {
    screen.step_aside();
    let migrations = project.migrations(args.source.migrations.as_deref())?;
    let mut chosen = target::choose(project, &args.target)?;
    let mut session = chosen.open(screen)?;
    let options = Options {
        mode: chosen.mode(&args.mode)?,
        history: project.history()?,
        ..Options::default()
    };
    migrate::apply(&chosen, &mut session, &migrations, &options, screen)?;
    // The embedded server lives as long as one of its guards does.
    let address = chosen.target.address()?;
    chosen.target.check(&address, &mut *session.link)?;
    drop(session);
    let (program, arguments) = args.command.split_first().ok_or_else(|| {
        Failure::new(Code::Usage, "no command").next("cargo xtask with-db -- cargo test")
    })?;
    let mut child = duct::cmd(program, arguments).env("DATABASE_URL", &address.url);
    if chosen.target.is_apart() {
        // `PGHOSTADDR` or `PGSERVICE` of another server would count beside the URL.
        for variable in Config::variables() {
            child = child.env_remove(variable);
        }
    }
    let output = child.unchecked().run();
    match output {
        Ok(output) => Ok(exit_code(output.status)),
        Err(error) => {
            let program = program.to_string_lossy();
            Err(Failure::new(
                Code::Failed,
                format!("failed to start `{program}`: {error}"),
            ))
        }
    }
}

/// The child's exit code; a shell's number where a signal ended it.
pub fn exit_code(status: std::process::ExitStatus) -> ExitCode {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return ExitCode::from(128_u8.saturating_add(signal as u8));
    }
    ExitCode::from(
        status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .unwrap_or(1),
    )
}
