//! `INSERT`, `UPDATE`, `DELETE` and `TRUNCATE` of what may be a continuous aggregate: TimescaleDB writes to what it keeps of one, and a view
//! keeps nothing.

use std::collections::BTreeSet;

use super::Edit;
use super::aggregates::enclosed;
use super::options::literal;
use crate::statement::names::Name;
use crate::statement::words::Words;

/// How many of a statement's tokens tell what it writes to.
pub(super) const FIRST_TOKENS: usize = 16;

/// A call that carries out the statement, or refuses it where it writes to a continuous aggregate. `words` are the first ones of it.
pub(super) fn to_aggregate(words: Words<'_>, aggregates: &BTreeSet<String>) -> Option<Vec<Edit>> {
    let (verb, at) = if words.are(0, &["insert", "into"]) {
        ("insert", 2)
    } else if words.are(0, &["delete", "from"]) {
        ("delete", words.behind(2, &["only"]))
    } else if words.is(0, "update") {
        ("update", words.behind(1, &["only"]))
    } else if words.is(0, "truncate") {
        ("truncate", words.behind(1, &["table", "only"]))
    } else {
        return None;
    };
    let (name, _) = Name::read(words, at)?;
    let is_only = verb == "truncate" && words.is(at - 1, "only");
    if !is_only && !aggregates.contains(name.object()) {
        return None;
    }
    let verb = if is_only { "truncate only" } else { verb };
    let call = format!("write_to({}, {}, ", literal(&name.quoted()), literal(verb));
    Some(enclosed(words, &call))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lexer;

    fn call(sql: &str) -> Option<String> {
        let tokens: Vec<_> = lexer::stream(sql).take(FIRST_TOKENS).collect();
        let words = Words {
            sql,
            tokens: &tokens,
        };
        let aggregates = BTreeSet::from(["Daily".to_owned()]);
        let edits = to_aggregate(words, &aggregates)?;
        Some(edits[0].replacement.clone())
    }

    #[test]
    fn what_is_written_to_is_told_by_the_first_words() {
        let to = |call: &str| {
            let text = format!("CALL _timescaledb_functions.write_to({call}, $plain$");
            Some(text)
        };
        assert_eq!(
            call("INSERT INTO s.\"Daily\" SELECT 1"),
            to("'\"s\".\"Daily\"', 'insert'")
        );
        assert_eq!(
            call("DELETE FROM ONLY \"Daily\""),
            to("'\"Daily\"', 'delete'")
        );
        assert_eq!(
            call("UPDATE \"Daily\" AS d SET n = 1"),
            to("'\"Daily\"', 'update'")
        );
        assert_eq!(call("TRUNCATE \"Daily\""), to("'\"Daily\"', 'truncate'"));
        assert_eq!(
            call("TRUNCATE TABLE ONLY t"),
            to("'\"t\"', 'truncate only'")
        );
        for sql in [
            "INSERT INTO daily SELECT 1",
            "INSERT INTO t SELECT * FROM \"Daily\"",
            "TRUNCATE t",
            "SELECT * FROM \"Daily\"",
            "UPDATE",
        ] {
            assert_eq!(call(sql), None, "{sql}");
        }
    }
}
