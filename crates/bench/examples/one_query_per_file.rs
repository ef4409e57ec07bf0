//! The least that a tool can do which applies files one by one: what `cargo xtask bench migrate` compares the commands with.
//!
//! It connects to `DATABASE_URL`, reads the files of a folder in the order of their names, and sends each as one query string with one
//! history row: `BEGIN; <the file> INSERT INTO record …; COMMIT`. Then it waits for the answer. It takes no lock, reads no history, splits
//! nothing, hashes nothing, prints nothing, and sets no session back.

use std::path::PathBuf;

use anyhow::{Context, Result};
use migrator::wire::Config;

fn main() -> Result<()> {
    let folder = std::env::args_os().nth(1).context("which folder?")?;
    let url = std::env::var("DATABASE_URL").context("DATABASE_URL")?;
    let mut client = Config::parse(&url)?.client()?;
    let files = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut files: Vec<PathBuf> = files.collect::<Result<_>>()?;
    files.sort();
    for (index, file) in files.iter().enumerate() {
        let text = std::fs::read_to_string(file)?;
        let number = index + 1;
        client.batch_execute(&format!(
            "BEGIN;\n{text}\nINSERT INTO record (version, name, checksum, applied_at) VALUES ({number}, 'x', '{number:064x}', now());\nCOMMIT"
        ))?;
    }
    Ok(())
}
