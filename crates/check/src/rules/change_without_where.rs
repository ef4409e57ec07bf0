//! `UPDATE` and `DELETE` of all rows, and `TRUNCATE … CASCADE`.

use crate::act::{Act, What};
use crate::finding::{Finding, Severity};
use crate::rule::{Context, Example, Finds, Rule, Server};

pub const RULE: Rule = Rule {
    name: "change-without-where",
    severity: Severity::Warning,
    summary: "all rows of a table of an earlier file are updated or deleted at once, or a TRUNCATE takes other tables with it",
    failing: &[
        Example::new(&["CREATE TABLE orders (id int);", "DELETE FROM orders;"]).rows("INSERT INTO orders VALUES (1);").server(Server::Damages {
            then: "",
            query: "SELECT count(*) FROM orders",
            before: "1",
            after: "0",
        }),
        Example::new(&["CREATE TABLE orders (id int);", "UPDATE orders SET id = 0;"]).rows("INSERT INTO orders VALUES (1);").server(Server::Damages {
            then: "",
            query: "SELECT max(id) FROM orders",
            before: "1",
            after: "0",
        }),
        Example::new(&["CREATE TABLE users (id int PRIMARY KEY); CREATE TABLE orders (user_id int REFERENCES users);", "TRUNCATE users CASCADE;"])
            .rows("INSERT INTO users VALUES (1); INSERT INTO orders VALUES (1);")
            .server(Server::Damages {
                then: "",
                query: "SELECT count(*) FROM orders",
                before: "1",
                after: "0",
            }),
    ],
    passing: &[
        Example::new(&["CREATE TABLE orders (id int);", "UPDATE orders SET id = 0 WHERE id < 0; DELETE FROM orders WHERE id = 0; TRUNCATE orders;"]),
        Example::new(&["CREATE TABLE orders (id int); UPDATE orders SET id = 0;"]),
    ],
    finds: Finds::Acts(find),
};

fn find(act: &Act, context: &Context<'_>) -> Vec<Finding> {
    let older = |relation| {
        context
            .schema
            .tables
            .get(relation)
            .is_some_and(|it| it.made.as_ref().is_none_or(|it| it.file != context.file))
    };
    let place = context.place(&act.range);
    let finding = match &act.what {
        What::Change(change) if !change.has_where && older(&change.relation) => {
            let verb = if change.is_delete {
                "deleted"
            } else {
                "updated"
            };
            let relation = &change.relation;
            Finding::new(
                place,
                format!("all rows of {relation} are {verb} in one transaction"),
            )
            .why("each row stays locked until the end, and its old version stays on disk")
            .help("write WHERE, and change the rows in parts")
        }
        What::Truncate(truncate) if truncate.cascade && truncate.names.iter().any(older) => {
            let names: Vec<String> = truncate.names.iter().map(ToString::to_string).collect();
            Finding::new(
                place,
                format!(
                    "tables with foreign keys to {} are emptied, too",
                    names.join(", ")
                ),
            )
            .help("name each table that is meant, without CASCADE")
        }
        _ => return Vec::new(),
    };
    vec![finding]
}
