//! Which table is accepted as the history, and as the table of paused jobs beside it: an ordinary table of the session's role, of the
//! database's owner or of a superuser, that runs nobody's code when it is read or written, and that keeps its rows.
//!
//! A view, a trigger, a rule or a policy would run with the privileges of the user who runs the migrations, so this is checked before the
//! table is read. A crash of the server empties an unlogged table, and applied migrations would run again. Pure: SQL, and parsing its
//! answer.

use std::fmt;

use sql::qualified::qualified;
use sql::quote::{literal, plain};

use super::HistoryTable;
use crate::link::Rows;

/// Whether the owner of `pg_class AS c` may keep a history: these owners can run anything in the database anyway.
pub(super) const HAS_TRUSTED_OWNER: &str = "(EXISTS (SELECT FROM pg_catalog.pg_roles o WHERE o.oid = c.relowner \
     AND (o.rolsuper OR o.rolname = session_user OR o.rolname = current_user)) \
     OR EXISTS (SELECT FROM pg_catalog.pg_database d WHERE d.datname = current_database() AND d.datdba = c.relowner))";

/// Whether `pg_class AS c` can be read and written without running anyone's code.
pub(super) const RUNS_NOTHING: &str = "c.relkind = 'r' \
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) \
     AND NOT EXISTS (SELECT FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid) \
     AND NOT row_security_active(c.oid)";

/// Whether `pg_class AS c` keeps its rows when the server crashes and when the session ends.
const KEEPS_ROWS: &str = "c.relpersistence = 'p'";

/// SQLSTATE of a step whose statements have turned the history into a table that no run would use. In a separate class.
pub const UNUSABLE: &str = "TSS04";

/// PL/pgSQL that fails with [`UNUSABLE`] if the next run would no longer accept the table of this quoted name as a history.
pub(super) fn check(table: &str) -> String {
    let found = format!(
        "FROM pg_catalog.pg_class c WHERE c.oid = to_regclass({})",
        literal(table)
    );
    let is_usable = qualified(&format!(
        "EXISTS (SELECT {found} AND {HAS_TRUSTED_OWNER} AND {RUNS_NOTHING} AND {KEEPS_ROWS})"
    ));
    let message = qualified(&format!(
        "(SELECT CASE WHEN c.relkind <> 'r' THEN 'the file put something else in the place of the history' \
         WHEN NOT {KEEPS_ROWS} THEN 'the file made the history unlogged: a crash of the server would empty it' \
         WHEN EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal) \
         THEN 'the file put a trigger on the history' \
         WHEN EXISTS (SELECT FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid) THEN 'the file put a rule on the history' \
         WHEN NOT {HAS_TRUSTED_OWNER} THEN concat('the file gave the history to ', quote_ident(pg_get_userbyid(c.relowner)), \
         ', which is neither this role, nor the owner of the database, nor a superuser') \
         ELSE 'the file hid rows of the history by row security' END {found})"
    ));
    format!(
        "IF NOT {is_usable} THEN RAISE EXCEPTION USING ERRCODE = '{UNUSABLE}', MESSAGE = {message}; END IF;"
    )
}

/// The tables of these names in the schema of the history, as `pg_class AS c`.
fn tables(history: &HistoryTable) -> String {
    format!(
        "pg_catalog.pg_class c WHERE c.relname IN ({}, {}) \
         AND c.relnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = {})",
        literal(&history.table),
        literal(&history.paused_jobs()),
        history.schema_sql(),
    )
}

/// SQL that is true if the name from [`HistoryTable::quoted`] refers to a history in its schema and nowhere else, and it and the table of
/// paused jobs can be used.
pub(crate) fn is_usable(history: &HistoryTable) -> String {
    format!(
        "(SELECT bool_and({HAS_TRUSTED_OWNER} AND {RUNS_NOTHING} AND {KEEPS_ROWS}) AND bool_or(c.oid = to_regclass({})) FROM {})",
        literal(&history.quoted()),
        tables(history),
    )
}

/// Asks where a program finds the history that a run keeps, and whether it may be read: one row with the schema that new tables go to, the
/// history's schema, and whether it is trusted. Needs no right; to be sent [`qualified`].
///
/// If the schema is not named, the history is looked up in the schemas of the search path, then elsewhere, because a session that has
/// changed its search path sees no other schema. A table that cannot be trusted is the last choice.
pub fn find(history: &HistoryTable) -> String {
    let named = match &history.schema {
        Some(schema) => format!("n.nspname = {}", literal(schema)),
        None => "true".to_owned(),
    };
    format!(
        "SELECT current_schema(), h.nspname, h.is_trusted FROM (VALUES (1)) AS one LEFT JOIN (\
         SELECT n.nspname, pg_table_is_visible(c.oid) AS is_visible, {RUNS_NOTHING} \
         AND {HAS_TRUSTED_OWNER} AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS is_trusted \
         FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relname = {} AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND {named} \
         ORDER BY 3 DESC, 2 DESC, 1 LIMIT 1) AS h ON true",
        literal(&history.table)
    )
}

/// Asks for what [`found`] reads: the tables in the history's schema, and what else has the history's name there. If a type has the name, a
/// table cannot have it, except for the array type of another type, which PostgreSQL renames.
pub(crate) fn query(history: &HistoryTable) -> String {
    qualified(&format!(
        "SELECT c.relname, c.relkind::text, pg_get_userbyid(c.relowner), {HAS_TRUSTED_OWNER}, \
         (SELECT string_agg(quote_ident(t.tgname), ', ' ORDER BY t.tgname) FROM pg_catalog.pg_trigger t \
         WHERE t.tgrelid = c.oid AND NOT t.tgisinternal), \
         (SELECT string_agg(quote_ident(r.rulename), ', ' ORDER BY r.rulename) FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid), \
         row_security_active(c.oid), \
         (SELECT string_agg(quote_ident(p.polname), ', ' ORDER BY p.polname) FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid), \
         c.relpersistence::text \
         FROM {} \
         UNION ALL SELECT y.typname, concat('{TYPE}', y.typtype), pg_get_userbyid(y.typowner), true, NULL, NULL, false, NULL, 'p' \
         FROM pg_catalog.pg_type y WHERE y.typrelid = 0 AND y.typname = {} \
         AND y.typnamespace = (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = {}) \
         AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = y.oid)",
        tables(history),
        literal(&history.table),
        history.schema_sql(),
    ))
}

/// The prefix for the kind of a type, whose letters differ from those of tables.
const TYPE: &str = "type ";

/// What was found in place of a table; `None` if it is a table.
fn other_kind(kind: &str) -> Option<&'static str> {
    if let Some(kind) = kind.strip_prefix(TYPE) {
        return Some(match kind {
            "d" => "a domain",
            "e" => "an enum",
            "r" => "a range type",
            "m" => "a multirange type",
            _ => "a type",
        });
    }
    match kind {
        "r" => None,
        "v" => Some("a view"),
        "m" => Some("a materialized view"),
        "p" => Some("a partitioned table"),
        "f" => Some("a foreign table"),
        "i" | "I" => Some("an index"),
        "S" => Some("a sequence"),
        "c" => Some("a composite type"),
        _ => Some("no table"),
    }
}

/// A table, or what has taken its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) name: String,
    kind: String,
    owner: String,
    has_trusted_owner: bool,
    triggers: Option<String>,
    rules: Option<String>,
    has_row_security: bool,
    policies: Option<String>,
    persistence: String,
}

/// Reads the answer to [`query`].
pub(crate) fn found(rows: &Rows) -> Vec<Found> {
    let read = |row: &Vec<Option<String>>| {
        let value = |index: usize| row.get(index).cloned().flatten();
        let text = |index: usize| value(index).unwrap_or_default();
        let is_true = |index: usize| text(index) == "t";
        Found {
            name: text(0),
            kind: text(1),
            owner: text(2),
            has_trusted_owner: is_true(3),
            triggers: value(4),
            rules: value(5),
            has_row_security: is_true(6),
            policies: value(7),
            persistence: text(8),
        }
    };
    rows.iter().map(read).collect()
}

impl Found {
    /// Why it is not used, in the schema that it is in.
    pub(crate) fn refusal(&self, schema: &str, is_history: bool) -> Option<Untrusted> {
        let mut reasons = Vec::new();
        let kind = other_kind(&self.kind);
        reasons.extend(kind.map(|kind| format!("it is {kind}")));
        if !self.has_trusted_owner {
            reasons.push(
                "its owner is neither this role, nor the database's owner, nor a superuser"
                    .to_owned(),
            );
        }
        let named = |what: &str, names: &Option<String>| {
            let names = names.as_ref()?;
            let plural = if names.contains(", ") { "s" } else { "" };
            Some(format!("it has the {what}{plural} {names}"))
        };
        reasons.extend(named("trigger", &self.triggers));
        // A view's body is a rule, too.
        if kind.is_none() {
            reasons.extend(named("rule", &self.rules));
        }
        if self.has_row_security {
            let policies = match &self.policies {
                Some(policies) => format!(", with {policies}"),
                None => ", without a policy".to_owned(),
            };
            reasons.push(format!("row security hides rows of it{policies}"));
        }
        if kind.is_none() {
            reasons.extend(self.loses_rows().map(str::to_owned));
        }
        let table = format!("{}.{}", plain(schema), plain(&self.name));
        let repairs = match kind {
            None => self.repairs(&table),
            Some(_) => Vec::new(),
        };
        (!reasons.is_empty()).then(|| Untrusted {
            is_history,
            table,
            owner: self.owner.clone(),
            reasons,
            repairs,
        })
    }

    /// Why it does not keep its rows.
    fn loses_rows(&self) -> Option<&'static str> {
        match self.persistence.as_str() {
            "u" => Some("it is unlogged: a crash of the server empties it"),
            "t" => Some("it is a temporary table: it is dropped with the session"),
            _ => None,
        }
    }

    /// What makes this table acceptable.
    fn repairs(&self, table: &str) -> Vec<String> {
        let mut repairs = Vec::new();
        if !self.has_trusted_owner {
            let owner = plain(&self.owner);
            repairs.push(format!(
                "connect as {owner}, or ALTER TABLE {table} OWNER TO …"
            ));
        }
        if self.triggers.is_some() {
            repairs.push(format!("DROP TRIGGER … ON {table}"));
        }
        if self.rules.is_some() {
            repairs.push(format!("DROP RULE … ON {table}"));
        }
        if self.has_row_security {
            repairs.push(format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"));
        }
        if self.persistence == "u" {
            repairs.push(format!(
                "ALTER TABLE {table} SET LOGGED (and `cargo xtask migrate --baseline NNN` if a crash emptied it)"
            ));
        }
        repairs
    }
}

/// A table that is not accepted as the history, or as the table of paused jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untrusted {
    /// Whether it has the history's name; else it has that of the table of paused jobs.
    pub is_history: bool,
    /// Its name with its schema.
    pub table: String,
    /// Its owner.
    pub owner: String,
    /// What is wrong with it; never empty.
    pub reasons: Vec<String>,
    /// What repairs it, if it is the real one; empty if it is not an ordinary table.
    pub repairs: Vec<String>,
}

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.is_history {
            "the history"
        } else {
            "the table of paused jobs"
        };
        write!(
            f,
            "{}, owned by {}, is not used as {what}: {}",
            self.table,
            plain(&self.owner),
            self.reasons.join("; ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordinary() -> Found {
        Found {
            name: "schema_migrations".to_owned(),
            kind: "r".to_owned(),
            owner: "deploy".to_owned(),
            has_trusted_owner: true,
            persistence: "p".to_owned(),
            ..Found::default()
        }
    }

    #[test]
    fn an_ordinary_table_of_a_trusted_owner_is_used() {
        assert_eq!(ordinary().refusal("public", true), None);
    }

    #[test]
    fn whatever_has_the_name_is_named() {
        let kinds = ["c", "S", "type d", "type e", "type r", "type m", "type p"];
        let words = kinds.map(|kind| other_kind(kind).unwrap());
        let expected = "a composite type, a sequence, a domain, an enum, a range type, a multirange type, a type";
        assert_eq!(words.join(", "), expected);
    }

    #[test]
    fn what_is_not_used_names_its_owner_and_all_that_is_wrong_with_it() {
        let view = Found {
            kind: "v".to_owned(),
            rules: Some("\"_RETURN\"".to_owned()),
            ..ordinary()
        };
        let planted = Found {
            owner: "Mallory".to_owned(),
            has_trusted_owner: false,
            triggers: Some("a, b".to_owned()),
            rules: Some("r".to_owned()),
            has_row_security: true,
            ..ordinary()
        };
        let hidden = Found {
            has_row_security: true,
            policies: Some("p".to_owned()),
            ..ordinary()
        };
        let unlogged = Found {
            persistence: "u".to_owned(),
            ..ordinary()
        };
        let temporary = Found {
            persistence: "t".to_owned(),
            ..ordinary()
        };
        let all = [view, planted, hidden, unlogged, temporary];
        let words = all.map(|it| it.refusal("App", true).unwrap().to_string());
        insta::assert_snapshot!(words.join("\n"), @r#"
        "App".schema_migrations, owned by deploy, is not used as the history: it is a view
        "App".schema_migrations, owned by "Mallory", is not used as the history: its owner is neither this role, nor the database's owner, nor a superuser; it has the triggers a, b; it has the rule r; row security hides rows of it, without a policy
        "App".schema_migrations, owned by deploy, is not used as the history: row security hides rows of it, with p
        "App".schema_migrations, owned by deploy, is not used as the history: it is unlogged: a crash of the server empties it
        "App".schema_migrations, owned by deploy, is not used as the history: it is a temporary table: it is dropped with the session
        "#);
    }
}
