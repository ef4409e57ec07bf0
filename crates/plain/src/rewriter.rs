//! The statements of a project's migrations together: some create the continuous aggregates that others write to.

use std::collections::BTreeSet;

use sql::rewriting::Rewriting;
use sql::timescaledb::NAMESPACES;

use crate::rewrite::{
    NotSupported, check_writes, created_aggregate, created_relation, on_aggregate, rewrite,
};

/// SQLSTATE of a relation of another kind than a statement takes, and of a view that nothing can be written to.
const OF_VIEWS: [&str; 2] = ["42809", "55000"];

/// Rewrites the statements of a project's migrations.
#[derive(Debug, Clone)]
pub struct Rewriter {
    /// The names of the continuous aggregates that they create, without schemas.
    aggregates: BTreeSet<String>,
    /// Those of them that no table or plain view has, in whatever schema: a body that writes to one of these writes to the aggregate.
    unmistakable: BTreeSet<String>,
}

impl Rewriter {
    /// For these statements, which are all of the migrations'.
    pub fn new<'a>(statements: impl Iterator<Item = &'a str>) -> Rewriter {
        let (mut aggregates, mut others) = (BTreeSet::new(), BTreeSet::new());
        for statement in statements {
            aggregates.extend(created_aggregate(statement));
            others.extend(created_relation(statement));
        }
        Rewriter {
            unmistakable: aggregates.difference(&others).cloned().collect(),
            aggregates,
        }
    }

    /// What to send instead of one of the statements, which has no semicolon at its end.
    ///
    /// # Errors
    /// When the statement asks for what only TimescaleDB can do.
    pub fn rewrite(&self, statement: &str) -> Result<Rewriting, NotSupported> {
        let rewriting = rewrite(statement)?;
        check_writes(statement, &self.unmistakable)?;
        Ok(on_aggregate(statement, &self.aggregates).unwrap_or(rewriting))
    }

    /// Whether a function, or a string that it executes, was refused for what would have been rewritten in a file: TimescaleDB's options,
    /// its extension, or a continuous aggregate as another kind of relation than the view that it is. `code` is the error's SQLSTATE, and
    /// `names` are those that its message quotes.
    pub fn is_unseen<'a>(&self, code: &str, mut names: impl Iterator<Item = &'a str>) -> bool {
        if OF_VIEWS.contains(&code) {
            names.any(|name| self.aggregates.contains(name))
        } else {
            names.any(|it| NAMESPACES.contains(&it) || it == "_timescaledb_catalog")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AGGREGATE: &str =
        "CREATE MATERIALIZED VIEW s.daily WITH (timescaledb.continuous) AS SELECT 1";

    #[test]
    fn what_is_written_to_an_aggregate_of_the_migrations_is_rewritten() {
        let rewriter = Rewriter::new([AGGREGATE].into_iter());
        let text = |sql: &str| rewriter.rewrite(sql).unwrap().text;
        assert!(text("DELETE FROM daily").starts_with("CALL _timescaledb_functions.write_to("));
        assert_eq!(text("DELETE FROM weekly"), "DELETE FROM weekly");
    }

    #[test]
    fn a_write_in_a_body_is_refused_where_the_name_is_the_aggregate_s_alone() {
        let body = "DO $$ BEGIN DELETE FROM daily; END $$";
        let rewriter = Rewriter::new([AGGREGATE].into_iter());
        let error = rewriter.rewrite(body).unwrap_err();
        assert_eq!(&body[error.range], "DELETE FROM daily");
        for other in [
            "CREATE TABLE IF NOT EXISTS public.daily (n int)",
            "CREATE OR REPLACE VIEW daily AS SELECT 1",
        ] {
            let rewriter = Rewriter::new([AGGREGATE, other].into_iter());
            assert_eq!(rewriter.rewrite(body).unwrap().text, body);
        }
    }

    #[test]
    fn what_a_function_is_refused_for_would_have_been_rewritten() {
        let rewriter = Rewriter::new([AGGREGATE].into_iter());
        let is_unseen = |code, name| rewriter.is_unseen(code, [name].into_iter());
        assert!(is_unseen("22023", "timescaledb"));
        assert!(is_unseen("42809", "daily"));
        assert!(!is_unseen("42809", "weekly"));
        assert!(!is_unseen("22023", "daily"));
    }
}
