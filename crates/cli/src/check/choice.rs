//! Which migrations are checked.

use std::path::{Path, PathBuf};

use migrator::source::File;

use super::Check;
use crate::failure::{Code, Failure};
use crate::git;

/// Which of the files are checked, and why, for after `checked`.
pub struct Choice {
    pub checked: Vec<bool>,
    pub why: String,
}

pub fn choose(args: &Check, dir: &Path, files: &[File]) -> Result<Choice, Failure> {
    if !args.files.is_empty() {
        return named(&args.files, dir, files);
    }
    let all = |why: &str| Choice {
        checked: vec![true; files.len()],
        why: why.to_owned(),
    };
    if args.all {
        return Ok(all(""));
    }
    let Some(changed) = git::changed_since_main(dir) else {
        return Ok(all(""));
    };
    let is_changed = |file: &File| {
        let name = file.path.file_name();
        changed.files.iter().any(|it| it.file_name() == name)
    };
    let checked: Vec<bool> = files.iter().map(is_changed).collect();
    let why = if checked.contains(&true) {
        String::new()
    } else {
        let main = changed.main;
        format!(", because none differs from {main} (--all checks all)")
    };
    Ok(Choice { checked, why })
}

/// The files of a command line.
fn named(names: &[PathBuf], dir: &Path, files: &[File]) -> Result<Choice, Failure> {
    let mut checked = vec![false; files.len()];
    for name in names {
        let whole = name.canonicalize().map_err(|error| {
            Failure::new(
                Code::Usage,
                format!("failed to read {}: {error}", name.display()),
            )
            .next("name files of the migrations' folder")
        })?;
        let is_it = |file: &File| file.path.canonicalize().is_ok_and(|it| it == whole);
        let Some(at) = files.iter().position(is_it) else {
            let message = format!("{} is no migration of {}", name.display(), dir.display());
            return Err(Failure::new(Code::Usage, message).next(
                "name files of the migrations' folder, or another folder: --migrations DIR",
            ));
        };
        checked[at] = true;
    }
    let why = String::new();
    Ok(Choice { checked, why })
}
