//! The release that runs now: what its `verify()` would say, and which of its queries the database would refuse, after each step.

use std::path::Path;

use catalog::Catalog;
use migrator::link::Link;
use migrator::wire::Config;

use super::ground::Ground;
use crate::explain;
use crate::failure::Failure;
use crate::git;
use crate::queries::files::FOLDER;

/// A release of the service, as far as its database notices.
pub struct Release {
    /// What is there before the rehearsed migrations.
    catalog: Catalog,
    /// By their names, such as `dashboard.visitors`.
    queries: Vec<(String, String)>,
}

/// How a step breaks it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Broken {
    /// What its `verify()` names.
    pub schema: Vec<String>,
    /// The queries that the server refuses, with what it says.
    pub queries: Vec<String>,
}

impl Broken {
    pub fn is_empty(&self) -> bool {
        self.schema.is_empty() && self.queries.is_empty()
    }

    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.schema.iter().chain(&self.queries)
    }

    /// What of this another does not have.
    pub fn since(&self, before: &Broken) -> Broken {
        let new = |all: &[String], known: &[String]| {
            let all = all.iter().filter(|it| !known.contains(it));
            all.cloned().collect()
        };
        Broken {
            schema: new(&self.schema, &before.schema),
            queries: new(&self.queries, &before.queries),
        }
    }
}

impl Release {
    /// The release whose schema is that of the database at `config`, with the queries beside the snapshot file: those of the main branch, or
    /// else as they are. Queries that do not fit already are left out.
    pub fn new(
        ground: &Ground<'_>,
        config: &Config,
        snapshot: &Path,
        root: &Path,
    ) -> Result<Release, Failure> {
        let mut link = config.connect().map_err(explain::asked)?;
        let catalog = ground.catalog(&mut link)?;
        let mut queries = queries(snapshot, root);
        let refused = refused(config, &queries)?;
        let mut fits = refused.iter().map(Option::is_none);
        queries.retain(|_| fits.next().unwrap_or(false));
        Ok(Release { catalog, queries })
    }

    /// How many queries are asked about.
    pub fn queries(&self) -> usize {
        self.queries.len()
    }

    /// What of it the database breaks.
    pub fn broken(
        &self,
        ground: &Ground<'_>,
        link: &mut dyn Link,
        config: &Config,
    ) -> Result<Broken, Failure> {
        let catalog = ground.catalog(link)?;
        let schema = catalog::at_least(&self.catalog, &catalog);
        let refused = refused(config, &self.queries)?;
        let queries = self.queries.iter().zip(refused);
        Ok(Broken {
            schema: schema.iter().map(ToString::to_string).collect(),
            queries: queries
                .filter_map(|((name, _), refused)| Some(format!("query {name}: {}", refused?)))
                .collect(),
        })
    }
}

/// What the server says against each of the queries, if anything.
fn refused(config: &Config, queries: &[(String, String)]) -> Result<Vec<Option<String>>, Failure> {
    let texts: Vec<&str> = queries.iter().map(|(_, sql)| sql.as_str()).collect();
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let prepared = config.prepare_all("", &texts).map_err(explain::asked)?;
    let said = |error: postgres::Error| match error.as_db_error() {
        Some(server) => server.message().to_owned(),
        None => error.to_string(),
    };
    Ok(prepared.into_iter().map(|it| it.err().map(said)).collect())
}

/// The queries beside a snapshot, each variant, in a form that may be prepared.
fn queries(snapshot: &Path, root: &Path) -> Vec<(String, String)> {
    let folder = snapshot.with_file_name(FOLDER);
    let files = match git::left_main_at(root) {
        Some(left) => git::texts_at(&left.commit, &folder, "sql"),
        None => texts(&folder),
    };
    let mut all = Vec::new();
    for (name, text) in files {
        let module = name.strip_suffix(".sql").unwrap_or(&name);
        let Ok(queries) = ::queries::read(&text) else {
            continue;
        };
        for query in &queries {
            let variants = query.variants();
            // Each place of a parameter has a number of its own, so that only what the query names can be refused.
            let sql = variants.iter().map(|it| query.apart(it.given).sql);
            all.extend(sql.map(|sql| (format!("{module}.{}", query.name), sql)));
        }
    }
    all
}

/// The files of a folder as they are, by their names.
fn texts(folder: &Path) -> Vec<(String, String)> {
    let files = ::queries::read_dir(folder).unwrap_or_default();
    let files = files.into_iter();
    files.map(|it| (it.module, it.text)).collect()
}
