//! Random conditions over random columns: each holds for a row that is known, so that rows must come.

use rehearsal::Wanted;
use testkit::{Database, Random};

use crate::support::{UNTIL, filled};

/// How many tables are made.
const TABLES: usize = 120;

/// A column with its value in the row for which all conditions hold.
enum Column {
    Number {
        ty: &'static str,
        value: i64,
    },
    Text {
        ty: &'static str,
        value: String,
    },
    /// Days after the first of January 2025.
    Moment {
        ty: &'static str,
        value: i64,
    },
}

impl Column {
    fn random(random: &mut Random) -> Self {
        match random.below(3) {
            0 => Column::Number {
                ty: random.pick(&[
                    "smallint",
                    "integer",
                    "bigint",
                    "numeric(12, 2)",
                    "double precision",
                ]),
                value: random.below(20_000) as i64 - 5_000,
            },
            1 => {
                let length = 1 + random.below(12);
                let letters = ['a', 'b', 'c', 'x', 'y', 'z', '1', '7'];
                let value = (0..length).map(|_| random.pick(&letters)).collect();
                Column::Text {
                    ty: random.pick(&["text", "varchar(20)", "varchar"]),
                    value,
                }
            }
            _ => Column::Moment {
                ty: random.pick(&["timestamptz", "timestamp", "date"]),
                value: random.below(600) as i64,
            },
        }
    }

    fn ty(&self) -> &'static str {
        match self {
            Column::Number { ty, .. } | Column::Text { ty, .. } | Column::Moment { ty, .. } => ty,
        }
    }

    /// A condition about it that holds for its value.
    fn condition(&self, name: &str, random: &mut Random) -> String {
        match self {
            Column::Number { value, .. } => {
                let (low, high) = (
                    value - random.below(500) as i64,
                    value + random.below(500) as i64,
                );
                match random.below(7) {
                    0 => format!("{name} >= {low}"),
                    1 => format!("{name} <= {high}"),
                    2 => format!("{name} BETWEEN {low} AND {high}"),
                    3 => format!("{name} IN ({low}, {value}, {high})"),
                    4 => format!("{name} <> {}", value + 1),
                    5 => format!("{name} > {} AND NOT {name} > {high}", low - 1),
                    _ => format!("abs({name}) <= {}", value.abs() + 5),
                }
            }
            Column::Text { value, .. } => {
                let length = value.len();
                let (start, end) = (&value[..1], &value[length - 1..]);
                match random.below(9) {
                    0 => format!("length({name}) = {length}"),
                    1 => format!("length({name}) BETWEEN 1 AND {}", length + 2),
                    2 => format!("{name} LIKE '{start}%'"),
                    3 => format!("{name} LIKE '%{end}'"),
                    4 => format!("{name} IN ('{value}', 'other')"),
                    5 => format!("{name} <> '' AND {name} = lower({name})"),
                    6 => format!("{name} ~ '^[a-z0-9]{{1,{}}}$'", length + 1),
                    7 => format!("{name} NOT LIKE '%?%'"),
                    _ => format!("{name} ~ '^{start}'"),
                }
            }
            Column::Moment { value, .. } => {
                let day = |days: i64| format!("(timestamp '2025-01-01' + interval '{days} days')");
                let date = |days: i64| format!("'2025-{:02}-15'", 1 + days.clamp(0, 330) / 30);
                match random.below(4) {
                    0 if *value > 40 => format!("{name} >= {}", date(value - 40)),
                    1 if *value < 300 => format!("{name} < {}", date(value + 40)),
                    2 => format!("{name} BETWEEN '2024-12-31' AND '2027-01-01'"),
                    _ => format!("{name} <> {}", day(value + 1)),
                }
            }
        }
    }
}

/// A condition about two columns that holds for their values.
fn of_two(
    (a, one): (&str, &Column),
    (b, other): (&str, &Column),
    random: &mut Random,
) -> Option<String> {
    Some(match (one, other) {
        (Column::Number { value: x, .. }, Column::Number { value: y, .. }) => {
            match (x < y, random.below(3)) {
                (true, 0) => format!("{a} < {b}"),
                (true, 1) => format!("{a} + {} <= {b}", (y - x) / 2),
                (false, 0) => format!("{a} >= {b}"),
                (false, 1) => format!("{b} - {a} <= 0"),
                _ => format!("{a} + {b} <= {}", x + y + 10),
            }
        }
        (Column::Moment { value: x, .. }, Column::Moment { value: y, .. }) if x <= y => {
            format!("{a} <= {b}")
        }
        (Column::Moment { .. }, Column::Moment { .. }) => format!("{b} <= {a}"),
        (Column::Text { value: x, .. }, Column::Text { value: y, .. }) if x != y => {
            format!("{a} <> {b}")
        }
        (Column::Text { value: x, .. }, Column::Number { value: y, .. })
            if x.len() as i64 <= *y =>
        {
            format!("length({a}) <= {b}")
        }
        _ => return None,
    })
}

fn table(number: usize, random: &mut Random) -> String {
    let columns: Vec<(String, Column)> = (0..2 + random.below(4))
        .map(|at| (format!("c{at}"), Column::random(random)))
        .collect();
    let mut parts: Vec<String> = columns
        .iter()
        .map(|(name, it)| format!("{name} {} NOT NULL", it.ty()))
        .collect();
    for _ in 0..1 + random.below(4) {
        let (name, one) = &columns[random.below(columns.len())];
        let (other_name, other) = &columns[random.below(columns.len())];
        let own = one.condition(name, random);
        let condition = match random.below(4) {
            0 => own,
            1 => format!("({own}) AND ({})", other.condition(other_name, random)),
            2 => format!("({own}) OR ({other_name} IS NULL)"),
            _ => of_two((name, one), (other_name, other), random).unwrap_or(own),
        };
        parts.push(format!("CHECK ({condition})"));
    }
    if random.below(3) == 0 {
        parts.push(format!(
            "UNIQUE ({})",
            columns
                .iter()
                .map(|it| it.0.as_str())
                .collect::<Vec<_>>()
                .join(", ")
        ));
    }
    format!("CREATE TABLE t{number} ({})", parts.join(", "))
}

#[test]
fn rows_meet_conditions_that_can_be_met() {
    let seeds = match std::env::var("FILL_SEED") {
        Ok(seed) => vec![seed.parse().unwrap()],
        Err(_) => vec![1, 2],
    };
    for seed in seeds {
        let Some(database) = Database::new(testkit::test_name!()) else {
            return;
        };
        let mut random = Random::new(seed);
        let script: Vec<String> = (0..TABLES)
            .map(|number| table(number, &mut random))
            .collect();
        let mut filled = filled(database, &script, &Wanted::new(seed, 40, UNTIL));
        let mut wrong = Vec::new();
        for (name, rows, wanted) in filled.counts() {
            if rows < wanted as i64 / 2 {
                let number: usize = name.trim_start_matches("public.t").parse().unwrap();
                wrong.push(format!("{rows} rows of {}", script[number]));
            }
        }
        let errors: Vec<&String> = filled.errors.iter().flatten().collect();
        let first = errors.first().map_or("", |it| it.as_str());
        assert!(
            wrong.is_empty() && errors.is_empty(),
            "FILL_SEED={seed}\n{}\n{first:.3000}",
            wrong.join("\n")
        );
    }
}
