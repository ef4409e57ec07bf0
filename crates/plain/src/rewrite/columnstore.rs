//! Actions of `ALTER TABLE` that TimescaleDB refuses where the columnstore of the hypertable is on. Whether it is, only the database knows.

use std::ops::Range;

use sql::statement::names::identifier;
use sql::statement::words::Words;

use super::options::literal;

/// What begins a constraint of a column.
const CONSTRAINTS: &[&str] = &[
    "not",
    "null",
    "default",
    "constraint",
    "check",
    "unique",
    "primary",
    "references",
    "generated",
    "collate",
];

/// What the database has to check of an action, as an expression that is a jsonb object; `None` where nothing has to be.
pub(super) fn check(words: Words<'_>, action: &Range<usize>) -> Option<String> {
    let pairs = if words.is(action.start, "add") {
        added_column(words, action)
    } else if is_unsupported(words, action.start) {
        "'unsupported', true".to_owned()
    } else if is_cascading(words, action) {
        "'cascade', true".to_owned()
    } else {
        String::new()
    };
    (!pairs.is_empty()).then(|| format!("pg_catalog.jsonb_build_object({pairs})"))
}

/// Whether an aggregate may go with what is dropped.
fn is_cascading(words: Words<'_>, action: &Range<usize>) -> bool {
    words.is(action.start, "drop") && words.is(action.end - 1, "cascade")
}

/// Whether it is none of the actions that TimescaleDB handles.
fn is_unsupported(words: Words<'_>, at: usize) -> bool {
    if words.is_one_of(at, &["enable", "disable"]) {
        let what = words.behind(at + 1, &["always", "replica"]);
        return words.is_one_of(what, &["row", "rule"]);
    }
    if words.is(at, "alter") {
        return is_unsupported_of_column(words, at + 1);
    }
    words.is_one_of(at, &["force", "no", "inherit", "of", "not", "validate"])
}

fn is_unsupported_of_column(words: Words<'_>, at: usize) -> bool {
    if words.is(at, "constraint") {
        return true;
    }
    let what = words.behind(at, &["column"]) + 1;
    let is_supported = words.is(what, "type")
        || words.is(what, "set")
            && words.is_one_of(
                what + 1,
                &["default", "not", "statistics", "data", "compression"],
            )
        || words.is(what, "drop") && words.is_one_of(what + 1, &["default", "not"]);
    !is_supported
}

/// Whether an `ADD` adds a constraint of the table.
pub(super) fn is_constraint_added(words: Words<'_>, action: &Range<usize>) -> bool {
    let constraints = [
        "constraint",
        "check",
        "unique",
        "primary",
        "foreign",
        "exclude",
    ];
    words.is(action.start, "add") && words.is_one_of(action.start + 1, &constraints)
}

/// Of `ADD COLUMN` its default, and which constraints it has.
fn added_column(words: Words<'_>, action: &Range<usize>) -> String {
    let at = words.behind(action.start + 1, &["column", "if", "not", "exists"]);
    if identifier(words, at).is_none() || is_constraint_added(words, action) {
        return String::new();
    }
    let mut starts = constraints(words, at + 1..action.end);
    let ty = words.between(at + 1..starts.first().copied().unwrap_or(action.end));
    starts.push(action.end);
    let (mut is_not_null, mut has_others, mut default) = (false, false, None);
    for pair in starts.windows(2) {
        let (start, end) = (pair[0], pair[1]);
        is_not_null |= words.are(start, &["not", "null"]);
        has_others |= words.is_one_of(start, &["generated", "references"]);
        if words.is(start, "default") {
            default = Some(words.between(start + 1..end));
        }
    }
    let mut pairs = Vec::new();
    if let Some(default) = default {
        pairs.push(format!(
            "'default', {}, 'type', {}",
            literal(default),
            literal(ty)
        ));
    }
    if has_others {
        pairs.push("'constraints', true".to_owned());
    }
    if is_not_null {
        pairs.push("'not_null', true".to_owned());
    }
    pairs.join(", ")
}

/// Where the constraints of a column begin. A word of theirs that an operator comes before, or that is the value of a DEFAULT, is part of
/// an expression.
fn constraints(words: Words<'_>, inside: Range<usize>) -> Vec<usize> {
    let (mut depth, mut starts) = (0usize, Vec::new());
    for at in inside {
        if words.is_symbol(at, "(") || words.is_symbol(at, "[") {
            depth += 1;
        } else if words.is_symbol(at, ")") || words.is_symbol(at, "]") {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && words.is_one_of(at, CONSTRAINTS) && !continues(words, at) {
            starts.push(at);
        }
    }
    starts
}

/// Whether a word continues what precedes it.
fn continues(words: Words<'_>, at: usize) -> bool {
    let before = words.text(at - 1);
    let is_operator = !before.is_empty()
        && before
            .chars()
            .all(|it| it.is_ascii_punctuation() && !")]\"'".contains(it));
    is_operator
        || words.is_one_of(at - 1, &["default", "is", "by", "set"])
        || words.is(at, "null") && words.is(at - 1, "not")
}

#[cfg(test)]
mod tests {
    use super::*;
    use sql::lexer;

    fn of(sql: &str) -> Option<String> {
        let tokens = lexer::tokens(sql);
        let words = Words {
            sql,
            tokens: &tokens,
        };
        check(words, &(0..tokens.len()))
    }

    #[test]
    fn a_default_ends_where_the_next_constraint_begins() {
        let column = |rest: &str| of(&format!("ADD COLUMN a {rest}"));
        let object = |pairs: &str| Some(format!("pg_catalog.jsonb_build_object({pairs})"));
        assert_eq!(column("int"), None);
        assert_eq!(column("int NULL CHECK (a IS NOT NULL)"), None);
        assert_eq!(column("int NOT NULL"), object("'not_null', true"));
        assert_eq!(
            column("numeric(4, 2) NOT NULL DEFAULT (now() IS NOT NULL)::int CHECK (a > 0)"),
            object(
                "'default', '(now() IS NOT NULL)::int', 'type', 'numeric(4, 2)', 'not_null', true"
            )
        );
        assert_eq!(
            column("text COLLATE \"C\" DEFAULT 'a' || NULL NOT NULL"),
            object("'default', '''a'' || NULL', 'type', 'text', 'not_null', true")
        );
        assert_eq!(
            column("int GENERATED ALWAYS AS (1) STORED"),
            object("'constraints', true")
        );
        assert_eq!(of("ADD CONSTRAINT c CHECK (a IS NOT NULL)"), None);
        assert_eq!(of("ADD UNIQUE (a)"), None);
    }

    #[test]
    fn actions_that_timescaledb_knows_are_not_asked_about() {
        let unsupported = Some("pg_catalog.jsonb_build_object('unsupported', true)".to_owned());
        for action in [
            "ENABLE ROW LEVEL SECURITY",
            "NO FORCE ROW LEVEL SECURITY",
            "ENABLE ALWAYS RULE r",
            "ALTER COLUMN a ADD GENERATED ALWAYS AS IDENTITY",
            "ALTER a SET STORAGE PLAIN",
            "ALTER a SET (n_distinct = 5)",
            "ALTER a DROP EXPRESSION",
            "ALTER CONSTRAINT c DEFERRABLE",
            "VALIDATE CONSTRAINT c",
            "INHERIT t",
        ] {
            assert_eq!(of(action), unsupported, "{action}");
        }
        for action in [
            "ENABLE REPLICA TRIGGER t",
            "ALTER a SET DATA TYPE int",
            "ALTER COLUMN a TYPE int",
            "ALTER a DROP NOT NULL",
            "ALTER a SET STATISTICS 5",
            "SET (fillfactor = 70)",
            "REPLICA IDENTITY FULL",
            "OWNER TO CURRENT_USER",
            "RENAME COLUMN a TO b",
            "DROP a",
        ] {
            assert_eq!(of(action), None, "{action}");
        }
    }
}
