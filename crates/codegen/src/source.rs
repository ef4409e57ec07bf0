//! The relations of a catalog, whatever kind they are.

use catalog::{Catalog, Column};

use crate::types::Key;

/// What kind of relation a module is for.
#[derive(Clone, Copy)]
pub(crate) enum Kind<'a> {
    Table(&'a catalog::Table),
    View(&'a catalog::View),
    Aggregate(&'a catalog::ContinuousAggregate),
}

/// A relation, whatever its kind.
pub(crate) struct Source<'a> {
    pub(crate) schema: &'a str,
    pub(crate) name: &'a str,
    pub(crate) comment: Option<&'a str>,
    pub(crate) columns: &'a [Column],
    pub(crate) kind: Kind<'a>,
}

impl<'a> Source<'a> {
    /// Its schema and name.
    pub(crate) fn key(&self) -> Key<'a> {
        (self.schema, self.name)
    }

    /// Whether its module writes rows.
    pub(crate) fn is_written(&self) -> bool {
        matches!(self.kind, Kind::Table(_))
    }
}

/// The relations of `catalog`, by schema and name.
pub(crate) fn sources(catalog: &Catalog) -> Vec<Source<'_>> {
    let tables = catalog.tables.iter().map(|t| Source {
        schema: &t.schema,
        name: &t.name,
        comment: t.comment.as_deref(),
        columns: &t.columns,
        kind: Kind::Table(t),
    });
    let views = catalog.views.iter().map(|v| Source {
        schema: &v.schema,
        name: &v.name,
        comment: v.comment.as_deref(),
        columns: &v.columns,
        kind: Kind::View(v),
    });
    let aggregates = catalog.continuous_aggregates.iter().map(|a| Source {
        schema: &a.schema,
        name: &a.name,
        comment: a.comment.as_deref(),
        columns: &a.columns,
        kind: Kind::Aggregate(a),
    });
    let mut sources: Vec<Source<'_>> = tables.chain(views).chain(aggregates).collect();
    sources.sort_by_key(Source::key);
    sources
}
