//! The same queries as each contestant has them, over one table.

use std::fmt::Write as _;

/// The table, in a migration.
pub const MIGRATION: &str = "CREATE TABLE devices (
    id bigint PRIMARY KEY,
    name text NOT NULL
);
CREATE TABLE readings (
    device_id bigint NOT NULL REFERENCES devices (id),
    time timestamptz NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    label text NOT NULL,
    note text,
    level integer NOT NULL,
    load double precision,
    is_ok boolean NOT NULL,
    PRIMARY KEY (device_id, time)
);
";

/// The shapes that the queries take in turn: the SQL with `:name`, and the parameters in the order of their first use.
const SHAPES: [(&str, &[&str]); 5] = [
    (
        "SELECT device_id, time, id, label, note, level, load, is_ok FROM readings WHERE device_id = :device AND time >= :from AND time < :to AND level > {n} ORDER BY time",
        &["device", "from", "to"],
    ),
    (
        "SELECT label, count(*) AS readings, max(time) AS latest, avg(load) AS load FROM readings WHERE device_id = :device AND level > {n} GROUP BY label",
        &["device"],
    ),
    (
        "SELECT r.time, r.level, r.note, d.name FROM readings AS r LEFT JOIN devices AS d ON d.id = r.device_id WHERE r.device_id = :device AND r.time = :at AND r.level > {n}",
        &["device", "at"],
    ),
    (
        "INSERT INTO readings (device_id, time, label, note, level, load, is_ok) VALUES (:device, :at, :label, :note, {n}, :load, true) RETURNING id, level",
        &["device", "at", "label", "note", "load"],
    ),
    (
        "UPDATE readings SET note = :note WHERE device_id = :device AND time = :at AND level > {n} RETURNING id, note",
        &["note", "device", "at"],
    ),
];

/// One query.
pub struct Text {
    pub name: String,
    sql: String,
    parameters: &'static [&'static str],
}

/// So many queries, each other than the rest. `edited` changes the first.
pub fn texts(count: usize, edited: bool) -> Vec<Text> {
    let text = |number: usize| {
        let (sql, parameters) = SHAPES[number % SHAPES.len()];
        let n = if edited && number == 0 {
            1_000_000
        } else {
            number
        };
        Text {
            name: format!("query_{number}"),
            sql: sql.replace("{n}", &n.to_string()),
            parameters,
        }
    };
    (0..count).map(text).collect()
}

/// What is read for its time: ten thousand rows, and one.
pub fn read() -> Vec<Text> {
    let columns = "SELECT device_id, time, id, label, note, level, load, is_ok FROM readings";
    let text = |name: &str, condition: &str, parameters| Text {
        name: name.to_owned(),
        sql: format!("{columns} WHERE {condition}"),
        parameters,
    };
    vec![
        text("many_rows", "device_id = :device", &["device"]),
        text(
            "one_row",
            "device_id = :device AND time = :at",
            &["device", "at"],
        ),
    ]
}

/// A file of named queries.
pub fn ours(texts: &[Text]) -> String {
    let mut file = String::new();
    for text in texts {
        let sql = text
            .sql
            .replace(":note", ":note?")
            .replace(":load", ":load?");
        let _ = writeln!(file, "-- name: {}\n{sql};\n", text.name);
    }
    file
}

/// A file of clorinde's queries: what may be null is marked by hand.
pub fn clorinde(texts: &[Text]) -> String {
    let mut file = String::new();
    for text in texts {
        let sql = &text.sql;
        let inputs = if text.parameters.contains(&"load") {
            " (note?, load?)"
        } else if text.parameters.contains(&"note") {
            " (note?)"
        } else {
            ""
        };
        let columns = ["note", "load", "name"];
        let head = sql.split(" FROM ").next().unwrap_or_default();
        let result = sql.split(" RETURNING ").nth(1).unwrap_or(head);
        let has = |column: &&&str| {
            let words = result.split(|it: char| !it.is_alphanumeric() && it != '_');
            words.into_iter().any(|it| it == **column)
        };
        let nulls: Vec<String> = columns
            .iter()
            .filter(has)
            .map(|it| format!("{it}?"))
            .collect();
        let outputs = match &nulls[..] {
            [] => String::new(),
            _ => format!(" : ({})", nulls.join(", ")),
        };
        let _ = writeln!(file, "--! {}{inputs}{outputs}\n{sql};\n", text.name);
    }
    file
}

/// A module of functions with sqlx's `query!`.
pub fn sqlx(texts: &[Text]) -> String {
    let mut file = "#![allow(missing_docs)]\nuse chrono::{DateTime, Utc};\nuse sqlx::{Executor, Postgres};\nuse uuid::Uuid;\n\
         pub struct Row { pub device_id: i64, pub time: DateTime<Utc>, pub id: Uuid, pub label: String, pub note: Option<String>, \
         pub level: i32, pub load: Option<f64>, pub is_ok: bool }\n"
        .to_owned();
    for text in texts {
        let mut sql = text.sql.clone();
        let mut arguments = String::new();
        let mut values = String::new();
        for (at, name) in text.parameters.iter().enumerate() {
            sql = sql.replace(&format!(":{name}"), &format!("${}", at + 1));
            let ty = match *name {
                "device" => "i64",
                "from" | "to" | "at" => "DateTime<Utc>",
                "load" => "Option<f64>",
                "note" => "Option<&str>",
                _ => "&str",
            };
            let _ = write!(arguments, ", {name}: {ty}");
            let _ = write!(values, ", {name}");
        }
        let name = &text.name;
        let (head, output) = if text.name.starts_with("query_") {
            ("query!(", "()")
        } else {
            ("query_as!(Row, ", "Vec<Row>")
        };
        let end = if output == "()" { "?; Ok(())" } else { "" };
        let _ = writeln!(
            file,
            "pub async fn {name}(on: impl Executor<'_, Database = Postgres>{arguments}) -> sqlx::Result<{output}> {{\n    \
             sqlx::{head}\"{sql}\"{values}).fetch_all(on).await{end}\n}}"
        );
    }
    file
}
