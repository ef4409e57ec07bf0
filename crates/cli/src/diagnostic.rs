//! An error as a person sees it: the message, the place in the file with its line and a caret, and notes. Pure.

use std::fmt;

use migrator::source::{self, LineColumn};

/// How many characters of a line are shown at most.
const LONGEST_LINE: usize = 120;

/// An error with its place and notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether it is a warning, and no error.
    pub is_warning: bool,
    /// SQLSTATE, if the error is a server's; the rule of a finding.
    pub code: Option<String>,
    /// What happened, in one line if it can be.
    pub message: String,
    /// Where.
    pub place: Option<Excerpt>,
    /// Other places, each with what is there.
    pub others: Vec<String>,
    /// Lines of a drawing.
    pub drawing: Vec<String>,
    /// Labelled lines below: detail, hint, state, next.
    pub notes: Vec<(&'static str, String)>,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The file as the user would type it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The line's text.
    pub text: String,
    /// How many characters to underline.
    pub width: usize,
    /// What is written there, beside the caret; empty for nothing.
    pub label: String,
}

impl Diagnostic {
    pub fn new(message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            is_warning: false,
            code: None,
            message: message.into(),
            place: None,
            others: Vec::new(),
            drawing: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// The same as a warning.
    pub fn into_warning(mut self) -> Diagnostic {
        self.is_warning = true;
        self
    }

    pub fn code(mut self, code: impl Into<String>) -> Diagnostic {
        self.code = Some(code.into());
        self
    }

    pub fn place(mut self, place: Excerpt) -> Diagnostic {
        self.place = Some(place);
        self
    }

    /// The same with its texts changed. The quoted line stays as it is in the file.
    pub fn map(&self, said: impl Fn(String) -> String) -> Diagnostic {
        let note = |(label, text): &(&'static str, String)| (*label, said(text.clone()));
        Diagnostic {
            message: said(self.message.clone()),
            notes: self.notes.iter().map(note).collect(),
            ..self.clone()
        }
    }

    pub fn note(mut self, label: &'static str, text: impl Into<String>) -> Diagnostic {
        self.notes.push((label, text.into()));
        self
    }
}

impl Excerpt {
    /// The place of a byte of a text, underlining the word that starts there.
    pub fn of(file: impl Into<String>, text: &str, offset: usize) -> Excerpt {
        let LineColumn { line, column } = source::position(&text[..offset]);
        let rest = text[offset..].split('\n').next().unwrap_or_default();
        let start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let whole = text[start..].split('\n').next().unwrap_or_default();
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let word = rest.chars().take_while(|&c| is_word(c)).count();
        Excerpt {
            file: file.into(),
            line,
            column,
            text: whole.to_owned(),
            width: word.max(1),
            label: String::new(),
        }
    }

    /// The same with these bytes underlined, as far as they are on its line, and what is written there.
    pub fn over(self, text: &str, range: std::ops::Range<usize>, label: &str) -> Excerpt {
        let marked = text.get(range).unwrap_or_default();
        let marked = marked.split('\n').next().unwrap_or_default();
        Excerpt {
            width: marked.chars().count().max(1),
            label: label.to_owned(),
            ..self
        }
    }

    /// The line as it is shown, and how many of its characters precede the place: of a long line only the part around it.
    fn excerpt(&self) -> (String, usize) {
        let before = self.column - 1;
        let length = self.text.chars().count();
        if length <= LONGEST_LINE {
            return (self.text.clone(), before);
        }
        let start = before.saturating_sub(LONGEST_LINE / 2);
        let start = start.min(length - LONGEST_LINE);
        let shown = self.text.chars().skip(start).take(LONGEST_LINE);
        let (left, right) = (start > 0, start + LONGEST_LINE < length);
        let mark = |cut: bool| if cut { "…" } else { "" };
        let text = format!("{}{}{}", mark(left), shown.collect::<String>(), mark(right));
        (text, before - start + usize::from(left))
    }
}

/// What a terminal shows as wide as this character: a tab stays one, and the letters of East Asia
/// take two columns.
fn blank_as_wide_as(c: char) -> &'static str {
    match c {
        '\t' => "\t",
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => "  ",
        _ => " ",
    }
}

/// How many columns of a terminal a text takes.
pub fn columns_of(text: &str) -> usize {
    text.chars().map(|c| blank_as_wide_as(c).len()).sum()
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = if self.is_warning { "warning" } else { "error" };
        match &self.code {
            Some(code) => write!(f, "{severity}[{code}]: ")?,
            None => write!(f, "{severity}: ")?,
        }
        writeln!(f, "{}", self.message.replace('\n', "\n       "))?;
        let gutter = self
            .place
            .as_ref()
            .map_or(1, |place| place.line.to_string().len());
        let blank = " ".repeat(gutter);
        if let Some(place) = &self.place {
            let (text, before) = place.excerpt();
            let width = place.width.min(text.chars().count() - before).max(1);
            let pad: String = text.chars().take(before).map(blank_as_wide_as).collect();
            writeln!(
                f,
                "{blank}--> {}:{}:{}",
                place.file, place.line, place.column
            )?;
            writeln!(f, "{blank} |")?;
            writeln!(f, "{} | {text}", place.line)?;
            let caret = format!("{} {}", "^".repeat(width), place.label);
            writeln!(f, "{blank} | {pad}{}", caret.trim_end())?;
        }
        for other in &self.others {
            writeln!(f, "{blank}::: {other}")?;
        }
        if !self.drawing.is_empty() {
            writeln!(f, "{blank} |")?;
        }
        for line in &self.drawing {
            writeln!(f, "{blank} |   {line}")?;
        }
        for (label, text) in &self.notes {
            let mut lines = text.lines();
            writeln!(f, "{blank} = {label}: {}", lines.next().unwrap_or_default())?;
            for line in lines {
                writeln!(f, "{blank}   {}{line}", " ".repeat(label.len() + 2))?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_line_only_the_part_around_the_caret_is_shown() {
        let text = format!("{}wrong{}", "left, ".repeat(50), ", right".repeat(50));
        let shown = |word: &str| {
            let offset = text.find(word).unwrap();
            let place = Excerpt::of("a.sql", &text, offset);
            Diagnostic::new("no").place(place).to_string()
        };
        insta::assert_snapshot!(shown("left") + &shown("wrong") + &shown("right,"));
    }

    #[test]
    fn the_caret_stands_under_the_word() {
        let text = "CREATE TABLE t ();\n\tCREATE INDEX ON evénts (user_idd);\n";
        let offset = text.find("user_idd").unwrap();
        let diagnostic = Diagnostic::new("column \"user_idd\" does not exist")
            .code("42703")
            .place(Excerpt::of("migrations/004_x.sql", text, offset))
            .note("hint", "perhaps you meant \"user_id\"\nor another")
            .note("next", "correct the file");
        insta::assert_snapshot!(diagnostic.to_string());
    }
}
