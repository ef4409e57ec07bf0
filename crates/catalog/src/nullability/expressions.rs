//! The rules for expressions: each is never null because its parts are not, or whatever they are.

use crate::nodes::{Node, Value};

use super::conditions::Outcome;
use super::scope::Scope;
use super::{FIRST_USER_OID, Proof};

/// `ParamKind` of `primnodes.h`.
mod parameter {
    /// A parameter of the statement.
    pub(super) const EXTERNAL: i64 = 0;
    /// A column of the rows that a subquery's test compares with.
    pub(super) const COMPARED: i64 = 2;
}

/// `XmlExprOp` of `primnodes.h`.
mod xml {
    pub(super) const CONCAT: i64 = 0;
    pub(super) const ELEMENT: i64 = 1;
    pub(super) const FOREST: i64 = 2;
}

/// `CURRENT_SCHEMA` among the `SQLValueFunctionOp`s of `primnodes.h`: null if no schema of the search path exists.
const CURRENT_SCHEMA: i64 = 14;

impl<'a> Scope<'_, 'a> {
    /// The proof that an expression is never null here.
    pub(super) fn expression(&self, node: &'a Node) -> Option<Proof> {
        // What contains a key is null only if its own rule says so.
        if self.keys_may_be_null && self.may_be_key(node) {
            return None;
        }
        if self.facts.knows(node) {
            return Some(Proof::because(
                "an expression whose nulls the query leaves out",
            ));
        }
        match node.tag() {
            "VAR" => self.variable(node),
            "CONST" => node.is_false("constisnull").then(Proof::constant),
            "PARAM" => self.parameter(node),
            "SQLVALUEFUNCTION" => (node.int("op")? != CURRENT_SCHEMA)
                .then(|| Proof::because("the time or the user of the session")),
            "AGGREF" => self.aggregate(node),
            "WINDOWFUNC" => self.window(node),
            "GROUPINGFUNC" => Some(Proof::because("`grouping`")),
            "FUNCEXPR" => self.call(node),
            "OPEXPR" => self.operator(node),
            "SCALARARRAYOPEXPR" => self.comparison_with_array(node),
            "ROWCOMPAREEXPR" => self.row_comparison(node),
            "BOOLEXPR" => self
                .all(node.nodes("args"))
                .map(|proofs| Proof::over("a condition on", &proofs)),
            "NULLTEST" | "BOOLEANTEST" => Some(test()),
            // The operator `=` of a user's type may give null.
            "DISTINCTEXPR" => {
                let equals = self.function(node, "opfuncid")?;
                equals.is_of_postgres().then(test)
            }
            "SUBLINK" => self.sublink(node),
            "ARRAYEXPR" => Some(Proof::because("`ARRAY`")),
            "ROWEXPR" => Some(Proof::because("`ROW`")),
            "COALESCEEXPR" => self.any("COALESCE", node.nodes("args")),
            "MINMAXEXPR" => {
                const GREATEST: i64 = 0;
                let name = match node.int("op")? {
                    GREATEST => "GREATEST",
                    _ => "LEAST",
                };
                self.any(name, node.nodes("args"))
            }
            "CASEEXPR" => self.case(node),
            "RELABELTYPE" | "COERCEVIAIO" | "ARRAYCOERCEEXPR" | "COERCETODOMAIN"
            | "COLLATEEXPR" | "NAMEDARGEXPR" => self.expression(node.node("arg")?),
            "JSONVALUEEXPR" => self.expression(node.node("formatted_expr")?),
            "JSONCONSTRUCTOREXPR" => self.json(node),
            "JSONISPREDICATE" => self
                .expression(node.node("expr")?)
                .map(|proof| Proof::over("`IS JSON` of", &[proof])),
            "JSONEXPR" => self.json_exists(node),
            "XMLEXPR" => self.xml(node),
            _ => None,
        }
    }

    /// Proofs of all expressions, or `None` when one is missing.
    pub(super) fn all(&self, expressions: impl Iterator<Item = &'a Node>) -> Option<Vec<Proof>> {
        expressions
            .map(|expression| self.expression(expression))
            .collect()
    }

    /// COALESCE, GREATEST and LEAST skip nulls: one argument that is never null is enough.
    fn any(&self, name: &str, arguments: impl Iterator<Item = &'a Node>) -> Option<Proof> {
        let arguments: Vec<&Node> = arguments.collect();
        let with = |place: &Self| arguments.iter().find_map(|it| place.expression(it));
        let proof = with(self).or_else(|| {
            // In each row of a FULL JOIN there is the left side or the right: a value of either is enough.
            let each = |[left, right]: [usize; 2]| {
                with(&self.supposing(right)?)?;
                with(&self.supposing(left)?)?;
                Some(Proof::because("a value of either side of the join"))
            };
            self.joined.full_joins().find_map(each)
        })?;
        Some(Proof::because(format!("`{name}` with {}", proof.text)))
    }

    /// A branch is evaluated only where its condition holds, and none before it.
    fn case(&self, node: &'a Node) -> Option<Proof> {
        let conditions = self.conditions();
        let is_searched = node.is_null("arg");
        let mut place = self.clone();
        for branch in node.nodes("args") {
            let result = branch.node("result")?;
            if !is_searched {
                place.expression(result)?;
                continue;
            }
            let condition = branch.node("expr")?;
            // A branch whose condition is never true gives nothing.
            if let Some(facts) = conditions.implied(condition, Outcome::True) {
                place.knowing(facts).expression(result)?;
            }
            let otherwise = conditions.implied(condition, Outcome::NotTrue);
            place = place.knowing(otherwise.unwrap_or_default());
        }
        place.expression(node.node("defresult")?)?;
        Some(Proof::because("every branch of `CASE` gives a value"))
    }

    /// `x = ANY (array)`, where a null in the array makes a null of what is not found.
    fn comparison_with_array(&self, node: &'a Node) -> Option<Proof> {
        let function = self.function(node, "opfuncid")?;
        let arguments: Vec<&Node> = node.nodes("args").collect();
        let [value, array] = arguments[..] else {
            return None;
        };
        if !function.keeps_not_null() || !self.has_no_null_elements(array) {
            return None;
        }
        let proof = self.expression(value)?;
        Some(Proof::over("a comparison with an array of", &[proof]))
    }

    /// Whether the expression is an array that is not null and has no nulls in it.
    pub(super) fn has_no_null_elements(&self, node: &'a Node) -> bool {
        match node.tag() {
            "ARRAYEXPR" => node.is_false("multidims") && self.all(node.nodes("elements")).is_some(),
            // `dataoffset` of an array's header: 0 if it has no bitmap of nulls.
            "CONST" => match node.field("constvalue") {
                Some(Value::Datum(bytes)) => {
                    node.int("constlen") == Some(-1) && bytes.get(8..12) == Some(&[0; 4])
                }
                _ => false,
            },
            "RELABELTYPE" => node
                .node("arg")
                .is_some_and(|arg| self.has_no_null_elements(arg)),
            _ => false,
        }
    }

    /// `(a, b) < (c, d)` by operators of PostgreSQL's own.
    fn row_comparison(&self, node: &'a Node) -> Option<Proof> {
        let mut operators = node.list("opnos").iter().skip(1);
        let is_known =
            |operator: &Value| Value::int(operator).is_some_and(|oid| oid < FIRST_USER_OID);
        if !operators.all(is_known) {
            return None;
        }
        let proofs = self.all(node.nodes("largs").chain(node.nodes("rargs")))?;
        Some(Proof::over("a comparison of", &proofs))
    }

    fn parameter(&self, node: &'a Node) -> Option<Proof> {
        let number = node.int("paramid")?;
        match node.int("paramkind")? {
            parameter::EXTERNAL => self
                .prover
                .parameters
                .contains(&number)
                .then(|| Proof::because(format!("the parameter ${number}"))),
            parameter::COMPARED => {
                let index = usize::try_from(number).ok()?.checked_sub(1)?;
                self.compared.as_ref()?.get(index)?.clone()
            }
            _ => None,
        }
    }

    /// XMLELEMENT always gives an element; XMLCONCAT and XMLFOREST skip nulls.
    fn xml(&self, node: &'a Node) -> Option<Proof> {
        match node.int("op")? {
            xml::CONCAT => self.any("XMLCONCAT", node.nodes("args")),
            xml::ELEMENT => Some(Proof::because("`XMLELEMENT`")),
            xml::FOREST => self.any("XMLFOREST", node.nodes("named_args")),
            _ => None,
        }
    }
}

fn test() -> Proof {
    Proof::because("a test for null, true, false or difference")
}
