//! What others may have made before, created without `IF NOT EXISTS`.

use crate::finding::{Finding, Severity};
use crate::read::range;
use crate::rule::{Context, Example, Finds, Rule, Server};
use crate::value::part;

pub const RULE: Rule = Rule {
    name: "create-without-if-not-exists",
    severity: Severity::Warning,
    summary: "an extension or a schema is created without IF NOT EXISTS, which an administrator may have done before",
    failing: &[
        Example::new(&["SELECT 1;", "CREATE EXTENSION timescaledb;"])
            .server(Server::Refuses("42710")),
        Example::new(&["SELECT 1;", "CREATE SCHEMA ops;"])
            .rows("CREATE SCHEMA ops;")
            .server(Server::Refuses("42P06")),
    ],
    passing: &[
        Example::new(&[
            "CREATE EXTENSION IF NOT EXISTS timescaledb; CREATE SCHEMA IF NOT EXISTS ops;",
        ]),
        Example::new(&["CREATE TABLE orders (id int); CREATE SCHEMA AUTHORIZATION current_user;"]),
    ],
    finds: Finds::Statements(find),
};

fn find(context: &Context<'_>) -> Vec<Finding> {
    let words = context.words;
    let is_of_others = words.is(0, "create") && words.is_one_of(1, &["extension", "schema"]);
    if !is_of_others || words.is_one_of(2, &["if", "authorization"]) {
        return Vec::new();
    }
    let kind = words.text(1).to_ascii_lowercase();
    let place = context.place(&range(part(words, 0, 2)));
    let after = words.tokens[1].end;
    vec![
        Finding::new(place, format!("where this {kind} is there already, the migration stops"))
            .why("an image or an administrator may have made it: migrations seldom may create one where they run")
            .help("write IF NOT EXISTS")
            .edit(after..after, " IF NOT EXISTS"),
    ]
}
