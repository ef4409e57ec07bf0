//! `.env`: reading it as docker-compose does, and creating it from `.env.example` with a new password.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use migrator::source::{LineColumn, position};

use crate::failure::{Code, Failure};

/// The variables of a `.env` file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EnvFile {
    values: BTreeMap<String, String>,
}

impl EnvFile {
    /// A variable of the environment, or else of the file; an empty one counts as none.
    pub fn get(&self, name: &str) -> Option<String> {
        let value = std::env::var(name)
            .ok()
            .or_else(|| self.values.get(name).cloned());
        value.filter(|value| !value.is_empty())
    }
}

/// Reads a file; no file is an empty one.
pub fn read(path: &Path) -> Result<EnvFile, Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(EnvFile::default()),
        Err(error) => {
            let message = format!("failed to read {name}: {error}");
            return Err(Failure::new(Code::Usage, message).next(format!(
                "replace it with a file that you can read, such as a copy of {name}.example"
            )));
        }
    };
    let text = String::from_utf8(bytes).map_err(|error| {
        let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let LineColumn { line, column } = position(&String::from_utf8_lossy(valid));
        Failure::new(
            Code::Usage,
            format!("{name}:{line}:{column}: invalid UTF-8"),
        )
        .next("save the file as UTF-8")
    })?;
    parse(&name, text.trim_start_matches('\u{feff}'))
}

/// Reads lines of `NAME=value`; blank lines, `# comments` and a leading `export` are allowed, a value may be quoted.
fn parse(name: &str, text: &str) -> Result<EnvFile, Failure> {
    let mut values = BTreeMap::new();
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if !trimmed.is_empty() && !trimmed.starts_with('#') {
            let assignment = trimmed.strip_prefix("export ").unwrap_or(trimmed);
            match assignment.split_once('=') {
                Some((key, value)) if is_name(key.trim_end()) => {
                    values.insert(key.trim_end().to_owned(), unquote(value.trim()).to_owned());
                }
                _ => {
                    return Err(malformed(
                        name,
                        text,
                        offset + (line.len() - line.trim_start().len()),
                    ));
                }
            }
        }
        offset += line.len();
    }
    Ok(EnvFile { values })
}

fn is_name(key: &str) -> bool {
    let mut bytes = key.bytes();
    bytes
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The value without its quotes and the comment after it.
fn unquote(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some((inner, rest)) = value
            .strip_prefix(quote)
            .and_then(|value| value.split_once(quote))
            && (rest.trim().is_empty() || rest.trim_start().starts_with('#'))
        {
            return inner;
        }
    }
    value.split(" #").next().unwrap_or_default().trim_end()
}

/// The line itself is not shown: it may hold a password.
fn malformed(name: &str, text: &str, offset: usize) -> Failure {
    let LineColumn { line, column } = position(&text[..offset]);
    let message = format!("{name}:{line}:{column}: expected NAME=value");
    Failure::new(Code::Usage, message)
        .next(format!("correct the line; {name}.example shows the form"))
}

/// Makes `.env` from `.env.example`, with a random password in the place of an empty or sample one. Returns whether it made one.
pub fn create(path: &Path, example: &Path) -> Result<bool, Failure> {
    if path.exists() || !example.exists() {
        return Ok(false);
    }
    let failed = |what: &Path, error: io::Error| {
        Failure::new(
            Code::Failed,
            format!("failed to write {}: {error}", what.display()),
        )
    };
    let text = fs::read_to_string(example).map_err(|error| failed(example, error))?;
    let password = random_password().map_err(|error| failed(path, error))?;
    let lines = text.lines().map(|line| match line.split_once('=') {
        Some(("POSTGRES_PASSWORD", _)) => format!("POSTGRES_PASSWORD={password}"),
        _ => line.to_owned(),
    });
    let text: Vec<String> = lines.collect();
    match private_file(path) {
        Ok(mut file) => file
            .write_all(format!("{}\n", text.join("\n")).as_bytes())
            .map_err(|error| failed(path, error))
            .map(|()| true),
        // Another command made it in the meantime.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(failed(path, error)),
    }
}

/// Gives a file without a password one: the `known` one, or else a random one. Returns whether it lacked one. Nothing else changes in it,
/// and other commands that do the same wait for each other.
pub fn set_password(path: &Path, name: &str, known: Option<&str>) -> Result<bool, Failure> {
    let failed = |error: io::Error| {
        let message = format!("failed to write {name} into {}: {error}", path.display());
        Failure::new(Code::Failed, message)
    };
    let mut options = fs::OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    file.lock().map_err(failed)?;
    if read(path)?.get(name).is_some() {
        return Ok(false);
    }
    let password = match known {
        Some(password) => password.to_owned(),
        None => random_password().map_err(failed)?,
    };
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(failed)?;
    let value = quoted(&password).ok_or_else(|| {
        let message = format!(
            "the {name} of the container cannot be written into {}",
            path.display()
        );
        Failure::new(Code::Usage, message).next(format!(
            "write {name} into {} by hand: `docker inspect` shows the container's",
            path.display()
        ))
    })?;
    let line = format!("{name}={value}");
    let assigns = |it: &str| {
        let assignment = it.trim_start().trim_start_matches("export ");
        assignment.starts_with(&format!("{name}="))
    };
    let mut lines: Vec<&str> = text.lines().collect();
    match lines.iter().rposition(|it| assigns(it)) {
        Some(index) => lines[index] = &line,
        None => lines.push(&line),
    }
    replace(path, &format!("{}\n", lines.join("\n")), &file).map_err(failed)?;
    Ok(true)
}

/// Replaces an open file's text and keeps its permissions; whatever happens, either the old or the new text is there.
fn replace(path: &Path, text: &str, file: &fs::File) -> io::Result<()> {
    let path = fs::canonicalize(path)?;
    let new = path.with_extension(format!("new-{}", std::process::id()));
    let mut made = private_file(&new)?;
    let written = made
        .write_all(text.as_bytes())
        .and_then(|()| made.set_permissions(file.metadata()?.permissions()))
        .and_then(|()| fs::rename(&new, &path));
    if written.is_err() {
        // The error of what was to be done counts.
        let _ = fs::remove_file(&new);
    }
    written
}

/// A value as both compose and this module read it back; `None` where they would not.
fn quoted(value: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/+@%,".contains(c);
    match () {
        () if value.chars().all(is_plain) => Some(value.to_owned()),
        () if !value.contains(['\'', '\\', '\n']) => Some(format!("'{value}'")),
        // Between double quotes compose puts in variables and reads escapes.
        () if !value.contains(['"', '$', '\\', '\n']) => Some(format!("\"{value}\"")),
        () => None,
    }
}

/// Adds variables that apply only to this checkout; creates the file if there is none.
pub fn add(path: &Path, lines: &[(&str, &str)]) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        let names: Vec<String> = lines
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let message = format!(
            "failed to write {} into {}: {error}",
            names.join(", "),
            path.display()
        );
        Failure::new(Code::Failed, message)
    };
    let before = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(failed(error)),
    };
    let mut text = match before.last() {
        None | Some(b'\n') => String::new(),
        Some(_) => "\n".to_owned(),
    };
    text += "# Only for this checkout: written when its database was first started; compose reads it too.\n";
    for (name, value) in lines {
        text += &format!("{name}={value}\n");
    }
    let file = match fs::OpenOptions::new().append(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => private_file(path),
        file => file,
    };
    // In one piece: another command may do the same.
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(failed)
}

/// A new file that only its owner can read.
fn private_file(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn random_password() -> io::Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_compose_reads_them() {
        let text = "# comment\n\nA=1\nexport B = 'two words'\nC=\"#3\" \nD=4 # four\nE=\n_F=a=b\nG='x' # y\nH='a'b\n";
        let values = parse(".env", text).unwrap().values;
        let pairs: Vec<String> = values
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(
            pairs,
            [
                "A=1",
                "B=two words",
                "C=#3",
                "D=4",
                "E=",
                "G=x",
                "H='a'b",
                "_F=a=b",
            ]
        );
    }

    #[test]
    fn a_password_is_written_where_there_is_none() {
        let folder = testkit::Folder::new("env");
        let file = folder.path().join(".env");
        let after = |text: Option<&str>, known| {
            let _absent = fs::remove_file(&file);
            if let Some(text) = text {
                fs::write(&file, text).unwrap();
            }
            let is_written = set_password(&file, "PW", known).unwrap();
            (is_written, fs::read_to_string(&file).unwrap())
        };
        let written = |text: &str| (true, text.to_owned());
        assert_eq!(after(None, Some("x")), written("PW=x\n"));
        assert_eq!(
            after(Some("A=1\nPW=\n# c\n"), Some("x")),
            written("A=1\nPW=x\n# c\n")
        );
        assert_eq!(
            after(Some("A=1"), Some("a $b")),
            written("A=1\nPW='a $b'\n")
        );
        assert_eq!(after(Some("PW=\n"), Some("it's")), written("PW=\"it's\"\n"));
        assert_eq!(read(&file).unwrap().get("PW").as_deref(), Some("it's"));
        let refused = set_password(&file, "OTHER", Some("'$\"")).unwrap_err();
        assert!(!refused.diagnostic.to_string().contains('$'));
        let kept = after(Some("PW=set\n"), Some("x"));
        assert_eq!(kept, (false, "PW=set\n".to_owned()));
        let (_, random) = after(Some("PW=\n"), None);
        assert_eq!(random.len(), "PW=\n".len() + 32);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_malformed_line_is_named_and_not_shown() {
        let failure = parse(".env", "A=1\n  POSTGRES_PASSWORD secret\n").unwrap_err();
        insta::assert_snapshot!(failure.diagnostic.to_string());
        assert!(parse(".env", "1A=x").is_err());
        assert!(parse(".env", "=x").is_err());
    }
}
