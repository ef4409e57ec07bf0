//! The checker: files in, findings out.

use std::collections::BTreeMap;

use sql::lexer::{self, RawStatement};
use sql::nearest::nearest;
use sql::statement::words::Words;
use sql::versions::Versions;

use crate::act::Act;
use crate::day::Day;
use crate::finding::{Finding, Place, Severity};
use crate::progress::Progress;
use crate::read;
use crate::rule::{Context, Finds, Rule};
use crate::rules;
use crate::schema::Schema;
use crate::suppression::{self, Allowance};
use crate::syntax;

/// The name of findings about statements that could not be checked.
pub const NOT_CHECKED: &str = "not-checked";
/// The name of findings about `-- check: allow` comments.
pub const SUPPRESSION: &str = "suppression";

/// A migration.
#[derive(Debug, Clone, Copy)]
pub struct File<'a> {
    /// Its SQL.
    pub text: &'a str,
    /// Whether it is checked; the others are what is there before.
    pub is_checked: bool,
}

/// What a project says about a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// It is an error.
    Error,
    /// It is a warning.
    Warning,
    /// It is not asked.
    Allow,
}

/// How to check.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Rules with another level than their own.
    pub levels: BTreeMap<String, Level>,
    /// The oldest servers that the files run on.
    pub versions: Versions,
    /// The day, for dates in messages.
    pub today: Option<Day>,
}

/// Checks files in the order in which they run, from the first one of an empty database on.
///
/// # Errors
/// If no thread can be started to parse in.
pub fn check(files: &[File<'_>], options: &Options) -> std::io::Result<Vec<Finding>> {
    syntax::with_stack(|| Checker::new(options).run(files))
}

/// A statement's suppressions.
struct Allowed {
    /// The statement.
    place: Place,
    /// The comments before it, and whether each was used.
    allowances: Vec<(Allowance, bool)>,
}

struct Checker<'o> {
    options: &'o Options,
    schema: Schema,
    progress: Progress,
    found: Vec<Finding>,
    allowed: Vec<Allowed>,
}

impl<'o> Checker<'o> {
    fn new(options: &'o Options) -> Checker<'o> {
        Checker {
            options,
            schema: Schema::default(),
            progress: Progress::default(),
            found: Vec::new(),
            allowed: Vec::new(),
        }
    }

    fn run(mut self, files: &[File<'_>]) -> Vec<Finding> {
        for (index, file) in files.iter().enumerate() {
            self.file(index, file);
        }
        let checked: Vec<bool> = files.iter().map(|it| it.is_checked).collect();
        for rule in rules::ALL {
            if let Finds::Schema(finds) = rule.finds {
                let findings = finds(&self.context(files.len(), NOTHING));
                let of_checked = |it: &Finding| checked.get(it.place.file) == Some(&true);
                self.keep(rule, findings.into_iter().filter(of_checked), true);
            }
        }
        self.suppress(files);
        self.found.sort_by(|a, b| {
            let key = |it: &Finding| (it.place.file, it.place.range.start);
            key(a).cmp(&key(b)).then(b.severity.cmp(&a.severity))
        });
        self.found
    }

    fn context<'a>(&'a self, file: usize, words: Words<'a>) -> Context<'a> {
        Context {
            schema: &self.schema,
            file,
            words,
            progress: &self.progress,
            versions: self.options.versions,
            today: self.options.today.unwrap_or(Day(0)),
        }
    }

    fn file(&mut self, index: usize, file: &File<'_>) {
        self.progress = Progress::default();
        self.schema.begin_file();
        let mut end = 0;
        for statement in lexer::statements(file.text) {
            match statement {
                Ok(statement) => {
                    end = statement.range().end;
                    self.statement(index, file, &statement);
                    if file.is_checked {
                        self.progress.pass(words(file, &statement));
                    }
                }
                Err(error) => {
                    end = file.text.len();
                    if file.is_checked {
                        let message = format!("the rest of the file is not checked: {error}");
                        self.not_checked(index, error.offset, message);
                    }
                }
            }
        }
        if file.is_checked {
            let behind = suppression::outside(file.text, end..file.text.len());
            self.misplaced(index, behind);
        }
    }

    /// Reports comments that are before no statement.
    fn misplaced(&mut self, file: usize, allowances: Vec<Allowance>) {
        for allowance in allowances {
            let place = Place {
                file,
                range: allowance.range.clone(),
            };
            let message = "this comment is before no statement, so it allows nothing";
            let help =
                "move it before the statement that it is about: in a DO, before the whole DO";
            let finding = Finding::new(place, message).uncertain().help(help);
            self.found.push(Finding {
                rule: SUPPRESSION,
                ..finding
            });
        }
    }

    fn not_checked(&mut self, file: usize, offset: usize, message: String) {
        let range = offset..offset;
        let finding = Finding::new(Place { file, range }, message).uncertain();
        self.found.push(Finding {
            rule: NOT_CHECKED,
            ..finding
        });
    }

    fn statement(&mut self, index: usize, file: &File<'_>, statement: &RawStatement) {
        if file.is_checked {
            let read = |range| Some((suppression::read(file.text, range)?, false));
            let allowances: Vec<_> = statement.comments.iter().filter_map(read).collect();
            if !allowances.is_empty() {
                self.allowed.push(Allowed {
                    place: Place {
                        file: index,
                        range: statement.range(),
                    },
                    allowances,
                });
            }
            self.misplaced(index, suppression::inside(file.text, statement));
            if let Some((offset, expected)) = syntax::error(file.text, statement) {
                let message =
                    format!("this statement is not checked: it does not parse ({expected})");
                self.not_checked(index, offset, message);
                return;
            }
        }
        let words = words(file, statement);
        if file.is_checked {
            for rule in rules::ALL {
                if let Finds::Statements(finds) = rule.finds {
                    let findings = finds(&self.context(index, words));
                    self.keep(rule, findings, true);
                }
            }
        }
        self.replay(index, file.is_checked, words);
    }

    /// Asks the rules about what a statement does, and applies it to the schema.
    fn replay(&mut self, index: usize, is_checked: bool, words: Words<'_>) {
        self.schema.end_transaction(words);
        // The schema without what may have happened since.
        let mut before: Option<Schema> = None;
        for act in read::acts(words) {
            if act.is_certain
                && let Some(before) = before.take()
            {
                self.schema.doubt_since(before);
            }
            let (act, is_sure) = self.schema.resolve(act);
            if is_checked {
                self.ask(&act, index, words, act.is_certain && is_sure);
            }
            if !act.is_certain && before.is_none() && self.schema.is_changed_by(&act) {
                before = Some(self.schema.clone());
            }
            self.schema.apply(&act, index);
        }
        if let Some(before) = before {
            self.schema.doubt_since(before);
        }
    }

    /// Asks each rule about an act.
    fn ask(&mut self, act: &Act, index: usize, words: Words<'_>, is_certain: bool) {
        for rule in rules::ALL {
            if let Finds::Acts(finds) = rule.finds {
                let findings = finds(act, &self.context(index, words));
                self.keep(rule, findings, is_certain);
            }
        }
    }

    /// Keeps what a rule found, unless the project allows it. What may not happen at all is no error.
    fn keep(&mut self, rule: &Rule, findings: impl IntoIterator<Item = Finding>, is_certain: bool) {
        let level = self.options.levels.get(rule.name);
        if level == Some(&Level::Allow) || (level.is_none() && rules::is_opt_in(rule.name)) {
            return;
        }
        for finding in findings {
            let own = finding.severity.min(rule.severity);
            let severity = match level {
                Some(Level::Error) => Severity::Error,
                Some(Level::Warning) => Severity::Warning,
                _ if is_certain => own,
                _ => Severity::Warning,
            };
            self.found.push(Finding {
                rule: rule.name,
                severity,
                ..finding
            });
        }
    }

    /// Takes out what comments allow, and reports comments that allow nothing.
    fn suppress(&mut self, files: &[File<'_>]) {
        let mut allowed = std::mem::take(&mut self.allowed);
        self.found.retain(|finding| {
            let of_statement = allowed.iter_mut().find(|it| {
                let range = &it.place.range;
                it.place.file == finding.place.file
                    && range.start <= finding.place.range.start
                    && finding.place.range.start < range.end
            });
            let Some(allowed) = of_statement else {
                return true;
            };
            let mut is_allowed = false;
            for (allowance, is_used) in &mut allowed.allowances {
                if allowance.rule == finding.rule && !allowance.reason.is_empty() {
                    *is_used = true;
                    is_allowed = true;
                }
            }
            !is_allowed
        });
        for it in allowed {
            for (allowance, is_used) in it.allowances {
                if !is_used {
                    let place = Place {
                        file: it.place.file,
                        range: allowance.range.clone(),
                    };
                    self.found.push(unused(&allowance, place));
                }
            }
        }
        debug_assert!(self.found.iter().all(|it| it.place.file < files.len()));
    }
}

/// The words of no statement.
const NOTHING: Words<'static> = Words {
    sql: "",
    tokens: &[],
};

fn words<'a>(file: &File<'a>, statement: &'a RawStatement) -> Words<'a> {
    Words {
        sql: file.text,
        tokens: &statement.tokens,
    }
}

/// Why a comment allows nothing.
fn unused(allowance: &Allowance, place: Place) -> Finding {
    let rule = &allowance.rule;
    let known = || rules::ALL.iter().map(|it| it.name);
    let (message, help) = if rule.is_empty() {
        let help = "write `-- check: allow RULE because REASON`".to_owned();
        (
            "this comment allows nothing: it names no rule".to_owned(),
            help,
        )
    } else if !known().any(|it| it == rule) {
        let help = match nearest(rule, known()) {
            Some(it) => format!("write {it}"),
            None => "docs/checks.md lists the rules".to_owned(),
        };
        (format!("there is no rule `{rule}`"), help)
    } else if allowance.reason.is_empty() {
        let help = format!("write `-- check: allow {rule} because REASON`");
        (
            format!("`{rule}` is allowed without a reason, so it is not allowed"),
            help,
        )
    } else {
        let help = "remove the comment".to_owned();
        (
            format!("`{rule}` is allowed here, and finds nothing here"),
            help,
        )
    };
    let finding = Finding::new(place, message).uncertain().help(help);
    Finding {
        rule: SUPPRESSION,
        ..finding
    }
}
