//! What TimescaleDB knows about a relation, as a sentence for people and constants for programs.

use std::collections::HashMap;

use catalog::{ContinuousAggregate, Hypertable, Job};

use crate::docs::code;
use crate::layout;
use crate::source::Kind;
use crate::types::Key;

/// The documentation of a relation apart from its columns.
pub(crate) struct Facts {
    /// What the relation is: `table`, `hypertable`, …
    pub(crate) kind: &'static str,
    /// The column by which rows are read in order.
    pub(crate) time_column: Option<String>,
    /// What bounds in time do for a query.
    pub(crate) bounded: &'static str,
    pub(crate) constants: Vec<Fact>,
    /// What follows the relation's name in its sentence.
    details: String,
}

/// A constant of the relation's module.
pub(crate) struct Fact {
    pub(crate) doc: String,
    /// `pub const NAME: Type`
    pub(crate) declaration: String,
    /// The value as Rust.
    pub(crate) value: String,
}

impl Facts {
    /// What bounds in time do as a string literal, which begins a paragraph.
    pub(crate) fn bounded_literal(&self) -> String {
        match self.bounded {
            "" => "\"\"".to_owned(),
            bounded => format!("\"\\n\\n{bounded}\""),
        }
    }

    /// The paragraph that says what the relation is.
    pub(crate) fn sentence(&self, title: &str) -> String {
        let mut kind = self.kind.to_owned();
        kind[..1].make_ascii_uppercase();
        format!("{kind} {}{}", code(title), self.details)
    }
}

/// The facts about a relation whose module lies in another, `depth` modules below the root; `paths` are the other relations' modules.
pub(crate) fn of(kind: Kind<'_>, paths: &HashMap<Key<'_>, String>, depth: usize) -> Facts {
    match kind {
        Kind::Table(table) => match &table.hypertable {
            Some(hypertable) => of_hypertable(hypertable),
            None => plain("table"),
        },
        Kind::View(view) if view.materialized => plain("materialized view"),
        Kind::View(_) => plain("view"),
        Kind::Aggregate(aggregate) => of_aggregate(aggregate, paths, depth),
    }
}

fn plain(kind: &'static str) -> Facts {
    Facts {
        kind,
        time_column: None,
        bounded: "",
        constants: Vec::new(),
        details: ".".to_owned(),
    }
}

fn of_hypertable(hypertable: &Hypertable) -> Facts {
    let mut facts = Facts {
        kind: "hypertable",
        time_column: None,
        bounded: "The bounds let TimescaleDB skip the chunks that cannot hold such rows.",
        constants: Vec::new(),
        details: String::new(),
    };
    for (index, dimension) in hypertable.dimensions.iter().enumerate() {
        let column = code(&dimension.column);
        let start = if index == 0 { ", in" } else { " and" };
        match (
            &dimension.time_interval,
            dimension.integer_interval,
            dimension.partitions,
        ) {
            (Some(interval), _, _) => {
                facts.details += &format!("{start} chunks of {} by {column}", human(interval));
                facts.chunks(&dimension.column, index, "&str", layout::string(interval));
            }
            (None, Some(interval), _) => {
                facts.details += &format!("{start} chunks of {interval} by {column}");
                facts.chunks(&dimension.column, index, "i64", interval.to_string());
            }
            (None, None, Some(partitions)) => {
                facts.details += &format!("{start} {partitions} partitions by {column}");
            }
            (None, None, None) => facts.details += &format!("{start} partitions by {column}"),
        }
    }
    facts.details.push('.');
    facts.policies(&hypertable.policies);
    facts
}

fn of_aggregate(
    aggregate: &ContinuousAggregate,
    paths: &HashMap<Key<'_>, String>,
    depth: usize,
) -> Facts {
    let source = &aggregate.source;
    let name = format!("{}.{}", source.schema, source.name);
    let over = match paths.get(&(source.schema.as_str(), source.name.as_str())) {
        // A link has no `r#`: what follows a `#` would be a place in the page.
        Some(path) => {
            let path = path.replace("r#", "");
            format!("[{}](mod@{}{path})", code(&name), "super::".repeat(depth))
        }
        None => code(&name),
    };
    let mut facts = Facts {
        kind: "continuous aggregate",
        time_column: aggregate.bucket_column.clone(),
        bounded: "The bounds keep the query from reading every bucket.",
        constants: Vec::new(),
        details: format!(" over {over}"),
    };
    if let Some(width) = &aggregate.bucket_width {
        facts.details += &format!(", bucket {}", human(width));
    }
    facts.details += if aggregate.materialized_only {
        ". Holds only what has been materialized."
    } else {
        ". Rows that are not materialized yet are computed when they are read."
    };
    facts.text(
        "SOURCE",
        "The relation that the aggregate is computed from.",
        &name,
    );
    if let Some(column) = &aggregate.bucket_column {
        facts.text(
            "BUCKET_COLUMN",
            "The column that holds the start of the bucket.",
            column,
        );
    }
    if let Some(width) = &aggregate.bucket_width {
        facts.text(
            "BUCKET_WIDTH",
            "Width of a bucket, as PostgreSQL prints the interval.",
            width,
        );
    }
    facts.push(
        "MATERIALIZED_ONLY",
        "Whether only what has been materialized is read.",
        "bool",
        aggregate.materialized_only.to_string(),
    );
    facts.policies(&aggregate.policies);
    facts
}

impl Facts {
    fn push(&mut self, name: &str, doc: &str, ty: &str, value: String) {
        let declaration = format!("pub const {name}: {ty}");
        self.constants.push(Fact {
            doc: doc.to_owned(),
            declaration,
            value,
        });
    }

    fn text(&mut self, name: &str, doc: &str, value: &str) {
        self.push(name, doc, "&str", layout::string(value));
    }

    /// The constants of the primary dimension.
    fn chunks(&mut self, column: &str, index: usize, ty: &str, width: String) {
        if index > 0 {
            return;
        }
        self.time_column = Some(column.to_owned());
        self.text(
            "TIME_COLUMN",
            "The column that divides rows into chunks.",
            column,
        );
        let doc = "Width of a chunk, in the units of the time column.";
        let doc = if ty == "&str" {
            "Width of a chunk, as PostgreSQL prints the interval."
        } else {
            doc
        };
        self.push("CHUNK_INTERVAL", doc, ty, width);
    }

    /// The policies: a sentence for each, and constants for a kind of policy if exactly one of that kind runs.
    fn policies(&mut self, policies: &[Job]) {
        for job in policies {
            if let Some(sentence) = policy_sentence(job) {
                let paused = if job.scheduled {
                    ""
                } else {
                    " (not scheduled)"
                };
                self.details += &format!(" {sentence}{paused}.");
            }
        }
        let constants = [
            (
                "policy_refresh_continuous_aggregate",
                "start_offset",
                "REFRESH_START_OFFSET",
                "How far before now a refresh starts.",
            ),
            (
                "policy_refresh_continuous_aggregate",
                "end_offset",
                "REFRESH_END_OFFSET",
                "How far before now a refresh ends.",
            ),
            (
                "policy_compression",
                "compress_after",
                "COLUMNSTORE_AFTER",
                "Age at which chunks move to the columnstore.",
            ),
            (
                "policy_retention",
                "drop_after",
                "RETENTION",
                "Age at which chunks are dropped.",
            ),
        ];
        for (procedure, key, name, doc) in constants {
            let mut running = policies
                .iter()
                .filter(|job| job.procedure == procedure && job.scheduled);
            let (Some(job), None) = (running.next(), running.next()) else {
                continue;
            };
            if name == "REFRESH_START_OFFSET" {
                self.text(
                    "REFRESH_INTERVAL",
                    "How often the aggregate is refreshed.",
                    &job.schedule_interval,
                );
            }
            let Some(value) = job.config.get(key) else {
                continue;
            };
            if let Some(text) = value.as_str() {
                self.text(name, doc, text);
            } else if let Some(number) = value.as_i64() {
                self.push(name, doc, "i64", number.to_string());
            }
        }
    }
}

fn policy_sentence(job: &Job) -> Option<String> {
    let setting = |key| {
        let value = job.config.get(key)?;
        value
            .as_str()
            .map(human)
            .or_else(|| value.as_i64().map(|number| number.to_string()))
    };
    Some(match job.procedure.as_str() {
        "policy_compression" => format!(
            "Chunks move to the columnstore after {}",
            setting("compress_after")?
        ),
        "policy_retention" => format!("Chunks are dropped after {}", setting("drop_after")?),
        "policy_refresh_continuous_aggregate" => {
            let every = human(&job.schedule_interval);
            let start =
                setting("start_offset").map_or("the beginning".to_owned(), |s| format!("{s} ago"));
            let end = setting("end_offset").map_or("now".to_owned(), |s| format!("{s} ago"));
            format!("Refreshed every {every}, from {start} to {end}")
        }
        _ => return None,
    })
}

/// An interval in words: PostgreSQL prints a day as `1 day`, but an hour as `01:00:00`.
fn human(interval: &str) -> String {
    let words: Vec<String> = interval
        .split(' ')
        .map(|word| clock(word).unwrap_or_else(|| word.to_owned()))
        .collect();
    words.join(" ")
}

/// `02:30:00` as `2 hours 30 minutes`; `None` for anything else and for what has fractions.
fn clock(word: &str) -> Option<String> {
    let mut parts = word.split(':').map(|part| part.parse::<u32>().ok());
    let units = [
        (parts.next()??, "hour"),
        (parts.next()??, "minute"),
        (parts.next()??, "second"),
    ];
    let said: Vec<String> = units
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    (parts.next().is_none() && !said.is_empty()).then(|| said.join(" "))
}

#[cfg(test)]
mod tests {
    use super::human;

    #[test]
    fn intervals_are_said_in_words() {
        let cases = [
            ("01:00:00", "1 hour"),
            ("02:30:01", "2 hours 30 minutes 1 second"),
            ("1 day", "1 day"),
            ("3 days 12:00:00", "3 days 12 hours"),
            ("00:00:00", "00:00:00"),
            ("00:00:00.5", "00:00:00.5"),
            ("-01:00:00", "-01:00:00"),
        ];
        for (interval, words) in cases {
            assert_eq!(human(interval), words);
        }
    }
}
