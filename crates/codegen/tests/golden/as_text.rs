// Made by the crate `codegen` from a catalog. What is changed here is lost with the next build.
// To renew it, put the change into a migration, run `cargo xtask migrate`, and build.

/// Table `public.lone`.
pub mod lone {
    /// A row of the table, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// `public.cube`. Read and written as its text.
        pub x: Option<timeschema::AsText>,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                x: TABLE.get(row, 0)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "lone",
        columns: &[timeschema::Column::nullable_text("x", "public.cube")],
        primary_key: &[],
    };

    /// A row to be written to `public.lone`.
    ///
    /// No column is needed: `New::default()` is a row of nulls and defaults.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct New {
        /// `public.cube`. Read and written as its text. `None` is null.
        pub x: Option<timeschema::AsText>,
    }

    impl timeschema::Insert for New {
        const TABLE: timeschema::Table = TABLE;
        type Given = [bool; 1];

        fn given(&self) -> Self::Given {
            [true; 1]
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
            values.push(&self.x);
            values
        }

        fn encode(&self, out: &mut timeschema::BytesMut) -> Result<(), timeschema::EncodeError> {
            timeschema::nullable_field(&self.x, out)?;
            Ok(())
        }
    }

    /// Writes `rows` with `INSERT`s of many rows, all or none, and returns how many they were.
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

/// Hypertable `public.places`, in chunks of 1 day by `time`. Chunks move to the columnstore after
/// 7 days. Chunks are dropped after 180 days (not scheduled).
pub mod places {
    /// A row of the hypertable, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Never null: NOT NULL.
        ///
        /// `timestamp with time zone`.
        pub time: timeschema::Timestamp,
        /// Never null: NOT NULL.
        ///
        /// `public.address`. Read and written as its text.
        pub address: timeschema::AsText,
        /// Column `Person "x"`: `public.person`. Read and written as its text.
        pub person_quote_x_quote: Option<timeschema::AsText>,
        /// Never null: NOT NULL.
        ///
        /// `public.home[]`, of a domain over `public.address`, `'{}'::public.home[]` by default.
        /// Read and written as its text.
        pub homes: timeschema::AsText,
        /// `public.labels[]`, of a domain over `text[]`. Read and written as its text.
        pub grid: Option<timeschema::AsText>,
        /// `public.floatrange`. Read and written as its text.
        pub span: Option<timeschema::AsText>,
        /// `public.cube`. Read and written as its text.
        pub r#box: Option<timeschema::AsText>,
        /// `text`.
        pub note: Option<String>,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                time: TABLE.get(row, 0)?,
                address: TABLE.get(row, 1)?,
                person_quote_x_quote: TABLE.get(row, 2)?,
                homes: TABLE.get(row, 3)?,
                grid: TABLE.get(row, 4)?,
                span: TABLE.get(row, 5)?,
                r#box: TABLE.get(row, 6)?,
                note: TABLE.get(row, 7)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "places",
        columns: &[
            timeschema::Column::never_null("time", "timestamp with time zone"),
            timeschema::Column::never_null_text("address", "public.address"),
            timeschema::Column::nullable_text("Person \"x\"", "public.person"),
            timeschema::Column::never_null_text("homes", "public.home[]"),
            timeschema::Column::nullable_text("grid", "public.labels[]"),
            timeschema::Column::nullable_text("span", "public.floatrange"),
            timeschema::Column::nullable_text("box", "public.cube"),
            timeschema::Column::nullable("note", "text"),
        ],
        primary_key: &[],
    };

    /// What TimescaleDB does with the relation.
    impl Row {
        /// The column that divides rows into chunks.
        pub const TIME_COLUMN: &str = "time";

        /// Width of a chunk, as PostgreSQL prints the interval.
        pub const CHUNK_INTERVAL: &str = "1 day";

        /// Age at which chunks move to the columnstore.
        pub const COLUMNSTORE_AFTER: &str = "7 days";
    }

    /// A row to be written to `public.places`.
    ///
    /// [`Required`] holds what every row needs; add the rest by struct update:
    /// `New { a: Some(1), ..Required { b, c }.into() }`.
    #[derive(Debug, Clone, PartialEq)]
    pub struct New {
        /// `timestamp with time zone`.
        pub time: timeschema::Timestamp,
        /// `public.address`. Read and written as its text.
        pub address: timeschema::AsText,
        /// Column `Person "x"`: `public.person`. Read and written as its text. `None` is null.
        pub person_quote_x_quote: Option<timeschema::AsText>,
        /// `public.home[]`, of a domain over `public.address`, `'{}'::public.home[]` by default.
        /// Read and written as its text. `None` is the default.
        pub homes: Option<timeschema::AsText>,
        /// `public.labels[]`, of a domain over `text[]`. Read and written as its text. `None` is
        /// null.
        pub grid: Option<timeschema::AsText>,
        /// `public.floatrange`. Read and written as its text. `None` is null.
        pub span: Option<timeschema::AsText>,
        /// `public.cube`. Read and written as its text. `None` is null.
        pub r#box: Option<timeschema::AsText>,
        /// `text`. `None` is null.
        pub note: Option<String>,
    }

    /// The columns that every row of `public.places` needs: they are never null and have no
    /// default.
    ///
    /// If a migration adds such a column, code that writes rows without it no longer compiles.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Required {
        /// `timestamp with time zone`.
        pub time: timeschema::Timestamp,
        /// `public.address`. Read and written as its text.
        pub address: timeschema::AsText,
    }

    impl From<Required> for New {
        fn from(required: Required) -> Self {
            Self {
                time: required.time,
                address: required.address,
                person_quote_x_quote: None,
                homes: None,
                grid: None,
                span: None,
                r#box: None,
                note: None,
            }
        }
    }

    impl timeschema::Insert for New {
        const TABLE: timeschema::Table = TABLE;
        type Given = [bool; 8];

        fn given(&self) -> Self::Given {
            let mut given = [true; 8];
            given[3] = self.homes.is_some();
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
            values.push(&self.address);
            values.push(&self.person_quote_x_quote);
            if let Some(value) = &self.homes {
                values.push(value);
            }
            values.push(&self.grid);
            values.push(&self.span);
            values.push(&self.r#box);
            values.push(&self.note);
            values
        }

        fn encode(&self, out: &mut timeschema::BytesMut) -> Result<(), timeschema::EncodeError> {
            timeschema::field(&self.time, out)?;
            timeschema::field(&self.address, out)?;
            timeschema::nullable_field(&self.person_quote_x_quote, out)?;
            if let Some(value) = &self.homes {
                timeschema::field(value, out)?;
            }
            timeschema::nullable_field(&self.grid, out)?;
            timeschema::nullable_field(&self.span, out)?;
            timeschema::nullable_field(&self.r#box, out)?;
            timeschema::nullable_field(&self.note, out)?;
            Ok(())
        }
    }

    /// Writes `rows` with `INSERT`s of many rows, all or none, and returns how many they were.
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
            SELECT "time",
                   CASE WHEN "address" IS DISTINCT FROM NULL THEN pg_catalog.format('%s', "address") END AS "address",
                   CASE WHEN "Person ""x""" IS DISTINCT FROM NULL THEN pg_catalog.format('%s', "Person ""x""") END AS "Person ""x""",
                   CASE WHEN "homes" IS DISTINCT FROM NULL THEN pg_catalog.format('%s', "homes") END AS "homes",
                   CASE WHEN "grid" IS DISTINCT FROM NULL THEN pg_catalog.format('%s', "grid") END AS "grid",
                   CASE WHEN "span" IS DISTINCT FROM NULL THEN pg_catalog.format('%s', "span") END AS "span",
                   CASE WHEN "box" IS DISTINCT FROM NULL THEN pg_catalog.format('%s', "box") END AS "box",
                   "note"
            FROM "public"."places"
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

/// View `public.zips`.
pub mod zips {
    /// A row of the view, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Never null: `places.time`, which is NOT NULL.
        ///
        /// `timestamp with time zone`.
        pub time: timeschema::Timestamp,
        /// Never null: `places.address`, which is NOT NULL.
        ///
        /// `public.address`. Read and written as its text.
        pub address: timeschema::AsText,
        /// `text`.
        pub zip: Option<String>,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                time: TABLE.get(row, 0)?,
                address: TABLE.get(row, 1)?,
                zip: TABLE.get(row, 2)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "zips",
        columns: &[
            timeschema::Column::never_null("time", "timestamp with time zone"),
            timeschema::Column::never_null_text("address", "public.address"),
            timeschema::Column::nullable("zip", "text"),
        ],
        primary_key: &[],
    };
}
