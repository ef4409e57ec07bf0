//! A project's name, and the names that are derived from it.

use crate::failure::{Code, Failure};

/// What the schema crate's name ends in.
const SUFFIX: &str = "-schema";
/// PostgreSQL cuts longer names; the crate's name has a suffix.
const LONGEST: usize = 50;

/// A name that a crate and a database can have: lower-case letters, digits and hyphens, with a letter first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    pub fn parse(text: &str) -> Result<Name, Failure> {
        let name = text.strip_suffix(SUFFIX).unwrap_or(text);
        let refuse = |why: &str| {
            let suggestion = suggestion(name);
            let message = format!("`{text}` cannot be a project's name: {why}");
            let failure = Failure::new(Code::Usage, message).note("state", "nothing was created");
            Err(failure.next(format!("timeschema init {suggestion}")))
        };
        let is_letter = |c: char| c.is_ascii_lowercase();
        let may_follow = |c: char| is_letter(c) || c.is_ascii_digit() || c == '-' || c == '_';
        if !name.starts_with(is_letter) || !name.chars().all(may_follow) {
            return refuse(
                "a name consists of lower-case letters, digits, - and _, and starts with a letter",
            );
        }
        if ["postgres", "template0", "template1"].contains(&name) {
            return refuse("PostgreSQL uses a database of this name itself");
        }
        if name.len() > LONGEST {
            return refuse("it is longer than 50 characters");
        }
        Ok(Name(name.to_owned()))
    }

    /// As it was given.
    pub fn project(&self) -> &str {
        &self.0
    }

    /// The package with the generated modules, and its folder.
    pub fn schema_crate(&self) -> String {
        format!("{}{SUFFIX}", self.0)
    }

    /// That package as Rust names it.
    pub fn schema_lib(&self) -> String {
        self.schema_crate().replace('-', "_")
    }

    /// The development database.
    pub fn database(&self) -> String {
        self.0.replace('-', "_")
    }
}

/// A valid name near an invalid one.
fn suggestion(name: &str) -> String {
    let clean = migrator::source::clean_name(name).unwrap_or_default();
    let clean = clean.trim_start_matches(|c: char| !c.is_ascii_lowercase());
    let short: String = clean.replace('_', "-").chars().take(LONGEST).collect();
    match short.trim_matches('-') {
        "" | "postgres" | "template0" | "template1" => "iot".to_owned(),
        short => short.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_one() {
        let name = Name::parse("smart-meters").unwrap();
        assert_eq!(
            [name.schema_crate(), name.schema_lib(), name.database()],
            ["smart-meters-schema", "smart_meters_schema", "smart_meters"]
        );
        assert_eq!(
            Name::parse("iot-schema").unwrap(),
            Name::parse("iot").unwrap()
        );
    }

    #[test]
    fn what_cannot_be_a_name_is_refused_with_one_that_can() {
        let long = "x".repeat(51);
        let refused = [
            "",
            "Io T",
            "1st",
            "größe",
            "-a",
            "a/../b",
            "'; rm -rf",
            "postgres",
            &long,
        ];
        let words = refused.map(|name| Name::parse(name).unwrap_err().diagnostic.to_string());
        insta::assert_snapshot!(words.join("\n"));
    }
}
