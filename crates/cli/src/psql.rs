//! `cargo xtask psql`: psql on the target.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use migrator::wire::Config;

use crate::args::TargetArgs;
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::Screen;
use crate::target::embedded::Embedded;
use crate::target::{self, Target};
use crate::with_db::exit_code;

/// Open psql on the target
#[derive(clap::Args)]
pub struct Psql {
    #[command(flatten)]
    pub target: TargetArgs,
    /// Arguments for psql, after `--`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub arguments: Vec<OsString>,
}

pub fn run(project: &Project, args: &Psql, screen: &mut Screen) -> Result<ExitCode, Failure> {
    screen.step_aside();
    let mut chosen = target::choose(project, &args.target)?;
    chosen.bring_up(screen)?;
    if let Target::Compose(compose) = &chosen.target {
        chosen.wait(screen)?;
        let code = start(compose.for_person(&args.arguments))?;
        return if code == ExitCode::SUCCESS || !compose.has_stopped() {
            Ok(code)
        } else {
            Err(compose.stuck())
        };
    }
    let address = chosen.target.address()?;
    let program = match &chosen.target {
        Target::Embedded(_) => Embedded::server()?.program("psql").into_os_string(),
        _ => "psql".into(),
    };
    let mut command = Command::new(program);
    for variable in Config::variables() {
        command.env_remove(variable);
    }
    // Through the environment: a command line can be read by every user of the machine.
    command
        .args(&args.arguments)
        .envs(address.config.environment());
    start(command)
}

fn start(mut command: Command) -> Result<ExitCode, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) => Ok(exit_code(status)),
        Err(error) => Err(Failure::new(
            Code::Failed,
            format!("failed to start `{program}`: {error}"),
        )
        .next("apt-get install postgresql-client")),
    }
}
