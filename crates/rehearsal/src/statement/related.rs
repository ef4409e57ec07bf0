//! Values near those of another column, for conditions that compare columns.

use sql::qualified::qualified;

use crate::column::Field;
use crate::draw::Draw;
use crate::hints::number_of;
use crate::literals::Literals;
use crate::types::{Family, family, written};

/// Expressions for values of the field, from earlier columns of the same candidate.
pub(super) fn related(
    field: &Field,
    earlier: &[(&Field, &str)],
    literals: &Literals,
    draw: &mut Draw,
) -> Vec<String> {
    let mut found = Vec::new();
    for (other, value) in earlier {
        found.extend(from_one(field, other, value, literals, draw));
    }
    for (index, (one, a)) in earlier.iter().enumerate() {
        for (other, b) in &earlier[index + 1..] {
            found.extend(from_two(field, (one, a), (other, b)));
        }
    }
    found
}

fn from_one(
    field: &Field,
    other: &Field,
    value: &str,
    literals: &Literals,
    draw: &mut Draw,
) -> Vec<String> {
    use Family::{Array, Interval, Moment, Number, Text};
    let number = |text: String| number_of(&field.base, &qualified(&text));
    match (family(&field.base), family(&other.base)) {
        (Number, Number) => {
            let mut found = vec![value.to_owned()];
            for step in [1, 100, 10_000] {
                for sign in ["+", "-"] {
                    found.push(format!(
                        "({value}::numeric {sign} {})",
                        draw.below(step + 1)
                    ));
                }
            }
            found.push(format!(
                "({value}::numeric * {})",
                draw.fraction_of_numeric()
            ));
            for known in literals.few_numbers() {
                for sign in ["+", "-", "*"] {
                    found.push(format!("({value}::numeric {sign} '{known}'::numeric)"));
                }
            }
            found.into_iter().map(number).collect()
        }
        (Number, Text) => vec![number(format!("length({value}::text)"))],
        (Number, Array) => vec![number(format!("cardinality({value})"))],
        (Moment, Moment) => {
            let mut found = vec![value.to_owned()];
            let mut away = vec![
                format!(
                    "make_interval(secs => {}::double precision)",
                    draw.below(86_400)
                ),
                format!("make_interval(days => (1 + {})::integer)", draw.below(30)),
            ];
            away.extend(literals.intervals());
            for by in away {
                for sign in ["+", "-"] {
                    found.push(qualified(&format!("({value} {sign} {by})")));
                }
            }
            found
        }
        (Moment, Interval) => Vec::new(),
        (Text, Text) => vec![
            value.to_owned(),
            qualified(&format!(
                "(({value})::text || '-' || {}::text)",
                draw.below(100)
            )),
        ],
        (Text, Number) => vec![format!("{value}::text")],
        (Array, Number) => {
            let element = crate::types::element(&field.base);
            let item = match family(&element) {
                Number => draw.below(100),
                Text => "'tag'".to_owned(),
                _ => return Vec::new(),
            };
            let length = qualified(&format!("(abs({value}::numeric) % 50)::integer"));
            vec![format!(
                "pg_catalog.array_fill(({item})::{}, ARRAY[{length}])",
                written(&element)
            )]
        }
        _ if field.base == other.base => vec![value.to_owned()],
        _ => Vec::new(),
    }
}

fn from_two(field: &Field, (one, a): (&Field, &str), (other, b): (&Field, &str)) -> Vec<String> {
    use Family::{Interval, Moment, Number};
    let number = |text: String| number_of(&field.base, &qualified(&text));
    match (family(&field.base), family(&one.base), family(&other.base)) {
        (Number, Number, Number) => vec![
            number(format!("({a}::numeric + {b}::numeric)")),
            number(format!("({a}::numeric - {b}::numeric)")),
            number(format!("({b}::numeric - {a}::numeric)")),
            number(format!("({a}::numeric * {b}::numeric)")),
            number(format!("(({a}::numeric + {b}::numeric) / 2)")),
        ],
        (Interval, Moment, Moment) => vec![
            qualified(&format!("({b}::timestamp - {a}::timestamp)")),
            qualified(&format!("({a}::timestamp - {b}::timestamp)")),
        ],
        (Moment, Moment, Interval) => vec![
            qualified(&format!("({a} + {b})")),
            qualified(&format!("({a} - {b})")),
        ],
        (Moment, Interval, Moment) => vec![
            qualified(&format!("({b} + {a})")),
            qualified(&format!("({b} - {a})")),
        ],
        _ => Vec::new(),
    }
}
