//! The names of objects in a statement, read as the server reads them.

use super::words::Words;
use crate::lexer::TokenKind;
use crate::quote;

/// A name with or without a schema: `t`, `S.t`, `"we;ird".t`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Folded to lower case where they are not quoted.
    parts: Vec<String>,
}

impl Name {
    /// The name that begins at `at`, and the first index after it.
    pub fn read(words: Words<'_>, mut at: usize) -> Option<(Name, usize)> {
        let mut parts = vec![identifier(words, at)?];
        while words.is_symbol(at + 1, ".") {
            at += 2;
            parts.push(identifier(words, at)?);
        }
        // U&"…" UESCAPE '!' says itself how to read it.
        (!words.is(at + 1, "uescape")).then_some((Name { parts }, at + 1))
    }

    /// All names of a list that begins at `at`, with commas between them, and the first index after it.
    pub fn read_list(words: Words<'_>, at: usize) -> Option<(Vec<Name>, usize)> {
        let (first, mut behind) = Name::read(words, at)?;
        let mut names = vec![first];
        while words.is_symbol(behind, ",") {
            let (name, next) = Name::read(words, behind + 1)?;
            names.push(name);
            behind = next;
        }
        Some((names, behind))
    }

    /// The schema, if given.
    pub fn schema(&self) -> Option<&str> {
        let index = self.parts.len().checked_sub(2)?;
        Some(&self.parts[index])
    }

    /// The name without its schema.
    pub fn object(&self) -> &str {
        self.parts.last().map_or("", String::as_str)
    }

    /// The name of a relation and its column; `None` if there is only one part.
    pub fn split(mut self) -> Option<(Name, String)> {
        let column = self.parts.pop().filter(|_| !self.parts.is_empty())?;
        Some((self, column))
    }

    /// The name without its schema, as a constant of type `name`, which is cut where the server cuts identifiers.
    pub fn object_literal(&self) -> String {
        format!("{}::name", quote::literal(self.object()))
    }

    /// The name as it can be written anywhere.
    pub fn quoted(&self) -> String {
        let quoted: Vec<_> = self
            .parts
            .iter()
            .map(|part| quote::identifier(part))
            .collect();
        quoted.join(".")
    }

    /// An expression for the relation's OID, null if it does not exist.
    pub fn regclass(&self) -> String {
        format!("pg_catalog.to_regclass({})", quote::literal(&self.quoted()))
    }
}

/// The identifier at `index`.
pub fn identifier(words: Words<'_>, index: usize) -> Option<String> {
    let text = words.text(index);
    match words.tokens.get(index)?.kind {
        TokenKind::Word => Some(text.to_ascii_lowercase()),
        TokenKind::Quoted => {
            let inner = text
                .split_once('"')?
                .1
                .strip_suffix('"')?
                .replace("\"\"", "\"");
            if text.starts_with('"') {
                Some(inner)
            } else {
                unescaped(&inner)
            }
        }
        _ => None,
    }
}

/// What `U&"…"` means: `\0061` and `\+000061` are characters, `\\` is a backslash.
fn unescaped(text: &str) -> Option<String> {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once('\\') {
        result.push_str(before);
        if let Some(behind) = escape.strip_prefix('\\') {
            result.push('\\');
            rest = behind;
            continue;
        }
        let (start, end) = if escape.starts_with('+') {
            (1, 7)
        } else {
            (0, 4)
        };
        let code = u32::from_str_radix(escape.get(start..end)?, 16).ok()?;
        result.push(char::from_u32(code)?);
        rest = &escape[end..];
    }
    result.push_str(rest);
    Some(result)
}

#[cfg(test)]
mod tests {
    use super::{Name, Words};
    use crate::lexer;

    #[test]
    fn names_are_read_as_the_server_reads_them() {
        let cases = [
            ("T", Some("pg_catalog.to_regclass('\"t\"')")),
            ("S . \"T\"", Some("pg_catalog.to_regclass('\"s\".\"T\"')")),
            (
                "\"we;ird \"\"na'me\"",
                Some("pg_catalog.to_regclass('\"we;ird \"\"na''me\"')"),
            ),
            ("Größe", Some("pg_catalog.to_regclass('\"größe\"')")),
            (
                "U&\"d\\0061t\\+000061\"",
                Some("pg_catalog.to_regclass('\"data\"')"),
            ),
            ("U&\"d!0061\" UESCAPE '!'", None),
            (
                "\"back\\slash\"",
                Some("pg_catalog.to_regclass(E'\"back\\\\slash\"')"),
            ),
            ("'t'", None),
            ("a b", None),
            ("a.", None),
        ];
        for (text, expected) in cases {
            let tokens = lexer::tokens(text);
            let words = Words {
                sql: text,
                tokens: &tokens,
            };
            let whole = Name::read(words, 0).filter(|(_, behind)| *behind == tokens.len());
            let read = whole.map(|(name, _)| name.regclass());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }
}
