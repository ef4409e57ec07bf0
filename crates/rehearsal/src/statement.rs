//! The statements that fill one table.

mod pool;
mod related;

use catalog::{ConstraintKind, Table};
use sql::qualified::qualified;
use sql::quote;

use crate::column::Field;
use crate::component::{Check, Component};
use crate::draw::Draw;
use crate::foreign_key::ForeignKey;
use crate::hints::hints;
use crate::literals::Literals;
use crate::names::{of_column, written};
use crate::types;
use crate::value::{Values, Which, domain_list};

/// How many rows a statement inserts at most.
const BATCH: u64 = 50_000;

/// How many candidates are tried row by row at most, where statements for many rows leave some missing.
const ROW_BY_ROW: u64 = 20_000;

/// How many rows two tables get together that refer to each other.
const TOGETHER: u64 = 1_000;

/// How many rows of a table others refer to at most.
const REFERRED: u64 = 10_000;

/// What the number of a candidate row is called.
const ROW: &str = "\"number of the candidate\"";

/// What a place in a list is called.
const PLACE: &str = "\"place of the candidate\"";

/// How a table is filled.
pub(crate) struct Plan<'a> {
    pub(crate) table: &'a Table,
    pub(crate) values: &'a Values<'a>,
    pub(crate) seed: u64,
    pub(crate) rows: u64,
    pub(crate) fields: &'a [Field],
    pub(crate) components: &'a [Component],
    /// Conditions of a row as a whole.
    pub(crate) loose: &'a [Check],
    /// A foreign key whose table comes later, and a query for the columns that it is to refer to there.
    pub(crate) ahead: Option<(String, String)>,
}

/// Who says whether a candidate meets the conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Judge {
    /// The query, which leaves out those that do not.
    Query,
    /// The server, when a candidate is inserted: an expression may raise an error for one that another would not.
    Server,
}

/// What candidate rows are selected from.
struct Drawn {
    /// Lists that a WITH holds.
    lists: Vec<String>,
    joins: String,
    /// An expression for each column.
    selected: Vec<Option<String>>,
}

/// Candidates by their numbers.
#[derive(Debug, Clone, Copy)]
struct Candidates {
    first: u64,
    last: u64,
}

impl Candidates {
    fn count(self) -> u64 {
        self.last + 1 - self.first
    }

    fn series(self) -> String {
        format!(
            "pg_catalog.generate_series({}::bigint, {}::bigint) AS i (n)",
            self.first, self.last
        )
    }
}

impl Plan<'_> {
    /// The statements, or why there are none.
    pub(crate) fn statements(&self) -> Result<Vec<String>, String> {
        // Rows that refer to their own table find those of the statements before.
        let parts = if self.refers_to_itself() { 4 } else { 1 };
        let size = self.rows.div_ceil(parts).clamp(1, BATCH);
        let mut statements = Vec::new();
        let mut first = 1;
        while first <= self.rows {
            let last = (first + size - 1).min(self.rows);
            statements.push(self.insert(Candidates { first, last }, None)?);
            first = last + 1;
        }
        let more = (2 * self.rows).clamp(1_000, 200_000);
        let last = self.rows + more;
        let further = Candidates {
            first: self.rows + 1,
            last,
        };
        statements.push(self.insert(further, Some(self.rows))?);
        let single = Candidates {
            first: last + 1,
            last: last + (4 * self.rows).clamp(500, ROW_BY_ROW),
        };
        statements.push(self.row_by_row(single, Judge::Query)?);
        if self.components.iter().any(|it| !it.checks.is_empty()) {
            let judged = Candidates {
                first: single.last + 1,
                last: single.last + (20 * self.rows).clamp(5_000, ROW_BY_ROW),
            };
            statements.push(self.row_by_row(judged, Judge::Server)?);
        }
        Ok(statements)
    }

    /// The first rows of this table and of another, which refer to each other: in one transaction, at whose end the
    /// keys are checked. `None` if the keys that rows of the other will have cannot be said before.
    pub(crate) fn with(
        &self,
        key: &ForeignKey,
        other: &Plan<'_>,
    ) -> Option<Result<String, String>> {
        let first = Candidates {
            first: 1,
            last: self.rows.min(other.rows).clamp(1, TOGETHER),
        };
        let rows = other.ahead_of(&key.referred, first)?;
        let own = Plan {
            ahead: Some((key.name.clone(), rows)),
            ..*self
        };
        let both = own.insert(first, None);
        let both = both.and_then(|own| Ok((own, other.insert(first, None)?)));
        Some(both.map(|(own, other)| {
            let body = format!("BEGIN\nSET CONSTRAINTS ALL DEFERRED;\n{own};\n{other};\nEND");
            format!("DO {}", quote::literal(&body))
        }))
    }

    /// A query for these columns of candidates, if no constraint but a key is about them.
    fn ahead_of(&self, columns: &[String], candidates: Candidates) -> Option<String> {
        let value = |name: &String| {
            let at = self.fields.iter().position(|it| it.name == *name)?;
            let mut components = self.components.iter();
            components.find(|it| it.is_free() && it.fields.contains(&at))?;
            let value = self.free(&self.fields[at]).ok()?;
            Some(format!("{value} AS {}", quote::identifier(name)))
        };
        let values: Option<Vec<String>> = columns.iter().map(value).collect();
        Some(format!(
            "SELECT {} FROM {}",
            values?.join(", "),
            candidates.series()
        ))
    }

    fn name(&self) -> String {
        written(&self.table.schema, &self.table.name)
    }

    fn refers_to_itself(&self) -> bool {
        let keys = self
            .components
            .iter()
            .flat_map(|it| it.keys.iter().flatten());
        keys.into_iter().any(|it| it.refers_to(self.table))
    }

    /// How many rows there are, as an expression.
    fn count(&self) -> String {
        let (only, name) = (self.only(), self.name());
        format!("(SELECT pg_catalog.count(*) FROM {only}{name})")
    }

    /// Before the table's name where its rows are counted, without those of other tables.
    fn only(&self) -> &'static str {
        if self.table.inherited { "ONLY " } else { "" }
    }

    /// Inserts the candidates that meet all conditions, or as many of them as are missing.
    fn insert(&self, candidates: Candidates, up_to: Option<u64>) -> Result<String, String> {
        let (with, select) = self.select(candidates, Judge::Query)?;
        let limit = up_to.map_or(String::new(), |rows| {
            format!(
                "\nLIMIT GREATEST({rows} OPERATOR(pg_catalog.-) {}, 0)",
                self.count()
            )
        });
        let conflict = if self.has_deferrable_key() {
            ""
        } else {
            "\nON CONFLICT DO NOTHING"
        };
        Ok(format!(
            "{with}INSERT INTO {}{}\n{select}{limit}{conflict}",
            self.name(),
            self.targets()
        ))
    }

    fn targets(&self) -> String {
        let names: Vec<String> = self
            .fields
            .iter()
            .map(|it| quote::identifier(&it.name))
            .collect();
        if names.is_empty() {
            String::new()
        } else {
            format!(" ({})", names.join(", "))
        }
    }

    /// Inserts candidates one by one until no row is missing; what the server refuses is left out. If that is all of
    /// them, it fails as the last one did. A column may have the name of a variable, and then is the column.
    fn row_by_row(&self, candidates: Candidates, judge: Judge) -> Result<String, String> {
        let (with, select) = self.select(candidates, judge)?;
        let values: Vec<String> = self
            .fields
            .iter()
            .map(|it| format!("r.{}", quote::identifier(&it.name)))
            .collect();
        let source = if values.is_empty() {
            "DEFAULT VALUES".to_owned()
        } else {
            format!("VALUES ({})", values.join(", "))
        };
        let body = format!(
            "#variable_conflict use_column
DECLARE
    missing bigint := {rows} OPERATOR(pg_catalog.-) {count};
    refused text;
    r record;
BEGIN
    IF missing OPERATOR(pg_catalog.<=) 0 THEN
        RETURN;
    END IF;
    SET CONSTRAINTS ALL IMMEDIATE;
    FOR r IN {with}{select}
    LOOP
        BEGIN
            INSERT INTO {name}{targets} {source};
            IF FOUND THEN
                missing := missing OPERATOR(pg_catalog.-) 1;
            END IF;
        EXCEPTION WHEN OTHERS THEN
            refused := SQLERRM;
        END;
        EXIT WHEN missing OPERATOR(pg_catalog.<=) 0;
    END LOOP;
    IF refused IS NOT NULL AND NOT EXISTS (SELECT FROM {only}{name}) THEN
        RAISE EXCEPTION USING MESSAGE = refused;
    END IF;
END",
            rows = self.rows,
            count = self.count(),
            only = self.only(),
            name = self.name(),
            targets = self.targets(),
        );
        Ok(format!("DO {}", quote::literal(&body)))
    }

    fn has_deferrable_key(&self) -> bool {
        use ConstraintKind::{Exclusion, PrimaryKey, Unique};
        let constraints = self.table.constraints.iter();
        let mut keys = constraints.filter(|it| matches!(it.kind, PrimaryKey | Unique | Exclusion));
        keys.any(|it| it.definition.contains(" DEFERRABLE"))
    }

    /// The query for candidates, with what it is based on before it.
    fn select(&self, candidates: Candidates, judge: Judge) -> Result<(String, String), String> {
        let drawn = self.drawn(candidates, judge)?;
        let mut columns = vec![format!("i.n AS {ROW}")];
        let mut conditions = Vec::new();
        for (field, value) in self.fields.iter().zip(&drawn.selected) {
            let name = quote::identifier(&field.name);
            columns.push(format!("{} AS {name}", value.as_deref().unwrap_or("NULL")));
            if !field.may_be_null {
                conditions.push(format!("{name} IS NOT NULL"));
            }
        }
        let cast = |field: &Field| {
            let name = quote::identifier(&field.name);
            match judge {
                Judge::Query => format!("{name}::{} AS {name}", field.cast),
                Judge::Server => name,
            }
        };
        let cast: Vec<String> = self.fields.iter().map(cast).collect();
        if judge == Judge::Query {
            let loose = self.loose.iter();
            conditions.extend(loose.map(|it| format!("{} IS NOT FALSE", it.expression)));
        }
        let rest = if conditions.is_empty() {
            String::new()
        } else {
            format!("\nWHERE {}", conditions.join("\n    AND "))
        };
        let order = if self.is_numbered() || judge == Judge::Server {
            format!("\nORDER BY {ROW}")
        } else {
            String::new()
        };
        let select = format!(
            "SELECT {}\nFROM (\n    SELECT {}\n    FROM {}{}\n    OFFSET 0\n) AS {}{rest}{order}",
            cast.join(", "),
            columns.join(",\n        "),
            candidates.series(),
            drawn.joins,
            quote::identifier(&self.table.name),
        );
        let mut all = self.domain_lists();
        all.extend(drawn.lists);
        let with = if all.is_empty() {
            String::new()
        } else {
            format!("WITH {}\n", all.join(",\n"))
        };
        Ok((with, select))
    }

    /// What the columns are selected from.
    fn drawn(&self, candidates: Candidates, judge: Judge) -> Result<Drawn, String> {
        let mut drawn = Drawn {
            lists: Vec::new(),
            joins: String::new(),
            selected: vec![None; self.fields.len()],
        };
        for (index, component) in self.components.iter().enumerate() {
            if component.is_free() {
                for &at in &component.fields {
                    drawn.selected[at] = Some(self.free(&self.fields[at])?);
                }
            } else {
                self.draw_together(index, component, (candidates, judge), &mut drawn)?;
            }
        }
        self.own_keys(&mut drawn.selected);
        Ok(drawn)
    }

    /// Whether the server gives numbers to rows, in the order in which they come.
    fn is_numbered(&self) -> bool {
        self.fields.iter().any(Field::is_numbered)
            || self.table.columns.iter().any(|it| it.identity.is_some())
    }

    /// The value of a column that no constraint is about.
    fn free(&self, field: &Field) -> Result<String, String> {
        let mut draw = field.draw(self.table, self.seed, "i.n");
        let jitter = draw.fraction();
        let position = qualified(&format!(
            "((i.n % {0}::bigint)::double precision + {jitter}) / {0}",
            self.rows.max(1)
        ));
        match field.value(self.values, &mut draw, Some(&format!("({position})"))) {
            Some(value) => Ok(field.or_null(&value, &mut draw)),
            None => self.unknown(field),
        }
    }

    /// A null for a type that nothing is known of.
    fn unknown(&self, field: &Field) -> Result<String, String> {
        if field.may_be_null {
            Ok(format!("NULL::{}", types::written(&field.base)))
        } else {
            Err(format!(
                "no value of type {} is known for its column {}",
                field.base.sql, field.name
            ))
        }
    }

    /// Rows that must refer to their own table refer to themselves where there is no other row.
    fn own_keys(&self, selected: &mut [Option<String>]) {
        let index = |name: &String| self.fields.iter().position(|it| it.name == *name);
        let keys = self
            .components
            .iter()
            .flat_map(|it| it.keys.iter().flatten());
        for key in keys.filter(|it| it.refers_to(self.table)) {
            for (column, referred) in key.columns.iter().zip(&key.referred) {
                let (Some(column), Some(referred)) = (index(column), index(referred)) else {
                    continue;
                };
                if self.fields[column].may_be_null || column == referred {
                    continue;
                }
                if let (Some(value), Some(own)) =
                    (selected[column].clone(), selected[referred].clone())
                {
                    selected[column] = Some(format!("COALESCE({value}, {own})"));
                }
            }
        }
    }

    /// Lists of the values of domains that occur inside of other types.
    fn domain_lists(&self) -> Vec<String> {
        let mut lists = Vec::new();
        let mut index = 0;
        // The values of a domain may bring further domains, which its list then comes after.
        while let Some((schema, name)) = self.values.domains.borrow().get(index).cloned() {
            lists.push(self.domain_list(index, &schema, &name));
            index += 1;
        }
        lists.reverse();
        lists
    }

    fn domain_list(&self, index: usize, schema: &str, name: &str) -> String {
        let ty = catalog::TypeRef {
            sql: written(schema, name),
            schema: schema.to_owned(),
            name: name.to_owned(),
            array: false,
        };
        let base = types::base(self.values.catalog, &ty);
        let cast = types::written(&base.ty);
        let mut draw = Draw::new("i.n", self.seed, &[schema, name]);
        let some = self.values.value(&base.ty, Which::Any, &mut draw);
        let some = some.unwrap_or_else(|| format!("NULL::{cast}"));
        let literals = Literals::read(base.checks.iter().copied());
        let mut all = hints(&base.ty, &literals, &some, &mut draw);
        all.extend([some.clone(), some]);
        let all: Vec<String> = all.iter().map(|it| format!("({it})::{cast}")).collect();
        let value = draw.pick(&all).unwrap_or_default();
        let checks = base.checks.iter().map(|it| of_column(it, "value"));
        let checks: String = checks
            .map(|it| format!(" AND ({it}) IS NOT FALSE"))
            .collect();
        // Lists of arrays would be arrays of arrays, which are not lists of values of the domain.
        let list = if base.ty.array {
            format!("NULL::{}[]", ty.sql)
        } else {
            format!("pg_catalog.array_agg(c.\"value\"::{})", ty.sql)
        };
        format!(
            "{} AS MATERIALIZED (\n    SELECT {list} AS all_of_it FROM (\n        \
             SELECT \"value\" FROM (SELECT {value} AS \"value\" \
             FROM pg_catalog.generate_series(1::bigint, 4000::bigint) AS i (n) OFFSET 0) AS c\n        \
             WHERE \"value\" IS NOT NULL{checks} LIMIT 100\n    ) AS c\n)",
            domain_list(index)
        )
    }
}

/// The columns that a group of foreign keys gives values to, each with the key and the column that it refers to.
fn referring(group: &[ForeignKey]) -> Vec<(&str, usize, &str)> {
    let mut columns: Vec<(&str, usize, &str)> = Vec::new();
    for (index, key) in group.iter().enumerate() {
        for (column, referred) in key.columns.iter().zip(&key.referred) {
            if !columns.iter().any(|(known, ..)| known == column) {
                columns.push((column, index, referred));
            }
        }
    }
    columns
}
