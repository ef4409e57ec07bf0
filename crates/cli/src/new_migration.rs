//! `cargo xtask new-migration`: the next numbered file, from a template.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use migrator::source;
use tera::{Context, Tera};

use crate::args::SourceArgs;
use crate::explain;
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::Screen;

/// Longer names make file names that some file systems refuse.
const LONGEST_NAME: usize = 100;

/// Create the next numbered file in migrations/
#[derive(clap::Args)]
pub struct NewMigration {
    /// What the migration does, in a few words: add user segments
    #[arg(required = true)]
    pub words: Vec<String>,
    #[command(flatten)]
    pub source: SourceArgs,
    /// Open the new file in $EDITOR
    #[arg(long)]
    pub edit: bool,
}

pub fn run(
    project: &Project,
    args: &NewMigration,
    screen: &mut Screen,
) -> Result<ExitCode, Failure> {
    let name = clean(&args.words.join(" "))?;
    let editor = if args.edit { Some(editor()?) } else { None };
    let dir = project.migrations_dir(args.source.migrations.as_deref())?;
    let path = create(project, &dir, &name)?;
    screen.line(project.shown(&path).display());
    if let Some(editor) = editor {
        edit(&editor, &path, &project.shown(&path).display().to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The words as a migration's name.
fn clean(words: &str) -> Result<String, Failure> {
    let refuse = |message: String| {
        Err(Failure::new(Code::Usage, message).next("cargo xtask new-migration add user segments"))
    };
    if let Some(odd) = words.chars().find(|c| !c.is_ascii()) {
        return refuse(format!(
            "the name holds `{odd}`: a migration's name is ASCII letters, digits and _"
        ));
    }
    match source::clean_name(words) {
        None => refuse(format!(
            "nothing of `{words}` can be a name: describe the migration in a few words"
        )),
        Some(name) if name.len() > LONGEST_NAME => refuse(format!(
            "the name has {} characters, {LONGEST_NAME} at most: choose a shorter one",
            name.len()
        )),
        Some(name) => Ok(name),
    }
}

/// Creates the file under the next number. Two at once get two numbers: the folder is locked meanwhile.
fn create(project: &Project, dir: &Path, name: &str) -> Result<PathBuf, Failure> {
    let shown = project.shown(dir).display().to_string();
    let failed = |error: io::Error| {
        Failure::new(
            Code::Failed,
            format!("failed to write into {shown}: {error}"),
        )
    };
    fs::create_dir_all(dir).map_err(failed)?;
    let lock = File::open(dir).map_err(failed)?;
    lock.lock().map_err(failed)?;
    let files = source::read_dir(dir).map_err(|error| explain::source(&error, project.root()))?;
    if let Some(same) = files.iter().find(|file| file.name == name) {
        let path = project.shown(&same.path).display();
        return Err(
            Failure::new(Code::Usage, format!("{path} already has that name")).next(
                "choose a name that says what the new migration does and the old one does not",
            ),
        );
    }
    let version = files.last().map_or(1, |file| file.version + 1);
    let path = dir.join(format!("{version:03}_{name}.sql"));
    let text = render(version, name).map_err(anyhow::Error::from)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&path)
        .map_err(failed)?;
    if let Err(error) = file.write_all(text.as_bytes()) {
        // The next run would apply the rest as it is, and then it could no longer be edited.
        let _ = fs::remove_file(&path);
        return Err(failed(error).note("state", "no file was created"));
    }
    Ok(path)
}

/// The text of a new migration.
fn render(version: u32, name: &str) -> Result<String, tera::Error> {
    let mut context = Context::new();
    context.insert("number", &format!("{version:03}"));
    context.insert("title", &name.replace('_', " "));
    let table = name
        .split_once('_')
        .filter(|(verb, _)| ["add", "create"].contains(verb));
    context.insert("table", table.map_or("example", |(_, table)| table));
    let mut tera = Tera::default();
    tera.add_raw_template(
        "migration.sql",
        include_str!("../templates/migration.sql.tera"),
    )?;
    tera.render("migration.sql", &context)
}

/// The user's editor; the variable may hold arguments too.
fn editor() -> Result<String, Failure> {
    ["VISUAL", "EDITOR"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|editor| !editor.is_empty()))
        .ok_or_else(|| {
            Failure::new(Code::Usage, "EDITOR is not set")
                .note("state", "no file was created")
                .next("EDITOR=vi cargo xtask new-migration --edit …")
        })
}

/// Opens the file in the editor, as git does: through a shell.
fn edit(editor: &str, path: &Path, shown: &str) -> Result<(), Failure> {
    let script = format!("{editor} \"$1\"");
    let failed = |how: String| {
        Failure::new(Code::Failed, format!("`{editor}` {how}"))
            .note("state", format!("{shown} was created"))
            .next(format!("open {shown} in an editor"))
    };
    let status = duct::cmd!("sh", "-c", script, "sh", path).unchecked().run();
    match status {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(failed(format!("ended with {}", output.status))),
        Err(error) => Err(failed(format!("could not be started: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_a_migration() {
        let text = render(4, "add_user_segments").unwrap();
        let file = source::File::new(
            Path::new("004_add_user_segments.sql"),
            text.clone().into_bytes(),
        );
        let migration = migrator::plan::Migration::parse(file.unwrap()).unwrap();
        assert_eq!(migration.steps.len(), 1);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn words_become_a_name_or_are_refused() {
        assert_eq!(clean("Add user-segments!").unwrap(), "add_user_segments");
        assert_eq!(clean("../../etc/passwd").unwrap(), "etc_passwd");
        let refused = ["", "  ", "--", "größe", "日本"]
            .map(|words| clean(words).unwrap_err().diagnostic.to_string());
        insta::assert_snapshot!(refused.join("\n"));
        assert!(clean(&"x".repeat(101)).is_err());
    }
}
