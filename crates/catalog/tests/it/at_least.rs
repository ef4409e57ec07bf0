//! Which differences stop the modules of an older catalog, and which are additions to them.

use catalog::*;

use crate::diff::{CHANGES, Change, column, daily, events, ours};

/// A column that a later migration adds to `events`.
fn add(catalog: &mut Catalog, change: impl FnOnce(&mut Column)) {
    let mut new = column(events(catalog), "user_id").clone();
    new.name = "tenant".to_owned();
    new.comment = None;
    change(&mut new);
    events(catalog).columns.insert(1, new);
}

fn not_null(column: &mut Column) {
    column.never_null = Some("NOT NULL".to_owned());
}

fn retype(column: &mut Column, sql: &str, name: &str) {
    column.ty.sql = sql.to_owned();
    column.ty.name = name.to_owned();
}

/// What later migrations do, beside the changes that every comparison is tested with.
const LATER: &[Change] = &[
    |c| add(c, |_| ()),
    |c| add(c, |it| it.default = Some("1".to_owned())),
    |c| add(c, not_null),
    |c| {
        add(c, |it| {
            not_null(it);
            it.default = Some("1".to_owned());
        })
    },
    |c| {
        add(c, |it| {
            not_null(it);
            it.generated = Some("length(name)".to_owned());
        })
    },
    |c| column(events(c), "name").never_null = None,
    |c| column(events(c), "name").never_null = Some("primary key".to_owned()),
    |c| column(events(c), "name").default = Some("'page_view'".to_owned()),
    |c| column(events(c), "name").generated = Some("'page_view'".to_owned()),
    |c| column(events(c), "received_at").default = Some("clock_timestamp()".to_owned()),
    |c| retype(column(events(c), "revenue"), "double precision", "float8"),
    |c| column(events(c), "path").generated = None,
    |c| c.tables[2].columns[0].identity = None,
    |c| drop(c.enums[0].labels.remove(0)),
    |c| c.enums[0].labels.reverse(),
    |c| drop(c.domains.remove(0)),
    |c| {
        c.domains[0].base.sql = "bigint".to_owned();
        c.domains[0].base.name = "int8".to_owned();
    },
    |c| c.extensions.clear(),
    |c| drop(daily(c).columns.remove(1)),
    |c| retype(&mut daily(c).columns[1], "character varying", "varchar"),
    |c| {
        let mut table = events(c).clone();
        table.name = "sessions".to_owned();
        c.tables.push(table);
    },
    |c| {
        let aggregate = c.continuous_aggregates.remove(0);
        let mut table = events(c).clone();
        table.columns = aggregate.columns;
        table.name = aggregate.name;
        c.tables.push(table);
    },
];

#[test]
fn a_later_catalog_either_adds_or_takes_away() {
    let mut report = String::new();
    for change in CHANGES.iter().chain(LATER) {
        let mut later = ours();
        change(&mut later);
        let lacks = at_least(&ours(), &later);
        let all = diff(&ours(), &later);
        assert!(!all.is_empty(), "a change goes unnoticed behind\n{report}");
        // Every difference that stops a module is a real difference.
        for difference in &lacks {
            assert!(
                all.iter().any(|it| it.object == difference.object),
                "{difference}"
            );
        }
        for difference in &all {
            let stops = lacks.iter().any(|it| it.object == difference.object);
            let verdict = if stops { "stops" } else { "-" };
            report.push_str(&format!("{verdict:<6} {difference}\n"));
        }
    }
    insta::assert_snapshot!(report);
}

#[test]
fn the_same_catalog_is_enough_and_an_empty_one_lacks_all() {
    assert_eq!(at_least(&ours(), &ours()), []);
    assert_eq!(at_least(&Catalog::default(), &ours()), []);
    let lacks = at_least(&ours(), &Catalog::default());
    let relations = ours().tables.len() + ours().continuous_aggregates.len();
    assert!(lacks.len() > relations, "{}", lacks.len());
    assert!(lacks.iter().all(|it| it.kind == DifferenceKind::Missing));
}
