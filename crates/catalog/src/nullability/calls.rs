//! Calls: functions and operators, aggregates, and window functions with their frames.

use crate::nodes::{Node, Value};

use super::functions::{Aggregate, Window};
use super::scope::Scope;
use super::{Function, Proof, types};

/// `CoercionForm` of `primnodes.h`: an explicit and an implicit cast.
const CASTS: [i64; 2] = [1, 2];

/// `FRAMEOPTION_…` of `parsenodes.h`.
mod frame {
    pub(super) const ROWS: i64 = 0x4;
    pub(super) const GROUPS: i64 = 0x8;
    pub(super) const FROM_START: i64 = 0x20;
    pub(super) const TO_END: i64 = 0x100;
    pub(super) const FROM_CURRENT: i64 = 0x200;
    pub(super) const TO_CURRENT: i64 = 0x400;
    pub(super) const FROM_BEFORE: i64 = 0x800;
    pub(super) const TO_AFTER: i64 = 0x4000;
    pub(super) const WITHOUT_CURRENT: i64 = 0x8000;
    pub(super) const WITHOUT_GROUP: i64 = 0x10000;
}

impl<'a> Scope<'_, 'a> {
    pub(super) fn call(&self, node: &'a Node) -> Option<Proof> {
        if node.is_true("funcretset") {
            return self.set(node);
        }
        let function = self.function(node, "funcid")?;
        if !node.is_false("funcretset") {
            return None;
        }
        if function.skips_nulls() {
            return self.skipping(function, node);
        }
        if function.needs_any() {
            let name = format!("`{}` of", function.name);
            return self.first(node).map(|it| Proof::over(&name, &[it]));
        }
        if function.casts_to_text() && !has_own_types(node) {
            return None;
        }
        let mut texts = node.nodes("args").filter_map(text);
        let keeps =
            function.keeps_not_null() || texts.any(|text| function.keeps_not_null_with(&text));
        if !keeps {
            return None;
        }
        let proofs = self.all(node.nodes("args"))?;
        if CASTS.contains(&node.int("funcformat")?) {
            // A reader is not interested in a cast.
            return proofs.into_iter().next();
        }
        if proofs.iter().all(|proof| proof.constant) {
            return Some(Proof::because(format!("`{}`", function.name)));
        }
        Some(Proof::over(&format!("`{}` of", function.name), &proofs))
    }

    pub(super) fn operator(&self, node: &'a Node) -> Option<Proof> {
        let function = self.function(node, "opfuncid")?;
        if !node.is_false("opretset") {
            return None;
        }
        if function.skips_nulls() {
            return Some(Proof::because("an operator that skips nulls"));
        }
        if function.needs_any() {
            return self
                .first(node)
                .map(|it| Proof::over("an operator on", &[it]));
        }
        if !function.keeps_not_null() || (function.casts_to_text() && !has_own_types(node)) {
            return None;
        }
        self.all(node.nodes("args"))
            .map(|proofs| Proof::over("an operator on", &proofs))
    }

    /// The proof of an argument that is never null, if there is one.
    fn first(&self, node: &'a Node) -> Option<Proof> {
        node.nodes("args").find_map(|it| self.expression(it))
    }

    /// `concat` and others that take a null for an empty text, a JSON null or no bound.
    fn skipping(&self, function: &Function, node: &'a Node) -> Option<Proof> {
        // VARIADIC with an array is null if the array is.
        if !node.is_false("funcvariadic") {
            return None;
        }
        if function.needs_first() {
            self.expression(node.nodes("args").next()?)?;
        }
        Some(Proof::because(format!("`{}`", function.name)))
    }

    /// A set in the list of columns. Where there are several, the shorter ones are filled up with nulls.
    fn set(&self, node: &'a Node) -> Option<Proof> {
        let mut sets = 0;
        for target in self.query.nodes("targetList") {
            target.walk(&mut |node| {
                sets += usize::from(node.is_true("funcretset") || node.is_true("opretset"));
            });
        }
        (sets == 1).then(|| self.set_column(node, 1)).flatten()
    }

    pub(super) fn aggregate(&self, node: &'a Node) -> Option<Proof> {
        let function = self.function(node, "aggfnoid")?;
        if node.int("agglevelsup")? != 0 {
            return None;
        }
        let kind = function.aggregate();
        if kind == Aggregate::Counts {
            return Some(self.count(function, node));
        }
        if !self.groups_have_rows() || !node.is_null("aggfilter") {
            return None;
        }
        // The direct arguments are evaluated for the group, of which a key may be left out.
        self.all(node.nodes("aggdirectargs"))?;
        self.each_row().folded(function, kind, node)
    }

    /// Counts are zero over no rows.
    fn count(&self, function: &Function, node: &'a Node) -> Proof {
        if function.name != "count" {
            return Proof::because(format!("`{}`", function.name));
        }
        if node.is_true("aggstar") {
            return Proof::because("`count(*)`");
        }
        let target = node.nodes("args").next();
        let name = target.and_then(|target| {
            let variable = target.node("expr")?;
            let (_, column) =
                self.column_name(variable.int("varno")?, variable.int("varattno")?)?;
            Some(column)
        });
        Proof::because(format!("`count({})`", name.unwrap_or("…")))
    }

    /// An aggregate over at least one row.
    fn folded(&self, function: &Function, kind: Aggregate, node: &'a Node) -> Option<Proof> {
        let over = |of: &str| Proof::because(format!("`{}` of {of}", function.name));
        if kind == Aggregate::Collects {
            return Some(over("at least one row"));
        }
        if kind != Aggregate::KeepsNotNull {
            return None;
        }
        let arguments = node.nodes("args").map(|target| target.node("expr"));
        let arguments: Vec<&Node> = arguments.collect::<Option<_>>()?;
        // The second argument of `first` and `last` is what to order by; they return the first.
        let proofs = self.all(arguments.into_iter())?;
        Some(over(&proofs.first()?.text))
    }

    pub(super) fn window(&self, node: &'a Node) -> Option<Proof> {
        let function = self.function(node, "winfnoid")?;
        let named = || Proof::because(format!("`{}`", function.name));
        // The arguments are evaluated for other rows, of which a branch of CASE around them says nothing.
        let rows = self.each_window_row();
        let arguments: Vec<&Node> = node.nodes("args").collect();
        let over = |proofs: &[Proof]| Proof::over(&format!("`{}` of", function.name), proofs);
        match function.window() {
            Window::NumbersRows => Some(named()),
            Window::NumbersBuckets => rows.all(arguments.into_iter()).map(|proofs| over(&proofs)),
            // With a default there is a value also where there is no such row.
            Window::Shifts if arguments.len() == 3 => {
                rows.all(arguments.into_iter()).map(|proofs| over(&proofs))
            }
            Window::OfFrame => {
                let has_rows = self.frame_has_current_row(node)? && node.is_null("aggfilter");
                let proofs = has_rows
                    .then(|| rows.all(arguments.into_iter()))
                    .flatten()?;
                Some(over(&proofs))
            }
            Window::Collects => {
                let has_rows = self.frame_has_current_row(node)? && node.is_null("aggfilter");
                has_rows.then(|| Proof::because(format!("`{}` of at least one row", function.name)))
            }
            Window::Shifts | Window::Unknown => None,
        }
    }

    /// The place of each row that window functions see, which may be the single group of no rows.
    fn each_window_row(&self) -> Scope<'_, 'a> {
        Scope {
            facts: self.facts_of_output(),
            ignored: Vec::new(),
            ..self.clone()
        }
    }

    /// Whether the row itself is in the window's frame.
    fn frame_has_current_row(&self, node: &Node) -> Option<bool> {
        let number = node.int("winref")?;
        let mut windows = self.query.nodes("windowClause");
        let window = windows.find(|it| it.int("winref") == Some(number))?;
        let options = window.int("frameOptions")?;
        let has = |of: i64| options & of != 0;
        // How far a RANGE reaches is up to the type's own arithmetic.
        let counts = has(frame::ROWS | frame::GROUPS);
        let starts =
            has(frame::FROM_START | frame::FROM_CURRENT) || (counts && has(frame::FROM_BEFORE));
        let ends = has(frame::TO_END | frame::TO_CURRENT) || (counts && has(frame::TO_AFTER));
        Some(starts && ends && !has(frame::WITHOUT_CURRENT | frame::WITHOUT_GROUP))
    }
}

/// Whether each argument is of a type of PostgreSQL's own.
fn has_own_types(node: &Node) -> bool {
    node.nodes("args")
        .all(|it| types::of(it).is_some_and(types::is_of_postgres))
}

/// The text of a constant.
fn text(node: &Node) -> Option<String> {
    const TEXT: i64 = 25;
    const HEADER: usize = 4;
    if node.tag() != "CONST" || node.int("consttype") != Some(TEXT) {
        return None;
    }
    match node.field("constvalue")? {
        Value::Datum(bytes) => String::from_utf8(bytes.get(HEADER..)?.to_vec()).ok(),
        _ => None,
    }
}
