//! Where a command writes: people's text on standard output, errors on standard error; under `--json` one document alone on standard
//! output and everything else on standard error.

use std::fmt::Display;
use std::io::{self, ErrorKind, IsTerminal, Write};

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::failure::{Code, Failure};
use crate::program::Program;

pub struct Screen {
    program: Program,
    json: bool,
    beside: bool,
    named_target: bool,
    is_terminal: bool,
    /// Whether the next line replaces the last one.
    is_passing: bool,
    /// Why standard output is incomplete, unless its reader went away.
    lost: Option<io::Error>,
}

impl Screen {
    pub fn new(program: Program, json: bool) -> Screen {
        Screen {
            program,
            json,
            beside: json,
            named_target: false,
            is_terminal: io::stderr().is_terminal(),
            is_passing: false,
            lost: None,
        }
    }

    /// From now on standard output belongs to another program, such as a child.
    pub fn step_aside(&mut self) {
        self.beside = true;
    }

    /// A line for people: what others have a part in stays in it.
    pub fn line(&mut self, text: impl Display) {
        self.write(&one_line(self.program.said(text.to_string())));
    }

    /// A line of ours that names commands of another program than this one.
    pub fn as_it_is(&mut self, text: &str) {
        self.write(text);
    }

    /// Several lines for people, each one ours.
    pub fn lines(&mut self, text: impl Display) {
        self.write(&harmless(self.program.said(text.to_string())));
    }

    fn write(&mut self, text: &str) {
        self.wipe();
        if self.beside {
            drop(writeln!(io::stderr(), "{text}"))
        } else {
            self.write_out(text)
        }
    }

    /// Writes to standard output. What cannot be written is no reason to stop half-way through a migration: [`Screen::lost`] reports it.
    fn write_out(&mut self, text: &str) {
        let mut out = io::stdout();
        let written = writeln!(out, "{text}").and_then(|()| out.flush());
        // A reader that went away (`| head`) has read what it wanted.
        let failed = written
            .err()
            .filter(|error| error.kind() != ErrorKind::BrokenPipe);
        self.lost = self.lost.take().or(failed);
    }

    /// The failure to write to standard output, if there was one.
    pub fn lost(&mut self) -> Option<Failure> {
        let error = self.lost.take()?;
        let message = format!("standard output could not be written: {error}");
        let failure = Failure::new(Code::Failed, message);
        Some(
            failure
                .next("make room, or write elsewhere; `cargo xtask status` shows what is applied"),
        )
    }

    /// Prints the line that names the target, once; returns whether this was the first call.
    pub fn target(&mut self, headline: &str) -> bool {
        let is_first = !std::mem::replace(&mut self.named_target, true);
        if is_first {
            self.line(headline);
        }
        is_first
    }

    /// Whether [`Screen::passing`] can show anything.
    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// A line on a terminal that the next line replaces.
    pub fn passing(&mut self, text: impl Display) {
        if self.is_terminal {
            // The terminal cuts it at its edge: of a line that wraps, the next one would replace the end alone.
            let text = one_line(text);
            let _ = write!(io::stderr(), "\r\x1b[K\x1b[?7l{text}\x1b[?7h");
            self.is_passing = true;
        }
    }

    fn wipe(&mut self) {
        if std::mem::take(&mut self.is_passing) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }

    /// A line about progress, which is not part of the result.
    pub fn progress(&mut self, text: impl Display) {
        self.wipe();
        let text = self.program.said(text.to_string());
        let _ = writeln!(io::stderr(), "{}", one_line(text));
    }

    /// What a server says, which may be of several lines: all but the first are indented, so that none can pass for one of ours.
    pub fn told(&mut self, who: impl Display, text: &str) {
        self.wipe();
        let who = one_line(who);
        let text = harmless(text.trim_end_matches('\n').replace('\n', "\n    "));
        let _ = writeln!(io::stderr(), "{who}: {text}");
    }

    /// The document that `--json` asks for.
    pub fn document(&mut self, value: &Value) {
        if self.json {
            self.write_out(&self.program.said(harmless_json(value)));
        }
    }

    /// The same for a document that is text already: numbers of any precision stay what they are.
    pub fn document_text(&mut self, json: &str) {
        if self.json {
            self.write_out(&harmless_text(json));
        }
    }

    /// Something that does not stop the command.
    pub fn warning(&mut self, warning: &Diagnostic) {
        self.wipe();
        let said = warning.map(|text| self.program.said(text));
        let _ = write!(io::stderr(), "{}", harmless(said));
    }

    /// A failure of a part, whose document is a part of another one.
    pub fn diagnostic(&mut self, failure: &Failure) {
        failure.parts.iter().for_each(|it| self.diagnostic(it));
        self.wipe();
        let said = failure.diagnostic.map(|text| self.program.said(text));
        let _ = write!(io::stderr(), "{}", harmless(said));
    }

    /// A failure, as its diagnostic and under `--json` also as the document.
    pub fn failure(&mut self, failure: &Failure) {
        self.diagnostic(failure);
        self.document(&failure.to_json());
    }
}

/// A text that a server, a file or another session may have a part in, as one line: what would steer the terminal or begin another line is
/// shown escaped.
pub fn one_line(text: impl Display) -> String {
    escaped(&text.to_string(), |c| steers(c) || c == '\n')
}

/// The same with its lines.
fn harmless(text: impl Display) -> String {
    escaped(&text.to_string(), steers)
}

/// A document with the same meaning everywhere, and without control characters: they could only be in its strings.
fn harmless_json(value: &Value) -> String {
    harmless_text(&format!("{value:#}"))
}

fn harmless_text(json: &str) -> String {
    let mut shown = String::new();
    for c in json.chars() {
        if steers(c) {
            // Each is one unit of UTF-16.
            shown += &format!("\\u{:04x}", u32::from(c))
        } else {
            shown.push(c)
        }
    }
    shown
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_escaped(c) {
            shown.extend(c.escape_default())
        } else {
            shown.push(c)
        }
    }
    shown
}

/// Whether a terminal does something else than to show it.
pub fn steers(c: char) -> bool {
    // Bidirectional controls reorder what stands beside them: https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
    let reorders = |c| matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    (c.is_control() && !matches!(c, '\n' | '\t'))
        || reorders(c)
        || matches!(c, '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_shown_steers_the_terminal() {
        let cases = [
            ("a\tb\nc — d", "a\tb\nc — d"),
            (
                "notice: \u{1b}]0;title\u{7} hi",
                "notice: \\u{1b}]0;title\\u{7} hi",
            ),
            ("\u{9b}2J\r", "\\u{9b}2J\\r"),
            ("admin\u{202e}txt\u{2066}", "admin\\u{202e}txt\\u{2066}"),
            (
                "\u{61c}\u{200f}\u{2069}\u{2028}",
                "\\u{61c}\\u{200f}\\u{2069}\\u{2028}",
            ),
        ];
        for (text, shown) in cases {
            assert_eq!(harmless(text), shown);
        }
        assert_eq!(one_line("a\nerror: b\tc"), "a\\nerror: b\tc");
        let value = Value::from("\u{202e}a\u{9b}\n");
        assert_eq!(harmless_json(&value), r#""\u202ea\u009b\n""#);
        assert_eq!(harmless_json(&value).parse::<Value>().unwrap(), value);
    }
}
