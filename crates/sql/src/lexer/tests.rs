//! Single rules; the comparison with psql itself is in `tests/split`.

use super::*;

fn statements(sql: &str) -> Vec<&str> {
    split(sql)
        .unwrap()
        .iter()
        .map(|statement| &sql[statement.range()])
        .collect()
}

#[test]
fn a_semicolon_ends_a_statement_only_where_psql_says_so() {
    let cases: &[(&str, &[&str])] = &[
        ("", &[]),
        (";;  ; -- nothing\n /* ; */", &[]),
        ("a; b ;c", &["a", "b", "c"]),
        ("select ';'; b", &["select ';'", "b"]),
        ("select 'it''s;'; b", &["select 'it''s;'", "b"]),
        (r"select 'a\'; b", &[r"select 'a\'", "b"]),
        (r"select E'a\';'; b", &[r"select E'a\';'", "b"]),
        (r"select fee'a\'; b", &[r"select fee'a\'", "b"]),
        (
            "select U&'\\0061;', u&\"a;\"\"b\"; b",
            &["select U&'\\0061;', u&\"a;\"\"b\"", "b"],
        ),
        ("select \"a;\"\"b\"; c", &["select \"a;\"\"b\"", "c"]),
        ("do $$ a; b $$; c", &["do $$ a; b $$", "c"]),
        (
            "do $x$ a; $$ $y$ b $x$; c",
            &["do $x$ a; $$ $y$ b $x$", "c"],
        ),
        ("select a$b$c; d$b$; e", &["select a$b$c", "d$b$", "e"]),
        ("select $1; b", &["select $1", "b"]),
        ("select $1$; b", &["select $1$", "b"]),
        ("a /* ; /* ; */ ; */ b; c", &["a /* ; /* ; */ ; */ b", "c"]),
        ("a -- ;\n b; c", &["a -- ;\n b", "c"]),
        ("select 1 +-- ;\n 2; b", &["select 1 +-- ;\n 2", "b"]),
        ("select 2 */* ; */ 3; b", &["select 2 */* ; */ 3", "b"]),
        (
            "create rule r as on insert to t do (a; b); c",
            &["create rule r as on insert to t do (a; b)", "c"],
        ),
        ("a)); b", &["a))", "b"]),
        (
            "create function f() begin atomic select case when a then b end; select 1; end; b",
            &[
                "create function f() begin atomic select case when a then b end; select 1; end",
                "b",
            ],
        ),
        (
            "CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC a; END; b",
            &["CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC a; END", "b"],
        ),
        ("begin; a; end; b", &["begin", "a", "end", "b"]),
        (
            "select 'ü;', \"ß;\", ü; b",
            &["select 'ü;', \"ß;\", ü", "b"],
        ),
        ("-- first\nselect 1 -- last", &["select 1"]),
        // A number ends where a name cannot stick to it.
        ("select 1a$b$; c$b$", &["select 1a$b$", "c$b$"]),
        ("select $1a$b$; c$b$", &["select $1a$b$", "c$b$"]),
        ("select 1$a$; b$a$; c", &["select 1$a$; b$a$", "c"]),
        (r"select 1e'\'; b", &[r"select 1e'\'", "b"]),
        (r"select 1.e'\'; b", &[r"select 1.e'\'", "b"]),
        (r"select 1.5e+e'\';'; b", &[r"select 1.5e+e'\';'", "b"]),
        (r"select 1..e'\';'; b", &[r"select 1..e'\';'", "b"]),
        (r"select 1.5.e'\';'; b", &[r"select 1.5.e'\';'", "b"]),
        // What psql may take for a variable is no keyword and no prefix.
        (r"select a[1:b]; c", &["select a[1:b]", "c"]),
        (r"select a[1:error]; c", &["select a[1:error]", "c"]),
        (r"select a::e'\';'; b", &[r"select a::e'\';'", "b"]),
        (r"select a:=e'\';'; b", &[r"select a:=e'\';'", "b"]),
        (
            "create function f() x[1:begin]; b",
            &["create function f() x[1:begin]", "b"],
        ),
        // Only a line feed makes psql forget the E.
        ("select e'a'\r'b\\';'; c", &["select e'a'\r'b\\';'", "c"]),
        ("select e'a'\n'b\\n'; c", &["select e'a'\n'b\\n'", "c"]),
    ];
    for (sql, expected) in cases {
        assert_eq!(&statements(sql), expected, "{sql}");
    }
}

#[test]
fn what_cannot_be_split_is_named_where_it_starts() {
    let cases = [
        ("a; select 'b;", 10, Problem::UnclosedString),
        ("a; select E'b\\';", 10, Problem::UnclosedString),
        ("select \"b;", 7, Problem::UnclosedIdentifier),
        ("do $a$ b $b$;", 3, Problem::UnclosedDollarQuote),
        ("a /* b /* c */", 2, Problem::UnclosedComment),
        ("select (1, (2); b", 7, Problem::UnclosedParenthesis),
        (
            "create function f() begin atomic a; b",
            20,
            Problem::UnclosedBegin,
        ),
        // Neither the name of a variable nor the prefix of no string is a word that counts.
        (
            "create u& function f() begin; b",
            23,
            Problem::UnclosedBegin,
        ),
        (
            "create :a function f() begin; b",
            23,
            Problem::UnclosedBegin,
        ),
        ("select 1 \\gset", 9, Problem::MetaCommand),
        ("\\echo hi", 0, Problem::MetaCommand),
        ("select 'a\\", 7, Problem::UnclosedString),
        ("select E'a\\", 7, Problem::UnclosedString),
        ("select e'a'\n 'b\\';'; c", 13, Problem::ContinuedEscapes),
        (
            "select e'a' -- x\n 'b\\';'; c",
            18,
            Problem::ContinuedEscapes,
        ),
        ("select e'a'\n'b'\r'c\\'", 16, Problem::ContinuedEscapes),
        ("select a[1:e'\\'']", 10, Problem::Variable),
        ("select a[1:b$c$]", 10, Problem::Variable),
        ("select a[1:ERROR]", 10, Problem::Variable),
    ];
    for (sql, offset, problem) in cases {
        assert_eq!(split(sql).unwrap_err(), Error { offset, problem }, "{sql}");
    }
}

#[test]
fn what_pg_dump_keeps_meta_commands_out_with_is_skipped_between_statements() {
    let sql = "-- x\n\\restrict aB3\nselect 1;\r\n  \\unrestrict  aB3 \r\nselect 2; \\restrict b";
    let found: Vec<_> = split(sql).unwrap();
    let texts: Vec<_> = found.iter().map(|it| &sql[it.range()]).collect();
    assert_eq!(texts, ["select 1", "select 2"]);
    let refused = [
        ("select 1\n\\restrict a\n;", 9),
        ("\\restrict\nselect 1", 0),
        ("\\restrict a; select 1", 0),
        ("\\restrict a b", 0),
        ("\\restrict a\n\\connect b", 12),
        ("\\restricted a", 0),
    ];
    for (sql, offset) in refused {
        let problem = Problem::MetaCommand;
        assert_eq!(split(sql).unwrap_err(), Error { offset, problem }, "{sql}");
    }
}

#[test]
fn comments_before_a_statement_belong_to_it() {
    let sql = "-- one\na /* no */ a; -- two\n/* three */ -- four\nb -- no\n b";
    let comments: Vec<Vec<&str>> = split(sql)
        .unwrap()
        .iter()
        .map(|statement| {
            statement
                .comments
                .iter()
                .map(|range| &sql[range.clone()])
                .collect()
        })
        .collect();
    assert_eq!(comments[0], ["-- one"]);
    assert_eq!(comments[1], ["-- two", "/* three */", "-- four"]);
}
