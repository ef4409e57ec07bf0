//! The project's own migrations on a real server.

use crate::support;

#[test]
fn the_catalog_of_the_migrations() {
    let Some(database) = support::database("the_catalog_of_the_migrations") else {
        return;
    };
    database.migrate();
    let text = serde_json::to_string_pretty(&database.catalog()).unwrap();
    insta::assert_snapshot!(text);
}
