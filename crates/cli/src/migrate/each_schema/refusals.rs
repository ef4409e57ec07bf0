//! Why a schema, or none of them, is migrated. Pure.

use sql::quote::plain;

use crate::failure::{Code, Failure};
use crate::screen::one_line;
use crate::shell;

/// How many schemas are named if none matches.
const MOST_NAMED: usize = 10;

/// The schema is gone, or the role may not use it.
pub fn elsewhere(schema: &str, current: Option<&str>) -> Failure {
    let schema = plain(schema);
    let instead = current.map_or("to no schema".to_owned(), |it| {
        format!("to schema {}", plain(it))
    });
    let message = format!("new tables would not go to schema {schema}, but {instead}");
    let cause = match schema.as_str() {
        "\"$user\"" => "in a search path, $user is the schema with the role's name, also in quotes",
        _ => "the schema has been dropped, or the role may not use it",
    };
    Failure::new(Code::Failed, message)
        .note("cause", cause)
        .note("state", "nothing was run")
        .next(format!(
            "create or rename the schema, or GRANT USAGE, CREATE ON SCHEMA {schema} TO the role"
        ))
}

/// Extensions that would be created in the first schema, where the others do not see them.
pub fn shared_extensions(schema: &str, extensions: &[String]) -> Failure {
    let names: Vec<String> = extensions.iter().map(|name| plain(name)).collect();
    let create = names
        .iter()
        .map(|name| format!("CREATE EXTENSION {name} SCHEMA public;"));
    let create = create.collect::<Vec<_>>().join(" ");
    let message = format!(
        "the files would create {} in schema {}, where the other schemas do not see it",
        names.join(", "),
        plain(schema)
    );
    Failure::new(Code::Failed, message)
        .note("cause", "a database has an extension once, in one schema")
        .note("state", "nothing was run")
        .next(format!(
            "create it first, in a schema that does not match: {create}"
        ))
}

/// A failure with the schema that it is of. Its commands name that schema: without it they would work on another one.
pub fn of_schema(mut failure: Failure, schema: &str) -> Failure {
    let pattern = shell::quote(&plain(schema));
    let notes = failure.diagnostic.notes.iter_mut();
    for (_, text) in notes.filter(|(label, _)| matches!(*label, "next" | "state")) {
        for command in ["cargo xtask migrate", "cargo xtask status"] {
            *text = text.replace(command, &format!("{command} --each-schema {pattern}"));
        }
        if text.starts_with("correct the file") {
            text.push_str(
                "; if another schema has applied it, correct what differs in this schema instead",
            );
        }
    }
    failure
        .note_before_next("schema", plain(schema))
        .field("schema", schema)
}

/// One history for all schemas cannot be each schema's own.
pub fn one_history(schema: &str) -> Failure {
    let message = format!(
        "--each-schema cannot be used with `[history] schema = {schema:?}` of timeschema.toml: each schema has its own history"
    );
    Failure::new(Code::Usage, message)
        .note("state", "nothing was run")
        .next("remove the line, or omit --each-schema")
}

/// No schema has a name like that.
pub fn no_match(pattern: &str, schemas: &[String]) -> Failure {
    let mut names: Vec<String> = schemas.iter().map(|name| one_line(plain(name))).collect();
    let more = names.split_off(names.len().min(MOST_NAMED)).len();
    if more > 0 {
        names.push(format!("{more} more"));
    }
    let there = if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    };
    Failure::new(Code::Usage, format!("no schema matches {pattern}"))
        .note("schemas", there)
        .note("state", "nothing was run")
        .next("correct the pattern of --each-schema, or create the schema: CREATE SCHEMA …")
}
