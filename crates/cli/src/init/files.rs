//! The files of a new project, from their templates. Pure but for the look whether one is needless.

use std::fs;
use std::path::Path;

use tera::{Context, Tera};

use crate::failure::Failure;

use super::manifest::{self, Merge};
use super::name::Name;
use super::toolkit::Toolkit;

/// A file that a project needs.
pub struct Wanted {
    /// Its path in the templates, where the schema crate is called `schema/`.
    pub path: &'static str,
    pub text: String,
    pub kind: Kind,
}

/// What happens to a file that exists with another text.
#[derive(Clone)]
pub enum Kind {
    /// It is in the way.
    Own,
    /// It stays; what its owner has to know.
    Kept(String),
    /// It gets what it lacks.
    Merged(Merge),
}

macro_rules! templates {
    ($($path:literal: $template:literal,)*) => {
        /// Each file's path and template.
        const TEMPLATES: &[(&str, &str)] =
            &[$(($path, include_str!(concat!("../../templates/init/", $template, ".tera")))),*];
    };
}

templates! {
    "Cargo.toml": "Cargo.toml",
    ".cargo/config.toml": "config.toml",
    ".gitignore": "gitignore",
    "timeschema.toml": "timeschema.toml",
    "migrations/001_initial_schema.sql": "001_initial_schema.sql",
    "docker-compose.yml": "docker-compose.yml",
    ".env.example": "env.example",
    "schema/Cargo.toml": "schema/Cargo.toml",
    "schema/build.rs": "schema/build.rs",
    "schema/src/lib.rs": "schema/lib.rs",
    "schema/queries/readings.sql": "schema/readings.sql",
    "schema/tests/database.rs": "schema/database.rs",
    "xtask/Cargo.toml": "xtask/Cargo.toml",
    "xtask/src/main.rs": "xtask/main.rs",
    ".github/workflows/schema.yml": "schema.yml",
}

/// Every file that a project needs.
pub fn wanted(name: &Name, toolkit: &Toolkit) -> Result<Vec<Wanted>, Failure> {
    let mut context = Context::new();
    context.insert("name", name.project());
    context.insert("schema_crate", &name.schema_crate());
    context.insert("schema_lib", &name.schema_lib());
    context.insert("database", &name.database());
    context.insert("rust_version", env!("CARGO_PKG_RUST_VERSION"));
    context.insert("timeschema", &toolkit.dependency("schema"));
    context.insert("timeschema_build", &toolkit.dependency("schema-build"));
    context.insert("timeschema_cli", &toolkit.dependency("cli"));
    let mut tera = Tera::default();
    tera.autoescape_on(Vec::<&str>::new());
    TEMPLATES
        .iter()
        .map(|&(path, template)| {
            tera.add_raw_template(path, template)
                .map_err(anyhow::Error::from)?;
            let text = tera.render(path, &context).map_err(anyhow::Error::from)?;
            Ok(Wanted {
                path,
                text,
                kind: kind(path, name),
            })
        })
        .collect()
}

fn kind(path: &str, name: &Name) -> Kind {
    match path {
        "Cargo.toml" => Kind::Merged(manifest::members),
        ".cargo/config.toml" => Kind::Merged(manifest::alias),
        ".gitignore" => Kind::Merged(manifest::ignored),
        "timeschema.toml" => Kind::Kept(format!(
            "write [project] schema_crate = \"{}\" into it, unless it is there",
            name.schema_crate()
        )),
        "docker-compose.yml" => {
            Kind::Kept("the commands need a service `timescaledb` with a port in it".to_owned())
        }
        ".env.example" => {
            Kind::Kept("the commands read POSTGRES_PASSWORD and POSTGRES_DB".to_owned())
        }
        "xtask/Cargo.toml" => Kind::Kept("depend on timeschema-cli there".to_owned()),
        "xtask/src/main.rs" => Kind::Kept(format!(
            "call timeschema_cli::xtask(\"{}\") there, or use the binary `timeschema`",
            name.schema_crate()
        )),
        _ => Kind::Own,
    }
}

impl Wanted {
    /// The path below the project's root.
    pub fn path(&self, name: &Name, root: &Path) -> String {
        const OLD_CONFIGURATION: &str = ".cargo/config";
        if let Some(path) = self.path.strip_prefix("schema/") {
            return format!("{}/{path}", name.schema_crate());
        }
        // Where both exist, cargo reads the old one alone.
        if self.path == ".cargo/config.toml" && root.join(OLD_CONFIGURATION).exists() {
            return OLD_CONFIGURATION.to_owned();
        }
        self.path.to_owned()
    }

    /// Whether the project already has something in its place: an example migration is not added to existing ones, nor is the query that
    /// reads its table.
    pub fn is_needless(&self, root: &Path) -> bool {
        let is_example = ["migrations/", "schema/queries/"];
        if !is_example.iter().any(|it| self.path.starts_with(it)) {
            return false;
        }
        let entries = fs::read_dir(root.join("migrations"))
            .into_iter()
            .flatten()
            .flatten();
        let mut names = entries.map(|entry| entry.file_name());
        names.any(|name| name.to_string_lossy().ends_with(".sql"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What this repository shares with every project that is made: its own are the same but for the name.
    #[test]
    fn this_repository_is_what_is_made() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let name = Name::parse("analytics").unwrap();
        let wanted = wanted(&name, &Toolkit::Path(".".to_owned())).unwrap();
        let same = [
            "docker-compose.yml",
            ".env.example",
            "schema/build.rs",
            "schema/src/lib.rs",
            "xtask/src/main.rs",
        ];
        for path in same {
            let wanted = wanted.iter().find(|it| it.path == path).unwrap();
            let here = fs::read_to_string(root.join(wanted.path(&name, &root))).unwrap();
            assert_eq!(here, wanted.text, "{path}");
        }
        // Of these it has more: other members, tools for its snapshots, examples.
        let lines = [
            ".cargo/config.toml",
            ".gitignore",
            "Cargo.toml",
            "timeschema.toml",
        ];
        for path in lines {
            let wanted = wanted.iter().find(|it| it.path == path).unwrap();
            let here = fs::read_to_string(root.join(path)).unwrap();
            let is_here = |line: &&str| line.starts_with("members") || here.contains(*line);
            let missing: Vec<&str> = wanted.text.lines().filter(|line| !is_here(line)).collect();
            assert!(missing.is_empty(), "{path}: {missing:?}");
        }
        for path in ["schema/Cargo.toml", "xtask/Cargo.toml"] {
            let wanted = wanted.iter().find(|it| it.path == path).unwrap();
            let here = fs::read_to_string(root.join(wanted.path(&name, &root))).unwrap();
            let dependencies = wanted
                .text
                .lines()
                .filter(|line| line.starts_with("timeschema"));
            for line in dependencies {
                let (package, _) = line.split_once(' ').unwrap();
                assert!(
                    here.lines()
                        .any(|it| it.starts_with(&format!("{package} "))),
                    "{path}: {line}"
                );
            }
        }
    }

    #[test]
    fn the_files_of_a_project() {
        let name = Name::parse("iot").unwrap();
        let wanted = wanted(&name, &Toolkit::Registry).unwrap();
        let own = ["schema/", "xtask/", "timeschema.toml", "Cargo.toml"];
        let shown = wanted
            .iter()
            .filter(|it| own.iter().any(|own| it.path.starts_with(own)))
            .map(|it| format!("==> {} <==\n{}", it.path(&name, Path::new("none")), it.text));
        insta::assert_snapshot!(shown.collect::<Vec<_>>().join("\n"));
    }
}
