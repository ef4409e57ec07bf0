//! Whether a database parses the queries that a program was built with, and gives them the types that the build knew.
//!
//! To prepare each alone would cost a round trip a query. So many are the WITH queries of one statement, whose parameters and columns are then
//! those of all. Where the server refuses such a statement, it is halved, until each query that is to blame is alone. Nothing is run.

use std::collections::{HashMap, VecDeque};
use std::fmt;

use catalog::Subject;
use pgtypes::postgres::{self, GenericClient, Statement};
use pgtypes::{Column, QueryText, QueryVariant};
use sql::lexer::{self, TokenKind};
use sql::qualified::qualified;

use crate::rows::rows;

/// How many columns a statement may return here. PostgreSQL's limit is 1664, and a query may return more than it did.
const WIDEST: usize = 1000;

/// How many queries a statement may hold: parsing gets slower with the number of names in it.
const LONGEST: usize = 200;

/// How a query differs from what the database said of it before the build.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueryDrift {
    /// The name of its file, without `.sql`, and its own: `dashboard.visitors`.
    pub query: String,
    /// The file and the line of its name.
    pub place: String,
    /// The relations that it names, each as `schema.name`.
    pub relations: Vec<String>,
    /// What is different.
    pub change: QueryChange,
}

/// What is different of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum QueryChange {
    /// The server refuses it.
    Refused {
        /// SQLSTATE.
        code: String,
        /// The server's message, with the parameters' names.
        message: String,
    },
    /// A parameter has another type.
    Parameter {
        /// Its name.
        name: String,
        /// The type that the build knew.
        expected: String,
        /// The type that it has.
        found: String,
    },
    /// A column has another name or type, or there is one more or less.
    Column {
        /// Its position, counted from 1.
        position: usize,
        /// Name and type that the build knew; `None` if there was no such column.
        expected: Option<String>,
        /// Name and type that it has; `None` if there is no such column.
        found: Option<String>,
    },
}

impl QueryDrift {
    /// Whether a program that does not know of it is not affected.
    pub(crate) fn is_addition(&self) -> bool {
        matches!(self.change, QueryChange::Column { expected: None, .. })
    }

    /// Which of these differing objects belongs to a relation of the query; first the column that the change names.
    pub(crate) fn explained_by<'a>(
        &self,
        subjects: impl Iterator<Item = (&'a Subject, &'a str)>,
    ) -> Option<&'a str> {
        let change = self.change.to_string();
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let names = |column: &String| change.split(|c| !is_word(c)).any(|it| it == column);
        let own = subjects.filter(|(subject, _)| {
            let schema = subject.schema.as_deref().unwrap_or_default();
            self.relations
                .contains(&format!("{schema}.{}", subject.name))
        });
        own.max_by_key(|(subject, _)| subject.column.as_ref().is_some_and(names))
            .map(|(_, object)| object)
    }

    /// `public.a and public.b are`
    pub(crate) fn relations_are(&self) -> String {
        match self.relations.as_slice() {
            [only] => format!("{only} is"),
            several => format!("{} are", several.join(" and ")),
        }
    }
}

impl fmt::Display for QueryDrift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "query {} ({}): {}", self.query, self.place, self.change)
    }
}

impl fmt::Display for QueryChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            QueryChange::Refused { code, message } => write!(f, "{message} ({code})"),
            QueryChange::Parameter {
                name,
                expected,
                found,
            } => write!(f, "parameter :{name}: expected {expected}; found {found}"),
            QueryChange::Column {
                position,
                expected,
                found,
            } => {
                let shown = |it: &Option<String>| it.clone().unwrap_or("none".to_owned());
                let (expected, found) = (shown(expected), shown(found));
                write!(f, "column {position}: expected {expected}; found {found}")
            }
        }
    }
}

/// One of a query's texts.
#[derive(Clone, Copy)]
struct Text {
    query: &'static QueryText,
    variant: &'static QueryVariant,
}

/// What the database says of a text.
struct Answer {
    text: Text,
    parameters: Vec<u32>,
    columns: Vec<(String, u32)>,
}

/// The queries that do not fit the database, each once for each thing that is different. A column that follows those that are known is only
/// reported if the answer is to be `exact`.
pub(crate) fn drift(
    client: &mut impl GenericClient,
    queries: &[&[&'static QueryText]],
    exact: bool,
) -> Result<Vec<QueryDrift>, postgres::Error> {
    if queries.is_empty() {
        return Ok(Vec::new());
    }
    let mut answers = Vec::new();
    let mut found = ask(client, queries, &mut answers)?;
    let oids = answers.iter().flat_map(|it| {
        let columns = it.columns.iter().map(|(_, oid)| *oid);
        columns.chain(it.parameters.iter().copied())
    });
    let types = type_names(client, oids)?;
    for answer in &answers {
        compare(answer, &types, &mut found);
    }
    found.retain(|it| exact || !it.is_addition());
    found.sort_by_cached_key(|it| [it.query.clone(), String::new(), String::new()]);
    // The variants of a query often say the same.
    found.dedup();
    Ok(found)
}

/// Has the database parse each text; what it refuses is returned.
fn ask(
    client: &mut impl GenericClient,
    queries: &[&[&'static QueryText]],
    answers: &mut Vec<Answer>,
) -> Result<Vec<QueryDrift>, postgres::Error> {
    let mut left = batches(queries);
    let mut refused = Vec::new();
    while !left.is_empty() {
        // One that the server has refused something in is of no more use.
        let mut transaction = client.transaction()?;
        // Whoever holds a lock on a table is not waited for without end.
        let patience = "SELECT set_config('lock_timeout', '10s', true) WHERE current_setting('lock_timeout') = '0'";
        rows(&mut transaction, &qualified(patience))?;
        while let Some(batch) = left.pop_front() {
            let statement = match batch.as_slice() {
                [only] => transaction.prepare(only.variant.sql),
                several => transaction.prepare(&together(several)),
            };
            match statement {
                Ok(statement) => answers.extend(apart(&batch, &statement)),
                Err(error) if error.as_db_error().is_none() || is_no_answer(&error) => {
                    return Err(error);
                }
                Err(error) => {
                    if let [only] = batch.as_slice() {
                        refused.push(only.refused(&error));
                    } else {
                        let (first, second) = batch.split_at(batch.len() / 2);
                        left.push_front(second.to_vec());
                        left.push_front(first.to_vec());
                    }
                    break;
                }
            }
        }
        transaction.rollback()?;
    }
    Ok(refused)
}

/// Whether the error says nothing of the query: a lock was not given, or the statement was cancelled, as by a timeout.
fn is_no_answer(error: &postgres::Error) -> bool {
    let code = error.code().map(|it| it.code());
    code.is_some_and(|it| it == "55P03" || it.starts_with("57"))
}

/// The texts that are asked about together. The server takes some alone only.
fn batches(queries: &[&[&'static QueryText]]) -> VecDeque<Vec<Text>> {
    let mut batches = VecDeque::new();
    let (mut batch, mut width) = (Vec::new(), 0);
    for query in queries.iter().copied().flatten() {
        for variant in query.variants {
            let text = Text { query, variant };
            if is_alone(variant.sql) {
                batches.push_back(vec![text]);
                continue;
            }
            let columns = query.table.columns.len() + 1;
            if width + columns > WIDEST || batch.len() == LONGEST {
                batches.push_back(std::mem::take(&mut batch));
                width = 0;
            }
            width += columns;
            batch.push(text);
        }
    }
    if !batch.is_empty() {
        batches.push_back(batch);
    }
    batches
}

/// Whether a statement cannot be a WITH query: CALL never is one, MERGE only since PostgreSQL 17, and none that has a WITH query which writes.
fn is_alone(sql: &str) -> bool {
    let is = |word: &str, names: &[&str]| names.iter().any(|it| word.eq_ignore_ascii_case(it));
    let mut words = lexer::stream(sql).map(|it| it.text(sql));
    let first = words.next().unwrap_or_default();
    let writes = ["insert", "update", "delete", "merge"];
    is(first, &["call", "merge"]) || is(first, &["with"]) && words.any(|it| is(it, &writes))
}

/// One statement that has the parameters and columns of all. A column of its own follows those of each.
fn together(batch: &[Text]) -> String {
    let mut with = String::from("WITH ");
    let (mut columns, mut from) = (String::new(), String::new());
    let mut parameters = 0;
    for (at, text) in batch.iter().enumerate() {
        let separator = if at == 0 { "" } else { ", " };
        let name = format!("\"timeschema {at}\"");
        with += &format!("{separator}{name} AS (");
        numbered(text.variant.sql, parameters, &mut with);
        with += "\n)";
        parameters += text.variant.parameters.len();
        columns += separator;
        if !text.query.table.columns.is_empty() {
            columns += &format!("{name}.*, ");
            from += if from.is_empty() { " FROM " } else { ", " };
            from += &name;
        }
        columns += &format!("0 AS {name}");
    }
    with + " SELECT " + &columns + &from
}

/// Writes the text with higher numbers of its parameters.
fn numbered(sql: &str, add: usize, out: &mut String) {
    let mut written = 0;
    for token in lexer::stream(sql).filter(|it| it.kind == TokenKind::Number) {
        let number = token.text(sql).strip_prefix('$');
        if let Some(number) = number.and_then(|it| it.parse::<usize>().ok()) {
            out.push_str(&sql[written..token.start]);
            *out += &format!("${}", number + add);
            written = token.end;
        }
    }
    out.push_str(&sql[written..]);
}

/// What a statement of several texts says of each.
fn apart(batch: &[Text], statement: &Statement) -> Vec<Answer> {
    let mut parameters = statement.params().iter().map(|it| it.oid());
    let columns = statement.columns().iter();
    let mut columns = columns.map(|it| (it.name().to_owned(), it.type_().oid()));
    let answers = batch.iter().enumerate().map(|(at, &text)| {
        let marker = format!("timeschema {at}");
        let is_own = |it: &(String, u32)| batch.len() == 1 || it.0 != marker;
        Answer {
            text,
            parameters: parameters
                .by_ref()
                .take(text.variant.parameters.len())
                .collect(),
            columns: columns.by_ref().take_while(is_own).collect(),
        }
    });
    answers.collect()
}

/// The names of types, as the build has them: with their schema, unless they are built in.
fn type_names(
    client: &mut impl GenericClient,
    oids: impl Iterator<Item = u32>,
) -> Result<HashMap<u32, String>, postgres::Error> {
    let mut oids: Vec<u32> = oids.collect();
    oids.sort_unstable();
    oids.dedup();
    let list: Vec<String> = oids.iter().map(u32::to_string).collect();
    let query = format!(
        "SELECT oid, format_type(oid, NULL) FROM unnest('{{{}}}'::oid[]) AS asked (oid)",
        list.join(",")
    );
    let mut transaction = client.transaction()?;
    let query = format!(
        "SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL quote_all_identifiers = off; {}",
        qualified(&query)
    );
    let rows = rows(&mut transaction, &query)?;
    transaction.rollback()?;
    let name = |row: postgres::SimpleQueryRow| {
        let oid = row.get(0)?.parse().ok()?;
        Some((oid, row.get(1)?.to_owned()))
    };
    Ok(rows.into_iter().filter_map(name).collect())
}

/// Adds what is different.
fn compare(answer: &Answer, types: &HashMap<u32, String>, found: &mut Vec<QueryDrift>) {
    let Text { query, variant } = answer.text;
    let name = |oid: &u32| types.get(oid).map_or("unknown", String::as_str);
    for (at, oid) in variant.parameters.iter().zip(&answer.parameters) {
        let expected = &query.parameters[*at];
        if expected.sql_type != name(oid) {
            found.push(answer.text.drift(QueryChange::Parameter {
                name: expected.name.to_owned(),
                expected: expected.sql_type.to_owned(),
                found: name(oid).to_owned(),
            }));
        }
    }
    let known = query.table.columns;
    for at in 0..known.len().max(answer.columns.len()) {
        let shown = |it: &Column| format!("{} {}", it.name, it.sql_type);
        let expected = known.get(at).map(shown);
        let actual = answer.columns.get(at);
        let actual = actual.map(|(column, oid)| format!("{column} {}", name(oid)));
        if expected != actual {
            found.push(answer.text.drift(QueryChange::Column {
                position: at + 1,
                expected,
                found: actual,
            }));
        }
    }
}

impl Text {
    fn drift(self, change: QueryChange) -> QueryDrift {
        let table = &self.query.table;
        let relations = self.query.relations.iter();
        QueryDrift {
            query: format!("{}.{}", table.schema, table.name),
            place: self.query.place.to_owned(),
            relations: relations
                .map(|(schema, name)| format!("{schema}.{name}"))
                .collect(),
            change,
        }
    }

    fn refused(self, error: &postgres::Error) -> QueryDrift {
        let code = error.code().map_or("", |it| it.code());
        let message = error.as_db_error().map_or("", |it| it.message());
        let mut message = message.to_owned();
        // From the last, so that `$1` is no part of `$10`.
        for (number, at) in self.variant.parameters.iter().enumerate().rev() {
            let named = format!(":{}", self.query.parameters[*at].name);
            message = message.replace(&format!("${}", number + 1), &named);
        }
        self.drift(QueryChange::Refused {
            code: code.to_owned(),
            message,
        })
    }
}

#[cfg(test)]
mod tests {
    use pgtypes::Table;

    use super::*;

    static QUERY: QueryText = QueryText {
        place: "queries/a.sql:3",
        relations: &[("public", "t")],
        table: Table {
            schema: "a",
            name: "q",
            columns: &[Column::nullable("id", "bigint")],
            primary_key: &[],
        },
        parameters: &[Column::nullable("x", "text")],
        variants: &[
            QueryVariant {
                sql: "SELECT id FROM t WHERE x = $1::text -- not $1\n AND y <> '$1'",
                parameters: &[0],
            },
            QueryVariant {
                sql: "SELECT id FROM t WHERE $1 = ANY(x)",
                parameters: &[0],
            },
        ],
    };

    #[test]
    fn queries_become_one_statement_with_numbers_of_their_own() {
        let batches = batches(&[&[&QUERY]]);
        assert_eq!(batches.len(), 1);
        insta::assert_snapshot!(together(&batches[0]), @r#"
        WITH "timeschema 0" AS (SELECT id FROM t WHERE x = $1::text -- not $1
         AND y <> '$1'
        ), "timeschema 1" AS (SELECT id FROM t WHERE $2 = ANY(x)
        ) SELECT "timeschema 0".*, 0 AS "timeschema 0", "timeschema 1".*, 0 AS "timeschema 1" FROM "timeschema 0", "timeschema 1"
        "#);
    }

    #[test]
    fn many_queries_are_few_messages() {
        let queries = [&QUERY; 150];
        assert_eq!(batches(&[&queries]).len(), 2);
    }

    #[test]
    fn what_is_no_with_query_is_asked_alone() {
        for sql in [
            "CALL f($1)",
            "merge INTO t USING u ON true WHEN MATCHED THEN DELETE",
            "WITH a AS (DELETE FROM t RETURNING *) SELECT * FROM a",
        ] {
            assert!(is_alone(sql), "{sql}");
        }
        for sql in [
            "SELECT 'delete'",
            "DELETE FROM t",
            "WITH a AS (SELECT 1 AS x) TABLE a",
        ] {
            assert!(!is_alone(sql), "{sql}");
        }
    }

    #[test]
    fn each_difference_is_named() {
        let text = batches(&[&[&QUERY]])[0][0];
        let types = [(1, "text"), (2, "integer"), (3, "bigint")];
        let types = types.map(|(oid, name)| (oid, name.to_owned())).into();
        let shown = |parameter: u32, columns: &[(&str, u32)]| {
            let columns = columns.iter().map(|(name, oid)| ((*name).to_owned(), *oid));
            let answer = Answer {
                text,
                parameters: vec![parameter],
                columns: columns.collect(),
            };
            let mut found = Vec::new();
            compare(&answer, &types, &mut found);
            let lines: Vec<String> = found.iter().map(ToString::to_string).collect();
            lines.join("\n")
        };
        assert_eq!(shown(1, &[("id", 3)]), "");
        insta::assert_snapshot!(shown(2, &[("key", 3), ("more", 1)]), @r"
        query a.q (queries/a.sql:3): parameter :x: expected text; found integer
        query a.q (queries/a.sql:3): column 1: expected id bigint; found key bigint
        query a.q (queries/a.sql:3): column 2: expected none; found more text
        ");
        insta::assert_snapshot!(shown(1, &[]), @"query a.q (queries/a.sql:3): column 1: expected id bigint; found none");
    }
}
