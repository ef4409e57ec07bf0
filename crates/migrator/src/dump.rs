//! What pg_dump writes for a TimescaleDB database, and what a file made from it loses. Pure.
//!
//! pg_dump knows no hypertables: it writes them and their chunks as tables, and continuous aggregates as views of what stores them. The
//! server takes all of that, and makes plain tables.

use sql::lexer::{self, RawStatement};

use crate::source::File;
use crate::source::TextError;

/// The schema where TimescaleDB keeps chunks and the storage of continuous aggregates.
const INTERNAL: &str = "_timescaledb_internal";

/// What is lost where a file is run that pg_dump wrote of a TimescaleDB database, at the first place that shows it.
pub fn warning(file: &File) -> Option<TextError> {
    let text = &file.text;
    let may_be = text.contains(INTERNAL) || (text.contains("timescaledb") && is_dump(text));
    if !may_be {
        return None;
    }
    let statements = || lexer::statements(text).map_while(Result::ok);
    let internal = statements().find(|it| creates_internal(text, it));
    if let Some(statement) = internal {
        let message = "this creates a plain table or view in place of what TimescaleDB manages, as pg_dump writes it: hypertables, \
            continuous aggregates and \
                       policies are lost; write create_hypertable and CREATE MATERIALIZED VIEW … WITH (timescaledb.continuous) in its place";
        return Some(TextError::at(
            file,
            statement.range().start,
            message.to_owned(),
        ));
    }
    let makes_hypertable = ["create_hypertable", ".hypertable"]
        .iter()
        .any(|it| text.contains(it));
    let extension = statements()
        .find(|it| are(text, it, &["create", "extension"]) && has(text, it, "timescaledb"));
    let statement = extension.filter(|_| is_dump(text) && !makes_hypertable)?;
    let message = "this is a dump of a TimescaleDB database that creates no hypertable, because pg_dump writes hypertables as plain \
        tables: add create_hypertable for each, and their policies";
    Some(TextError::at(
        file,
        statement.range().start,
        message.to_owned(),
    ))
}

/// Whether pg_dump wrote it: whatever it dumps, it names with its schema, and says so first.
fn is_dump(text: &str) -> bool {
    text.contains("pg_catalog.set_config('search_path', '', false)")
}

fn creates_internal(text: &str, statement: &RawStatement) -> bool {
    let creates =
        are(text, statement, &["create", "table"]) || are(text, statement, &["create", "view"]);
    let name = statement.tokens.get(2).map(|token| token.text(text));
    creates && name == Some(INTERNAL)
}

fn are(text: &str, statement: &RawStatement, words: &[&str]) -> bool {
    let tokens = statement.tokens.iter().map(|token| token.text(text));
    statement.tokens.len() >= words.len()
        && tokens
            .zip(words)
            .all(|(token, word)| token.eq_ignore_ascii_case(word))
}

fn has(text: &str, statement: &RawStatement, word: &str) -> bool {
    statement
        .tokens
        .iter()
        .any(|token| token.text(text) == word)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn a_dump_of_timescaledb_is_recognised_by_what_it_makes_or_leaves_out() {
        let dump = "SELECT pg_catalog.set_config('search_path', '', false);\n";
        let extension = "CREATE EXTENSION IF NOT EXISTS timescaledb WITH SCHEMA public;\n";
        let chunk = "CREATE TABLE _timescaledb_internal._hyper_1_1_chunk () INHERITS (public.t);\n";
        let cases = [
            (chunk.to_owned(), Some(1)),
            (
                format!("{dump}{extension}CREATE TABLE public.t ();\n"),
                Some(2),
            ),
            (format!("{dump}{extension}{chunk}"), Some(3)),
            (
                "CREATE VIEW _timescaledb_internal._direct_view_2 AS SELECT 1".to_owned(),
                Some(1),
            ),
            (
                format!("{dump}{extension}SELECT public.create_hypertable('public.t', 'time');\n"),
                None,
            ),
            (format!("{extension}CREATE TABLE t ();\n"), None),
            (format!("{dump}CREATE TABLE public.t ();\n"), None),
            (
                "SELECT * FROM _timescaledb_internal.bgw_job_stat".to_owned(),
                None,
            ),
            (
                "COMMENT ON TABLE t IS 'CREATE TABLE _timescaledb_internal.x'".to_owned(),
                None,
            ),
        ];
        for (text, line) in cases {
            let file = File::new(Path::new("001_a.sql"), text.clone().into_bytes()).unwrap();
            assert_eq!(warning(&file).map(|it| it.line), line, "{text}");
        }
    }
}
