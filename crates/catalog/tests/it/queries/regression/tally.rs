//! What was seen of the queries, and what contradicts a proof.

use std::collections::BTreeMap;
use std::fmt;

use catalog::{QueryFacts, RowCount};

/// A query that ran, with what the driver says of it.
pub(super) struct Seen {
    /// Where it is.
    pub(super) place: String,
    pub(super) sql: String,
    /// The columns' names as the driver reports them, each with the table and the position of the column whose value it is.
    pub(super) columns: Vec<(String, Option<(u32, i16)>)>,
    /// What it gave; `None` where it failed.
    pub(super) result: Option<Outcome>,
}

/// What a query gave.
pub(super) struct Outcome {
    /// The rows that were returned, or written by a query that returns none.
    pub(super) rows: u64,
    /// Which columns had a null.
    pub(super) nulls: Vec<bool>,
}

/// Names of columns, by the table and the position in it.
pub(super) type Columns = BTreeMap<(u32, i16), [String; 3]>;

/// The counts.
#[derive(Default)]
pub(super) struct Tally {
    /// Queries that the server prepared.
    pub(super) prepared: usize,
    /// Those of which the proofs were read.
    pub(super) described: usize,
    /// Those of which the server makes no function, by its code, each with an example.
    pub(super) refused: BTreeMap<String, (usize, String)>,
    /// Those that could not be looked at, because their transaction had failed by then.
    pub(super) lost: usize,
    pub(super) executed: usize,
    never_null: usize,
    proven: usize,
    sources: usize,
    unnamed_sources: usize,
    single: usize,
    at_most_one: usize,
    exactly_one: usize,
    pub(super) wrong: Vec<String>,
}

impl Tally {
    /// Compares what is proven of a query with what was seen.
    pub(super) fn compare(&mut self, seen: &Seen, facts: &QueryFacts, columns: &Columns) {
        self.described += 1;
        let mut wrong = |what: String| {
            let sql = seen.sql.split_whitespace().collect::<Vec<_>>().join(" ");
            self.wrong
                .push(format!("{}: {what}\n    {sql:.1000}", seen.place));
        };
        let names = facts.columns.iter().map(|it| it.name.as_str());
        let reported = seen.columns.iter().map(|(name, _)| name.as_str());
        if !names.clone().eq(reported.clone()) {
            let all = |names: Vec<&str>| names.join(", ");
            let [names, reported] = [all(names.collect()), all(reported.collect())];
            return wrong(format!("the columns {names} are reported as {reported}"));
        }
        for (fact, (name, source)) in facts.columns.iter().zip(&seen.columns) {
            let reported = source.and_then(|it| columns.get(&it));
            let found = fact.source.as_ref();
            let found = found.map(|it| [&it.schema, &it.relation, &it.column]);
            match (found, reported) {
                (Some(found), Some(reported)) if found.iter().copied().eq(reported) => {
                    self.sources += 1;
                }
                (Some(found), _) => {
                    wrong(format!(
                        "{name} is of {found:?}, and reported as {reported:?}"
                    ));
                }
                (None, Some(_)) => self.unnamed_sources += 1,
                (None, None) => {}
            }
        }
        let Some(result) = &seen.result else { return };
        self.executed += 1;
        let has_columns = !facts.columns.is_empty();
        for (column, was_null) in facts.columns.iter().zip(&result.nulls) {
            if *was_null {
                if let Some(why) = &column.never_null {
                    wrong(format!("{} is null: {why}", column.name));
                }
            } else if has_columns && result.rows > 0 {
                self.never_null += 1;
                self.proven += usize::from(column.never_null.is_some());
            }
        }
        let rows = result.rows;
        self.single += usize::from(rows <= 1);
        match &facts.rows {
            RowCount::ExactlyOne(why) => {
                self.exactly_one += 1;
                if rows != 1 {
                    wrong(format!("{rows} rows, not one: {why}"));
                }
            }
            RowCount::AtMostOne(why) => {
                self.at_most_one += 1;
                if rows > 1 {
                    wrong(format!("{rows} rows, not one at most: {why}"));
                }
            }
            RowCount::Many => {}
        }
    }

    /// Adds another one's counts.
    pub(super) fn add(&mut self, other: Tally) {
        self.prepared += other.prepared;
        self.described += other.described;
        self.lost += other.lost;
        self.executed += other.executed;
        self.never_null += other.never_null;
        self.proven += other.proven;
        self.sources += other.sources;
        self.unnamed_sources += other.unnamed_sources;
        self.single += other.single;
        self.at_most_one += other.at_most_one;
        self.exactly_one += other.exactly_one;
        self.wrong.extend(other.wrong);
        for (code, (count, example)) in other.refused {
            self.refused.entry(code).or_insert((0, example)).0 += count;
        }
    }

    /// The columns that are proven never null, and had rows without a null.
    pub(super) fn proven(&self) -> usize {
        self.proven
    }

    /// The queries that are proven to give no second row.
    pub(super) fn counted(&self) -> usize {
        self.exactly_one + self.at_most_one
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} queries prepared, {} described, {} run; {} columns were never null, of which {} are proven; \
             {} queries gave no second row, of which {} are proven to give exactly one, and {} at most one; \
             {} columns have the source that is reported, {} have none; \
             {} queries of transactions that failed; no function of",
            self.prepared,
            self.described,
            self.executed,
            self.never_null,
            self.proven,
            self.single,
            self.exactly_one,
            self.at_most_one,
            self.sources,
            self.unnamed_sources,
            self.lost,
        )?;
        for (code, (count, _)) in &self.refused {
            write!(f, " {count} ({code})")?;
        }
        write!(f, "; {} wrong", self.wrong.len())
    }
}
