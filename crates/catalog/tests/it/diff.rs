//! Differences as people read them.

use catalog::*;

/// Changes one thing of a catalog.
pub(crate) type Change = fn(&mut Catalog);

/// The catalog of the project's migrations, as it was last committed with this crate's tests.
pub(crate) fn ours() -> Catalog {
    let snapshot = include_str!("snapshots/it__migrations__the_catalog_of_the_migrations.snap");
    let (_, text) = snapshot.split_once("\n---\n").unwrap();
    Catalog::parse(text).unwrap()
}

pub(crate) fn events(catalog: &mut Catalog) -> &mut Table {
    catalog
        .tables
        .iter_mut()
        .find(|table| table.name == "events")
        .unwrap()
}

pub(crate) fn column<'a>(table: &'a mut Table, name: &str) -> &'a mut Column {
    table
        .columns
        .iter_mut()
        .find(|column| column.name == name)
        .unwrap()
}

fn hypertable(catalog: &mut Catalog) -> &mut Hypertable {
    events(catalog).hypertable.as_mut().unwrap()
}

pub(crate) fn daily(catalog: &mut Catalog) -> &mut ContinuousAggregate {
    catalog
        .continuous_aggregates
        .iter_mut()
        .find(|it| it.name == "event_counts_daily")
        .unwrap()
}

pub(crate) const CHANGES: &[Change] = &[
    |c| c.extensions.push("pg_trgm".to_owned()),
    |c| c.enums[0].labels.push("watch".to_owned()),
    |c| c.enums[0].labels = vec!["desktop, mobile".to_owned(), String::new()],
    |c| c.enums[0].comment = None,
    |c| c.domains[0].not_null = true,
    |c| c.domains[0].checks[0].definition = "CHECK ((VALUE ~ '^[A-Z]{3}$'::text))".to_owned(),
    |c| c.domains[0].base.sql = "character(2)".to_owned(),
    |c| drop(c.tables.remove(0)),
    |c| c.tables[0].name = "other_events".to_owned(),
    |c| drop(events(c).columns.remove(3)),
    |c| events(c).columns.swap(3, 4),
    |c| column(events(c), "revenue").ty.sql = "numeric".to_owned(),
    |c| column(events(c), "revenue").never_null = Some("NOT NULL".to_owned()),
    |c| column(events(c), "country").ty.schema = "elsewhere".to_owned(),
    |c| column(events(c), "received_at").default = None,
    |c| column(events(c), "path").generated = Some("lower(url)".to_owned()),
    |c| column(events(c), "path").is_virtual = true,
    |c| column(events(c), "path").comment = Some("Two\nlines.".to_owned()),
    |c| c.tables[2].columns[0].identity = Some(Identity::ByDefault),
    |c| events(c).constraints[0].kind = ConstraintKind::Unique,
    |c| drop(events(c).constraints.remove(1)),
    |c| events(c).indexes[0].invalid = true,
    |c| {
        events(c).indexes[0]
            .definition
            .push_str(" WHERE (NOT is_bot)")
    },
    |c| drop(events(c).indexes.remove(2)),
    |c| drop(c.tables[2].triggers.remove(0)),
    |c| c.tables[2].triggers[0].disabled = true,
    |c| events(c).hypertable = None,
    |c| hypertable(c).dimensions[0].time_interval = Some("7 days".to_owned()),
    |c| {
        hypertable(c).dimensions.push(Dimension {
            column: "project_id".to_owned(),
            time_interval: None,
            integer_interval: None,
            partitions: Some(4),
            integer_now: None,
        })
    },
    |c| hypertable(c).columnstore = None,
    |c| hypertable(c).policies[1].config = r#"{"drop_after": "30 days"}"#.parse().unwrap(),
    |c| hypertable(c).policies[1].scheduled = false,
    |c| drop(hypertable(c).policies.remove(1)),
    |c| {
        let policy = hypertable(c).policies[1].clone();
        hypertable(c).policies.push(policy);
    },
    |c| daily(c).materialized_only = false,
    |c| daily(c).bucket_width = Some("1 mon".to_owned()),
    |c| daily(c).source.name = "events".to_owned(),
    |c| daily(c).definition = daily(c).definition.replace("sum(revenue)", "max(revenue)"),
    |c| daily(c).columns[3].never_null = None,
    |c| drop(c.continuous_aggregates.remove(0)),
    |c| {
        let aggregate = c.continuous_aggregates.remove(0);
        c.views.push(View {
            schema: aggregate.schema,
            name: aggregate.name,
            comment: aggregate.comment,
            materialized: false,
            columns: aggregate.columns,
            definition: aggregate.definition,
            indexes: Vec::new(),
        });
    },
    |c| {
        c.routines[0].definition = c.routines[0]
            .definition
            .replace("now()", "clock_timestamp()")
    },
    |c| c.routines[0].definition.push(' '),
    |c| {
        c.jobs.push(Job {
            procedure: "public.nightly".to_owned(),
            schedule_interval: "1 day".to_owned(),
            scheduled: true,
            config: JsonValue::Null,
        })
    },
];

#[test]
fn a_catalog_does_not_differ_from_itself() {
    assert_eq!(diff(&ours(), &ours()), []);
    assert_eq!(diff(&Catalog::default(), &Catalog::default()), []);
}

#[test]
fn labels_are_not_taken_for_each_other() {
    let labels = |labels: &[&str]| {
        let mut catalog = ours();
        catalog.enums[0].labels = labels.iter().map(|&label| label.to_owned()).collect();
        catalog
    };
    let differences = diff(&labels(&["a, b", "c"]), &labels(&["a", "b, c"]));
    let text = differences[0].to_string();
    insta::assert_snapshot!(text, @r#"enum public.device_type: labels: expected "a, b", c; found a, "b, c""#);
    assert!(!diff(&labels(&["a", ""]), &labels(&["a"])).is_empty());
}

#[test]
fn every_change_is_told_in_one_line_and_both_ways() {
    let mut report = String::new();
    for (number, change) in CHANGES.iter().enumerate() {
        let mut changed = ours();
        change(&mut changed);
        let (there, back) = (diff(&ours(), &changed), diff(&changed, &ours()));
        assert!(!there.is_empty(), "change {number} goes unnoticed");
        assert_eq!(there.len(), back.len(), "change {number}");
        for difference in &there {
            let line = difference.to_string();
            assert!(!line.contains('\n') && line.chars().count() < 400, "{line}");
            report.push_str(&line);
            report.push('\n');
        }
    }
    insta::assert_snapshot!(report);
}

#[test]
fn an_empty_database_misses_whole_objects() {
    let lines: Vec<String> = diff(&ours(), &Catalog::default())
        .iter()
        .map(ToString::to_string)
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}
