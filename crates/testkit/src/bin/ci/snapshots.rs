//! Snapshots that no test compares anything with: a forgotten one looks like a promise that is kept.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The snapshots below the root, as paths from there, that are not among the `referenced` ones and belong to no skipped test.
pub fn forgotten(root: &Path, referenced: &str, skipped: &[(String, String)]) -> Vec<String> {
    let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let known: BTreeSet<PathBuf> = referenced
        .lines()
        .map(|line| canonical(Path::new(line)))
        .collect();
    let mut all = BTreeSet::new();
    collect(&canonical(root), &mut all);
    let root = canonical(root);
    all.difference(&known)
        .filter(|path| !is_excused(path, skipped))
        .map(|path| {
            path.strip_prefix(&root)
                .unwrap_or(path)
                .display()
                .to_string()
        })
        .collect()
}

fn collect(folder: &Path, snapshots: &mut BTreeSet<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder
            && path
                .file_name()
                .is_some_and(|name| name != "target" && name != ".git")
        {
            collect(&path, snapshots);
        } else if path.extension().is_some_and(|it| it == "snap") {
            snapshots.insert(path);
        }
    }
}

/// Whether a snapshot may belong to a test that was skipped: its name holds the test's, or that of the test's module.
fn is_excused(snapshot: &Path, skipped: &[(String, String)]) -> bool {
    let file = snapshot.file_stem().unwrap_or_default().to_string_lossy();
    skipped.iter().any(|(test, _)| {
        let own = format!("__{}", test.replace("::", "__"));
        let module = test
            .rsplit_once("::")
            .map(|(module, _)| module.replace("::", "__"));
        let is_of_module = module.is_some_and(|it| file.contains(&format!("__{it}__")));
        file.contains(&own) || is_of_module
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_that_no_test_compares_with_is_forgotten() {
        let folder = testkit::Folder::new("forgotten-snapshots");
        let root = folder.path();
        for name in [
            "a/it__known.snap",
            "a/it__old.snap",
            "target/it__built.snap",
            "it__plain__one__skipped.snap",
            "it__compose__two.snap",
        ] {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let referenced = format!("{}\n", root.join("a/../a/it__known.snap").display());
        let skipped =
            ["plain::one::skipped", "compose::another"].map(|it| (it.to_owned(), String::new()));
        assert_eq!(forgotten(root, &referenced, &skipped), ["a/it__old.snap"]);
    }
}
