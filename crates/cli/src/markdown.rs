//! Text that a comment of a pull request shows as it is, whoever wrote the names in it: no mention, no link, no image, no HTML.

/// What ends or opens a sentence's parts without meaning anything in Markdown.
const PUNCTUATION: &[char] = &['.', ',', ':', ';', '?', '(', ')', '\'', '…', '→', '–'];

/// A sentence of ours with names of others: on one line, with all but plain words as code. What stands between backquotes is code already.
pub fn text(text: &str) -> String {
    let mut parts: Vec<&str> = text.split('`').collect();
    // Of an odd number of backquotes the last one is a character.
    let rest = if parts.len().is_multiple_of(2) {
        parts.pop()
    } else {
        None
    };
    let mut shown = String::new();
    for (index, part) in parts.iter().enumerate() {
        let part = if index % 2 == 1 {
            code(part)
        } else {
            words(part)
        };
        join(&mut shown, &part);
    }
    if let Some(rest) = rest {
        join(&mut shown, &code("`"));
        join(&mut shown, &words(rest));
    }
    shown.trim().to_owned()
}

/// Adds a part: two spans of code in a row would become another one.
fn join(shown: &mut String, part: &str) {
    if shown.ends_with('`') && part.starts_with('`') {
        shown.push(' ');
    }
    shown.push_str(part);
}

/// Words with the blanks around them as single ones.
fn words(text: &str) -> String {
    let mut shown = String::new();
    if text.starts_with(char::is_whitespace) {
        shown.push(' ');
    }
    let words: Vec<String> = text.split_whitespace().map(word).collect();
    shown += &words.join(" ");
    if !words.is_empty() && text.ends_with(char::is_whitespace) {
        shown.push(' ');
    }
    shown
}

fn word(word: &str) -> String {
    let inside = word.trim_matches(PUNCTUATION);
    // A number after a hyphen may be an issue: GH-1.
    let is_plain = |part: &str| part.chars().all(char::is_alphabetic);
    let is_number = inside.chars().all(|c| c.is_ascii_digit());
    if is_number || inside.split(['-', '\'']).all(is_plain) {
        return word.to_owned();
    }
    let start = word.len() - word.trim_start_matches(PUNCTUATION).len();
    let (before, rest) = word.split_at(start);
    let open = inside.matches('(').count();
    let closed = inside.matches(')').count();
    let mut end = inside.len();
    if open > closed && rest[end..].starts_with(')') {
        end += 1;
    }
    let (inside, after) = rest.split_at(end);
    format!("{before}{}{after}", code(inside))
}

/// The same for a cell of a table.
pub fn cell(sentence: &str) -> String {
    text(sentence).replace('|', "\\|")
}

/// A span of code on one line.
pub fn code(text: &str) -> String {
    let text = crate::screen::one_line(text);
    let ticks = "`".repeat(longest_run(&text) + 1);
    let blank = text.starts_with('`') || text.ends_with('`') || text.trim().is_empty();
    let blank = if blank { " " } else { "" };
    format!("{ticks}{blank}{text}{blank}{ticks}")
}

/// A block of code, which no line in it can end.
pub fn block(language: &str, text: &str) -> String {
    let ticks = "`".repeat((longest_run(text) + 1).max(3));
    let lines: Vec<String> = text.lines().map(crate::screen::one_line).collect();
    format!("{ticks}{language}\n{}\n{ticks}", lines.join("\n"))
}

/// The longest run of backquotes.
fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_plain_words_is_code() {
        let cases = [
            ("a row-level key, of events.", "a row-level key, of events."),
            (
                "total of m_1 (0A000) isn't 7",
                "total of `m_1` (`0A000`) isn't 7",
            ),
            ("see `a b` there", "see `a b` there"),
            (
                "@team GH-1 #2 www.a.b https://a.b",
                "`@team` `GH-1` `#2` `www.a.b` `https://a.b`",
            ),
            (
                "<img src=x> [a](b) *b* _c_",
                "`<img` `src=x>` `[a](b)` `*b*` `_c_`",
            ),
            ("one ` alone <b>", "one `` ` `` alone `<b>`"),
            ("`a` `<b>", "`a` `` ` `` `<b>`"),
            ("`a`<b>", "`a` `<b>`"),
            ("a\nb\u{202e}c", "a `b\\u{202e}c`"),
        ];
        for (from, to) in cases {
            assert_eq!(text(from), to, "{from}");
        }
    }

    #[test]
    fn no_code_ends_early() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code("a\nb"), "`a\\nb`");
        assert_eq!(code(""), "`  `");
        assert_eq!(
            block("sql", "SELECT 1\n````\n@a\r"),
            "`````sql\nSELECT 1\n````\n@a\\r\n`````"
        );
        assert_eq!(block("sql", "a\rb"), "```sql\na\\rb\n```");
    }
}
