//! Quoting for a POSIX shell: every command that is suggested with a path or a name in it goes through here. Pure.

use std::path::Path;

use crate::screen::steers;

/// A word as a shell reads it back, in quotes only if necessary. It is one line, and contains no control characters.
pub fn quote(word: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "_@%+:,./-".contains(c);
    if !word.is_empty() && word.chars().all(is_safe) {
        return word.to_owned();
    }
    let is_hidden = |c: char| steers(c) || c == '\n';
    if word.contains(is_hidden) {
        format!(
            "\"$(printf %b {})\"",
            single_quoted(&octal(word, is_hidden))
        )
    } else {
        single_quoted(word)
    }
}

fn single_quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// What `printf %b` makes the word of.
fn octal(word: &str, is_hidden: impl Fn(char) -> bool) -> String {
    let mut text = String::new();
    for c in word.chars() {
        match c {
            '\\' => text.push_str(r"\\"),
            c if is_hidden(c) => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    text.push_str(&format!("\\0{byte:03o}"));
                }
            }
            c => text.push(c),
        }
    }
    text
}

/// A path as an argument of a command: one that begins with `-` would be read as an option, and one that begins with `:` by git as a
/// pattern.
pub fn path(path: &Path) -> String {
    let shown = path.display().to_string();
    if shown.starts_with(['-', ':', '~']) {
        quote(&format!("./{shown}"))
    } else {
        quote(&shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        let words = [
            "migrations/001_a.sql",
            "",
            " ",
            "it's",
            "''",
            "$(touch x); `id`",
            "a\nb",
            "*.sql",
            "~root",
            "a=b",
            "#",
            "\\",
            "größe",
            "it's\nback\\slash \u{1b}[2J \u{202e} $(touch x)",
        ];
        for word in words {
            let script = format!("printf '%s' {}", quote(word));
            let output = duct::cmd!("sh", "-c", script).read().unwrap();
            assert_eq!(output, word);
            assert!(!quote(word).contains(|c| steers(c) || c == '\n'));
        }
        assert_eq!(path(Path::new("-rf")), "./-rf");
    }
}
