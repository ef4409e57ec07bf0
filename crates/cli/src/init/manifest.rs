//! What files that every project has lack for this toolkit: their text with it, and what it is. Pure.

use toml::de::{DeTable, DeValue};

use crate::failure::{Code, Failure};

use super::name::Name;

/// A file's text with what it lacked.
#[derive(Debug, PartialEq, Eq)]
pub struct Merged {
    /// The whole text.
    pub text: String,
    /// What was added, in words.
    pub added: String,
}

impl Merged {
    /// With the line ends of `before`, the file's text until now.
    pub fn with_line_ends_of(self, before: &str) -> Merged {
        if !before.contains("\r\n") {
            return self;
        }
        let text = self.text.replace("\r\n", "\n").replace('\n', "\r\n");
        Merged { text, ..self }
    }
}

/// Adds to a file's text what it lacks; `None` where it lacks nothing.
pub type Merge = fn(&str, &Name) -> Result<Option<Merged>, Failure>;

/// The packages of a new project as members of the workspace.
pub fn members(text: &str, name: &Name) -> Result<Option<Merged>, Failure> {
    let wanted = [name.schema_crate(), "xtask".to_owned()];
    let file = parsed(text, "Cargo.toml")?;
    let Some(workspace) = value(&file, "workspace") else {
        let listed = wanted.map(|it| format!("{it:?}")).join(", ");
        let text = format!("{}\n\n[workspace]\nmembers = [{listed}]\n", text.trim_end());
        return Ok(Some(Merged {
            text,
            added: "a workspace of this package and the new ones".to_owned(),
        }));
    };
    let by_hand = || {
        let message = "Cargo.toml has a workspace in a form that is not understood";
        let failure = Failure::new(Code::Usage, message).note("state", "nothing was created");
        let listed = wanted.each_ref().map(|it| format!("{it:?}")).join(" and ");
        Err(failure.next(format!(
            "write {listed} into its members, and run the command again"
        )))
    };
    let DeValue::Table(workspace) = workspace.get_ref() else {
        return by_hand();
    };
    if let Some(excluded) = wanted.iter().find(|name| is_excluded(workspace, name)) {
        let message = format!("Cargo.toml excludes {excluded} from the workspace");
        let failure = Failure::new(Code::Usage, message).note("state", "nothing was created");
        return Err(failure.next("remove it from `exclude`, and run the command again"));
    }
    let Some(members) = value(workspace, "members") else {
        let Some(end) = end_of_header(text, "workspace") else {
            return by_hand();
        };
        let listed = wanted.each_ref().map(|it| format!("{it:?}")).join(", ");
        let text = format!("{}members = [{listed}]\n{}", &text[..end], &text[end..]);
        return Ok(Some(Merged {
            text,
            added: added(&wanted),
        }));
    };
    let DeValue::Array(listed) = members.get_ref() else {
        return by_hand();
    };
    let has = |name: &str| {
        let mut names = listed.iter().filter_map(|it| it.get_ref().as_str());
        names.any(|it| it == name || it == "*" || it.strip_prefix("./") == Some(name))
    };
    let missing: Vec<String> = wanted.into_iter().filter(|name| !has(name)).collect();
    if missing.is_empty() {
        return Ok(None);
    }
    let (at, before) = match listed.iter().last() {
        None => (members.span().start + 1, String::new()),
        Some(last) => {
            let first = listed.iter().next().map_or(0, |first| first.span().start);
            // If the first is on a separate line, so is what is added.
            let indent = &text[members.span().start + 1..first];
            let between = indent.rfind('\n').map_or(" ", |line| &indent[line..]);
            (last.span().end, format!(",{between}"))
        }
    };
    let between = if before.is_empty() { ", " } else { &before };
    let quoted: Vec<String> = missing.iter().map(|it| format!("{it:?}")).collect();
    let text = format!(
        "{}{before}{}{}",
        &text[..at],
        quoted.join(between),
        &text[at..]
    );
    Ok(Some(Merged {
        text,
        added: added(&missing),
    }))
}

/// Whether the workspace's `exclude` names the folder.
fn is_excluded(workspace: &DeTable<'_>, folder: &str) -> bool {
    let Some(DeValue::Array(listed)) = value(workspace, "exclude").map(|it| it.get_ref()) else {
        return false;
    };
    let mut names = listed.iter().filter_map(|it| it.get_ref().as_str());
    names.any(|it| it.trim_start_matches("./").trim_end_matches('/') == folder)
}

/// `cargo xtask`.
pub fn alias(text: &str, _: &Name) -> Result<Option<Merged>, Failure> {
    const ALIAS: &str = "xtask = \"run --quiet --package xtask --\"\n";
    let file = parsed(text, ".cargo/config.toml")?;
    let what = || "the alias xtask".to_owned();
    let Some(aliases) = value(&file, "alias") else {
        let text = format!("{}\n\n[alias]\n{ALIAS}", text.trim_end());
        return Ok(Some(Merged {
            text: text.trim_start().to_owned(),
            added: what(),
        }));
    };
    let is_there = match aliases.get_ref() {
        DeValue::Table(aliases) => value(aliases, "xtask").is_some(),
        _ => false,
    };
    if is_there {
        return Ok(None);
    }
    match end_of_header(text, "alias") {
        Some(end) => Ok(Some(Merged {
            text: format!("{}{ALIAS}{}", &text[..end], &text[end..]),
            added: what(),
        })),
        None => {
            let message = ".cargo/config.toml has aliases in a form that is not understood";
            let failure = Failure::new(Code::Usage, message).note("state", "nothing was created");
            Err(failure.next(format!("write {} into them", ALIAS.trim_end())))
        }
    }
}

/// What git must not take: the build's folder, and the file with the password.
pub fn ignored(text: &str, _: &Name) -> Result<Option<Merged>, Failure> {
    let has = |name: &str| {
        let mut lines = text.lines().map(|line| line.trim().trim_matches('/'));
        lines.any(|line| line == name)
    };
    let missing: Vec<&str> = [("target", "/target/"), (".env", ".env")]
        .into_iter()
        .filter_map(|(name, line)| (!has(name)).then_some(line))
        .collect();
    if missing.is_empty() {
        return Ok(None);
    }
    let before = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    let text = format!("{text}{before}{}\n", missing.join("\n"));
    Ok(Some(Merged {
        text,
        added: missing.join(" and "),
    }))
}

fn added(members: &[String]) -> String {
    format!("{} as members", members.join(" and "))
}

fn parsed<'a>(text: &'a str, file: &str) -> Result<DeTable<'a>, Failure> {
    let table = DeTable::parse(text).map_err(|error| {
        let message = error
            .message()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        let failure = Failure::new(Code::Usage, format!("{file} cannot be read: {message}"));
        failure
            .note("state", "nothing was created")
            .next(format!("correct {file} and run the command again"))
    })?;
    Ok(table.into_inner())
}

fn value<'a, 'i>(table: &'a DeTable<'i>, name: &str) -> Option<&'a toml::Spanned<DeValue<'i>>> {
    let mut entries = table.iter();
    entries
        .find(|(key, _)| key.get_ref() == name)
        .map(|(_, value)| value)
}

/// Behind the line `[name]`.
fn end_of_header(text: &str, name: &str) -> Option<usize> {
    let header = format!("[{name}]");
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        end += line.len();
        let line = line.split('#').next().unwrap_or_default();
        if line.trim() == header {
            return text[..end].ends_with('\n').then_some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(merge: Merge, texts: &[&str]) -> String {
        let name = Name::parse("iot").unwrap();
        let one = |text: &&str| match merge(text, &name) {
            Ok(None) => format!("{text}\n==> as it is\n"),
            Ok(Some(Merged {
                text: changed,
                added,
            })) => {
                assert_eq!(merge(&changed, &name).unwrap(), None, "{changed}");
                format!("{text}\n==> {added}\n{changed}")
            }
            Err(failure) => format!("{text}\n==> {}", failure.diagnostic),
        };
        texts.iter().map(one).collect::<Vec<_>>().join("\n----\n")
    }

    #[test]
    fn the_new_packages_become_members() {
        insta::assert_snapshot!(shown(
            members,
            &[
                "[package]\nname = \"a\"",
                "[workspace]\nresolver = \"3\"\n",
                "[workspace] # all of it\nmembers = []\n",
                "[workspace]\nmembers = [\"a\", \"xtask\"]\n\n[workspace.package]\n",
                "[workspace]\nmembers = [\n    \"a\", # the first\n    \"b\",\n]\n",
                "[workspace]\nmembers = [ # all of\n    # them\n    \"a\", # one\n]\n",
                "[workspace]\nmembers = [\"a\",\n\"b\"]\n",
                "[workspace]\nmembers = [\"./iot-schema\", \"xtask\"]\n",
                "workspace = { resolver = \"3\" }\n",
                "workspace = 1\n",
                "[workspace\n",
            ]
        ));
    }

    #[test]
    fn cargo_gets_its_alias() {
        insta::assert_snapshot!(shown(
            alias,
            &[
                "",
                "[build]\njobs = 2\n",
                "[alias]\nb = \"build\"\n[env]\n",
                "[alias]\nxtask = \"run -p tools --\"\n",
                "alias = { b = \"build\" }\n",
            ]
        ));
    }

    #[test]
    fn git_leaves_the_password_out() {
        insta::assert_snapshot!(shown(ignored, &["", "/target", "target/\n.env\n", "*.log"]));
    }
}
