//! What the expression of a constraint suggests: values that make it likely that a candidate is taken. Only the
//! server says which one is.

use catalog::TypeRef;
use sql::qualified::qualified;
use sql::quote;

use crate::draw::Draw;
use crate::literals::{Literals, MOST};
use crate::pattern;
use crate::types::{self, Family};

/// Texts that many expressions demand something like.
const TEXTS: [&str; 7] = [
    "''",
    "'A'",
    "'a'",
    "'0'",
    "'someone@example.org'",
    "'https://example.org/page'",
    "'10:00'",
];

/// Expressions for values of the type, or of one that is cast to it; `some` is an expression for any value of the
/// type.
pub(crate) fn hints(ty: &TypeRef, literals: &Literals, some: &str, draw: &mut Draw) -> Vec<String> {
    match types::family(ty) {
        Family::Number => numbers(ty, literals, some, draw),
        Family::Text => texts(ty, literals, some, draw),
        Family::Moment => moments(ty, literals, some, draw),
        Family::Interval => intervals(literals, draw),
        Family::Json => documents(ty, literals, draw),
        Family::Bytes => {
            let lengths = literals.lengths().into_iter();
            let repeated = lengths.map(|it| {
                format!(
                    "decode(repeat(lpad(to_hex({}), 2, '0'), {it}), 'hex')",
                    draw.below(256)
                )
            });
            repeated.map(|it| qualified(&it)).collect()
        }
        Family::Array => arrays(ty, literals, draw),
        Family::Other => others(ty, literals, some),
    }
}

fn numbers(ty: &TypeRef, literals: &Literals, some: &str, draw: &mut Draw) -> Vec<String> {
    let mut found = vec![
        "0".to_owned(),
        "1".to_owned(),
        format!("(- ({some}))"),
        draw.fraction(),
    ];
    let known: Vec<&String> = literals.numbers.iter().take(MOST).collect();
    for number in &known {
        found.push(format!("'{number}'::numeric"));
        found.push(format!("('{number}'::numeric + 1)"));
        found.push(format!("('{number}'::numeric - 1)"));
        found.push(format!("('{number}'::numeric + {})", draw.below(100)));
        found.push(format!("('{number}'::numeric - {})", draw.below(100)));
        found.push(format!("('{number}'::numeric * {})", draw.below(100)));
    }
    for pair in known.windows(2) {
        found.push(format!(
            "('{a}'::numeric + (('{b}'::numeric - '{a}'::numeric) * {f}::numeric))",
            a = pair[0],
            b = pair[1],
            f = draw.fraction()
        ));
    }
    let all = found.into_iter();
    all.map(|it| number_of(ty, &qualified(&it))).collect()
}

/// A number cut to what the type holds.
pub(crate) fn number_of(ty: &TypeRef, expression: &str) -> String {
    let whole = |limit: &str| {
        format!(
            "LEAST(GREATEST(pg_catalog.round(({expression})::numeric), '-{limit}'::numeric), {limit}::numeric)"
        )
    };
    match ty.name.as_str() {
        "int2" => whole("32767"),
        "int4" => whole("2147483647"),
        "int8" => whole("9223372036854775807"),
        "numeric" => match types::modifiers(ty)[..] {
            [precision] | [precision, 0] => whole(&"9".repeat(precision.clamp(1, 1000) as usize)),
            [precision, scale] if scale < precision && scale > 0 => {
                let limit = format!(
                    "{}.{}",
                    "9".repeat((precision - scale) as usize),
                    "9".repeat(scale as usize)
                );
                format!(
                    "LEAST(GREATEST(({expression})::numeric, '-{limit}'::numeric), {limit}::numeric)"
                )
            }
            [_, _] => "0.0".to_owned(),
            _ => format!("({expression})"),
        },
        _ => format!("({expression})"),
    }
}

fn texts(ty: &TypeRef, literals: &Literals, some: &str, draw: &mut Draw) -> Vec<String> {
    let mut found = patterns(literals, draw);
    for text in literals
        .strings
        .iter()
        .filter(|it| !it.is_pattern())
        .take(MOST)
    {
        let constant = quote::literal(&text.content);
        let number = format!("{}::text", draw.below(1_000));
        for around in [
            format!("({constant} || {number})"),
            format!("({number} || {constant})"),
            format!("({number} || {constant} || {number})"),
        ] {
            found.push(qualified(&around));
        }
        found.push(constant);
    }
    let base = format!("({some})::text");
    for length in literals.lengths() {
        let cut = format!("left(repeat({base} || 'x', {length}), {length})");
        found.push(qualified(&cut));
    }
    for changed in [
        format!("upper({base})"),
        format!("initcap({base})"),
        format!("replace({base}, '-', '_')"),
        format!("{}::text", draw.below(100_000)),
    ] {
        found.push(qualified(&changed));
    }
    found.extend(TEXTS.iter().map(|it| (*it).to_owned()));
    let cast = types::written(ty);
    found
        .into_iter()
        .map(|it| format!("({it})::{cast}"))
        .collect()
}

/// Texts that match each of the patterns, and two of them one after the other.
fn patterns(literals: &Literals, draw: &mut Draw) -> Vec<String> {
    let lengths = literals.lengths();
    let mut shortest = Vec::new();
    let mut found = Vec::new();
    for text in literals.strings.iter().take(MOST) {
        let matching = match text.operator.as_str() {
            "~~" | "~~*" => pattern::of_like(&text.content, &lengths, draw),
            // Constants without such an operator may be patterns that a function takes.
            _ => pattern::of_regular_expression(&text.content, &lengths, draw),
        };
        if text.is_pattern() {
            shortest.extend(matching.first().cloned());
        }
        found.extend(matching);
    }
    shortest.truncate(4);
    for (at, one) in shortest.iter().enumerate() {
        for (other_at, other) in shortest.iter().enumerate().filter(|it| it.0 != at) {
            let filled = if at < other_at { "'a'" } else { "''" };
            found.push(qualified(&format!("({one} || {filled} || {other})")));
        }
    }
    found
}

fn moments(ty: &TypeRef, literals: &Literals, some: &str, draw: &mut Draw) -> Vec<String> {
    let cast = types::written(ty);
    let known = literals.cast_to(&["timestamp", "date", "timestamptz", ""]);
    let known: Vec<String> = known
        .into_iter()
        .filter(|it| is_moment(it))
        .map(|it| format!("{it}::{cast}"))
        .collect();
    let mut found = known.clone();
    for constant in &known {
        for sign in ["+", "-"] {
            let away = format!(
                "make_interval(secs => {}::double precision)",
                draw.below(30 * 86_400)
            );
            found.push(qualified(&format!("({constant} {sign} {away})")));
        }
    }
    let mut sorted = known;
    sorted.sort();
    for pair in sorted.windows(2) {
        let part = format!(
            "((({b})::timestamp - ({a})::timestamp) * {f})",
            a = pair[0],
            b = pair[1],
            f = draw.fraction()
        );
        found.push(qualified(&format!("(({})::timestamp + {part})", pair[0])));
    }
    for interval in literals.intervals() {
        for sign in ["+", "-"] {
            found.push(qualified(&format!("(({some}) {sign} {interval})")));
        }
    }
    found
        .into_iter()
        .map(|it| format!("({it})::{cast}"))
        .collect()
}

/// Whether a constant reads like a day: what does not must not be cast to one.
fn is_moment(constant: &str) -> bool {
    let mut bytes = constant.trim_matches('\'').bytes();
    bytes.len() >= 8
        && bytes.next().is_some_and(|it| it.is_ascii_digit())
        && constant.matches('-').count() >= 2
}

fn intervals(literals: &Literals, draw: &mut Draw) -> Vec<String> {
    let mut found = vec![
        "'0'::interval".to_owned(),
        "'1 second'::interval".to_owned(),
    ];
    for known in literals.intervals() {
        found.push(known.clone());
        found.push(qualified(&format!("({known} * {})", draw.fraction())));
        found.push(qualified(&format!("({known} + '00:00:01'::interval)")));
        found.push(qualified(&format!("({known} - '00:00:01'::interval)")));
    }
    found
}

fn documents(ty: &TypeRef, literals: &Literals, draw: &mut Draw) -> Vec<String> {
    let cast = types::written(ty);
    let mut keys: Vec<&str> = literals
        .strings
        .iter()
        .map(|it| it.content.as_str())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys.truncate(20);
    let mut object = |value: &dyn Fn(&mut Draw, &str) -> String| {
        let members = keys
            .iter()
            .map(|key| format!("{}, {}", quote::literal(key), value(draw, key)));
        let members: Vec<String> = members.collect();
        qualified(&format!("jsonb_build_object({})", members.join(", ")))
    };
    let mut found = vec![
        object(&|draw, _| draw.below(100)),
        object(&|_, key| quote::literal(key)),
        object(&|_, _| "true".to_owned()),
        object(&|draw, _| format!("jsonb_build_array({})", draw.below(100))),
        object(&|draw, _| format!("jsonb_build_object('id', {})", draw.below(100))),
        object(&|draw, _| {
            let strings: Vec<String> = literals
                .strings
                .iter()
                .take(MOST)
                .map(|it| quote::literal(&it.content))
                .collect();
            draw.pick(&strings).unwrap_or_else(|| "''".to_owned())
        }),
    ];
    found.extend(
        [
            "'[]'",
            "'{}'",
            "'\"text\"'",
            "'1'",
            "'true'",
            "'null'",
            "'[1, 2]'",
        ]
        .map(str::to_owned),
    );
    found
        .into_iter()
        .map(|it| format!("({it})::{cast}"))
        .collect()
}

fn arrays(ty: &TypeRef, literals: &Literals, draw: &mut Draw) -> Vec<String> {
    let cast = types::written(ty);
    let element = types::element(ty);
    let item = match types::family(&element) {
        Family::Text => {
            let mut words: Vec<String> = literals
                .strings
                .iter()
                .map(|it| quote::literal(&it.content))
                .filter(|it| it != "''")
                .take(MOST)
                .collect();
            words.push(qualified(&format!("('tag-' || {}::text)", draw.below(100))));
            draw.pick(&words)
        }
        Family::Number => Some(draw.below(100)),
        _ => None,
    };
    let mut found = vec![format!("'{{}}'::{cast}")];
    for length in literals
        .lengths()
        .into_iter()
        .filter(|it| (1..=100).contains(it))
    {
        if let Some(item) = &item {
            found.push(format!(
                "pg_catalog.array_fill(({item})::{}, ARRAY[{length}])",
                types::written(&element)
            ));
        }
    }
    if let Some(item) = item {
        found.push(format!("ARRAY[{item}]::{cast}"));
    }
    found
        .into_iter()
        .map(|it| format!("({it})::{cast}"))
        .collect()
}

fn others(ty: &TypeRef, literals: &Literals, some: &str) -> Vec<String> {
    if ty.schema != "pg_catalog" && ty.name.ends_with("range") {
        return vec![some.to_owned()];
    }
    let cast = types::written(ty);
    let first = ty.sql.split(['(', ' ', '[']).next().unwrap_or_default();
    // Constants that the server has read as this type.
    let same = literals.cast_to(&[first, ty.name.as_str()]);
    let mut found: Vec<String> = same.into_iter().map(|it| format!("{it}::{cast}")).collect();
    if ty.schema == "pg_catalog" && ty.name.ends_with("range") && !ty.name.ends_with("multirange") {
        found.push(format!("'empty'::{cast}"));
        found.push(format!("'(,)'::{cast}"));
    }
    if ty.name == "inet" {
        found.push("'192.168.0.1'::inet".to_owned());
        found.push("'2001:db8::1'::inet".to_owned());
    }
    found
}
