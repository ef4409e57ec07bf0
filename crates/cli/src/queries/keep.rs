//! Keeping `queries.json`: what the migrated database says of the queries.

use std::fs;
use std::path::{Path, PathBuf};

use catalog::{Catalog, Scope, Snapshot};
use codegen::{Choices, QueryFile};
use migrator::plan::Migration;
use migrator::settings::Level;
use migrator::wire::Config;
use queries::{Described, DescribedQuery, File};
use serde_json::{Value, json};

use crate::diagnostic::Diagnostic;
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::Screen;
use crate::snapshot;
use crate::words::count;

use super::ask::{self, Asked, Refusal, ServerRefusal};
use super::doubt;
use super::files::{self, CORRECT, FILE, all};
use super::findings;

/// The queries of a project and the file that is kept of them.
pub struct Keeper {
    root: PathBuf,
    path: PathBuf,
    /// The path as people see it.
    shown: String,
    files: Vec<File>,
    /// How bad it is to read every chunk of a hypertable.
    level: Level,
    choices: Choices,
}

/// What became of `queries.json`, and what was found about the queries.
#[derive(Debug, Default)]
pub struct Kept {
    outcome: Outcome,
    warnings: Vec<Diagnostic>,
}

/// What the database said of the queries, and what was found about them.
type WithFindings = (Vec<DescribedQuery>, Vec<Diagnostic>);

/// The result for `queries.json`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
enum Outcome {
    /// There are no queries.
    #[default]
    None,
    /// It is what the database says, of so many queries.
    Unchanged(usize),
    /// It was written, for so many queries.
    Written(usize),
    /// It was only to be checked, and differs in these queries.
    Differs(Vec<String>),
}

impl Keeper {
    /// Reads the queries beside the snapshot file `snapshot`. The failure has each thing that is wrong with them.
    pub fn new(snapshot: &Path, project: &Project) -> Result<Keeper, Failure> {
        let root = project.root();
        let state = "nothing was run";
        let files = files::read(snapshot, root, state)?;
        let names = files.iter().map(|it| (it.module.as_str(), &it.queries[..]));
        codegen::check_query_names(names).map_err(|it| all(unnameable(&it), state, CORRECT))?;
        let settings = project.settings()?;
        let path = snapshot.with_file_name(FILE);
        Ok(Keeper {
            root: root.to_owned(),
            shown: files::shown(&path, root),
            path,
            files,
            level: settings.reads_every_chunk,
            choices: timeschema_build::choices(&settings),
        })
    }

    /// Whether there is nothing to describe, and nothing was described before.
    pub fn is_idle(&self) -> bool {
        self.files.is_empty() && !self.path.exists()
    }

    /// The pending migrations that may break a query. `result` is what all migrations make, where the committed snapshot says so: then
    /// none is left if the committed descriptions are of that, and of these queries.
    pub fn suspects<'a>(
        &self,
        result: Option<&Catalog>,
        found: &Catalog,
        pending: &[&'a Migration],
    ) -> Vec<&'a Migration> {
        if self.files.is_empty() || result.is_some_and(|result| self.is_known(result)) {
            return Vec::new();
        }
        let queries = self.files.iter().flat_map(|file| &file.queries);
        let texts: Vec<&str> = queries.map(|it| it.sql.as_str()).collect();
        doubt::suspects(&texts, found, pending)
    }

    /// Whether the committed file describes these queries in a database of this catalog.
    fn is_known(&self, catalog: &Catalog) -> bool {
        let Ok(known) = Described::parse(&fs::read_to_string(&self.path).unwrap_or_default())
        else {
            return false;
        };
        let is_same = |Asked { module, query }: &Asked<'_>| {
            let described = known.find(module, &query.name);
            described.is_some_and(|it| it.checksum == query.checksum())
        };
        known.schema == queries::fingerprint(catalog)
            && self.asked().iter().all(|(_, asked)| is_same(asked))
    }

    /// Has the database at `address`, which all migrations made, describe the queries before these pending ones are applied elsewhere. The
    /// inner failure has all that do not fit.
    pub fn foresee(
        &self,
        address: &Config,
        scope: Scope,
        catalog: &Catalog,
        pending: &[&Migration],
    ) -> Result<Result<(), Failure>, Failure> {
        let described = self.describe(address, scope, catalog)?;
        let after = match pending {
            [only] => only.file.title(),
            _ => "the pending migrations".to_owned(),
        };
        let state = format!("nothing was applied; this would be so after {after}");
        let next = "correct the queries or the migrations, and run the same command again; `--no-snapshot` applies them anyway";
        Ok(described
            .map(drop)
            .map_err(|failures| all(failures, &state, next)))
    }

    fn asked(&self) -> Vec<(&File, Asked<'_>)> {
        let files = self.files.iter();
        files
            .flat_map(|file| {
                let module = file.module.as_str();
                file.queries
                    .iter()
                    .map(move |query| (file, Asked { module, query }))
            })
            .collect()
    }

    /// Has the database at `address` describe the queries, and writes the file if it says something else. With `only_check` it is only
    /// compared. They are described each time: a newer server or toolkit may know more of a query that nobody changed.
    pub fn keep(
        &self,
        address: &Config,
        scope: Scope,
        schema: &Snapshot,
        only_check: bool,
    ) -> Result<Kept, Failure> {
        let text = fs::read_to_string(&self.path)
            .unwrap_or_default()
            .replace("\r\n", "\n");
        let committed = Described::parse(&text);
        let asked = self.asked();
        let catalog = &schema.catalog;
        let (queries, warnings) = self
            .describe(address, scope, catalog)?
            .map_err(|failures| {
                let state = format!(
                    "every migration is applied; {} is left as it is",
                    self.shown
                );
                all(failures, &state, CORRECT)
            })?;
        let described = Described::new(queries::fingerprint(catalog), queries);
        let written = described.to_json();
        if written == text {
            return Ok(Kept {
                outcome: Outcome::Unchanged(asked.len()),
                warnings,
            });
        }
        if only_check {
            let differences = match &committed {
                Ok(committed) => differences(committed, &described),
                Err(error) => vec![error.to_string()],
            };
            return Ok(Kept {
                outcome: Outcome::Differs(differences),
                warnings,
            });
        }
        snapshot::write_whole(&self.path, &written).map_err(|error| {
            let message = format!("failed to write {}: {error}", self.shown);
            Failure::new(Code::Failed, message).note("state", "every migration is applied")
        })?;
        Ok(Kept {
            outcome: Outcome::Written(asked.len()),
            warnings,
        })
    }

    /// Why no functions can be generated for what is described.
    fn ungenerated(&self, catalog: &Catalog, described: &[DescribedQuery]) -> Vec<Failure> {
        let mut described = described.iter();
        let files: Vec<QueryFile<'_>> = self
            .files
            .iter()
            .map(|file| QueryFile {
                module: &file.module,
                path: "",
                text: &file.text,
                queries: file.queries.iter().zip(described.by_ref()).collect(),
            })
            .collect();
        let checked = codegen::check_queries(catalog, &self.choices, &files);
        checked.map_or_else(|errors| unnameable(&errors), |()| Vec::new())
    }

    /// What is found about the queries, if each is described.
    fn findings(&self, described: &[DescribedQuery], is_whole: bool) -> Vec<Diagnostic> {
        if !is_whole {
            return Vec::new();
        }
        let asked = self.asked();
        let all = asked.iter().zip(described);
        all.flat_map(|((file, asked), described)| {
            findings::of(file, &self.root, asked.query, described, self.level)
        })
        .collect()
    }

    /// What the database says of the queries, with what is to be shown of them, or what is wrong with them.
    fn describe(
        &self,
        address: &Config,
        scope: Scope,
        catalog: &Catalog,
    ) -> Result<Result<WithFindings, Vec<Failure>>, Failure> {
        let (files, asked): (Vec<&File>, Vec<Asked<'_>>) = self.asked().into_iter().unzip();
        let outcomes = ask::ask(address, scope, &asked)?;
        let unreadable = codegen::unreadable_columns(catalog, &self.choices);
        let mut described = Vec::new();
        let mut failures = Vec::new();
        for ((file, asked), outcome) in files.iter().zip(&asked).zip(outcomes) {
            let outcome = outcome.and_then(|it| match unreadable(&it) {
                reasons if reasons.is_empty() => Ok(it),
                reasons => Err(reasons.into_iter().map(Refusal::Untyped).collect()),
            });
            match outcome {
                Ok(it) => described.push(it),
                Err(refusals) => {
                    let shown = refusals
                        .into_iter()
                        .map(|it| refused(file, &self.root, asked, it));
                    failures.extend(shown);
                }
            }
        }
        if failures.is_empty() {
            failures = self.ungenerated(catalog, &described);
        }
        let found = self.findings(&described, failures.is_empty());
        if self.level == Level::Error {
            failures.extend(
                found
                    .iter()
                    .cloned()
                    .map(|it| Failure::with(Code::Failed, it)),
            );
        }
        Ok(if failures.is_empty() {
            Ok((described, found))
        } else {
            Err(failures)
        })
    }
}

/// Names that have no identifiers of their own.
fn unnameable(errors: &codegen::Errors) -> Vec<Failure> {
    let failures = errors.iter();
    failures
        .map(|it| Failure::new(Code::Failed, it.to_string()))
        .collect()
}

/// An error about a query.
fn refused(file: &File, root: &Path, asked: &Asked<'_>, refusal: Refusal) -> Failure {
    let query = asked.query;
    let start = query.range.start;
    let diagnostic = match refusal {
        Refusal::Untyped(untyped) => files::error(file, root, untyped.to_string(), start),
        Refusal::Server(refusal) => {
            let ServerRefusal {
                error,
                message,
                offset,
            } = *refusal;
            let offset = start + offset.unwrap_or(0);
            let mut diagnostic =
                files::error(file, root, message, offset).code(error.code().code());
            for (label, text) in [("detail", error.detail()), ("hint", error.hint())] {
                if let Some(text) = text {
                    diagnostic = diagnostic.note(label, text);
                }
            }
            match error.code().code() {
                // indeterminate_datatype
                "42P18" => {
                    diagnostic.note("help", "write the type behind the parameter: `:name::type`")
                }
                _ => diagnostic,
            }
        }
    };
    let diagnostic: Diagnostic = diagnostic.note("query", query.name.clone());
    Failure::with(Code::Failed, diagnostic)
}

/// What changed, by query.
fn differences(committed: &Described, described: &Described) -> Vec<String> {
    let mut lines = Vec::new();
    for it in &described.queries {
        let name = format!("{}.{}", it.module, it.name);
        match committed.find(&it.module, &it.name) {
            None => lines.push(format!("{name} is not described")),
            Some(known) if known.checksum != it.checksum => {
                lines.push(format!("{name} has another text"))
            }
            Some(known) if known != it => {
                lines.push(format!("{name} is described differently now"))
            }
            Some(_) => {}
        }
    }
    for it in &committed.queries {
        if described.find(&it.module, &it.name).is_none() {
            lines.push(format!("{}.{} does not exist any more", it.module, it.name));
        }
    }
    if committed.schema != described.schema {
        lines.push("it was written for another schema".to_owned());
    }
    lines
}

impl Kept {
    /// Whether the command found something: exit code 3.
    pub fn is_found(&self) -> bool {
        matches!(self.outcome, Outcome::Differs(_))
    }

    /// Shows what a person has to know of it.
    pub fn show(&self, screen: &mut Screen) {
        self.warnings.iter().for_each(|it| screen.warning(it));
        match &self.outcome {
            Outcome::None | Outcome::Unchanged(_) => {}
            Outcome::Written(queries) => screen.line(format!(
                "{} described; {FILE} written",
                count(*queries, "query")
            )),
            Outcome::Differs(differences) => {
                screen.line(format!("{FILE} is not what the database says:"));
                differences
                    .iter()
                    .for_each(|it| screen.line(format!("  {it}")));
                screen.line("next: `cargo xtask migrate`, without --frozen, writes it");
            }
        }
    }

    /// The same where the number of queries is news each time.
    pub fn show_each(&self, screen: &mut Screen) {
        self.show(screen);
        match &self.outcome {
            Outcome::None => screen.line("no queries"),
            Outcome::Unchanged(queries) => screen.line(format!(
                "{} described; {FILE} is as it was",
                count(*queries, "query")
            )),
            Outcome::Written(_) | Outcome::Differs(_) => {}
        }
    }

    /// Its part of the JSON document.
    pub fn document(&self) -> Value {
        let mut document = match &self.outcome {
            Outcome::None => return Value::Null,
            Outcome::Unchanged(queries) => json!({ "state": "unchanged", "queries": queries }),
            Outcome::Written(queries) => json!({ "state": "written", "queries": queries }),
            Outcome::Differs(differences) => {
                json!({ "state": "differs", "differences": differences })
            }
        };
        if !self.warnings.is_empty() {
            let warnings = self.warnings.iter().map(findings::document);
            document["warnings"] = warnings.collect();
        }
        document
    }
}
