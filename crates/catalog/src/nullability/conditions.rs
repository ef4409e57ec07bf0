//! What a condition says of its columns: when it is true, its NULL tests hold, and whatever a strict operator was given is not null.

use crate::nodes::{Node, Value, nth};

use super::facts::{Facts, Reference};
use super::{BOOLEAN, Prover};

/// What is known of a condition's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    True,
    False,
    /// False or null.
    NotTrue,
    /// True or null.
    NotFalse,
    NotNull,
}

impl Outcome {
    /// What it says of the argument of NOT.
    fn negated(self) -> Outcome {
        match self {
            Outcome::True => Outcome::False,
            Outcome::False => Outcome::True,
            Outcome::NotTrue => Outcome::NotFalse,
            Outcome::NotFalse => Outcome::NotTrue,
            Outcome::NotNull => Outcome::NotNull,
        }
    }

    fn excludes_null(self) -> bool {
        matches!(self, Outcome::True | Outcome::False | Outcome::NotNull)
    }
}

/// `SubLinkType` of `primnodes.h`.
pub(super) mod sublink {
    pub(in super::super) const EXISTS: i64 = 0;
    pub(in super::super) const ALL: i64 = 1;
    pub(in super::super) const ANY: i64 = 2;
    pub(in super::super) const EXPRESSION: i64 = 4;
    pub(in super::super) const ARRAY: i64 = 6;
}

/// `NullTestType` of `primnodes.h`.
const IS_NULL: i64 = 0;
const IS_NOT_NULL: i64 = 1;

/// The conditions of one query.
#[derive(Clone, Copy)]
pub(super) struct Conditions<'a> {
    prover: &'a Prover,
    query: &'a Node,
    /// How many CASE expressions are around: the condition of each is looked at twice.
    cases: u32,
    /// Whether nothing can be said: a condition on rows that fill gaps is one on the rows before they are filled up.
    is_void: bool,
}

/// How many CASE expressions in conditions of each other are looked at.
const CASES: u32 = 8;

impl<'a> Conditions<'a> {
    pub(super) fn of(prover: &'a Prover, query: &'a Node) -> Conditions<'a> {
        Conditions {
            prover,
            query,
            cases: 0,
            is_void: false,
        }
    }

    /// The conditions on the rows of what the query reads.
    pub(super) fn of_rows(prover: &'a Prover, query: &'a Node) -> Conditions<'a> {
        Conditions {
            is_void: prover.reads_filled(query),
            ..Conditions::of(prover, query)
        }
    }

    /// What is not null when the condition has this outcome; `None` if it never has.
    pub(super) fn implied(&self, condition: &'a Node, outcome: Outcome) -> Option<Facts<'a>> {
        if self.is_void {
            return Some(Facts::default());
        }
        let mut facts = self.by_kind(condition, outcome)?;
        if outcome.excludes_null() {
            self.add(condition, &mut facts);
        }
        Some(facts)
    }

    fn by_kind(&self, condition: &'a Node, outcome: Outcome) -> Option<Facts<'a>> {
        match condition.tag() {
            "CONST" => constant(condition, outcome).then(Facts::default),
            "BOOLEXPR" => self.junction(condition, outcome),
            "NULLTEST" => Some(self.null_test(condition, outcome)),
            "BOOLEANTEST" => self.boolean_test(condition, outcome),
            "DISTINCTEXPR" => Some(self.distinct(condition, outcome)),
            "SUBLINK" if outcome == Outcome::True => Some(self.subquery(condition)),
            "CASEEXPR" if self.cases < CASES => {
                let inside = Conditions {
                    cases: self.cases + 1,
                    ..*self
                };
                inside.case(condition, outcome)
            }
            "CASEEXPR" => Some(Facts::default()),
            // Some argument is the result.
            "COALESCEEXPR" if outcome.excludes_null() => {
                self.one_of(condition.nodes("args").map(|it| self.implied(it, outcome)))
            }
            "MINMAXEXPR" if outcome.excludes_null() => {
                let values = condition.nodes("args");
                self.one_of(values.map(|it| self.implied(it, Outcome::NotNull)))
            }
            "SCALARARRAYOPEXPR" if outcome.excludes_null() => {
                Some(self.comparison_with_array(condition, outcome))
            }
            _ if outcome.excludes_null() => Some(self.strict(condition)),
            _ => Some(Facts::default()),
        }
    }

    /// AND, OR and NOT.
    fn junction(&self, condition: &'a Node, outcome: Outcome) -> Option<Facts<'a>> {
        let arguments = condition.nodes("args");
        let of_all = |outcome| {
            let mut facts = Facts::default();
            for argument in condition.nodes("args") {
                facts.extend(self.implied(argument, outcome)?);
            }
            Some(facts)
        };
        // The text form writes `AND_EXPR` as `and`.
        match (condition.text("boolop").unwrap_or_default(), outcome) {
            ("and", Outcome::True | Outcome::NotFalse) => of_all(outcome),
            ("or", Outcome::False | Outcome::NotTrue) => of_all(outcome),
            ("and", Outcome::False | Outcome::NotTrue)
            | ("or", Outcome::True | Outcome::NotFalse) => {
                self.one_of(arguments.map(|it| self.implied(it, outcome)))
            }
            ("and" | "or", Outcome::NotNull) => self.one_of(
                [Outcome::True, Outcome::False]
                    .map(|it| self.junction(condition, it))
                    .into_iter(),
            ),
            ("not", _) => match condition.nodes("args").next() {
                Some(argument) => self.implied(argument, outcome.negated()),
                None => Some(Facts::default()),
            },
            _ => Some(Facts::default()),
        }
    }

    fn null_test(&self, condition: &'a Node, outcome: Outcome) -> Facts<'a> {
        let Some(argument) = condition.node("arg") else {
            return Facts::default();
        };
        match (condition.int("nulltesttype"), outcome) {
            (Some(IS_NOT_NULL), Outcome::True | Outcome::NotFalse) => {
                let mut facts = self.not_null(argument);
                if argument.tag() == "ROWEXPR" && condition.is_true("argisrow") {
                    // That a row is not null means that none of its fields is, except where it is `IS DISTINCT FROM NULL`.
                    for field in argument.nodes("args") {
                        facts.extend(self.not_null(field));
                    }
                }
                facts
            }
            (Some(IS_NULL), Outcome::False | Outcome::NotTrue) => self.not_null(argument),
            _ => Facts::default(),
        }
    }

    fn boolean_test(&self, condition: &'a Node, outcome: Outcome) -> Option<Facts<'a>> {
        let Some(argument) = condition.node("arg") else {
            return Some(Facts::default());
        };
        let is_so = match outcome {
            Outcome::True | Outcome::NotFalse => true,
            Outcome::False | Outcome::NotTrue => false,
            Outcome::NotNull => return Some(Facts::default()),
        };
        // `BoolTestType` of `primnodes.h`: IS TRUE, IS NOT TRUE, IS FALSE, IS NOT FALSE, IS UNKNOWN, IS NOT UNKNOWN.
        let of_argument = match (condition.int("booltesttype"), is_so) {
            (Some(0), true) | (Some(1), false) => Outcome::True,
            (Some(0), false) | (Some(1), true) => Outcome::NotTrue,
            (Some(2), true) | (Some(3), false) => Outcome::False,
            (Some(2), false) | (Some(3), true) => Outcome::NotFalse,
            (Some(4), false) | (Some(5), true) => Outcome::NotNull,
            _ => return Some(Facts::default()),
        };
        self.implied(argument, of_argument)
    }

    /// That a value is not distinct from a constant.
    fn distinct(&self, condition: &'a Node, outcome: Outcome) -> Facts<'a> {
        let is_equal = matches!(outcome, Outcome::False | Outcome::NotTrue);
        let arguments: Vec<&Node> = condition.nodes("args").collect();
        let is_value = |node: &Node| node.tag() == "CONST" && node.is_false("constisnull");
        match arguments[..] {
            [value, other] | [other, value] if is_equal && is_value(other) => self.not_null(value),
            _ => Facts::default(),
        }
    }

    /// EXISTS says that some row passed the subquery's WHERE clause, IN that the value was equal to some row's.
    fn subquery(&self, condition: &'a Node) -> Facts<'a> {
        let mut facts = Facts::default();
        match condition.int("subLinkType") {
            Some(sublink::ANY) => {
                if let Some(test) = condition.node("testexpr") {
                    facts = self.implied(test, Outcome::True).unwrap_or_default();
                }
            }
            Some(sublink::EXISTS) => {}
            _ => return facts,
        }
        if let Some(query) = condition.node("subselect") {
            facts.columns.extend(self.passed(query));
        }
        facts
    }

    /// The columns of this query that are not null if the subquery has a row.
    fn passed(&self, query: &'a Node) -> Vec<Reference> {
        let is_plain = query.tag() == "QUERY"
            && query.is_false("hasAggs")
            && query.is_null("groupClause")
            && query.is_null("groupingSets")
            && query.is_null("havingQual")
            && query.is_null("setOperations");
        let Some(tree) = query.node("jointree").filter(|_| is_plain) else {
            return Vec::new();
        };
        let inside = Conditions { query, ..*self };
        let mut facts = Facts::default();
        for condition in inner_conditions(tree) {
            facts.extend(inside.implied(condition, Outcome::True).unwrap_or_default());
        }
        let outside = facts.columns.into_iter().filter(|it| it.levels > 0);
        let seen_from_here = outside.map(|it| Reference {
            levels: it.levels - 1,
            ..it
        });
        seen_from_here.map(|it| self.resolved(it)).collect()
    }

    /// Some branch gives the result: its condition holds, and none before it.
    fn case(&self, condition: &'a Node, outcome: Outcome) -> Option<Facts<'a>> {
        let is_searched = condition.is_null("arg");
        let mut before = Facts::default();
        let mut branches = Vec::new();
        for branch in condition.nodes("args") {
            let (Some(when), Some(then)) = (branch.node("expr"), branch.node("result")) else {
                return Some(Facts::default());
            };
            let here = if is_searched {
                self.implied(when, Outcome::True)
            } else {
                Some(Facts::default())
            };
            branches.push(
                here.zip(self.implied(then, outcome))
                    .map(|(mut all, then)| {
                        all.extend(then);
                        all.extend(before.clone());
                        all
                    }),
            );
            if is_searched {
                before.extend(self.implied(when, Outcome::NotTrue).unwrap_or_default());
            }
        }
        let Some(otherwise) = condition.node("defresult") else {
            return Some(Facts::default());
        };
        let otherwise = self.implied(otherwise, outcome);
        branches.push(otherwise.map(|mut all| {
            all.extend(before);
            all
        }));
        self.one_of(branches.into_iter())
    }

    /// `x = ANY (array)`: with no elements it is false whatever x is, and `ALL` is true.
    fn comparison_with_array(&self, condition: &'a Node, outcome: Outcome) -> Facts<'a> {
        let arguments: Vec<&Node> = condition.nodes("args").collect();
        let [value, array] = arguments[..] else {
            return Facts::default();
        };
        let mut facts = self.not_null(array);
        let has_elements = array.tag() == "ARRAYEXPR"
            && array.is_false("multidims")
            && !array.list("elements").is_empty();
        let was_compared = match condition.text("useOr") {
            Some("true") => has_elements || outcome == Outcome::True,
            Some("false") => has_elements || outcome == Outcome::False,
            _ => false,
        };
        if was_compared && self.is_strict(condition, "opfuncid") {
            facts.extend(self.not_null(value));
        }
        facts
    }

    /// What must be not null for the result not to be.
    fn strict(&self, node: &'a Node) -> Facts<'a> {
        let is_strict = match node.tag() {
            "FUNCEXPR" => node.is_false("funcretset") && self.is_strict(node, "funcid"),
            "OPEXPR" => node.is_false("opretset") && self.is_strict(node, "opfuncid"),
            "RELABELTYPE" | "COERCEVIAIO" | "ARRAYCOERCEEXPR" | "COERCETODOMAIN"
            | "COLLATEEXPR" | "NAMEDARGEXPR" | "FIELDSELECT" => {
                return node
                    .node("arg")
                    .map(|it| self.not_null(it))
                    .unwrap_or_default();
            }
            "SUBSCRIPTINGREF" if node.is_null("refassgnexpr") => {
                return node
                    .node("refexpr")
                    .map(|it| self.not_null(it))
                    .unwrap_or_default();
            }
            "NULLIFEXPR" => {
                // It is the first argument, or null.
                let first = node.nodes("args").next();
                return first.map(|it| self.not_null(it)).unwrap_or_default();
            }
            _ => false,
        };
        let mut facts = Facts::default();
        if is_strict {
            for argument in node.nodes("args") {
                facts.extend(self.not_null(argument));
            }
        }
        facts
    }

    fn not_null(&self, node: &'a Node) -> Facts<'a> {
        self.implied(node, Outcome::NotNull).unwrap_or_default()
    }

    /// Enters an expression that is not null.
    fn add(&self, node: &'a Node, facts: &mut Facts<'a>) {
        match Reference::of(node) {
            Some(reference) => {
                facts.columns.insert(self.resolved(reference));
            }
            None if self.is_repeatable(node) => facts.expressions.push(node),
            None => {}
        }
    }

    /// The column behind a name that a join gave it.
    fn resolved(&self, reference: Reference) -> Reference {
        let mut found = reference;
        // Joins in joins: the range table has an entry for each, so this ends.
        for _ in self.query.list("rtable") {
            if found.levels != 0 {
                break;
            }
            let behind = self.behind(found).and_then(Reference::of);
            let Some(behind) = behind.filter(|it| it.levels == 0) else {
                break;
            };
            found = behind;
        }
        found
    }

    fn behind(&self, reference: Reference) -> Option<&'a Node> {
        let entry = nth(self.query.list("rtable"), reference.entry)?.node()?;
        let columns = match entry.field("joinaliasvars") {
            Some(_) => entry.list("joinaliasvars"),
            None => entry.list("groupexprs"),
        };
        nth(columns, reference.position)?.node()
    }

    fn is_strict(&self, node: &Node, field: &str) -> bool {
        self.prover
            .function(node, field)
            .is_some_and(|it| it.is_strict)
    }

    /// Whether the expression has the same value wherever it is evaluated for a row.
    fn is_repeatable(&self, node: &'a Node) -> bool {
        let mut is_repeatable = !matches!(node.tag(), "CONST" | "PARAM");
        node.walk(&mut |node| {
            is_repeatable &= match node.tag() {
                "VAR" | "CONST" | "RELABELTYPE" | "COLLATEEXPR" | "SUBSCRIPTINGREF"
                | "FIELDSELECT" | "TARGETENTRY" | "SORTGROUPCLAUSE" | "NAMEDARGEXPR" => true,
                "FUNCEXPR" => node.is_false("funcretset") && self.is_stable(node, "funcid"),
                "OPEXPR" => node.is_false("opretset") && self.is_stable(node, "opfuncid"),
                "NULLIFEXPR" => self.is_stable(node, "opfuncid"),
                "AGGREF" => self.is_stable(node, "aggfnoid"),
                _ => false,
            };
        });
        is_repeatable
    }

    fn is_stable(&self, node: &Node, field: &str) -> bool {
        self.prover
            .function(node, field)
            .is_some_and(|it| !it.is_volatile)
    }

    /// What holds in each of the cases that can be.
    fn one_of(&self, cases: impl Iterator<Item = Option<Facts<'a>>>) -> Option<Facts<'a>> {
        let possible = cases.flatten();
        possible.reduce(|mut common, case| {
            common.retain_common(&case);
            common
        })
    }
}

/// The WHERE clause, and the conditions of inner joins that no outer join is around.
fn inner_conditions(tree: &Node) -> Vec<&Node> {
    let mut found: Vec<&Node> = tree.node("quals").into_iter().collect();
    let mut items: Vec<&Node> = tree.nodes("fromlist").collect();
    while let Some(item) = items.pop() {
        if item.tag() == "JOINEXPR" && item.int("jointype") == Some(0) {
            found.extend(item.node("quals"));
            items.extend(item.node("larg"));
            items.extend(item.node("rarg"));
        }
    }
    found
}

/// Whether a constant can have the outcome.
fn constant(node: &Node, outcome: Outcome) -> bool {
    if node.is_true("constisnull") {
        return !outcome.excludes_null();
    }
    if node.int("consttype") != Some(BOOLEAN) {
        return true;
    }
    let Some(Value::Datum(bytes)) = node.field("constvalue") else {
        return true;
    };
    let is_true = bytes.iter().any(|byte| *byte != 0);
    match outcome {
        Outcome::True | Outcome::NotFalse => is_true,
        Outcome::False | Outcome::NotTrue => !is_true,
        Outcome::NotNull => true,
    }
}
