//! The project's migrations on a real server, and what they promise to readers who use them as an example.

use catalog::{Catalog, Job};

use crate::support::Database;

#[testkit::test]
fn the_catalog_of_the_migrations(database: Database) {
    database.migrate();
    let catalog = database.catalog();
    insta::assert_snapshot!(catalog.to_text());
    database.migrate();
    assert_eq!(
        catalog::diff(&catalog, &database.catalog()),
        [],
        "applied a second time"
    );
    nothing_is_without_a_comment(&catalog);
    no_refresh_reaches_into_what_retention_drops(&catalog);
}

fn nothing_is_without_a_comment(catalog: &Catalog) {
    let mut silent = Vec::new();
    let mut look = |object: String, comment: &Option<String>| {
        if comment
            .as_ref()
            .is_none_or(|comment| !comment.ends_with('.'))
        {
            silent.push(object);
        }
    };
    catalog
        .enums
        .iter()
        .for_each(|it| look(it.name.clone(), &it.comment));
    catalog
        .domains
        .iter()
        .for_each(|it| look(it.name.clone(), &it.comment));
    let tables = catalog
        .tables
        .iter()
        .map(|it| (&it.name, &it.comment, &it.columns));
    let aggregates = catalog
        .continuous_aggregates
        .iter()
        .map(|it| (&it.name, &it.comment, &it.columns));
    for (name, comment, columns) in tables.chain(aggregates) {
        look(name.clone(), comment);
        columns
            .iter()
            .for_each(|it| look(format!("{name}.{}", it.name), &it.comment));
    }
    assert_eq!(silent, [""; 0], "no comment, or no sentence");
}

/// A refresh over dropped chunks deletes what the aggregate had kept of them.
fn no_refresh_reaches_into_what_retention_drops(catalog: &Catalog) {
    let policies = |name: &str| {
        let hypertable = catalog
            .tables
            .iter()
            .find(|it| it.name == name)
            .and_then(|it| it.hypertable.as_ref());
        let aggregate = catalog
            .continuous_aggregates
            .iter()
            .find(|it| it.name == name);
        hypertable
            .map(|it| &it.policies)
            .or(aggregate.map(|it| &it.policies))
            .unwrap()
    };
    for aggregate in &catalog.continuous_aggregates {
        let start = days(
            &aggregate.policies,
            "policy_refresh_continuous_aggregate",
            "start_offset",
        )
        .unwrap();
        if let Some(drop_after) = days(
            policies(&aggregate.source.name),
            "policy_retention",
            "drop_after",
        ) {
            assert!(
                start < drop_after,
                "{}: {start} days, {drop_after} days",
                aggregate.name
            );
        }
    }
}

/// An interval of a policy, in days; those of the migrations are whole days or years.
fn days(policies: &[Job], procedure: &str, key: &str) -> Option<u32> {
    let policy = policies.iter().find(|it| it.procedure == procedure)?;
    let (number, unit) = policy
        .config
        .get(key)
        .unwrap()
        .as_str()
        .unwrap()
        .split_once(' ')
        .unwrap();
    let length = match unit {
        "day" | "days" => 1,
        "year" | "years" => 365,
        other => panic!("{other} of {key}"),
    };
    Some(number.parse::<u32>().unwrap() * length)
}
