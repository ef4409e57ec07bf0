//! Look-alikes: an ordinary user's objects in `public` with the names of those in `pg_catalog` that the program's SQL uses, and that fit
//! the arguments as well or better. Each raises an error when it is used, and counts that outside the transaction.
//!
//! Which names there are is found by reading the program's sources: the texts of its SQL files and every string of its Rust files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sql::lexer::{self, TokenKind};

/// What is read.
const SOURCES: [&str; 5] = [
    "crates/migrator/src",
    "crates/plain/src",
    "crates/catalog/src",
    "crates/cli/src",
    "crates/schema/src",
];

const OPERATOR: &str = "+-*/<>=~!@#%^&|`?";

/// The SQL that plants them, for a superuser; [`COUNT`] then says how many there are, and [`USES`] how many were used.
pub fn script() -> String {
    let found = Names::read();
    let list = |names: &BTreeSet<String>| {
        let quoted: Vec<String> = names
            .iter()
            .map(|name| format!("('{}')", name.replace('\'', "''")))
            .collect();
        quoted.join(", ")
    };
    include_str!("lookalikes.sql")
        .replace("{calls}", &list(&found.calls))
        .replace("{words}", &list(&found.words))
        .replace("{operators}", &list(&found.operators))
}

/// How many look-alikes there are: functions, operators, types, relations.
pub const COUNT: &str = "SELECT pg_catalog.concat_ws(' ', \
     (SELECT pg_catalog.count(*) FROM pg_catalog.pg_proc WHERE pronamespace OPERATOR(pg_catalog.=) 'public'::pg_catalog.regnamespace \
      AND proowner OPERATOR(pg_catalog.=) 'mallory'::pg_catalog.regrole), 'functions,', \
     (SELECT pg_catalog.count(*) FROM pg_catalog.pg_operator WHERE oprowner OPERATOR(pg_catalog.=) 'mallory'::pg_catalog.regrole), 'operators,', \
     (SELECT pg_catalog.count(*) FROM pg_catalog.pg_type WHERE typowner OPERATOR(pg_catalog.=) 'mallory'::pg_catalog.regrole \
      AND typtype OPERATOR(pg_catalog.=) 'd'), 'types,', \
     (SELECT pg_catalog.count(*) FROM pg_catalog.pg_class WHERE relowner OPERATOR(pg_catalog.=) 'mallory'::pg_catalog.regrole \
      AND relkind OPERATOR(pg_catalog.=) 'v'), 'relations')";

/// Fails where the answer to [`COUNT`] is too small for what our sources name with the types of arguments that may be meant.
pub fn assert_many(planted: &str) {
    let counts = planted.split(' ').filter_map(|word| word.parse().ok());
    let counts: Vec<u32> = counts.collect();
    let least = [20_000, 8_000, 30, 30];
    let is_many =
        counts.len() == least.len() && counts.iter().zip(least).all(|(is, least)| *is > least);
    assert!(is_many, "look-alikes: {planted}");
}

/// How often one was used, in this session or another.
pub const USES: &str =
    "SELECT (CASE WHEN is_called THEN last_value ELSE 0 END)::pg_catalog.text FROM public.uses";

/// What the program's SQL names.
#[derive(Debug, Default)]
struct Names {
    /// Words before a parenthesis.
    calls: BTreeSet<String>,
    /// All words.
    words: BTreeSet<String>,
    operators: BTreeSet<String>,
}

impl Names {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut names = Self::default();
        for source in SOURCES {
            names.read_folder(&root.join(source));
        }
        names
    }

    fn read_folder(&mut self, folder: &Path) {
        let entries = fs::read_dir(folder).unwrap();
        let paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        for path in paths {
            let extension = path.extension().and_then(|it| it.to_str());
            match extension {
                _ if path.is_dir() => self.read_folder(&path),
                Some("sql") => self.read_sql(&fs::read_to_string(&path).unwrap()),
                Some("rs") => {
                    let text = fs::read_to_string(&path).unwrap();
                    strings(&text).iter().for_each(|sql| self.read_sql(sql));
                }
                _ => {}
            }
        }
    }

    fn read_sql(&mut self, sql: &str) {
        let tokens = lexer::tokens(sql);
        let mut operator = String::new();
        for (at, token) in tokens.iter().enumerate() {
            let text = token.text(sql);
            if token.kind == TokenKind::Symbol && text.chars().all(|c| OPERATOR.contains(c)) {
                operator.push_str(text);
                let next = tokens.get(at + 1);
                let goes_on = next.is_some_and(|next| {
                    next.start == token.end && next.text(sql).chars().all(|c| OPERATOR.contains(c))
                });
                if !goes_on {
                    self.operators.insert(std::mem::take(&mut operator));
                }
            }
            match token.kind {
                TokenKind::Word => {
                    let word = text.to_lowercase();
                    if tokens.get(at + 1).is_some_and(|next| next.text(sql) == "(") {
                        self.calls.insert(word.clone());
                    }
                    self.words.insert(word);
                }
                // Bodies of functions, and statements that are run from strings.
                TokenKind::String => self.read_sql(inside(text)),
                _ => {}
            }
        }
        // What the grammar looks up by these words.
        let looked_up = [
            ("like", "~~"),
            ("in", "="),
            ("between", "<="),
            ("distinct", "="),
        ];
        for (word, operator) in looked_up {
            if self.words.contains(word) {
                self.operators.insert(operator.to_owned());
            }
        }
    }
}

/// What a string constant holds.
fn inside(constant: &str) -> &str {
    let (begin, end) = match constant.strip_prefix('$') {
        Some(rest) => {
            let tag = rest.find('$').map_or(0, |at| at + 2);
            (tag, tag)
        }
        None => (constant.find('\'').map_or(0, |at| at + 1), 1),
    };
    constant
        .get(begin..constant.len().saturating_sub(end))
        .unwrap_or_default()
}

/// The string constants of a Rust file, without their escapes.
fn strings(rust: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = rust;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (before, here) = rest.split_at(at);
        if here.starts_with("//") {
            rest = here.split_once('\n').map_or("", |(_, after)| after);
            continue;
        }
        if here.starts_with("'\"'") || here.starts_with("'\\\"'") {
            rest = &here[here.find("\"'").unwrap() + 2..];
            continue;
        }
        rest = &here[1..];
        if !here.starts_with('"') {
            continue;
        }
        let hashes = before.len() - before.trim_end_matches('#').len();
        let is_raw = before[..before.len() - hashes].ends_with('r');
        let end = if is_raw {
            rest.find(&format!("\"{}", "#".repeat(hashes)))
        } else {
            closing_quote(rest)
        };
        let Some(end) = end else { break };
        let text = &rest[..end];
        found.push(if is_raw {
            text.to_owned()
        } else {
            text.replace("\\\n", "")
                .replace("\\n", "\n")
                .replace("\\\"", "\"")
        });
        rest = &rest[end + 1..];
    }
    found
}

fn closing_quote(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let closes = c == '"' && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        closes.then_some(at)
    })
}

#[test]
fn the_sql_of_the_program_is_read() {
    let names = Names::read();
    for call in [
        "row_security_active",
        "to_regclass",
        "alter_job",
        "json_build_object",
        "date_trunc",
    ] {
        assert!(names.calls.contains(call), "{call}");
    }
    for operator in ["=", "||", "!~", "*", "~~", "#>>", "@>"] {
        assert!(names.operators.contains(operator), "{operator}");
    }
    for word in ["pg_class", "text", "regclass"] {
        assert!(names.words.contains(word), "{word}");
    }
}
