//! What a rule reports.

use std::ops::Range;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It may be meant.
    Warning,
    /// The server refuses it, or data is lost.
    Error,
}

impl Severity {
    /// As it is printed.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// Bytes of a file; files are counted in the order in which they are handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The index of the file.
    pub file: usize,
    /// The bytes.
    pub range: Range<usize>,
}

impl Place {
    /// Whether it is before another one, in the order in which the files run.
    pub fn is_before(&self, other: &Place) -> bool {
        (self.file, self.range.start) < (other.file, other.range.start)
    }
}

/// A change of a file's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub place: Place,
    /// What is written there instead.
    pub text: String,
}

/// What a rule reports about a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's name, or [`NOT_CHECKED`](crate::NOT_CHECKED) or [`SUPPRESSION`](crate::SUPPRESSION).
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// What is wrong, in one line.
    pub message: String,
    /// What is written there, for beside the caret.
    pub label: String,
    /// Other places that have a part in it, each with what is there.
    pub others: Vec<(Place, String)>,
    /// Lines of a drawing.
    pub drawing: Vec<String>,
    /// Why, where the message does not say it.
    pub why: Option<String>,
    /// What to write instead: a sentence, or SQL to paste.
    pub help: Option<String>,
    /// The rewriting, where it is known to the letter: a program may apply it.
    pub edit: Option<Edit>,
}

impl Finding {
    /// A finding at a place; the rule's name and severity are filled in by the checker.
    pub fn new(place: Place, message: impl Into<String>) -> Finding {
        Finding {
            rule: "",
            severity: Severity::Error,
            place,
            message: message.into(),
            label: String::new(),
            others: Vec::new(),
            drawing: Vec::new(),
            why: None,
            help: None,
            edit: None,
        }
    }

    /// Says that it is not certain: a warning, whatever the rule says.
    #[must_use]
    pub fn uncertain(mut self) -> Finding {
        self.severity = Severity::Warning;
        self
    }

    /// What is written there.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Finding {
        self.label = label.into();
        self
    }

    /// Another place.
    #[must_use]
    pub fn other(mut self, place: Option<Place>, text: impl Into<String>) -> Finding {
        self.others.extend(place.map(|place| (place, text.into())));
        self
    }

    /// Why.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Finding {
        self.why = Some(why.into());
        self
    }

    /// What to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }

    /// What replaces these bytes of the finding's file, to the letter.
    #[must_use]
    pub fn edit(mut self, range: Range<usize>, text: impl Into<String>) -> Finding {
        let file = self.place.file;
        self.edit = Some(Edit {
            place: Place { file, range },
            text: text.into(),
        });
        self
    }

    /// The help in parts: the sentence, and the SQL after it, which may have gaps (`…`).
    pub fn help_parts(&self) -> Option<(&str, Option<&str>)> {
        let help = self.help.as_deref()?;
        Some(match help.split_once('\n') {
            Some((sentence, sql)) => (sentence, Some(sql)),
            None if help.ends_with(';') => ("write instead:", Some(help)),
            None => (help, None),
        })
    }
}
