//! The JSON constructors and query functions of PostgreSQL 16 and 17.

use crate::nodes::Node;

use super::Proof;
use super::scope::Scope;

/// `JsonConstructorType` of `primnodes.h`.
mod constructor {
    pub(super) const OBJECT: i64 = 1;
    pub(super) const ARRAY: i64 = 2;
    pub(super) const OBJECT_AGGREGATE: i64 = 3;
    pub(super) const ARRAY_AGGREGATE: i64 = 4;
    pub(super) const PARSE: i64 = 5;
    pub(super) const SCALAR: i64 = 6;
    pub(super) const SERIALIZE: i64 = 7;
}

/// `JSON_EXISTS_OP` of `primnodes.h`.
const EXISTS: i64 = 0;

/// `JSON_BEHAVIOR_UNKNOWN` of `primnodes.h`.
const UNKNOWN: i64 = 5;

impl<'a> Scope<'_, 'a> {
    /// JSON_OBJECT, JSON_ARRAY and their kin.
    pub(super) fn json(&self, node: &'a Node) -> Option<Proof> {
        if !node.field("coercion")?.node().is_none_or(keeps_value) {
            return None;
        }
        match node.int("type")? {
            constructor::OBJECT => Some(Proof::because("`JSON_OBJECT`")),
            constructor::ARRAY => Some(Proof::because("`JSON_ARRAY`")),
            constructor::OBJECT_AGGREGATE | constructor::ARRAY_AGGREGATE => {
                self.expression(node.node("func")?)
            }
            constructor::PARSE | constructor::SCALAR | constructor::SERIALIZE => {
                let proofs = self.all(node.nodes("args"))?;
                Some(Proof::over("JSON of", &proofs))
            }
            _ => None,
        }
    }

    /// JSON_EXISTS. JSON_VALUE and JSON_QUERY give null for what is not there.
    pub(super) fn json_exists(&self, node: &'a Node) -> Option<Proof> {
        let on_error = node.node("on_error")?.int("btype")?;
        if node.int("op")? != EXISTS || on_error == UNKNOWN {
            return None;
        }
        let path = self.expression(node.node("path_spec")?)?;
        let document = self.expression(node.node("formatted_expr")?)?;
        Some(Proof::over("`JSON_EXISTS` of", &[document, path]))
    }
}

/// Whether a conversion of the constructed value is one that makes no null of it.
fn keeps_value(coercion: &Node) -> bool {
    match coercion.tag() {
        "CASETESTEXPR" => true,
        "RELABELTYPE" | "COERCEVIAIO" | "COERCETODOMAIN" => {
            coercion.node("arg").is_some_and(keeps_value)
        }
        _ => false,
    }
}
