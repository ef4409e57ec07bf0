//! Which migrations are rehearsed: from the first new or changed one on.

use std::path::Path;

use migrator::plan::Migration;

use crate::failure::{Code, Failure};
use crate::git;

/// From where on migrations are rehearsed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// How many there are before.
    pub before: usize,
    /// Why, for people.
    pub why: String,
}

/// Those after the migration with this number; without it those from the first one on that differs from the main branch.
pub fn choose(after: Option<u32>, dir: &Path, migrations: &[Migration]) -> Result<Choice, Failure> {
    if let Some(after) = after {
        return behind(after, migrations);
    }
    let Some(changed) = git::changed_since_main(dir) else {
        let why = "the last one, because there is no main branch to compare with";
        return Ok(Choice {
            before: migrations.len().saturating_sub(1),
            why: why.to_owned(),
        });
    };
    let is_changed = |it: &Migration| {
        let name = it.file.path.file_name();
        changed.files.iter().any(|file| file.file_name() == name)
    };
    let main = changed.main;
    Ok(match migrations.iter().position(is_changed) {
        Some(before) => Choice {
            before,
            why: format!("new or changed against {main}"),
        },
        None => Choice {
            before: migrations.len(),
            why: format!("none differs from {main}"),
        },
    })
}

fn behind(after: u32, migrations: &[Migration]) -> Result<Choice, Failure> {
    let before = match after {
        0 => Some(0),
        _ => migrations
            .iter()
            .position(|it| it.file.version == after)
            .map(|at| at + 1),
    };
    let last = migrations.last().map_or(0, |it| it.file.version);
    let before = before.ok_or_else(|| {
        let message = format!("--after {after}: there is no such migration, the last is {last:03}");
        let next =
            "--after with the number of the last migration that is not rehearsed, 0 for none";
        Failure::new(Code::Usage, message).next(next)
    })?;
    Ok(Choice {
        before,
        why: format!("after {after:03}"),
    })
}

#[cfg(test)]
mod tests {
    use migrator::source::File;

    use super::*;

    #[test]
    fn those_after_a_number() {
        let migration = |version: u32| {
            let name = format!("{version:03}_it.sql");
            let file = File::new(Path::new(&name), "SELECT 1".into()).unwrap();
            Migration::parse(file).unwrap()
        };
        let all = [migration(1), migration(2)];
        let before = |after| choose(Some(after), Path::new("."), &all).map(|it| it.before);
        assert_eq!(before(0).unwrap(), 0);
        assert_eq!(before(1).unwrap(), 1);
        assert_eq!(before(2).unwrap(), 2);
        let message = before(3).unwrap_err().diagnostic.message;
        assert_eq!(
            message,
            "--after 3: there is no such migration, the last is 002"
        );
    }
}
