//! What follows the rows: older chunks go into the columnstore, and continuous aggregates are refreshed.

use std::collections::BTreeSet;

use catalog::{Catalog, ContinuousAggregate, RelationRef, Table};
use sql::quote;

use crate::names::written;

/// Statements for after all rows are in. Each runs by itself, outside a transaction.
pub(crate) fn after(catalog: &Catalog) -> Vec<String> {
    let has_columnstore = |it: &&Table| {
        it.hypertable
            .as_ref()
            .is_some_and(|it| it.columnstore.is_some())
    };
    let tables = catalog.tables.iter().filter(has_columnstore);
    let compressed = tables.map(|it| compress(&it.schema, &it.name));
    let refreshed = in_order(catalog).into_iter().map(|it| {
        let name = quote::literal(&written(&it.schema, &it.name));
        format!("CALL refresh_continuous_aggregate({name}, NULL, NULL)")
    });
    compressed.chain(refreshed).collect()
}

/// The older half of a hypertable's chunks. A server without TimescaleDB has none.
///
/// The extension may be in any schema, hence the statement that is put together on the server.
fn compress(schema: &str, name: &str) -> String {
    let (schema, name) = (quote::literal(schema), quote::literal(name));
    let body = format!(
        "DECLARE
    own text;
    chunk text;
BEGIN
    SELECT pg_catalog.quote_ident(n.nspname) INTO own FROM pg_catalog.pg_extension AS e
    JOIN pg_catalog.pg_namespace AS n ON n.oid OPERATOR(pg_catalog.=) e.extnamespace
    WHERE e.extname OPERATOR(pg_catalog.=) 'timescaledb';
    IF own IS NULL THEN
        RETURN;
    END IF;
    FOR chunk IN EXECUTE
        'SELECT pg_catalog.format(''%I.%I'', c.chunk_schema, c.chunk_name) FROM (
            SELECT *, pg_catalog.row_number() OVER (ORDER BY range_start, range_start_integer, chunk_name) AS place,
                pg_catalog.count(*) OVER () AS chunks
            FROM timescaledb_information.chunks
            WHERE hypertable_schema OPERATOR(pg_catalog.=) $1 AND hypertable_name OPERATOR(pg_catalog.=) $2
        ) AS c
        WHERE 2 OPERATOR(pg_catalog.*) c.place OPERATOR(pg_catalog.<=) c.chunks AND NOT c.is_compressed
        ORDER BY c.place'
        USING {schema}::pg_catalog.name, {name}::pg_catalog.name
    LOOP
        EXECUTE pg_catalog.format('SELECT %s.compress_chunk(%L)', own, chunk);
    END LOOP;
END"
    );
    format!("DO {}", quote::literal(&body))
}

/// An aggregate after the one that it reads.
fn in_order(catalog: &Catalog) -> Vec<&ContinuousAggregate> {
    let mut left: Vec<&ContinuousAggregate> = catalog.continuous_aggregates.iter().collect();
    let mut ordered = Vec::new();
    while !left.is_empty() {
        let open: BTreeSet<RelationRef> = left
            .iter()
            .map(|it| RelationRef {
                schema: it.schema.clone(),
                name: it.name.clone(),
            })
            .collect();
        let (ready, rest): (Vec<_>, Vec<_>) =
            left.into_iter().partition(|it| !open.contains(&it.source));
        if ready.is_empty() {
            break;
        }
        ordered.extend(ready);
        left = rest;
    }
    ordered
}
