//! A session that runs a script, and describes each query before it runs.

use std::collections::BTreeMap;
use std::io::Write as _;

use catalog::{Needs, QueryFacts, Scope};
use postgres::{Client, SimpleQueryMessage, Statement};
use sql::lexer::{self, TokenKind};
use sql::qualified::qualified;

use crate::support::Database;

use super::script::{Script, Step};
use super::tally::{Columns, Outcome, Seen, Tally};

/// How many functions wait for the catalog to be asked.
const MOST_WAITING: usize = 100;

/// What does not change what is proven of the queries before it.
const HARMLESS: [&[&str]; 16] = [
    &["SELECT"],
    &["VALUES"],
    &["TABLE"],
    &["WITH"],
    &["INSERT"],
    &["UPDATE"],
    &["DELETE"],
    &["MERGE"],
    &["EXPLAIN"],
    &["SHOW"],
    &["ANALYZE"],
    &["COPY"],
    &["CREATE", "TABLE"],
    &["CREATE", "VIEW"],
    &["CREATE", "FUNCTION"],
    &["CREATE", "TEMP", "TABLE"],
];

/// What begins a query.
const QUERIES: [&str; 8] = [
    "SELECT", "VALUES", "TABLE", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE",
];

pub(super) struct Session<'a> {
    database: &'a Database,
    client: Client,
    /// Whether a script's transaction is open, and whether a statement of it failed.
    is_open: bool,
    has_failed: bool,
    /// What ran since the catalog was asked, by the number of its function.
    waiting: BTreeMap<usize, Seen>,
    functions: usize,
    /// The catalog's query, prepared: planning it takes longer than running it. With the probe that it is for.
    catalog: Option<(String, Statement)>,
    is_brief: bool,
    calls_change_tables: bool,
    pub(super) tally: Tally,
}

impl<'a> Session<'a> {
    /// A session. `is_brief` reads only what the queries name, as start-up does. Where calls change tables, the catalog is asked before each.
    pub(super) fn new(
        database: &'a Database,
        is_brief: bool,
        calls_change_tables: bool,
    ) -> Session<'a> {
        Session {
            database,
            client: database.client(),
            is_open: false,
            has_failed: false,
            waiting: BTreeMap::new(),
            functions: 0,
            catalog: None,
            is_brief,
            calls_change_tables,
            tally: Tally::default(),
        }
    }

    /// Runs a script, whose errors are its own.
    pub(super) fn run(&mut self, name: &str, script: &mut Script) {
        let mut number = 0;
        while let Some(step) = script.next() {
            number += 1;
            let place = format!("{name}, statement {number}");
            match step {
                Step::Reconnect => self.reconnect(),
                Step::Copy(sql, data) => {
                    self.copy(&sql, &data);
                }
                Step::Statement(sql, prefix) => {
                    let row = self.statement(place, &sql);
                    if let Some(prefix) = prefix {
                        let variables = row.into_iter().flatten();
                        let variables =
                            variables.map(|(name, value)| (prefix.clone() + &name, value));
                        script.variables.extend(variables);
                    }
                }
            }
            if self.client.is_closed() {
                self.tally.lost += self.waiting.len();
                self.waiting.clear();
                self.reconnect();
            }
        }
        self.describe();
        self.reconnect();
    }

    fn reconnect(&mut self) {
        self.describe();
        self.renew();
    }

    fn renew(&mut self) {
        self.client = self.database.client();
        self.catalog = None;
        self.is_open = false;
        self.has_failed = false;
    }

    fn copy(&mut self, sql: &str, data: &str) {
        let copied = self.client.copy_in(sql).and_then(|mut writer| {
            // What the server says of the data is said at the end.
            let _ = writer.write_all(data.as_bytes());
            writer.finish()
        });
        // What the server says after that would be taken for the answer to what is sent next.
        if copied.is_err() {
            self.tally.lost += std::mem::take(&mut self.waiting).len();
            self.renew();
        }
    }

    /// Runs a statement, and describes it first if it is a query. Returns the first row.
    fn statement(&mut self, place: String, sql: &str) -> Option<Vec<(String, String)>> {
        let words = first_words(sql);
        let is_harmless = |known: &&[&str]| {
            words
                .iter()
                .map(String::as_str)
                .take(known.len())
                .eq(known.iter().copied())
        };
        // A function can do anything, such as `create_hypertable`.
        let is_call = self.calls_change_tables
            && words.first().is_some_and(|it| it == "SELECT")
            && !has_word(sql, "FROM");
        let is_setting = is_harmless_setting(&words);
        if is_call || !(is_setting || HARMLESS.iter().any(is_harmless)) {
            self.describe();
        }
        if self.waiting.len() >= MOST_WAITING {
            self.describe();
        }
        let is_query = words
            .first()
            .is_some_and(|it| QUERIES.contains(&it.as_str()));
        let function = if is_query && !self.has_failed {
            self.prepare(place, sql)
        } else {
            None
        };
        let answer = self.client.simple_query(sql);
        self.follow(&words, answer.is_ok());
        let messages = answer.ok()?;
        let (outcome, row) = outcome(&messages);
        if let Some(seen) = function.and_then(|it| self.waiting.get_mut(&it)) {
            seen.result = Some(outcome);
        }
        row
    }

    /// Whether a transaction is open after a statement.
    fn follow(&mut self, words: &[String], is_ok: bool) {
        let word = |at: usize| words.get(at).map_or("", String::as_str);
        match (word(0), word(1)) {
            ("BEGIN", _) | ("START", "TRANSACTION") => self.is_open |= is_ok,
            ("ROLLBACK", "TO") | ("ROLLBACK", "WORK") if words.iter().any(|it| it == "TO") => {
                self.has_failed &= !is_ok;
            }
            ("COMMIT" | "END" | "ROLLBACK" | "ABORT", _) | ("PREPARE", "TRANSACTION") => {
                let is_chained =
                    words.iter().any(|it| it == "CHAIN") && !words.iter().any(|it| it == "NO");
                self.is_open = self.is_open && is_chained;
                self.has_failed = false;
            }
            _ => self.has_failed |= self.is_open && !is_ok,
        }
    }

    /// Has the driver describe a query, and makes its function; returns the function's number.
    fn prepare(&mut self, place: String, sql: &str) -> Option<usize> {
        let statement = match self.savepoint(|client| client.prepare(sql)) {
            Ok(statement) if statement.params().is_empty() => statement,
            _ => return None,
        };
        self.tally.prepared += 1;
        let number = self.functions + 1;
        let definition = format!(
            "CREATE FUNCTION pg_temp.q{number}() RETURNS void LANGUAGE sql BEGIN ATOMIC {sql}\n; END"
        );
        if let Err(error) = self.savepoint(|client| client.batch_execute(&definition)) {
            let Some(code) = error.code() else {
                // The session ended.
                self.tally.lost += 1;
                return None;
            };
            let example = format!("{place}: {error:?}\n    {sql:.300}");
            let refused = self.tally.refused.entry(code.code().to_owned());
            refused.or_insert((0, example)).0 += 1;
            return None;
        }
        self.functions = number;
        let columns = statement.columns().iter();
        let source = |it: &postgres::Column| it.table_oid().zip(it.column_id());
        let seen = Seen {
            place,
            sql: sql.to_owned(),
            columns: columns
                .map(|it| (it.name().to_owned(), source(it)))
                .collect(),
            result: None,
        };
        self.waiting.insert(number, seen);
        Some(number)
    }

    /// What fails in it leaves an open transaction as it was.
    fn savepoint<T>(
        &mut self,
        work: impl FnOnce(&mut Client) -> Result<T, postgres::Error>,
    ) -> Result<T, postgres::Error> {
        if !self.is_open {
            return work(&mut self.client);
        }
        self.client.batch_execute("SAVEPOINT ours")?;
        let done = work(&mut self.client);
        if done.is_err() {
            self.client.batch_execute("ROLLBACK TO SAVEPOINT ours")?;
        }
        self.client.batch_execute("RELEASE SAVEPOINT ours")?;
        done
    }

    /// Asks the catalog about the queries that ran since it was last asked.
    pub(super) fn describe(&mut self) {
        let waiting = std::mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return;
        }
        if self.has_failed || self.client.is_closed() {
            self.tally.lost += waiting.len();
            return;
        }
        let facts = match self.facts() {
            Ok(facts) => facts,
            Err(error) if error.code().is_none() => {
                self.tally.lost += waiting.len();
                return self.renew();
            }
            Err(error) => {
                let first = waiting.values().next().map(|it| it.place.as_str());
                panic!("{}: {error:?}", first.unwrap_or_default())
            }
        };
        let columns = self.columns(&waiting);
        assert_eq!(facts.len(), waiting.len());
        for it in &facts {
            let number: usize = it.name[1..].parse().unwrap();
            self.tally.compare(&waiting[&number], it, &columns);
        }
        let names: Vec<String> = waiting
            .keys()
            .map(|it| format!("pg_temp.q{it}()"))
            .collect();
        let drop = format!("DROP FUNCTION {}", names.join(", "));
        // In a session of another role, or one that was made to be read-only, they stay until its end.
        if self
            .savepoint(|client| client.batch_execute(&drop))
            .is_err()
        {
            self.renew();
        }
    }

    fn facts(&mut self) -> Result<Vec<QueryFacts>, postgres::Error> {
        let probe = self.value(&qualified(catalog::probe_query()))?;
        let known = self.catalog.as_ref().filter(|(known, _)| *known == probe);
        let answer = match known.map(|(_, it)| it.clone()) {
            // It is gone after `DISCARD ALL`.
            Some(prepared) => self
                .savepoint(|client| client.query_one(&prepared, &[]))
                .ok(),
            None => None,
        };
        let answer = match answer {
            Some(answer) => answer,
            None => {
                let scope = Scope {
                    queries: true,
                    needs: self.is_brief.then(Needs::default),
                    ..Scope::default()
                };
                let query = qualified(&catalog::query(&probe, &scope).unwrap());
                let prepared = self.savepoint(|client| client.prepare(&query))?;
                self.catalog = Some((probe, prepared.clone()));
                self.savepoint(|client| client.query_one(&prepared, &[]))?
            }
        };
        let parsed = catalog::parse_with_queries(answer.get(0), |_, _| false);
        Ok(parsed.unwrap_or_else(|error| panic!("{error}")).1)
    }

    fn value(&mut self, sql: &str) -> Result<String, postgres::Error> {
        let messages = self.savepoint(|client| client.simple_query(sql))?;
        let row = messages.iter().find_map(|it| match it {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        Ok(row.unwrap_or_default().to_owned())
    }

    /// The names of the columns that are reported as sources.
    fn columns(&mut self, waiting: &BTreeMap<usize, Seen>) -> Columns {
        let reported = waiting.values().flat_map(|it| &it.columns);
        let mut tables: Vec<String> = reported
            .filter_map(|(_, source)| source.map(|(table, _)| table.to_string()))
            .collect();
        tables.sort();
        tables.dedup();
        let sql = format!(
            "SELECT a.attrelid::pg_catalog.text, a.attnum::pg_catalog.text, n.nspname, c.relname, a.attname
             FROM pg_catalog.pg_attribute AS a
             JOIN pg_catalog.pg_class AS c ON c.oid OPERATOR(pg_catalog.=) a.attrelid
             JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
             WHERE a.attrelid OPERATOR(pg_catalog.=) ANY ('{{{}}}'::pg_catalog.oid[])",
            tables.join(",")
        );
        let messages = self.savepoint(|client| client.simple_query(&sql)).unwrap();
        let rows = messages.iter().filter_map(|it| match it {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        rows.map(|row| {
            let text = |at: usize| row.get(at).unwrap_or_default().to_owned();
            let key = (text(0).parse().unwrap(), text(1).parse().unwrap());
            (key, [text(2), text(3), text(4)])
        })
        .collect()
    }
}

/// What a statement gave, and its first row.
fn outcome(messages: &[SimpleQueryMessage]) -> (Outcome, Option<Vec<(String, String)>>) {
    let mut outcome = Outcome {
        rows: 0,
        nulls: Vec::new(),
    };
    let mut first = None;
    for message in messages {
        match message {
            SimpleQueryMessage::Row(row) => {
                outcome.nulls.resize(row.len(), false);
                for (at, was_null) in outcome.nulls.iter_mut().enumerate() {
                    *was_null |= row.get(at).is_none();
                }
                first.get_or_insert_with(|| {
                    let columns = row.columns().iter().enumerate();
                    columns
                        .filter_map(|(at, it)| {
                            Some((it.name().to_owned(), row.get(at)?.to_owned()))
                        })
                        .collect()
                });
            }
            SimpleQueryMessage::CommandComplete(rows) => outcome.rows = *rows,
            _ => {}
        }
    }
    (outcome, first)
}

/// Whether a setting leaves names and rights as they are.
fn is_harmless_setting(words: &[String]) -> bool {
    let is_setting = ["SET", "RESET"].contains(&words.first().map_or("", String::as_str));
    let changes = [
        "ROLE",
        "SESSION",
        "AUTHORIZATION",
        "SEARCH_PATH",
        "TRANSACTION",
        "ALL",
    ];
    is_setting && !words.iter().any(|it| changes.contains(&it.as_str()))
}

/// The first words in capitals, whatever stands between them; parentheses before them are skipped.
fn first_words(sql: &str) -> Vec<String> {
    let tokens = lexer::stream(sql).take(12);
    let words = tokens.filter(|it| it.kind == TokenKind::Word);
    words.map(|it| it.text(sql).to_ascii_uppercase()).collect()
}

fn has_word(sql: &str, word: &str) -> bool {
    lexer::stream(sql)
        .any(|it| it.kind == TokenKind::Word && it.text(sql).eq_ignore_ascii_case(word))
}
