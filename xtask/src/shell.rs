//! Quoting for a POSIX shell: every command that is suggested with a path or a name in it goes through here. Pure.

use std::path::Path;

/// A word as a shell reads it back, in quotes only where it has to be.
pub fn quote(word: &str) -> String {
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "_@%+:,./-".contains(c);
    if !word.is_empty() && word.chars().all(is_safe) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A path as an argument of a command: one that begins with `-` would be taken for an option.
pub fn path(path: &Path) -> String {
    let shown = path.display().to_string();
    match shown.starts_with('-') {
        true => quote(&format!("./{shown}")),
        false => quote(&shown),
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
        ];
        for word in words {
            let script = format!("printf '%s' {}", quote(word));
            let output = duct::cmd!("sh", "-c", script).read().unwrap();
            assert_eq!(output, word.trim_end_matches('\n'));
        }
        assert_eq!(path(Path::new("-rf")), "./-rf");
    }
}
