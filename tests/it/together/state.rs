//! What a database holds after a run, as text: its catalog, who owns what, every row of every table, the settings for new sessions and
//! the history.

use std::fmt::Write as _;

use catalog::{RelationRef, Scope};
use postgres::{Client, SimpleQueryMessage};

/// Each with what it says.
const QUESTIONS: &[(&str, &str)] = &[
    (
        "owners",
        "SELECT format('%s %s.%s belongs to %s', c.relkind, n.nspname, c.relname, c.relowner::regrole) FROM pg_class c \
         JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname !~ '^(pg_|information_schema)' ORDER BY 1",
    ),
    (
        "settings",
        "SELECT format('%s %s %s', s.setdatabase <> 0, CASE WHEN s.setrole = 0 THEN '-' ELSE s.setrole::regrole::text END, s.setconfig) \
         FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase \
         WHERE d.datname = current_database() OR s.setrole IN (SELECT datdba FROM pg_database WHERE datname = current_database()) ORDER BY 1",
    ),
    (
        "sequences",
        "SELECT format('%s.%s %s', schemaname, sequencename, last_value) FROM pg_sequences ORDER BY 1",
    ),
    (
        "history",
        "SELECT format('%s %s %s %s/%s %s %s %s', version, name, checksum, steps_done, steps, applied_by, mode, step_started_at IS NULL) \
         FROM public.schema_migrations ORDER BY version",
    ),
];

/// All of it.
pub fn of(client: &mut Client) -> String {
    let mut text = String::new();
    for (what, question) in QUESTIONS {
        let rows = rows(client, question).unwrap_or_else(|error| vec![error]);
        let _ = writeln!(text, "{what}:\n{}", rows.join("\n"));
    }
    let tables = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables \
                  WHERE schemaname !~ '^(pg_|information_schema)' AND tablename <> 'schema_migrations' ORDER BY 1";
    for table in rows(client, tables).unwrap() {
        let held = format!("SELECT it::text FROM {table} AS it ORDER BY 1");
        let _ = writeln!(
            text,
            "rows of {table}:\n{}",
            rows(client, &held).unwrap().join("\n")
        );
    }
    let history = RelationRef {
        schema: "public".to_owned(),
        name: "schema_migrations".to_owned(),
    };
    let scope = Scope {
        without: vec![history],
        ..Scope::default()
    };
    let catalog = catalog::introspect(&scope, |query| {
        rows(client, query).map(|rows| rows.concat())
    });
    let catalog = catalog.unwrap().to_text();
    let _ = writeln!(text, "catalog:\n{catalog}");
    text
}

/// The first column of a query.
fn rows(client: &mut Client, query: &str) -> Result<Vec<String>, String> {
    let messages = client.simple_query(query);
    let messages = messages.map_err(|error| error.to_string())?;
    let row = |message| match message {
        SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or("null").to_owned()),
        _ => None,
    };
    Ok(messages.into_iter().filter_map(row).collect())
}

/// The lines that only one of two texts has.
pub fn difference(one: &str, each: &str) -> String {
    let without = |text: &str, other: &str, mark: &str| {
        let lines = text
            .lines()
            .filter(|line| !other.lines().any(|it| it == *line));
        lines
            .map(|line| format!("{mark} {line}\n"))
            .collect::<String>()
    };
    without(one, each, "one run:          ") + &without(each, one, "a run each file:")
}
