//! `cargo xtask queries --explain NAME key=value…`: the plan of a query, and how many chunks it reads.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sql::qualified::qualified;

use crate::failure::{Code, Failure};
use crate::project::Project;
use crate::screen::Screen;

use super::run::Call;
use super::server::Server;
use super::values;
use super::words;

/// The plan of a query.
pub struct Plan {
    /// As the server prints it.
    lines: Vec<String>,
    /// Whether it is the plan for any values.
    is_generic: bool,
    /// Whether the query was run for it.
    is_analyzed: bool,
    chunks: Vec<Chunks>,
}

/// How many chunks of a hypertable or continuous aggregate the plan reads.
#[derive(Debug, PartialEq, Eq)]
struct Chunks {
    schema: String,
    name: String,
    read: usize,
    all: usize,
}

/// What the plan is to be made for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// The values of the call.
    Values,
    /// The values of the call, with which it runs.
    Run,
    /// Whatever values there are.
    AnyValues,
}

/// Has the server plan the query. What it writes when it runs is rolled back.
pub fn explain(
    project: &Project,
    call: &Call<'_>,
    plan_for: For,
    may_write: bool,
    server: &mut Server,
) -> Result<Plan, Failure> {
    if values::is_call(call.listed.query) {
        let message = format!("{} is a CALL, which has no plan", call.listed.title());
        return Err(Failure::new(Code::Usage, message).next("explain the procedure's statements"));
    }
    call.check_values(server)?;
    server.run(if may_write {
        "BEGIN"
    } else {
        "BEGIN READ ONLY"
    })?;
    server.run(settings(plan_for))?;
    call.prepare(project, server)?;
    let options = if plan_for == For::Run {
        "(ANALYZE) "
    } else {
        ""
    };
    let execute = values::execute(&call.variant, &call.values);
    let answer = server.run(&format!("EXPLAIN {options}{execute}"))?;
    server.run("ROLLBACK")?;
    let lines: Vec<String> = answer.rows.into_iter().flatten().flatten().collect();
    let chunks = match plan_for {
        For::AnyValues => Vec::new(),
        _ => chunks(call, &lines, server)?,
    };
    Ok(Plan {
        lines,
        is_generic: plan_for == For::AnyValues,
        is_analyzed: plan_for == For::Run,
        chunks,
    })
}

/// How the server plans what is prepared. For any values it must not look at those that it gets, which are null: TimescaleDB's own nodes do
/// when the plan is started.
fn settings(plan_for: For) -> &'static str {
    match plan_for {
        For::Values | For::Run => "SET LOCAL plan_cache_mode = force_custom_plan",
        For::AnyValues => {
            "SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL timescaledb.enable_chunk_append = off; \
             SET LOCAL timescaledb.enable_constraint_aware_append = off"
        }
    }
}

/// Each hypertable, a continuous aggregate by its own name, with the names of its chunks.
const CHUNKS: &str = "
    SELECT coalesce(a.view_schema, n.nspname), coalesce(a.view_name, p.relname), c.relname
    FROM _timescaledb_catalog.hypertable AS h
    JOIN pg_namespace AS n ON n.nspname = h.schema_name
    JOIN pg_class AS p ON p.relnamespace = n.oid AND p.relname = h.table_name
    JOIN pg_inherits AS i ON i.inhparent = p.oid
    JOIN pg_class AS c ON c.oid = i.inhrelid
    LEFT JOIN timescaledb_information.continuous_aggregates AS a
        ON a.materialization_hypertable_schema = n.nspname AND a.materialization_hypertable_name = p.relname";

/// How many chunks of each hypertable a plan reads, and of those without any that the query names.
fn chunks(call: &Call<'_>, plan: &[String], server: &mut Server) -> Result<Vec<Chunks>, Failure> {
    // In plain mode hypertables are tables without chunks.
    let extension = "SELECT 1 FROM pg_extension WHERE extname = 'timescaledb'";
    if server.run(&qualified(extension))?.rows.is_empty() {
        return Ok(Vec::new());
    }
    let rows = server.run(&qualified(CHUNKS))?.rows;
    let read = scanned(plan);
    let mut all: Vec<Chunks> = Vec::new();
    for bound in &call.described.time_bounds {
        all.push(Chunks::none(&bound.schema, &bound.name));
    }
    for row in &rows {
        let [Some(schema), Some(name), Some(chunk)] = &row[..] else {
            continue;
        };
        let known = all
            .iter()
            .position(|it| it.schema == *schema && it.name == *name);
        let at = known.unwrap_or_else(|| {
            all.push(Chunks::none(schema, name));
            all.len() - 1
        });
        all[at].all += 1;
        all[at].read += usize::from(read.contains(chunk.as_str()));
    }
    let is_named = |it: &Chunks| {
        let mut bounds = call.described.time_bounds.iter();
        bounds.any(|bound| bound.schema == it.schema && bound.name == it.name)
    };
    all.retain(|it| it.read > 0 || is_named(it));
    Ok(all)
}

impl Chunks {
    fn none(schema: &str, name: &str) -> Chunks {
        Chunks {
            schema: schema.to_owned(),
            name: name.to_owned(),
            read: 0,
            all: 0,
        }
    }
}

/// The names of the relations that a plan scans, without those that it did not come to.
fn scanned(plan: &[String]) -> BTreeSet<String> {
    let scans = plan
        .iter()
        .filter(|line| line.contains("Scan") && !line.contains("(never executed)"));
    scans.filter_map(|line| scanned_by(line)).collect()
}

/// `Seq Scan on _hyper_1_1_chunk e_1  (cost=…)`: the name after `on`.
fn scanned_by(line: &str) -> Option<String> {
    // The name of an index before it may have these words, too, in quotes.
    let is_outside = |at: &usize| line[..*at].matches('"').count().is_multiple_of(2);
    let mut all = line.match_indices(" on ").map(|(at, _)| at);
    let rest = &line[all.find(is_outside)? + " on ".len()..];
    let Some(quoted) = rest.strip_prefix('"') else {
        return rest.split(' ').next().map(str::to_owned);
    };
    let mut name = String::new();
    let mut characters = quoted.chars().peekable();
    while let Some(c) = characters.next() {
        if c == '"' && characters.next_if_eq(&'"').is_none() {
            break;
        }
        name.push(c);
    }
    Some(name)
}

impl Plan {
    /// Shows it to people.
    pub fn show(&self, screen: &mut Screen) {
        for line in &self.lines {
            screen.line(line);
        }
        if self.is_generic {
            screen.line(
                "a plan for any values: with values (key=value) the chunks that it reads are counted",
            );
        }
        for it in &self.chunks {
            let name = words::relation(&it.schema, &it.name);
            screen.line(format!("reads {} of {} chunks of {name}", it.read, it.all));
        }
    }

    /// The JSON document.
    pub fn document(&self, query: &str) -> Value {
        let chunks: Vec<Value> = self
            .chunks
            .iter()
            .map(|it| json!({ "schema": it.schema, "name": it.name, "read": it.read, "all": it.all }))
            .collect();
        json!({
            "query": query,
            "generic": self.is_generic,
            "analyzed": self.is_analyzed,
            "plan": self.lines,
            "chunks": chunks,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scanned_relations_are_read_from_the_plan() {
        let plan = [
            "Custom Scan (ChunkAppend) on events e  (cost=0.1..2 rows=1)",
            "  ->  Index Scan using \"a on b\" on _hyper_1_1_chunk e_1  (cost=0.1..2 rows=1)",
            "  ->  Seq Scan on \"odd \"\" name\" e_2  (cost=0.1..2 rows=1)",
            "  ->  Seq Scan on _hyper_1_2_chunk  (cost=0.1..2 rows=1) (never executed)",
            "        Filter: (note = ' on x'::text)",
            "  ->  Update on _hyper_1_3_chunk",
        ];
        let plan: Vec<String> = plan.map(str::to_owned).into();
        let found: Vec<String> = scanned(&plan).into_iter().collect();
        assert_eq!(found, ["_hyper_1_1_chunk", "events", "odd \" name"]);
    }
}
