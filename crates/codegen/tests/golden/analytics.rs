// Made by the crate `codegen` from a catalog. What is changed here is lost with the next build.
// To renew it, put the change into a migration, run `cargo xtask migrate`, and build.

/// Kind of device that sent an event.
///
/// Enum `public.device_type`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum DeviceType {
    /// Label `desktop`.
    Desktop,
    /// Label `mobile`.
    Mobile,
    /// Label `tablet`.
    Tablet,
    /// Label `server`.
    Server,
    /// Label `other`.
    Other,
    /// A label that the database has and this build does not know.
    Unknown(String),
}

impl DeviceType {
    /// The labels that this build knows, in the type's order.
    pub const LABELS: &[&str] = &["desktop", "mobile", "tablet", "server", "other"];

    /// The label, as PostgreSQL spells it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Desktop => "desktop",
            Self::Mobile => "mobile",
            Self::Tablet => "tablet",
            Self::Server => "server",
            Self::Other => "other",
            Self::Unknown(label) => label,
        }
    }
}

impl From<&str> for DeviceType {
    fn from(label: &str) -> Self {
        match label {
            "desktop" => Self::Desktop,
            "mobile" => Self::Mobile,
            "tablet" => Self::Tablet,
            "server" => Self::Server,
            "other" => Self::Other,
            _ => Self::Unknown(label.to_owned()),
        }
    }
}

impl std::fmt::Display for DeviceType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

timeschema::enum_sql!(DeviceType);

/// Life of a funnel: steps are recorded while it is active; an archived one is kept for its
/// history.
///
/// Enum `public.funnel_status`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FunnelStatus {
    /// Label `draft`.
    Draft,
    /// Label `active`.
    Active,
    /// Label `paused`.
    Paused,
    /// Label `archived`.
    Archived,
    /// A label that the database has and this build does not know.
    Unknown(String),
}

impl FunnelStatus {
    /// The labels that this build knows, in the type's order.
    pub const LABELS: &[&str] = &["draft", "active", "paused", "archived"];

    /// The label, as PostgreSQL spells it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Archived => "archived",
            Self::Unknown(label) => label,
        }
    }
}

impl From<&str> for FunnelStatus {
    fn from(label: &str) -> Self {
        match label {
            "draft" => Self::Draft,
            "active" => Self::Active,
            "paused" => Self::Paused,
            "archived" => Self::Archived,
            _ => Self::Unknown(label.to_owned()),
        }
    }
}

impl std::fmt::Display for FunnelStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

timeschema::enum_sql!(FunnelStatus);

/// Daily count and revenue per project and event name; kept for ever.
///
/// Continuous aggregate `public.event_counts_daily` over
/// [`public.event_counts_hourly`](mod@event_counts_hourly), bucket 1 day. Holds only what has
/// been materialized. Refreshed every 1 hour, from 7 days ago to 1 day ago.
pub mod event_counts_daily {
    /// A row of the continuous aggregate, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Start of the day, in UTC. Never null: `time_bucket` of `event_counts_hourly.bucket`,
        /// which is never null.
        ///
        /// `timestamp with time zone`.
        pub bucket: timeschema::Timestamp,
        /// Project (tenant) of the events. Never null: `event_counts_hourly.project_id`, which is
        /// never null.
        ///
        /// `uuid`.
        pub project_id: timeschema::Uuid,
        /// Name of the events. Never null: `event_counts_hourly.name`, which is never null.
        ///
        /// `public.event_name`, a domain over `text`.
        pub name: String,
        /// Number of events. Never null: `sum` of `event_counts_hourly.events`, which is never
        /// null.
        ///
        /// `bigint`.
        pub events: i64,
        /// Number of events that carry revenue. Never null: `sum` of
        /// `event_counts_hourly.paid_events`, which is never null.
        ///
        /// `bigint`.
        pub paid_events: i64,
        /// Sum of revenue in US dollars. Null when no event of the day carries revenue.
        ///
        /// `numeric`.
        pub revenue: Option<timeschema::Numeric>,
        /// Time of the newest event. Never null: `max` of `event_counts_hourly.last_event_at`,
        /// which is never null.
        ///
        /// `timestamp with time zone`.
        pub last_event_at: timeschema::Timestamp,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                bucket: TABLE.get(row, 0)?,
                project_id: TABLE.get(row, 1)?,
                name: TABLE.get(row, 2)?,
                events: TABLE.get(row, 3)?,
                paid_events: TABLE.get(row, 4)?,
                revenue: TABLE.get(row, 5)?,
                last_event_at: TABLE.get(row, 6)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "event_counts_daily",
        columns: &[
            timeschema::Column::never_null("bucket", "timestamp with time zone"),
            timeschema::Column::never_null("project_id", "uuid"),
            timeschema::Column::never_null("name", "public.event_name"),
            timeschema::Column::never_null("events", "bigint"),
            timeschema::Column::never_null("paid_events", "bigint"),
            timeschema::Column::nullable("revenue", "numeric"),
            timeschema::Column::never_null("last_event_at", "timestamp with time zone"),
        ],
        primary_key: &[],
    };

    /// What TimescaleDB does with the relation.
    impl Row {
        /// The relation that the aggregate is computed from.
        pub const SOURCE: &str = "public.event_counts_hourly";

        /// The column that holds the start of the bucket.
        pub const BUCKET_COLUMN: &str = "bucket";

        /// Width of a bucket, as PostgreSQL prints the interval.
        pub const BUCKET_WIDTH: &str = "1 day";

        /// Whether only what has been materialized is read.
        pub const MATERIALIZED_ONLY: bool = true;

        /// How often the aggregate is refreshed.
        pub const REFRESH_INTERVAL: &str = "01:00:00";

        /// How far before now a refresh starts.
        pub const REFRESH_START_OFFSET: &str = "7 days";

        /// How far before now a refresh ends.
        pub const REFRESH_END_OFFSET: &str = "1 day";
    }

    /// The rows whose `bucket` lies in `range` (start included, end excluded), in ascending
    /// order.
    ///
    /// The bounds keep the query from reading every bucket.
    pub fn between<'a, C: timeschema::postgres::GenericClient>(
        client: &'a mut C,
        range: std::ops::Range<timeschema::Timestamp>,
    ) -> Result<timeschema::Rows<'a, Row>, timeschema::postgres::Error> {
        const SQL: &str = r#"
            SELECT "bucket", "project_id", "name", "events", "paid_events", "revenue",
                   "last_event_at"
            FROM "public"."event_counts_daily"
            WHERE "bucket" >= $1 AND "bucket" < $2
            ORDER BY "bucket"
        "#;
        let ty = timeschema::postgres::types::Type::TIMESTAMPTZ;
        let bounds = [(range.start, ty.clone()), (range.end, ty)];
        client
            .query_typed_raw(SQL, bounds)
            .map(timeschema::Rows::new)
    }
}

/// Hourly count and revenue per project and event name.
///
/// Continuous aggregate `public.event_counts_hourly` over [`public.events`](mod@events), bucket 1
/// hour. Rows that are not materialized yet are computed when they are read. Chunks move to the
/// columnstore after 30 days. Refreshed every 30 minutes, from 3 days ago to 1 hour ago. Chunks
/// are dropped after 2 years.
pub mod event_counts_hourly {
    /// A row of the continuous aggregate, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Start of the hour. Never null: `time_bucket` of `events.time`, which is NOT NULL.
        ///
        /// `timestamp with time zone`.
        pub bucket: timeschema::Timestamp,
        /// Project (tenant) of the events. Never null: `events.project_id`, which is NOT NULL.
        ///
        /// `uuid`.
        pub project_id: timeschema::Uuid,
        /// Name of the events. Never null: `events.name`, which is NOT NULL.
        ///
        /// `public.event_name`, a domain over `text`.
        pub name: String,
        /// Number of events. Never null: `count(*)`.
        ///
        /// `bigint`.
        pub events: i64,
        /// Number of events that carry revenue. Never null: `count(revenue)`.
        ///
        /// `bigint`.
        pub paid_events: i64,
        /// Sum of revenue in US dollars. Null when no event of the hour carries revenue.
        ///
        /// `numeric`.
        pub revenue: Option<timeschema::Numeric>,
        /// Time of the newest event. Never null: `max` of `events.time`, which is NOT NULL.
        ///
        /// `timestamp with time zone`.
        pub last_event_at: timeschema::Timestamp,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                bucket: TABLE.get(row, 0)?,
                project_id: TABLE.get(row, 1)?,
                name: TABLE.get(row, 2)?,
                events: TABLE.get(row, 3)?,
                paid_events: TABLE.get(row, 4)?,
                revenue: TABLE.get(row, 5)?,
                last_event_at: TABLE.get(row, 6)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "event_counts_hourly",
        columns: &[
            timeschema::Column::never_null("bucket", "timestamp with time zone"),
            timeschema::Column::never_null("project_id", "uuid"),
            timeschema::Column::never_null("name", "public.event_name"),
            timeschema::Column::never_null("events", "bigint"),
            timeschema::Column::never_null("paid_events", "bigint"),
            timeschema::Column::nullable("revenue", "numeric"),
            timeschema::Column::never_null("last_event_at", "timestamp with time zone"),
        ],
        primary_key: &[],
    };

    /// What TimescaleDB does with the relation.
    impl Row {
        /// The relation that the aggregate is computed from.
        pub const SOURCE: &str = "public.events";

        /// The column that holds the start of the bucket.
        pub const BUCKET_COLUMN: &str = "bucket";

        /// Width of a bucket, as PostgreSQL prints the interval.
        pub const BUCKET_WIDTH: &str = "01:00:00";

        /// Whether only what has been materialized is read.
        pub const MATERIALIZED_ONLY: bool = false;

        /// How often the aggregate is refreshed.
        pub const REFRESH_INTERVAL: &str = "00:30:00";

        /// How far before now a refresh starts.
        pub const REFRESH_START_OFFSET: &str = "3 days";

        /// How far before now a refresh ends.
        pub const REFRESH_END_OFFSET: &str = "01:00:00";

        /// Age at which chunks move to the columnstore.
        pub const COLUMNSTORE_AFTER: &str = "30 days";

        /// Age at which chunks are dropped.
        pub const RETENTION: &str = "2 years";
    }

    /// The rows whose `bucket` lies in `range` (start included, end excluded), in ascending
    /// order.
    ///
    /// The bounds keep the query from reading every bucket.
    pub fn between<'a, C: timeschema::postgres::GenericClient>(
        client: &'a mut C,
        range: std::ops::Range<timeschema::Timestamp>,
    ) -> Result<timeschema::Rows<'a, Row>, timeschema::postgres::Error> {
        const SQL: &str = r#"
            SELECT "bucket", "project_id", "name", "events", "paid_events", "revenue",
                   "last_event_at"
            FROM "public"."event_counts_hourly"
            WHERE "bucket" >= $1 AND "bucket" < $2
            ORDER BY "bucket"
        "#;
        let ty = timeschema::postgres::types::Type::TIMESTAMPTZ;
        let bounds = [(range.start, ty.clone()), (range.end, ty)];
        client
            .query_typed_raw(SQL, bounds)
            .map(timeschema::Rows::new)
    }
}

/// What users did: one row per event, partitioned by the time at which it happened.
///
/// Hypertable `public.events`, in chunks of 1 day by `time`. Chunks move to the columnstore after
/// 7 days. Chunks are dropped after 180 days.
pub mod events {
    /// A row of the hypertable, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// When the event happened, by the clock of the sender. Never null: primary key.
        ///
        /// `timestamp with time zone`.
        pub time: timeschema::Timestamp,
        /// Identity of the event, chosen by the sender so that sending again stores nothing
        /// twice. Never null: primary key.
        ///
        /// `uuid`, `gen_random_uuid()` by default.
        pub event_id: timeschema::Uuid,
        /// Project (tenant) that the event belongs to. Never null: NOT NULL.
        ///
        /// `uuid`.
        pub project_id: timeschema::Uuid,
        /// What happened. Never null: NOT NULL.
        ///
        /// `public.event_name`, a domain over `text`.
        pub name: String,
        /// The project's own id of the user. Null before the user is known.
        ///
        /// `text`.
        pub user_id: Option<String>,
        /// Session of the user. Null for events that servers send.
        ///
        /// `uuid`.
        pub session_id: Option<timeschema::Uuid>,
        /// Position of the event in its session, from 1. Null outside a session.
        ///
        /// `integer`.
        pub session_sequence: Option<i32>,
        /// Kind of device that sent the event. Never null: NOT NULL.
        ///
        /// `public.device_type`, `'other'::public.device_type` by default.
        pub device: super::DeviceType,
        /// Country of the sender. Null when it could not be found out.
        ///
        /// `public.country_code`, a domain over `text`.
        pub country: Option<String>,
        /// Address of the sender, cut to its network where privacy asks for it. Null when it is
        /// not kept.
        ///
        /// `inet`.
        pub ip: Option<timeschema::Inet>,
        /// Page on which the event happened. Null outside the web.
        ///
        /// `text`.
        pub url: Option<String>,
        /// Path of the page, without host, query and fragment. Null when there is no url or it is
        /// not absolute.
        ///
        /// `text`, generated as `"substring"(url, '^[a-z]+://[^/?#]+([^?#]*)'::text)`.
        pub path: Option<String>,
        /// Page that led to this one. Null when the browser did not tell.
        ///
        /// `text`.
        pub referrer: Option<String>,
        /// Width of the window in CSS pixels. Null outside a browser.
        ///
        /// `smallint`.
        pub viewport_width: Option<i16>,
        /// Time until the page was usable, in milliseconds. Null when it was not measured.
        ///
        /// `double precision`.
        pub load_time_ms: Option<f64>,
        /// Revenue of the event in US dollars, negative for a refund. Null when the event is not
        /// about money.
        ///
        /// `numeric(12,2)`.
        pub revenue: Option<timeschema::Numeric>,
        /// Whether the sender was recognised as a robot. Never null: NOT NULL.
        ///
        /// `boolean`, `false` by default.
        pub is_bot: bool,
        /// Free labels, in the order in which the sender gave them. Never null: NOT NULL.
        ///
        /// `text[]`, `'{}'::text[]` by default.
        pub tags: timeschema::Array<String>,
        /// Everything else the sender told, as a JSON object. Never null: NOT NULL.
        ///
        /// `jsonb`, `'{}'::jsonb` by default.
        pub properties: timeschema::Jsonb,
        /// When the service received the event, by the clock of the database. Never null: NOT
        /// NULL.
        ///
        /// `timestamp with time zone`, `now()` by default.
        pub received_at: timeschema::Timestamp,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                time: TABLE.get(row, 0)?,
                event_id: TABLE.get(row, 1)?,
                project_id: TABLE.get(row, 2)?,
                name: TABLE.get(row, 3)?,
                user_id: TABLE.get(row, 4)?,
                session_id: TABLE.get(row, 5)?,
                session_sequence: TABLE.get(row, 6)?,
                device: TABLE.get(row, 7)?,
                country: TABLE.get(row, 8)?,
                ip: TABLE.get(row, 9)?,
                url: TABLE.get(row, 10)?,
                path: TABLE.get(row, 11)?,
                referrer: TABLE.get(row, 12)?,
                viewport_width: TABLE.get(row, 13)?,
                load_time_ms: TABLE.get(row, 14)?,
                revenue: TABLE.get(row, 15)?,
                is_bot: TABLE.get(row, 16)?,
                tags: TABLE.get(row, 17)?,
                properties: TABLE.get(row, 18)?,
                received_at: TABLE.get(row, 19)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "events",
        columns: &[
            timeschema::Column::never_null("time", "timestamp with time zone"),
            timeschema::Column::never_null("event_id", "uuid"),
            timeschema::Column::never_null("project_id", "uuid"),
            timeschema::Column::never_null("name", "public.event_name"),
            timeschema::Column::nullable("user_id", "text"),
            timeschema::Column::nullable("session_id", "uuid"),
            timeschema::Column::nullable("session_sequence", "integer"),
            timeschema::Column::never_null("device", "public.device_type"),
            timeschema::Column::nullable("country", "public.country_code"),
            timeschema::Column::nullable("ip", "inet"),
            timeschema::Column::nullable("url", "text"),
            timeschema::Column::nullable("path", "text"),
            timeschema::Column::nullable("referrer", "text"),
            timeschema::Column::nullable("viewport_width", "smallint"),
            timeschema::Column::nullable("load_time_ms", "double precision"),
            timeschema::Column::nullable("revenue", "numeric(12,2)"),
            timeschema::Column::never_null("is_bot", "boolean"),
            timeschema::Column::never_null("tags", "text[]"),
            timeschema::Column::never_null("properties", "jsonb"),
            timeschema::Column::never_null("received_at", "timestamp with time zone"),
        ],
        primary_key: &["time", "event_id"],
    };

    /// What TimescaleDB does with the relation.
    impl Row {
        /// The column that divides rows into chunks.
        pub const TIME_COLUMN: &str = "time";

        /// Width of a chunk, as PostgreSQL prints the interval.
        pub const CHUNK_INTERVAL: &str = "1 day";

        /// Age at which chunks move to the columnstore.
        pub const COLUMNSTORE_AFTER: &str = "7 days";

        /// Age at which chunks are dropped.
        pub const RETENTION: &str = "180 days";
    }

    /// A row to be written to `public.events`, without the columns that the database alone fills.
    ///
    /// [`Required`] holds what every row needs; add the rest by struct update:
    /// `New { a: Some(1), ..Required { b, c }.into() }`.
    #[derive(Debug, Clone, PartialEq)]
    pub struct New {
        /// When the event happened, by the clock of the sender.
        ///
        /// `timestamp with time zone`.
        pub time: timeschema::Timestamp,
        /// Identity of the event, chosen by the sender so that sending again stores nothing
        /// twice.
        ///
        /// `uuid`, `gen_random_uuid()` by default. `None` is the default.
        pub event_id: Option<timeschema::Uuid>,
        /// Project (tenant) that the event belongs to.
        ///
        /// `uuid`.
        pub project_id: timeschema::Uuid,
        /// What happened.
        ///
        /// `public.event_name`, a domain over `text`.
        pub name: String,
        /// The project's own id of the user. Null before the user is known.
        ///
        /// `text`. `None` is null.
        pub user_id: Option<String>,
        /// Session of the user. Null for events that servers send.
        ///
        /// `uuid`. `None` is null.
        pub session_id: Option<timeschema::Uuid>,
        /// Position of the event in its session, from 1. Null outside a session.
        ///
        /// `integer`. `None` is null.
        pub session_sequence: Option<i32>,
        /// Kind of device that sent the event.
        ///
        /// `public.device_type`, `'other'::public.device_type` by default. `None` is the default.
        pub device: Option<super::DeviceType>,
        /// Country of the sender. Null when it could not be found out.
        ///
        /// `public.country_code`, a domain over `text`. `None` is null.
        pub country: Option<String>,
        /// Address of the sender, cut to its network where privacy asks for it. Null when it is
        /// not kept.
        ///
        /// `inet`. `None` is null.
        pub ip: Option<timeschema::Inet>,
        /// Page on which the event happened. Null outside the web.
        ///
        /// `text`. `None` is null.
        pub url: Option<String>,
        /// Page that led to this one. Null when the browser did not tell.
        ///
        /// `text`. `None` is null.
        pub referrer: Option<String>,
        /// Width of the window in CSS pixels. Null outside a browser.
        ///
        /// `smallint`. `None` is null.
        pub viewport_width: Option<i16>,
        /// Time until the page was usable, in milliseconds. Null when it was not measured.
        ///
        /// `double precision`. `None` is null.
        pub load_time_ms: Option<f64>,
        /// Revenue of the event in US dollars, negative for a refund. Null when the event is not
        /// about money.
        ///
        /// `numeric(12,2)`. `None` is null.
        pub revenue: Option<timeschema::Numeric>,
        /// Whether the sender was recognised as a robot.
        ///
        /// `boolean`, `false` by default. `None` is the default.
        pub is_bot: Option<bool>,
        /// Free labels, in the order in which the sender gave them.
        ///
        /// `text[]`, `'{}'::text[]` by default. `None` is the default.
        pub tags: Option<timeschema::Array<String>>,
        /// Everything else the sender told, as a JSON object.
        ///
        /// `jsonb`, `'{}'::jsonb` by default. `None` is the default.
        pub properties: Option<timeschema::Jsonb>,
        /// When the service received the event, by the clock of the database.
        ///
        /// `timestamp with time zone`, `now()` by default. `None` is the default.
        pub received_at: Option<timeschema::Timestamp>,
    }

    /// The columns that every row of `public.events` needs: they are never null and have no
    /// default.
    ///
    /// If a migration adds such a column, code that writes rows without it no longer compiles.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Required {
        /// When the event happened, by the clock of the sender.
        ///
        /// `timestamp with time zone`.
        pub time: timeschema::Timestamp,
        /// Project (tenant) that the event belongs to.
        ///
        /// `uuid`.
        pub project_id: timeschema::Uuid,
        /// What happened.
        ///
        /// `public.event_name`, a domain over `text`.
        pub name: String,
    }

    impl From<Required> for New {
        fn from(required: Required) -> Self {
            Self {
                time: required.time,
                event_id: None,
                project_id: required.project_id,
                name: required.name,
                user_id: None,
                session_id: None,
                session_sequence: None,
                device: None,
                country: None,
                ip: None,
                url: None,
                referrer: None,
                viewport_width: None,
                load_time_ms: None,
                revenue: None,
                is_bot: None,
                tags: None,
                properties: None,
                received_at: None,
            }
        }
    }

    impl timeschema::Insert for New {
        const TABLE: timeschema::Table = TABLE;
        type Given = [bool; 20];

        fn given(&self) -> Self::Given {
            let mut given = [true; 20];
            given[1] = self.event_id.is_some();
            given[7] = self.device.is_some();
            given[11] = false;
            given[16] = self.is_bot.is_some();
            given[17] = self.tags.is_some();
            given[18] = self.properties.is_some();
            given[19] = self.received_at.is_some();
            given
        }

        fn columns(&self) -> Vec<&'static str> {
            TABLE
                .columns
                .iter()
                .zip(self.given())
                .filter(|(_, given)| *given)
                .map(|(column, _)| column.name)
                .collect()
        }

        fn values(&self) -> Vec<&(dyn timeschema::ToSql + Sync)> {
            let most = TABLE.columns.len();
            let mut values: Vec<&(dyn timeschema::ToSql + Sync)> = Vec::with_capacity(most);
            values.push(&self.time);
            if let Some(value) = &self.event_id {
                values.push(value);
            }
            values.push(&self.project_id);
            values.push(&self.name);
            values.push(&self.user_id);
            values.push(&self.session_id);
            values.push(&self.session_sequence);
            if let Some(value) = &self.device {
                values.push(value);
            }
            values.push(&self.country);
            values.push(&self.ip);
            values.push(&self.url);
            values.push(&self.referrer);
            values.push(&self.viewport_width);
            values.push(&self.load_time_ms);
            values.push(&self.revenue);
            if let Some(value) = &self.is_bot {
                values.push(value);
            }
            if let Some(value) = &self.tags {
                values.push(value);
            }
            if let Some(value) = &self.properties {
                values.push(value);
            }
            if let Some(value) = &self.received_at {
                values.push(value);
            }
            values
        }

        fn encode(&self, out: &mut timeschema::BytesMut) -> Result<(), timeschema::EncodeError> {
            timeschema::field(&self.time, out)?;
            if let Some(value) = &self.event_id {
                timeschema::field(value, out)?;
            }
            timeschema::field(&self.project_id, out)?;
            timeschema::field(&self.name, out)?;
            timeschema::nullable_field(&self.user_id, out)?;
            timeschema::nullable_field(&self.session_id, out)?;
            timeschema::nullable_field(&self.session_sequence, out)?;
            if let Some(value) = &self.device {
                timeschema::field(value, out)?;
            }
            timeschema::nullable_field(&self.country, out)?;
            timeschema::nullable_field(&self.ip, out)?;
            timeschema::nullable_field(&self.url, out)?;
            timeschema::nullable_field(&self.referrer, out)?;
            timeschema::nullable_field(&self.viewport_width, out)?;
            timeschema::nullable_field(&self.load_time_ms, out)?;
            timeschema::nullable_field(&self.revenue, out)?;
            if let Some(value) = &self.is_bot {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.tags {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.properties {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.received_at {
                timeschema::field(value, out)?;
            }
            Ok(())
        }
    }

    /// Writes `rows` with one binary `COPY`, all or none, and returns how many they were.
    ///
    /// All rows give the same of the columns that have a default; a row that differs from the first is an error that tells its index.
    pub fn copy_in<'a, C: timeschema::postgres::GenericClient>(
        client: &mut C,
        rows: impl IntoIterator<Item = &'a New>,
    ) -> Result<u64, timeschema::CopyError> {
        timeschema::copy_in(client, rows)
    }

    /// Writes one row and returns it as it is stored, defaults and generated columns included.
    pub fn insert<C: timeschema::postgres::GenericClient>(
        client: &mut C,
        row: &New,
    ) -> Result<Row, timeschema::postgres::Error> {
        Row::try_from(&timeschema::insert(client, row)?)
    }

    /// The rows whose `time` lies in `range` (start included, end excluded), in ascending order.
    ///
    /// The bounds let TimescaleDB skip the chunks that cannot hold such rows.
    pub fn between<'a, C: timeschema::postgres::GenericClient>(
        client: &'a mut C,
        range: std::ops::Range<timeschema::Timestamp>,
    ) -> Result<timeschema::Rows<'a, Row>, timeschema::postgres::Error> {
        const SQL: &str = r#"
            SELECT "time", "event_id", "project_id", "name", "user_id", "session_id",
                   "session_sequence", "device", "country", "ip", "url", "path", "referrer",
                   "viewport_width", "load_time_ms", "revenue", "is_bot", "tags", "properties",
                   "received_at"
            FROM "public"."events"
            WHERE "time" >= $1 AND "time" < $2
            ORDER BY "time"
        "#;
        let ty = timeschema::postgres::types::Type::TIMESTAMPTZ;
        let bounds = [(range.start, ty.clone()), (range.end, ty)];
        client
            .query_typed_raw(SQL, bounds)
            .map(timeschema::Rows::new)
    }
}

/// Funnel conversion by the day on which users entered.
///
/// Continuous aggregate `public.funnel_conversion_daily` over
/// [`public.funnel_events`](mod@funnel_events), bucket 1 day. Holds only what has been
/// materialized. Refreshed every 1 hour, from 35 days ago to 1 hour ago.
pub mod funnel_conversion_daily {
    /// A row of the continuous aggregate, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Start of the day of entry, in UTC. Never null: `time_bucket` of
        /// `funnel_events.entered_at`, which is NOT NULL.
        ///
        /// `timestamp with time zone`.
        pub bucket: timeschema::Timestamp,
        /// The funnel. Never null: `funnel_events.funnel_id`, which is NOT NULL.
        ///
        /// `bigint`.
        pub funnel_id: i64,
        /// Number of attempts: how often the funnel was entered. Never null: `count(*)`.
        ///
        /// `bigint`.
        pub entered: i64,
        /// Number of those attempts that reached the last step, so far. Never null: `count(*)`.
        ///
        /// `bigint`.
        pub converted: i64,
        /// Share of attempts that converted, 0 to 1. Null when no entry is recorded.
        ///
        /// `double precision`.
        pub conversion: Option<f64>,
        /// The furthest step that any of them reached. Never null: `max` of `funnel_events.step`,
        /// which is NOT NULL.
        ///
        /// `smallint`.
        pub furthest_step: i16,
        /// Mean time from entering to the last step. Null when nobody converted.
        ///
        /// `interval`.
        pub average_time_to_convert: Option<timeschema::Interval>,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                bucket: TABLE.get(row, 0)?,
                funnel_id: TABLE.get(row, 1)?,
                entered: TABLE.get(row, 2)?,
                converted: TABLE.get(row, 3)?,
                conversion: TABLE.get(row, 4)?,
                furthest_step: TABLE.get(row, 5)?,
                average_time_to_convert: TABLE.get(row, 6)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "funnel_conversion_daily",
        columns: &[
            timeschema::Column::never_null("bucket", "timestamp with time zone"),
            timeschema::Column::never_null("funnel_id", "bigint"),
            timeschema::Column::never_null("entered", "bigint"),
            timeschema::Column::never_null("converted", "bigint"),
            timeschema::Column::nullable("conversion", "double precision"),
            timeschema::Column::never_null("furthest_step", "smallint"),
            timeschema::Column::nullable("average_time_to_convert", "interval"),
        ],
        primary_key: &[],
    };

    /// What TimescaleDB does with the relation.
    impl Row {
        /// The relation that the aggregate is computed from.
        pub const SOURCE: &str = "public.funnel_events";

        /// The column that holds the start of the bucket.
        pub const BUCKET_COLUMN: &str = "bucket";

        /// Width of a bucket, as PostgreSQL prints the interval.
        pub const BUCKET_WIDTH: &str = "1 day";

        /// Whether only what has been materialized is read.
        pub const MATERIALIZED_ONLY: bool = true;

        /// How often the aggregate is refreshed.
        pub const REFRESH_INTERVAL: &str = "01:00:00";

        /// How far before now a refresh starts.
        pub const REFRESH_START_OFFSET: &str = "35 days";

        /// How far before now a refresh ends.
        pub const REFRESH_END_OFFSET: &str = "01:00:00";
    }

    /// The rows whose `bucket` lies in `range` (start included, end excluded), in ascending
    /// order.
    ///
    /// The bounds keep the query from reading every bucket.
    pub fn between<'a, C: timeschema::postgres::GenericClient>(
        client: &'a mut C,
        range: std::ops::Range<timeschema::Timestamp>,
    ) -> Result<timeschema::Rows<'a, Row>, timeschema::postgres::Error> {
        const SQL: &str = r#"
            SELECT "bucket", "funnel_id", "entered", "converted", "conversion", "furthest_step",
                   "average_time_to_convert"
            FROM "public"."funnel_conversion_daily"
            WHERE "bucket" >= $1 AND "bucket" < $2
            ORDER BY "bucket"
        "#;
        let ty = timeschema::postgres::types::Type::TIMESTAMPTZ;
        let bounds = [(range.start, ty.clone()), (range.end, ty)];
        client
            .query_typed_raw(SQL, bounds)
            .map(timeschema::Rows::new)
    }
}

/// Which user reached which step of which funnel, partitioned by the time of entry.
///
/// Hypertable `public.funnel_events`, in chunks of 7 days by `entered_at`. Chunks move to the
/// columnstore after 40 days. Chunks are dropped after 400 days.
pub mod funnel_events {
    /// A row of the hypertable, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// When the user entered the funnel; the same for all steps of one attempt. Never null:
        /// primary key.
        ///
        /// `timestamp with time zone`.
        pub entered_at: timeschema::Timestamp,
        /// The funnel. Funnels are archived, not deleted, while anyone has entered them. Never
        /// null: primary key.
        ///
        /// `bigint`.
        pub funnel_id: i64,
        /// The project's own id of the user. Never null: primary key.
        ///
        /// `text`.
        pub user_id: String,
        /// Which step, from 1. Never null: primary key.
        ///
        /// `smallint`.
        pub step: i16,
        /// When the step was reached: the time of its event. Never null: NOT NULL.
        ///
        /// `timestamp with time zone`.
        pub reached_at: timeschema::Timestamp,
        /// Time from entering to this step. Never null: NOT NULL.
        ///
        /// `interval`, generated as `(reached_at - entered_at)`.
        pub elapsed: timeschema::Interval,
        /// Whether this is the funnel's last step: the user converted. Never null: NOT NULL.
        ///
        /// `boolean`, `false` by default.
        pub is_final: bool,
        /// The event, as (reached_at, event_id) in events; no key, because hypertables cannot
        /// refer to each other. Never null: NOT NULL.
        ///
        /// `uuid`.
        pub event_id: timeschema::Uuid,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                entered_at: TABLE.get(row, 0)?,
                funnel_id: TABLE.get(row, 1)?,
                user_id: TABLE.get(row, 2)?,
                step: TABLE.get(row, 3)?,
                reached_at: TABLE.get(row, 4)?,
                elapsed: TABLE.get(row, 5)?,
                is_final: TABLE.get(row, 6)?,
                event_id: TABLE.get(row, 7)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "funnel_events",
        columns: &[
            timeschema::Column::never_null("entered_at", "timestamp with time zone"),
            timeschema::Column::never_null("funnel_id", "bigint"),
            timeschema::Column::never_null("user_id", "text"),
            timeschema::Column::never_null("step", "smallint"),
            timeschema::Column::never_null("reached_at", "timestamp with time zone"),
            timeschema::Column::never_null("elapsed", "interval"),
            timeschema::Column::never_null("is_final", "boolean"),
            timeschema::Column::never_null("event_id", "uuid"),
        ],
        primary_key: &["funnel_id", "user_id", "entered_at", "step"],
    };

    /// What TimescaleDB does with the relation.
    impl Row {
        /// The column that divides rows into chunks.
        pub const TIME_COLUMN: &str = "entered_at";

        /// Width of a chunk, as PostgreSQL prints the interval.
        pub const CHUNK_INTERVAL: &str = "7 days";

        /// Age at which chunks move to the columnstore.
        pub const COLUMNSTORE_AFTER: &str = "40 days";

        /// Age at which chunks are dropped.
        pub const RETENTION: &str = "400 days";
    }

    /// A row to be written to `public.funnel_events`, without the columns that the database alone
    /// fills.
    ///
    /// [`Required`] holds what every row needs; add the rest by struct update:
    /// `New { a: Some(1), ..Required { b, c }.into() }`.
    #[derive(Debug, Clone, PartialEq)]
    pub struct New {
        /// When the user entered the funnel; the same for all steps of one attempt.
        ///
        /// `timestamp with time zone`.
        pub entered_at: timeschema::Timestamp,
        /// The funnel. Funnels are archived, not deleted, while anyone has entered them.
        ///
        /// `bigint`.
        pub funnel_id: i64,
        /// The project's own id of the user.
        ///
        /// `text`.
        pub user_id: String,
        /// Which step, from 1.
        ///
        /// `smallint`.
        pub step: i16,
        /// When the step was reached: the time of its event.
        ///
        /// `timestamp with time zone`.
        pub reached_at: timeschema::Timestamp,
        /// Whether this is the funnel's last step: the user converted.
        ///
        /// `boolean`, `false` by default. `None` is the default.
        pub is_final: Option<bool>,
        /// The event, as (reached_at, event_id) in events; no key, because hypertables cannot
        /// refer to each other.
        ///
        /// `uuid`.
        pub event_id: timeschema::Uuid,
    }

    /// The columns that every row of `public.funnel_events` needs: they are never null and have
    /// no default.
    ///
    /// If a migration adds such a column, code that writes rows without it no longer compiles.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Required {
        /// When the user entered the funnel; the same for all steps of one attempt.
        ///
        /// `timestamp with time zone`.
        pub entered_at: timeschema::Timestamp,
        /// The funnel. Funnels are archived, not deleted, while anyone has entered them.
        ///
        /// `bigint`.
        pub funnel_id: i64,
        /// The project's own id of the user.
        ///
        /// `text`.
        pub user_id: String,
        /// Which step, from 1.
        ///
        /// `smallint`.
        pub step: i16,
        /// When the step was reached: the time of its event.
        ///
        /// `timestamp with time zone`.
        pub reached_at: timeschema::Timestamp,
        /// The event, as (reached_at, event_id) in events; no key, because hypertables cannot
        /// refer to each other.
        ///
        /// `uuid`.
        pub event_id: timeschema::Uuid,
    }

    impl From<Required> for New {
        fn from(required: Required) -> Self {
            Self {
                entered_at: required.entered_at,
                funnel_id: required.funnel_id,
                user_id: required.user_id,
                step: required.step,
                reached_at: required.reached_at,
                is_final: None,
                event_id: required.event_id,
            }
        }
    }

    impl timeschema::Insert for New {
        const TABLE: timeschema::Table = TABLE;
        type Given = [bool; 8];

        fn given(&self) -> Self::Given {
            let mut given = [true; 8];
            given[5] = false;
            given[6] = self.is_final.is_some();
            given
        }

        fn columns(&self) -> Vec<&'static str> {
            TABLE
                .columns
                .iter()
                .zip(self.given())
                .filter(|(_, given)| *given)
                .map(|(column, _)| column.name)
                .collect()
        }

        fn values(&self) -> Vec<&(dyn timeschema::ToSql + Sync)> {
            let most = TABLE.columns.len();
            let mut values: Vec<&(dyn timeschema::ToSql + Sync)> = Vec::with_capacity(most);
            values.push(&self.entered_at);
            values.push(&self.funnel_id);
            values.push(&self.user_id);
            values.push(&self.step);
            values.push(&self.reached_at);
            if let Some(value) = &self.is_final {
                values.push(value);
            }
            values.push(&self.event_id);
            values
        }

        fn encode(&self, out: &mut timeschema::BytesMut) -> Result<(), timeschema::EncodeError> {
            timeschema::field(&self.entered_at, out)?;
            timeschema::field(&self.funnel_id, out)?;
            timeschema::field(&self.user_id, out)?;
            timeschema::field(&self.step, out)?;
            timeschema::field(&self.reached_at, out)?;
            if let Some(value) = &self.is_final {
                timeschema::field(value, out)?;
            }
            timeschema::field(&self.event_id, out)?;
            Ok(())
        }
    }

    /// Writes `rows` with one binary `COPY`, all or none, and returns how many they were.
    ///
    /// All rows give the same of the columns that have a default; a row that differs from the first is an error that tells its index.
    pub fn copy_in<'a, C: timeschema::postgres::GenericClient>(
        client: &mut C,
        rows: impl IntoIterator<Item = &'a New>,
    ) -> Result<u64, timeschema::CopyError> {
        timeschema::copy_in(client, rows)
    }

    /// Writes one row and returns it as it is stored, defaults and generated columns included.
    pub fn insert<C: timeschema::postgres::GenericClient>(
        client: &mut C,
        row: &New,
    ) -> Result<Row, timeschema::postgres::Error> {
        Row::try_from(&timeschema::insert(client, row)?)
    }

    /// The rows whose `entered_at` lies in `range` (start included, end excluded), in ascending
    /// order.
    ///
    /// The bounds let TimescaleDB skip the chunks that cannot hold such rows.
    pub fn between<'a, C: timeschema::postgres::GenericClient>(
        client: &'a mut C,
        range: std::ops::Range<timeschema::Timestamp>,
    ) -> Result<timeschema::Rows<'a, Row>, timeschema::postgres::Error> {
        const SQL: &str = r#"
            SELECT "entered_at", "funnel_id", "user_id", "step", "reached_at", "elapsed",
                   "is_final", "event_id"
            FROM "public"."funnel_events"
            WHERE "entered_at" >= $1 AND "entered_at" < $2
            ORDER BY "entered_at"
        "#;
        let ty = timeschema::postgres::types::Type::TIMESTAMPTZ;
        let bounds = [(range.start, ty.clone()), (range.end, ty)];
        client
            .query_typed_raw(SQL, bounds)
            .map(timeschema::Rows::new)
    }
}

/// Definitions of funnels.
///
/// Table `public.funnels`.
pub mod funnels {
    /// A row of the table, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Identity of the funnel. Never null: primary key.
        ///
        /// `bigint`, identity that the database always chooses.
        pub id: i64,
        /// Project (tenant) whose events are followed. Never null: NOT NULL.
        ///
        /// `uuid`.
        pub project_id: timeschema::Uuid,
        /// Name that people see, unique within the project. Never null: NOT NULL.
        ///
        /// `text`.
        pub name: String,
        /// What the funnel is meant to show. Null when nobody wrote it down.
        ///
        /// `text`.
        pub description: Option<String>,
        /// Who answers for the definition. Never null: NOT NULL.
        ///
        /// `text`.
        pub owner: String,
        /// Where the funnel is in its life. Never null: NOT NULL.
        ///
        /// `public.funnel_status`, `'draft'::public.funnel_status` by default.
        pub status: super::FunnelStatus,
        /// Names of the events, in the order in which they have to happen; 2 to 20. Never null:
        /// NOT NULL.
        ///
        /// `text[]`.
        pub steps: timeschema::Array<String>,
        /// Number of steps. Never null: NOT NULL.
        ///
        /// `integer`, generated as `cardinality(steps)`.
        pub step_count: i32,
        /// How long after entering a step still counts; 30 days at most. Never null: NOT NULL.
        ///
        /// `interval`, `'7 days'::interval` by default.
        pub conversion_window: timeschema::Interval,
        /// Properties that every event has to contain. Null when all events count.
        ///
        /// `jsonb`.
        pub filter: Option<timeschema::Jsonb>,
        /// When the funnel was defined. Never null: NOT NULL.
        ///
        /// `timestamp with time zone`, `now()` by default.
        pub created_at: timeschema::Timestamp,
        /// When the definition last changed; kept by a trigger. Never null: NOT NULL.
        ///
        /// `timestamp with time zone`, `now()` by default.
        pub updated_at: timeschema::Timestamp,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                id: TABLE.get(row, 0)?,
                project_id: TABLE.get(row, 1)?,
                name: TABLE.get(row, 2)?,
                description: TABLE.get(row, 3)?,
                owner: TABLE.get(row, 4)?,
                status: TABLE.get(row, 5)?,
                steps: TABLE.get(row, 6)?,
                step_count: TABLE.get(row, 7)?,
                conversion_window: TABLE.get(row, 8)?,
                filter: TABLE.get(row, 9)?,
                created_at: TABLE.get(row, 10)?,
                updated_at: TABLE.get(row, 11)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "funnels",
        columns: &[
            timeschema::Column::never_null("id", "bigint"),
            timeschema::Column::never_null("project_id", "uuid"),
            timeschema::Column::never_null("name", "text"),
            timeschema::Column::nullable("description", "text"),
            timeschema::Column::never_null("owner", "text"),
            timeschema::Column::never_null("status", "public.funnel_status"),
            timeschema::Column::never_null("steps", "text[]"),
            timeschema::Column::never_null("step_count", "integer"),
            timeschema::Column::never_null("conversion_window", "interval"),
            timeschema::Column::nullable("filter", "jsonb"),
            timeschema::Column::never_null("created_at", "timestamp with time zone"),
            timeschema::Column::never_null("updated_at", "timestamp with time zone"),
        ],
        primary_key: &["id"],
    };

    /// A row to be written to `public.funnels`, without the columns that the database alone
    /// fills.
    ///
    /// [`Required`] holds what every row needs; add the rest by struct update:
    /// `New { a: Some(1), ..Required { b, c }.into() }`.
    #[derive(Debug, Clone, PartialEq)]
    pub struct New {
        /// Project (tenant) whose events are followed.
        ///
        /// `uuid`.
        pub project_id: timeschema::Uuid,
        /// Name that people see, unique within the project.
        ///
        /// `text`.
        pub name: String,
        /// What the funnel is meant to show. Null when nobody wrote it down.
        ///
        /// `text`. `None` is null.
        pub description: Option<String>,
        /// Who answers for the definition.
        ///
        /// `text`.
        pub owner: String,
        /// Where the funnel is in its life.
        ///
        /// `public.funnel_status`, `'draft'::public.funnel_status` by default. `None` is the
        /// default.
        pub status: Option<super::FunnelStatus>,
        /// Names of the events, in the order in which they have to happen; 2 to 20.
        ///
        /// `text[]`.
        pub steps: timeschema::Array<String>,
        /// How long after entering a step still counts; 30 days at most.
        ///
        /// `interval`, `'7 days'::interval` by default. `None` is the default.
        pub conversion_window: Option<timeschema::Interval>,
        /// Properties that every event has to contain. Null when all events count.
        ///
        /// `jsonb`. `None` is null.
        pub filter: Option<timeschema::Jsonb>,
        /// When the funnel was defined.
        ///
        /// `timestamp with time zone`, `now()` by default. `None` is the default.
        pub created_at: Option<timeschema::Timestamp>,
        /// When the definition last changed; kept by a trigger.
        ///
        /// `timestamp with time zone`, `now()` by default. `None` is the default.
        pub updated_at: Option<timeschema::Timestamp>,
    }

    /// The columns that every row of `public.funnels` needs: they are never null and have no
    /// default.
    ///
    /// If a migration adds such a column, code that writes rows without it no longer compiles.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Required {
        /// Project (tenant) whose events are followed.
        ///
        /// `uuid`.
        pub project_id: timeschema::Uuid,
        /// Name that people see, unique within the project.
        ///
        /// `text`.
        pub name: String,
        /// Who answers for the definition.
        ///
        /// `text`.
        pub owner: String,
        /// Names of the events, in the order in which they have to happen; 2 to 20.
        ///
        /// `text[]`.
        pub steps: timeschema::Array<String>,
    }

    impl From<Required> for New {
        fn from(required: Required) -> Self {
            Self {
                project_id: required.project_id,
                name: required.name,
                description: None,
                owner: required.owner,
                status: None,
                steps: required.steps,
                conversion_window: None,
                filter: None,
                created_at: None,
                updated_at: None,
            }
        }
    }

    impl timeschema::Insert for New {
        const TABLE: timeschema::Table = TABLE;
        type Given = [bool; 12];

        fn given(&self) -> Self::Given {
            let mut given = [true; 12];
            given[0] = false;
            given[5] = self.status.is_some();
            given[7] = false;
            given[8] = self.conversion_window.is_some();
            given[10] = self.created_at.is_some();
            given[11] = self.updated_at.is_some();
            given
        }

        fn columns(&self) -> Vec<&'static str> {
            TABLE
                .columns
                .iter()
                .zip(self.given())
                .filter(|(_, given)| *given)
                .map(|(column, _)| column.name)
                .collect()
        }

        fn values(&self) -> Vec<&(dyn timeschema::ToSql + Sync)> {
            let most = TABLE.columns.len();
            let mut values: Vec<&(dyn timeschema::ToSql + Sync)> = Vec::with_capacity(most);
            values.push(&self.project_id);
            values.push(&self.name);
            values.push(&self.description);
            values.push(&self.owner);
            if let Some(value) = &self.status {
                values.push(value);
            }
            values.push(&self.steps);
            if let Some(value) = &self.conversion_window {
                values.push(value);
            }
            values.push(&self.filter);
            if let Some(value) = &self.created_at {
                values.push(value);
            }
            if let Some(value) = &self.updated_at {
                values.push(value);
            }
            values
        }

        fn encode(&self, out: &mut timeschema::BytesMut) -> Result<(), timeschema::EncodeError> {
            timeschema::field(&self.project_id, out)?;
            timeschema::field(&self.name, out)?;
            timeschema::nullable_field(&self.description, out)?;
            timeschema::field(&self.owner, out)?;
            if let Some(value) = &self.status {
                timeschema::field(value, out)?;
            }
            timeschema::field(&self.steps, out)?;
            if let Some(value) = &self.conversion_window {
                timeschema::field(value, out)?;
            }
            timeschema::nullable_field(&self.filter, out)?;
            if let Some(value) = &self.created_at {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.updated_at {
                timeschema::field(value, out)?;
            }
            Ok(())
        }
    }

    /// Writes `rows` with one binary `COPY`, all or none, and returns how many they were.
    ///
    /// All rows give the same of the columns that have a default; a row that differs from the first is an error that tells its index.
    pub fn copy_in<'a, C: timeschema::postgres::GenericClient>(
        client: &mut C,
        rows: impl IntoIterator<Item = &'a New>,
    ) -> Result<u64, timeschema::CopyError> {
        timeschema::copy_in(client, rows)
    }

    /// Writes one row and returns it as it is stored, defaults and generated columns included.
    pub fn insert<C: timeschema::postgres::GenericClient>(
        client: &mut C,
        row: &New,
    ) -> Result<Row, timeschema::postgres::Error> {
        Row::try_from(&timeschema::insert(client, row)?)
    }
}

/// Daily revenue per project and country, without what robots did.
///
/// Continuous aggregate `public.revenue_daily` over [`public.events`](mod@events), bucket 1 day.
/// Holds only what has been materialized. Refreshed every 1 hour, from 3 days ago to 1 hour ago.
pub mod revenue_daily {
    /// A row of the continuous aggregate, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Start of the day, in UTC. Never null: `time_bucket` of `events.time`, which is NOT
        /// NULL.
        ///
        /// `timestamp with time zone`.
        pub bucket: timeschema::Timestamp,
        /// Project (tenant) of the events. Never null: `events.project_id`, which is NOT NULL.
        ///
        /// `uuid`.
        pub project_id: timeschema::Uuid,
        /// Country of the senders. Null for all whose country is not known.
        ///
        /// `public.country_code`, a domain over `text`.
        pub country: Option<String>,
        /// Number of events that carry revenue. Never null: `count(*)`.
        ///
        /// `bigint`.
        pub paid_events: i64,
        /// Sum of revenue in US dollars, refunds subtracted. Never null: `sum` of
        /// `events.revenue`, whose nulls the query leaves out.
        ///
        /// `numeric`.
        pub revenue: timeschema::Numeric,
        /// Mean revenue of an event in US dollars. Never null: `avg` of `events.revenue`, whose
        /// nulls the query leaves out.
        ///
        /// `numeric`.
        pub average_revenue: timeschema::Numeric,
        /// Revenue of the newest event in US dollars. Never null: `last` of `events.revenue`,
        /// whose nulls the query leaves out.
        ///
        /// `numeric`.
        pub last_revenue: timeschema::Numeric,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                bucket: TABLE.get(row, 0)?,
                project_id: TABLE.get(row, 1)?,
                country: TABLE.get(row, 2)?,
                paid_events: TABLE.get(row, 3)?,
                revenue: TABLE.get(row, 4)?,
                average_revenue: TABLE.get(row, 5)?,
                last_revenue: TABLE.get(row, 6)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "revenue_daily",
        columns: &[
            timeschema::Column::never_null("bucket", "timestamp with time zone"),
            timeschema::Column::never_null("project_id", "uuid"),
            timeschema::Column::nullable("country", "public.country_code"),
            timeschema::Column::never_null("paid_events", "bigint"),
            timeschema::Column::never_null("revenue", "numeric"),
            timeschema::Column::never_null("average_revenue", "numeric"),
            timeschema::Column::never_null("last_revenue", "numeric"),
        ],
        primary_key: &[],
    };

    /// What TimescaleDB does with the relation.
    impl Row {
        /// The relation that the aggregate is computed from.
        pub const SOURCE: &str = "public.events";

        /// The column that holds the start of the bucket.
        pub const BUCKET_COLUMN: &str = "bucket";

        /// Width of a bucket, as PostgreSQL prints the interval.
        pub const BUCKET_WIDTH: &str = "1 day";

        /// Whether only what has been materialized is read.
        pub const MATERIALIZED_ONLY: bool = true;

        /// How often the aggregate is refreshed.
        pub const REFRESH_INTERVAL: &str = "01:00:00";

        /// How far before now a refresh starts.
        pub const REFRESH_START_OFFSET: &str = "3 days";

        /// How far before now a refresh ends.
        pub const REFRESH_END_OFFSET: &str = "01:00:00";
    }

    /// The rows whose `bucket` lies in `range` (start included, end excluded), in ascending
    /// order.
    ///
    /// The bounds keep the query from reading every bucket.
    pub fn between<'a, C: timeschema::postgres::GenericClient>(
        client: &'a mut C,
        range: std::ops::Range<timeschema::Timestamp>,
    ) -> Result<timeschema::Rows<'a, Row>, timeschema::postgres::Error> {
        const SQL: &str = r#"
            SELECT "bucket", "project_id", "country", "paid_events", "revenue", "average_revenue",
                   "last_revenue"
            FROM "public"."revenue_daily"
            WHERE "bucket" >= $1 AND "bucket" < $2
            ORDER BY "bucket"
        "#;
        let ty = timeschema::postgres::types::Type::TIMESTAMPTZ;
        let bounds = [(range.start, ty.clone()), (range.end, ty)];
        client
            .query_typed_raw(SQL, bounds)
            .map(timeschema::Rows::new)
    }
}
