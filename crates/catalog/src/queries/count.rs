//! How many rows a query gives: exactly one, at most one, or nobody knows.

use crate::nodes::{Node, Value, nth};

use super::joined::Joined;
use super::rows::Rows;
use super::{DELETE, INSERT, MERGE, RowCount, SELECT, UPDATE};

/// The OIDs of `integer` and `bigint`.
const INTEGERS: [Option<i64>; 2] = [Some(23), Some(20)];

impl<'a> Rows<'a> {
    pub(super) fn count(self, query: &'a Node) -> RowCount {
        match self.at_most_one(query) {
            None => RowCount::Many,
            Some(why) if self.has_a_row(query) => RowCount::ExactlyOne(why),
            Some(why) => RowCount::AtMostOne(why),
        }
    }

    fn has_a_row(self, query: &'a Node) -> bool {
        match query.int("commandType") {
            Some(SELECT) => self.prover.has_a_row(query),
            Some(INSERT) => self.surely_inserts(query),
            _ => false,
        }
    }

    /// Why there is no second row.
    pub(super) fn at_most_one(self, query: &'a Node) -> Option<String> {
        match query.int("commandType")? {
            SELECT => self.selects_one(query),
            INSERT => {
                self.is_written_as_it_is(query)?;
                self.inserts_one(query)
            }
            UPDATE | DELETE => {
                self.is_written_as_it_is(query)?;
                let joined = Joined::read(self, query);
                joined.why(query.int("resultRelation")?)
            }
            MERGE => {
                self.is_written_as_it_is(query)?;
                Joined::merged(self, query)?.why_all()
            }
            _ => None,
        }
    }

    fn selects_one(self, query: &'a Node) -> Option<String> {
        if is_limited_to_one(query) {
            return Some("`LIMIT 1`".to_owned());
        }
        if let Some(operation) = query.node("setOperations") {
            return self.inside()?.operation_gives_one(query, operation);
        }
        if !query.is_false("hasTargetSRFs") || self.prover.fills_gaps(query) {
            return None;
        }
        if !query.is_null("groupingSets") {
            return None;
        }
        let is_one_group = !query.is_false("hasAggs") || !query.is_null("havingQual");
        if query.is_null("groupClause") && is_one_group {
            return Some("an aggregate without `GROUP BY`".to_owned());
        }
        let joined = Joined::read(self, query);
        if let Some(why) = joined.why_all() {
            return Some(why);
        }
        let lists = ["groupClause", "distinctClause"];
        let is_given = |list: &str| {
            let mut keys = query.nodes(list).peekable();
            keys.peek().is_some() && keys.all(|key| joined.is_key_given(key))
        };
        lists
            .iter()
            .any(|list| is_given(list))
            .then(|| "the keys of the groups are given".to_owned())
    }

    /// INTERSECT gives rows of both arms, EXCEPT such of the first.
    fn operation_gives_one(self, query: &'a Node, operation: &'a Node) -> Option<String> {
        /// `SetOperation` of `parsenodes.h`.
        const INTERSECT: i64 = 2;
        const EXCEPT: i64 = 3;
        if operation.tag() == "RANGETBLREF" {
            let entry = nth(query.list("rtable"), operation.int("rtindex")?)?.node()?;
            return self.at_most_one(entry.node("subquery")?);
        }
        let arm = |side: &str| self.operation_gives_one(query, operation.node(side)?);
        match operation.int("op")? {
            INTERSECT => arm("larg").or_else(|| arm("rarg")),
            EXCEPT => arm("larg"),
            _ => None,
        }
    }

    /// That what the query says is done to a table, and nothing else in its place.
    fn is_written_as_it_is(self, query: &'a Node) -> Option<()> {
        let target = nth(query.list("rtable"), query.int("resultRelation")?)?.node()?;
        let traits = self.world.relations.get(&target.oid("relid")?)?;
        let is_table = matches!(traits.kind.as_str(), "r" | "p");
        (is_table && !traits.has_rules && !traits.is_foreign).then_some(())
    }

    fn inserts_one(self, query: &'a Node) -> Option<String> {
        if !query.is_false("hasTargetSRFs") {
            return None;
        }
        match self.inserted(query)? {
            None => Some("`INSERT` of one row".to_owned()),
            Some(source) => self.inside()?.at_most_one(source),
        }
    }

    /// The query whose rows are inserted; inside, nothing for a single row of VALUES.
    fn inserted(self, query: &'a Node) -> Option<Option<&'a Node>> {
        let tree = query.node("jointree").filter(|it| it.is_null("quals"))?;
        let mut items = tree.nodes("fromlist");
        match (items.next(), items.next()) {
            (None, _) => Some(None),
            (Some(item), None) => {
                let entry = nth(query.list("rtable"), item.int("rtindex")?)?.node()?;
                entry.node("subquery").map(Some)
            }
            _ => None,
        }
    }

    /// Whether each row that is to be inserted is there afterwards.
    fn surely_inserts(self, query: &'a Node) -> bool {
        let target = query.int("resultRelation");
        let target = target.and_then(|it| nth(query.list("rtable"), it)?.node()?.oid("relid"));
        let traits = target.and_then(|it| self.world.relations.get(&it));
        let may_skip = traits.is_none_or(|it| it.has_row_triggers);
        // `ONCONFLICT_UPDATE` of `nodes.h`.
        // A row that another part of the same statement has written is left as it is.
        let is_updated = |it: &Node| {
            it.int("action") == Some(2)
                && it.is_null("onConflictWhere")
                && query.is_false("hasModifyingCTE")
        };
        let conflicts =
            query.is_null("onConflict") || query.node("onConflict").is_some_and(is_updated);
        let has_a_row = || match self.inserted(query) {
            Some(None) => true,
            Some(Some(source)) => self.prover.has_a_row(source),
            None => false,
        };
        !may_skip && conflicts && has_a_row()
    }
}

/// Whether LIMIT, which is not WITH TIES, lets one row or none pass.
fn is_limited_to_one(query: &Node) -> bool {
    // `LIMIT_OPTION_COUNT` of `nodes.h`.
    if query.int("limitOption") != Some(0) {
        return false;
    }
    let Some(mut limit) = query.node("limitCount") else {
        return false;
    };
    // The number is cast to `bigint`.
    if limit.tag() == "FUNCEXPR" && limit.int("funcid") == Some(481) {
        match limit.nodes("args").next() {
            Some(argument) => limit = argument,
            None => return false,
        }
    }
    let bytes = match limit.field("constvalue") {
        Some(Value::Datum(bytes)) => bytes,
        _ => return false,
    };
    limit.tag() == "CONST"
        && INTEGERS.contains(&limit.int("consttype"))
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| *byte == 0 || (at == 0 && *byte == 1))
}
