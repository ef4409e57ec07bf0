//! `cargo xtask new-rule`: the file, the page and the registration of a rule of `cargo xtask check`, in the toolkit's repository.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use check::rules;

use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::repository;
use crate::screen::Screen;

const MODULES: &str = "crates/check/src/rules.rs";
const OVERVIEW: &str = "docs/checks.md";
const TABLE: &str = "|---|---|---|\n";
const RULE: &str = include_str!("../templates/rule/rule.rs.txt");
const PAGE: &str = include_str!("../templates/rule/page.md");
const SUMMARY: &str = "TODO: what is found, in one line";

/// Create a rule of `check` in this repository: its file, its page, and its registration
#[derive(clap::Args)]
pub struct NewRule {
    /// The rule's name: what is wrong, in kebab case
    pub name: String,
}

pub fn run(project: &Project, args: &NewRule, screen: &mut Screen) -> Result<ExitCode, Failure> {
    repository::check(project)?;
    let name = &args.name;
    let is_kebab = name
        .split('-')
        .all(|part| !part.is_empty() && part.bytes().all(|it| it.is_ascii_lowercase()));
    if !is_kebab || rules::named(name).is_some() {
        let message = format!("`{name}` is no name for a new rule");
        return Err(Failure::new(Code::Usage, message).next(
            "choose a name in kebab case that no rule has: cargo xtask new-rule index-without-name",
        ));
    }
    let module = name.replace('-', "_");
    let rule = PathBuf::from(format!("crates/check/src/rules/{module}.rs"));
    let page = PathBuf::from(format!("docs/checks/{name}.md"));
    let modules = edited(project, MODULES, |text| registered(text, &module))?;
    let line = format!("| [{name}](checks/{name}.md) | warning | {SUMMARY} |");
    let overview = edited(project, OVERVIEW, |text| listed(text, &line))?;
    let filled = |template: &str| {
        template
            .replace("{name}", name)
            .replace("{summary}", SUMMARY)
    };
    for (file, text) in [
        (&rule, filled(RULE)),
        (&page, filled(PAGE)),
        (&PathBuf::from(MODULES), modules),
        (&PathBuf::from(OVERVIEW), overview),
    ] {
        fs::write(project.path(file), text).map_err(|error| {
            Failure::new(
                Code::Failed,
                format!("failed to write {}: {error}", file.display()),
            )
        })?;
        screen.line(file.display());
    }
    screen.line("next: write them, and run `cargo test -p timeschema-check`");
    Ok(ExitCode::SUCCESS)
}

fn edited(
    project: &Project,
    file: &str,
    edit: impl Fn(&str) -> Option<String>,
) -> Result<String, Failure> {
    let failed = |why: String| Failure::new(Code::Failed, format!("failed to edit {file}: {why}"));
    let text = fs::read_to_string(project.path(file)).map_err(|error| failed(error.to_string()))?;
    edit(&text).ok_or_else(|| failed("it has another form than the command knows".to_owned()))
}

/// The list of modules and of rules with one more, in order.
fn registered(text: &str, module: &str) -> Option<String> {
    let text = with_line(text, "\nmod ", &format!("mod {module};"), |it| {
        it.starts_with("mod ")
    })?;
    let entry = format!("    &{module}::RULE,");
    with_line(&text, "&[&Rule] = &[\n", &entry, |it| {
        it.ends_with("::RULE,")
    })
}

/// The table of rules with one more, in order.
fn listed(text: &str, line: &str) -> Option<String> {
    with_line(text, TABLE, line, |it| it.starts_with("| ["))
}

/// A text with a line added to a sorted block, which is the first after `marker` of lines that `belongs` knows.
fn with_line(
    text: &str,
    marker: &str,
    line: &str,
    belongs: impl Fn(&str) -> bool,
) -> Option<String> {
    let from = text.find(marker)?;
    let mut lines: Vec<&str> = text.split('\n').collect();
    let first = text[..from].matches('\n').count();
    let start = (first..lines.len()).find(|&at| belongs(lines[at]))?;
    let length = lines[start..].iter().take_while(|it| belongs(it)).count();
    let at = lines[start..start + length].partition_point(|it| *it < line);
    lines.insert(start + at, line);
    Some(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_registered_in_order() {
        let text = "//! The rules.\n\nmod a_rule;\nmod c_rule;\n\npub const ALL: &[&Rule] = &[\n    &a_rule::RULE,\n    &c_rule::RULE,\n];\n";
        let expected = "//! The rules.\n\nmod a_rule;\nmod b_rule;\nmod c_rule;\n\npub const ALL: &[&Rule] = &[\n    &a_rule::RULE,\n    &b_rule::RULE,\n    &c_rule::RULE,\n];\n";
        assert_eq!(registered(text, "b_rule").as_deref(), Some(expected));
        let table = format!("a\n{TABLE}| [a](a) |\n| [c](c) |\n\nb\n");
        let expected = format!("a\n{TABLE}| [a](a) |\n| [c](c) |\n| [d](d) |\n\nb\n");
        assert_eq!(listed(&table, "| [d](d) |"), Some(expected));
        assert_eq!(listed("no table", "| [d](d) |"), None);
    }
}
