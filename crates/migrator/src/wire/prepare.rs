//! Preparing many statements in one exchange: each alone would wait for the server once.

use std::future::poll_fn;
use std::sync::Arc;

use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio_postgres::{Client, Statement};

use super::Config;
use super::connect::unreachable;
use crate::link::Error;

/// How many go first. The driver asks the server about types that it does not know, and those of most statements are known then.
const FIRST: usize = 16;

/// What the server says of a statement.
pub type Prepared = Result<Statement, tokio_postgres::Error>;

impl Config {
    /// Prepares each of the statements in a session of their own, which `set_up` sets up, and returns what the server says of each, in their
    /// order. Nothing is run, and the session has ended then.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses `set_up`.
    pub fn prepare_all(&self, set_up: &str, statements: &[&str]) -> Result<Vec<Prepared>, Error> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| unreachable(format!("failed to start a runtime: {error}")))?;
        runtime.block_on(async {
            let (client, mut connection) = self.open().await?;
            // It ends with the client or with the connection.
            tokio::spawn(async move {
                while let Some(Ok(_)) = poll_fn(|context| connection.poll_message(context)).await {}
            });
            let set_up = client.batch_execute(set_up).await;
            set_up.map_err(|error| Error::lost(super::connect::explain(&error)))?;
            let client = Arc::new(client);
            let (first, others) = statements.split_at(statements.len().min(FIRST));
            let mut prepared = prepare(&client, first).await;
            prepared.extend(prepare(&client, others).await);
            Ok(prepared)
        })
    }
}

async fn prepare(client: &Arc<Client>, statements: &[&str]) -> Vec<Prepared> {
    let mut tasks = JoinSet::new();
    for (at, statement) in statements.iter().enumerate() {
        let (client, statement) = (client.clone(), (*statement).to_owned());
        tasks.spawn(async move { (at, client.prepare(&statement).await) });
    }
    let mut prepared = Vec::with_capacity(statements.len());
    // No task is cancelled.
    while let Some(Ok(it)) = tasks.join_next().await {
        prepared.push(it);
    }
    prepared.sort_by_key(|(at, _)| *at);
    prepared.into_iter().map(|(_, it)| it).collect()
}
