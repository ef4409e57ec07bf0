//! `cargo xtask status --each-schema PATTERN`: how far each schema is, one line for each. Writes nothing.

use std::process::ExitCode;

use migrator::plan::{self, Migration};
use migrator::run::{self, Options};
use serde_json::{Value, json};
use sql::quote::plain;

use super::outcome::table;
use super::{Schemas, of_schema};
use crate::explain;
use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::{Screen, one_line};
use crate::status::Overview;
use crate::status::Status;
use crate::target;

pub fn run(
    project: &Project,
    args: &Status,
    pattern: &str,
    screen: &mut Screen,
) -> Result<ExitCode, Failure> {
    let migrations = project.migrations(args.source.migrations.as_deref())?;
    let schemas = Schemas::find(project, &args.target, pattern, false, screen)?;
    let options = Options::default();
    schemas.announce(&options, screen);
    let mut rows = vec![["schema", "migrations"].map(str::to_owned).to_vec()];
    let mut documents = Vec::new();
    let mut code = None;
    for schema in &schemas.matched {
        let (line, mut document) = match schemas.status(schema, &migrations, &options) {
            Ok((line, document)) => {
                let is_clean = document["clean"] == true;
                code = code.or((!is_clean).then_some(Code::Found));
                (line, document)
            }
            Err(failure) => {
                let failure = of_schema(failure, schema);
                screen.diagnostic(&failure);
                code = code.or(Some(failure.code));
                ("failed".to_owned(), failure.to_json())
            }
        };
        rows.push(vec![one_line(plain(schema)), line]);
        document["schema"] = schema.as_str().into();
        documents.push(document);
    }
    screen.lines(table(&rows));
    screen.document(&json!({ "target": schemas.target_json(), "schemas": documents }));
    Ok(code.map_or(ExitCode::SUCCESS, ExitCode::from))
}

impl Schemas {
    /// One schema's line and document.
    fn status(
        &self,
        schema: &str,
        migrations: &[Migration],
        options: &Options,
    ) -> Result<(String, Value), Failure> {
        let options = self.options(schema, options);
        let mut session = self.session(schema, &options)?;
        session.link.answer_within(target::LOOKING);
        let report = run::read(&mut *session.link, &options.history, None)
            .map_err(|error| explain::run(&error, migrations))?;
        let migrations = plan::fit(migrations, &report.history);
        let overview = Overview::of(&migrations, &report.history);
        Ok((
            overview.summary(),
            overview.document(report.facts.has_paused_jobs),
        ))
    }
}
