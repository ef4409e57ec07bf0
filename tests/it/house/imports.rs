//! Which file of a crate imports which.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use regex::Regex;

/// A module's path within its crate: `run::runner`; of the root, nothing.
type Module = Vec<String>;

/// The modules of a crate that are files, each with those that it imports. A module and what is inside it are one room.
pub struct Imports(BTreeMap<Module, BTreeSet<Module>>);

impl Imports {
    pub fn read(source: &Path) -> Imports {
        let mut texts = BTreeMap::new();
        collect(source, &mut Vec::new(), &mut texts);
        let modules: BTreeSet<Module> = texts.keys().cloned().collect();
        let imports = |(module, text): (&Module, &String)| {
            let named = names(text).into_iter();
            let targets = named.filter_map(|name| resolve(module, &name, &modules));
            let others = targets.filter(|target| !is_family(module, target));
            (module.clone(), others.collect())
        };
        Imports(texts.iter().map(imports).collect())
    }

    /// The sets of modules that reach each other.
    pub fn circles(&self) -> Vec<Vec<String>> {
        let reached: BTreeMap<&Module, BTreeSet<&Module>> = self
            .0
            .keys()
            .map(|it| (it, self.reached_from(it)))
            .collect();
        let mut circles = BTreeSet::new();
        for (module, behind) in &reached {
            let mutual = behind.iter().filter(|it| reached[*it].contains(module));
            let circle: Vec<String> = mutual.map(|it| it.join("::")).collect();
            if !circle.is_empty() {
                circles.insert(circle);
            }
        }
        circles.into_iter().collect()
    }

    fn reached_from<'a>(&'a self, module: &Module) -> BTreeSet<&'a Module> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<&Module> = self.0[module].iter().collect();
        while let Some(next) = open.pop() {
            if reached.insert(next) {
                open.extend(&self.0[next]);
            }
        }
        reached
    }
}

fn is_family(one: &[String], other: &[String]) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

fn collect(folder: &Path, above: &mut Module, texts: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            above.push(name);
            collect(&path, above, texts);
            above.pop();
        } else if path.extension().is_some_and(|it| it == "rs") {
            let mut module = above.clone();
            if !["lib", "main", "mod"].contains(&name.as_str()) {
                module.push(name);
            }
            // Tests see everything.
            let text = fs::read_to_string(&path).unwrap();
            let text = text
                .split("#[cfg(test)]\nmod tests {")
                .next()
                .unwrap()
                .to_owned();
            texts.insert(module, text);
        }
    }
}

/// The paths that a text imports or names from the crate's root or a module above.
fn names(text: &str) -> Vec<String> {
    let comment = Regex::new("//.*").unwrap();
    let text = comment.replace_all(text, "");
    let import = Regex::new(r"\buse ([^;]+);").unwrap();
    let path = Regex::new(r"\b(?:crate|super)(?:::\w+)+").unwrap();
    let mut names: Vec<String> = path
        .find_iter(&text)
        .map(|it| it.as_str().to_owned())
        .collect();
    for import in import.captures_iter(&text) {
        let import: String = import[1].split_whitespace().collect();
        expand("", &import, &mut names);
    }
    names
}

/// `a::{b, c::{d, e}}` as `a::b`, `a::c::d` and `a::c::e`.
fn expand(before: &str, import: &str, names: &mut Vec<String>) {
    let Some((prefix, group)) = import.split_once('{') else {
        return names.push(format!("{before}{import}"));
    };
    let group = group.strip_suffix('}').unwrap_or(group);
    let (mut depth, mut from) = (0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                expand(&format!("{before}{prefix}"), &group[from..at], names);
                from = at + 1;
            }
            _ => {}
        }
    }
    if from < group.len() {
        expand(&format!("{before}{prefix}"), &group[from..], names);
    }
}

/// The file that a path leads to; `None` if it leads out of the crate.
fn resolve(from: &Module, name: &str, modules: &BTreeSet<Module>) -> Option<Module> {
    let mut parts = name.split("::").map(str::to_owned).peekable();
    let mut path = match parts.peek()?.as_str() {
        "crate" => Vec::new(),
        "self" | "super" => from.clone(),
        first => {
            let mut child = from.clone();
            child.push(first.to_owned());
            return modules.contains(&child).then_some(child);
        }
    };
    for part in parts {
        match part.as_str() {
            "crate" | "self" => {}
            "super" => drop(path.pop()),
            _ => path.push(part),
        }
    }
    // What follows the file's name is something in it.
    while !modules.contains(&path) {
        path.pop()?;
    }
    (!path.is_empty()).then_some(path)
}

#[test]
fn files_that_import_each_other_are_found() {
    let folder = testkit::Folder::new("imports");
    let files = [
        ("lib.rs", "mod a; mod b; mod c; use a::A;"),
        ("a.rs", "use crate::{b::B, c::{d::{self, D}, E}};"),
        ("b.rs", "fn b() { crate::c::d::e() } // crate::a"),
        ("c.rs", "mod d; use d::D; use super::b;"),
        (
            "c/d.rs",
            "use super::E; use crate::a; use std::fmt;\n#[cfg(test)]\nmod tests { use crate::b; }",
        ),
    ];
    for (name, text) in files {
        folder.write(name, text);
    }
    let circles = Imports::read(folder.path()).circles();
    assert_eq!(circles, [["a", "b", "c", "c::d"]]);
}
