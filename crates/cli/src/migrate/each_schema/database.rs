//! A database's schemas: which ones may match, which search path each run has, and where an extension would go.

use std::collections::BTreeSet;

use migrator::history::Mode;
use migrator::link::{Error, Link, Rows};
use migrator::plan::Migration;
use sql::lexer::{self, RawStatement, TokenKind};
use sql::qualified::qualified;
use sql::quote::literal;

/// Where functions of TimescaleDB are in plain mode, and extensions usually.
const PUBLIC: &str = "public";

/// Schemas of TimescaleDB by name: in plain mode they belong to no extension.
const OF_TIMESCALEDB: [&str; 2] = ["timescaledb_information", "timescaledb_experimental"];

/// A database, as it is looked at before and between the runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Database {
    pub name: String,
    pub server_version: String,
    pub timescaledb: Option<String>,
    /// Whether it is one of plain mode.
    pub is_plain: bool,
    /// The schemas of users, sorted.
    pub schemas: Vec<String>,
    /// The installed extensions, sorted.
    extensions: Vec<Extension>,
}

/// An installed extension.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Extension {
    pub name: String,
    pub schema: String,
}

/// Asks for all of it.
fn query() -> String {
    let facts = "SELECT current_database(), current_setting('server_version'), \
         (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'timescaledb'), \
         to_regclass('_timescaledb_catalog.plain') IS NOT NULL";
    let schemas = "SELECT n.nspname FROM pg_catalog.pg_namespace n WHERE NOT EXISTS \
         (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_namespace'::regclass AND d.objid = n.oid AND d.deptype = 'e')";
    let extensions = "SELECT e.extname, n.nspname FROM pg_catalog.pg_extension e \
         JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace";
    [facts, schemas, extensions].map(qualified).join(";\n")
}

impl Database {
    pub fn read(link: &mut dyn Link) -> Result<Database, Error> {
        Ok(Database::parse(&link.query(&query())?))
    }

    fn parse(results: &[Rows]) -> Database {
        let rows = |index: usize| results.get(index).into_iter().flatten();
        let text = |row: &[Option<String>], index: usize| row.get(index).cloned().flatten();
        let owned = |row: &[Option<String>], index| text(row, index).unwrap_or_default();
        let facts = rows(0).next().cloned().unwrap_or_default();
        let version = owned(&facts, 1);
        let schemas = rows(1)
            .map(|row| owned(row, 0))
            .filter(|name| is_user_s(name));
        let extensions = rows(2).map(|row| Extension {
            name: owned(row, 0),
            schema: owned(row, 1),
        });
        let mut database = Database {
            name: owned(&facts, 0),
            server_version: version.split(' ').next().unwrap_or_default().to_owned(),
            timescaledb: text(&facts, 2),
            is_plain: owned(&facts, 3) == "t",
            schemas: schemas.collect(),
            extensions: extensions.collect(),
        };
        database.schemas.sort_unstable();
        database.extensions.sort_unstable();
        database
    }

    /// The search path of a schema's run: the schema, then those of extensions, whose functions and types its files use. One that is
    /// itself among the `matched` is left out, so that no run sees the tables of another one; except `public`.
    pub fn search_path(&self, schema: &str, matched: &[String], mode: Mode) -> Vec<String> {
        let is_left_out = |it: &str| {
            it == "pg_catalog" || (it != PUBLIC && matched.iter().any(|name| name == it))
        };
        let of_extensions = self.extensions.iter().map(|it| it.schema.as_str());
        let is_plain = self.is_plain || mode == Mode::Plain;
        let mut path = vec![schema.to_owned()];
        for other in of_extensions.chain(is_plain.then_some(PUBLIC)) {
            if !is_left_out(other) && !path.iter().any(|it| it == other) {
                path.push(other.to_owned());
            }
        }
        path
    }

    /// Extensions in a schema that matches, which the other runs do not see.
    pub fn hidden_extensions(&self, matched: &[String]) -> impl Iterator<Item = &Extension> {
        let is_hidden =
            |schema: &str| schema != PUBLIC && matched.iter().any(|name| name == schema);
        let many = matched.len() > 1;
        self.extensions
            .iter()
            .filter(move |it| many && is_hidden(&it.schema))
    }
}

/// Whether a schema may be one of the user's.
fn is_user_s(name: &str) -> bool {
    let is_system = name.starts_with("pg_") || name == "information_schema";
    let is_timescaledb_s = name.starts_with("_timescaledb_") || OF_TIMESCALEDB.contains(&name);
    !is_system && !is_timescaledb_s
}

/// The extensions that these files create without saying in which schema.
pub fn created_extensions<'a>(migrations: impl Iterator<Item = &'a Migration>) -> BTreeSet<String> {
    let names = |migration: &Migration| {
        let text = &migration.file.text;
        let statements = lexer::statements(text).map_while(Result::ok);
        statements
            .filter_map(|it| created(text, &it))
            .collect::<Vec<_>>()
    };
    migrations.flat_map(names).collect()
}

/// The extension that a statement creates without naming a schema.
fn created(text: &str, statement: &RawStatement) -> Option<String> {
    let is = |index: usize, word: &str| {
        let token = statement.tokens.get(index);
        token.is_some_and(|it| {
            it.kind == TokenKind::Word && it.text(text).eq_ignore_ascii_case(word)
        })
    };
    if !(is(0, "create") && is(1, "extension")) {
        return None;
    }
    let at = if is(2, "if") { 5 } else { 2 };
    if (at + 1..statement.tokens.len()).any(|index| is(index, "schema")) {
        return None;
    }
    let token = statement.tokens.get(at)?;
    let name = token.text(text);
    Some(match token.kind {
        TokenKind::Quoted => name.trim_matches('"').replace("\"\"", "\""),
        _ => name.to_ascii_lowercase(),
    })
}

/// Asks where new tables go to, and which of these extensions would go there too: they are not installed, and choose no schema themselves.
pub fn landing(extensions: &BTreeSet<String>) -> String {
    let names: Vec<String> = extensions.iter().map(|name| literal(name)).collect();
    qualified(&format!(
        "SELECT current_schema(), NULL UNION ALL SELECT NULL, named.name FROM unnest(ARRAY[{}]::text[]) AS named(name) \
         WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_extension e WHERE e.extname = named.name) \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_available_extension_versions v WHERE v.name = named.name AND v.schema IS NOT NULL)",
        names.join(", ")
    ))
}

/// Where what a schema's migrations make is going to be.
pub struct Landing {
    /// The schema that new tables go to.
    pub current_schema: Option<String>,
    /// The extensions that go there, where no other run sees them.
    pub extensions: Vec<String>,
}

/// Reads the answer to [`landing`].
pub fn landed(rows: &Rows) -> Landing {
    let column = |index: usize| {
        rows.iter()
            .filter_map(move |row| row.get(index).cloned().flatten())
    };
    Landing {
        current_schema: column(0).next(),
        extensions: column(1).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use migrator::source::File;

    use super::*;

    fn database(schemas: &[&str], extensions: &[(&str, &str)]) -> Database {
        let row = |values: &[&str]| {
            values
                .iter()
                .map(|it| Some((*it).to_owned()))
                .collect::<Vec<_>>()
        };
        Database::parse(&[
            vec![row(&["app", "17.2 (Debian)", "2.28.3", "f"])],
            schemas.iter().map(|it| row(&[it])).collect(),
            extensions
                .iter()
                .map(|(name, schema)| row(&[name, schema]))
                .collect(),
        ])
    }

    #[test]
    fn schemas_of_the_system_and_of_timescaledb_never_match() {
        let found = database(
            &[
                "tenant_b",
                "pg_catalog",
                "pg_toast",
                "information_schema",
                "_timescaledb_internal",
                "timescaledb_information",
                "tenant_a",
                "public",
                "_timescale",
            ],
            &[],
        );
        assert_eq!(
            found.schemas,
            ["_timescale", "public", "tenant_a", "tenant_b"]
        );
        assert_eq!(found.server_version, "17.2");
    }

    #[test]
    fn a_run_sees_extensions_and_no_other_run_s_tables() {
        let matched = ["public", "tenant_1", "tenant_2"].map(str::to_owned);
        let found = database(
            &[],
            &[
                ("plpgsql", "pg_catalog"),
                ("timescaledb", "public"),
                ("hstore", "ext"),
                ("citext", "tenant_1"),
                ("ltree", "ext"),
            ],
        );
        let path = |schema| found.search_path(schema, &matched, Mode::TimescaleDb);
        assert_eq!(path("tenant_2"), ["tenant_2", "ext", "public"]);
        assert_eq!(path("tenant_1"), ["tenant_1", "ext", "public"]);
        assert_eq!(path("public"), ["public", "ext"]);
        let hidden: Vec<_> = found
            .hidden_extensions(&matched)
            .map(|it| it.name.as_str())
            .collect();
        assert_eq!(hidden, ["citext"]);
        assert_eq!(found.hidden_extensions(&matched[1..2]).count(), 0);
    }

    #[test]
    fn plain_mode_has_its_functions_in_public() {
        let found = database(&[], &[]);
        let path = |mode| found.search_path("a", &["a".to_owned()], mode);
        assert_eq!(path(Mode::TimescaleDb), ["a"]);
        assert_eq!(path(Mode::Plain), ["a", "public"]);
    }

    #[test]
    fn an_extension_without_a_schema_is_found() {
        let text = "CREATE EXTENSION IF NOT EXISTS hstore;\ncreate extension \"uuid-ossp\" version '1.1' cascade;\nCREATE EXTENSION Ltree;\n\
                    CREATE EXTENSION citext WITH SCHEMA public;\n-- CREATE EXTENSION cube;\nDROP EXTENSION IF EXISTS isn;\nCREATE TABLE extension ();";
        let file = File::new(Path::new("001_a.sql"), text.as_bytes().to_vec()).unwrap();
        let migration = Migration::parse(file).unwrap();
        let found = created_extensions([&migration].into_iter());
        let found: Vec<_> = found.iter().map(String::as_str).collect();
        assert_eq!(found, ["hstore", "ltree", "uuid-ossp"]);
    }
}
