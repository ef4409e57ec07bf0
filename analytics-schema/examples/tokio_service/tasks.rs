//! What the service does with its database. Each statement is generated from the schema: there is no SQL here.

use std::error::Error;
use std::io::Write;
use std::ops::Range;

use analytics_schema::{
    FunnelStatus, PreparedManager, QueryError, Timestamp, Uuid, deadpool, event_counts_hourly,
    events, funnels,
};
use deadpool_postgres::Manager;
use rust_decimal::Decimal;

/// Whatever went wrong, for the log.
pub type Failure = Box<dyn Error + Send + Sync>;

/// Why a funnel was not created.
#[derive(Debug)]
pub enum Refused {
    /// The project has a funnel of that name.
    NameTaken,
    /// A funnel has 2 to 20 steps.
    NumberOfSteps,
    /// Anything that the caller cannot repair.
    Failed(Failure),
}

impl From<QueryError> for Refused {
    fn from(error: QueryError) -> Self {
        match funnels::Violation::of(&error) {
            Some(funnels::Violation::ProjectNameKey) => Self::NameTaken,
            Some(funnels::Violation::StepsAre2To20) => Self::NumberOfSteps,
            _ => Self::Failed(error.into()),
        }
    }
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NameTaken => f.write_str("the project has a funnel of that name"),
            Self::NumberOfSteps => f.write_str("a funnel has 2 to 20 steps"),
            Self::Failed(cause) => cause.fmt(f),
        }
    }
}

impl Error for Refused {}

/// The revenue of an hour, in the types of the rest of the program.
#[derive(Debug, PartialEq)]
pub struct HourlyRevenue {
    /// The start of the hour.
    pub hour: jiff::Timestamp,
    /// US dollars.
    pub revenue: Decimal,
}

/// Connections that prepare each statement once.
pub type Pool = deadpool::managed::Pool<PreparedManager<Manager>>;

/// The tasks, on connections of a pool.
pub struct Service {
    pool: Pool,
}

impl Service {
    /// Connections are opened when they are needed.
    pub fn new(pool: Pool) -> Self {
        Self { pool }
    }

    /// Inserts a row, which comes back as it is stored: with its id and its defaults.
    pub async fn create_funnel(&self, funnel: &funnels::New) -> Result<funnels::Row, Refused> {
        let client = self.pool.get().await;
        let client = client.map_err(|error| Refused::Failed(error.into()))?;
        Ok(funnels::insert(funnel).one(&client).await?)
    }

    /// Finds a row by its primary key.
    pub async fn funnel(&self, id: i64) -> Result<Option<funnels::Row>, Failure> {
        let client = self.pool.get().await?;
        Ok(funnels::by_key(id).optional(&client).await?)
    }

    /// Finds a row by another unique key.
    pub async fn funnel_named(
        &self,
        project: Uuid,
        name: &str,
    ) -> Result<Option<funnels::Row>, Failure> {
        let client = self.pool.get().await?;
        let found = funnels::by_project_id_and_name(project, name);
        Ok(found.optional(&client).await?)
    }

    /// Changes one column, and leaves the others as they are.
    pub async fn set_status(&self, id: i64, status: FunnelStatus) -> Result<funnels::Row, Failure> {
        let client = self.pool.get().await?;
        let change = funnels::Update {
            status: Some(status),
            ..funnels::Update::default()
        };
        Ok(funnels::update(id, &change).one(&client).await?)
    }

    /// Changes one column if it still has the value that the caller has seen. Returns nothing if it does not.
    pub async fn move_status(
        &self,
        id: i64,
        seen: FunnelStatus,
        status: FunnelStatus,
    ) -> Result<Option<funnels::Row>, Failure> {
        let client = self.pool.get().await?;
        let with = |status| funnels::Update {
            status: Some(status),
            ..funnels::Update::default()
        };
        let (seen, change) = (with(seen), with(status));
        let changed = funnels::update_if(id, &seen, &change);
        Ok(changed.optional(&client).await?)
    }

    /// Deletes a row. Returns whether there was one.
    pub async fn delete_funnel(&self, id: i64) -> Result<bool, Failure> {
        let client = self.pool.get().await?;
        Ok(funnels::delete(id).execute(&client).await? == 1)
    }

    /// Writes an event from its JSON. One that is sent again changes the row and adds none.
    pub async fn record(&self, json: &str) -> Result<events::Row, Failure> {
        let event: events::New = serde_json::from_str(json)?;
        let client = self.pool.get().await?;
        Ok(events::upsert(&event).one(&client).await?)
    }

    /// Writes a few events by one statement, and returns them as they are stored.
    pub async fn record_all(&self, events: &[events::New]) -> Result<Vec<events::Row>, Failure> {
        let client = self.pool.get().await?;
        Ok(events::insert_many(events).all(&client).await?)
    }

    /// Writes many events, a line of JSON each, by one COPY: all or none.
    pub async fn ingest(&self, lines: &str) -> Result<u64, Failure> {
        let client = self.pool.get().await?;
        let events = lines.lines().map(serde_json::from_str::<events::New>);
        Ok(events::copy_in(&client, events).await?)
    }

    /// A page of events, the newest first, and where the next page begins.
    pub async fn newest_events(
        &self,
        before: Option<events::Cursor>,
        rows: u32,
    ) -> Result<(Vec<events::Row>, Option<events::Cursor>), Failure> {
        let client = self.pool.get().await?;
        let page = events::page_before(before, rows).all(&client).await?;
        let next = page.last().map(events::Row::cursor);
        Ok((page, next))
    }

    /// The revenue of a project by the hour, from the continuous aggregate.
    pub async fn revenue(
        &self,
        project: Uuid,
        range: Range<jiff::Timestamp>,
    ) -> Result<Vec<HourlyRevenue>, Failure> {
        let client = self.pool.get().await?;
        let range = Timestamp::try_from(range.start)?..Timestamp::try_from(range.end)?;
        let mut rows = event_counts_hourly::between(range).stream(&client).await?;
        let mut hours: Vec<HourlyRevenue> = Vec::new();
        while let Some(row) = rows.try_next().await? {
            let Some(revenue) = row.revenue.filter(|_| row.project_id == project) else {
                continue;
            };
            let hour = jiff::Timestamp::try_from(row.bucket)?;
            let revenue = Decimal::try_from(&revenue)?;
            match hours.last_mut() {
                // The aggregate has a row for each name of an event.
                Some(last) if last.hour == hour => last.revenue += revenue,
                _ => hours.push(HourlyRevenue { hour, revenue }),
            }
        }
        Ok(hours)
    }

    /// Writes the events of a range as lines of JSON, in constant memory. Returns how many there are.
    pub async fn export(
        &self,
        range: Range<Timestamp>,
        out: &mut (impl Write + Send),
    ) -> Result<u64, Failure> {
        let client = self.pool.get().await?;
        let mut rows = events::between(range).copy_out(&client).await?;
        let mut count = 0;
        while let Some(row) = rows.try_next().await? {
            serde_json::to_writer(&mut *out, &row)?;
            writeln!(out)?;
            count += 1;
        }
        Ok(count)
    }
}
