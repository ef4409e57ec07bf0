//! What the check finds, as diagnostics for people and as documents.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use check::{Day, Edit, Finding, Level, NOT_CHECKED, Options, Place, SUPPRESSION, Severity, rules};
use migrator::source::{self, File, LineColumn};
use serde_json::{Value, json};
use sql::nearest::nearest;

use crate::diagnostic::{Diagnostic, Excerpt};
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::words::count;

/// Files with what was found in them.
pub struct Checked<'a> {
    files: Vec<(&'a File, bool)>,
    pub findings: Vec<Finding>,
}

/// Lines and columns of a place, in characters, from 1; the end is after it.
pub struct Region {
    pub start: LineColumn,
    pub end: LineColumn,
}

/// How many findings there are of each kind.
#[derive(Debug, Default)]
pub struct Counts {
    pub errors: usize,
    pub warnings: usize,
}

impl Counts {
    pub fn of(findings: &[Finding]) -> Counts {
        let errors = findings.iter().filter(|it| it.severity == Severity::Error);
        let errors = errors.count();
        Counts {
            errors,
            warnings: findings.len() - errors,
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (errors, warnings) = (self.errors, self.warnings);
        write!(
            f,
            "{}, {}",
            count(errors, "error"),
            count(warnings, "warning")
        )
    }
}

/// How `timeschema.toml` says to check, without the rules that a command line allows.
pub fn options(project: &Project, allowed: &[String]) -> Result<Options, Failure> {
    let settings = project.settings()?;
    let mut levels = BTreeMap::new();
    for (rule, level) in settings.check {
        known(&rule, "timeschema.toml: [check] names")?;
        let level = match level.as_str() {
            "error" => Level::Error,
            "warning" => Level::Warning,
            "allow" => Level::Allow,
            other => {
                let message = format!("timeschema.toml: check.{rule} is `{other}`");
                return Err(Failure::new(Code::Usage, message)
                    .next("write \"error\", \"warning\" or \"allow\""));
            }
        };
        levels.insert(rule, level);
    }
    for rule in allowed {
        known(rule, "--allow names")?;
        levels.insert(rule.clone(), Level::Allow);
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    Ok(Options {
        levels,
        versions: settings.versions,
        today: now.ok().map(|it| Day::of_seconds(it.as_secs())),
    })
}

/// Refuses a rule that there is not.
fn known(rule: &str, who: &str) -> Result<(), Failure> {
    if rules::named(rule).is_some() {
        return Ok(());
    }
    let next = match nearest(rule, rules::ALL.iter().map(|it| it.name)) {
        Some(it) => format!("write {it}"),
        None => "docs/checks.md lists the rules".to_owned(),
    };
    let message = format!("{who} a rule that does not exist: {rule}");
    Err(Failure::new(Code::Usage, message).next(next))
}

impl<'a> Checked<'a> {
    /// Checks files in their order: those with `true`, the others being what is there before.
    pub fn of(
        files: impl Iterator<Item = (&'a File, bool)>,
        options: &Options,
    ) -> Result<Checked<'a>, Failure> {
        let files: Vec<(&File, bool)> = files.collect();
        let read = |(file, is_checked): &(&'a File, bool)| check::File {
            text: &file.text,
            is_checked: *is_checked,
        };
        let texts: Vec<check::File<'_>> = files.iter().map(read).collect();
        let findings = check::check(&texts, options).map_err(|error| {
            Failure::new(
                Code::Failed,
                format!("failed to start a thread for the check: {error}"),
            )
        })?;
        Ok(Checked { files, findings })
    }

    fn file(&self, place: &Place) -> &'a File {
        self.files[place.file].0
    }

    /// The name of a place's file.
    pub fn name(&self, place: &Place) -> String {
        self.file(place).path.display().to_string()
    }

    /// Where a place begins and ends.
    pub fn region(&self, place: &Place) -> Region {
        let text = &self.file(place).text;
        Region {
            start: source::position(&text[..place.range.start]),
            end: source::position(&text[..place.range.end]),
        }
    }

    /// File and line of a place.
    pub fn line(&self, place: &Place) -> String {
        let file = self.file(place);
        let line = source::position(&file.text[..place.range.start]).line;
        format!("{}:{line}", file.path.display())
    }

    /// The names of the files that were checked.
    pub fn names(&self) -> Vec<String> {
        let checked = self.files.iter().filter(|it| it.1);
        checked
            .map(|(file, _)| file.path.display().to_string())
            .collect()
    }

    pub fn diagnostics(&self) -> impl Iterator<Item = Diagnostic> + '_ {
        self.findings.iter().map(|it| self.diagnostic(it))
    }

    /// A finding in full.
    pub fn diagnostic(&self, finding: &Finding) -> Diagnostic {
        let file = self.file(&finding.place);
        let range = finding.place.range.clone();
        let place = Excerpt::of(file.path.display().to_string(), &file.text, range.start);
        let place = if range.is_empty() {
            place
        } else {
            place.over(&file.text, range, &finding.label)
        };
        let mut diagnostic = Diagnostic::new(&*finding.message)
            .code(finding.rule)
            .place(place);
        diagnostic.is_warning = finding.severity == Severity::Warning;
        let other = |(place, text): &(Place, String)| format!("{} {text}", self.line(place));
        diagnostic.others = finding.others.iter().map(other).collect();
        diagnostic.drawing.clone_from(&finding.drawing);
        if let Some(why) = &finding.why {
            diagnostic = diagnostic.note("why", &**why);
        }
        if let Some(help) = &finding.help {
            diagnostic = diagnostic.note("help", &**help);
        }
        if is_rule(finding) {
            let rule = finding.rule;
            let text = format!("docs/checks/{rule}.md; `-- check: allow {rule} because …`");
            diagnostic = diagnostic.note("rule", text);
        }
        diagnostic
    }

    /// A finding in one line.
    pub fn brief(&self, finding: &Finding) -> String {
        let (severity, rule) = (finding.severity.name(), finding.rule);
        format!(
            "{severity}[{rule}]: {}: {}",
            self.line(&finding.place),
            finding.message
        )
    }

    pub fn documents(&self) -> Vec<Value> {
        self.findings.iter().map(|it| self.document(it)).collect()
    }

    fn document(&self, finding: &Finding) -> Value {
        let place = |place: &Place| {
            let file = self.file(place);
            let start = source::position(&file.text[..place.range.start]);
            json!({
                "file": file.path.display().to_string(),
                "line": start.line,
                "column": start.column,
                "start": place.range.start,
                "end": place.range.end,
            })
        };
        let other = |(at, text): &(Place, String)| json!({ "place": place(at), "text": text });
        let edit = |it: &Edit| json!({ "place": place(&it.place), "text": it.text });
        json!({
            "rule": finding.rule,
            "severity": finding.severity.name(),
            "place": place(&finding.place),
            "message": finding.message,
            "label": finding.label,
            "others": finding.others.iter().map(other).collect::<Vec<_>>(),
            "why": finding.why,
            "help": finding.help,
            "edit": finding.edit.as_ref().map(edit),
        })
    }
}

/// Whether a finding is a rule's, which has a page.
pub fn is_rule(finding: &Finding) -> bool {
    ![NOT_CHECKED, SUPPRESSION].contains(&finding.rule)
}
