//! `cargo xtask import`: converts another tool's folder to numbered files; the tool's files are not changed.

mod entries;
mod folder;
mod text;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use migrator::source;

use crate::args::SourceArgs;
use crate::explain;
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::Screen;
use crate::shell;
use crate::words::count;
use folder::Contents;
pub use folder::Tool;

/// Longer names make file names that some file systems refuse.
const LONGEST_NAME: usize = 100;

/// A migration to write.
struct New<'a> {
    file: String,
    text: String,
    from: &'a str,
    note: Option<&'static str>,
}

/// Convert another tool's migrations to numbered files: dbmate, goose, golang-migrate, sqlx, refinery, Diesel, tern, Flyway, Prisma
#[derive(clap::Args)]
pub struct Import {
    /// The other tool's folder; its files are not changed
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// The tool, if the folder does not show it
    #[arg(long, value_name = "TOOL", value_enum)]
    pub from: Option<Tool>,
    #[command(flatten)]
    pub source: SourceArgs,
}

pub fn run(project: &Project, args: &Import, screen: &mut Screen) -> Result<ExitCode, Failure> {
    let dir = project.migrations_dir(args.source.migrations.as_deref())?;
    check_folders(&args.dir, &dir)?;
    let mut problems = Vec::new();
    let entries = entries::collect(&args.dir, &mut problems)?;
    let tool = match args.from {
        Some(tool) => tool,
        None => only(&folder::detect(&entries), &args.dir)?,
    };
    let contents = folder::read(&entries, tool);
    let existing = if dir.is_dir() {
        source::read_dir(&dir).map_err(|error| explain::source(&error, project.root()))?
    } else {
        Vec::new()
    };
    let next = existing.last().map_or(1, |file| file.version + 1);
    problems.extend(contents.problems.iter().cloned());
    let mut news = convert(&contents, tool, next, &mut problems);
    let made = made_before(&news, &existing);
    if problems.is_empty() && made < news.len() {
        // An import that was cut has made the first ones, or the other tool's folder has grown since.
        let first = next - u32::try_from(made).unwrap_or_default();
        news = convert(&contents, tool, first, &mut problems).split_off(made);
    }
    let already = imported_already(&news, &existing);
    if problems.is_empty() && !already.is_empty() {
        let message = format!(
            "{} was already imported\n{}",
            args.dir.display(),
            already.join("\n")
        );
        return Err(Failure::new(Code::Failed, message)
            .note("state", "no file was created")
            .next("import a folder that holds only the new files"));
    }
    if !problems.is_empty() {
        return Err(refused(&problems, &args.dir));
    }
    if news.is_empty() {
        let message = format!("{} contains no migration of {tool}", args.dir.display());
        return Err(Failure::new(Code::Usage, message).next("`--from TOOL` names the tool"));
    }
    write(&dir, &news).map_err(|error| {
        failed(project.shown(&dir), &error).note("state", "no file was created")
    })?;
    show_made(&existing[existing.len() - made..], screen);
    show(
        &news,
        &contents,
        tool,
        project.shown(&dir),
        &args.dir,
        screen,
    );
    Ok(ExitCode::SUCCESS)
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::new(Code::Failed, format!("{}: {error}", path.display()))
}

fn check_folders(from: &Path, to: &Path) -> Result<(), Failure> {
    let is_same = match (from.canonicalize(), to.canonicalize()) {
        (Ok(from), Ok(to)) => from == to,
        _ => false,
    };
    if !is_same {
        return Ok(());
    }
    let shown = from.display();
    Err(
        Failure::new(Code::Usage, format!("{shown} is where the new files go"))
            .note("state", "no file was created")
            .next(explain::names::import(from)),
    )
}

fn only(tools: &[Tool], dir: &Path) -> Result<Tool, Failure> {
    let dir = dir.display();
    match tools {
        [one] => Ok(*one),
        [] => {
            let message =
                format!("{dir} contains no file that is named like a migration of a known tool");
            Err(Failure::new(Code::Usage, message)
                .next("cargo xtask import --help, which names the tools"))
        }
        [first, ..] => {
            let names: Vec<String> = tools.iter().map(Tool::to_string).collect();
            let message = format!("{dir} may belong to {}", names.join(" or to "));
            Err(Failure::new(Code::Usage, message)
                .note("state", "no file was created")
                .next(format!("name the tool: --from {first}")))
        }
    }
}

fn convert<'a>(
    contents: &Contents<'a>,
    tool: Tool,
    next: u32,
    problems: &mut Vec<String>,
) -> Vec<New<'a>> {
    let mut news = Vec::new();
    for (old, version) in contents.migrations.iter().zip(next..) {
        let mut name = source::clean_name(&old.words).unwrap_or_else(|| "migration".to_owned());
        name.truncate(LONGEST_NAME);
        let file = format!("{version:03}_{}.sql", name.trim_end_matches('_'));
        match text::convert(old, tool, &file) {
            Ok(text) => news.push(New {
                file,
                text,
                from: &old.entry.path,
                note: old.note,
            }),
            Err(found) => problems.extend(found),
        }
    }
    news
}

/// How many of the migrations the last files are, one for one.
fn made_before(news: &[New<'_>], existing: &[source::File]) -> usize {
    let is_same = |(new, file): (&New<'_>, &source::File)| is_same(new, file);
    let most = news.len().min(existing.len());
    let lengths = (1..=most).rev();
    let mut made = lengths.filter(|length| {
        let last = &existing[existing.len() - length..];
        news.iter().zip(last).all(is_same)
    });
    made.next().unwrap_or(0)
}

/// Whether a file is what a migration would be made into, whatever its number.
fn is_same(new: &New<'_>, file: &source::File) -> bool {
    let name = new.file.split_once('_').map(|(_, name)| name);
    name.and_then(|name| name.strip_suffix(".sql")) == Some(&file.name) && file.text == new.text
}

/// A folder that is imported a second time would run a second time.
fn imported_already(news: &[New<'_>], existing: &[source::File]) -> Vec<String> {
    let is_there = |new: &&New<'_>| {
        let same = existing.iter().find(|file| is_same(new, file));
        same.map(|file| {
            format!(
                "{}: {} already has the same content",
                new.from,
                file.title()
            )
        })
    };
    news.iter().filter_map(|new| is_there(&new)).collect()
}

fn refused(problems: &[String], dir: &Path) -> Failure {
    let message = format!(
        "{} cannot be imported as it is\n{}",
        dir.display(),
        problems.join("\n")
    );
    Failure::new(Code::Failed, message)
        .note("state", "no file was created")
        .next(format!(
            "correct that in a copy of {} and import the copy",
            shell::path(dir)
        ))
        .field("problems", problems.to_vec())
}

/// What the name of the folder begins with that holds the new files until all are written.
const PASSING: &str = ".import-";

/// Removes what an import left that was cut: whoever holds the lock is the only one.
fn remove_left(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let is_left = entry.file_name().to_string_lossy().starts_with(PASSING);
        if is_left && entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Writes all files or none, and overwrites none: first into a separate folder, then each gets its name.
fn write(dir: &Path, news: &[New<'_>]) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    let lock = fs::File::open(dir)?;
    lock.lock()?;
    remove_left(dir)?;
    let passing = dir.join(format!("{PASSING}{}", std::process::id()));
    fs::create_dir(&passing)?;
    let mut made: Vec<PathBuf> = Vec::new();
    let mut write_all = || -> io::Result<()> {
        for new in news {
            fs::write(passing.join(&new.file), &new.text)?;
        }
        for new in news {
            let path = dir.join(&new.file);
            // A rename would replace what another one made meanwhile.
            fs::hard_link(passing.join(&new.file), &path)?;
            made.push(path);
        }
        Ok(())
    };
    let outcome = write_all();
    if outcome.is_err() {
        for path in &made {
            let _ = fs::remove_file(path);
        }
    }
    fs::remove_dir_all(&passing)?;
    outcome
}

/// Names the files that the new ones follow.
fn show_made(made: &[source::File], screen: &mut Screen) {
    if let (Some(first), Some(last)) = (made.first(), made.last()) {
        let all = if first.version == last.version {
            format!("{:03} is", first.version)
        } else {
            format!("{:03} to {:03} are", first.version, last.version)
        };
        screen.line(format!("  {all} already there, the same as in this folder"));
    }
}

fn show(
    news: &[New<'_>],
    contents: &Contents<'_>,
    tool: Tool,
    to: &Path,
    from: &Path,
    screen: &mut Screen,
) {
    let width = news.iter().map(|new| new.file.len()).max().unwrap_or(0);
    for new in news {
        screen.line(format!("  {:width$}  {}", new.file, new.from));
        if let Some(note) = new.note {
            screen.line(format!("  {:width$}  note: {note}", ""));
        }
    }
    for path in &contents.left_out {
        screen.line(format!("  {:width$}  {path}", "not imported"));
    }
    let last = news
        .last()
        .map_or("NNN", |new| new.file.split('_').next().unwrap_or("NNN"));
    screen.line(format!(
        "created {} in {} from the folder {} ({tool}), whose files were not changed",
        count(news.len(), "migration"),
        to.display(),
        from.display(),
    ));
    screen.line(format!(
        "next: `cargo xtask migrate`; if the other tool has already applied them: `cargo xtask migrate --baseline {last}`"
    ));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_one_file_cannot_be_made_none_is() {
        let folder = testkit::Folder::new("import");
        let dir = folder.path();
        let new = |file: &str| New {
            file: file.to_owned(),
            text: file.to_owned(),
            from: "",
            note: None,
        };
        fs::write(dir.join("002_b.sql"), "of somebody else").unwrap();
        let news = [new("001_a.sql"), new("002_b.sql"), new("003_c.sql")];
        let error = write(dir, &news).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        let left: Vec<_> = fs::read_dir(dir).unwrap().flatten().collect();
        assert_eq!(left.len(), 1, "{left:?}");
        assert_eq!(
            fs::read_to_string(left[0].path()).unwrap(),
            "of somebody else"
        );
        write(dir, &[new("001_a.sql"), new("003_c.sql")]).unwrap();
        assert_eq!(fs::read_dir(dir).unwrap().count(), 3);
    }
}
