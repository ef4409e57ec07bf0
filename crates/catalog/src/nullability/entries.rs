//! What a query reads: tables, views, functions, VALUES, WITH items, and the columns that joins merge.

use crate::nodes::{Node, Value, nth, rte};

use super::scope::Scope;
use super::{Proof, types};

impl<'a> Scope<'_, 'a> {
    /// The proof for a column of the range table.
    pub(super) fn column(&self, index: i64, position: i64) -> Option<Proof> {
        let entry = self.entry(index)?;
        let kind = entry.int("rtekind")?;
        if position <= 0 {
            return self.row(index, position, kind);
        }
        if self.is_target(index) {
            return self.written(entry, index, position);
        }
        if kind == rte::GROUP {
            return self.expression(nth(entry.list("groupexprs"), position)?.node()?);
        }
        if self.joined.may_null(index, &self.ignored) || self.command.may_null_source(self.query) {
            return None;
        }
        match kind {
            rte::RELATION => self.prover.column(entry.oid("relid")?, position),
            rte::SUBQUERY => nth_proof(&self.subquery(index)?, position),
            rte::JOIN => self.expression(nth(entry.list("joinaliasvars"), position)?.node()?),
            rte::FUNCTION => self.of_function(entry, position),
            rte::TABLE_FUNCTION => of_table_function(entry.node("tablefunc")?, position),
            rte::VALUES => self.of_values(entry, position),
            rte::WITH => nth_proof(&self.with_item(entry)?, position),
            _ => None,
        }
    }

    /// A whole row, unless a join made it up; that of a function may be its value. What system columns hold is up to the table's kind.
    fn row(&self, index: i64, position: i64, kind: i64) -> Option<Proof> {
        let is_row = position == 0 && matches!(kind, rte::RELATION | rte::SUBQUERY | rte::WITH);
        let is_there =
            is_row && !self.is_target(index) && !self.joined.may_null(index, &self.ignored);
        is_there.then(|| Proof::because("a row of the query"))
    }

    fn of_values(&self, entry: &'a Node, position: i64) -> Option<Proof> {
        let rows = entry.list("values_lists");
        let value = |row: &'a Value| match row {
            Value::List(row) => self.expression(nth(row, position)?.node()?),
            _ => None,
        };
        (!rows.is_empty() && rows.iter().all(|row| value(row).is_some()))
            .then(|| Proof::because("every row of `VALUES`"))
    }

    /// A column of functions in FROM. Of several the shorter ones are filled up with nulls, but the rows are counted.
    fn of_function(&self, entry: &'a Node, position: i64) -> Option<Proof> {
        let functions: Vec<&Node> = entry.nodes("functions").collect();
        let counts = functions.iter().map(|it| it.int("funccolcount"));
        let columns: i64 = counts.sum::<Option<i64>>()?;
        if position > columns {
            let is_ordinality = entry.is_true("funcordinality") && position == columns + 1;
            return is_ordinality.then(|| Proof::because("`WITH ORDINALITY`"));
        }
        let [function] = functions[..] else {
            return None;
        };
        self.call_column(function.node("funcexpr")?, position, columns)
    }

    fn call_column(&self, call: &'a Node, position: i64, columns: i64) -> Option<Proof> {
        // A value of a composite type, or each element of an array of them, gives a column for each of its fields.
        let is_single = columns == 1 && types::is_scalar(types::of(call)?);
        if call.is_false("funcretset") || call.tag() != "FUNCEXPR" {
            return is_single.then(|| self.expression(call)).flatten();
        }
        let function = self.function(call, "funcid")?;
        if function.name == "unnest" && !is_single {
            return None;
        }
        self.set_column(call, position)
    }

    /// A column of what a function returns a set of.
    pub(super) fn set_column(&self, call: &'a Node, position: i64) -> Option<Proof> {
        let function = self.function(call, "funcid")?;
        let is_unnest = function.is_of_postgres() && function.name == "unnest";
        if is_unnest && position == 1 {
            let array = call.nodes("args").next()?;
            return self
                .has_no_null_elements(array)
                .then(|| Proof::because("an element of an array without nulls"));
        }
        function
            .gives_set_without_nulls(position)
            .then(|| Proof::because(format!("`{}`", function.name)))
    }
}

/// A column of XMLTABLE. Another kind of table function, from PostgreSQL 17 on, may null the columns of nested paths.
fn of_table_function(function: &Node, position: i64) -> Option<Proof> {
    const XMLTABLE: i64 = 0;
    if function.int("functype").unwrap_or(XMLTABLE) != XMLTABLE {
        return None;
    }
    let index = position.checked_sub(1)?;
    if function.int("ordinalitycol") == Some(index) {
        return Some(Proof::because("`FOR ORDINALITY`"));
    }
    // A set is written as `(b 0 2)`.
    let declared = function.list("notnulls").iter();
    declared
        .filter_map(Value::int)
        .any(|column| column == index)
        .then(|| Proof::because("`NOT NULL` of `XMLTABLE`"))
}

fn nth_proof(proofs: &[Option<Proof>], position: i64) -> Option<Proof> {
    let index = usize::try_from(position).ok()?.checked_sub(1)?;
    proofs.get(index)?.clone()
}
