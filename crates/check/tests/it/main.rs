//! The tests of the rules: their examples here and on a server, their pages, and what nobody should be warned of.

mod bad_input;
mod examples;
mod generated;
mod no_false_errors;
mod pages;
mod refused;
mod server;
mod taken;

use check::rule::{Example, Rule};
use check::{Day, File, Finding, Level, Options, rules};

/// A day that does not pass.
const TODAY: Day = Day(20_600);

/// Checks the last of these files.
fn check_last(files: &[&str]) -> Vec<Finding> {
    check_last_with(files, &options())
}

fn check_last_with(files: &[&str], options: &Options) -> Vec<Finding> {
    let last = files.len() - 1;
    let file = |(index, text)| File {
        text,
        is_checked: index == last,
    };
    let files: Vec<File<'_>> = files.iter().copied().enumerate().map(file).collect();
    check::check(&files, options).unwrap()
}

/// Checks all of these files.
fn check_all(files: &[&str]) -> Vec<Finding> {
    let files: Vec<File<'_>> = files
        .iter()
        .map(|text| File {
            text,
            is_checked: true,
        })
        .collect();
    check::check(&files, &options()).unwrap()
}

/// A finding in one line.
fn shown(finding: &Finding) -> String {
    format!(
        "{}[{}]: {}",
        finding.severity.name(),
        finding.rule,
        finding.message
    )
}

fn options() -> Options {
    Options {
        today: Some(TODAY),
        ..Options::default()
    }
}

/// Checks an example of a rule, which is on.
fn check_example(rule: &Rule, files: &[&str], example: &Example) -> Vec<Finding> {
    let levels = rules::is_opt_in(rule.name).then(|| (rule.name.to_owned(), Level::Warning));
    let options = Options {
        versions: example.versions,
        levels: levels.into_iter().collect(),
        ..options()
    };
    check_last_with(files, &options)
}

/// The files of an example with the rewritings that a rule knows to the letter; `None` if it knows none.
fn edited(rule: &Rule, example: &Example) -> Option<Vec<String>> {
    let mut found = check_example(rule, example.files, example);
    found.retain(|it| it.rule == rule.name && it.edit.is_some());
    found.sort_by_key(|it| std::cmp::Reverse(it.place.range.start));
    let mut files: Vec<String> = example.files.iter().map(ToString::to_string).collect();
    for edit in found.iter().filter_map(|it| it.edit.as_ref()) {
        files[edit.place.file].replace_range(edit.place.range.clone(), &edit.text);
    }
    (!found.is_empty()).then_some(files)
}
