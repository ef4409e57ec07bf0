//! Every claim about a query meets rows made to break it: each query runs with several sets of parameters over several fillings of its tables.
//!
//! What is seen decides: no null in a column that is proven never null, no second row where at most one is proven, and one where exactly one
//! is. What is proven of that which was never seen to be otherwise is counted.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use catalog::{QueryFacts, RowCount};

use crate::support::Database;

/// The least share of the columns that are never null which is proven.
const SHARE: f64 = 0.9;

/// How many sets of parameters each query runs with.
const SETS: usize = 5;

/// A query, the types of its parameters, and what was seen of it.
struct Case {
    types: String,
    query: String,
    facts: QueryFacts,
    /// The columns in which there was a null.
    nulls: BTreeSet<usize>,
    /// The numbers of rows.
    counts: BTreeSet<usize>,
    /// Whether there was a row to look at.
    has_rows: bool,
}

impl Case {
    /// The least and the largest number of rows.
    fn extent(&self) -> (usize, usize) {
        let of = |count: Option<&usize>| count.copied().unwrap_or_default();
        (of(self.counts.first()), of(self.counts.last()))
    }
}

#[testkit::test]
fn what_is_proven_of_queries_is_so(database: Database) {
    insta::assert_snapshot!("what_is_proven_of_queries", seen(&database, &["cases.sql"]));
}

#[testkit::test(Database::plain)]
fn what_is_proven_of_queries_is_so_in_plain_mode(database: Database) {
    insta::assert_snapshot!("what_is_proven_of_queries", seen(&database, &["cases.sql"]));
}

/// Only the keys are proven of them: what else is never null is not asked for.
#[testkit::test(|test| Database::timescale(test, "filling gaps"))]
fn what_is_proven_of_filled_gaps_is_so(database: Database) {
    let cases = looked_at(&database, &["gaps.sql"]);
    assert!(cases.iter().any(|it| !it.nulls.is_empty()));
    assert_eq!(wrong(&cases), Vec::<String>::new());
}

/// Compares what is proven with what is seen, and gives the counts and what is not proven.
fn seen(database: &Database, files: &[&str]) -> String {
    let cases = looked_at(database, files);
    let wrong = wrong(&cases);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    counted(&cases)
}

/// Runs the queries of the files over each filling.
fn looked_at(database: &Database, files: &[&str]) -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    database.run(&read(&folder.join("proofs/tables.sql")));
    database.run(&read(&folder.join("queries/tables.sql")));
    let texts: String = files
        .iter()
        .map(|it| read(&folder.join("queries").join(it)))
        .collect();
    let queries: Vec<(&str, &str)> = texts.lines().filter_map(query).collect();
    let (catalog, facts) = database.queries(&queries);
    assert_eq!(catalog, database.catalog());
    assert_eq!(facts.len(), queries.len());
    let case = |((types, query), facts): (&(&str, &str), QueryFacts)| Case {
        types: (*types).to_owned(),
        query: (*query).to_owned(),
        facts,
        nulls: BTreeSet::new(),
        counts: BTreeSet::new(),
        has_rows: false,
    };
    let mut cases: Vec<Case> = queries.iter().zip(facts).map(case).collect();
    let mut fillings: Vec<PathBuf> = fs::read_dir(folder.join("proofs/fillings"))
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    fillings.sort();
    for filling in fillings {
        database.run("TRUNCATE t, p, e, loose");
        database.run(&read(&filling));
        look(database, &mut cases);
    }
    cases
}

/// A line `/* types */ query;`.
fn query(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("/*")?.strip_suffix(';')?;
    let (types, query) = line.split_once("*/")?;
    Some((types.trim(), query.trim()))
}

/// The value of a parameter in a set.
fn value(ty: &str, at: usize, may_be_null: bool) -> String {
    let values: &[&str] = match ty {
        "int" | "bigint" | "numeric" => &["1", "2", "3", "100", "7"],
        "text" => &["'a'", "'A'", "''", "'b'", "'u'"],
        "int[]" => &["'{1,2}'", "'{}'", "'{NULL,3}'", "'{3}'", "'{1,1}'"],
        "timestamptz" => &[
            "'2026-01-01'",
            "'2026-01-02 12:00'",
            "'-infinity'",
            "'infinity'",
            "'2026-01-03'",
        ],
        "interval" => &["'1 day'", "'12 hours'", "'7 days'", "'1 day'", "'1 hour'"],
        _ => panic!("no values of {ty}"),
    };
    if may_be_null && at % 2 == 1 {
        return "NULL".to_owned();
    }
    values[at % values.len()].to_owned()
}

/// Runs every query with every set, and enters what it gives.
fn look(database: &Database, cases: &mut [Case]) {
    let mut script =
        "\\set ON_ERROR_STOP 0\n\\pset null '\\\\N'\n\\pset fieldsep '\\t'\n".to_owned();
    for (number, case) in cases.iter().enumerate() {
        let types: Vec<&str> = case.types.split(", ").filter(|it| !it.is_empty()).collect();
        let list = |all: Vec<String>| {
            let is_empty = all.is_empty();
            if is_empty {
                String::new()
            } else {
                format!("({})", all.join(", "))
            }
        };
        let declared = list(types.iter().map(|it| (*it).to_owned()).collect());
        let _ = writeln!(script, "PREPARE q{declared} AS {};", case.query);
        for set in 0..SETS {
            let values = types.iter().enumerate().map(|(at, ty)| {
                let may_be_null = case.facts.parameters[at].may_be_null;
                // Sometimes all are the same, sometimes each is another.
                let step = if set % 2 == 0 { at } else { 0 };
                value(ty, set + step, may_be_null)
            });
            let values = list(values.collect());
            let _ = writeln!(
                script,
                "BEGIN;\n\\echo @@{number}\nEXECUTE q{values};\n\\if :ERROR\n\\echo @!\n\\else\n\\echo @: :ROW_COUNT\n\\endif\nROLLBACK;"
            );
        }
        script.push_str("DEALLOCATE q;\n");
    }
    let output = database.run_as_it_is(&script);
    let mut lines = output.lines().peekable();
    while let Some(line) = lines.next() {
        let number: usize = line.strip_prefix("@@").expect(line).parse().unwrap();
        let mut rows = Vec::new();
        while let Some(row) = lines.next_if(|it| !it.starts_with("@!") && !it.starts_with("@:")) {
            rows.push(row);
        }
        let end = lines.next().unwrap();
        if let Some(count) = end.strip_prefix("@:") {
            enter(&mut cases[number], &rows, count.trim().parse().unwrap());
        }
    }
}

fn enter(case: &mut Case, rows: &[&str], count: usize) {
    case.counts.insert(count);
    if case.facts.columns.is_empty() {
        return;
    }
    assert_eq!(rows.len(), count, "{}", case.query);
    case.has_rows |= count > 0;
    for row in rows {
        let fields: Vec<&str> = row.split('\t').collect();
        assert_eq!(fields.len(), case.facts.columns.len(), "{}", case.query);
        let nulls = fields.iter().enumerate().filter(|(_, it)| **it == "\\N");
        case.nulls.extend(nulls.map(|(at, _)| at));
    }
}

/// The claims that something contradicts.
fn wrong(cases: &[Case]) -> Vec<String> {
    let mut wrong = Vec::new();
    for case in cases {
        let query = &case.query;
        if case.counts.is_empty() {
            wrong.push(format!("{query}\n    never runs without an error"));
        }
        for (at, column) in case.facts.columns.iter().enumerate() {
            let proof = column.never_null.as_ref();
            if let Some(why) = proof.filter(|_| case.nulls.contains(&at)) {
                wrong.push(format!("{query}\n    {} is null: {why}", column.name));
            }
        }
        let (least, most) = case.extent();
        let claim = match &case.facts.rows {
            RowCount::ExactlyOne(why) => (least != 1 || most != 1).then_some(why),
            RowCount::AtMostOne(why) => (most > 1).then_some(why),
            RowCount::Many => None,
        };
        wrong.extend(claim.map(|why| format!("{query}\n    {least} to {most} rows: {why}")));
    }
    wrong
}

/// How much is claimed, and what was never seen to be otherwise and is not.
fn counted(cases: &[Case]) -> String {
    let mut open = Vec::new();
    let (mut never, mut proven, mut nulls) = (0, 0, 0);
    let (mut single, mut at_most, mut exactly) = (0, 0, 0);
    for case in cases {
        let mut add = |what: &str| open.push(format!("{}\n    {what}", case.query));
        for (at, column) in case.facts.columns.iter().enumerate() {
            let was_null = case.nulls.contains(&at);
            let was_never = case.has_rows && !was_null;
            nulls += u32::from(was_null);
            never += u32::from(was_never);
            match column.never_null {
                Some(_) => proven += u32::from(was_never),
                None if was_never => add(&format!("{} is never null", column.name)),
                None => {}
            }
        }
        let (least, most) = case.extent();
        single += u32::from(most <= 1);
        match &case.facts.rows {
            RowCount::ExactlyOne(_) => exactly += 1,
            RowCount::AtMostOne(_) => {
                at_most += 1;
                if least == 1 {
                    add("always has a row");
                }
            }
            RowCount::Many if most <= 1 => add("has one row"),
            RowCount::Many => {}
        }
    }
    let share = f64::from(proven) / f64::from(never);
    let summary = format!(
        "{} queries, {never} columns are never null, of which {proven} are proven; {nulls} are null\n\
         {single} queries give no second row, of which {exactly} are proven to give exactly one, and {at_most} at most one",
        cases.len()
    );
    assert!(share >= SHARE, "{summary}\n{}", open.join("\n"));
    format!("{summary}\n\nNot proven:\n{}", open.join("\n"))
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap()
}
