//! Rust identifiers for SQL names.
//!
//! Every SQL name gets an identifier: PostgreSQL allows any character in a quoted name, Rust does not. This module only makes the name;
//! `prepare` decides where it is used and how it is documented.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use heck::{ToSnakeCase, ToUpperCamelCase};

use crate::error::{Error, Errors, Owner};

/// PostgreSQL cuts names at 63 bytes. Identifiers keep to the same length, because a name that is spelled out can be longer.
const MAX_LEN: usize = 63;

/// Words that cannot be an identifier, but can with `r#` in front.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Words that stay keywords even with `r#` in front.
const PATH_KEYWORDS: &[&str] = &["Self", "crate", "self", "super"];

/// Types and traits that generated code names without a path, which an enum of the same name would shadow.
const TAKEN_TYPES: &[&str] = &[
    "Box", "Default", "From", "Into", "Option", "Result", "Send", "Sized", "String", "Sync",
    "TryFrom", "TryInto", "Vec",
];

/// Crates that generated code names, which a module of the same name would shadow, and the module that a schema crate has around all of
/// them.
const TAKEN_MODULES: &[&str] = &["alloc", "core", "schema", "std", "timeschema"];

/// How an identifier is cased, which depends on what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// A module or a field.
    Snake,
    /// A type or an enum's variant.
    Camel,
}

/// An identifier for each of `names`, in their order. Two that stay the same are among the `errors` then.
///
/// Names that would share an identifier all get a suffix that is derived from the name. None of them keeps the plain one: if `aB` were the
/// field `a_b` until a column `a_b` is added, code that reads `a_b` would still compile and read the other column.
pub(crate) fn assign(
    owner: Owner<'_>,
    names: &[&str],
    style: Style,
    errors: &mut Errors,
) -> Vec<String> {
    let plain: Vec<String> = names.iter().map(|name| identifier(name, style)).collect();
    let mut uses: HashMap<&str, usize> = HashMap::new();
    for identifier in &plain {
        *uses.entry(identifier).or_default() += 1;
    }
    let assigned: Vec<String> = names
        .iter()
        .zip(&plain)
        .map(|(name, plain)| match uses[plain.as_str()] {
            1 => plain.clone(),
            _ => suffixed(plain, name, style),
        })
        .collect();
    let mut owners: HashMap<&str, &str> = HashMap::new();
    for (identifier, name) in assigned.iter().zip(names) {
        if let Some(first) = owners.insert(identifier, name) {
            errors.push(Error::Collision {
                owner: owner.to_string(),
                first: first.to_owned(),
                second: (*name).to_owned(),
                identifier: identifier.clone(),
                named: [first, name].map(|it| owner.named(it)).into(),
            });
        }
    }
    assigned
}

/// Whether some of these names could stay the same in Rust if they belonged to one owner. If not, no two of them can, whatever other names
/// there are.
pub(crate) fn may_collide(names: &HashSet<&str>) -> bool {
    let collide = |style| {
        let plain = |name: &str| identifier(name, style);
        let all: HashSet<String> = names.iter().map(|name| plain(name)).collect();
        let mut with_suffix = HashSet::new();
        let mut suffixed = names.iter().map(|name| suffixed(&plain(name), name, style));
        suffixed.any(|it| all.contains(&it) || !with_suffix.insert(it))
    };
    collide(Style::Snake) || collide(Style::Camel)
}

/// The identifier of an item of a module; avoids those that generated code uses otherwise.
pub(crate) fn free(identifier: String) -> String {
    let taken = TAKEN_TYPES
        .iter()
        .chain(TAKEN_MODULES)
        .any(|taken| *taken == identifier);
    if taken { identifier + "_" } else { identifier }
}

/// `identifier` with a word appended, if it is already taken.
pub(crate) fn with_word(identifier: &str, word: &str) -> String {
    format!(
        "{}_{word}",
        identifier
            .strip_prefix("r#")
            .unwrap_or(identifier)
            .trim_end_matches('_')
    )
}

/// The identifier for one name, whatever others there are.
pub(crate) fn identifier(name: &str, style: Style) -> String {
    let mut identifier = match style {
        Style::Snake if is_snake(name) => name.to_owned(),
        Style::Snake => spelled(name).to_snake_case(),
        Style::Camel => spelled(name).to_upper_camel_case(),
    };
    if identifier.starts_with(|c: char| c.is_ascii_digit()) {
        // A type that starts with an underscore could be mistaken for a module.
        let prefix = if style == Style::Snake { '_' } else { 'N' };
        identifier.insert(0, prefix);
    }
    if identifier.len() > MAX_LEN {
        let suffix = suffix(name, style);
        identifier.truncate(MAX_LEN - suffix.len());
        identifier.truncate(identifier.trim_end_matches('_').len());
        identifier.push_str(&suffix);
    }
    if PATH_KEYWORDS.contains(&identifier.as_str()) {
        identifier.push('_');
    } else if KEYWORDS.contains(&identifier.as_str()) {
        identifier.insert_str(0, "r#");
    }
    identifier
}

/// Whether a name is a snake-case identifier as rustc's lints require, and can stay as it is.
fn is_snake(name: &str) -> bool {
    let body = name.strip_prefix('_').unwrap_or(name);
    body.starts_with(|c: char| c.is_ascii_lowercase())
        && !name.contains("__")
        && body
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// The name in ASCII letters, digits and separators, with symbols and foreign letters spelled out. Never without a letter or digit.
fn spelled(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c);
        } else if let Some(word) = symbol(c) {
            let _ = write!(out, "_{word}_");
        } else if let Some(latin) = latin1(c) {
            out.push_str(latin);
        } else if c == '\'' {
            // Part of the word: don't, l'année.
        } else if c.is_ascii() || c.is_whitespace() || c.is_control() {
            out.push('_');
        } else {
            let _ = write!(out, "_u{:x}_", u32::from(c));
        }
    }
    if out.bytes().any(|b| b.is_ascii_alphanumeric()) {
        return out;
    }
    if name.is_empty() {
        return "empty".to_owned();
    }
    name.chars().fold(String::new(), |mut out, c| {
        let _ = write!(out, "_u{:x}", u32::from(c));
        out
    })
}

/// The words for symbols that carry meaning; the others separate words.
fn symbol(c: char) -> Option<&'static str> {
    Some(match c {
        '!' => "not",
        '"' => "quote",
        '#' => "hash",
        '$' => "dollar",
        '%' => "percent",
        '&' => "and",
        '*' => "star",
        '+' => "plus",
        '<' => "lt",
        '=' => "eq",
        '>' => "gt",
        '?' => "question",
        '@' => "at",
        '\\' => "backslash",
        '^' => "caret",
        '|' => "or",
        '~' => "tilde",
        _ => return None,
    })
}

/// ASCII for the letters of Latin-1, U+00C0 to U+00FF.
fn latin1(c: char) -> Option<&'static str> {
    const LETTERS: &str = "A A A A Ae A Ae C E E E E I I I I D N O O O O Oe _ Oe U U U Ue Y Th ss \
                           a a a a ae a ae c e e e e i i i i d n o o o o oe _ oe u u u ue y th y";
    let index = u32::from(c).checked_sub(0xc0)?;
    LETTERS.split(' ').nth(index as usize)
}

fn suffixed(identifier: &str, name: &str, style: Style) -> String {
    let plain = identifier
        .strip_prefix("r#")
        .unwrap_or(identifier)
        .trim_end_matches('_');
    format!("{plain}{}", suffix(name, style))
}

/// A suffix that depends on the name alone, so that it stays when other names come and go.
fn suffix(name: &str, style: Style) -> String {
    // FNV-1a, folded to 16 bits.
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    let short = (hash >> 16) ^ (hash & 0xffff);
    match style {
        Style::Snake => format!("_x{short:04x}"),
        Style::Camel => format!("X{short:04x}"),
    }
}

/// The last segment of a path.
pub(crate) fn last_segment(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_names_stay_as_they_are() {
        for name in ["time", "user_id", "_id", "x2", "type_", "a1_b2"] {
            assert_eq!(identifier(name, Style::Snake), name);
        }
    }

    #[test]
    fn keywords_are_raw_where_rust_allows_it() {
        assert_eq!(identifier("type", Style::Snake), "r#type");
        assert_eq!(identifier("table", Style::Snake), "table");
        assert_eq!(identifier("gen", Style::Snake), "r#gen");
        assert_eq!(identifier("super", Style::Snake), "super_");
        assert_eq!(identifier("self", Style::Snake), "self_");
        assert_eq!(identifier("Self", Style::Snake), "self_");
        assert_eq!(identifier("crate", Style::Snake), "crate_");
        assert_eq!(identifier("self", Style::Camel), "Self_");
    }

    #[test]
    fn other_names_are_spelled_out() {
        let cases = [
            ("userId", "user_id", "UserId"),
            ("2fa", "_2fa", "N2fa"),
            ("in-progress", "in_progress", "InProgress"),
            ("c++", "c_plus_plus", "CPlusPlus"),
            ("c#", "c_hash", "CHash"),
            (">=", "gt_eq", "GtEq"),
            ("größe", "groesse", "Groesse"),
            ("Ärger", "aerger", "Aerger"),
            ("用户", "u7528_u6237", "U7528U6237"),
            ("don't", "dont", "Dont"),
            ("a__b", "a_b", "AB"),
            ("", "empty", "Empty"),
            ("_", "u5f", "U5f"),
            ("'", "u27", "U27"),
            ("\"; drop table", "quote_drop_table", "QuoteDropTable"),
        ];
        for (name, snake, camel) in cases {
            assert_eq!(identifier(name, Style::Snake), snake);
            assert_eq!(identifier(name, Style::Camel), camel);
        }
    }

    #[test]
    fn what_generated_code_names_itself_is_left_to_it() {
        for taken in ["Option", "Vec", "schema", "std", "timeschema"] {
            assert_eq!(free(taken.to_owned()), format!("{taken}_"));
        }
        for free_name in ["events", "trace", "migrate", "postgres", "Mode", "Config"] {
            assert_eq!(free(free_name.to_owned()), free_name);
        }
    }

    #[test]
    fn no_identifier_is_longer_than_a_postgresql_name() {
        let name = "用".repeat(21);
        let other = "用".repeat(20) + "户";
        assert_eq!(identifier(&name, Style::Snake).len(), MAX_LEN);
        assert_ne!(
            identifier(&name, Style::Snake),
            identifier(&other, Style::Snake)
        );
    }

    #[test]
    fn names_that_collide_all_change_and_do_not_depend_on_each_other() {
        let assigned = |names: &[&str]| {
            let mut errors = Errors::default();
            let owner = Owner::RelationsOf("public");
            let assigned = assign(owner, names, Style::Snake, &mut errors);
            errors.or(assigned).unwrap()
        };
        let two = assigned(&["aB", "a_b", "c"]);
        assert_eq!(two, ["a_b_x550f", "a_b_x73d5", "c"]);
        let three = assigned(&["a b", "a_b", "aB"]);
        assert_eq!(three[1], two[1]);
        assert_eq!(three[2], two[0]);
    }

    #[test]
    fn the_same_name_twice_is_an_error_that_names_it() {
        let mut errors = Errors::default();
        let owner = Owner::ColumnsOf(("public", "t"));
        assign(owner, &["a", "a", "b", "b", "c"], Style::Snake, &mut errors);
        insta::assert_snapshot!(errors, @"
        public.t: `a` and `a` both become `a_xcd20` in Rust: rename one of them
        public.t: `b` and `b` both become `b_xcae9` in Rust: rename one of them
        ");
    }

    #[test]
    fn names_that_may_collide_are_those_with_another_ones_suffix() {
        let may = |names: &[&str]| may_collide(&names.iter().copied().collect());
        assert!(!may(&["aB", "a_b", "AB", "a b", "select", "x_1", ""]));
        assert!(may(&["aB", "a_b_x550f"]));
        assert!(may(&["aB", "c", "A_b_X550f"]));
    }
}
