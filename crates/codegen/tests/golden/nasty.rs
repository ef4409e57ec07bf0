// Made by the crate `codegen` from a catalog. What is changed here is lost with the next build.
// To renew it, put the change into a migration, run `cargo xtask migrate`, and build.

/// Enum `public."; drop type`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum QuoteDropType {
    /// Label `'; drop table x; --`.
    DropTableX,
    /// Label `\`.
    Backslash,
    /// Label `"`.
    Quote,
    /// A label that the database has and this build does not know.
    Unknown(String),
}

impl QuoteDropType {
    /// The labels that this build knows, in the type's order.
    pub const LABELS: &[&str] = &["'; drop table x; --", "\\", "\""];

    /// The label, as PostgreSQL spells it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::DropTableX => "'; drop table x; --",
            Self::Backslash => "\\",
            Self::Quote => "\"",
            Self::Unknown(label) => label,
        }
    }
}

impl From<&str> for QuoteDropType {
    fn from(label: &str) -> Self {
        match label {
            "'; drop table x; --" => Self::DropTableX,
            "\\" => Self::Backslash,
            "\"" => Self::Quote,
            _ => Self::Unknown(label.to_owned()),
        }
    }
}

impl std::fmt::Display for QuoteDropType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

timeschema::enum_sql!(QuoteDropType);

/// How somebody feels. See <https://example.org/moods?x=>\<y\>, or \[nothing\] at all.
///
/// Enum `public.mood`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Mood {
    /// Label `happy`.
    Happy,
    /// Label `unknown`.
    Unknown,
    /// Label `c++`.
    CPlusPlus,
    /// Label `c#`.
    CHash,
    /// Label `c`.
    C,
    /// Label `Self`.
    Self_,
    /// Label `2fa`.
    N2fa,
    /// Label (empty).
    Empty,
    /// Label `a-b`.
    ABXf5ea,
    /// Label `a_b`.
    ABX73d5,
    /// Label `用户`.
    U7528U6237,
    /// Label `U+202Egnp.exe`.
    U202eGnpExe,
    /// Label `line break`.
    LineBreak,
    /// Label `wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww`.
    Wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww,
    /// A label that the database has and this build does not know.
    Unrecognized(String),
}

impl Mood {
    /// The labels that this build knows, in the type's order.
    pub const LABELS: &[&str] = &[
        "happy",
        "unknown",
        "c++",
        "c#",
        "c",
        "Self",
        "2fa",
        "",
        "a-b",
        "a_b",
        "用户",
        "\u{202e}gnp.exe",
        "line\u{a}break",
        "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww",
    ];

    /// The label, as PostgreSQL spells it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Happy => "happy",
            Self::Unknown => "unknown",
            Self::CPlusPlus => "c++",
            Self::CHash => "c#",
            Self::C => "c",
            Self::Self_ => "Self",
            Self::N2fa => "2fa",
            Self::Empty => "",
            Self::ABXf5ea => "a-b",
            Self::ABX73d5 => "a_b",
            Self::U7528U6237 => "用户",
            Self::U202eGnpExe => "\u{202e}gnp.exe",
            Self::LineBreak => "line\u{a}break",
            Self::Wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww => {
                "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"
            }
            Self::Unrecognized(label) => label,
        }
    }
}

impl From<&str> for Mood {
    fn from(label: &str) -> Self {
        match label {
            "happy" => Self::Happy,
            "unknown" => Self::Unknown,
            "c++" => Self::CPlusPlus,
            "c#" => Self::CHash,
            "c" => Self::C,
            "Self" => Self::Self_,
            "2fa" => Self::N2fa,
            "" => Self::Empty,
            "a-b" => Self::ABXf5ea,
            "a_b" => Self::ABX73d5,
            "用户" => Self::U7528U6237,
            "\u{202e}gnp.exe" => Self::U202eGnpExe,
            "line\u{a}break" => Self::LineBreak,
            "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww" => {
                Self::Wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww
            }
            _ => Self::Unrecognized(label.to_owned()),
        }
    }
}

impl std::fmt::Display for Mood {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

timeschema::enum_sql!(Mood);

/// Enum `public.string`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum String_ {
    /// Label `a`.
    A,
    /// A label that the database has and this build does not know.
    Unknown(String),
}

impl String_ {
    /// The labels that this build knows, in the type's order.
    pub const LABELS: &[&str] = &["a"];

    /// The label, as PostgreSQL spells it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::A => "a",
            Self::Unknown(label) => label,
        }
    }
}

impl From<&str> for String_ {
    fn from(label: &str) -> Self {
        match label {
            "a" => Self::A,
            _ => Self::Unknown(label.to_owned()),
        }
    }
}

impl std::fmt::Display for String_ {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

timeschema::enum_sql!(String_);

/// Enum `public.void`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Void {
    /// A label that the database has and this build does not know.
    Unknown(String),
}

impl Void {
    /// The labels that this build knows, in the type's order.
    pub const LABELS: &[&str] = &[];

    /// The label, as PostgreSQL spells it.
    pub fn as_str(&self) -> &str {
        let Self::Unknown(label) = self;
        label
    }
}

impl From<&str> for Void {
    fn from(label: &str) -> Self {
        Self::Unknown(label.to_owned())
    }
}

impl std::fmt::Display for Void {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

timeschema::enum_sql!(Void);

/// \*/ // /// Ends a comment?
///
/// indented like code \`\`\` let x = 1; \`\`\`
///
/// - a list
/// - of `Vec<T>` and Vec\<T\> going on
///
/// \# not a heading, \`an open span, \<b\>bold, \[link\](there), \&amp; a_b \_c\_ \\ \*d\* \|
/// \~\~e\~\~ U+202EU+0007 1. one 2) two <https://example.org/a_b(c>). (<http://example.org>)
/// www.example.org
///
/// Table `public."; drop table events; --`.
pub mod quote_drop_table_events {
    /// A row of the table, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// With "quotes" and \\ backslash. Never null: NOT NULL.
        ///
        /// Column `"; drop column x; --`: `integer`.
        pub quote_drop_column_x: i32,
        /// Column `'`: `integer`.
        pub u27: Option<i32>,
        /// Never null: NOT NULL.
        ///
        /// Column `aB`: `integer`.
        pub a_b_x550f: i32,
        /// Column `a_b`: `integer`, `7` by default.
        pub a_b_x73d5: Option<i32>,
        /// Column `a b`: `text`.
        pub a_b_xeff4: Option<String>,
        /// Column `a"#b`: `text`.
        pub a_quote_hash_b: Option<String>,
        /// Height
        ///
        /// Column `größe`: `text`.
        pub groesse: Option<String>,
        /// Column `用户`: `text`.
        pub u7528_u6237: Option<String>,
        /// Never null: NOT NULL.
        ///
        /// Column `self`: `text`.
        pub self_xc62c: String,
        /// Column `Self`: `text`.
        pub self_x651e: Option<String>,
        /// Column `super`: `text`.
        pub super_: Option<String>,
        /// Column `crate`: `text`.
        pub crate_: Option<String>,
        /// Never null: NOT NULL.
        ///
        /// `text`.
        pub r#type: String,
        /// `text`.
        pub r#gen: Option<String>,
        /// `text`.
        pub table: Option<String>,
        /// Column `_`: `text`.
        pub u5f: Option<String>,
        /// Never null: NOT NULL.
        ///
        /// Column `1st`: `text`.
        pub _1st: String,
        /// Column `a__b`: `text`.
        pub a_b_xb19b: Option<String>,
        /// `public.mood`, `'happy'::public.mood` by default.
        pub mood: Option<super::Mood>,
        /// `public.mood[]`.
        pub moods: Option<timeschema::Array<super::Mood>>,
        /// Never null: NOT NULL.
        ///
        /// `public."""; drop type"`.
        pub evil: super::QuoteDropType,
        /// Never null: NOT NULL.
        ///
        /// `public.string`.
        pub string: super::String_,
        /// `public.void`.
        pub nothing: Option<super::Void>,
        /// Never null: NOT NULL.
        ///
        /// `reporting.period`, `'day'::reporting.period` by default.
        pub period: super::reporting_schema::Period,
        /// Never null: NOT NULL domain `reporting.contact`.
        ///
        /// `reporting.contact`, a domain over `public.address`, `'nobody@example.org'::text` by
        /// default.
        pub contact: String,
        /// `public.labels`, a domain over `text[]`.
        pub labels: Option<timeschema::Array<String>>,
        /// `public.address[]`, of a domain over `text`.
        pub addresses: Option<timeschema::Array<String>>,
        /// `integer`, generated as `("aB" * 2)`.
        pub doubled: Option<i32>,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                quote_drop_column_x: TABLE.get(row, 0)?,
                u27: TABLE.get(row, 1)?,
                a_b_x550f: TABLE.get(row, 2)?,
                a_b_x73d5: TABLE.get(row, 3)?,
                a_b_xeff4: TABLE.get(row, 4)?,
                a_quote_hash_b: TABLE.get(row, 5)?,
                groesse: TABLE.get(row, 6)?,
                u7528_u6237: TABLE.get(row, 7)?,
                self_xc62c: TABLE.get(row, 8)?,
                self_x651e: TABLE.get(row, 9)?,
                super_: TABLE.get(row, 10)?,
                crate_: TABLE.get(row, 11)?,
                r#type: TABLE.get(row, 12)?,
                r#gen: TABLE.get(row, 13)?,
                table: TABLE.get(row, 14)?,
                u5f: TABLE.get(row, 15)?,
                _1st: TABLE.get(row, 16)?,
                a_b_xb19b: TABLE.get(row, 17)?,
                mood: TABLE.get(row, 18)?,
                moods: TABLE.get(row, 19)?,
                evil: TABLE.get(row, 20)?,
                string: TABLE.get(row, 21)?,
                nothing: TABLE.get(row, 22)?,
                period: TABLE.get(row, 23)?,
                contact: TABLE.get(row, 24)?,
                labels: TABLE.get(row, 25)?,
                addresses: TABLE.get(row, 26)?,
                doubled: TABLE.get(row, 27)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "\"; drop table events; --",
        columns: &[
            timeschema::Column::never_null("\"; drop column x; --", "integer"),
            timeschema::Column::nullable("'", "integer"),
            timeschema::Column::never_null("aB", "integer"),
            timeschema::Column::nullable("a_b", "integer"),
            timeschema::Column::nullable("a\u{a}b", "text"),
            timeschema::Column::nullable("a\"#b", "text"),
            timeschema::Column::nullable("größe", "text"),
            timeschema::Column::nullable("用户", "text"),
            timeschema::Column::never_null("self", "text"),
            timeschema::Column::nullable("Self", "text"),
            timeschema::Column::nullable("super", "text"),
            timeschema::Column::nullable("crate", "text"),
            timeschema::Column::never_null("type", "text"),
            timeschema::Column::nullable("gen", "text"),
            timeschema::Column::nullable("table", "text"),
            timeschema::Column::nullable("_", "text"),
            timeschema::Column::never_null("1st", "text"),
            timeschema::Column::nullable("a__b", "text"),
            timeschema::Column::nullable("mood", "public.mood"),
            timeschema::Column::nullable("moods", "public.mood[]"),
            timeschema::Column::never_null("evil", "public.\"\"\"; drop type\""),
            timeschema::Column::never_null("string", "public.string"),
            timeschema::Column::nullable("nothing", "public.void"),
            timeschema::Column::never_null("period", "reporting.period"),
            timeschema::Column::never_null("contact", "reporting.contact"),
            timeschema::Column::nullable("labels", "public.labels"),
            timeschema::Column::nullable("addresses", "public.address[]"),
            timeschema::Column::nullable("doubled", "integer"),
        ],
        primary_key: &["\"; drop column x; --", "aB"],
    };

    /// A row to be written to `public."; drop table events; --`, without the columns that the
    /// database alone fills.
    ///
    /// [`Required`] holds what every row needs; add the rest by struct update:
    /// `New { a: Some(1), ..Required { b, c }.into() }`.
    #[derive(Debug, Clone, PartialEq)]
    pub struct New {
        /// With "quotes" and \\ backslash
        ///
        /// Column `"; drop column x; --`: `integer`.
        pub quote_drop_column_x: i32,
        /// Column `'`: `integer`. `None` is null.
        pub u27: Option<i32>,
        /// Column `aB`: `integer`.
        pub a_b_x550f: i32,
        /// Column `a_b`: `integer`, `7` by default. `None` is the default, `Some(None)` is null.
        pub a_b_x73d5: Option<Option<i32>>,
        /// Column `a b`: `text`. `None` is null.
        pub a_b_xeff4: Option<String>,
        /// Column `a"#b`: `text`. `None` is null.
        pub a_quote_hash_b: Option<String>,
        /// Height
        ///
        /// Column `größe`: `text`. `None` is null.
        pub groesse: Option<String>,
        /// Column `用户`: `text`. `None` is null.
        pub u7528_u6237: Option<String>,
        /// Column `self`: `text`.
        pub self_xc62c: String,
        /// Column `Self`: `text`. `None` is null.
        pub self_x651e: Option<String>,
        /// Column `super`: `text`. `None` is null.
        pub super_: Option<String>,
        /// Column `crate`: `text`. `None` is null.
        pub crate_: Option<String>,
        /// `text`.
        pub r#type: String,
        /// `text`. `None` is null.
        pub r#gen: Option<String>,
        /// `text`. `None` is null.
        pub table: Option<String>,
        /// Column `_`: `text`. `None` is null.
        pub u5f: Option<String>,
        /// Column `1st`: `text`.
        pub _1st: String,
        /// Column `a__b`: `text`. `None` is null.
        pub a_b_xb19b: Option<String>,
        /// `public.mood`, `'happy'::public.mood` by default. `None` is the default, `Some(None)`
        /// is null.
        pub mood: Option<Option<super::Mood>>,
        /// `public.mood[]`. `None` is null.
        pub moods: Option<timeschema::Array<super::Mood>>,
        /// `public."""; drop type"`.
        pub evil: super::QuoteDropType,
        /// `public.string`.
        pub string: super::String_,
        /// `public.void`. `None` is null.
        pub nothing: Option<super::Void>,
        /// `reporting.period`, `'day'::reporting.period` by default. `None` is the default.
        pub period: Option<super::reporting_schema::Period>,
        /// `reporting.contact`, a domain over `public.address`, `'nobody@example.org'::text` by
        /// default. `None` is the default.
        pub contact: Option<String>,
        /// `public.labels`, a domain over `text[]`. `None` is null.
        pub labels: Option<timeschema::Array<String>>,
        /// `public.address[]`, of a domain over `text`. `None` is null.
        pub addresses: Option<timeschema::Array<String>>,
    }

    /// The columns that every row of `public."; drop table events; --` needs: they are never null
    /// and have no default.
    ///
    /// If a migration adds such a column, code that writes rows without it no longer compiles.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Required {
        /// With "quotes" and \\ backslash
        ///
        /// Column `"; drop column x; --`: `integer`.
        pub quote_drop_column_x: i32,
        /// Column `aB`: `integer`.
        pub a_b_x550f: i32,
        /// Column `self`: `text`.
        pub self_xc62c: String,
        /// `text`.
        pub r#type: String,
        /// Column `1st`: `text`.
        pub _1st: String,
        /// `public."""; drop type"`.
        pub evil: super::QuoteDropType,
        /// `public.string`.
        pub string: super::String_,
    }

    impl From<Required> for New {
        fn from(required: Required) -> Self {
            Self {
                quote_drop_column_x: required.quote_drop_column_x,
                u27: None,
                a_b_x550f: required.a_b_x550f,
                a_b_x73d5: None,
                a_b_xeff4: None,
                a_quote_hash_b: None,
                groesse: None,
                u7528_u6237: None,
                self_xc62c: required.self_xc62c,
                self_x651e: None,
                super_: None,
                crate_: None,
                r#type: required.r#type,
                r#gen: None,
                table: None,
                u5f: None,
                _1st: required._1st,
                a_b_xb19b: None,
                mood: None,
                moods: None,
                evil: required.evil,
                string: required.string,
                nothing: None,
                period: None,
                contact: None,
                labels: None,
                addresses: None,
            }
        }
    }

    impl timeschema::Insert for New {
        const TABLE: timeschema::Table = TABLE;
        type Given = [bool; 28];

        fn given(&self) -> Self::Given {
            let mut given = [true; 28];
            given[3] = self.a_b_x73d5.is_some();
            given[18] = self.mood.is_some();
            given[23] = self.period.is_some();
            given[24] = self.contact.is_some();
            given[27] = false;
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
            values.push(&self.quote_drop_column_x);
            values.push(&self.u27);
            values.push(&self.a_b_x550f);
            if let Some(value) = &self.a_b_x73d5 {
                values.push(value);
            }
            values.push(&self.a_b_xeff4);
            values.push(&self.a_quote_hash_b);
            values.push(&self.groesse);
            values.push(&self.u7528_u6237);
            values.push(&self.self_xc62c);
            values.push(&self.self_x651e);
            values.push(&self.super_);
            values.push(&self.crate_);
            values.push(&self.r#type);
            values.push(&self.r#gen);
            values.push(&self.table);
            values.push(&self.u5f);
            values.push(&self._1st);
            values.push(&self.a_b_xb19b);
            if let Some(value) = &self.mood {
                values.push(value);
            }
            values.push(&self.moods);
            values.push(&self.evil);
            values.push(&self.string);
            values.push(&self.nothing);
            if let Some(value) = &self.period {
                values.push(value);
            }
            if let Some(value) = &self.contact {
                values.push(value);
            }
            values.push(&self.labels);
            values.push(&self.addresses);
            values
        }

        fn encode(&self, out: &mut timeschema::BytesMut) -> Result<(), timeschema::EncodeError> {
            timeschema::field(&self.quote_drop_column_x, out)?;
            timeschema::nullable_field(&self.u27, out)?;
            timeschema::field(&self.a_b_x550f, out)?;
            if let Some(value) = &self.a_b_x73d5 {
                timeschema::nullable_field(value, out)?;
            }
            timeschema::nullable_field(&self.a_b_xeff4, out)?;
            timeschema::nullable_field(&self.a_quote_hash_b, out)?;
            timeschema::nullable_field(&self.groesse, out)?;
            timeschema::nullable_field(&self.u7528_u6237, out)?;
            timeschema::field(&self.self_xc62c, out)?;
            timeschema::nullable_field(&self.self_x651e, out)?;
            timeschema::nullable_field(&self.super_, out)?;
            timeschema::nullable_field(&self.crate_, out)?;
            timeschema::field(&self.r#type, out)?;
            timeschema::nullable_field(&self.r#gen, out)?;
            timeschema::nullable_field(&self.table, out)?;
            timeschema::nullable_field(&self.u5f, out)?;
            timeschema::field(&self._1st, out)?;
            timeschema::nullable_field(&self.a_b_xb19b, out)?;
            if let Some(value) = &self.mood {
                timeschema::nullable_field(value, out)?;
            }
            timeschema::nullable_field(&self.moods, out)?;
            timeschema::field(&self.evil, out)?;
            timeschema::field(&self.string, out)?;
            timeschema::nullable_field(&self.nothing, out)?;
            if let Some(value) = &self.period {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.contact {
                timeschema::field(value, out)?;
            }
            timeschema::nullable_field(&self.labels, out)?;
            timeschema::nullable_field(&self.addresses, out)?;
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

/// A column of every type.
///
/// Table `public.all_types`.
pub mod all_types {
    /// A row of the table, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Never null: NOT NULL.
        ///
        /// `bit`.
        pub a_bit: timeschema::Bits,
        /// Never null: NOT NULL.
        ///
        /// `boolean`.
        pub a_bool: bool,
        /// Never null: NOT NULL.
        ///
        /// `box`.
        pub a_box: timeschema::Rectangle,
        /// Never null: NOT NULL.
        ///
        /// `character`.
        pub a_bpchar: String,
        /// Never null: NOT NULL.
        ///
        /// `bytea`.
        pub a_bytea: Vec<u8>,
        /// Never null: NOT NULL.
        ///
        /// `"char"`.
        pub a_char: timeschema::InternalChar,
        /// Never null: NOT NULL.
        ///
        /// `cid`.
        pub a_cid: timeschema::Cid,
        /// Never null: NOT NULL.
        ///
        /// `cidr`.
        pub a_cidr: timeschema::Cidr,
        /// Never null: NOT NULL.
        ///
        /// `circle`.
        pub a_circle: timeschema::Circle,
        /// Never null: NOT NULL.
        ///
        /// `date`.
        pub a_date: timeschema::Date,
        /// Never null: NOT NULL.
        ///
        /// `datemultirange`.
        pub a_datemultirange: timeschema::Multirange<timeschema::Date>,
        /// Never null: NOT NULL.
        ///
        /// `daterange`.
        pub a_daterange: timeschema::Range<timeschema::Date>,
        /// Never null: NOT NULL.
        ///
        /// `real`.
        pub a_float4: f32,
        /// Never null: NOT NULL.
        ///
        /// `double precision`.
        pub a_float8: f64,
        /// Never null: NOT NULL.
        ///
        /// `inet`.
        pub a_inet: timeschema::Inet,
        /// Never null: NOT NULL.
        ///
        /// `smallint`.
        pub a_int2: i16,
        /// Never null: NOT NULL.
        ///
        /// `integer`.
        pub a_int4: i32,
        /// Never null: NOT NULL.
        ///
        /// `int4multirange`.
        pub a_int4multirange: timeschema::Multirange<i32>,
        /// Never null: NOT NULL.
        ///
        /// `int4range`.
        pub a_int4range: timeschema::Range<i32>,
        /// Never null: NOT NULL.
        ///
        /// `bigint`.
        pub a_int8: i64,
        /// Never null: NOT NULL.
        ///
        /// `int8multirange`.
        pub a_int8multirange: timeschema::Multirange<i64>,
        /// Never null: NOT NULL.
        ///
        /// `int8range`.
        pub a_int8range: timeschema::Range<i64>,
        /// Never null: NOT NULL.
        ///
        /// `interval`.
        pub a_interval: timeschema::Interval,
        /// Never null: NOT NULL.
        ///
        /// `json`.
        pub a_json: timeschema::Json,
        /// Never null: NOT NULL.
        ///
        /// `jsonb`.
        pub a_jsonb: timeschema::Jsonb,
        /// Never null: NOT NULL.
        ///
        /// `jsonpath`.
        pub a_jsonpath: timeschema::JsonPath,
        /// Never null: NOT NULL.
        ///
        /// `line`.
        pub a_line: timeschema::Line,
        /// Never null: NOT NULL.
        ///
        /// `lseg`.
        pub a_lseg: timeschema::LineSegment,
        /// Never null: NOT NULL.
        ///
        /// `macaddr`.
        pub a_macaddr: timeschema::MacAddr,
        /// Never null: NOT NULL.
        ///
        /// `macaddr8`.
        pub a_macaddr8: timeschema::MacAddr8,
        /// Never null: NOT NULL.
        ///
        /// `money`.
        pub a_money: timeschema::Money,
        /// Never null: NOT NULL.
        ///
        /// `name`.
        pub a_name: String,
        /// Never null: NOT NULL.
        ///
        /// `numeric`.
        pub a_numeric: timeschema::Numeric,
        /// Never null: NOT NULL.
        ///
        /// `nummultirange`.
        pub a_nummultirange: timeschema::Multirange<timeschema::Numeric>,
        /// Never null: NOT NULL.
        ///
        /// `numrange`.
        pub a_numrange: timeschema::Range<timeschema::Numeric>,
        /// Never null: NOT NULL.
        ///
        /// `oid`.
        pub a_oid: timeschema::Oid,
        /// Never null: NOT NULL.
        ///
        /// `path`.
        pub a_path: timeschema::Path,
        /// Never null: NOT NULL.
        ///
        /// `pg_lsn`.
        pub a_pg_lsn: timeschema::PgLsn,
        /// Never null: NOT NULL.
        ///
        /// `pg_snapshot`.
        pub a_pg_snapshot: timeschema::PgSnapshot,
        /// Never null: NOT NULL.
        ///
        /// `point`.
        pub a_point: timeschema::Point,
        /// Never null: NOT NULL.
        ///
        /// `polygon`.
        pub a_polygon: timeschema::Polygon,
        /// Never null: NOT NULL.
        ///
        /// `regclass`.
        pub a_regclass: timeschema::Oid,
        /// Never null: NOT NULL.
        ///
        /// `regcollation`.
        pub a_regcollation: timeschema::Oid,
        /// Never null: NOT NULL.
        ///
        /// `regconfig`.
        pub a_regconfig: timeschema::Oid,
        /// Never null: NOT NULL.
        ///
        /// `regdictionary`.
        pub a_regdictionary: timeschema::Oid,
        /// Never null: NOT NULL.
        ///
        /// `regnamespace`.
        pub a_regnamespace: timeschema::Oid,
        /// Never null: NOT NULL.
        ///
        /// `regoper`.
        pub a_regoper: timeschema::Oid,
        /// Never null: NOT NULL.
        ///
        /// `regoperator`.
        pub a_regoperator: timeschema::Oid,
        /// Never null: NOT NULL.
        ///
        /// `regproc`.
        pub a_regproc: timeschema::Oid,
        /// Never null: NOT NULL.
        ///
        /// `regprocedure`.
        pub a_regprocedure: timeschema::Oid,
        /// Never null: NOT NULL.
        ///
        /// `regrole`.
        pub a_regrole: timeschema::Oid,
        /// Never null: NOT NULL.
        ///
        /// `regtype`.
        pub a_regtype: timeschema::Oid,
        /// Never null: NOT NULL.
        ///
        /// `text`.
        pub a_text: String,
        /// Never null: NOT NULL.
        ///
        /// `tid`.
        pub a_tid: timeschema::Tid,
        /// Never null: NOT NULL.
        ///
        /// `time without time zone`.
        pub a_time: timeschema::Time,
        /// Never null: NOT NULL.
        ///
        /// `timestamp without time zone`.
        pub a_timestamp: timeschema::LocalTimestamp,
        /// Never null: NOT NULL.
        ///
        /// `timestamp with time zone`.
        pub a_timestamptz: timeschema::Timestamp,
        /// Never null: NOT NULL.
        ///
        /// `time with time zone`.
        pub a_timetz: timeschema::TimeTz,
        /// Never null: NOT NULL.
        ///
        /// `tsmultirange`.
        pub a_tsmultirange: timeschema::Multirange<timeschema::LocalTimestamp>,
        /// Never null: NOT NULL.
        ///
        /// `tsquery`.
        pub a_tsquery: timeschema::TsQuery,
        /// Never null: NOT NULL.
        ///
        /// `tsrange`.
        pub a_tsrange: timeschema::Range<timeschema::LocalTimestamp>,
        /// Never null: NOT NULL.
        ///
        /// `tstzmultirange`.
        pub a_tstzmultirange: timeschema::Multirange<timeschema::Timestamp>,
        /// Never null: NOT NULL.
        ///
        /// `tstzrange`.
        pub a_tstzrange: timeschema::Range<timeschema::Timestamp>,
        /// Never null: NOT NULL.
        ///
        /// `tsvector`.
        pub a_tsvector: timeschema::TsVector,
        /// Never null: NOT NULL.
        ///
        /// `txid_snapshot`.
        pub a_txid_snapshot: timeschema::PgSnapshot,
        /// Never null: NOT NULL.
        ///
        /// `uuid`.
        pub a_uuid: timeschema::Uuid,
        /// Never null: NOT NULL.
        ///
        /// `bit varying`.
        pub a_varbit: timeschema::Bits,
        /// Never null: NOT NULL.
        ///
        /// `character varying`.
        pub a_varchar: String,
        /// Never null: NOT NULL.
        ///
        /// `xid`.
        pub a_xid: timeschema::Xid,
        /// Never null: NOT NULL.
        ///
        /// `xid8`.
        pub a_xid8: timeschema::Xid8,
        /// Never null: NOT NULL.
        ///
        /// `xml`.
        pub a_xml: timeschema::Xml,
        /// `bit`.
        pub n_bit: Option<timeschema::Bits>,
        /// `boolean`.
        pub n_bool: Option<bool>,
        /// `box`.
        pub n_box: Option<timeschema::Rectangle>,
        /// `character`.
        pub n_bpchar: Option<String>,
        /// `bytea`.
        pub n_bytea: Option<Vec<u8>>,
        /// `"char"`.
        pub n_char: Option<timeschema::InternalChar>,
        /// `cid`.
        pub n_cid: Option<timeschema::Cid>,
        /// `cidr`.
        pub n_cidr: Option<timeschema::Cidr>,
        /// `circle`.
        pub n_circle: Option<timeschema::Circle>,
        /// `date`.
        pub n_date: Option<timeschema::Date>,
        /// `datemultirange`.
        pub n_datemultirange: Option<timeschema::Multirange<timeschema::Date>>,
        /// `daterange`.
        pub n_daterange: Option<timeschema::Range<timeschema::Date>>,
        /// `real`.
        pub n_float4: Option<f32>,
        /// `double precision`.
        pub n_float8: Option<f64>,
        /// `inet`.
        pub n_inet: Option<timeschema::Inet>,
        /// `smallint`.
        pub n_int2: Option<i16>,
        /// `integer`.
        pub n_int4: Option<i32>,
        /// `int4multirange`.
        pub n_int4multirange: Option<timeschema::Multirange<i32>>,
        /// `int4range`.
        pub n_int4range: Option<timeschema::Range<i32>>,
        /// `bigint`.
        pub n_int8: Option<i64>,
        /// `int8multirange`.
        pub n_int8multirange: Option<timeschema::Multirange<i64>>,
        /// `int8range`.
        pub n_int8range: Option<timeschema::Range<i64>>,
        /// `interval`.
        pub n_interval: Option<timeschema::Interval>,
        /// `json`.
        pub n_json: Option<timeschema::Json>,
        /// `jsonb`.
        pub n_jsonb: Option<timeschema::Jsonb>,
        /// `jsonpath`.
        pub n_jsonpath: Option<timeschema::JsonPath>,
        /// `line`.
        pub n_line: Option<timeschema::Line>,
        /// `lseg`.
        pub n_lseg: Option<timeschema::LineSegment>,
        /// `macaddr`.
        pub n_macaddr: Option<timeschema::MacAddr>,
        /// `macaddr8`.
        pub n_macaddr8: Option<timeschema::MacAddr8>,
        /// `money`.
        pub n_money: Option<timeschema::Money>,
        /// `name`.
        pub n_name: Option<String>,
        /// `numeric`.
        pub n_numeric: Option<timeschema::Numeric>,
        /// `nummultirange`.
        pub n_nummultirange: Option<timeschema::Multirange<timeschema::Numeric>>,
        /// `numrange`.
        pub n_numrange: Option<timeschema::Range<timeschema::Numeric>>,
        /// `oid`.
        pub n_oid: Option<timeschema::Oid>,
        /// `path`.
        pub n_path: Option<timeschema::Path>,
        /// `pg_lsn`.
        pub n_pg_lsn: Option<timeschema::PgLsn>,
        /// `pg_snapshot`.
        pub n_pg_snapshot: Option<timeschema::PgSnapshot>,
        /// `point`.
        pub n_point: Option<timeschema::Point>,
        /// `polygon`.
        pub n_polygon: Option<timeschema::Polygon>,
        /// `regclass`.
        pub n_regclass: Option<timeschema::Oid>,
        /// `regcollation`.
        pub n_regcollation: Option<timeschema::Oid>,
        /// `regconfig`.
        pub n_regconfig: Option<timeschema::Oid>,
        /// `regdictionary`.
        pub n_regdictionary: Option<timeschema::Oid>,
        /// `regnamespace`.
        pub n_regnamespace: Option<timeschema::Oid>,
        /// `regoper`.
        pub n_regoper: Option<timeschema::Oid>,
        /// `regoperator`.
        pub n_regoperator: Option<timeschema::Oid>,
        /// `regproc`.
        pub n_regproc: Option<timeschema::Oid>,
        /// `regprocedure`.
        pub n_regprocedure: Option<timeschema::Oid>,
        /// `regrole`.
        pub n_regrole: Option<timeschema::Oid>,
        /// `regtype`.
        pub n_regtype: Option<timeschema::Oid>,
        /// `text`.
        pub n_text: Option<String>,
        /// `tid`.
        pub n_tid: Option<timeschema::Tid>,
        /// `time without time zone`.
        pub n_time: Option<timeschema::Time>,
        /// `timestamp without time zone`.
        pub n_timestamp: Option<timeschema::LocalTimestamp>,
        /// `timestamp with time zone`.
        pub n_timestamptz: Option<timeschema::Timestamp>,
        /// `time with time zone`.
        pub n_timetz: Option<timeschema::TimeTz>,
        /// `tsmultirange`.
        pub n_tsmultirange: Option<timeschema::Multirange<timeschema::LocalTimestamp>>,
        /// `tsquery`.
        pub n_tsquery: Option<timeschema::TsQuery>,
        /// `tsrange`.
        pub n_tsrange: Option<timeschema::Range<timeschema::LocalTimestamp>>,
        /// `tstzmultirange`.
        pub n_tstzmultirange: Option<timeschema::Multirange<timeschema::Timestamp>>,
        /// `tstzrange`.
        pub n_tstzrange: Option<timeschema::Range<timeschema::Timestamp>>,
        /// `tsvector`.
        pub n_tsvector: Option<timeschema::TsVector>,
        /// `txid_snapshot`.
        pub n_txid_snapshot: Option<timeschema::PgSnapshot>,
        /// `uuid`.
        pub n_uuid: Option<timeschema::Uuid>,
        /// `bit varying`.
        pub n_varbit: Option<timeschema::Bits>,
        /// `character varying`.
        pub n_varchar: Option<String>,
        /// `xid`.
        pub n_xid: Option<timeschema::Xid>,
        /// `xid8`.
        pub n_xid8: Option<timeschema::Xid8>,
        /// `xml`.
        pub n_xml: Option<timeschema::Xml>,
        /// Never null: NOT NULL.
        ///
        /// `bit[]`, `'{}'::bit[]` by default.
        pub s_bit: timeschema::Array<timeschema::Bits>,
        /// Never null: NOT NULL.
        ///
        /// `boolean[]`, `'{}'::boolean[]` by default.
        pub s_bool: timeschema::Array<bool>,
        /// Never null: NOT NULL.
        ///
        /// `box[]`, `'{}'::box[]` by default.
        pub s_box: timeschema::Array<timeschema::Rectangle>,
        /// Never null: NOT NULL.
        ///
        /// `character[]`, `'{}'::character[]` by default.
        pub s_bpchar: timeschema::Array<String>,
        /// Never null: NOT NULL.
        ///
        /// `bytea[]`, `'{}'::bytea[]` by default.
        pub s_bytea: timeschema::Array<Vec<u8>>,
        /// Never null: NOT NULL.
        ///
        /// `"char"[]`, `'{}'::"char"[]` by default.
        pub s_char: timeschema::Array<timeschema::InternalChar>,
        /// Never null: NOT NULL.
        ///
        /// `cid[]`, `'{}'::cid[]` by default.
        pub s_cid: timeschema::Array<timeschema::Cid>,
        /// Never null: NOT NULL.
        ///
        /// `cidr[]`, `'{}'::cidr[]` by default.
        pub s_cidr: timeschema::Array<timeschema::Cidr>,
        /// Never null: NOT NULL.
        ///
        /// `circle[]`, `'{}'::circle[]` by default.
        pub s_circle: timeschema::Array<timeschema::Circle>,
        /// Never null: NOT NULL.
        ///
        /// `date[]`, `'{}'::date[]` by default.
        pub s_date: timeschema::Array<timeschema::Date>,
        /// Never null: NOT NULL.
        ///
        /// `datemultirange[]`, `'{}'::datemultirange[]` by default.
        pub s_datemultirange: timeschema::Array<timeschema::Multirange<timeschema::Date>>,
        /// Never null: NOT NULL.
        ///
        /// `daterange[]`, `'{}'::daterange[]` by default.
        pub s_daterange: timeschema::Array<timeschema::Range<timeschema::Date>>,
        /// Never null: NOT NULL.
        ///
        /// `real[]`, `'{}'::real[]` by default.
        pub s_float4: timeschema::Array<f32>,
        /// Never null: NOT NULL.
        ///
        /// `double precision[]`, `'{}'::double precision[]` by default.
        pub s_float8: timeschema::Array<f64>,
        /// Never null: NOT NULL.
        ///
        /// `inet[]`, `'{}'::inet[]` by default.
        pub s_inet: timeschema::Array<timeschema::Inet>,
        /// Never null: NOT NULL.
        ///
        /// `smallint[]`, `'{}'::smallint[]` by default.
        pub s_int2: timeschema::Array<i16>,
        /// Never null: NOT NULL.
        ///
        /// `integer[]`, `'{}'::integer[]` by default.
        pub s_int4: timeschema::Array<i32>,
        /// Never null: NOT NULL.
        ///
        /// `int4multirange[]`, `'{}'::int4multirange[]` by default.
        pub s_int4multirange: timeschema::Array<timeschema::Multirange<i32>>,
        /// Never null: NOT NULL.
        ///
        /// `int4range[]`, `'{}'::int4range[]` by default.
        pub s_int4range: timeschema::Array<timeschema::Range<i32>>,
        /// Never null: NOT NULL.
        ///
        /// `bigint[]`, `'{}'::bigint[]` by default.
        pub s_int8: timeschema::Array<i64>,
        /// Never null: NOT NULL.
        ///
        /// `int8multirange[]`, `'{}'::int8multirange[]` by default.
        pub s_int8multirange: timeschema::Array<timeschema::Multirange<i64>>,
        /// Never null: NOT NULL.
        ///
        /// `int8range[]`, `'{}'::int8range[]` by default.
        pub s_int8range: timeschema::Array<timeschema::Range<i64>>,
        /// Never null: NOT NULL.
        ///
        /// `interval[]`, `'{}'::interval[]` by default.
        pub s_interval: timeschema::Array<timeschema::Interval>,
        /// Never null: NOT NULL.
        ///
        /// `json[]`, `'{}'::json[]` by default.
        pub s_json: timeschema::Array<timeschema::Json>,
        /// Never null: NOT NULL.
        ///
        /// `jsonb[]`, `'{}'::jsonb[]` by default.
        pub s_jsonb: timeschema::Array<timeschema::Jsonb>,
        /// Never null: NOT NULL.
        ///
        /// `jsonpath[]`, `'{}'::jsonpath[]` by default.
        pub s_jsonpath: timeschema::Array<timeschema::JsonPath>,
        /// Never null: NOT NULL.
        ///
        /// `line[]`, `'{}'::line[]` by default.
        pub s_line: timeschema::Array<timeschema::Line>,
        /// Never null: NOT NULL.
        ///
        /// `lseg[]`, `'{}'::lseg[]` by default.
        pub s_lseg: timeschema::Array<timeschema::LineSegment>,
        /// Never null: NOT NULL.
        ///
        /// `macaddr[]`, `'{}'::macaddr[]` by default.
        pub s_macaddr: timeschema::Array<timeschema::MacAddr>,
        /// Never null: NOT NULL.
        ///
        /// `macaddr8[]`, `'{}'::macaddr8[]` by default.
        pub s_macaddr8: timeschema::Array<timeschema::MacAddr8>,
        /// Never null: NOT NULL.
        ///
        /// `money[]`, `'{}'::money[]` by default.
        pub s_money: timeschema::Array<timeschema::Money>,
        /// Never null: NOT NULL.
        ///
        /// `name[]`, `'{}'::name[]` by default.
        pub s_name: timeschema::Array<String>,
        /// Never null: NOT NULL.
        ///
        /// `numeric[]`, `'{}'::numeric[]` by default.
        pub s_numeric: timeschema::Array<timeschema::Numeric>,
        /// Never null: NOT NULL.
        ///
        /// `nummultirange[]`, `'{}'::nummultirange[]` by default.
        pub s_nummultirange: timeschema::Array<timeschema::Multirange<timeschema::Numeric>>,
        /// Never null: NOT NULL.
        ///
        /// `numrange[]`, `'{}'::numrange[]` by default.
        pub s_numrange: timeschema::Array<timeschema::Range<timeschema::Numeric>>,
        /// Never null: NOT NULL.
        ///
        /// `oid[]`, `'{}'::oid[]` by default.
        pub s_oid: timeschema::Array<timeschema::Oid>,
        /// Never null: NOT NULL.
        ///
        /// `path[]`, `'{}'::path[]` by default.
        pub s_path: timeschema::Array<timeschema::Path>,
        /// Never null: NOT NULL.
        ///
        /// `pg_lsn[]`, `'{}'::pg_lsn[]` by default.
        pub s_pg_lsn: timeschema::Array<timeschema::PgLsn>,
        /// Never null: NOT NULL.
        ///
        /// `pg_snapshot[]`, `'{}'::pg_snapshot[]` by default.
        pub s_pg_snapshot: timeschema::Array<timeschema::PgSnapshot>,
        /// Never null: NOT NULL.
        ///
        /// `point[]`, `'{}'::point[]` by default.
        pub s_point: timeschema::Array<timeschema::Point>,
        /// Never null: NOT NULL.
        ///
        /// `polygon[]`, `'{}'::polygon[]` by default.
        pub s_polygon: timeschema::Array<timeschema::Polygon>,
        /// Never null: NOT NULL.
        ///
        /// `regclass[]`, `'{}'::regclass[]` by default.
        pub s_regclass: timeschema::Array<timeschema::Oid>,
        /// Never null: NOT NULL.
        ///
        /// `regcollation[]`, `'{}'::regcollation[]` by default.
        pub s_regcollation: timeschema::Array<timeschema::Oid>,
        /// Never null: NOT NULL.
        ///
        /// `regconfig[]`, `'{}'::regconfig[]` by default.
        pub s_regconfig: timeschema::Array<timeschema::Oid>,
        /// Never null: NOT NULL.
        ///
        /// `regdictionary[]`, `'{}'::regdictionary[]` by default.
        pub s_regdictionary: timeschema::Array<timeschema::Oid>,
        /// Never null: NOT NULL.
        ///
        /// `regnamespace[]`, `'{}'::regnamespace[]` by default.
        pub s_regnamespace: timeschema::Array<timeschema::Oid>,
        /// Never null: NOT NULL.
        ///
        /// `regoper[]`, `'{}'::regoper[]` by default.
        pub s_regoper: timeschema::Array<timeschema::Oid>,
        /// Never null: NOT NULL.
        ///
        /// `regoperator[]`, `'{}'::regoperator[]` by default.
        pub s_regoperator: timeschema::Array<timeschema::Oid>,
        /// Never null: NOT NULL.
        ///
        /// `regproc[]`, `'{}'::regproc[]` by default.
        pub s_regproc: timeschema::Array<timeschema::Oid>,
        /// Never null: NOT NULL.
        ///
        /// `regprocedure[]`, `'{}'::regprocedure[]` by default.
        pub s_regprocedure: timeschema::Array<timeschema::Oid>,
        /// Never null: NOT NULL.
        ///
        /// `regrole[]`, `'{}'::regrole[]` by default.
        pub s_regrole: timeschema::Array<timeschema::Oid>,
        /// Never null: NOT NULL.
        ///
        /// `regtype[]`, `'{}'::regtype[]` by default.
        pub s_regtype: timeschema::Array<timeschema::Oid>,
        /// Never null: NOT NULL.
        ///
        /// `text[]`, `'{}'::text[]` by default.
        pub s_text: timeschema::Array<String>,
        /// Never null: NOT NULL.
        ///
        /// `tid[]`, `'{}'::tid[]` by default.
        pub s_tid: timeschema::Array<timeschema::Tid>,
        /// Never null: NOT NULL.
        ///
        /// `time without time zone[]`, `'{}'::time without time zone[]` by default.
        pub s_time: timeschema::Array<timeschema::Time>,
        /// Never null: NOT NULL.
        ///
        /// `timestamp without time zone[]`, `'{}'::timestamp without time zone[]` by default.
        pub s_timestamp: timeschema::Array<timeschema::LocalTimestamp>,
        /// Never null: NOT NULL.
        ///
        /// `timestamp with time zone[]`, `'{}'::timestamp with time zone[]` by default.
        pub s_timestamptz: timeschema::Array<timeschema::Timestamp>,
        /// Never null: NOT NULL.
        ///
        /// `time with time zone[]`, `'{}'::time with time zone[]` by default.
        pub s_timetz: timeschema::Array<timeschema::TimeTz>,
        /// Never null: NOT NULL.
        ///
        /// `tsmultirange[]`, `'{}'::tsmultirange[]` by default.
        pub s_tsmultirange: timeschema::Array<timeschema::Multirange<timeschema::LocalTimestamp>>,
        /// Never null: NOT NULL.
        ///
        /// `tsquery[]`, `'{}'::tsquery[]` by default.
        pub s_tsquery: timeschema::Array<timeschema::TsQuery>,
        /// Never null: NOT NULL.
        ///
        /// `tsrange[]`, `'{}'::tsrange[]` by default.
        pub s_tsrange: timeschema::Array<timeschema::Range<timeschema::LocalTimestamp>>,
        /// Never null: NOT NULL.
        ///
        /// `tstzmultirange[]`, `'{}'::tstzmultirange[]` by default.
        pub s_tstzmultirange: timeschema::Array<timeschema::Multirange<timeschema::Timestamp>>,
        /// Never null: NOT NULL.
        ///
        /// `tstzrange[]`, `'{}'::tstzrange[]` by default.
        pub s_tstzrange: timeschema::Array<timeschema::Range<timeschema::Timestamp>>,
        /// Never null: NOT NULL.
        ///
        /// `tsvector[]`, `'{}'::tsvector[]` by default.
        pub s_tsvector: timeschema::Array<timeschema::TsVector>,
        /// Never null: NOT NULL.
        ///
        /// `txid_snapshot[]`, `'{}'::txid_snapshot[]` by default.
        pub s_txid_snapshot: timeschema::Array<timeschema::PgSnapshot>,
        /// Never null: NOT NULL.
        ///
        /// `uuid[]`, `'{}'::uuid[]` by default.
        pub s_uuid: timeschema::Array<timeschema::Uuid>,
        /// Never null: NOT NULL.
        ///
        /// `bit varying[]`, `'{}'::bit varying[]` by default.
        pub s_varbit: timeschema::Array<timeschema::Bits>,
        /// Never null: NOT NULL.
        ///
        /// `character varying[]`, `'{}'::character varying[]` by default.
        pub s_varchar: timeschema::Array<String>,
        /// Never null: NOT NULL.
        ///
        /// `xid[]`, `'{}'::xid[]` by default.
        pub s_xid: timeschema::Array<timeschema::Xid>,
        /// Never null: NOT NULL.
        ///
        /// `xid8[]`, `'{}'::xid8[]` by default.
        pub s_xid8: timeschema::Array<timeschema::Xid8>,
        /// Never null: NOT NULL.
        ///
        /// `xml[]`, `'{}'::xml[]` by default.
        pub s_xml: timeschema::Array<timeschema::Xml>,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                a_bit: TABLE.get(row, 0)?,
                a_bool: TABLE.get(row, 1)?,
                a_box: TABLE.get(row, 2)?,
                a_bpchar: TABLE.get(row, 3)?,
                a_bytea: TABLE.get(row, 4)?,
                a_char: TABLE.get(row, 5)?,
                a_cid: TABLE.get(row, 6)?,
                a_cidr: TABLE.get(row, 7)?,
                a_circle: TABLE.get(row, 8)?,
                a_date: TABLE.get(row, 9)?,
                a_datemultirange: TABLE.get(row, 10)?,
                a_daterange: TABLE.get(row, 11)?,
                a_float4: TABLE.get(row, 12)?,
                a_float8: TABLE.get(row, 13)?,
                a_inet: TABLE.get(row, 14)?,
                a_int2: TABLE.get(row, 15)?,
                a_int4: TABLE.get(row, 16)?,
                a_int4multirange: TABLE.get(row, 17)?,
                a_int4range: TABLE.get(row, 18)?,
                a_int8: TABLE.get(row, 19)?,
                a_int8multirange: TABLE.get(row, 20)?,
                a_int8range: TABLE.get(row, 21)?,
                a_interval: TABLE.get(row, 22)?,
                a_json: TABLE.get(row, 23)?,
                a_jsonb: TABLE.get(row, 24)?,
                a_jsonpath: TABLE.get(row, 25)?,
                a_line: TABLE.get(row, 26)?,
                a_lseg: TABLE.get(row, 27)?,
                a_macaddr: TABLE.get(row, 28)?,
                a_macaddr8: TABLE.get(row, 29)?,
                a_money: TABLE.get(row, 30)?,
                a_name: TABLE.get(row, 31)?,
                a_numeric: TABLE.get(row, 32)?,
                a_nummultirange: TABLE.get(row, 33)?,
                a_numrange: TABLE.get(row, 34)?,
                a_oid: TABLE.get(row, 35)?,
                a_path: TABLE.get(row, 36)?,
                a_pg_lsn: TABLE.get(row, 37)?,
                a_pg_snapshot: TABLE.get(row, 38)?,
                a_point: TABLE.get(row, 39)?,
                a_polygon: TABLE.get(row, 40)?,
                a_regclass: TABLE.get(row, 41)?,
                a_regcollation: TABLE.get(row, 42)?,
                a_regconfig: TABLE.get(row, 43)?,
                a_regdictionary: TABLE.get(row, 44)?,
                a_regnamespace: TABLE.get(row, 45)?,
                a_regoper: TABLE.get(row, 46)?,
                a_regoperator: TABLE.get(row, 47)?,
                a_regproc: TABLE.get(row, 48)?,
                a_regprocedure: TABLE.get(row, 49)?,
                a_regrole: TABLE.get(row, 50)?,
                a_regtype: TABLE.get(row, 51)?,
                a_text: TABLE.get(row, 52)?,
                a_tid: TABLE.get(row, 53)?,
                a_time: TABLE.get(row, 54)?,
                a_timestamp: TABLE.get(row, 55)?,
                a_timestamptz: TABLE.get(row, 56)?,
                a_timetz: TABLE.get(row, 57)?,
                a_tsmultirange: TABLE.get(row, 58)?,
                a_tsquery: TABLE.get(row, 59)?,
                a_tsrange: TABLE.get(row, 60)?,
                a_tstzmultirange: TABLE.get(row, 61)?,
                a_tstzrange: TABLE.get(row, 62)?,
                a_tsvector: TABLE.get(row, 63)?,
                a_txid_snapshot: TABLE.get(row, 64)?,
                a_uuid: TABLE.get(row, 65)?,
                a_varbit: TABLE.get(row, 66)?,
                a_varchar: TABLE.get(row, 67)?,
                a_xid: TABLE.get(row, 68)?,
                a_xid8: TABLE.get(row, 69)?,
                a_xml: TABLE.get(row, 70)?,
                n_bit: TABLE.get(row, 71)?,
                n_bool: TABLE.get(row, 72)?,
                n_box: TABLE.get(row, 73)?,
                n_bpchar: TABLE.get(row, 74)?,
                n_bytea: TABLE.get(row, 75)?,
                n_char: TABLE.get(row, 76)?,
                n_cid: TABLE.get(row, 77)?,
                n_cidr: TABLE.get(row, 78)?,
                n_circle: TABLE.get(row, 79)?,
                n_date: TABLE.get(row, 80)?,
                n_datemultirange: TABLE.get(row, 81)?,
                n_daterange: TABLE.get(row, 82)?,
                n_float4: TABLE.get(row, 83)?,
                n_float8: TABLE.get(row, 84)?,
                n_inet: TABLE.get(row, 85)?,
                n_int2: TABLE.get(row, 86)?,
                n_int4: TABLE.get(row, 87)?,
                n_int4multirange: TABLE.get(row, 88)?,
                n_int4range: TABLE.get(row, 89)?,
                n_int8: TABLE.get(row, 90)?,
                n_int8multirange: TABLE.get(row, 91)?,
                n_int8range: TABLE.get(row, 92)?,
                n_interval: TABLE.get(row, 93)?,
                n_json: TABLE.get(row, 94)?,
                n_jsonb: TABLE.get(row, 95)?,
                n_jsonpath: TABLE.get(row, 96)?,
                n_line: TABLE.get(row, 97)?,
                n_lseg: TABLE.get(row, 98)?,
                n_macaddr: TABLE.get(row, 99)?,
                n_macaddr8: TABLE.get(row, 100)?,
                n_money: TABLE.get(row, 101)?,
                n_name: TABLE.get(row, 102)?,
                n_numeric: TABLE.get(row, 103)?,
                n_nummultirange: TABLE.get(row, 104)?,
                n_numrange: TABLE.get(row, 105)?,
                n_oid: TABLE.get(row, 106)?,
                n_path: TABLE.get(row, 107)?,
                n_pg_lsn: TABLE.get(row, 108)?,
                n_pg_snapshot: TABLE.get(row, 109)?,
                n_point: TABLE.get(row, 110)?,
                n_polygon: TABLE.get(row, 111)?,
                n_regclass: TABLE.get(row, 112)?,
                n_regcollation: TABLE.get(row, 113)?,
                n_regconfig: TABLE.get(row, 114)?,
                n_regdictionary: TABLE.get(row, 115)?,
                n_regnamespace: TABLE.get(row, 116)?,
                n_regoper: TABLE.get(row, 117)?,
                n_regoperator: TABLE.get(row, 118)?,
                n_regproc: TABLE.get(row, 119)?,
                n_regprocedure: TABLE.get(row, 120)?,
                n_regrole: TABLE.get(row, 121)?,
                n_regtype: TABLE.get(row, 122)?,
                n_text: TABLE.get(row, 123)?,
                n_tid: TABLE.get(row, 124)?,
                n_time: TABLE.get(row, 125)?,
                n_timestamp: TABLE.get(row, 126)?,
                n_timestamptz: TABLE.get(row, 127)?,
                n_timetz: TABLE.get(row, 128)?,
                n_tsmultirange: TABLE.get(row, 129)?,
                n_tsquery: TABLE.get(row, 130)?,
                n_tsrange: TABLE.get(row, 131)?,
                n_tstzmultirange: TABLE.get(row, 132)?,
                n_tstzrange: TABLE.get(row, 133)?,
                n_tsvector: TABLE.get(row, 134)?,
                n_txid_snapshot: TABLE.get(row, 135)?,
                n_uuid: TABLE.get(row, 136)?,
                n_varbit: TABLE.get(row, 137)?,
                n_varchar: TABLE.get(row, 138)?,
                n_xid: TABLE.get(row, 139)?,
                n_xid8: TABLE.get(row, 140)?,
                n_xml: TABLE.get(row, 141)?,
                s_bit: TABLE.get(row, 142)?,
                s_bool: TABLE.get(row, 143)?,
                s_box: TABLE.get(row, 144)?,
                s_bpchar: TABLE.get(row, 145)?,
                s_bytea: TABLE.get(row, 146)?,
                s_char: TABLE.get(row, 147)?,
                s_cid: TABLE.get(row, 148)?,
                s_cidr: TABLE.get(row, 149)?,
                s_circle: TABLE.get(row, 150)?,
                s_date: TABLE.get(row, 151)?,
                s_datemultirange: TABLE.get(row, 152)?,
                s_daterange: TABLE.get(row, 153)?,
                s_float4: TABLE.get(row, 154)?,
                s_float8: TABLE.get(row, 155)?,
                s_inet: TABLE.get(row, 156)?,
                s_int2: TABLE.get(row, 157)?,
                s_int4: TABLE.get(row, 158)?,
                s_int4multirange: TABLE.get(row, 159)?,
                s_int4range: TABLE.get(row, 160)?,
                s_int8: TABLE.get(row, 161)?,
                s_int8multirange: TABLE.get(row, 162)?,
                s_int8range: TABLE.get(row, 163)?,
                s_interval: TABLE.get(row, 164)?,
                s_json: TABLE.get(row, 165)?,
                s_jsonb: TABLE.get(row, 166)?,
                s_jsonpath: TABLE.get(row, 167)?,
                s_line: TABLE.get(row, 168)?,
                s_lseg: TABLE.get(row, 169)?,
                s_macaddr: TABLE.get(row, 170)?,
                s_macaddr8: TABLE.get(row, 171)?,
                s_money: TABLE.get(row, 172)?,
                s_name: TABLE.get(row, 173)?,
                s_numeric: TABLE.get(row, 174)?,
                s_nummultirange: TABLE.get(row, 175)?,
                s_numrange: TABLE.get(row, 176)?,
                s_oid: TABLE.get(row, 177)?,
                s_path: TABLE.get(row, 178)?,
                s_pg_lsn: TABLE.get(row, 179)?,
                s_pg_snapshot: TABLE.get(row, 180)?,
                s_point: TABLE.get(row, 181)?,
                s_polygon: TABLE.get(row, 182)?,
                s_regclass: TABLE.get(row, 183)?,
                s_regcollation: TABLE.get(row, 184)?,
                s_regconfig: TABLE.get(row, 185)?,
                s_regdictionary: TABLE.get(row, 186)?,
                s_regnamespace: TABLE.get(row, 187)?,
                s_regoper: TABLE.get(row, 188)?,
                s_regoperator: TABLE.get(row, 189)?,
                s_regproc: TABLE.get(row, 190)?,
                s_regprocedure: TABLE.get(row, 191)?,
                s_regrole: TABLE.get(row, 192)?,
                s_regtype: TABLE.get(row, 193)?,
                s_text: TABLE.get(row, 194)?,
                s_tid: TABLE.get(row, 195)?,
                s_time: TABLE.get(row, 196)?,
                s_timestamp: TABLE.get(row, 197)?,
                s_timestamptz: TABLE.get(row, 198)?,
                s_timetz: TABLE.get(row, 199)?,
                s_tsmultirange: TABLE.get(row, 200)?,
                s_tsquery: TABLE.get(row, 201)?,
                s_tsrange: TABLE.get(row, 202)?,
                s_tstzmultirange: TABLE.get(row, 203)?,
                s_tstzrange: TABLE.get(row, 204)?,
                s_tsvector: TABLE.get(row, 205)?,
                s_txid_snapshot: TABLE.get(row, 206)?,
                s_uuid: TABLE.get(row, 207)?,
                s_varbit: TABLE.get(row, 208)?,
                s_varchar: TABLE.get(row, 209)?,
                s_xid: TABLE.get(row, 210)?,
                s_xid8: TABLE.get(row, 211)?,
                s_xml: TABLE.get(row, 212)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "all_types",
        columns: &[
            timeschema::Column::never_null("a_bit", "bit"),
            timeschema::Column::never_null("a_bool", "boolean"),
            timeschema::Column::never_null("a_box", "box"),
            timeschema::Column::never_null("a_bpchar", "character"),
            timeschema::Column::never_null("a_bytea", "bytea"),
            timeschema::Column::never_null("a_char", "\"char\""),
            timeschema::Column::never_null("a_cid", "cid"),
            timeschema::Column::never_null("a_cidr", "cidr"),
            timeschema::Column::never_null("a_circle", "circle"),
            timeschema::Column::never_null("a_date", "date"),
            timeschema::Column::never_null("a_datemultirange", "datemultirange"),
            timeschema::Column::never_null("a_daterange", "daterange"),
            timeschema::Column::never_null("a_float4", "real"),
            timeschema::Column::never_null("a_float8", "double precision"),
            timeschema::Column::never_null("a_inet", "inet"),
            timeschema::Column::never_null("a_int2", "smallint"),
            timeschema::Column::never_null("a_int4", "integer"),
            timeschema::Column::never_null("a_int4multirange", "int4multirange"),
            timeschema::Column::never_null("a_int4range", "int4range"),
            timeschema::Column::never_null("a_int8", "bigint"),
            timeschema::Column::never_null("a_int8multirange", "int8multirange"),
            timeschema::Column::never_null("a_int8range", "int8range"),
            timeschema::Column::never_null("a_interval", "interval"),
            timeschema::Column::never_null("a_json", "json"),
            timeschema::Column::never_null("a_jsonb", "jsonb"),
            timeschema::Column::never_null("a_jsonpath", "jsonpath"),
            timeschema::Column::never_null("a_line", "line"),
            timeschema::Column::never_null("a_lseg", "lseg"),
            timeschema::Column::never_null("a_macaddr", "macaddr"),
            timeschema::Column::never_null("a_macaddr8", "macaddr8"),
            timeschema::Column::never_null("a_money", "money"),
            timeschema::Column::never_null("a_name", "name"),
            timeschema::Column::never_null("a_numeric", "numeric"),
            timeschema::Column::never_null("a_nummultirange", "nummultirange"),
            timeschema::Column::never_null("a_numrange", "numrange"),
            timeschema::Column::never_null("a_oid", "oid"),
            timeschema::Column::never_null("a_path", "path"),
            timeschema::Column::never_null("a_pg_lsn", "pg_lsn"),
            timeschema::Column::never_null("a_pg_snapshot", "pg_snapshot"),
            timeschema::Column::never_null("a_point", "point"),
            timeschema::Column::never_null("a_polygon", "polygon"),
            timeschema::Column::never_null("a_regclass", "regclass"),
            timeschema::Column::never_null("a_regcollation", "regcollation"),
            timeschema::Column::never_null("a_regconfig", "regconfig"),
            timeschema::Column::never_null("a_regdictionary", "regdictionary"),
            timeschema::Column::never_null("a_regnamespace", "regnamespace"),
            timeschema::Column::never_null("a_regoper", "regoper"),
            timeschema::Column::never_null("a_regoperator", "regoperator"),
            timeschema::Column::never_null("a_regproc", "regproc"),
            timeschema::Column::never_null("a_regprocedure", "regprocedure"),
            timeschema::Column::never_null("a_regrole", "regrole"),
            timeschema::Column::never_null("a_regtype", "regtype"),
            timeschema::Column::never_null("a_text", "text"),
            timeschema::Column::never_null("a_tid", "tid"),
            timeschema::Column::never_null("a_time", "time without time zone"),
            timeschema::Column::never_null("a_timestamp", "timestamp without time zone"),
            timeschema::Column::never_null("a_timestamptz", "timestamp with time zone"),
            timeschema::Column::never_null("a_timetz", "time with time zone"),
            timeschema::Column::never_null("a_tsmultirange", "tsmultirange"),
            timeschema::Column::never_null("a_tsquery", "tsquery"),
            timeschema::Column::never_null("a_tsrange", "tsrange"),
            timeschema::Column::never_null("a_tstzmultirange", "tstzmultirange"),
            timeschema::Column::never_null("a_tstzrange", "tstzrange"),
            timeschema::Column::never_null("a_tsvector", "tsvector"),
            timeschema::Column::never_null("a_txid_snapshot", "txid_snapshot"),
            timeschema::Column::never_null("a_uuid", "uuid"),
            timeschema::Column::never_null("a_varbit", "bit varying"),
            timeschema::Column::never_null("a_varchar", "character varying"),
            timeschema::Column::never_null("a_xid", "xid"),
            timeschema::Column::never_null("a_xid8", "xid8"),
            timeschema::Column::never_null("a_xml", "xml"),
            timeschema::Column::nullable("n_bit", "bit"),
            timeschema::Column::nullable("n_bool", "boolean"),
            timeschema::Column::nullable("n_box", "box"),
            timeschema::Column::nullable("n_bpchar", "character"),
            timeschema::Column::nullable("n_bytea", "bytea"),
            timeschema::Column::nullable("n_char", "\"char\""),
            timeschema::Column::nullable("n_cid", "cid"),
            timeschema::Column::nullable("n_cidr", "cidr"),
            timeschema::Column::nullable("n_circle", "circle"),
            timeschema::Column::nullable("n_date", "date"),
            timeschema::Column::nullable("n_datemultirange", "datemultirange"),
            timeschema::Column::nullable("n_daterange", "daterange"),
            timeschema::Column::nullable("n_float4", "real"),
            timeschema::Column::nullable("n_float8", "double precision"),
            timeschema::Column::nullable("n_inet", "inet"),
            timeschema::Column::nullable("n_int2", "smallint"),
            timeschema::Column::nullable("n_int4", "integer"),
            timeschema::Column::nullable("n_int4multirange", "int4multirange"),
            timeschema::Column::nullable("n_int4range", "int4range"),
            timeschema::Column::nullable("n_int8", "bigint"),
            timeschema::Column::nullable("n_int8multirange", "int8multirange"),
            timeschema::Column::nullable("n_int8range", "int8range"),
            timeschema::Column::nullable("n_interval", "interval"),
            timeschema::Column::nullable("n_json", "json"),
            timeschema::Column::nullable("n_jsonb", "jsonb"),
            timeschema::Column::nullable("n_jsonpath", "jsonpath"),
            timeschema::Column::nullable("n_line", "line"),
            timeschema::Column::nullable("n_lseg", "lseg"),
            timeschema::Column::nullable("n_macaddr", "macaddr"),
            timeschema::Column::nullable("n_macaddr8", "macaddr8"),
            timeschema::Column::nullable("n_money", "money"),
            timeschema::Column::nullable("n_name", "name"),
            timeschema::Column::nullable("n_numeric", "numeric"),
            timeschema::Column::nullable("n_nummultirange", "nummultirange"),
            timeschema::Column::nullable("n_numrange", "numrange"),
            timeschema::Column::nullable("n_oid", "oid"),
            timeschema::Column::nullable("n_path", "path"),
            timeschema::Column::nullable("n_pg_lsn", "pg_lsn"),
            timeschema::Column::nullable("n_pg_snapshot", "pg_snapshot"),
            timeschema::Column::nullable("n_point", "point"),
            timeschema::Column::nullable("n_polygon", "polygon"),
            timeschema::Column::nullable("n_regclass", "regclass"),
            timeschema::Column::nullable("n_regcollation", "regcollation"),
            timeschema::Column::nullable("n_regconfig", "regconfig"),
            timeschema::Column::nullable("n_regdictionary", "regdictionary"),
            timeschema::Column::nullable("n_regnamespace", "regnamespace"),
            timeschema::Column::nullable("n_regoper", "regoper"),
            timeschema::Column::nullable("n_regoperator", "regoperator"),
            timeschema::Column::nullable("n_regproc", "regproc"),
            timeschema::Column::nullable("n_regprocedure", "regprocedure"),
            timeschema::Column::nullable("n_regrole", "regrole"),
            timeschema::Column::nullable("n_regtype", "regtype"),
            timeschema::Column::nullable("n_text", "text"),
            timeschema::Column::nullable("n_tid", "tid"),
            timeschema::Column::nullable("n_time", "time without time zone"),
            timeschema::Column::nullable("n_timestamp", "timestamp without time zone"),
            timeschema::Column::nullable("n_timestamptz", "timestamp with time zone"),
            timeschema::Column::nullable("n_timetz", "time with time zone"),
            timeschema::Column::nullable("n_tsmultirange", "tsmultirange"),
            timeschema::Column::nullable("n_tsquery", "tsquery"),
            timeschema::Column::nullable("n_tsrange", "tsrange"),
            timeschema::Column::nullable("n_tstzmultirange", "tstzmultirange"),
            timeschema::Column::nullable("n_tstzrange", "tstzrange"),
            timeschema::Column::nullable("n_tsvector", "tsvector"),
            timeschema::Column::nullable("n_txid_snapshot", "txid_snapshot"),
            timeschema::Column::nullable("n_uuid", "uuid"),
            timeschema::Column::nullable("n_varbit", "bit varying"),
            timeschema::Column::nullable("n_varchar", "character varying"),
            timeschema::Column::nullable("n_xid", "xid"),
            timeschema::Column::nullable("n_xid8", "xid8"),
            timeschema::Column::nullable("n_xml", "xml"),
            timeschema::Column::never_null("s_bit", "bit[]"),
            timeschema::Column::never_null("s_bool", "boolean[]"),
            timeschema::Column::never_null("s_box", "box[]"),
            timeschema::Column::never_null("s_bpchar", "character[]"),
            timeschema::Column::never_null("s_bytea", "bytea[]"),
            timeschema::Column::never_null("s_char", "\"char\"[]"),
            timeschema::Column::never_null("s_cid", "cid[]"),
            timeschema::Column::never_null("s_cidr", "cidr[]"),
            timeschema::Column::never_null("s_circle", "circle[]"),
            timeschema::Column::never_null("s_date", "date[]"),
            timeschema::Column::never_null("s_datemultirange", "datemultirange[]"),
            timeschema::Column::never_null("s_daterange", "daterange[]"),
            timeschema::Column::never_null("s_float4", "real[]"),
            timeschema::Column::never_null("s_float8", "double precision[]"),
            timeschema::Column::never_null("s_inet", "inet[]"),
            timeschema::Column::never_null("s_int2", "smallint[]"),
            timeschema::Column::never_null("s_int4", "integer[]"),
            timeschema::Column::never_null("s_int4multirange", "int4multirange[]"),
            timeschema::Column::never_null("s_int4range", "int4range[]"),
            timeschema::Column::never_null("s_int8", "bigint[]"),
            timeschema::Column::never_null("s_int8multirange", "int8multirange[]"),
            timeschema::Column::never_null("s_int8range", "int8range[]"),
            timeschema::Column::never_null("s_interval", "interval[]"),
            timeschema::Column::never_null("s_json", "json[]"),
            timeschema::Column::never_null("s_jsonb", "jsonb[]"),
            timeschema::Column::never_null("s_jsonpath", "jsonpath[]"),
            timeschema::Column::never_null("s_line", "line[]"),
            timeschema::Column::never_null("s_lseg", "lseg[]"),
            timeschema::Column::never_null("s_macaddr", "macaddr[]"),
            timeschema::Column::never_null("s_macaddr8", "macaddr8[]"),
            timeschema::Column::never_null("s_money", "money[]"),
            timeschema::Column::never_null("s_name", "name[]"),
            timeschema::Column::never_null("s_numeric", "numeric[]"),
            timeschema::Column::never_null("s_nummultirange", "nummultirange[]"),
            timeschema::Column::never_null("s_numrange", "numrange[]"),
            timeschema::Column::never_null("s_oid", "oid[]"),
            timeschema::Column::never_null("s_path", "path[]"),
            timeschema::Column::never_null("s_pg_lsn", "pg_lsn[]"),
            timeschema::Column::never_null("s_pg_snapshot", "pg_snapshot[]"),
            timeschema::Column::never_null("s_point", "point[]"),
            timeschema::Column::never_null("s_polygon", "polygon[]"),
            timeschema::Column::never_null("s_regclass", "regclass[]"),
            timeschema::Column::never_null("s_regcollation", "regcollation[]"),
            timeschema::Column::never_null("s_regconfig", "regconfig[]"),
            timeschema::Column::never_null("s_regdictionary", "regdictionary[]"),
            timeschema::Column::never_null("s_regnamespace", "regnamespace[]"),
            timeschema::Column::never_null("s_regoper", "regoper[]"),
            timeschema::Column::never_null("s_regoperator", "regoperator[]"),
            timeschema::Column::never_null("s_regproc", "regproc[]"),
            timeschema::Column::never_null("s_regprocedure", "regprocedure[]"),
            timeschema::Column::never_null("s_regrole", "regrole[]"),
            timeschema::Column::never_null("s_regtype", "regtype[]"),
            timeschema::Column::never_null("s_text", "text[]"),
            timeschema::Column::never_null("s_tid", "tid[]"),
            timeschema::Column::never_null("s_time", "time without time zone[]"),
            timeschema::Column::never_null("s_timestamp", "timestamp without time zone[]"),
            timeschema::Column::never_null("s_timestamptz", "timestamp with time zone[]"),
            timeschema::Column::never_null("s_timetz", "time with time zone[]"),
            timeschema::Column::never_null("s_tsmultirange", "tsmultirange[]"),
            timeschema::Column::never_null("s_tsquery", "tsquery[]"),
            timeschema::Column::never_null("s_tsrange", "tsrange[]"),
            timeschema::Column::never_null("s_tstzmultirange", "tstzmultirange[]"),
            timeschema::Column::never_null("s_tstzrange", "tstzrange[]"),
            timeschema::Column::never_null("s_tsvector", "tsvector[]"),
            timeschema::Column::never_null("s_txid_snapshot", "txid_snapshot[]"),
            timeschema::Column::never_null("s_uuid", "uuid[]"),
            timeschema::Column::never_null("s_varbit", "bit varying[]"),
            timeschema::Column::never_null("s_varchar", "character varying[]"),
            timeschema::Column::never_null("s_xid", "xid[]"),
            timeschema::Column::never_null("s_xid8", "xid8[]"),
            timeschema::Column::never_null("s_xml", "xml[]"),
        ],
        primary_key: &[],
    };

    /// A row to be written to `public.all_types`.
    ///
    /// [`Required`] holds what every row needs; add the rest by struct update:
    /// `New { a: Some(1), ..Required { b, c }.into() }`.
    #[derive(Debug, Clone, PartialEq)]
    pub struct New {
        /// `bit`.
        pub a_bit: timeschema::Bits,
        /// `boolean`.
        pub a_bool: bool,
        /// `box`.
        pub a_box: timeschema::Rectangle,
        /// `character`.
        pub a_bpchar: String,
        /// `bytea`.
        pub a_bytea: Vec<u8>,
        /// `"char"`.
        pub a_char: timeschema::InternalChar,
        /// `cid`.
        pub a_cid: timeschema::Cid,
        /// `cidr`.
        pub a_cidr: timeschema::Cidr,
        /// `circle`.
        pub a_circle: timeschema::Circle,
        /// `date`.
        pub a_date: timeschema::Date,
        /// `datemultirange`.
        pub a_datemultirange: timeschema::Multirange<timeschema::Date>,
        /// `daterange`.
        pub a_daterange: timeschema::Range<timeschema::Date>,
        /// `real`.
        pub a_float4: f32,
        /// `double precision`.
        pub a_float8: f64,
        /// `inet`.
        pub a_inet: timeschema::Inet,
        /// `smallint`.
        pub a_int2: i16,
        /// `integer`.
        pub a_int4: i32,
        /// `int4multirange`.
        pub a_int4multirange: timeschema::Multirange<i32>,
        /// `int4range`.
        pub a_int4range: timeschema::Range<i32>,
        /// `bigint`.
        pub a_int8: i64,
        /// `int8multirange`.
        pub a_int8multirange: timeschema::Multirange<i64>,
        /// `int8range`.
        pub a_int8range: timeschema::Range<i64>,
        /// `interval`.
        pub a_interval: timeschema::Interval,
        /// `json`.
        pub a_json: timeschema::Json,
        /// `jsonb`.
        pub a_jsonb: timeschema::Jsonb,
        /// `jsonpath`.
        pub a_jsonpath: timeschema::JsonPath,
        /// `line`.
        pub a_line: timeschema::Line,
        /// `lseg`.
        pub a_lseg: timeschema::LineSegment,
        /// `macaddr`.
        pub a_macaddr: timeschema::MacAddr,
        /// `macaddr8`.
        pub a_macaddr8: timeschema::MacAddr8,
        /// `money`.
        pub a_money: timeschema::Money,
        /// `name`.
        pub a_name: String,
        /// `numeric`.
        pub a_numeric: timeschema::Numeric,
        /// `nummultirange`.
        pub a_nummultirange: timeschema::Multirange<timeschema::Numeric>,
        /// `numrange`.
        pub a_numrange: timeschema::Range<timeschema::Numeric>,
        /// `oid`.
        pub a_oid: timeschema::Oid,
        /// `path`.
        pub a_path: timeschema::Path,
        /// `pg_lsn`.
        pub a_pg_lsn: timeschema::PgLsn,
        /// `pg_snapshot`.
        pub a_pg_snapshot: timeschema::PgSnapshot,
        /// `point`.
        pub a_point: timeschema::Point,
        /// `polygon`.
        pub a_polygon: timeschema::Polygon,
        /// `regclass`.
        pub a_regclass: timeschema::Oid,
        /// `regcollation`.
        pub a_regcollation: timeschema::Oid,
        /// `regconfig`.
        pub a_regconfig: timeschema::Oid,
        /// `regdictionary`.
        pub a_regdictionary: timeschema::Oid,
        /// `regnamespace`.
        pub a_regnamespace: timeschema::Oid,
        /// `regoper`.
        pub a_regoper: timeschema::Oid,
        /// `regoperator`.
        pub a_regoperator: timeschema::Oid,
        /// `regproc`.
        pub a_regproc: timeschema::Oid,
        /// `regprocedure`.
        pub a_regprocedure: timeschema::Oid,
        /// `regrole`.
        pub a_regrole: timeschema::Oid,
        /// `regtype`.
        pub a_regtype: timeschema::Oid,
        /// `text`.
        pub a_text: String,
        /// `tid`.
        pub a_tid: timeschema::Tid,
        /// `time without time zone`.
        pub a_time: timeschema::Time,
        /// `timestamp without time zone`.
        pub a_timestamp: timeschema::LocalTimestamp,
        /// `timestamp with time zone`.
        pub a_timestamptz: timeschema::Timestamp,
        /// `time with time zone`.
        pub a_timetz: timeschema::TimeTz,
        /// `tsmultirange`.
        pub a_tsmultirange: timeschema::Multirange<timeschema::LocalTimestamp>,
        /// `tsquery`.
        pub a_tsquery: timeschema::TsQuery,
        /// `tsrange`.
        pub a_tsrange: timeschema::Range<timeschema::LocalTimestamp>,
        /// `tstzmultirange`.
        pub a_tstzmultirange: timeschema::Multirange<timeschema::Timestamp>,
        /// `tstzrange`.
        pub a_tstzrange: timeschema::Range<timeschema::Timestamp>,
        /// `tsvector`.
        pub a_tsvector: timeschema::TsVector,
        /// `txid_snapshot`.
        pub a_txid_snapshot: timeschema::PgSnapshot,
        /// `uuid`.
        pub a_uuid: timeschema::Uuid,
        /// `bit varying`.
        pub a_varbit: timeschema::Bits,
        /// `character varying`.
        pub a_varchar: String,
        /// `xid`.
        pub a_xid: timeschema::Xid,
        /// `xid8`.
        pub a_xid8: timeschema::Xid8,
        /// `xml`.
        pub a_xml: timeschema::Xml,
        /// `bit`. `None` is null.
        pub n_bit: Option<timeschema::Bits>,
        /// `boolean`. `None` is null.
        pub n_bool: Option<bool>,
        /// `box`. `None` is null.
        pub n_box: Option<timeschema::Rectangle>,
        /// `character`. `None` is null.
        pub n_bpchar: Option<String>,
        /// `bytea`. `None` is null.
        pub n_bytea: Option<Vec<u8>>,
        /// `"char"`. `None` is null.
        pub n_char: Option<timeschema::InternalChar>,
        /// `cid`. `None` is null.
        pub n_cid: Option<timeschema::Cid>,
        /// `cidr`. `None` is null.
        pub n_cidr: Option<timeschema::Cidr>,
        /// `circle`. `None` is null.
        pub n_circle: Option<timeschema::Circle>,
        /// `date`. `None` is null.
        pub n_date: Option<timeschema::Date>,
        /// `datemultirange`. `None` is null.
        pub n_datemultirange: Option<timeschema::Multirange<timeschema::Date>>,
        /// `daterange`. `None` is null.
        pub n_daterange: Option<timeschema::Range<timeschema::Date>>,
        /// `real`. `None` is null.
        pub n_float4: Option<f32>,
        /// `double precision`. `None` is null.
        pub n_float8: Option<f64>,
        /// `inet`. `None` is null.
        pub n_inet: Option<timeschema::Inet>,
        /// `smallint`. `None` is null.
        pub n_int2: Option<i16>,
        /// `integer`. `None` is null.
        pub n_int4: Option<i32>,
        /// `int4multirange`. `None` is null.
        pub n_int4multirange: Option<timeschema::Multirange<i32>>,
        /// `int4range`. `None` is null.
        pub n_int4range: Option<timeschema::Range<i32>>,
        /// `bigint`. `None` is null.
        pub n_int8: Option<i64>,
        /// `int8multirange`. `None` is null.
        pub n_int8multirange: Option<timeschema::Multirange<i64>>,
        /// `int8range`. `None` is null.
        pub n_int8range: Option<timeschema::Range<i64>>,
        /// `interval`. `None` is null.
        pub n_interval: Option<timeschema::Interval>,
        /// `json`. `None` is null.
        pub n_json: Option<timeschema::Json>,
        /// `jsonb`. `None` is null.
        pub n_jsonb: Option<timeschema::Jsonb>,
        /// `jsonpath`. `None` is null.
        pub n_jsonpath: Option<timeschema::JsonPath>,
        /// `line`. `None` is null.
        pub n_line: Option<timeschema::Line>,
        /// `lseg`. `None` is null.
        pub n_lseg: Option<timeschema::LineSegment>,
        /// `macaddr`. `None` is null.
        pub n_macaddr: Option<timeschema::MacAddr>,
        /// `macaddr8`. `None` is null.
        pub n_macaddr8: Option<timeschema::MacAddr8>,
        /// `money`. `None` is null.
        pub n_money: Option<timeschema::Money>,
        /// `name`. `None` is null.
        pub n_name: Option<String>,
        /// `numeric`. `None` is null.
        pub n_numeric: Option<timeschema::Numeric>,
        /// `nummultirange`. `None` is null.
        pub n_nummultirange: Option<timeschema::Multirange<timeschema::Numeric>>,
        /// `numrange`. `None` is null.
        pub n_numrange: Option<timeschema::Range<timeschema::Numeric>>,
        /// `oid`. `None` is null.
        pub n_oid: Option<timeschema::Oid>,
        /// `path`. `None` is null.
        pub n_path: Option<timeschema::Path>,
        /// `pg_lsn`. `None` is null.
        pub n_pg_lsn: Option<timeschema::PgLsn>,
        /// `pg_snapshot`. `None` is null.
        pub n_pg_snapshot: Option<timeschema::PgSnapshot>,
        /// `point`. `None` is null.
        pub n_point: Option<timeschema::Point>,
        /// `polygon`. `None` is null.
        pub n_polygon: Option<timeschema::Polygon>,
        /// `regclass`. `None` is null.
        pub n_regclass: Option<timeschema::Oid>,
        /// `regcollation`. `None` is null.
        pub n_regcollation: Option<timeschema::Oid>,
        /// `regconfig`. `None` is null.
        pub n_regconfig: Option<timeschema::Oid>,
        /// `regdictionary`. `None` is null.
        pub n_regdictionary: Option<timeschema::Oid>,
        /// `regnamespace`. `None` is null.
        pub n_regnamespace: Option<timeschema::Oid>,
        /// `regoper`. `None` is null.
        pub n_regoper: Option<timeschema::Oid>,
        /// `regoperator`. `None` is null.
        pub n_regoperator: Option<timeschema::Oid>,
        /// `regproc`. `None` is null.
        pub n_regproc: Option<timeschema::Oid>,
        /// `regprocedure`. `None` is null.
        pub n_regprocedure: Option<timeschema::Oid>,
        /// `regrole`. `None` is null.
        pub n_regrole: Option<timeschema::Oid>,
        /// `regtype`. `None` is null.
        pub n_regtype: Option<timeschema::Oid>,
        /// `text`. `None` is null.
        pub n_text: Option<String>,
        /// `tid`. `None` is null.
        pub n_tid: Option<timeschema::Tid>,
        /// `time without time zone`. `None` is null.
        pub n_time: Option<timeschema::Time>,
        /// `timestamp without time zone`. `None` is null.
        pub n_timestamp: Option<timeschema::LocalTimestamp>,
        /// `timestamp with time zone`. `None` is null.
        pub n_timestamptz: Option<timeschema::Timestamp>,
        /// `time with time zone`. `None` is null.
        pub n_timetz: Option<timeschema::TimeTz>,
        /// `tsmultirange`. `None` is null.
        pub n_tsmultirange: Option<timeschema::Multirange<timeschema::LocalTimestamp>>,
        /// `tsquery`. `None` is null.
        pub n_tsquery: Option<timeschema::TsQuery>,
        /// `tsrange`. `None` is null.
        pub n_tsrange: Option<timeschema::Range<timeschema::LocalTimestamp>>,
        /// `tstzmultirange`. `None` is null.
        pub n_tstzmultirange: Option<timeschema::Multirange<timeschema::Timestamp>>,
        /// `tstzrange`. `None` is null.
        pub n_tstzrange: Option<timeschema::Range<timeschema::Timestamp>>,
        /// `tsvector`. `None` is null.
        pub n_tsvector: Option<timeschema::TsVector>,
        /// `txid_snapshot`. `None` is null.
        pub n_txid_snapshot: Option<timeschema::PgSnapshot>,
        /// `uuid`. `None` is null.
        pub n_uuid: Option<timeschema::Uuid>,
        /// `bit varying`. `None` is null.
        pub n_varbit: Option<timeschema::Bits>,
        /// `character varying`. `None` is null.
        pub n_varchar: Option<String>,
        /// `xid`. `None` is null.
        pub n_xid: Option<timeschema::Xid>,
        /// `xid8`. `None` is null.
        pub n_xid8: Option<timeschema::Xid8>,
        /// `xml`. `None` is null.
        pub n_xml: Option<timeschema::Xml>,
        /// `bit[]`, `'{}'::bit[]` by default. `None` is the default.
        pub s_bit: Option<timeschema::Array<timeschema::Bits>>,
        /// `boolean[]`, `'{}'::boolean[]` by default. `None` is the default.
        pub s_bool: Option<timeschema::Array<bool>>,
        /// `box[]`, `'{}'::box[]` by default. `None` is the default.
        pub s_box: Option<timeschema::Array<timeschema::Rectangle>>,
        /// `character[]`, `'{}'::character[]` by default. `None` is the default.
        pub s_bpchar: Option<timeschema::Array<String>>,
        /// `bytea[]`, `'{}'::bytea[]` by default. `None` is the default.
        pub s_bytea: Option<timeschema::Array<Vec<u8>>>,
        /// `"char"[]`, `'{}'::"char"[]` by default. `None` is the default.
        pub s_char: Option<timeschema::Array<timeschema::InternalChar>>,
        /// `cid[]`, `'{}'::cid[]` by default. `None` is the default.
        pub s_cid: Option<timeschema::Array<timeschema::Cid>>,
        /// `cidr[]`, `'{}'::cidr[]` by default. `None` is the default.
        pub s_cidr: Option<timeschema::Array<timeschema::Cidr>>,
        /// `circle[]`, `'{}'::circle[]` by default. `None` is the default.
        pub s_circle: Option<timeschema::Array<timeschema::Circle>>,
        /// `date[]`, `'{}'::date[]` by default. `None` is the default.
        pub s_date: Option<timeschema::Array<timeschema::Date>>,
        /// `datemultirange[]`, `'{}'::datemultirange[]` by default. `None` is the default.
        pub s_datemultirange: Option<timeschema::Array<timeschema::Multirange<timeschema::Date>>>,
        /// `daterange[]`, `'{}'::daterange[]` by default. `None` is the default.
        pub s_daterange: Option<timeschema::Array<timeschema::Range<timeschema::Date>>>,
        /// `real[]`, `'{}'::real[]` by default. `None` is the default.
        pub s_float4: Option<timeschema::Array<f32>>,
        /// `double precision[]`, `'{}'::double precision[]` by default. `None` is the default.
        pub s_float8: Option<timeschema::Array<f64>>,
        /// `inet[]`, `'{}'::inet[]` by default. `None` is the default.
        pub s_inet: Option<timeschema::Array<timeschema::Inet>>,
        /// `smallint[]`, `'{}'::smallint[]` by default. `None` is the default.
        pub s_int2: Option<timeschema::Array<i16>>,
        /// `integer[]`, `'{}'::integer[]` by default. `None` is the default.
        pub s_int4: Option<timeschema::Array<i32>>,
        /// `int4multirange[]`, `'{}'::int4multirange[]` by default. `None` is the default.
        pub s_int4multirange: Option<timeschema::Array<timeschema::Multirange<i32>>>,
        /// `int4range[]`, `'{}'::int4range[]` by default. `None` is the default.
        pub s_int4range: Option<timeschema::Array<timeschema::Range<i32>>>,
        /// `bigint[]`, `'{}'::bigint[]` by default. `None` is the default.
        pub s_int8: Option<timeschema::Array<i64>>,
        /// `int8multirange[]`, `'{}'::int8multirange[]` by default. `None` is the default.
        pub s_int8multirange: Option<timeschema::Array<timeschema::Multirange<i64>>>,
        /// `int8range[]`, `'{}'::int8range[]` by default. `None` is the default.
        pub s_int8range: Option<timeschema::Array<timeschema::Range<i64>>>,
        /// `interval[]`, `'{}'::interval[]` by default. `None` is the default.
        pub s_interval: Option<timeschema::Array<timeschema::Interval>>,
        /// `json[]`, `'{}'::json[]` by default. `None` is the default.
        pub s_json: Option<timeschema::Array<timeschema::Json>>,
        /// `jsonb[]`, `'{}'::jsonb[]` by default. `None` is the default.
        pub s_jsonb: Option<timeschema::Array<timeschema::Jsonb>>,
        /// `jsonpath[]`, `'{}'::jsonpath[]` by default. `None` is the default.
        pub s_jsonpath: Option<timeschema::Array<timeschema::JsonPath>>,
        /// `line[]`, `'{}'::line[]` by default. `None` is the default.
        pub s_line: Option<timeschema::Array<timeschema::Line>>,
        /// `lseg[]`, `'{}'::lseg[]` by default. `None` is the default.
        pub s_lseg: Option<timeschema::Array<timeschema::LineSegment>>,
        /// `macaddr[]`, `'{}'::macaddr[]` by default. `None` is the default.
        pub s_macaddr: Option<timeschema::Array<timeschema::MacAddr>>,
        /// `macaddr8[]`, `'{}'::macaddr8[]` by default. `None` is the default.
        pub s_macaddr8: Option<timeschema::Array<timeschema::MacAddr8>>,
        /// `money[]`, `'{}'::money[]` by default. `None` is the default.
        pub s_money: Option<timeschema::Array<timeschema::Money>>,
        /// `name[]`, `'{}'::name[]` by default. `None` is the default.
        pub s_name: Option<timeschema::Array<String>>,
        /// `numeric[]`, `'{}'::numeric[]` by default. `None` is the default.
        pub s_numeric: Option<timeschema::Array<timeschema::Numeric>>,
        /// `nummultirange[]`, `'{}'::nummultirange[]` by default. `None` is the default.
        pub s_nummultirange: Option<timeschema::Array<timeschema::Multirange<timeschema::Numeric>>>,
        /// `numrange[]`, `'{}'::numrange[]` by default. `None` is the default.
        pub s_numrange: Option<timeschema::Array<timeschema::Range<timeschema::Numeric>>>,
        /// `oid[]`, `'{}'::oid[]` by default. `None` is the default.
        pub s_oid: Option<timeschema::Array<timeschema::Oid>>,
        /// `path[]`, `'{}'::path[]` by default. `None` is the default.
        pub s_path: Option<timeschema::Array<timeschema::Path>>,
        /// `pg_lsn[]`, `'{}'::pg_lsn[]` by default. `None` is the default.
        pub s_pg_lsn: Option<timeschema::Array<timeschema::PgLsn>>,
        /// `pg_snapshot[]`, `'{}'::pg_snapshot[]` by default. `None` is the default.
        pub s_pg_snapshot: Option<timeschema::Array<timeschema::PgSnapshot>>,
        /// `point[]`, `'{}'::point[]` by default. `None` is the default.
        pub s_point: Option<timeschema::Array<timeschema::Point>>,
        /// `polygon[]`, `'{}'::polygon[]` by default. `None` is the default.
        pub s_polygon: Option<timeschema::Array<timeschema::Polygon>>,
        /// `regclass[]`, `'{}'::regclass[]` by default. `None` is the default.
        pub s_regclass: Option<timeschema::Array<timeschema::Oid>>,
        /// `regcollation[]`, `'{}'::regcollation[]` by default. `None` is the default.
        pub s_regcollation: Option<timeschema::Array<timeschema::Oid>>,
        /// `regconfig[]`, `'{}'::regconfig[]` by default. `None` is the default.
        pub s_regconfig: Option<timeschema::Array<timeschema::Oid>>,
        /// `regdictionary[]`, `'{}'::regdictionary[]` by default. `None` is the default.
        pub s_regdictionary: Option<timeschema::Array<timeschema::Oid>>,
        /// `regnamespace[]`, `'{}'::regnamespace[]` by default. `None` is the default.
        pub s_regnamespace: Option<timeschema::Array<timeschema::Oid>>,
        /// `regoper[]`, `'{}'::regoper[]` by default. `None` is the default.
        pub s_regoper: Option<timeschema::Array<timeschema::Oid>>,
        /// `regoperator[]`, `'{}'::regoperator[]` by default. `None` is the default.
        pub s_regoperator: Option<timeschema::Array<timeschema::Oid>>,
        /// `regproc[]`, `'{}'::regproc[]` by default. `None` is the default.
        pub s_regproc: Option<timeschema::Array<timeschema::Oid>>,
        /// `regprocedure[]`, `'{}'::regprocedure[]` by default. `None` is the default.
        pub s_regprocedure: Option<timeschema::Array<timeschema::Oid>>,
        /// `regrole[]`, `'{}'::regrole[]` by default. `None` is the default.
        pub s_regrole: Option<timeschema::Array<timeschema::Oid>>,
        /// `regtype[]`, `'{}'::regtype[]` by default. `None` is the default.
        pub s_regtype: Option<timeschema::Array<timeschema::Oid>>,
        /// `text[]`, `'{}'::text[]` by default. `None` is the default.
        pub s_text: Option<timeschema::Array<String>>,
        /// `tid[]`, `'{}'::tid[]` by default. `None` is the default.
        pub s_tid: Option<timeschema::Array<timeschema::Tid>>,
        /// `time without time zone[]`, `'{}'::time without time zone[]` by default. `None` is the
        /// default.
        pub s_time: Option<timeschema::Array<timeschema::Time>>,
        /// `timestamp without time zone[]`, `'{}'::timestamp without time zone[]` by default.
        /// `None` is the default.
        pub s_timestamp: Option<timeschema::Array<timeschema::LocalTimestamp>>,
        /// `timestamp with time zone[]`, `'{}'::timestamp with time zone[]` by default. `None` is
        /// the default.
        pub s_timestamptz: Option<timeschema::Array<timeschema::Timestamp>>,
        /// `time with time zone[]`, `'{}'::time with time zone[]` by default. `None` is the
        /// default.
        pub s_timetz: Option<timeschema::Array<timeschema::TimeTz>>,
        /// `tsmultirange[]`, `'{}'::tsmultirange[]` by default. `None` is the default.
        pub s_tsmultirange:
            Option<timeschema::Array<timeschema::Multirange<timeschema::LocalTimestamp>>>,
        /// `tsquery[]`, `'{}'::tsquery[]` by default. `None` is the default.
        pub s_tsquery: Option<timeschema::Array<timeschema::TsQuery>>,
        /// `tsrange[]`, `'{}'::tsrange[]` by default. `None` is the default.
        pub s_tsrange: Option<timeschema::Array<timeschema::Range<timeschema::LocalTimestamp>>>,
        /// `tstzmultirange[]`, `'{}'::tstzmultirange[]` by default. `None` is the default.
        pub s_tstzmultirange:
            Option<timeschema::Array<timeschema::Multirange<timeschema::Timestamp>>>,
        /// `tstzrange[]`, `'{}'::tstzrange[]` by default. `None` is the default.
        pub s_tstzrange: Option<timeschema::Array<timeschema::Range<timeschema::Timestamp>>>,
        /// `tsvector[]`, `'{}'::tsvector[]` by default. `None` is the default.
        pub s_tsvector: Option<timeschema::Array<timeschema::TsVector>>,
        /// `txid_snapshot[]`, `'{}'::txid_snapshot[]` by default. `None` is the default.
        pub s_txid_snapshot: Option<timeschema::Array<timeschema::PgSnapshot>>,
        /// `uuid[]`, `'{}'::uuid[]` by default. `None` is the default.
        pub s_uuid: Option<timeschema::Array<timeschema::Uuid>>,
        /// `bit varying[]`, `'{}'::bit varying[]` by default. `None` is the default.
        pub s_varbit: Option<timeschema::Array<timeschema::Bits>>,
        /// `character varying[]`, `'{}'::character varying[]` by default. `None` is the default.
        pub s_varchar: Option<timeschema::Array<String>>,
        /// `xid[]`, `'{}'::xid[]` by default. `None` is the default.
        pub s_xid: Option<timeschema::Array<timeschema::Xid>>,
        /// `xid8[]`, `'{}'::xid8[]` by default. `None` is the default.
        pub s_xid8: Option<timeschema::Array<timeschema::Xid8>>,
        /// `xml[]`, `'{}'::xml[]` by default. `None` is the default.
        pub s_xml: Option<timeschema::Array<timeschema::Xml>>,
    }

    /// The columns that every row of `public.all_types` needs: they are never null and have no
    /// default.
    ///
    /// If a migration adds such a column, code that writes rows without it no longer compiles.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Required {
        /// `bit`.
        pub a_bit: timeschema::Bits,
        /// `boolean`.
        pub a_bool: bool,
        /// `box`.
        pub a_box: timeschema::Rectangle,
        /// `character`.
        pub a_bpchar: String,
        /// `bytea`.
        pub a_bytea: Vec<u8>,
        /// `"char"`.
        pub a_char: timeschema::InternalChar,
        /// `cid`.
        pub a_cid: timeschema::Cid,
        /// `cidr`.
        pub a_cidr: timeschema::Cidr,
        /// `circle`.
        pub a_circle: timeschema::Circle,
        /// `date`.
        pub a_date: timeschema::Date,
        /// `datemultirange`.
        pub a_datemultirange: timeschema::Multirange<timeschema::Date>,
        /// `daterange`.
        pub a_daterange: timeschema::Range<timeschema::Date>,
        /// `real`.
        pub a_float4: f32,
        /// `double precision`.
        pub a_float8: f64,
        /// `inet`.
        pub a_inet: timeschema::Inet,
        /// `smallint`.
        pub a_int2: i16,
        /// `integer`.
        pub a_int4: i32,
        /// `int4multirange`.
        pub a_int4multirange: timeschema::Multirange<i32>,
        /// `int4range`.
        pub a_int4range: timeschema::Range<i32>,
        /// `bigint`.
        pub a_int8: i64,
        /// `int8multirange`.
        pub a_int8multirange: timeschema::Multirange<i64>,
        /// `int8range`.
        pub a_int8range: timeschema::Range<i64>,
        /// `interval`.
        pub a_interval: timeschema::Interval,
        /// `json`.
        pub a_json: timeschema::Json,
        /// `jsonb`.
        pub a_jsonb: timeschema::Jsonb,
        /// `jsonpath`.
        pub a_jsonpath: timeschema::JsonPath,
        /// `line`.
        pub a_line: timeschema::Line,
        /// `lseg`.
        pub a_lseg: timeschema::LineSegment,
        /// `macaddr`.
        pub a_macaddr: timeschema::MacAddr,
        /// `macaddr8`.
        pub a_macaddr8: timeschema::MacAddr8,
        /// `money`.
        pub a_money: timeschema::Money,
        /// `name`.
        pub a_name: String,
        /// `numeric`.
        pub a_numeric: timeschema::Numeric,
        /// `nummultirange`.
        pub a_nummultirange: timeschema::Multirange<timeschema::Numeric>,
        /// `numrange`.
        pub a_numrange: timeschema::Range<timeschema::Numeric>,
        /// `oid`.
        pub a_oid: timeschema::Oid,
        /// `path`.
        pub a_path: timeschema::Path,
        /// `pg_lsn`.
        pub a_pg_lsn: timeschema::PgLsn,
        /// `pg_snapshot`.
        pub a_pg_snapshot: timeschema::PgSnapshot,
        /// `point`.
        pub a_point: timeschema::Point,
        /// `polygon`.
        pub a_polygon: timeschema::Polygon,
        /// `regclass`.
        pub a_regclass: timeschema::Oid,
        /// `regcollation`.
        pub a_regcollation: timeschema::Oid,
        /// `regconfig`.
        pub a_regconfig: timeschema::Oid,
        /// `regdictionary`.
        pub a_regdictionary: timeschema::Oid,
        /// `regnamespace`.
        pub a_regnamespace: timeschema::Oid,
        /// `regoper`.
        pub a_regoper: timeschema::Oid,
        /// `regoperator`.
        pub a_regoperator: timeschema::Oid,
        /// `regproc`.
        pub a_regproc: timeschema::Oid,
        /// `regprocedure`.
        pub a_regprocedure: timeschema::Oid,
        /// `regrole`.
        pub a_regrole: timeschema::Oid,
        /// `regtype`.
        pub a_regtype: timeschema::Oid,
        /// `text`.
        pub a_text: String,
        /// `tid`.
        pub a_tid: timeschema::Tid,
        /// `time without time zone`.
        pub a_time: timeschema::Time,
        /// `timestamp without time zone`.
        pub a_timestamp: timeschema::LocalTimestamp,
        /// `timestamp with time zone`.
        pub a_timestamptz: timeschema::Timestamp,
        /// `time with time zone`.
        pub a_timetz: timeschema::TimeTz,
        /// `tsmultirange`.
        pub a_tsmultirange: timeschema::Multirange<timeschema::LocalTimestamp>,
        /// `tsquery`.
        pub a_tsquery: timeschema::TsQuery,
        /// `tsrange`.
        pub a_tsrange: timeschema::Range<timeschema::LocalTimestamp>,
        /// `tstzmultirange`.
        pub a_tstzmultirange: timeschema::Multirange<timeschema::Timestamp>,
        /// `tstzrange`.
        pub a_tstzrange: timeschema::Range<timeschema::Timestamp>,
        /// `tsvector`.
        pub a_tsvector: timeschema::TsVector,
        /// `txid_snapshot`.
        pub a_txid_snapshot: timeschema::PgSnapshot,
        /// `uuid`.
        pub a_uuid: timeschema::Uuid,
        /// `bit varying`.
        pub a_varbit: timeschema::Bits,
        /// `character varying`.
        pub a_varchar: String,
        /// `xid`.
        pub a_xid: timeschema::Xid,
        /// `xid8`.
        pub a_xid8: timeschema::Xid8,
        /// `xml`.
        pub a_xml: timeschema::Xml,
    }

    impl From<Required> for New {
        fn from(required: Required) -> Self {
            Self {
                a_bit: required.a_bit,
                a_bool: required.a_bool,
                a_box: required.a_box,
                a_bpchar: required.a_bpchar,
                a_bytea: required.a_bytea,
                a_char: required.a_char,
                a_cid: required.a_cid,
                a_cidr: required.a_cidr,
                a_circle: required.a_circle,
                a_date: required.a_date,
                a_datemultirange: required.a_datemultirange,
                a_daterange: required.a_daterange,
                a_float4: required.a_float4,
                a_float8: required.a_float8,
                a_inet: required.a_inet,
                a_int2: required.a_int2,
                a_int4: required.a_int4,
                a_int4multirange: required.a_int4multirange,
                a_int4range: required.a_int4range,
                a_int8: required.a_int8,
                a_int8multirange: required.a_int8multirange,
                a_int8range: required.a_int8range,
                a_interval: required.a_interval,
                a_json: required.a_json,
                a_jsonb: required.a_jsonb,
                a_jsonpath: required.a_jsonpath,
                a_line: required.a_line,
                a_lseg: required.a_lseg,
                a_macaddr: required.a_macaddr,
                a_macaddr8: required.a_macaddr8,
                a_money: required.a_money,
                a_name: required.a_name,
                a_numeric: required.a_numeric,
                a_nummultirange: required.a_nummultirange,
                a_numrange: required.a_numrange,
                a_oid: required.a_oid,
                a_path: required.a_path,
                a_pg_lsn: required.a_pg_lsn,
                a_pg_snapshot: required.a_pg_snapshot,
                a_point: required.a_point,
                a_polygon: required.a_polygon,
                a_regclass: required.a_regclass,
                a_regcollation: required.a_regcollation,
                a_regconfig: required.a_regconfig,
                a_regdictionary: required.a_regdictionary,
                a_regnamespace: required.a_regnamespace,
                a_regoper: required.a_regoper,
                a_regoperator: required.a_regoperator,
                a_regproc: required.a_regproc,
                a_regprocedure: required.a_regprocedure,
                a_regrole: required.a_regrole,
                a_regtype: required.a_regtype,
                a_text: required.a_text,
                a_tid: required.a_tid,
                a_time: required.a_time,
                a_timestamp: required.a_timestamp,
                a_timestamptz: required.a_timestamptz,
                a_timetz: required.a_timetz,
                a_tsmultirange: required.a_tsmultirange,
                a_tsquery: required.a_tsquery,
                a_tsrange: required.a_tsrange,
                a_tstzmultirange: required.a_tstzmultirange,
                a_tstzrange: required.a_tstzrange,
                a_tsvector: required.a_tsvector,
                a_txid_snapshot: required.a_txid_snapshot,
                a_uuid: required.a_uuid,
                a_varbit: required.a_varbit,
                a_varchar: required.a_varchar,
                a_xid: required.a_xid,
                a_xid8: required.a_xid8,
                a_xml: required.a_xml,
                n_bit: None,
                n_bool: None,
                n_box: None,
                n_bpchar: None,
                n_bytea: None,
                n_char: None,
                n_cid: None,
                n_cidr: None,
                n_circle: None,
                n_date: None,
                n_datemultirange: None,
                n_daterange: None,
                n_float4: None,
                n_float8: None,
                n_inet: None,
                n_int2: None,
                n_int4: None,
                n_int4multirange: None,
                n_int4range: None,
                n_int8: None,
                n_int8multirange: None,
                n_int8range: None,
                n_interval: None,
                n_json: None,
                n_jsonb: None,
                n_jsonpath: None,
                n_line: None,
                n_lseg: None,
                n_macaddr: None,
                n_macaddr8: None,
                n_money: None,
                n_name: None,
                n_numeric: None,
                n_nummultirange: None,
                n_numrange: None,
                n_oid: None,
                n_path: None,
                n_pg_lsn: None,
                n_pg_snapshot: None,
                n_point: None,
                n_polygon: None,
                n_regclass: None,
                n_regcollation: None,
                n_regconfig: None,
                n_regdictionary: None,
                n_regnamespace: None,
                n_regoper: None,
                n_regoperator: None,
                n_regproc: None,
                n_regprocedure: None,
                n_regrole: None,
                n_regtype: None,
                n_text: None,
                n_tid: None,
                n_time: None,
                n_timestamp: None,
                n_timestamptz: None,
                n_timetz: None,
                n_tsmultirange: None,
                n_tsquery: None,
                n_tsrange: None,
                n_tstzmultirange: None,
                n_tstzrange: None,
                n_tsvector: None,
                n_txid_snapshot: None,
                n_uuid: None,
                n_varbit: None,
                n_varchar: None,
                n_xid: None,
                n_xid8: None,
                n_xml: None,
                s_bit: None,
                s_bool: None,
                s_box: None,
                s_bpchar: None,
                s_bytea: None,
                s_char: None,
                s_cid: None,
                s_cidr: None,
                s_circle: None,
                s_date: None,
                s_datemultirange: None,
                s_daterange: None,
                s_float4: None,
                s_float8: None,
                s_inet: None,
                s_int2: None,
                s_int4: None,
                s_int4multirange: None,
                s_int4range: None,
                s_int8: None,
                s_int8multirange: None,
                s_int8range: None,
                s_interval: None,
                s_json: None,
                s_jsonb: None,
                s_jsonpath: None,
                s_line: None,
                s_lseg: None,
                s_macaddr: None,
                s_macaddr8: None,
                s_money: None,
                s_name: None,
                s_numeric: None,
                s_nummultirange: None,
                s_numrange: None,
                s_oid: None,
                s_path: None,
                s_pg_lsn: None,
                s_pg_snapshot: None,
                s_point: None,
                s_polygon: None,
                s_regclass: None,
                s_regcollation: None,
                s_regconfig: None,
                s_regdictionary: None,
                s_regnamespace: None,
                s_regoper: None,
                s_regoperator: None,
                s_regproc: None,
                s_regprocedure: None,
                s_regrole: None,
                s_regtype: None,
                s_text: None,
                s_tid: None,
                s_time: None,
                s_timestamp: None,
                s_timestamptz: None,
                s_timetz: None,
                s_tsmultirange: None,
                s_tsquery: None,
                s_tsrange: None,
                s_tstzmultirange: None,
                s_tstzrange: None,
                s_tsvector: None,
                s_txid_snapshot: None,
                s_uuid: None,
                s_varbit: None,
                s_varchar: None,
                s_xid: None,
                s_xid8: None,
                s_xml: None,
            }
        }
    }

    impl timeschema::Insert for New {
        const TABLE: timeschema::Table = TABLE;
        type Given = [bool; 213];

        fn given(&self) -> Self::Given {
            let mut given = [true; 213];
            given[142] = self.s_bit.is_some();
            given[143] = self.s_bool.is_some();
            given[144] = self.s_box.is_some();
            given[145] = self.s_bpchar.is_some();
            given[146] = self.s_bytea.is_some();
            given[147] = self.s_char.is_some();
            given[148] = self.s_cid.is_some();
            given[149] = self.s_cidr.is_some();
            given[150] = self.s_circle.is_some();
            given[151] = self.s_date.is_some();
            given[152] = self.s_datemultirange.is_some();
            given[153] = self.s_daterange.is_some();
            given[154] = self.s_float4.is_some();
            given[155] = self.s_float8.is_some();
            given[156] = self.s_inet.is_some();
            given[157] = self.s_int2.is_some();
            given[158] = self.s_int4.is_some();
            given[159] = self.s_int4multirange.is_some();
            given[160] = self.s_int4range.is_some();
            given[161] = self.s_int8.is_some();
            given[162] = self.s_int8multirange.is_some();
            given[163] = self.s_int8range.is_some();
            given[164] = self.s_interval.is_some();
            given[165] = self.s_json.is_some();
            given[166] = self.s_jsonb.is_some();
            given[167] = self.s_jsonpath.is_some();
            given[168] = self.s_line.is_some();
            given[169] = self.s_lseg.is_some();
            given[170] = self.s_macaddr.is_some();
            given[171] = self.s_macaddr8.is_some();
            given[172] = self.s_money.is_some();
            given[173] = self.s_name.is_some();
            given[174] = self.s_numeric.is_some();
            given[175] = self.s_nummultirange.is_some();
            given[176] = self.s_numrange.is_some();
            given[177] = self.s_oid.is_some();
            given[178] = self.s_path.is_some();
            given[179] = self.s_pg_lsn.is_some();
            given[180] = self.s_pg_snapshot.is_some();
            given[181] = self.s_point.is_some();
            given[182] = self.s_polygon.is_some();
            given[183] = self.s_regclass.is_some();
            given[184] = self.s_regcollation.is_some();
            given[185] = self.s_regconfig.is_some();
            given[186] = self.s_regdictionary.is_some();
            given[187] = self.s_regnamespace.is_some();
            given[188] = self.s_regoper.is_some();
            given[189] = self.s_regoperator.is_some();
            given[190] = self.s_regproc.is_some();
            given[191] = self.s_regprocedure.is_some();
            given[192] = self.s_regrole.is_some();
            given[193] = self.s_regtype.is_some();
            given[194] = self.s_text.is_some();
            given[195] = self.s_tid.is_some();
            given[196] = self.s_time.is_some();
            given[197] = self.s_timestamp.is_some();
            given[198] = self.s_timestamptz.is_some();
            given[199] = self.s_timetz.is_some();
            given[200] = self.s_tsmultirange.is_some();
            given[201] = self.s_tsquery.is_some();
            given[202] = self.s_tsrange.is_some();
            given[203] = self.s_tstzmultirange.is_some();
            given[204] = self.s_tstzrange.is_some();
            given[205] = self.s_tsvector.is_some();
            given[206] = self.s_txid_snapshot.is_some();
            given[207] = self.s_uuid.is_some();
            given[208] = self.s_varbit.is_some();
            given[209] = self.s_varchar.is_some();
            given[210] = self.s_xid.is_some();
            given[211] = self.s_xid8.is_some();
            given[212] = self.s_xml.is_some();
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
            values.push(&self.a_bit);
            values.push(&self.a_bool);
            values.push(&self.a_box);
            values.push(&self.a_bpchar);
            values.push(&self.a_bytea);
            values.push(&self.a_char);
            values.push(&self.a_cid);
            values.push(&self.a_cidr);
            values.push(&self.a_circle);
            values.push(&self.a_date);
            values.push(&self.a_datemultirange);
            values.push(&self.a_daterange);
            values.push(&self.a_float4);
            values.push(&self.a_float8);
            values.push(&self.a_inet);
            values.push(&self.a_int2);
            values.push(&self.a_int4);
            values.push(&self.a_int4multirange);
            values.push(&self.a_int4range);
            values.push(&self.a_int8);
            values.push(&self.a_int8multirange);
            values.push(&self.a_int8range);
            values.push(&self.a_interval);
            values.push(&self.a_json);
            values.push(&self.a_jsonb);
            values.push(&self.a_jsonpath);
            values.push(&self.a_line);
            values.push(&self.a_lseg);
            values.push(&self.a_macaddr);
            values.push(&self.a_macaddr8);
            values.push(&self.a_money);
            values.push(&self.a_name);
            values.push(&self.a_numeric);
            values.push(&self.a_nummultirange);
            values.push(&self.a_numrange);
            values.push(&self.a_oid);
            values.push(&self.a_path);
            values.push(&self.a_pg_lsn);
            values.push(&self.a_pg_snapshot);
            values.push(&self.a_point);
            values.push(&self.a_polygon);
            values.push(&self.a_regclass);
            values.push(&self.a_regcollation);
            values.push(&self.a_regconfig);
            values.push(&self.a_regdictionary);
            values.push(&self.a_regnamespace);
            values.push(&self.a_regoper);
            values.push(&self.a_regoperator);
            values.push(&self.a_regproc);
            values.push(&self.a_regprocedure);
            values.push(&self.a_regrole);
            values.push(&self.a_regtype);
            values.push(&self.a_text);
            values.push(&self.a_tid);
            values.push(&self.a_time);
            values.push(&self.a_timestamp);
            values.push(&self.a_timestamptz);
            values.push(&self.a_timetz);
            values.push(&self.a_tsmultirange);
            values.push(&self.a_tsquery);
            values.push(&self.a_tsrange);
            values.push(&self.a_tstzmultirange);
            values.push(&self.a_tstzrange);
            values.push(&self.a_tsvector);
            values.push(&self.a_txid_snapshot);
            values.push(&self.a_uuid);
            values.push(&self.a_varbit);
            values.push(&self.a_varchar);
            values.push(&self.a_xid);
            values.push(&self.a_xid8);
            values.push(&self.a_xml);
            values.push(&self.n_bit);
            values.push(&self.n_bool);
            values.push(&self.n_box);
            values.push(&self.n_bpchar);
            values.push(&self.n_bytea);
            values.push(&self.n_char);
            values.push(&self.n_cid);
            values.push(&self.n_cidr);
            values.push(&self.n_circle);
            values.push(&self.n_date);
            values.push(&self.n_datemultirange);
            values.push(&self.n_daterange);
            values.push(&self.n_float4);
            values.push(&self.n_float8);
            values.push(&self.n_inet);
            values.push(&self.n_int2);
            values.push(&self.n_int4);
            values.push(&self.n_int4multirange);
            values.push(&self.n_int4range);
            values.push(&self.n_int8);
            values.push(&self.n_int8multirange);
            values.push(&self.n_int8range);
            values.push(&self.n_interval);
            values.push(&self.n_json);
            values.push(&self.n_jsonb);
            values.push(&self.n_jsonpath);
            values.push(&self.n_line);
            values.push(&self.n_lseg);
            values.push(&self.n_macaddr);
            values.push(&self.n_macaddr8);
            values.push(&self.n_money);
            values.push(&self.n_name);
            values.push(&self.n_numeric);
            values.push(&self.n_nummultirange);
            values.push(&self.n_numrange);
            values.push(&self.n_oid);
            values.push(&self.n_path);
            values.push(&self.n_pg_lsn);
            values.push(&self.n_pg_snapshot);
            values.push(&self.n_point);
            values.push(&self.n_polygon);
            values.push(&self.n_regclass);
            values.push(&self.n_regcollation);
            values.push(&self.n_regconfig);
            values.push(&self.n_regdictionary);
            values.push(&self.n_regnamespace);
            values.push(&self.n_regoper);
            values.push(&self.n_regoperator);
            values.push(&self.n_regproc);
            values.push(&self.n_regprocedure);
            values.push(&self.n_regrole);
            values.push(&self.n_regtype);
            values.push(&self.n_text);
            values.push(&self.n_tid);
            values.push(&self.n_time);
            values.push(&self.n_timestamp);
            values.push(&self.n_timestamptz);
            values.push(&self.n_timetz);
            values.push(&self.n_tsmultirange);
            values.push(&self.n_tsquery);
            values.push(&self.n_tsrange);
            values.push(&self.n_tstzmultirange);
            values.push(&self.n_tstzrange);
            values.push(&self.n_tsvector);
            values.push(&self.n_txid_snapshot);
            values.push(&self.n_uuid);
            values.push(&self.n_varbit);
            values.push(&self.n_varchar);
            values.push(&self.n_xid);
            values.push(&self.n_xid8);
            values.push(&self.n_xml);
            if let Some(value) = &self.s_bit {
                values.push(value);
            }
            if let Some(value) = &self.s_bool {
                values.push(value);
            }
            if let Some(value) = &self.s_box {
                values.push(value);
            }
            if let Some(value) = &self.s_bpchar {
                values.push(value);
            }
            if let Some(value) = &self.s_bytea {
                values.push(value);
            }
            if let Some(value) = &self.s_char {
                values.push(value);
            }
            if let Some(value) = &self.s_cid {
                values.push(value);
            }
            if let Some(value) = &self.s_cidr {
                values.push(value);
            }
            if let Some(value) = &self.s_circle {
                values.push(value);
            }
            if let Some(value) = &self.s_date {
                values.push(value);
            }
            if let Some(value) = &self.s_datemultirange {
                values.push(value);
            }
            if let Some(value) = &self.s_daterange {
                values.push(value);
            }
            if let Some(value) = &self.s_float4 {
                values.push(value);
            }
            if let Some(value) = &self.s_float8 {
                values.push(value);
            }
            if let Some(value) = &self.s_inet {
                values.push(value);
            }
            if let Some(value) = &self.s_int2 {
                values.push(value);
            }
            if let Some(value) = &self.s_int4 {
                values.push(value);
            }
            if let Some(value) = &self.s_int4multirange {
                values.push(value);
            }
            if let Some(value) = &self.s_int4range {
                values.push(value);
            }
            if let Some(value) = &self.s_int8 {
                values.push(value);
            }
            if let Some(value) = &self.s_int8multirange {
                values.push(value);
            }
            if let Some(value) = &self.s_int8range {
                values.push(value);
            }
            if let Some(value) = &self.s_interval {
                values.push(value);
            }
            if let Some(value) = &self.s_json {
                values.push(value);
            }
            if let Some(value) = &self.s_jsonb {
                values.push(value);
            }
            if let Some(value) = &self.s_jsonpath {
                values.push(value);
            }
            if let Some(value) = &self.s_line {
                values.push(value);
            }
            if let Some(value) = &self.s_lseg {
                values.push(value);
            }
            if let Some(value) = &self.s_macaddr {
                values.push(value);
            }
            if let Some(value) = &self.s_macaddr8 {
                values.push(value);
            }
            if let Some(value) = &self.s_money {
                values.push(value);
            }
            if let Some(value) = &self.s_name {
                values.push(value);
            }
            if let Some(value) = &self.s_numeric {
                values.push(value);
            }
            if let Some(value) = &self.s_nummultirange {
                values.push(value);
            }
            if let Some(value) = &self.s_numrange {
                values.push(value);
            }
            if let Some(value) = &self.s_oid {
                values.push(value);
            }
            if let Some(value) = &self.s_path {
                values.push(value);
            }
            if let Some(value) = &self.s_pg_lsn {
                values.push(value);
            }
            if let Some(value) = &self.s_pg_snapshot {
                values.push(value);
            }
            if let Some(value) = &self.s_point {
                values.push(value);
            }
            if let Some(value) = &self.s_polygon {
                values.push(value);
            }
            if let Some(value) = &self.s_regclass {
                values.push(value);
            }
            if let Some(value) = &self.s_regcollation {
                values.push(value);
            }
            if let Some(value) = &self.s_regconfig {
                values.push(value);
            }
            if let Some(value) = &self.s_regdictionary {
                values.push(value);
            }
            if let Some(value) = &self.s_regnamespace {
                values.push(value);
            }
            if let Some(value) = &self.s_regoper {
                values.push(value);
            }
            if let Some(value) = &self.s_regoperator {
                values.push(value);
            }
            if let Some(value) = &self.s_regproc {
                values.push(value);
            }
            if let Some(value) = &self.s_regprocedure {
                values.push(value);
            }
            if let Some(value) = &self.s_regrole {
                values.push(value);
            }
            if let Some(value) = &self.s_regtype {
                values.push(value);
            }
            if let Some(value) = &self.s_text {
                values.push(value);
            }
            if let Some(value) = &self.s_tid {
                values.push(value);
            }
            if let Some(value) = &self.s_time {
                values.push(value);
            }
            if let Some(value) = &self.s_timestamp {
                values.push(value);
            }
            if let Some(value) = &self.s_timestamptz {
                values.push(value);
            }
            if let Some(value) = &self.s_timetz {
                values.push(value);
            }
            if let Some(value) = &self.s_tsmultirange {
                values.push(value);
            }
            if let Some(value) = &self.s_tsquery {
                values.push(value);
            }
            if let Some(value) = &self.s_tsrange {
                values.push(value);
            }
            if let Some(value) = &self.s_tstzmultirange {
                values.push(value);
            }
            if let Some(value) = &self.s_tstzrange {
                values.push(value);
            }
            if let Some(value) = &self.s_tsvector {
                values.push(value);
            }
            if let Some(value) = &self.s_txid_snapshot {
                values.push(value);
            }
            if let Some(value) = &self.s_uuid {
                values.push(value);
            }
            if let Some(value) = &self.s_varbit {
                values.push(value);
            }
            if let Some(value) = &self.s_varchar {
                values.push(value);
            }
            if let Some(value) = &self.s_xid {
                values.push(value);
            }
            if let Some(value) = &self.s_xid8 {
                values.push(value);
            }
            if let Some(value) = &self.s_xml {
                values.push(value);
            }
            values
        }

        fn encode(&self, out: &mut timeschema::BytesMut) -> Result<(), timeschema::EncodeError> {
            timeschema::field(&self.a_bit, out)?;
            timeschema::field(&self.a_bool, out)?;
            timeschema::field(&self.a_box, out)?;
            timeschema::field(&self.a_bpchar, out)?;
            timeschema::field(&self.a_bytea, out)?;
            timeschema::field(&self.a_char, out)?;
            timeschema::field(&self.a_cid, out)?;
            timeschema::field(&self.a_cidr, out)?;
            timeschema::field(&self.a_circle, out)?;
            timeschema::field(&self.a_date, out)?;
            timeschema::field(&self.a_datemultirange, out)?;
            timeschema::field(&self.a_daterange, out)?;
            timeschema::field(&self.a_float4, out)?;
            timeschema::field(&self.a_float8, out)?;
            timeschema::field(&self.a_inet, out)?;
            timeschema::field(&self.a_int2, out)?;
            timeschema::field(&self.a_int4, out)?;
            timeschema::field(&self.a_int4multirange, out)?;
            timeschema::field(&self.a_int4range, out)?;
            timeschema::field(&self.a_int8, out)?;
            timeschema::field(&self.a_int8multirange, out)?;
            timeschema::field(&self.a_int8range, out)?;
            timeschema::field(&self.a_interval, out)?;
            timeschema::field(&self.a_json, out)?;
            timeschema::field(&self.a_jsonb, out)?;
            timeschema::field(&self.a_jsonpath, out)?;
            timeschema::field(&self.a_line, out)?;
            timeschema::field(&self.a_lseg, out)?;
            timeschema::field(&self.a_macaddr, out)?;
            timeschema::field(&self.a_macaddr8, out)?;
            timeschema::field(&self.a_money, out)?;
            timeschema::field(&self.a_name, out)?;
            timeschema::field(&self.a_numeric, out)?;
            timeschema::field(&self.a_nummultirange, out)?;
            timeschema::field(&self.a_numrange, out)?;
            timeschema::field(&self.a_oid, out)?;
            timeschema::field(&self.a_path, out)?;
            timeschema::field(&self.a_pg_lsn, out)?;
            timeschema::field(&self.a_pg_snapshot, out)?;
            timeschema::field(&self.a_point, out)?;
            timeschema::field(&self.a_polygon, out)?;
            timeschema::field(&self.a_regclass, out)?;
            timeschema::field(&self.a_regcollation, out)?;
            timeschema::field(&self.a_regconfig, out)?;
            timeschema::field(&self.a_regdictionary, out)?;
            timeschema::field(&self.a_regnamespace, out)?;
            timeschema::field(&self.a_regoper, out)?;
            timeschema::field(&self.a_regoperator, out)?;
            timeschema::field(&self.a_regproc, out)?;
            timeschema::field(&self.a_regprocedure, out)?;
            timeschema::field(&self.a_regrole, out)?;
            timeschema::field(&self.a_regtype, out)?;
            timeschema::field(&self.a_text, out)?;
            timeschema::field(&self.a_tid, out)?;
            timeschema::field(&self.a_time, out)?;
            timeschema::field(&self.a_timestamp, out)?;
            timeschema::field(&self.a_timestamptz, out)?;
            timeschema::field(&self.a_timetz, out)?;
            timeschema::field(&self.a_tsmultirange, out)?;
            timeschema::field(&self.a_tsquery, out)?;
            timeschema::field(&self.a_tsrange, out)?;
            timeschema::field(&self.a_tstzmultirange, out)?;
            timeschema::field(&self.a_tstzrange, out)?;
            timeschema::field(&self.a_tsvector, out)?;
            timeschema::field(&self.a_txid_snapshot, out)?;
            timeschema::field(&self.a_uuid, out)?;
            timeschema::field(&self.a_varbit, out)?;
            timeschema::field(&self.a_varchar, out)?;
            timeschema::field(&self.a_xid, out)?;
            timeschema::field(&self.a_xid8, out)?;
            timeschema::field(&self.a_xml, out)?;
            timeschema::nullable_field(&self.n_bit, out)?;
            timeschema::nullable_field(&self.n_bool, out)?;
            timeschema::nullable_field(&self.n_box, out)?;
            timeschema::nullable_field(&self.n_bpchar, out)?;
            timeschema::nullable_field(&self.n_bytea, out)?;
            timeschema::nullable_field(&self.n_char, out)?;
            timeschema::nullable_field(&self.n_cid, out)?;
            timeschema::nullable_field(&self.n_cidr, out)?;
            timeschema::nullable_field(&self.n_circle, out)?;
            timeschema::nullable_field(&self.n_date, out)?;
            timeschema::nullable_field(&self.n_datemultirange, out)?;
            timeschema::nullable_field(&self.n_daterange, out)?;
            timeschema::nullable_field(&self.n_float4, out)?;
            timeschema::nullable_field(&self.n_float8, out)?;
            timeschema::nullable_field(&self.n_inet, out)?;
            timeschema::nullable_field(&self.n_int2, out)?;
            timeschema::nullable_field(&self.n_int4, out)?;
            timeschema::nullable_field(&self.n_int4multirange, out)?;
            timeschema::nullable_field(&self.n_int4range, out)?;
            timeschema::nullable_field(&self.n_int8, out)?;
            timeschema::nullable_field(&self.n_int8multirange, out)?;
            timeschema::nullable_field(&self.n_int8range, out)?;
            timeschema::nullable_field(&self.n_interval, out)?;
            timeschema::nullable_field(&self.n_json, out)?;
            timeschema::nullable_field(&self.n_jsonb, out)?;
            timeschema::nullable_field(&self.n_jsonpath, out)?;
            timeschema::nullable_field(&self.n_line, out)?;
            timeschema::nullable_field(&self.n_lseg, out)?;
            timeschema::nullable_field(&self.n_macaddr, out)?;
            timeschema::nullable_field(&self.n_macaddr8, out)?;
            timeschema::nullable_field(&self.n_money, out)?;
            timeschema::nullable_field(&self.n_name, out)?;
            timeschema::nullable_field(&self.n_numeric, out)?;
            timeschema::nullable_field(&self.n_nummultirange, out)?;
            timeschema::nullable_field(&self.n_numrange, out)?;
            timeschema::nullable_field(&self.n_oid, out)?;
            timeschema::nullable_field(&self.n_path, out)?;
            timeschema::nullable_field(&self.n_pg_lsn, out)?;
            timeschema::nullable_field(&self.n_pg_snapshot, out)?;
            timeschema::nullable_field(&self.n_point, out)?;
            timeschema::nullable_field(&self.n_polygon, out)?;
            timeschema::nullable_field(&self.n_regclass, out)?;
            timeschema::nullable_field(&self.n_regcollation, out)?;
            timeschema::nullable_field(&self.n_regconfig, out)?;
            timeschema::nullable_field(&self.n_regdictionary, out)?;
            timeschema::nullable_field(&self.n_regnamespace, out)?;
            timeschema::nullable_field(&self.n_regoper, out)?;
            timeschema::nullable_field(&self.n_regoperator, out)?;
            timeschema::nullable_field(&self.n_regproc, out)?;
            timeschema::nullable_field(&self.n_regprocedure, out)?;
            timeschema::nullable_field(&self.n_regrole, out)?;
            timeschema::nullable_field(&self.n_regtype, out)?;
            timeschema::nullable_field(&self.n_text, out)?;
            timeschema::nullable_field(&self.n_tid, out)?;
            timeschema::nullable_field(&self.n_time, out)?;
            timeschema::nullable_field(&self.n_timestamp, out)?;
            timeschema::nullable_field(&self.n_timestamptz, out)?;
            timeschema::nullable_field(&self.n_timetz, out)?;
            timeschema::nullable_field(&self.n_tsmultirange, out)?;
            timeschema::nullable_field(&self.n_tsquery, out)?;
            timeschema::nullable_field(&self.n_tsrange, out)?;
            timeschema::nullable_field(&self.n_tstzmultirange, out)?;
            timeschema::nullable_field(&self.n_tstzrange, out)?;
            timeschema::nullable_field(&self.n_tsvector, out)?;
            timeschema::nullable_field(&self.n_txid_snapshot, out)?;
            timeschema::nullable_field(&self.n_uuid, out)?;
            timeschema::nullable_field(&self.n_varbit, out)?;
            timeschema::nullable_field(&self.n_varchar, out)?;
            timeschema::nullable_field(&self.n_xid, out)?;
            timeschema::nullable_field(&self.n_xid8, out)?;
            timeschema::nullable_field(&self.n_xml, out)?;
            if let Some(value) = &self.s_bit {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_bool {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_box {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_bpchar {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_bytea {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_char {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_cid {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_cidr {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_circle {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_date {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_datemultirange {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_daterange {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_float4 {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_float8 {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_inet {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_int2 {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_int4 {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_int4multirange {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_int4range {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_int8 {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_int8multirange {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_int8range {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_interval {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_json {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_jsonb {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_jsonpath {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_line {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_lseg {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_macaddr {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_macaddr8 {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_money {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_name {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_numeric {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_nummultirange {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_numrange {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_oid {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_path {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_pg_lsn {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_pg_snapshot {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_point {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_polygon {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_regclass {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_regcollation {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_regconfig {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_regdictionary {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_regnamespace {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_regoper {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_regoperator {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_regproc {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_regprocedure {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_regrole {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_regtype {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_text {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_tid {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_time {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_timestamp {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_timestamptz {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_timetz {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_tsmultirange {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_tsquery {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_tsrange {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_tstzmultirange {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_tstzrange {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_tsvector {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_txid_snapshot {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_uuid {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_varbit {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_varchar {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_xid {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_xid8 {
                timeschema::field(value, out)?;
            }
            if let Some(value) = &self.s_xml {
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

/// Table `public.empty`.
pub mod empty {
    /// A row of the table, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {}

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(_: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {})
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "empty",
        columns: &[],
        primary_key: &[],
    };

    /// A row to be written to `public.empty`.
    ///
    /// No column is needed: `New::default()` is a row of nulls and defaults.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct New {}

    impl timeschema::Insert for New {
        const TABLE: timeschema::Table = TABLE;
        type Given = [bool; 0];

        fn given(&self) -> Self::Given {
            [true; 0]
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
            Vec::new()
        }

        fn encode(&self, _: &mut timeschema::BytesMut) -> Result<(), timeschema::EncodeError> {
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

/// Hypertable `public.facts`, in chunks of 86400000 by `at` and 4 partitions by `place`. Chunks
/// are dropped after 31536000000.
pub mod facts {
    /// A row of the hypertable, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Never null: NOT NULL.
        ///
        /// `bigint`.
        pub at: i64,
        /// Never null: NOT NULL.
        ///
        /// `text`.
        pub place: String,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                at: TABLE.get(row, 0)?,
                place: TABLE.get(row, 1)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "facts",
        columns: &[
            timeschema::Column::never_null("at", "bigint"),
            timeschema::Column::never_null("place", "text"),
        ],
        primary_key: &[],
    };

    /// What TimescaleDB does with the relation.
    impl Row {
        /// The column that divides rows into chunks.
        pub const TIME_COLUMN: &str = "at";

        /// Width of a chunk, in the units of the time column.
        pub const CHUNK_INTERVAL: i64 = 86400000;

        /// Age at which chunks are dropped.
        pub const RETENTION: i64 = 31536000000;
    }

    /// A row to be written to `public.facts`.
    #[derive(Debug, Clone, PartialEq)]
    pub struct New {
        /// `bigint`.
        pub at: i64,
        /// `text`.
        pub place: String,
    }

    impl timeschema::Insert for New {
        const TABLE: timeschema::Table = TABLE;
        type Given = [bool; 2];

        fn given(&self) -> Self::Given {
            [true; 2]
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
            values.push(&self.at);
            values.push(&self.place);
            values
        }

        fn encode(&self, out: &mut timeschema::BytesMut) -> Result<(), timeschema::EncodeError> {
            timeschema::field(&self.at, out)?;
            timeschema::field(&self.place, out)?;
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

    /// The rows whose `at` lies in `range` (start included, end excluded), in ascending order.
    ///
    /// The bounds let TimescaleDB skip the chunks that cannot hold such rows.
    pub fn between<'a, C: timeschema::postgres::GenericClient>(
        client: &'a mut C,
        range: std::ops::Range<i64>,
    ) -> Result<timeschema::Rows<'a, Row>, timeschema::postgres::Error> {
        const SQL: &str = r#"
            SELECT "at", "place"
            FROM "public"."facts"
            WHERE "at" >= $1 AND "at" < $2
            ORDER BY "at"
        "#;
        let ty = timeschema::postgres::types::Type::INT8;
        let bounds = [(range.start, ty.clone()), (range.end, ty)];
        client
            .query_typed_raw(SQL, bounds)
            .map(timeschema::Rows::new)
    }
}

/// Who is happy.
///
/// View `public.happy_people`.
pub mod happy_people {
    /// A row of the view, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Never null: `people.name`, which is NOT NULL.
        ///
        /// `text`.
        pub name: String,
        /// `timestamp with time zone`.
        pub since: Option<timeschema::Timestamp>,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                name: TABLE.get(row, 0)?,
                since: TABLE.get(row, 1)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "happy_people",
        columns: &[
            timeschema::Column::never_null("name", "text"),
            timeschema::Column::nullable("since", "timestamp with time zone"),
        ],
        primary_key: &[],
    };
}

/// Table `public.match`.
pub mod r#match {
    /// A row of the table, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Never null: NOT NULL.
        ///
        /// `timestamp with time zone`.
        pub r#match: timeschema::Timestamp,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                r#match: TABLE.get(row, 0)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "match",
        columns: &[timeschema::Column::never_null(
            "match",
            "timestamp with time zone",
        )],
        primary_key: &[],
    };

    /// A row to be written to `public.match`.
    #[derive(Debug, Clone, PartialEq)]
    pub struct New {
        /// `timestamp with time zone`.
        pub r#match: timeschema::Timestamp,
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
            values.push(&self.r#match);
            values
        }

        fn encode(&self, out: &mut timeschema::BytesMut) -> Result<(), timeschema::EncodeError> {
            timeschema::field(&self.r#match, out)?;
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

/// Table `public.only_identity`.
pub mod only_identity {
    /// A row of the table, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Never null: NOT NULL.
        ///
        /// `bigint`, identity that the database always chooses.
        pub id: i64,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                id: TABLE.get(row, 0)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "only_identity",
        columns: &[timeschema::Column::never_null("id", "bigint")],
        primary_key: &["id"],
    };

    /// A row to be written to `public.only_identity`, without the columns that the database alone
    /// fills.
    ///
    /// No column is needed: `New::default()` is a row of nulls and defaults.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct New {}

    impl timeschema::Insert for New {
        const TABLE: timeschema::Table = TABLE;
        type Given = [bool; 1];

        fn given(&self) -> Self::Given {
            let mut given = [true; 1];
            given[0] = false;
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
            Vec::new()
        }

        fn encode(&self, _: &mut timeschema::BytesMut) -> Result<(), timeschema::EncodeError> {
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

/// Table `public.only_optional`.
pub mod only_optional {
    /// A row of the table, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Never null: NOT NULL.
        ///
        /// `bigint`, identity that the database chooses by default.
        pub id: i64,
        /// `text`.
        pub note: Option<String>,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                id: TABLE.get(row, 0)?,
                note: TABLE.get(row, 1)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "only_optional",
        columns: &[
            timeschema::Column::never_null("id", "bigint"),
            timeschema::Column::nullable("note", "text"),
        ],
        primary_key: &[],
    };

    /// A row to be written to `public.only_optional`.
    ///
    /// No column is needed: `New::default()` is a row of nulls and defaults.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct New {
        /// `bigint`, identity that the database chooses by default. `None` is the default.
        pub id: Option<i64>,
        /// `text`. `None` is null.
        pub note: Option<String>,
    }

    impl timeschema::Insert for New {
        const TABLE: timeschema::Table = TABLE;
        type Given = [bool; 2];

        fn given(&self) -> Self::Given {
            let mut given = [true; 2];
            given[0] = self.id.is_some();
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
            if let Some(value) = &self.id {
                values.push(value);
            }
            values.push(&self.note);
            values
        }

        fn encode(&self, out: &mut timeschema::BytesMut) -> Result<(), timeschema::EncodeError> {
            if let Some(value) = &self.id {
                timeschema::field(value, out)?;
            }
            timeschema::nullable_field(&self.note, out)?;
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

/// Continuous aggregate `public.orphans_daily` over `elsewhere.gone`, bucket 1 day. Holds only
/// what has been materialized.
pub mod orphans_daily {
    /// A row of the continuous aggregate, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Never null: x.
        ///
        /// `date`.
        pub bucket: timeschema::Date,
        /// Never null: `count(*)`.
        ///
        /// `bigint`.
        pub n: i64,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                bucket: TABLE.get(row, 0)?,
                n: TABLE.get(row, 1)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "orphans_daily",
        columns: &[
            timeschema::Column::never_null("bucket", "date"),
            timeschema::Column::never_null("n", "bigint"),
        ],
        primary_key: &[],
    };

    /// What TimescaleDB does with the relation.
    impl Row {
        /// The relation that the aggregate is computed from.
        pub const SOURCE: &str = "elsewhere.gone";

        /// The column that holds the start of the bucket.
        pub const BUCKET_COLUMN: &str = "bucket";

        /// Width of a bucket, as PostgreSQL prints the interval.
        pub const BUCKET_WIDTH: &str = "1 day";

        /// Whether only what has been materialized is read.
        pub const MATERIALIZED_ONLY: bool = true;
    }

    /// The rows whose `bucket` lies in `range` (start included, end excluded), in ascending
    /// order.
    ///
    /// The bounds keep the query from reading every bucket.
    pub fn between<'a, C: timeschema::postgres::GenericClient>(
        client: &'a mut C,
        range: std::ops::Range<timeschema::Date>,
    ) -> Result<timeschema::Rows<'a, Row>, timeschema::postgres::Error> {
        const SQL: &str = r#"
            SELECT "bucket", "n"
            FROM "public"."orphans_daily"
            WHERE "bucket" >= $1 AND "bucket" < $2
            ORDER BY "bucket"
        "#;
        let ty = timeschema::postgres::types::Type::DATE;
        let bounds = [(range.start, ty.clone()), (range.end, ty)];
        client
            .query_typed_raw(SQL, bounds)
            .map(timeschema::Rows::new)
    }
}

/// Table `public.pgtypes`.
pub mod pgtypes {
    /// A row of the table, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Never null: NOT NULL.
        ///
        /// `integer`.
        pub std: i32,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                std: TABLE.get(row, 0)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "pgtypes",
        columns: &[timeschema::Column::never_null("std", "integer")],
        primary_key: &[],
    };

    /// A row to be written to `public.pgtypes`.
    #[derive(Debug, Clone, PartialEq)]
    pub struct New {
        /// `integer`.
        pub std: i32,
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
            values.push(&self.std);
            values
        }

        fn encode(&self, out: &mut timeschema::BytesMut) -> Result<(), timeschema::EncodeError> {
            timeschema::field(&self.std, out)?;
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

/// Readings of sensors
///
/// Hypertable `public.readings`, in chunks of 1 day by `time`. Chunks move to the columnstore
/// after 7 days. Chunks are dropped after 180 days (not scheduled).
pub mod readings {
    /// A row of the hypertable, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Never null: NOT NULL.
        ///
        /// `timestamp with time zone`.
        pub time: timeschema::Timestamp,
        /// Never null: NOT NULL.
        ///
        /// `double precision`.
        pub value: f64,
        /// Column `U+202Etime `: `text`.
        pub u202e_time: Option<String>,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                time: TABLE.get(row, 0)?,
                value: TABLE.get(row, 1)?,
                u202e_time: TABLE.get(row, 2)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "readings",
        columns: &[
            timeschema::Column::never_null("time", "timestamp with time zone"),
            timeschema::Column::never_null("value", "double precision"),
            timeschema::Column::nullable("\u{202e}time\u{a}", "text"),
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

    /// A row to be written to `public.readings`.
    ///
    /// [`Required`] holds what every row needs; add the rest by struct update:
    /// `New { a: Some(1), ..Required { b, c }.into() }`.
    #[derive(Debug, Clone, PartialEq)]
    pub struct New {
        /// `timestamp with time zone`.
        pub time: timeschema::Timestamp,
        /// `double precision`.
        pub value: f64,
        /// Column `U+202Etime `: `text`. `None` is null.
        pub u202e_time: Option<String>,
    }

    /// The columns that every row of `public.readings` needs: they are never null and have no
    /// default.
    ///
    /// If a migration adds such a column, code that writes rows without it no longer compiles.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Required {
        /// `timestamp with time zone`.
        pub time: timeschema::Timestamp,
        /// `double precision`.
        pub value: f64,
    }

    impl From<Required> for New {
        fn from(required: Required) -> Self {
            Self {
                time: required.time,
                value: required.value,
                u202e_time: None,
            }
        }
    }

    impl timeschema::Insert for New {
        const TABLE: timeschema::Table = TABLE;
        type Given = [bool; 3];

        fn given(&self) -> Self::Given {
            [true; 3]
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
            values.push(&self.value);
            values.push(&self.u202e_time);
            values
        }

        fn encode(&self, out: &mut timeschema::BytesMut) -> Result<(), timeschema::EncodeError> {
            timeschema::field(&self.time, out)?;
            timeschema::field(&self.value, out)?;
            timeschema::nullable_field(&self.u202e_time, out)?;
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
        const SQL: &str = "SELECT \"time\", \"value\", \"\u{202e}time\u{a}\" FROM \"public\".\"readings\" WHERE \"time\" >= $1 AND \"time\" < $2 ORDER BY \"time\"";
        let ty = timeschema::postgres::types::Type::TIMESTAMPTZ;
        let bounds = [(range.start, ty.clone()), (range.end, ty)];
        client
            .query_typed_raw(SQL, bounds)
            .map(timeschema::Rows::new)
    }
}

/// Table `public.reporting`.
pub mod reporting {
    /// A row of the table, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// `integer`.
        pub x: Option<i32>,
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
        name: "reporting",
        columns: &[timeschema::Column::nullable("x", "integer")],
        primary_key: &[],
    };

    /// A row to be written to `public.reporting`.
    ///
    /// No column is needed: `New::default()` is a row of nulls and defaults.
    #[derive(Debug, Clone, PartialEq, Default)]
    pub struct New {
        /// `integer`. `None` is null.
        pub x: Option<i32>,
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

/// Table `public.std`.
pub mod std_ {
    /// A row of the table, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Column `Result`: `text`.
        pub result: Option<String>,
        /// Never null: NOT NULL.
        ///
        /// Column `Option`: `text`.
        pub option: String,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                result: TABLE.get(row, 0)?,
                option: TABLE.get(row, 1)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "std",
        columns: &[
            timeschema::Column::nullable("Result", "text"),
            timeschema::Column::never_null("Option", "text"),
        ],
        primary_key: &[],
    };

    /// A row to be written to `public.std`.
    ///
    /// [`Required`] holds what every row needs; add the rest by struct update:
    /// `New { a: Some(1), ..Required { b, c }.into() }`.
    #[derive(Debug, Clone, PartialEq)]
    pub struct New {
        /// Column `Result`: `text`. `None` is null.
        pub result: Option<String>,
        /// Column `Option`: `text`.
        pub option: String,
    }

    /// The columns that every row of `public.std` needs: they are never null and have no default.
    ///
    /// If a migration adds such a column, code that writes rows without it no longer compiles.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Required {
        /// Column `Option`: `text`.
        pub option: String,
    }

    impl From<Required> for New {
        fn from(required: Required) -> Self {
            Self {
                result: None,
                option: required.option,
            }
        }
    }

    impl timeschema::Insert for New {
        const TABLE: timeschema::Table = TABLE;
        type Given = [bool; 2];

        fn given(&self) -> Self::Given {
            [true; 2]
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
            values.push(&self.result);
            values.push(&self.option);
            values
        }

        fn encode(&self, out: &mut timeschema::BytesMut) -> Result<(), timeschema::EncodeError> {
            timeschema::nullable_field(&self.result, out)?;
            timeschema::field(&self.option, out)?;
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

/// Hypertable `public.super`, in chunks of 7 days by `time`.
pub mod super_ {
    /// A row of the hypertable, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Never null: NOT NULL.
        ///
        /// `date`.
        pub time: timeschema::Date,
        /// `reporting.period[]`, `NULL::reporting.period[]` by default.
        pub period: Option<timeschema::Array<super::reporting_schema::Period>>,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                time: TABLE.get(row, 0)?,
                period: TABLE.get(row, 1)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "super",
        columns: &[
            timeschema::Column::never_null("time", "date"),
            timeschema::Column::nullable("period", "reporting.period[]"),
        ],
        primary_key: &[],
    };

    /// What TimescaleDB does with the relation.
    impl Row {
        /// The column that divides rows into chunks.
        pub const TIME_COLUMN: &str = "time";

        /// Width of a chunk, as PostgreSQL prints the interval.
        pub const CHUNK_INTERVAL: &str = "7 days";
    }

    /// A row to be written to `public.super`.
    ///
    /// [`Required`] holds what every row needs; add the rest by struct update:
    /// `New { a: Some(1), ..Required { b, c }.into() }`.
    #[derive(Debug, Clone, PartialEq)]
    pub struct New {
        /// `date`.
        pub time: timeschema::Date,
        /// `reporting.period[]`, `NULL::reporting.period[]` by default. `None` is the default,
        /// `Some(None)` is null.
        pub period: Option<Option<timeschema::Array<super::reporting_schema::Period>>>,
    }

    /// The columns that every row of `public.super` needs: they are never null and have no
    /// default.
    ///
    /// If a migration adds such a column, code that writes rows without it no longer compiles.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Required {
        /// `date`.
        pub time: timeschema::Date,
    }

    impl From<Required> for New {
        fn from(required: Required) -> Self {
            Self {
                time: required.time,
                period: None,
            }
        }
    }

    impl timeschema::Insert for New {
        const TABLE: timeschema::Table = TABLE;
        type Given = [bool; 2];

        fn given(&self) -> Self::Given {
            let mut given = [true; 2];
            given[1] = self.period.is_some();
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
            if let Some(value) = &self.period {
                values.push(value);
            }
            values
        }

        fn encode(&self, out: &mut timeschema::BytesMut) -> Result<(), timeschema::EncodeError> {
            timeschema::field(&self.time, out)?;
            if let Some(value) = &self.period {
                timeschema::nullable_field(value, out)?;
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
        range: std::ops::Range<timeschema::Date>,
    ) -> Result<timeschema::Rows<'a, Row>, timeschema::postgres::Error> {
        const SQL: &str = r#"
            SELECT "time", "period"
            FROM "public"."super"
            WHERE "time" >= $1 AND "time" < $2
            ORDER BY "time"
        "#;
        let ty = timeschema::postgres::types::Type::DATE;
        let bounds = [(range.start, ty.clone()), (range.end, ty)];
        client
            .query_typed_raw(SQL, bounds)
            .map(timeschema::Rows::new)
    }
}

/// Table `public.table`.
pub mod table {
    /// A row of the table, as it is read.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Row {
        /// Never null: NOT NULL.
        ///
        /// `text`.
        pub table: String,
    }

    /// Reads the columns by name, so that a query may have them in any order among others.
    impl TryFrom<&timeschema::postgres::Row> for Row {
        type Error = timeschema::postgres::Error;

        fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
            Ok(Self {
                table: TABLE.get(row, 0)?,
            })
        }
    }

    /// Name, columns and primary key.
    pub const TABLE: timeschema::Table = timeschema::Table {
        schema: "public",
        name: "table",
        columns: &[timeschema::Column::never_null("table", "text")],
        primary_key: &[],
    };

    /// A row to be written to `public.table`.
    #[derive(Debug, Clone, PartialEq)]
    pub struct New {
        /// `text`.
        pub table: String,
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
            values.push(&self.table);
            values
        }

        fn encode(&self, out: &mut timeschema::BytesMut) -> Result<(), timeschema::EncodeError> {
            timeschema::field(&self.table, out)?;
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

/// Schema `reporting`.
pub mod reporting_schema {
    /// Width of a report.
    ///
    /// Enum `reporting.period`.
    #[derive(Debug, Clone, PartialEq, Eq, Hash)]
    pub enum Period {
        /// Label `hour`.
        Hour,
        /// Label `day`.
        Day,
        /// A label that the database has and this build does not know.
        Unknown(String),
    }

    impl Period {
        /// The labels that this build knows, in the type's order.
        pub const LABELS: &[&str] = &["hour", "day"];

        /// The label, as PostgreSQL spells it.
        pub fn as_str(&self) -> &str {
            match self {
                Self::Hour => "hour",
                Self::Day => "day",
                Self::Unknown(label) => label,
            }
        }
    }

    impl From<&str> for Period {
        fn from(label: &str) -> Self {
            match label {
                "hour" => Self::Hour,
                "day" => Self::Day,
                _ => Self::Unknown(label.to_owned()),
            }
        }
    }

    impl std::fmt::Display for Period {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.pad(self.as_str())
        }
    }

    timeschema::enum_sql!(Period);

    /// Continuous aggregate `reporting.matches` over [`public.match`](mod@super::match). Holds
    /// only what has been materialized.
    pub mod matches {
        /// A row of the continuous aggregate, as it is read.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Row {
            /// `bigint`.
            pub n: Option<i64>,
        }

        /// Reads the columns by name, so that a query may have them in any order among others.
        impl TryFrom<&timeschema::postgres::Row> for Row {
            type Error = timeschema::postgres::Error;

            fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
                Ok(Self {
                    n: TABLE.get(row, 0)?,
                })
            }
        }

        /// Name, columns and primary key.
        pub const TABLE: timeschema::Table = timeschema::Table {
            schema: "reporting",
            name: "matches",
            columns: &[timeschema::Column::nullable("n", "bigint")],
            primary_key: &[],
        };

        /// What TimescaleDB does with the relation.
        impl Row {
            /// The relation that the aggregate is computed from.
            pub const SOURCE: &str = "public.match";

            /// Whether only what has been materialized is read.
            pub const MATERIALIZED_ONLY: bool = true;
        }
    }

    /// Readings by hour!
    ///
    /// Continuous aggregate `reporting.readings_hourly` over
    /// [`public.readings`](mod@super::readings), bucket 1 hour. Rows that are not materialized
    /// yet are computed when they are read. Refreshed every 30 minutes, from 3 days ago to 1 hour
    /// ago.
    pub mod readings_hourly {
        /// A row of the continuous aggregate, as it is read.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Row {
            /// Never null: `time_bucket` of `readings.time`, which is NOT NULL.
            ///
            /// `timestamp with time zone`.
            pub bucket: timeschema::Timestamp,
            /// Mean. Null when there is none.
            ///
            /// `double precision`.
            pub average: Option<f64>,
        }

        /// Reads the columns by name, so that a query may have them in any order among others.
        impl TryFrom<&timeschema::postgres::Row> for Row {
            type Error = timeschema::postgres::Error;

            fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
                Ok(Self {
                    bucket: TABLE.get(row, 0)?,
                    average: TABLE.get(row, 1)?,
                })
            }
        }

        /// Name, columns and primary key.
        pub const TABLE: timeschema::Table = timeschema::Table {
            schema: "reporting",
            name: "readings_hourly",
            columns: &[
                timeschema::Column::never_null("bucket", "timestamp with time zone"),
                timeschema::Column::nullable("average", "double precision"),
            ],
            primary_key: &[],
        };

        /// What TimescaleDB does with the relation.
        impl Row {
            /// The relation that the aggregate is computed from.
            pub const SOURCE: &str = "public.readings";

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
                SELECT "bucket", "average"
                FROM "reporting"."readings_hourly"
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

    /// Materialized view `reporting.totals`.
    pub mod totals {
        /// A row of the materialized view, as it is read.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Row {
            /// `numeric`.
            pub total: Option<timeschema::Numeric>,
        }

        /// Reads the columns by name, so that a query may have them in any order among others.
        impl TryFrom<&timeschema::postgres::Row> for Row {
            type Error = timeschema::postgres::Error;

            fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
                Ok(Self {
                    total: TABLE.get(row, 0)?,
                })
            }
        }

        /// Name, columns and primary key.
        pub const TABLE: timeschema::Table = timeschema::Table {
            schema: "reporting",
            name: "totals",
            columns: &[timeschema::Column::nullable("total", "numeric")],
            primary_key: &[],
        };
    }

    /// Table `reporting.wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww`.
    pub mod wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww {
        /// A row of the table, as it is read.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Row {
            /// Never null: NOT NULL.
            ///
            /// `public.mood`.
            pub wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww: super::super::Mood,
            /// `reporting.period[]`, `'{}'` by default.
            pub xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx:
                Option<timeschema::Array<super::super::reporting_schema::Period>>,
            /// `text`.
            pub yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy: Option<String>,
        }

        /// Reads the columns by name, so that a query may have them in any order among others.
        impl TryFrom<&timeschema::postgres::Row> for Row {
            type Error = timeschema::postgres::Error;

            fn try_from(row: &timeschema::postgres::Row) -> Result<Self, Self::Error> {
                Ok(Self {
                    wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww: TABLE
                        .get(row, 0)?,
                    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: TABLE
                        .get(row, 1)?,
                    yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy: TABLE
                        .get(row, 2)?,
                })
            }
        }

        /// Name, columns and primary key.
        pub const TABLE: timeschema::Table = timeschema::Table {
            schema: "reporting",
            name: "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww",
            columns: &[
                timeschema::Column::never_null(
                    "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww",
                    "public.mood",
                ),
                timeschema::Column::nullable(
                    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                    "reporting.period[]",
                ),
                timeschema::Column::nullable(
                    "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy",
                    "text",
                ),
            ],
            primary_key: &[],
        };

        /// A row to be written to
        /// `reporting.wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww`.
        ///
        /// [`Required`] holds what every row needs; add the rest by struct update:
        /// `New { a: Some(1), ..Required { b, c }.into() }`.
        #[derive(Debug, Clone, PartialEq)]
        pub struct New {
            /// `public.mood`.
            pub wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww: super::super::Mood,
            /// `reporting.period[]`, `'{}'` by default. `None` is the default, `Some(None)` is
            /// null.
            pub xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx:
                Option<Option<timeschema::Array<super::super::reporting_schema::Period>>>,
            /// `text`. `None` is null.
            pub yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy: Option<String>,
        }

        /// The columns that every row of
        /// `reporting.wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww` needs:
        /// they are never null and have no default.
        ///
        /// If a migration adds such a column, code that writes rows without it no longer
        /// compiles.
        #[derive(Debug, Clone, PartialEq)]
        pub struct Required {
            /// `public.mood`.
            pub wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww: super::super::Mood,
        }

        impl From<Required> for New {
            fn from(required: Required) -> Self {
                Self {
                    wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww: required
                        .wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww,
                    xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx: None,
                    yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy: None,
                }
            }
        }

        impl timeschema::Insert for New {
            const TABLE: timeschema::Table = TABLE;
            type Given = [bool; 3];

            fn given(&self) -> Self::Given {
                let mut given = [true; 3];
                given[1] = self
                    .xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                    .is_some();
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
                values.push(&self.wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww);
                if let Some(value) =
                    &self.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                {
                    values.push(value);
                }
                values.push(&self.yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy);
                values
            }

            fn encode(
                &self,
                out: &mut timeschema::BytesMut,
            ) -> Result<(), timeschema::EncodeError> {
                timeschema::field(
                    &self.wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww,
                    out,
                )?;
                if let Some(value) =
                    &self.xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
                {
                    timeschema::nullable_field(value, out)?;
                }
                timeschema::nullable_field(
                    &self.yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy,
                    out,
                )?;
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
}
