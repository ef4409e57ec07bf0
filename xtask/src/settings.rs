//! `timeschema.toml` at the project's root: what every command of a project has to know and no file of SQL says.

use std::fs;
use std::io;
use std::path::Path;

use migrator::history::{HistoryTable, LONGEST_NAME};

use crate::failure::{Code, Failure};

/// Its name.
pub const FILE: &str = "timeschema.toml";

/// The keys of `[history]`.
const KEYS: [&str; 2] = ["schema", "table"];

/// Reads the file of a project; without one, everything is as usual.
pub fn read(root: &Path) -> Result<HistoryTable, Failure> {
    match fs::read_to_string(root.join(FILE)) {
        Ok(text) => parse(&text).map_err(|message| {
            Failure::new(Code::Usage, format!("{FILE}: {message}"))
                .note("state", "nothing was run")
                .next(format!(
                    "correct {FILE}: it holds [history] with schema = \"…\" and table = \"…\""
                ))
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(HistoryTable::default()),
        Err(error) => Err(Failure::new(
            Code::Usage,
            format!("{FILE} cannot be read: {error}"),
        )),
    }
}

fn parse(text: &str) -> Result<HistoryTable, String> {
    let file: toml::Table = text
        .parse()
        .map_err(|error: toml::de::Error| error.message().to_owned())?;
    let mut history = HistoryTable::default();
    for (name, value) in &file {
        let (true, Some(section)) = (name == "history", value.as_table()) else {
            return Err(format!(
                "`{name}` is not known; the only section is [history]"
            ));
        };
        for (key, value) in section {
            let Some(text) = value
                .as_str()
                .filter(|text| !text.is_empty() && !text.contains('\0'))
            else {
                return Err(format!(
                    "history.{key} has to be a string that is not empty"
                ));
            };
            match key.as_str() {
                "schema" => history.schema = Some(text.to_owned()),
                "table" if text.len() > LONGEST_NAME => {
                    return Err(format!("history.table is longer than {LONGEST_NAME} bytes"));
                }
                "table" => history.table = text.to_owned(),
                _ => {
                    return Err(format!(
                        "`history.{key}` is not known; the keys are {}",
                        KEYS.join(" and ")
                    ));
                }
            }
        }
    }
    Ok(history)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_is_named() {
        assert_eq!(parse(""), Ok(HistoryTable::default()));
        let named = HistoryTable {
            schema: Some("ops".to_owned()),
            table: "billing history".to_owned(),
        };
        let text = "[history]\nschema = \"ops\" # where\ntable = 'billing history'\n";
        assert_eq!(parse(text), Ok(named));
    }

    #[test]
    fn what_is_not_known_is_refused() {
        for text in [
            "[histroy]",
            "history = 1",
            "[history]\nshema = \"a\"",
            "[history]\nschema = 1",
            "[history]\nschema = \"\"",
            "[history",
            &format!("[history]\ntable = \"{}\"", "a".repeat(LONGEST_NAME + 1)),
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
