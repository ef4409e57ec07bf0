//! Makes the typed modules of schema.json, after checking that it was made from `../migrations`. Asks no database.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use catalog::{Migration, Snapshot};
use migrator::settings::{self, Settings};
use migrator::source::{self, File};

/// The project's root.
const ROOT: &str = "..";
const MIGRATIONS: &str = "../migrations";
const SNAPSHOT: &str = "schema.json";

fn main() {
    println!("cargo::rerun-if-changed={MIGRATIONS}");
    println!("cargo::rerun-if-changed={SNAPSHOT}");
    // Where it is not there, cargo runs this program in each build: to watch the folder for it is to watch `target/` as well.
    println!("cargo::rerun-if-changed={ROOT}/{}", settings::FILE);
    if let Err(error) = build() {
        println!("cargo::error={error}");
    }
}

/// Writes `schema.rs` (the modules), `migrations.rs` (the embedded files) and `settings.rs` to `OUT_DIR`, and sets the fingerprint.
fn build() -> Result<(), Box<dyn Error>> {
    let settings =
        settings::read(Path::new(ROOT)).map_err(|error| format!("{error}: {}", error.next))?;
    let files = source::read_dir(Path::new(MIGRATIONS))?;
    let text = fs::read_to_string(SNAPSHOT).map_err(|error| {
        format!("failed to read {SNAPSHOT}: {error}: run `cargo xtask migrate`")
    })?;
    let snapshot = Snapshot::parse(&text).map_err(|error| format!("{SNAPSHOT}: {error}"))?;
    let migrations: Vec<Migration> = files.iter().map(migration).collect();
    snapshot
        .check(&migrations)
        .map_err(|error| format!("{SNAPSHOT}: {error}"))?;
    let modules =
        codegen::generate(&snapshot.catalog).map_err(|error| format!("{SNAPSHOT}: {error}"))?;

    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("OUT_DIR is not set: cargo runs this")?);
    fs::write(out.join("schema.rs"), modules)?;
    fs::write(out.join("migrations.rs"), embedded(&migrations))?;
    fs::write(out.join("settings.rs"), constants(&settings))?;
    println!(
        "cargo::rustc-env=SNAPSHOT_FINGERPRINT={}",
        snapshot.fingerprint()
    );
    // For the test that runs this program over snapshots that are not as they should be.
    println!(
        "cargo::rustc-env=BUILD_SCRIPT={}",
        env::current_exe()?.display()
    );
    Ok(())
}

fn migration(file: &File) -> Migration {
    Migration {
        version: file.version,
        name: file.name.clone(),
        checksum: file.checksum.clone(),
    }
}

/// What `timeschema.toml` says, as Rust.
fn constants(settings: &Settings) -> String {
    let Settings { history, schemas } = settings;
    format!(
        "/// The schema of the history.\npub(crate) const HISTORY_SCHEMA: Option<&str> = {:?};\n\
         /// The name of the history.\npub(crate) const HISTORY_TABLE: &str = {:?};\n\
         /// The schemas that the migrations fill.\npub(crate) const SCHEMAS: &[&str] = &{schemas:?};\n",
        history.schema, history.table
    )
}

/// A slice of names and texts, as Rust.
fn embedded(migrations: &[Migration]) -> String {
    let mut rust = String::from("&[\n");
    for name in migrations.iter().map(Migration::file_name) {
        let path = format!(r#"concat!(env!("CARGO_MANIFEST_DIR"), "/{MIGRATIONS}/{name}")"#);
        // Writing to a String does not fail.
        let _ = writeln!(rust, r#"    ("{name}", include_str!({path})),"#);
    }
    rust + "]\n"
}
