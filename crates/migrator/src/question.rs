//! What only the catalog shows about a statement: whether its table is a hypertable or partitioned, whether a procedure commits.
//!
//! [`of`] reads from the words what to ask. The answer holds for the catalog at that moment, and for the `search_path` of that session:
//! changes to the table by steps before the statement are not in it yet.

use std::collections::HashSet;

use sql::lexer;
use sql::qualified::qualified;
use sql::quote;
use sql::statement::names::Name;
use sql::statement::words::Words;
use sql::statement::{Kind, Reason, Refusal, rules};
use sql::timescaledb;

use crate::link::Rows;

/// A question to the catalog whose answer says how a statement has to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question(Subject);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Subject {
    /// What a table is, or the table of an index.
    Relation(Command, Name),
    /// Whether one of these procedures commits.
    Procedures(Vec<Name>),
}

/// The commands whose reading depends on what their table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Command {
    Cluster,
    ReindexTable,
    ReindexTableConcurrently,
    ReindexIndex,
    ReindexIndexConcurrently,
    CreateIndexConcurrently,
    CreateUniqueIndexConcurrently,
    DropIndexConcurrently,
}

/// What the catalog shows about a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Its words say everything.
    AsRead,
    /// The server refuses it in a transaction block.
    Alone(Reason),
    /// The server refuses it in any case, and this is what to write instead.
    Never(Refusal),
}

/// Whether there can be a question about a statement that may share a transaction: its first word shows it, for a fraction of the time.
pub(crate) fn may_ask(statement: &str) -> bool {
    let word = statement.split(|c: char| !c.is_ascii_alphabetic()).next();
    let word = word.unwrap_or_default();
    ["cluster", "reindex", "call", "do"]
        .iter()
        .any(|asked| word.eq_ignore_ascii_case(asked))
}

/// What has to be asked about the one statement of a text; `None` where the text alone shows it.
pub fn of(statement: &str) -> Option<Question> {
    let raw = lexer::statements(statement).next()?.ok()?;
    let words = Words {
        sql: statement,
        tokens: &raw.tokens,
    };
    let is_shared = rules::kind(words) == Kind::Ordinary;
    let subject = match words.text(0).to_ascii_lowercase().as_str() {
        "cluster" => cluster(words),
        "reindex" => reindex(words),
        "create" => create_index(words),
        "drop" => drop_index(words),
        "call" if is_shared => procedures(vec![rules::called_at(words, 0)?]),
        "do" if is_shared => procedures(rules::calls(rules::body(words)?)),
        _ => None,
    };
    subject.map(Question)
}

/// The procedures that may commit; for TimescaleDB's, the text is enough.
fn procedures(mut called: Vec<Name>) -> Option<Subject> {
    called.retain(|name| timescaledb::routine(name.object()).is_none());
    (!called.is_empty()).then_some(Subject::Procedures(called))
}

/// `CLUSTER [VERBOSE] table [USING index]`, or as it was written before PostgreSQL 8.3, `CLUSTER index ON table`.
fn cluster(words: Words<'_>) -> Option<Subject> {
    let (_, behind_options) = words.arguments(1);
    let (mut name, behind) = Name::read(words, words.behind(behind_options, &["verbose"]))?;
    if words.is(behind, "on") {
        (name, _) = Name::read(words, behind + 1)?;
    }
    Some(Subject::Relation(Command::Cluster, name))
}

fn reindex(words: Words<'_>) -> Option<Subject> {
    let (_, what) = words.arguments(1);
    let (name, _) = Name::read(words, words.behind(what + 1, &["concurrently"]))?;
    let command = match (
        words.is(what, "index"),
        rules::reindexes_concurrently(words),
    ) {
        (true, true) => Command::ReindexIndexConcurrently,
        (true, false) => Command::ReindexIndex,
        (false, _) if !words.is(what, "table") => return None,
        (false, true) => Command::ReindexTableConcurrently,
        (false, false) => Command::ReindexTable,
    };
    Some(Subject::Relation(command, name))
}

fn create_index(words: Words<'_>) -> Option<Subject> {
    let is_unique = words.is(1, "unique");
    let index = words.behind(1, &["unique"]);
    if !words.are(index, &["index", "concurrently"]) {
        return None;
    }
    let on = (index..words.tokens.len()).find(|&at| words.is(at, "on"))?;
    let (name, _) = Name::read(words, words.behind(on + 1, &["only"]))?;
    let command = if is_unique {
        Command::CreateUniqueIndexConcurrently
    } else {
        Command::CreateIndexConcurrently
    };
    Some(Subject::Relation(command, name))
}

fn drop_index(words: Words<'_>) -> Option<Subject> {
    if !words.are(1, &["index", "concurrently"]) {
        return None;
    }
    let (name, _) = Name::read(words, words.behind(3, &["if", "exists"]))?;
    Some(Subject::Relation(Command::DropIndexConcurrently, name))
}

impl Question {
    /// The question as a query; [`Question::answer`] reads its rows.
    pub fn query(&self) -> String {
        match &self.0 {
            Subject::Relation(_, name) => relation(name),
            Subject::Procedures(_) => qualified(PROCEDURES),
        }
    }

    /// What the rows of the query say.
    pub fn answer(&self, rows: &Rows) -> Answer {
        match &self.0 {
            Subject::Relation(command, _) => {
                let is = |column: usize| {
                    rows.first()
                        .and_then(|row| row.get(column)?.as_deref())
                        .is_some_and(|value| value == "t")
                };
                command.answer(&Relation {
                    is_partitioned: is(0),
                    is_hypertable: is(1),
                    has_children: is(2),
                })
            }
            Subject::Procedures(called) => {
                if commits(called, rows) {
                    Answer::Alone(Reason::ProcedureCommits)
                } else {
                    Answer::AsRead
                }
            }
        }
    }
}

/// What a table is.
struct Relation {
    is_partitioned: bool,
    is_hypertable: bool,
    has_children: bool,
}

impl Command {
    fn answer(self, table: &Relation) -> Answer {
        use Command::{
            Cluster, CreateIndexConcurrently, CreateUniqueIndexConcurrently, DropIndexConcurrently,
            ReindexIndex, ReindexIndexConcurrently, ReindexTable, ReindexTableConcurrently,
        };
        match self {
            Cluster if table.is_hypertable => Answer::Alone(Reason::CommitsByItself),
            Cluster | ReindexTable | ReindexIndex if table.is_partitioned => {
                Answer::Alone(Reason::Partitioned)
            }
            ReindexIndex | ReindexIndexConcurrently if table.is_hypertable => {
                Answer::Never(Refusal::HypertableReindexIndex)
            }
            ReindexTableConcurrently if table.is_hypertable => {
                Answer::Never(Refusal::HypertableReindexConcurrently)
            }
            CreateIndexConcurrently if table.is_hypertable => {
                Answer::Never(Refusal::HypertableIndexConcurrently)
            }
            CreateUniqueIndexConcurrently if table.is_hypertable => {
                Answer::Never(Refusal::HypertableUniqueConcurrently)
            }
            // Without chunks there is one index to drop, and the server drops it.
            DropIndexConcurrently if table.is_hypertable && table.has_children => {
                Answer::Never(Refusal::HypertableDropConcurrently)
            }
            _ => Answer::AsRead,
        }
    }
}

/// Whether a table, or the table of an index, is partitioned, is a hypertable or a continuous aggregate, has children. One row, or none if
/// there is no such relation.
///
/// A server without TimescaleDB lacks these views, and a query that names them cannot even be parsed there: that part is
/// text, which `query_to_xml` runs only where they are.
fn relation(name: &Name) -> String {
    let hypertables = quote::literal(
        "SELECT 1 AS hypertable FROM timescaledb_information.dimensions \
         WHERE hypertable_schema OPERATOR(pg_catalog.=) %1$L AND hypertable_name OPERATOR(pg_catalog.=) %2$L \
         UNION ALL SELECT 1 FROM timescaledb_information.continuous_aggregates \
         WHERE view_schema OPERATOR(pg_catalog.=) %1$L AND view_name OPERATOR(pg_catalog.=) %2$L",
    );
    qualified(&format!(
        "SELECT c.relkind = 'p', \
           CASE WHEN pg_catalog.to_regclass('timescaledb_information.dimensions') IS NOT NULL \
             THEN pg_catalog.query_to_xml(pg_catalog.format({hypertables}, n.nspname, c.relname), false, true, '')::text LIKE '%<hypertable>%' \
             ELSE false END, \
           EXISTS (SELECT FROM pg_catalog.pg_inherits AS h WHERE h.inhparent = c.oid) \
         FROM (SELECT coalesce((SELECT i.indrelid FROM pg_catalog.pg_index AS i WHERE i.indexrelid = {relation}), {relation}::oid)) AS named (oid) \
         JOIN pg_catalog.pg_class AS c ON c.oid = named.oid \
         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace",
        relation = name.regclass()
    ))
}

/// Every procedure whose text can be read and that may end a transaction, which one with a SET clause or SECURITY DEFINER may not.
const PROCEDURES: &str = "SELECT n.nspname, p.proname, pg_catalog.pg_function_is_visible(p.oid), p.prosrc \
     FROM pg_catalog.pg_proc AS p \
     JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace \
     JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang \
     WHERE p.prokind = 'p' AND p.proconfig IS NULL AND NOT p.prosecdef AND l.lanname NOT IN ('c', 'internal', 'sql') \
     ORDER BY p.oid";

/// How procedures in other languages than PL/pgSQL end a transaction.
const OTHER_LANGUAGES: &[&str] = &["plpy.commit", "plpy.rollback", "spi_commit", "spi_rollback"];

/// Whether one of the procedures commits, or calls one that does.
fn commits(called: &[Name], rows: &Rows) -> bool {
    let mut waiting = called.to_vec();
    let mut seen = HashSet::new();
    while let Some(name) = waiting.pop() {
        for (index, row) in rows.iter().enumerate() {
            let [Some(schema), Some(object), Some(visible), Some(source)] = &row[..] else {
                continue;
            };
            let is_meant = name.object() == object
                && match name.schema() {
                    Some(given) => given == schema,
                    None => visible == "t",
                };
            if !is_meant || !seen.insert(index) {
                continue;
            }
            let elsewhere = OTHER_LANGUAGES.iter().any(|call| source.contains(call));
            if elsewhere || rules::source_commits(source) {
                return true;
            }
            waiting.extend(rules::calls(source));
        }
    }
    false
}

#[cfg(test)]
mod tests;
