//! How a column takes its values.

use std::collections::BTreeSet;

use catalog::{Catalog, Column, ConstraintKind, Dimension, Table, TypeRef};
use sql::qualified::qualified;
use sql::quote;
use sql::statement::names::Name;

use crate::draw::Draw;
use crate::names::{Definition, of_column};
use crate::types::{self, Family};
use crate::value::{Values, Which, can_be_distinct, is_wide};
use crate::wanted::{ColumnFacts, TableFacts};

/// How many nulls a column gets that may be null, if nothing is known of it.
const NULLS: f64 = 0.1;

/// How many values a column gets by which rows are stored together, if nothing is known of it.
const SEGMENTS: u64 = 20;

/// A column that is given a value.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// The column's type as a cast names it.
    pub(crate) cast: String,
    /// The type without domains.
    pub(crate) base: TypeRef,
    /// What domains demand of the column.
    pub(crate) checks: Vec<String>,
    pub(crate) may_be_null: bool,
    pub(crate) which: Which,
    /// How many values there are, if rows share them.
    distinct: Option<u64>,
    facts: ColumnFacts,
    source: Source,
}

#[derive(Debug, Clone)]
enum Source {
    /// A value of the type.
    Type,
    /// The column's default, which counts.
    Sequence(String),
    /// A time dimension: its width in chunks, and the width of a chunk as an expression of seconds or units.
    Time { chunks: u32, width: Width },
}

#[derive(Debug, Clone)]
enum Width {
    Seconds(String),
    Units(i64),
}

/// The columns of a table that are given values.
pub(crate) fn fields(
    catalog: &Catalog,
    table: &Table,
    facts: &TableFacts,
    rows: u64,
    chunks: u32,
) -> Vec<Field> {
    let distinct = distinct_columns(table);
    let segments = segments(table);
    let columns = table.columns.iter();
    let columns = columns.filter(|it| it.generated.is_none() && it.identity.is_none());
    columns
        .map(|column| {
            let base = types::base(catalog, &column.ty);
            let mut facts = facts.columns.get(&column.name).cloned().unwrap_or_default();
            facts
                .common
                .retain(|(value, _)| is_value(catalog, &base.ty, value));
            let which = if distinct.contains(&column.name) {
                Which::Distinct
            } else {
                Which::Any
            };
            let few = match base.ty.name.as_str() {
                _ if segments.contains(&column.name) => Some(SEGMENTS.min(rows)),
                "uuid" if !is_in_key(table, &column.name) => {
                    Some(((rows as f64).sqrt() as u64).max(10))
                }
                _ => None,
            };
            Field {
                name: column.name.clone(),
                cast: types::written(&column.ty),
                checks: base
                    .checks
                    .iter()
                    .map(|it| of_column(it, &column.name))
                    .collect(),
                may_be_null: column.never_null.is_none() && !base.is_not_null,
                distinct: facts.distinct.or(few).filter(|_| which == Which::Any),
                source: source(table, column, chunks),
                base: base.ty,
                which,
                facts,
            }
        })
        .collect()
}

/// Whether a value of another database is one here: the labels of an enum and the objects of a database may be
/// others.
fn is_value(catalog: &Catalog, ty: &TypeRef, value: &str) -> bool {
    let mut enums = catalog.enums.iter();
    let own = enums.find(|it| it.schema == ty.schema && it.name == ty.name);
    let is_label = own.is_none_or(|it| it.labels.iter().any(|label| label == value));
    is_label && !ty.name.starts_with("reg")
}

fn source(table: &Table, column: &Column, chunks: u32) -> Source {
    let dimensions = table.hypertable.iter().flat_map(|it| &it.dimensions);
    let of_column = |it: &&Dimension| it.column == column.name;
    if let Some(dimension) = dimensions.into_iter().find(of_column) {
        let seconds = dimension.time_interval.as_ref().map(|it| {
            let interval = quote::literal(it);
            Width::Seconds(format!(
                "pg_catalog.date_part('epoch', {interval}::interval)"
            ))
        });
        if let Some(width) = seconds.or(dimension.integer_interval.map(Width::Units)) {
            return Source::Time { chunks, width };
        }
    }
    match &column.default {
        Some(default) if default.starts_with("nextval(") => Source::Sequence(default.clone()),
        _ => Source::Type,
    }
}

impl Field {
    /// Whether the server numbers the rows, so that their order counts.
    pub(crate) fn is_numbered(&self) -> bool {
        matches!(self.source, Source::Sequence(_))
    }

    pub(crate) fn draw(&self, table: &Table, seed: u64, row: &str) -> Draw {
        Draw::new(row, seed, &[&table.schema, &table.name, &self.name])
    }

    /// An expression for a value of the base type, nulls left out; `None` if nothing is known of the type. `position`
    /// is the row's place in the time range, from 0 to 1, if rows come in the order of time.
    pub(crate) fn value(
        &self,
        values: &Values<'_>,
        draw: &mut Draw,
        position: Option<&str>,
    ) -> Option<String> {
        let cast = types::written(&self.base);
        let some = match &self.source {
            Source::Sequence(default) => return Some(default.clone()),
            Source::Time { chunks, width } => {
                let position = position.map_or_else(|| draw.fraction(), str::to_owned);
                let at = self.time(values.until, *chunks, width, &position);
                return Some(format!("({at})::{cast}"));
            }
            Source::Type => match self.distinct {
                Some(count) => {
                    let shared = draw.below(count);
                    values.value(&self.base, self.which, &mut draw.of(&shared))
                }
                None => values.value(&self.base, self.which, draw),
            },
        };
        self.with_common(some, draw)
    }

    /// Whether it is known which values the column has.
    pub(crate) fn is_known(&self) -> bool {
        !self.facts.common.is_empty() || self.distinct.is_some()
    }

    /// The column's most common values as often as they are to be.
    fn with_common(&self, some: Option<String>, draw: &mut Draw) -> Option<String> {
        if self.facts.common.is_empty() || self.which == Which::Distinct {
            return some;
        }
        let cast = types::written(&self.base);
        let drawn = draw.fraction();
        let mut sum = 0.0;
        let mut cases = String::new();
        let not_null = (1.0 - self.null_fraction()).max(0.01);
        for (value, frequency) in &self.facts.common {
            sum += frequency / not_null;
            let value = quote::literal(value);
            cases += &format!("WHEN {drawn} OPERATOR(pg_catalog.<) {sum:.6} THEN {value}::{cast} ");
        }
        let some = some.unwrap_or_else(|| "NULL".to_owned());
        Some(format!("CASE {cases}ELSE {some} END"))
    }

    fn time(&self, until: i64, chunks: u32, width: &Width, position: &str) -> String {
        let text = match width {
            Width::Units(width) => {
                let most = match self.base.name.as_str() {
                    "int2" => i64::from(i16::MAX),
                    "int4" => i64::from(i32::MAX),
                    _ => i64::MAX / 2,
                };
                let all = width.saturating_mul(i64::from(chunks)).min(most);
                format!("floor({position} * {all}::double precision)")
            }
            Width::Seconds(seconds) => {
                let at =
                    format!("to_timestamp({until} - ({seconds} * {chunks} * (1 - {position})))");
                match self.base.name.as_str() {
                    "timestamp" | "date" => format!("timezone('UTC', {at})"),
                    // Version 7, whose first digits are milliseconds.
                    "uuid" => format!(
                        "(lpad(to_hex((date_part('epoch', {at}) * 1000)::bigint), 12, '0') \
                         || '7' || substr(md5({at}::text), 1, 3) || '8' || substr(md5({at}::text), 4, 15))"
                    ),
                    _ => at,
                }
            }
        };
        qualified(&text)
    }

    /// The share of nulls among the column's rows.
    pub(crate) fn null_fraction(&self) -> f64 {
        if self.may_be_null && !self.is_numbered() {
            self.facts.null_fraction.unwrap_or(NULLS).clamp(0.0, 1.0)
        } else {
            0.0
        }
    }

    /// The expression, null as often as the column is to be.
    pub(crate) fn or_null(&self, value: &str, draw: &mut Draw) -> String {
        let fraction = self.null_fraction();
        if fraction == 0.0 {
            return value.to_owned();
        }
        let millionths = (fraction * 1e6) as u64;
        let drawn = draw.below(1_000_000);
        format!("CASE WHEN {drawn} OPERATOR(pg_catalog.>=) {millionths} THEN {value} END")
    }
}

fn is_in_key(table: &Table, column: &str) -> bool {
    unique(table).iter().any(|it| it.contains(column))
}

/// The columns of each key of which no two rows may have the same values.
pub(crate) fn unique(table: &Table) -> Vec<BTreeSet<String>> {
    use ConstraintKind::{Exclusion, PrimaryKey, Unique};
    let constraints = table.constraints.iter();
    let keys = constraints.filter(|it| matches!(it.kind, PrimaryKey | Unique));
    let mut all: Vec<BTreeSet<String>> = keys
        .map(|it| it.columns.iter().cloned().collect())
        .collect();
    let of_text = |text: &str| {
        let definition = Definition::new(text);
        let words = definition.identifiers();
        let columns = table.columns.iter();
        let columns = columns.map(|it| it.name.clone());
        columns
            .filter(|it| words.contains(it))
            .collect::<BTreeSet<String>>()
    };
    let constraints = table.constraints.iter();
    let exclusions = constraints.filter(|it| it.kind == Exclusion);
    let listed = |text: &str| Definition::new(text).parenthesised(0).map(of_text);
    all.extend(exclusions.filter_map(|it| listed(&it.definition)));
    let indexes = table.indexes.iter().map(|it| it.definition.as_str());
    let indexes = indexes.filter(|it| it.starts_with("CREATE UNIQUE INDEX"));
    all.extend(indexes.filter_map(listed));
    all.retain(|it| !it.is_empty());
    all
}

/// One column of each key, whose values are to differ from row to row.
fn distinct_columns(table: &Table) -> BTreeSet<String> {
    let mut chosen = BTreeSet::new();
    let is_referring = |name: &str| {
        let keys = table
            .constraints
            .iter()
            .filter(|it| it.kind == ConstraintKind::ForeignKey);
        keys.flat_map(|it| &it.columns).any(|it| it == name)
    };
    let is_dimension = |name: &str| {
        let dimensions = table.hypertable.iter().flat_map(|it| &it.dimensions);
        dimensions.into_iter().any(|it| it.column == name)
    };
    for key in unique(table) {
        let columns = || table.columns.iter().filter(|it| key.contains(&it.name));
        if key.len() == 1 {
            chosen.extend(key);
            continue;
        }
        let differs = |it: &Column| {
            it.identity.is_some()
                || chosen.contains(&it.name)
                || is_wide(&it.ty) && !is_referring(&it.name)
        };
        if columns().any(differs) {
            continue;
        }
        // The last, because the first ones are what rows have in common.
        let free = columns().filter(|it| !is_referring(&it.name) && !is_dimension(&it.name));
        let free = free.filter(|it| it.generated.is_none() && can_be_distinct(&it.ty));
        let last_of = |family: Family| free.clone().rfind(|it| types::family(&it.ty) == family);
        let found = last_of(Family::Other).filter(|it| it.ty.name.ends_with("range"));
        let found = found
            .or_else(|| last_of(Family::Number))
            .or_else(|| last_of(Family::Text))
            .or_else(|| free.clone().next_back());
        chosen.extend(found.map(|it| it.name.clone()));
    }
    chosen
}

/// The columns by which a columnstore keeps rows together.
fn segments(table: &Table) -> BTreeSet<String> {
    let columnstore = table
        .hypertable
        .as_ref()
        .and_then(|it| it.columnstore.as_ref());
    let Some(text) = columnstore.and_then(|it| it.segment_by.as_deref()) else {
        return BTreeSet::new();
    };
    let definition = Definition::new(text);
    let names = Name::read_list(definition.words(), 0);
    let names = names.into_iter().flat_map(|(names, _)| names);
    names.map(|it| it.object().to_owned()).collect()
}
