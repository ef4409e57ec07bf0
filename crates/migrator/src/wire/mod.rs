//! The driver that speaks PostgreSQL's protocol itself, over TCP with TLS or over a Unix socket.
//!
//! It uses `tokio-postgres` with its own runtime on the calling thread, because only there a failed message still shows how many of its
//! statements ran. A service calls it from a thread that may block.

mod config;
mod connect;
mod conninfo;
mod defaults;
mod keywords;
mod pooler;
mod prepare;
mod security;

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;
use tokio_postgres::error::{DbError, ErrorPosition};
use tokio_postgres::{AsyncMessage, CancelToken, SimpleQueryMessage, SimpleQueryStream};

pub use config::{Config, ConfigError, search_path};
#[cfg(feature = "tls")]
pub(crate) use security::Check;
pub(crate) use security::Tls;

use crate::encoding::{self, Counts};
use crate::link::{
    BESIDE, Beside, Error, Inner, LONGEST_ANSWER, Link, Notice, Pooling, Position, Rows,
    ServerError,
};
use crate::message::Message;
use crate::notices::Notices;
use connect::{explain, unreachable};

/// SQLSTATE `character_not_in_repertoire`.
const NO_TEXT: &str = "22021";

/// A session over PostgreSQL's protocol.
pub struct Wire {
    config: Config,
    runtime: Runtime,
    client: tokio_postgres::Client,
    /// What the database counts where an error is.
    counts: Counts,
    /// The server's notices.
    notices: Arc<Mutex<Notices>>,
    /// What a cancel request for this session says; another one after each reconnection.
    token: Arc<Mutex<CancelToken>>,
    /// Another thread has asked to give up.
    severed: Arc<Notify>,
    /// How long a message may take.
    deadline: Option<Duration>,
    is_broken: bool,
}

impl Wire {
    fn connect(config: &Config) -> Result<Wire, Error> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| unreachable(format!("failed to start a runtime: {error}")))?;
        let notices = Arc::default();
        let (client, counts) = open(&runtime, config, &notices)?;
        let token = Arc::new(Mutex::new(client.cancel_token()));
        Ok(Wire {
            token,
            config: config.clone(),
            runtime,
            client,
            counts,
            notices,
            severed: Arc::default(),
            deadline: None,
            is_broken: false,
        })
    }

    /// Waits for an answer, until the session is severed or the deadline is over; nothing more can be read of it then.
    fn wait<T>(&self, answer: impl Future<Output = T>) -> Option<T> {
        let given_up = async {
            let severed = self.severed.notified();
            match self.deadline {
                Some(deadline) => drop(tokio::time::timeout(deadline, severed).await),
                None => severed.await,
            }
        };
        self.runtime.block_on(async {
            let (mut answer, mut given_up) = (pin!(answer), pin!(given_up));
            poll_fn(|context| match answer.as_mut().poll(context) {
                Poll::Ready(answer) => Poll::Ready(Some(answer)),
                Poll::Pending => given_up.as_mut().poll(context).map(|()| None),
            })
            .await
        })
    }

    fn give_up(&mut self) -> Error {
        self.is_broken = true;
        Error::lost("the server no longer answers")
    }
}

/// Connects; what the connection reads, it reads whenever the runtime runs. What the database counts, the server says when it connects.
fn open(
    runtime: &Runtime,
    config: &Config,
    notices: &Arc<Mutex<Notices>>,
) -> Result<(tokio_postgres::Client, Counts), Error> {
    let notices = notices.clone();
    runtime.block_on(async {
        let (client, mut connection) = config.open().await?;
        let encoding = connection.parameter("server_encoding").unwrap_or_default();
        let counts = Counts::of(encoding);
        // It ends with the client or with the connection.
        tokio::spawn(async move {
            while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await
            {
                if let AsyncMessage::Notice(notice) = message {
                    let mut notices = notices.lock().unwrap_or_else(PoisonError::into_inner);
                    notices.push(Notice {
                        severity: notice.severity().to_owned(),
                        code: notice.code().code().to_owned(),
                        message: notice.message().to_owned(),
                    });
                }
            }
        });
        Ok((client, counts))
    })
}

impl Link for Wire {
    fn query(&mut self, sql: &str) -> Result<Vec<Rows>, Error> {
        let mut results: Vec<Rows> = Vec::new();
        let mut bytes = 0;
        let mut is_text = true;
        let answer = self.wait(async {
            let mut stream = Box::pin(self.client.simple_query_raw(sql).await?);
            while let Some(reply) = next(&mut stream).await {
                match reply? {
                    SimpleQueryMessage::RowDescription(_) => results.push(Rows::new()),
                    SimpleQueryMessage::Row(row) => {
                        // From a database without encoding checks, or from something that is not a server.
                        let mut value = |index: usize| match row.try_get(index) {
                            Ok(value) => value.map(str::to_owned),
                            Err(_) => {
                                is_text = false;
                                None
                            }
                        };
                        let values: Vec<Option<String>> = (0..row.len()).map(&mut value).collect();
                        bytes += values.iter().flatten().map(String::len).sum::<usize>() + 64;
                        if let Some(rows) = results.last_mut() {
                            rows.push(values);
                        }
                    }
                    _ => {}
                }
                if bytes > LONGEST_ANSWER {
                    break;
                }
            }
            Ok(())
        });
        match answer {
            Some(_) if bytes > LONGEST_ANSWER => {
                self.is_broken = true;
                Err(Error::lost(
                    "the server's answer has no end: over 1 GB of rows came",
                ))
            }
            Some(Ok(())) if !is_text => Err(Error::Server(Box::new(ServerError {
                severity: "ERROR".to_owned(),
                code: NO_TEXT.to_owned(),
                message: "the server's answer contains bytes that are not valid UTF-8".to_owned(),
                ..ServerError::default()
            }))),
            Some(outcome) => outcome
                .map(|()| results)
                .map_err(|error| convert(&error, sql, 0, self.counts)),
            None => Err(self.give_up()),
        }
    }

    fn run(&mut self, message: &Message) -> Result<(), Error> {
        let mut done = 0;
        let answer = self.wait(async {
            let mut stream = Box::pin(self.client.simple_query_raw(&message.text).await?);
            while let Some(reply) = next(&mut stream).await {
                done += usize::from(matches!(reply?, SimpleQueryMessage::CommandComplete(_)));
            }
            Ok(())
        });
        match answer {
            Some(outcome) => outcome.map_err(|error| {
                let mut error = convert(&error, &message.text, done, self.counts);
                if let Error::Server(error) = &mut error {
                    encoding::place(message, error);
                }
                error
            }),
            None => Err(self.give_up()),
        }
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        (self.client, self.counts) = open(&self.runtime, &self.config, &self.notices)?;
        *self.token.lock().unwrap_or_else(PoisonError::into_inner) = self.client.cancel_token();
        self.is_broken = false;
        Ok(())
    }

    fn is_open(&self) -> bool {
        !self.is_broken && !self.client.is_closed()
    }

    fn notices(&mut self) -> Vec<Notice> {
        let mut notices = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        notices.take()
    }

    fn beside(&self) -> Option<Box<dyn Beside>> {
        Some(Box::new(BesideWire {
            config: self.config.clone(),
            severed: self.severed.clone(),
            token: self.token.clone(),
        }))
    }

    fn answer_within(&mut self, patience: Duration) {
        self.deadline = Some(patience);
    }

    fn pooling(&mut self, backend: &str) -> Result<Pooling, Error> {
        pooler::pooling(self, backend)
    }
}

/// The way to a busy session's server.
struct BesideWire {
    config: Config,
    severed: Arc<Notify>,
    token: Arc<Mutex<CancelToken>>,
}

impl Beside for BesideWire {
    fn open(&self) -> Result<Box<dyn Link>, Error> {
        let mut config = self.config.clone();
        config.postgres.connect_timeout(BESIDE);
        let mut wire = Wire::connect(&config)?;
        wire.deadline = Some(BESIDE);
        Ok(Box::new(wire))
    }

    fn cancel(&self) -> Result<(), Error> {
        let token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        let token = token.clone();
        self.config.cancel(&token, BESIDE)
    }

    fn sever(&self) {
        self.severed.notify_waiters();
    }
}

async fn next(
    stream: &mut Pin<Box<SimpleQueryStream>>,
) -> Option<Result<SimpleQueryMessage, tokio_postgres::Error>> {
    poll_fn(|context| futures_core::Stream::poll_next(stream.as_mut(), context)).await
}

/// `done` statements of `sql` ran before the error.
fn convert(error: &tokio_postgres::Error, sql: &str, done: usize, counts: Counts) -> Error {
    let Some(server) = error.as_db_error() else {
        return Error::lost(explain(error));
    };
    // 57P01 to 57P05: the server ends the session, or is not ready yet.
    let code = server.code().code();
    if error.is_closed() || code.starts_with("57P0") || server.severity() != "ERROR" {
        return Error::Lost {
            message: server.message().to_owned(),
            code: Some(code.to_owned()),
        };
    }
    Error::Server(Box::new(server_error(server, sql, done, counts)))
}

fn server_error(error: &DbError, sql: &str, done: usize, counts: Counts) -> ServerError {
    // The server counts from 1.
    let byte_of =
        |text: &str, position: &u32| counts.byte(text, (*position as usize).saturating_sub(1));
    let (place, inner) = match error.position() {
        Some(ErrorPosition::Original(character)) => (Position::Byte(byte_of(sql, character)), None),
        Some(ErrorPosition::Internal { query, position }) => {
            let inner = Inner {
                query: query.clone(),
                byte: byte_of(query, position),
            };
            (Position::Statement(done), Some(inner))
        }
        None => (Position::Statement(done), None),
    };
    let context = error.where_().map(str::to_owned);
    ServerError {
        severity: error.severity().to_owned(),
        code: error.code().code().to_owned(),
        message: error.message().to_owned(),
        detail: error.detail().map(str::to_owned),
        hint: error.hint().map(str::to_owned),
        context: context.or_else(|| Some(format!("query: {}", inner.as_ref()?.query))),
        place,
        inner,
    }
}
