//! A pattern for names of schemas, as psql's `\dn` reads it. Pure.
//!
//! `*` is any run of characters, `?` one; letters are lower-cased unless they are in double quotes, and in quotes everything is literal.
//! psql's other regular expressions are refused: taken literally they would match nothing.
//!
//! <https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-PATTERNS>

/// Characters that mean something else to psql outside quotes.
const REFUSED: &str = r".[](){}|+^\";

/// Which names match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(Vec<Part>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Char(char),
    /// `?`
    One,
    /// `*`
    Any,
}

impl Pattern {
    /// Reads a pattern; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Pattern, String> {
        let mut parts = Vec::new();
        let mut is_quoted = false;
        let mut characters = text.chars().peekable();
        while let Some(c) = characters.next() {
            match c {
                '"' if is_quoted && characters.peek() == Some(&'"') => {
                    characters.next();
                    parts.push(Part::Char('"'));
                }
                '"' => is_quoted = !is_quoted,
                c if is_quoted => parts.push(Part::Char(c)),
                '*' => parts.push(Part::Any),
                '?' => parts.push(Part::One),
                c if REFUSED.contains(c) => {
                    return Err(format!("`{c}` is not supported outside double quotes"));
                }
                c => parts.push(Part::Char(c.to_ascii_lowercase())),
            }
        }
        match (is_quoted, parts.is_empty()) {
            (true, _) => Err("a double quote is not closed".to_owned()),
            (_, true) => Err("it is empty".to_owned()),
            _ => Ok(Pattern(parts)),
        }
    }

    /// Whether the whole of a name, as the catalog has it, matches.
    pub fn matches(&self, name: &str) -> bool {
        // Which numbers of parts may have been used up: one round for each character.
        let mut reached = vec![false; self.0.len() + 1];
        reached[0] = true;
        self.skip(&mut reached);
        for c in name.chars() {
            let mut next = vec![false; reached.len()];
            for (at, part) in self.0.iter().enumerate().filter(|&(at, _)| reached[at]) {
                match *part {
                    Part::Any => next[at] = true,
                    Part::One => next[at + 1] = true,
                    Part::Char(expected) => next[at + 1] |= expected == c,
                }
            }
            self.skip(&mut next);
            reached = next;
        }
        reached[self.0.len()]
    }

    /// `*` also matches nothing.
    fn skip(&self, reached: &mut [bool]) {
        for (at, part) in self.0.iter().enumerate() {
            if reached[at] && *part == Part::Any {
                reached[at + 1] = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_as_in_psql() {
        for (pattern, matching, others) in [
            (
                "tenant_*",
                &["tenant_", "tenant_7", "tenant_%"][..],
                &["xtenant_7", "tenant"][..],
            ),
            (
                "TENANT_?",
                &["tenant_7"],
                &["tenant_", "tenant_17", "TENANT_7"],
            ),
            ("*", &["", "a", "Te nant"], &[]),
            ("a*b*c", &["abc", "axbxbc"], &["ab", "abcd"]),
            ("a**?", &["ab", "abc"], &["a"]),
            ("\"Te nant\"", &["Te nant"], &["te nant"]),
            ("\"T\"E*", &["Te nant", "Te"], &["TE", "te"]),
            ("\"a\"\"b\"", &["a\"b"], &["ab"]),
            ("\"*.?\"", &["*.?"], &["a.b"]),
            ("\"\"x", &["x"], &["\"x"]),
            ("te nant", &["te nant"], &["tenant"]),
            ("tenant_%", &["tenant_%"], &["tenant_7"]),
            ("a$", &["a$"], &["a"]),
            ("mü?", &["müä"], &["mü"]),
        ] {
            let read = Pattern::parse(pattern).unwrap();
            for name in matching {
                assert!(read.matches(name), "{pattern} {name}");
            }
            for name in others {
                assert!(!read.matches(name), "{pattern} {name}");
            }
        }
    }

    #[test]
    fn what_psql_reads_otherwise_is_refused() {
        let refused = |pattern| Pattern::parse(pattern).unwrap_err();
        for (pattern, error) in [
            ("app.t*", "`.` is not supported outside double quotes"),
            ("tenant_[0-9]", "`[` is not supported outside double quotes"),
            ("a|b", "`|` is not supported outside double quotes"),
            ("\"a", "a double quote is not closed"),
            ("\"a\"\"", "a double quote is not closed"),
            ("", "it is empty"),
            ("\"\"", "it is empty"),
        ] {
            assert_eq!(refused(pattern), error, "{pattern}");
        }
    }

    /// A pattern that is a name as SQL quotes it matches that name alone.
    #[test]
    fn a_quoted_identifier_is_a_pattern() {
        for name in ["tenant_7", "Te nant", "a\"b", "tenant_%", "*", "a.b", "ü"] {
            let read = Pattern::parse(&sql::quote::plain(name)).unwrap();
            assert!(read.matches(name), "{name}");
            assert!(!read.matches(&format!("{name}x")), "{name}");
        }
    }
}
