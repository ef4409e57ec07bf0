//! The build script of a schema crate: generates typed modules from the committed snapshot, after checking that it matches the migrations.
//! Needs no database.
//!
//! ```no_run
//! fn main() {
//!     timeschema_build::compile()
//! }
//! ```
//!
//! The crate's root includes what it writes with `timeschema::include_schema!()`.
//!
//! The migrations are in the folder that `timeschema.toml` names, else in `migrations/`, of the nearest folder that has one of the two: the
//! crate's folder, or one above it. The snapshot is `schema.json` in the crate's folder. A [`Builder`] names other paths. The queries are
//! in `queries/` beside the snapshot, and `queries.json` is there too.
#![deny(missing_docs)]
#![expect(
    clippy::needless_doctest_main,
    reason = "the example is the whole program"
)]

mod output;
mod queries;
mod root;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fmt, fs};

use catalog::{Migration, Snapshot};
use codegen::{Choices, ColumnChoice};
use migrator::settings::{self, Settings};
use migrator::source::{self, File};

/// The snapshot's name in the crate's folder.
const SNAPSHOT: &str = "schema.json";

/// Generates the modules of the crate whose build script calls it. On an error the build fails, and cargo shows what to type.
pub fn compile() {
    Builder::new().compile();
}

/// The inputs of a build script, if they are not those that [`compile`] finds. Paths are relative to the crate's folder.
///
/// ```no_run
/// // A second schema crate of the workspace, with its own migrations.
/// timeschema_build::Builder::new().root("../billing").compile();
/// ```
#[derive(Debug, Clone, Default)]
pub struct Builder {
    root: Option<PathBuf>,
    migrations: Option<PathBuf>,
    snapshot: Option<PathBuf>,
}

impl Builder {
    /// What [`compile`] does.
    pub fn new() -> Builder {
        Builder::default()
    }

    /// The project's root, which contains `timeschema.toml` or the migrations' folder.
    pub fn root(mut self, folder: impl Into<PathBuf>) -> Builder {
        self.root = Some(folder.into());
        self
    }

    /// The folder of the migration files, whatever `timeschema.toml` says.
    pub fn migrations(mut self, folder: impl Into<PathBuf>) -> Builder {
        self.migrations = Some(folder.into());
        self
    }

    /// The snapshot file.
    pub fn snapshot(mut self, file: impl Into<PathBuf>) -> Builder {
        self.snapshot = Some(file.into());
        self
    }

    /// Generates the modules, and tells cargo which files they depend on. Cargo shows the errors.
    #[expect(
        clippy::print_stdout,
        reason = "that is how a build script speaks to cargo"
    )]
    pub fn compile(&self) {
        let built = match (env::var_os("CARGO_MANIFEST_DIR"), env::var_os("OUT_DIR")) {
            (Some(package), Some(out)) => self.build(Path::new(&package), Path::new(&out)),
            _ => Err("this is for a build script: cargo runs it".into()),
        };
        match built {
            Ok(watched) => {
                for path in watched {
                    println!("cargo::rerun-if-changed={}", path.display());
                }
            }
            Err(error) => {
                for line in one_each(&*error) {
                    println!("cargo::error={line}");
                }
            }
        }
    }

    /// Writes `schema.rs` (the modules), `queries.rs` (the queries) and `built.rs` (the value of `SCHEMA`) for the crate in the folder `package` to the folder `out`,
    /// and returns the files and folders that they depend on. [`compile`](Self::compile) calls it with cargo's values.
    ///
    /// # Errors
    /// If there is no migration or no snapshot, they do not match, `queries.json` does not match the queries or the snapshot, two names become the same in Rust, or `timeschema.toml` names a
    /// type or a column that does not exist.
    pub fn build(&self, package: &Path, out: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
        let snapshot_file = self.snapshot.clone().unwrap_or_else(|| SNAPSHOT.into());
        let root = match &self.root {
            Some(root) => root.clone(),
            None => root::find(package)?,
        };
        let settings = settings::read(&package.join(&root))
            .map_err(|error| format!("{error}: {}", error.next))?;
        let migrations = match (&self.migrations, &settings.project.migrations) {
            (Some(named), _) => named.clone(),
            (None, Some(named)) => root.join(named),
            (None, None) => root.join(root::MIGRATIONS),
        };

        let files = source::read_dir(&package.join(&migrations))
            .map_err(|error| root::shown(&error.to_string(), package))?;
        if files.is_empty() {
            let folder = migrations.display();
            return Err(format!(
                "{folder} contains no migration: create the first with `cargo xtask new-migration`"
            )
            .into());
        }
        let shown = snapshot_file.display();
        let text = fs::read_to_string(package.join(&snapshot_file)).map_err(|error| {
            format!("failed to read {shown}: {error}: run `cargo xtask migrate`")
        })?;
        let snapshot = Snapshot::parse(&text).map_err(|error| format!("{shown}: {error}"))?;
        let listed: Vec<Migration> = files.iter().map(migration).collect();
        let wrong = |error: &dyn fmt::Display| format!("{shown}: {error}");
        snapshot.check(&listed).map_err(|error| wrong(&error))?;
        let choices = choices(&settings);
        let modules = codegen::generate_with(&snapshot.catalog, &choices);
        let modules = modules.map_err(|errors| Problems::of(&errors, &shown))?;

        let built = output::Built {
            migrations: &files,
            folder: &migrations,
            snapshot: &snapshot_file,
            fingerprint: snapshot.fingerprint(),
            settings: &settings,
        };
        let folder = package.join(&snapshot_file);
        let folder = folder.parent().unwrap_or(package);
        let queries = queries::generate(folder, package, &snapshot.catalog, &choices)?;
        fs::write(out.join("schema.rs"), modules)?;
        fs::write(out.join("queries.rs"), queries)?;
        fs::write(out.join("built.rs"), built.to_string())?;
        // Without timeschema.toml, cargo runs this program in each build: watching the folder for it would also watch `target/`.
        let read = [migrations, snapshot_file, root.join(settings::FILE)];
        let read = read.into_iter().map(|path| package.join(path));
        Ok(read.chain(queries::watched(folder, out)).collect())
    }
}

/// What stands between the snapshot and the generated code: a line for each.
#[derive(Debug)]
struct Problems(Vec<String>);

impl Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl Problems {
    fn of(errors: &codegen::Errors, snapshot: &dyn fmt::Display) -> Problems {
        let lines = errors.iter().map(|error| match error.choice() {
            Some(_) => format!("{}: {error}", settings::FILE),
            None => format!("{snapshot}: {error}"),
        });
        Problems(lines.collect())
    }
}

/// The errors that cargo shows, each in one line.
fn one_each(error: &(dyn Error + 'static)) -> Vec<String> {
    match error.downcast_ref::<Problems>() {
        Some(Problems(lines)) => lines.clone(),
        None => vec![error.to_string().replace('\n', " ")],
    }
}

/// What the project's settings choose for the generated code.
pub fn choices(settings: &Settings) -> Choices {
    let columns = settings.columns.iter().map(|(name, choice)| {
        let choice = match choice {
            settings::ColumnChoice::Type(rust) => ColumnChoice::Type(rust.clone()),
            settings::ColumnChoice::LeftOut => ColumnChoice::LeftOut,
        };
        (name.clone(), choice)
    });
    Choices {
        types: settings.types.clone(),
        columns: columns.collect(),
    }
}

fn migration(file: &File) -> Migration {
    Migration {
        version: file.version,
        name: file.name.clone(),
        checksum: file.checksum.clone(),
    }
}
