//! squawk's linter over every SQL file of a folder, as its command does it: each file for itself.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use squawk_linter::Linter;
use squawk_syntax::SourceFile;

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_default();
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|it| it.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let mut out = BufWriter::new(std::io::stdout().lock());
    for file in files {
        let text = std::fs::read_to_string(&file)?;
        // A linter keeps what it found, so each file has its own.
        let mut linter = Linter::with_default_rules();
        for violation in linter.lint(&SourceFile::parse(&text), &text) {
            writeln!(out, "{}: {}", file.display(), violation.message)?;
        }
    }
    out.flush()
}
