//! Which tool a folder belongs to, and its migrations in the order in which that tool runs them. Pure: from names and texts alone.

use std::collections::BTreeMap;
use std::fmt;

use migrator::sections;

/// A tool whose folders can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Tool {
    Dbmate,
    Diesel,
    Flyway,
    GolangMigrate,
    Goose,
    NodePgMigrate,
    Prisma,
    Refinery,
    Sqlx,
    Tern,
    /// Files whose names start with a number or a time; each runs as a whole
    Plain,
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = clap::ValueEnum::to_possible_value(self);
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

/// A file of the folder: its path below it, with `/`, and its text if it is SQL.
#[derive(Debug, Clone)]
pub struct Entry {
    pub path: String,
    pub text: String,
}

impl Entry {
    fn folder(&self) -> Option<&str> {
        self.path.rsplit_once('/').map(|(folder, _)| folder)
    }

    fn name(&self) -> &str {
        self.path
            .rsplit_once('/')
            .map_or(&*self.path, |(_, name)| name)
    }

    fn is_sql(&self) -> bool {
        self.name().to_ascii_lowercase().ends_with(".sql")
    }
}

/// A migration of the other tool.
#[derive(Debug, Clone)]
pub struct Old<'a> {
    pub entry: &'a Entry,
    /// What it is called, without its number.
    pub words: String,
    /// Whether the tool says beside the file that it runs without a transaction.
    pub without_transaction: bool,
    /// What the person has to know of it.
    pub note: Option<&'static str>,
}

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Contents<'a> {
    pub migrations: Vec<Old<'a>>,
    /// SQL files that the tool does not run, or that take something back.
    pub left_out: Vec<&'a str>,
    /// What cannot become a migration, and why.
    pub problems: Vec<String>,
}

/// The tools that a folder may belong to; if there are several, their files become different migrations.
pub fn detect(entries: &[Entry]) -> Vec<Tool> {
    let has = |name: &str| {
        let is = |entry: &&Entry| entry.folder().is_some() && entry.name() == name;
        entries.iter().any(|entry| is(&entry))
    };
    let mut found = Vec::new();
    found.extend(has("up.sql").then_some(Tool::Diesel));
    found.extend(has("migration.sql").then_some(Tool::Prisma));
    let flyway: Vec<_> = entries
        .iter()
        .filter_map(|it| Some((flyway(it.name())?, it)))
        .collect();
    // What looks like a placeholder is one unless the person says otherwise.
    let is_flyways = |(name, entry): &(Flyway<'_>, &Entry)| {
        name.kind != 'V' || name.version.len() > 1 || entry.text.contains("${")
    };
    if flyway.iter().any(|(it, _)| it.kind == 'U') {
        found.extend([Tool::Flyway, Tool::Refinery]);
    } else if !flyway.is_empty() {
        // Where both know the names, both mean the same by them.
        let is_flyway = flyway.iter().any(is_flyways);
        found.push(if is_flyway {
            Tool::Flyway
        } else {
            Tool::Refinery
        });
    }
    let sql: Vec<&Entry> = entries
        .iter()
        .filter(|it| it.folder().is_none() && it.is_sql() && numbered(it.name()).is_some())
        .collect();
    let marked = |tool| {
        sql.iter()
            .any(|it| sections::markers(&it.text).iter().any(|m| m.tool == tool))
    };
    let of = [
        (sections::Tool::Dbmate, Tool::Dbmate),
        (sections::Tool::Goose, Tool::Goose),
        (sections::Tool::Tern, Tool::Tern),
        (sections::Tool::NodePgMigrate, Tool::NodePgMigrate),
    ];
    let marked: Vec<Tool> = of
        .into_iter()
        .filter_map(|(it, tool)| marked(it).then_some(tool))
        .collect();
    let directed: Vec<&Entry> = sql
        .iter()
        .copied()
        .filter(|it| direction(it.name()).is_some())
        .collect();
    match (marked.is_empty(), directed.len()) {
        (false, _) => found.extend(marked),
        (true, 0) => found.extend((!sql.is_empty()).then_some(Tool::Plain)),
        // golang-migrate runs nothing that names no direction.
        (true, some) if some < sql.len() => found.extend([Tool::GolangMigrate, Tool::Sqlx]),
        (true, _) if is_sqlx(&directed) => found.push(Tool::Sqlx),
        (true, _) => found.push(Tool::GolangMigrate),
    }
    found
}

/// Whether files that all name a direction are sqlx's: it makes those that go down along with those that go up, and its versions are times
/// or have four digits. Both tools run the same of them, but for sqlx's first line.
///
/// <https://github.com/launchbadge/sqlx/tree/main/sqlx-cli>, <https://github.com/golang-migrate/migrate/blob/master/MIGRATIONS.md>
fn is_sqlx(directed: &[&Entry]) -> bool {
    let digits = |entry: &&Entry| entry.name().find(|c: char| !c.is_ascii_digit());
    let goes_down = |entry: &&Entry| direction(entry.name()) == Some("down");
    let says = |entry: &&Entry| entry.text.starts_with("-- no-transaction");
    let is_named = directed
        .iter()
        .all(|entry| matches!(digits(entry), Some(4 | 14)));
    directed.iter().any(says) || (is_named && directed.iter().any(goes_down))
}

/// The migrations of a tool's folder.
pub fn read(entries: &[Entry], tool: Tool) -> Contents<'_> {
    let mut contents = match tool {
        Tool::Diesel => folders(entries, "up.sql"),
        Tool::Prisma => folders(entries, "migration.sql"),
        Tool::Flyway | Tool::Refinery => versions(entries, tool),
        _ => numbers(entries, tool),
    };
    let code = entries.iter().filter(|entry| is_code(entry.name()));
    contents.problems.extend(code.map(|entry| {
        format!(
            "{}: is a program, not SQL: write its statements into a file of that number",
            entry.path
        )
    }));
    contents
}

/// `20240101120000_name.sql` and `3_name.up.sql`.
fn numbers(entries: &[Entry], tool: Tool) -> Contents<'_> {
    let mut contents = Contents::default();
    let mut found: Vec<(u64, Old<'_>)> = Vec::new();
    for entry in entries
        .iter()
        .filter(|entry| entry.is_sql() && entry.folder().is_none())
    {
        let name = entry.name();
        let directions = matches!(tool, Tool::Sqlx | Tool::GolangMigrate);
        let direction = direction(name).filter(|_| directions);
        let runs = match tool {
            Tool::GolangMigrate => direction == Some("up"),
            _ => direction != Some("down"),
        };
        let Some((version, words)) = numbered(name).filter(|_| runs) else {
            contents.left_out.push(&entry.path);
            continue;
        };
        let words = words
            .strip_suffix(".up")
            .filter(|_| direction.is_some())
            .unwrap_or(words);
        found.push((version, old(entry, words)));
    }
    match tool {
        // dbmate goes by the names as text.
        Tool::Dbmate => found.sort_by(|one, other| one.1.entry.path.cmp(&other.1.entry.path)),
        _ => found
            .sort_by(|one, other| (one.0, &one.1.entry.path).cmp(&(other.0, &other.1.entry.path))),
    }
    repeats(
        found
            .iter()
            .map(|(version, old)| (*version, &*old.entry.path)),
        &mut contents.problems,
    );
    contents.migrations = found.into_iter().map(|(_, old)| old).collect();
    contents
}

/// Flyway's and refinery's `V1.2__name.sql`, which they look for in folders too.
fn versions(entries: &[Entry], tool: Tool) -> Contents<'_> {
    let mut contents = Contents::default();
    let mut found: Vec<(Vec<u64>, Old<'_>)> = Vec::new();
    let mut repeatable: Vec<Old<'_>> = Vec::new();
    for entry in entries.iter().filter(|entry| entry.is_sql()) {
        let read = flyway(entry.name());
        match (read, tool) {
            (Some(it), _) if it.kind == 'V' => found.push((it.version, old(entry, it.words))),
            (Some(it), Tool::Refinery) if it.kind == 'U' => found.push((it.version, old(entry, it.words))),
            (Some(it), Tool::Flyway) if it.kind == 'R' => repeatable.push(Old {
                note: Some("Flyway runs it again whenever it changes: from now on a change is a new migration"),
                ..old(entry, it.words)
            }),
            (Some(it), Tool::Flyway) if it.kind == 'B' => {
                let why = "replaces all files before it on a new database: import either it or those";
                contents.problems.push(format!("{}: {why}", entry.path));
            }
            _ => contents.left_out.push(&entry.path),
        }
    }
    found.sort_by(|one, other| (&one.0, &one.1.entry.path).cmp(&(&other.0, &other.1.entry.path)));
    repeatable.sort_by(|one, other| one.words.cmp(&other.words));
    repeats(
        found
            .iter()
            .map(|(version, old)| (version.clone(), &*old.entry.path)),
        &mut contents.problems,
    );
    contents.migrations = found
        .into_iter()
        .map(|(_, old)| old)
        .chain(repeatable)
        .collect();
    contents
}

/// diesel's and prisma's folders, one for each migration.
fn folders<'a>(entries: &'a [Entry], file: &str) -> Contents<'a> {
    let mut contents = Contents::default();
    let meta: BTreeMap<&str, &Entry> = entries
        .iter()
        .filter(|entry| entry.name() == "metadata.toml")
        .filter_map(|entry| Some((entry.folder()?, entry)))
        .collect();
    let mut found = Vec::new();
    for entry in entries.iter().filter(|entry| entry.is_sql()) {
        match entry.folder() {
            Some(folder) if entry.name() == file && !folder.contains('/') => {
                let (version, words) = folder.split_once('_').unwrap_or((folder, folder));
                let says = meta
                    .get(folder)
                    .is_some_and(|it| runs_without_transaction(&it.text));
                let old = Old {
                    without_transaction: says,
                    ..old(entry, words)
                };
                found.push((version.replace('-', ""), old));
            }
            _ => contents.left_out.push(&entry.path),
        }
    }
    found.sort_by(|one, other| (&one.0, &one.1.entry.path).cmp(&(&other.0, &other.1.entry.path)));
    repeats(
        found
            .iter()
            .map(|(version, old)| (version.clone(), &*old.entry.path)),
        &mut contents.problems,
    );
    contents.migrations = found.into_iter().map(|(_, old)| old).collect();
    contents
}

/// diesel's `run_in_transaction = false`.
fn runs_without_transaction(toml: &str) -> bool {
    let setting = |line: &str| {
        let (key, value) = line.split_once('=')?;
        let value = value.split('#').next().unwrap_or_default();
        (key.trim() == "run_in_transaction").then(|| value.trim() == "false")
    };
    toml.lines().find_map(setting).unwrap_or(false)
}

fn old<'a>(entry: &'a Entry, words: &str) -> Old<'a> {
    Old {
        entry,
        words: words.to_owned(),
        without_transaction: false,
        note: None,
    }
}

/// Two files of one version, of sorted ones.
fn repeats<'a, V: PartialEq>(
    found: impl Iterator<Item = (V, &'a str)>,
    problems: &mut Vec<String>,
) {
    let mut before: Option<(V, &str)> = None;
    for (version, path) in found {
        if let Some((_, first)) = before.as_ref().filter(|(it, _)| *it == version) {
            problems.push(format!("{path}: has the version of {first}"));
        }
        before = Some((version, path));
    }
}

/// The number that a name begins with, and the rest of it without `.sql`.
fn numbered(name: &str) -> Option<(u64, &str)> {
    let stem = name.get(..name.len().checked_sub(".sql".len())?)?;
    let digits = stem
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(stem.len());
    let (number, words) = stem.split_at(digits);
    Some((number.parse().ok()?, words))
}

fn direction(name: &str) -> Option<&'static str> {
    ["up", "down"]
        .into_iter()
        .find(|it| name.ends_with(&format!(".{it}.sql")))
}

struct Flyway<'a> {
    /// `V`, `U`, `R` or `B`.
    kind: char,
    /// Compared part by part, as numbers; an end of zeros counts as nothing.
    version: Vec<u64>,
    words: &'a str,
}

fn flyway(name: &str) -> Option<Flyway<'_>> {
    let stem = name.get(..name.len().checked_sub(".sql".len())?)?;
    let kind = stem.chars().next().filter(|kind| "VURB".contains(*kind))?;
    let (version, words) = stem[1..].split_once("__")?;
    let numbers = version.split(['.', '_']).map(|part| part.parse().ok());
    let mut version = match version {
        "" => Vec::new(),
        _ => numbers.collect::<Option<Vec<u64>>>()?,
    };
    while version.len() > 1 && version.last() == Some(&0) {
        version.pop();
    }
    let is_whole = version.is_empty() == (kind == 'R');
    let is_sql = name.to_ascii_lowercase().ends_with(".sql");
    (is_whole && is_sql).then_some(Flyway {
        kind,
        version,
        words,
    })
}

/// A migration that is a program: `00003_x.go`, `V3__x.java`.
fn is_code(name: &str) -> bool {
    const ENDS: &[&str] = &[
        "go", "java", "kt", "rs", "js", "cjs", "mjs", "ts", "cts", "mts", "py", "rb",
    ];
    let Some((stem, end)) = name.rsplit_once('.') else {
        return false;
    };
    let is_numbered = stem
        .strip_prefix(['V', 'R', 'U'])
        .unwrap_or(stem)
        .starts_with(|c: char| c.is_ascii_digit() || c == '_');
    ENDS.contains(&end) && is_numbered && stem.contains('_') && !stem.ends_with("_test")
}
