//! What holds for any text, and texts at random, judged by psql.
//!
//! `SPLIT_TEXTS` sets how many texts are made up, `SPLIT_SEED` where they start from.

use sql::lexer::{self, FIRST_TOKENS, LAST_TOKENS, Problem};
use sql::statement;
use testkit::Random;

use crate::compare::Expected;
use crate::invariants::{check, prefix};
use crate::{psql, say};

/// The parts of random texts: whatever opens, closes, or looks as if it did.
const PIECES: &[&str] = &[
    // Quotes.
    "'",
    "'",
    "'",
    "''",
    "\"",
    "\"",
    "e'",
    "E'",
    "e'\\''",
    "\\'",
    "\\\\'",
    "b'",
    "x'",
    "n'",
    "u&'",
    "U&\"",
    "u&",
    "e",
    "u",
    // Dollar quotes.
    "$$",
    "$$",
    "$a$",
    "$a$",
    "$é$",
    "$",
    "$1",
    "a$",
    "$a",
    // Comments and operators.
    "--",
    "--",
    "-- \n",
    "/*",
    "/*",
    "*/",
    "*/",
    "/",
    "*",
    "-",
    "+",
    "@",
    "=",
    "<",
    // Nesting and ends.
    "(",
    "(",
    ")",
    ")",
    "[",
    "]",
    "{",
    "}",
    ";",
    ";",
    ";",
    ";\n",
    ",",
    // Colons and numbers.
    ":",
    "::",
    ":=",
    ":a",
    ":e",
    ":1",
    ":'a'",
    ":\"a\"",
    ".",
    "..",
    "1",
    "12",
    "1.",
    "1e",
    "1e+",
    ".5",
    "0x1",
    "1_0",
    // White space.
    "\n",
    "\n",
    "\n\n",
    " ",
    " ",
    "\t",
    "\r",
    "\r\n",
    "\x0c",
    // Words.
    "a",
    "ü",
    "日",
    "_",
    "a1",
    " begin ",
    " begin ",
    " end ",
    " case ",
    " create ",
    " or ",
    " replace ",
    " function ",
    "create function ",
    "create or replace procedure ",
];

/// What leaves nothing open.
const CLOSED: &[&str] = &[
    "'a;'",
    "'\\'",
    "''';'",
    "\"a;\"",
    "e'\\';'",
    "E'a'\n'b;'",
    "e'a'\r'\\';'",
    "$$;$$",
    "$a$ ; $$ $a$",
    "u&'\\'",
    "U&\"a;\"",
    "x'f;'",
    "/* ; */",
    "/* /* ; */ */",
    "-- ;\n",
    "--\n\n",
    "(;)",
    "((;);)",
    "(';')",
    ";",
    ";",
    ";",
    ";\n",
    ";\n\n",
    "\n",
    "\n\n",
    " ",
    "\t",
    "a",
    "ü",
    "1",
    "1e",
    "1.",
    ".5",
    "..",
    ":a ",
    "::",
    ":=",
    "a$b$",
    "$1",
    "$1a$",
    "1a$",
    ".",
    ",",
    "+",
    "-",
    "*",
    "/",
    "<",
    "begin ; end",
    "create function f() begin ; case ; end ; end",
    "create or replace procedure p() begin atomic ; end",
    " case when a then b end ",
    "create function f() return 1",
    "create rule r do (a; b)",
];

#[test]
fn texts_at_random_keep_what_holds_for_any_text() {
    let mut random = Random::new(setting("SPLIT_SEED", 1));
    let (mut statements, mut whole) = (0, 0);
    let texts = setting("SPLIT_TEXTS", 10_000);
    for _ in 0..texts {
        let text = made_up(&mut random);
        let (found, error) = prefix(&text);
        check(&text, &found, error.as_ref());
        statements += found.len();
        whole += u64::from(error.is_none());
    }
    say(&format!(
        "{texts} texts at random, {whole} of them whole, {statements} statements"
    ));
    assert!(statements as u64 > texts / 4 && whole > texts / 4);
}

#[test]
fn texts_at_random_are_split_as_psql_splits_them() {
    const TEST: &str = "properties::texts_at_random_are_split_as_psql_splits_them";
    const AT_ONCE: u64 = 1000;
    if let Err(reason) = psql::is_usable() {
        return testkit::skip(TEST, &reason);
    }
    let mut random = Random::new(setting("SPLIT_SEED", 2));
    let is_old = psql::counts_words_in_parentheses();
    let rounds = setting("SPLIT_TEXTS", 3_000).div_ceil(AT_ONCE);
    let mut statements = 0;
    for _ in 0..rounds {
        let texts: Vec<String> = (0..AT_ONCE)
            .map(|_| sendable(&mut random, is_old))
            .collect();
        let borrowed: Vec<&str> = texts.iter().map(String::as_str).collect();
        for (text, sent) in texts.iter().zip(psql::sends(&borrowed)) {
            let expected = Expected::of(text);
            statements += expected.statements;
            let difference = expected.difference(&sent);
            assert_eq!(difference, None, "{text:?}\npsql: {sent:#?}");
        }
    }
    say(&format!(
        "{} texts at random, {statements} statements, 0 differences from psql",
        rounds * AT_ONCE
    ));
}

#[test]
fn every_file_of_ours_keeps_what_holds_for_any_text() {
    for (name, text) in crate::nasty::files() {
        let (found, error) = prefix(&text);
        assert_eq!(error.is_some(), name.starts_with("stops_"), "{name}");
        check(&text, &found, error.as_ref());
    }
}

#[test]
fn a_million_levels_do_not_overflow_the_stack() {
    const DEEP: usize = 1_000_000;
    let unclosed = |text: String| lexer::split(&text).unwrap_err().problem;
    assert_eq!(unclosed("(".repeat(DEEP)), Problem::UnclosedParenthesis);
    assert_eq!(unclosed("/*".repeat(DEEP)), Problem::UnclosedComment);
    let begins = format!("create function f() {}", "begin ".repeat(DEEP));
    assert_eq!(unclosed(begins), Problem::UnclosedBegin);

    let text = format!("create {}1{}; b", "(".repeat(DEEP), ")".repeat(DEEP));
    assert_eq!(statement::read(&text).unwrap().len(), 2);
    let text = format!("{}{} a; b", "/*".repeat(DEEP), "*/".repeat(DEEP));
    assert_eq!(statement::read(&text).unwrap().len(), 2);
}

#[test]
fn of_a_long_statement_the_first_and_last_tokens_are_kept() {
    let row = "(1, 'a;', $$b;$$) /* ; */, ";
    let text = format!("insert into t values {} (2); b", row.repeat(FIRST_TOKENS));
    let statements = lexer::split(&text).unwrap();
    let [long, short] = &statements[..] else {
        panic!("{} statements", statements.len());
    };
    assert_eq!(long.tokens.len(), FIRST_TOKENS + LAST_TOKENS);
    assert_eq!(short.tokens.len(), 1);
    let all = lexer::tokens(&text[long.range()]);
    assert_eq!(long.tokens[..FIRST_TOKENS], all[..FIRST_TOKENS]);
    assert_eq!(long.tokens[FIRST_TOKENS..], all[all.len() - LAST_TOKENS..]);
}

fn setting(name: &str, default: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.map_or(default, |value| value.parse().unwrap())
}

/// Some are wild all through, most only here and there: what is wild leaves something open as a rule.
fn made_up(random: &mut Random) -> String {
    let length = 1 + random.below(40);
    let wild = random.pick(&[0, 1, 5, 20, 100]);
    (0..length)
        .map(|_| {
            if random.below(100) < wild {
                random.pick(PIECES)
            } else {
                random.pick(CLOSED)
            }
        })
        .collect()
}

/// A text without meta-commands, which psql would run.
fn sendable(random: &mut Random, is_old: bool) -> String {
    let mut text = made_up(random);
    if is_old {
        text = text.replace('(', "[").replace(')', "]");
    }
    if let (_, Some(error)) = prefix(&text)
        && error.problem == Problem::MetaCommand
    {
        text.truncate(error.offset);
    }
    text
}
