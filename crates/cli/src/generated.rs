//! What the generated code cannot have of a schema. It is reported before anything is applied where that can be known, all of it at once.
//!
//! The generator itself says what that is. What differs is the catalog that it is asked about: the committed snapshot, if that describes the
//! result of all migrations; else, if the pending statements leave a doubt, what they make on a private cluster.

mod doubt;

use std::fs;
use std::path::PathBuf;

use catalog::Catalog;
use codegen::Choices;
use migrator::plan::Migration;
use migrator::settings;
use serde_json::{Value, json};

use crate::drift::made_by::{MadeBy, Makers};
use crate::failure::{Code, Failure};
use crate::project::Project;

pub use doubt::is_in_doubt;

/// What a project wants of its generated code.
pub struct GeneratedCode {
    pub choices: Choices,
    /// The folder of the file that says so.
    root: PathBuf,
}

/// What is in the way of generating it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    message: String,
    /// The lines that it comes from, as far as that is certain.
    places: Vec<MadeBy>,
}

impl GeneratedCode {
    pub fn of(project: &Project) -> Result<GeneratedCode, Failure> {
        Ok(GeneratedCode {
            choices: timeschema_build::choices(&project.settings()?),
            root: project.path(""),
        })
    }

    /// Everything that is in the way with this catalog, which these migrations make.
    pub fn problems(
        &self,
        catalog: &Catalog,
        migrations: &[Migration],
        default_schema: Option<&str>,
    ) -> Vec<Problem> {
        let Err(errors) = codegen::check(catalog, &self.choices) else {
            return Vec::new();
        };
        let makers = Makers::of_all(migrations.to_vec(), default_schema, catalog);
        let problem = |error: &codegen::Error| {
            let named = error.named().iter().filter_map(|named| {
                let subject = named.subject.as_ref()?;
                makers.of_subject(subject, named.property)
            });
            let chosen = error
                .choice()
                .and_then(|(section, key)| self.line(section, key));
            let mut places: Vec<MadeBy> = named.chain(chosen).collect();
            places.dedup();
            Problem {
                message: error.to_string(),
                places,
            }
        };
        errors.iter().map(problem).collect()
    }

    /// The line of `timeschema.toml` that chooses for this type or column.
    fn line(&self, section: &str, key: &str) -> Option<MadeBy> {
        let text = fs::read_to_string(self.root.join(settings::FILE)).ok()?;
        Some(MadeBy {
            file: settings::FILE.to_owned(),
            line: settings::place_of_key(&text, section, key)?.line,
        })
    }
}

impl Problem {
    fn line(&self) -> String {
        let places = self.places.iter();
        let places: Vec<String> = places
            .map(|it| format!("{}:{}", it.file, it.line))
            .collect();
        match places.as_slice() {
            [] => self.message.clone(),
            places => format!("{}: {}", places.join(", "), self.message),
        }
    }

    fn document(&self) -> Value {
        let places: Vec<Value> = self.places.iter().map(MadeBy::document).collect();
        json!({ "message": self.message, "places": places })
    }
}

/// The problems, a line each.
fn lines(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(Problem::line).collect()
}

/// The problems for a JSON document.
pub fn document(problems: &[Problem]) -> Value {
    problems.iter().map(Problem::document).collect()
}

/// Ends a command before anything is done, for which `state` is the word.
pub fn refused(problems: &[Problem], state: &str) -> Failure {
    let message = "no code can be generated for the schema that the migrations make";
    Failure::new(Code::Found, message)
        .note("problems", lines(problems).join("\n"))
        .note("state", state)
        .next(
            "correct the files and run the same command again; `--no-snapshot` applies them anyway",
        )
        .field("problems", document(problems))
}

/// What a person has to know of a database whose schema has them.
pub fn report(problems: &[Problem]) -> Vec<String> {
    let head = "no code can be generated for the schema of the database:".to_owned();
    let lines = lines(problems).into_iter().map(|line| format!("  {line}"));
    let next = format!(
        "next: correct {}, or rename what is named in a new migration",
        settings::FILE
    );
    [head].into_iter().chain(lines).chain([next]).collect()
}
