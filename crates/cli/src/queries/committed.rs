//! The files alone: the queries, what is kept of them in `queries.json`, and the snapshot. No database.

use std::fs;
use std::io;

use catalog::{Catalog, Snapshot};
use codegen::Choices;
use migrator::settings::Level;
use queries::{Described, DescribedQuery, File, Query};

use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::snapshot;

use super::files::{self, FILE};

/// What the files of a project say of its queries.
pub struct Committed {
    pub files: Vec<File>,
    pub described: Described,
    pub catalog: Catalog,
    pub choices: Choices,
    /// How bad it is to read every chunk of a hypertable.
    pub level: Level,
}

/// A query of the files.
#[derive(Clone, Copy)]
pub struct Listed<'a> {
    pub file: &'a File,
    pub query: &'a Query,
    pub state: State<'a>,
}

/// Whether what is kept of a query is about its text.
#[derive(Clone, Copy)]
pub enum State<'a> {
    /// It is what the database said of it.
    Described(&'a DescribedQuery),
    /// Its text has changed since.
    Changed,
    /// Nothing is kept of it.
    New,
}

impl Committed {
    pub fn read(project: &Project) -> Result<Committed, Failure> {
        let path = project.snapshot_file(None)?;
        let files = files::read(&path, project.root(), "nothing was read")?;
        let settings = project.settings()?;
        let (choices, level) = (
            timeschema_build::choices(&settings),
            settings.reads_every_chunk,
        );
        if files.iter().all(|file| file.queries.is_empty()) {
            return Ok(Committed {
                files,
                choices,
                level,
                described: Described::default(),
                catalog: Catalog::default(),
            });
        }
        let kept = path.with_file_name(FILE);
        let described = described(&kept).map_err(|reason| unusable(project, &kept, &reason))?;
        let catalog = match snapshot::Committed::read(&path) {
            snapshot::Committed::Snapshot(snapshot) => {
                let Snapshot { catalog, .. } = *snapshot;
                catalog
            }
            snapshot::Committed::Missing => {
                return Err(unusable(project, &path, "it does not exist"));
            }
            snapshot::Committed::Unusable(reason) => {
                return Err(unusable(project, &path, &reason));
            }
        };
        Ok(Committed {
            files,
            described,
            catalog,
            choices,
            level,
        })
    }

    /// All queries, in the order of the files.
    pub fn listed(&self) -> impl Iterator<Item = Listed<'_>> {
        self.files.iter().flat_map(move |file| {
            let listed = move |query| Listed {
                file,
                query,
                state: self.state(file, query),
            };
            file.queries.iter().map(listed)
        })
    }

    fn state(&self, file: &File, query: &Query) -> State<'_> {
        match self.described.find(&file.module, &query.name) {
            Some(it) if it.checksum == query.checksum() => State::Described(it),
            Some(_) => State::Changed,
            None => State::New,
        }
    }

    /// Queries that were described and are in no file any more.
    pub fn removed(&self) -> Vec<String> {
        let is_there = |it: &&DescribedQuery| {
            let mut files = self.files.iter().filter(|file| file.module == it.module);
            files.any(|file| file.queries.iter().any(|query| query.name == it.name))
        };
        let described = self.described.queries.iter();
        let removed = described.filter(|it| !is_there(it));
        removed.map(title_of).collect()
    }

    /// Whether they were described with another schema than the snapshot's.
    pub fn has_other_schema(&self) -> bool {
        !self.described.queries.is_empty()
            && self.described.schema != queries::fingerprint(&self.catalog)
    }

    /// The query of this name: `module.name`, or `name` where one file alone has it.
    pub fn named(&self, name: &str) -> Result<Listed<'_>, Failure> {
        let is_it = |it: &Listed<'_>| it.query.name == name || it.title() == name;
        let found: Vec<Listed<'_>> = self.listed().filter(is_it).collect();
        match &found[..] {
            [only] => Ok(*only),
            [] => Err(self.unknown(name)),
            several => {
                let titles: Vec<String> = several.iter().map(Listed::title).collect();
                let message = format!("several files have a query `{name}`");
                Err(Failure::new(Code::Usage, message)
                    .next(format!("name it with its file: {}", titles.join(", "))))
            }
        }
    }

    fn unknown(&self, name: &str) -> Failure {
        let titles: Vec<String> = self.listed().map(|it| it.title()).collect();
        let names = self.listed().map(|it| it.query.name.as_str());
        let known: Vec<&str> = names.chain(titles.iter().map(String::as_str)).collect();
        let message = format!("there is no query `{name}`");
        let failure = Failure::new(Code::Usage, message);
        match sql::nearest::nearest(name, known) {
            Some(nearest) => failure.next(format!("did you mean `{nearest}`?")),
            None => failure.next("`cargo xtask queries` lists them"),
        }
    }
}

impl<'a> Listed<'a> {
    /// `dashboard.visitors`
    pub fn title(&self) -> String {
        format!("{}.{}", self.file.module, self.query.name)
    }

    /// What the database said of it; an error if that is not about its text.
    pub fn described(&self) -> Result<&'a DescribedQuery, Failure> {
        let what = match self.state {
            State::Described(it) => return Ok(it),
            State::Changed => "was changed since it was described",
            State::New => "is not described",
        };
        let message = format!("{} {what}", self.title());
        Err(Failure::new(Code::Failed, message).next("cargo xtask migrate"))
    }
}

fn title_of(it: &DescribedQuery) -> String {
    format!("{}.{}", it.module, it.name)
}

/// What is kept of the queries, or why it cannot be used.
fn described(path: &std::path::Path) -> Result<Described, String> {
    match fs::read_to_string(path) {
        Ok(text) => Described::parse(&text.replace("\r\n", "\n")).map_err(|error| {
            let message = error.to_string();
            // What to type next is a note of its own here.
            let reason = message.rsplit_once(": run `");
            let reason = reason.or_else(|| message.rsplit_once(", then run `"));
            reason.map_or(message.clone(), |(reason, _)| reason.to_owned())
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err("it does not exist".to_owned())
        }
        Err(error) => Err(format!("it cannot be read: {error}")),
    }
}

fn unusable(project: &Project, path: &std::path::Path, reason: &str) -> Failure {
    let shown = project.shown(path).display();
    Failure::new(Code::Failed, format!("{shown}: {reason}"))
        .note("state", "nothing was read")
        .next("cargo xtask migrate")
}
