//! The tests of the rules: their examples here and on a server, their pages, and what nobody should be warned of.

mod bad_input;
mod examples;
mod no_false_errors;
mod pages;
mod refused;
mod server;
mod taken;

use check::rule::{Example, Rule};
use check::{Day, File, Finding, Options};
use sql::versions::Versions;

/// A day that does not pass.
const TODAY: Day = Day(20_600);

/// Checks the last of these files.
fn check_last(files: &[&str]) -> Vec<Finding> {
    check_last_on(files, Versions::default())
}

/// The same in a project that says this of its servers.
fn check_last_on(files: &[&str], versions: Versions) -> Vec<Finding> {
    let last = files.len() - 1;
    let file = |(index, text)| File {
        text,
        is_checked: index == last,
    };
    let files: Vec<File<'_>> = files.iter().copied().enumerate().map(file).collect();
    let options = Options {
        versions,
        ..options()
    };
    check::check(&files, &options).unwrap()
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

/// The files of an example with the rewritings that a rule knows to the letter; `None` if it knows none.
fn edited(rule: &Rule, example: &Example) -> Option<Vec<String>> {
    let mut found = check_last_on(example.files, example.versions);
    found.retain(|it| it.rule == rule.name && it.edit.is_some());
    found.sort_by_key(|it| std::cmp::Reverse(it.place.range.start));
    let mut files: Vec<String> = example.files.iter().map(ToString::to_string).collect();
    for edit in found.iter().filter_map(|it| it.edit.as_ref()) {
        files[edit.place.file].replace_range(edit.place.range.clone(), &edit.text);
    }
    (!found.is_empty()).then_some(files)
}
