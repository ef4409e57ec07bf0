//! Our histories elsewhere in the database than where a run looks. Pure: it builds SQL text and parses the answers.
//!
//! If `search_path` has changed since the migrations were applied, their history is not in the schema that new tables go to, and they would
//! run a second time. The history of another service or tenant is no obstacle: it does not record the same files.

use std::fmt;

use sql::qualified::qualified;
use sql::quote::{identifier, literal, plain};

use super::trust::{HAS_TRUSTED_OWNER, RUNS_NOTHING};
use crate::link::Rows;
use crate::plan::Migration;

/// The columns by which a history is recognised, whatever it is called, with their types.
const COLUMNS: [(&str, &str); 6] = [
    ("version", "int4"),
    ("name", "text"),
    ("checksum", "text"),
    ("steps", "int4"),
    ("steps_done", "int4"),
    ("applied_by", "text"),
];

/// Whether a table's columns, each with its `typname`, are those of a history.
pub fn is_history(columns: &[(&str, &str)]) -> bool {
    COLUMNS.iter().all(|column| columns.contains(column))
}

/// A query for every history of the database that can be read without running anyone's code; [`places`] reads the answer. Needs no
/// privilege.
///
/// `search_path` is chosen for the session if it came with the connection, and not from a setting of the role or the database, which a
/// migration may have changed.
pub(crate) fn query() -> String {
    let has_columns = has_columns();
    qualified(&format!(
        "SELECT n.nspname, c.relname, pg_get_userbyid(c.relowner), n.nspname = ANY (current_schemas(false)), \
         (SELECT s.source IN ('client', 'session') FROM pg_catalog.pg_settings s WHERE s.name = 'search_path') \
         FROM pg_catalog.pg_attribute d JOIN pg_catalog.pg_class c ON c.oid = d.attrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE d.attname = 'steps_done' AND c.relkind = 'r' AND c.relpersistence <> 't' AND NOT row_security_active(c.oid) \
         AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') \
         AND {has_columns} ORDER BY 1, 2"
    ))
}

/// A condition on `pg_class AS c`: whether it has the columns of a history.
fn has_columns() -> String {
    let column = |(name, ty): &(&str, &str)| {
        format!(
            "(a.attname = {} AND a.atttypid = '{ty}'::regtype)",
            literal(name)
        )
    };
    let columns: Vec<String> = COLUMNS.iter().map(column).collect();
    format!(
        "(SELECT count(*) FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND ({})) = {}",
        columns.join(" OR "),
        COLUMNS.len(),
    )
}

/// A query for the names of the schemas in which other projects keep their histories: all but the schemas in `own`. Part of another query,
/// to be passed through [`qualified`] as a whole.
///
/// Only a history that can be trusted counts. So creating a table is not enough to claim a schema for another project.
pub fn others(own: &[&str]) -> String {
    let own: Vec<String> = own.iter().map(|schema| literal(schema)).collect();
    let has_columns = has_columns();
    format!(
        "SELECT n.nspname FROM pg_catalog.pg_attribute d JOIN pg_catalog.pg_class c ON c.oid = d.attrelid \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE d.attname = 'steps_done' AND c.relpersistence <> 't' AND {RUNS_NOTHING} AND {HAS_TRUSTED_OWNER} AND {has_columns} \
         AND n.nspname <> ALL (ARRAY[{}]::text[])",
        own.join(", ")
    )
}

/// A history somewhere in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub table: String,
    /// Its owner.
    pub owner: String,
    /// Its rows: number, name, checksum, and how many steps are done, of how many.
    rows: Vec<Recorded>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Recorded {
    version: u32,
    name: String,
    checksum: String,
    steps_done: usize,
    is_applied: bool,
}

/// The histories that may belong to the files of this run: all of them, unless the caller has chosen `search_path` for this session. Then
/// those outside it belong to others.
pub(crate) fn places(rows: &Rows) -> Vec<Elsewhere> {
    let place = |row: &Vec<Option<String>>| {
        let text = |index: usize| row.get(index).cloned().flatten().unwrap_or_default();
        let is_reached = text(3) == "t";
        let is_chosen = text(4) == "t";
        (is_reached || !is_chosen).then(|| Elsewhere {
            schema: text(0),
            table: text(1),
            owner: text(2),
            rows: Vec::new(),
        })
    };
    rows.iter().filter_map(place).collect()
}

/// A query for the contents of these histories; [`fill`] reads the answer.
pub(crate) fn rows_query(places: &[Elsewhere]) -> String {
    let one = |(index, place): (usize, &Elsewhere)| {
        format!(
            "SELECT {index}, h.version, h.name, h.checksum, h.steps_done, h.steps_done >= h.steps FROM ONLY {}.{} AS h",
            identifier(&place.schema),
            identifier(&place.table)
        )
    };
    let all: Vec<String> = places.iter().enumerate().map(one).collect();
    qualified(&all.join(" UNION ALL "))
}

/// Reads the answer to [`rows_query`].
pub(crate) fn fill(places: &mut [Elsewhere], rows: &Rows) {
    for row in rows {
        let text = |index: usize| row.get(index).and_then(|it| it.as_deref()).unwrap_or("");
        let place = text(0)
            .parse()
            .ok()
            .and_then(|at: usize| places.get_mut(at));
        if let (Some(place), Ok(version), Ok(steps_done)) =
            (place, text(1).parse(), text(4).parse())
        {
            place.rows.push(Recorded {
                version,
                name: text(2).to_owned(),
                checksum: text(3).to_owned(),
                steps_done,
                is_applied: text(5) == "t",
            });
        }
    }
}

impl Elsewhere {
    /// The table's name with its schema, quoted only if necessary.
    pub fn name(&self) -> String {
        format!("{}.{}", plain(&self.schema), plain(&self.table))
    }

    /// Whether it records this migration, wholly or in part.
    fn records(&self, migration: &Migration) -> bool {
        let file = &migration.file;
        self.rows.iter().any(|row| {
            let now = if row.is_applied {
                file.checksum.clone()
            } else {
                migration.checksum(row.steps_done)
            };
            row.version == file.version && row.name == file.name && row.checksum == now
        })
    }
}

/// Files that another history of the database records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedElsewhere {
    /// That history.
    pub history: Elsewhere,
    /// The schema that was searched, if there is none.
    pub schema: String,
    /// The table that was looked for in it.
    pub table: String,
    /// The names of the files; never empty.
    pub files: Vec<String>,
}

/// The first history that records any of the migrations.
pub fn recorded(
    places: &[Elsewhere],
    migrations: &[Migration],
    schema: &str,
    table: &str,
) -> Option<RecordedElsewhere> {
    places.iter().find_map(|place| {
        let is_recorded = |it: &&Migration| place.records(it);
        let files = migrations.iter().filter(is_recorded);
        let files: Vec<String> = files.map(file_name).collect();
        (!files.is_empty()).then(|| RecordedElsewhere {
            history: place.clone(),
            schema: schema.to_owned(),
            table: table.to_owned(),
            files,
        })
    })
}

fn file_name(migration: &Migration) -> String {
    format!("{:03}_{}.sql", migration.file.version, migration.file.name)
}

impl fmt::Display for RecordedElsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.files.first().map_or("", String::as_str);
        write!(f, "{} records {first}", self.history.name())?;
        match self.files.len() {
            0 | 1 => {}
            2 => f.write_str(" and 1 more of these files")?,
            many => write!(f, " and {} more of these files", many - 1)?,
        }
        let (schema, table) = (plain(&self.schema), plain(&self.table));
        write!(f, ", and there is no {schema}.{table}")
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::source::File;

    fn migration(name: &str, text: &str) -> Migration {
        Migration::parse(File::new(Path::new(name), text.as_bytes().to_vec()).unwrap()).unwrap()
    }

    fn row(values: &[&str]) -> Vec<Option<String>> {
        values.iter().map(|it| Some((*it).to_owned())).collect()
    }

    /// The histories that count, of one on the search path and one that is not.
    fn counted(is_chosen: &str) -> Vec<String> {
        let rows = vec![
            row(&["app", "schema_migrations", "deploy", "t", is_chosen]),
            row(&["Other", "schema_migrations", "deploy", "f", is_chosen]),
        ];
        places(&rows).iter().map(Elsewhere::name).collect()
    }

    #[test]
    fn a_history_out_of_reach_counts_only_where_the_search_path_is_not_of_the_session_s_choice() {
        assert_eq!(
            counted("f"),
            ["app.schema_migrations", "\"Other\".schema_migrations"]
        );
        assert_eq!(counted("t"), ["app.schema_migrations"]);
    }

    #[test]
    fn a_history_records_a_file_by_number_name_and_checksum() {
        let first = migration("001_a.sql", "SELECT 1;");
        let half = migration("002_b.sql", "SELECT 1; VACUUM; SELECT 2");
        let done = half.checksum(1);
        let migrations = [first.clone(), half];
        let sum = &*first.file.checksum;
        let recorded = |rows: &[&[&str]]| {
            let mut all = places(&vec![row(&[
                "public",
                "schema_migrations",
                "deploy",
                "t",
                "f",
            ])]);
            fill(&mut all, &rows.iter().map(|it| row(it)).collect());
            recorded(&all, &migrations, "app", "schema_migrations").map(|it| it.to_string())
        };
        assert_eq!(recorded(&[]), None);
        for other in [
            ["0", "2", "a", sum, "1", "t"],
            ["0", "1", "b", sum, "1", "t"],
            ["0", "1", "a", "c0ffee", "1", "t"],
            ["0", "2", "b", &done, "2", "f"],
        ] {
            assert_eq!(recorded(&[&other]), None, "{other:?}");
        }
        let (one, two) = (
            ["0", "1", "a", sum, "1", "t"],
            ["0", "2", "b", &done, "1", "f"],
        );
        let words = [&[&one[..]][..], &[&two], &[&one, &two]].map(|it| recorded(it).unwrap());
        insta::assert_snapshot!(words.join("\n"), @r"
        public.schema_migrations records 001_a.sql, and there is no app.schema_migrations
        public.schema_migrations records 002_b.sql, and there is no app.schema_migrations
        public.schema_migrations records 001_a.sql and 1 more of these files, and there is no app.schema_migrations
        ");
    }
}
