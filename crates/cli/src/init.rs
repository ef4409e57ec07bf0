//! `timeschema init`: what a project needs to keep its schema with this toolkit, in an empty folder or an existing workspace.
//!
//! Nothing is overwritten. Files that a project has anyway (its manifest, `.gitignore`, cargo's configuration) get the lines that they
//! lack.

mod files;
mod manifest;
mod name;
mod toolkit;

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::failure::{Code, Failure};
use crate::screen::Screen;

use files::{Kind, Wanted};
use manifest::Merged;
use name::Name;
use toolkit::Toolkit;

/// Create what a project needs: migrations, schema crate, xtask, compose file, CI; overwrites nothing
#[derive(clap::Args)]
pub struct Init {
    /// The project's name: `iot` gives the schema crate `iot-schema`
    pub name: String,
    /// Where the toolkit's crates come from: a clone of its repository, or a git URL [default: the registry]
    #[arg(long, value_name = "PATH|GIT-URL")]
    pub toolkit: Option<String>,
}

/// What happens to one file.
#[derive(Debug, PartialEq, Eq)]
struct Action {
    /// The file's path below the root.
    shown: String,
    done: Done,
}

#[derive(Debug, PartialEq, Eq)]
enum Done {
    /// It is made with this text.
    Made(String),
    /// It is there, and gets what it lacked.
    Changed(Merged),
    /// It exists, and stays as it is; with what its owner must know about that.
    Kept(Option<String>),
}

pub fn run(args: &Init, screen: &mut Screen) -> Result<ExitCode, Failure> {
    let root = std::env::current_dir()
        .map_err(|error| Failure::new(Code::Usage, format!("no current directory: {error}")))?;
    let name = Name::parse(&args.name)?;
    check_above(&root)?;
    let toolkit = Toolkit::parse(args.toolkit.as_deref(), &root)?;
    let wanted = files::wanted(&name, &toolkit)?;
    let actions = decide(&root, &name, wanted)?;
    for (made, action) in actions.iter().enumerate() {
        carry_out(&root, action).map_err(|error| stopped(action, &error, made))?;
        screen.line(action.line());
    }
    screen.as_it_is("next: `cargo xtask migrate`, then `cargo test --workspace`");
    Ok(ExitCode::SUCCESS)
}

/// Refuses a folder below another workspace, which cargo would take the new packages for a part of.
fn check_above(root: &Path) -> Result<(), Failure> {
    let is_workspace = |folder: &&Path| {
        let text = fs::read_to_string(folder.join("Cargo.toml"));
        text.is_ok_and(|text| text.lines().any(|line| line.trim() == "[workspace]"))
    };
    match root.ancestors().skip(1).find(is_workspace) {
        None => Ok(()),
        Some(above) => {
            let message = format!(
                "{} is inside the workspace of {}",
                root.display(),
                above.display()
            );
            let failure = Failure::new(Code::Usage, message).note("state", "nothing was created");
            Err(failure.next(format!(
                "cd {} and run the command again",
                crate::shell::path(above)
            )))
        }
    }
}

/// What happens to each file; an error names all that are in the way.
fn decide(root: &Path, name: &Name, wanted: Vec<Wanted>) -> Result<Vec<Action>, Failure> {
    let mut actions = Vec::new();
    let mut in_the_way = Vec::new();
    for wanted in wanted {
        let shown = wanted.path(name, root);
        let path = root.join(&shown);
        let there = match fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if path.is_symlink() {
                    in_the_way.push(format!(
                        "{shown} (it is a link to a file that does not exist)"
                    ));
                    continue;
                }
                None
            }
            Err(error) => {
                in_the_way.push(format!("{shown} ({error})"));
                continue;
            }
        };
        if there.is_none() && wanted.is_needless(root) {
            continue;
        }
        let done = match (there, wanted.kind) {
            (None, _) => Done::Made(wanted.text),
            (Some(there), _) if there == wanted.text => Done::Kept(None),
            (Some(_), Kind::Own) => {
                in_the_way.push(format!("{shown} (it already exists)"));
                continue;
            }
            (Some(_), Kind::Kept(hint)) => Done::Kept(Some(hint)),
            (Some(there), Kind::Merged(merge)) => match merge(&there, name)? {
                Some(merged) => Done::Changed(merged.with_line_ends_of(&there)),
                None => Done::Kept(None),
            },
        };
        actions.push(Action { shown, done });
    }
    if in_the_way.is_empty() {
        return Ok(actions);
    }
    let message = format!("these files cannot be created: {}", in_the_way.join(", "));
    Err(Failure::new(Code::Usage, message)
        .note("state", "nothing was created")
        .next("choose another name, or move them away"))
}

impl Action {
    fn line(&self) -> String {
        let shown = &self.shown;
        match &self.done {
            Done::Made(_) => format!("made     {shown}"),
            Done::Changed(merged) => format!("changed  {shown}: {}", merged.added),
            Done::Kept(None) => format!("kept     {shown}"),
            Done::Kept(Some(hint)) => format!("kept     {shown}: {hint}"),
        }
    }
}

fn carry_out(root: &Path, action: &Action) -> io::Result<()> {
    let path = root.join(&action.shown);
    match &action.done {
        Done::Kept(_) => Ok(()),
        Done::Made(text) => {
            fs::create_dir_all(path.parent().unwrap_or(root))?;
            let whole = write_beside(&path, text)?;
            // A rename would replace what somebody else has created meanwhile.
            let made = fs::hard_link(&whole, &path);
            fs::remove_file(&whole)?;
            made
        }
        Done::Changed(Merged { text, .. }) => {
            // Through a link, which stays one.
            let path = fs::canonicalize(path)?;
            let whole = write_beside(&path, text)?;
            fs::set_permissions(&whole, fs::metadata(&path)?.permissions())?;
            fs::rename(&whole, &path)
        }
    }
}

/// Writes a text to a new file in the same folder: none is ever half written under its own name.
fn write_beside(path: &Path, text: &str) -> io::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".timeschema-{}-{name}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&beside)?;
    let written = file.write_all(text.as_bytes());
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written.map(|()| beside)
}

fn stopped(action: &Action, error: &io::Error, made: usize) -> Failure {
    let message = format!("{} cannot be written: {error}", action.shown);
    let state = match made {
        0 => "nothing was created".to_owned(),
        _ => "what is listed above was created".to_owned(),
    };
    Failure::new(Code::Failed, message)
        .note("state", state)
        .next("make the folder writable and run the command again: it creates what is missing")
}
