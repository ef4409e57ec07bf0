//! The same migrations as each program wants them: one folder for each.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

/// Folders with the same migrations.
pub struct Files {
    /// What one of them does, for people.
    pub what: &'static str,
    /// How many there are.
    pub count: usize,
    /// `001_bench.sql`, nothing but SQL.
    pub plain: PathBuf,
    /// For psql: each in a transaction with the row that records it.
    pub recorded: PathBuf,
    /// For `psql -1`: each with the row that records it.
    pub grouped: PathBuf,
    /// For refinery: `V1__bench.sql`.
    pub refinery: PathBuf,
    /// For dbmate: each below `-- migrate:up`.
    pub dbmate: PathBuf,
}

impl Files {
    /// Writes `count` migrations below `dir`; `text` makes each from its number.
    pub fn write(
        dir: &Path,
        what: &'static str,
        count: usize,
        text: impl Fn(usize) -> String,
    ) -> Result<Files> {
        let folder = |name: &str| dir.join(name);
        let files = Files {
            what,
            count,
            plain: folder("plain"),
            recorded: folder("recorded"),
            grouped: folder("grouped"),
            refinery: folder("refinery"),
            dbmate: folder("dbmate"),
        };
        let folders = [
            &files.plain,
            &files.recorded,
            &files.grouped,
            &files.refinery,
            &files.dbmate,
        ];
        for folder in folders {
            fs::create_dir_all(folder)?;
        }
        write_plain(&files.plain, count, &text)?;
        for number in 1..=count {
            let text = text(number);
            let record = format!(
                "INSERT INTO record (version, name, checksum, applied_at) VALUES ({number}, 'x', '{number:064x}', now());\n"
            );
            let name = name(number);
            fs::write(
                files.recorded.join(&name),
                format!("BEGIN;\n{text}{record}COMMIT;\n"),
            )?;
            fs::write(files.grouped.join(&name), format!("{text}{record}"))?;
            fs::write(files.refinery.join(format!("V{number}__bench.sql")), &text)?;
            fs::write(
                files.dbmate.join(&name),
                format!("-- migrate:up\n{text}-- migrate:down\n"),
            )?;
        }
        Ok(files)
    }
}

/// Writes `count` migrations to `folder`, which is there: `001_bench.sql`, nothing but SQL.
pub fn write_plain(folder: &Path, count: usize, text: impl Fn(usize) -> String) -> Result<()> {
    for number in 1..=count {
        fs::write(folder.join(name(number)), text(number))?;
    }
    Ok(())
}

fn name(number: usize) -> String {
    format!("{number:03}_bench.sql")
}

/// The files of a folder in the order of their names.
pub fn listed(folder: &Path) -> Result<Vec<PathBuf>> {
    let paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut paths: Vec<PathBuf> = paths.collect::<Result<_>>()?;
    paths.sort();
    Ok(paths)
}
