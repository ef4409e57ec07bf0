//! Files that are not named as migrations are: all of them at once, with what to type for each. Pure.

use std::path::{Path, PathBuf};

use migrator::source::{Misnamed, Problem};

use crate::failure::{Code, Failure};
use crate::screen::one_line;
use crate::shell;

/// How another tool's files become migrations; `folder` is their folder.
pub fn import(folder: &Path) -> String {
    let before = PathBuf::from(format!("{}_before", folder.display()));
    format!(
        "mv {folder} {before} && cargo xtask import {before}, which converts another tool's files",
        folder = shell::path(folder),
        before = shell::path(&before),
    )
}

/// `misnamed` with the paths to show, and those that git tracks.
pub fn misnamed(misnamed: &[Misnamed], tracked: &[PathBuf]) -> Failure {
    // A name of several lines would pass for lines of ours.
    let message = match misnamed {
        [one] => one_line(one),
        all => {
            let lines: Vec<String> = all.iter().map(one_line).collect();
            format!(
                "{} files are not named as migrations\n{}",
                all.len(),
                lines.join("\n")
            )
        }
    };
    let mut next: Vec<String> = Vec::new();
    let is_from_other_tool = misnamed.iter().any(|it| it.problem == Problem::OtherTool);
    let is_other_tool = |it: &Misnamed| {
        it.problem == Problem::OtherTool || (it.problem == Problem::Undo && is_from_other_tool)
    };
    if is_from_other_tool {
        let folder = misnamed[0].path.parent().unwrap_or(Path::new(""));
        next.push(import(folder));
    }
    let others = misnamed.iter().filter(|it| !is_other_tool(it));
    next.extend(others.map(|it| advice(it, tracked)));
    next.dedup();
    Failure::new(Code::Failed, message)
        .note("state", "nothing was run")
        .next(next.join("\n"))
        .field(
            "files",
            misnamed
                .iter()
                .map(|it| it.path.display().to_string())
                .collect::<Vec<_>>(),
        )
}

fn advice(misnamed: &Misnamed, tracked: &[PathBuf]) -> String {
    let path = &misnamed.path;
    let is_tracked = tracked.contains(path);
    match &misnamed.problem {
        Problem::Form { expected } if expected.starts_with("NNN") => {
            "give the file such a name".to_owned()
        }
        Problem::Form { expected } => rename(path, expected, is_tracked),
        Problem::Repeat { next, .. } => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let rest = name.split_once('_').map_or(&*name, |(_, rest)| rest);
            rename(path, &format!("{next:03}_{rest}"), is_tracked)
        }
        Problem::Gap { missing } => {
            let found = match tracked {
                [] => String::new(),
                _ => format!(": git log --diff-filter=D -- '*/{missing:03}_*'"),
            };
            let path = shell::path(path);
            format!("give {path} the number {missing:03}, or restore the missing file{found}")
        }
        Problem::Undo | Problem::OtherTool => format!(
            "move {} out of the folder: to undo what was applied, write a new migration",
            shell::path(path)
        ),
        Problem::Folder => format!(
            "put the files of {} into the folder above it, or give it a name that does not end in .sql",
            shell::path(path)
        ),
    }
}

/// The command that gives a file another name in the same folder.
pub fn rename(path: &Path, name: &str, is_tracked: bool) -> String {
    let command = if is_tracked { "git mv" } else { "mv" };
    format!(
        "{command} {} {}",
        shell::path(path),
        shell::path(&path.with_file_name(name))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_named_with_what_to_type_for_each() {
        let form = |expected: &str| Problem::Form {
            expected: expected.to_owned(),
        };
        let next = |files: &[(&str, Problem)]| {
            let files = files.iter().map(|(name, problem)| Misnamed {
                path: Path::new("my migrations").join(name),
                problem: problem.clone(),
            });
            let files: Vec<_> = files.collect();
            let tracked = [PathBuf::from("my migrations/1_a.sql")];
            misnamed(&files, &tracked).diagnostic.to_string()
        };
        let screens = [
            next(&[
                ("1_a.sql", form("001_a.sql")),
                ("2_it's.sql", form("002_it_s.sql")),
                ("x.sql", form("NNN_x.sql")),
            ]),
            next(&[("001_a.down.sql", Problem::Undo)]),
            next(&[
                ("001_a.down.sql", Problem::Undo),
                ("001_a.up.sql", Problem::OtherTool),
                ("9_b.sql", form("009_b.sql")),
            ]),
            next(&[("old.sql", Problem::Folder)]),
            next(&[
                ("004_b.sql", Problem::Gap { missing: 2 }),
                ("009_c.sql", Problem::Gap { missing: 5 }),
            ]),
        ];
        insta::assert_snapshot!(screens.join("\n"));
        let path = PathBuf::from("m/004_b.sql");
        let gap = Misnamed {
            path,
            problem: Problem::Gap { missing: 2 },
        };
        let without_git = misnamed(&[gap], &[]).diagnostic.to_string();
        assert!(!without_git.contains("git"), "{without_git}");
    }
}
