//! Files of tests that no test binary has: cargo compiles what a `mod` names, and passes over what none does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The `.rs` files below a folder that no module reaches from one of these roots, in order.
pub fn forgotten_files(folder: &Path, roots: &[PathBuf]) -> Vec<PathBuf> {
    let mut reached = BTreeSet::new();
    for root in roots {
        let beside = root.parent().unwrap_or(root).to_owned();
        reach(root, &beside, &mut reached);
    }
    let mut all = BTreeSet::new();
    collect(&folder.canonicalize().unwrap(), &mut all);
    all.difference(&reached).cloned().collect()
}

/// Adds a file and the modules that it names, which are in `folder`.
fn reach(file: &Path, folder: &Path, reached: &mut BTreeSet<PathBuf>) {
    let Ok(text) = fs::read_to_string(file) else {
        return;
    };
    let shortest = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    if !reached.insert(shortest) {
        return;
    }
    for module in modules(&text) {
        match module {
            Module::At(path) => {
                let file = file.parent().unwrap_or(file).join(path);
                // The modules of such a file are beside it.
                reach(&file, file.parent().unwrap_or(&file), reached);
            }
            Module::Named(name) => {
                reach(
                    &folder.join(format!("{name}.rs")),
                    &folder.join(name),
                    reached,
                );
                reach(
                    &folder.join(name).join("mod.rs"),
                    &folder.join(name),
                    reached,
                );
            }
        }
    }
}

/// What a line of a file brings in.
#[derive(Debug, PartialEq)]
enum Module<'a> {
    /// By its name.
    Named(&'a str),
    /// By a path from the file's folder: `#[path = "…"] mod …;` or `include!("…")`.
    At(&'a str),
}

fn modules(text: &str) -> Vec<Module<'_>> {
    let mut found = Vec::new();
    let mut path = None;
    for line in text.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("#[path = \"") {
            path = rest.split('"').next();
        } else if let Some(name) = module(line) {
            found.push(path.take().map_or(Module::Named(name), Module::At));
        } else if let Some((_, rest)) = line.split_once("include!(\"") {
            found.extend(rest.split('"').next().map(Module::At));
        }
    }
    found
}

/// The name in `mod name;`, whoever may see it.
fn module(line: &str) -> Option<&str> {
    let line = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(')')?.1,
        Some(rest) => rest,
        None => line,
    };
    line.trim_start().strip_prefix("mod ")?.strip_suffix(';')
}

fn collect(folder: &Path, all: &mut BTreeSet<PathBuf>) {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect(&path, all);
        } else if path.extension().is_some_and(|it| it == "rs") {
            all.insert(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Folder;

    #[test]
    fn a_file_that_no_module_names_is_found() {
        let folder = Folder::new("forgotten");
        for (path, text) in [
            (
                "it/main.rs",
                "mod one;\npub(crate) mod two;\n#[path = \"../shared.rs\"]\nmod shared;\n",
            ),
            ("it/one.rs", "mod inner;\nmod inline {}\n// mod lost;\n"),
            ("it/one/inner.rs", ""),
            ("it/two/mod.rs", "    include!(\"part.rs\");\n"),
            ("it/two/part.rs", ""),
            ("it/lost.rs", "mod more;"),
            ("it/lost/more.rs", ""),
            ("shared.rs", "mod beside;"),
            ("beside.rs", ""),
        ] {
            folder.write(path, text);
        }
        let root = folder.path().join("it/main.rs");
        let forgotten = forgotten_files(folder.path(), &[root]);
        let shown = |path: &PathBuf| path.strip_prefix(folder.path()).unwrap().to_owned();
        let forgotten: Vec<PathBuf> = forgotten.iter().map(shown).collect();
        let expected = ["it/lost/more.rs", "it/lost.rs"].map(PathBuf::from);
        assert_eq!(forgotten, expected);
    }
}
