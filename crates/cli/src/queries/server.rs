//! A session on the target for one query of the project: with a time limit, and cancelled on the server by Ctrl-C.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use migrator::run;
use migrator::wire::Config;
use postgres::{CancelToken, Client, SimpleQueryMessage};

use crate::args::TargetArgs;
use crate::explain;
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::Screen;
use crate::signals::Interruption;
use crate::target::{self, Address, Session};

/// How often it is looked whether a signal came.
const TICK: Duration = Duration::from_millis(50);

/// How long a query waits for a lock.
const LOCK_TIMEOUT: &str = "10s";

/// An open session.
pub struct Server {
    client: Client,
    interruption: Interruption,
    _canceller: Canceller,
    // The embedded server runs as long as these live.
    _address: Address,
    _session: Session,
}

/// What a statement gave.
#[derive(Default)]
pub struct Answer {
    /// The rows of the last statement that gave some.
    pub rows: Vec<Vec<Option<String>>>,
    /// How many rows the last statement gave or changed.
    pub affected: u64,
}

impl Server {
    /// Connects to the target if it runs; nothing is started. Shows which database it is.
    pub fn open(
        project: &Project,
        args: &TargetArgs,
        statement_timeout: Duration,
        screen: &mut Screen,
    ) -> Result<Server, Failure> {
        let chosen = target::choose(project, args)?;
        let Some(mut session) = chosen.look(screen)? else {
            let message = format!("{} is not running", chosen.target.name());
            return Err(
                Failure::new(Code::Unreachable, message).next("`cargo xtask migrate` starts it")
            );
        };
        let report = run::read(&mut *session.link, &project.history()?, None)
            .map_err(|error| explain::run(&error, &[]))?;
        screen.target(&chosen.headline(Some(&report.facts)));
        let address = chosen.target.address()?;
        chosen.target.check(&address, &mut *session.link)?;
        let config = &address.config;
        let interruption = Interruption::catch()?;
        let mut client = config
            .client()
            .map_err(|error| explain::unreachable(&error, "correct user and password"))?;
        let milliseconds = statement_timeout.as_millis().max(1);
        let settings =
            format!("SET statement_timeout = {milliseconds}; SET lock_timeout = '{LOCK_TIMEOUT}'");
        let set = client.batch_execute(&settings);
        set.map_err(|error| refused(&error))?;
        let canceller = Canceller::start(config, client.cancel_token(), &interruption);
        Ok(Server {
            client,
            interruption,
            _canceller: canceller,
            _address: address,
            _session: session,
        })
    }

    /// Sends statements; what the server says against them is returned as it is.
    pub fn send(&mut self, sql: &str) -> Result<Answer, postgres::Error> {
        let mut answer = Answer::default();
        for message in self.client.simple_query(sql)? {
            match message {
                SimpleQueryMessage::RowDescription(_) => answer.rows.clear(),
                SimpleQueryMessage::Row(row) => {
                    let values = (0..row.len()).map(|at| row.get(at).map(str::to_owned));
                    answer.rows.push(values.collect());
                }
                SimpleQueryMessage::CommandComplete(affected) => answer.affected = affected,
                _ => {}
            }
        }
        Ok(answer)
    }

    /// The same for what only fails for other reasons than the query itself.
    pub fn run(&mut self, sql: &str) -> Result<Answer, Failure> {
        self.send(sql).map_err(|error| self.failure(&error))
    }

    /// A failure of a statement: the signal that cancelled it, or what the server says.
    pub fn failure(&self, error: &postgres::Error) -> Failure {
        match self.interruption.interrupt().raised() {
            Some(signal) => stopped(signal),
            None => refused(error),
        }
    }
}

/// A signal ended it.
fn stopped(signal: usize) -> Failure {
    let name = match signal {
        1 => "SIGHUP",
        15 => "SIGTERM",
        _ => "SIGINT",
    };
    Failure::new(stop_code(signal), format!("stopped by {name}"))
        .note("state", "the query was cancelled on the server")
}

/// The exit code of a command that a signal ended.
pub fn stop_code(signal: usize) -> Code {
    match signal {
        1 => Code::HungUp,
        15 => Code::Terminated,
        _ => Code::Interrupted,
    }
}

/// What the server says, with what helps.
pub fn refused(error: &postgres::Error) -> Failure {
    let Some(server) = error.as_db_error() else {
        let message = format!("the connection was lost: {error}");
        return Failure::new(Code::Failed, message).next("run the command again");
    };
    let mut failure = Failure::new(Code::Failed, server.message());
    let code = server.code().code();
    failure.diagnostic.code = Some(code.to_owned());
    for (label, text) in [("detail", server.detail()), ("hint", server.hint())] {
        if let Some(text) = text {
            failure = failure.note(label, text);
        }
    }
    match next(code) {
        Some(next) => failure.next(next),
        None => failure,
    }
}

fn next(code: &str) -> Option<&'static str> {
    Some(match code {
        // query_canceled
        "57014" => "--statement-timeout SECONDS gives it more time",
        // lock_not_available
        "55P03" => "run it again when the other session has finished",
        // read_only_sql_transaction
        "25006" => "--write runs it with the right to write",
        // undefined_table, undefined_column, undefined_function, undefined_object
        "42P01" | "42703" | "42883" | "42704" => {
            "`cargo xtask status` shows whether this database has every migration"
        }
        _ => return None,
    })
}

/// Asks the server to cancel what the session does when a signal comes.
struct Canceller {
    is_done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Canceller {
    fn start(config: &Config, token: CancelToken, interruption: &Interruption) -> Canceller {
        let (config, interrupt) = (config.clone(), interruption.interrupt());
        let is_done = Arc::new(AtomicBool::new(false));
        let ended = is_done.clone();
        let thread = thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                if interrupt.raised().is_some() {
                    // Again and again: the first may come before the statement does.
                    let _ = config.cancel_client(&token);
                }
                thread::sleep(TICK);
            }
        });
        Canceller {
            is_done,
            thread: Some(thread),
        }
    }
}

impl Drop for Canceller {
    fn drop(&mut self) {
        self.is_done.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
