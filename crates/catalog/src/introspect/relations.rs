//! Relations with what each has, joined from the answer's lists by OID and column number.

use std::collections::{HashMap, HashSet};

use crate::json::JsonError;
use crate::model::{Constraint, ConstraintKind, Identity, Index, Trigger, TypeRef};

use super::raw::{self, Answer, Of, Rows};

/// A relation as the server describes it.
pub(super) struct Relation {
    pub(super) oid: u32,
    pub(super) schema: String,
    pub(super) name: String,
    /// `relkind`.
    pub(super) kind: String,
    pub(super) comment: Option<String>,
    /// By position.
    pub(super) columns: Vec<Column>,
    pub(super) constraints: Vec<Constraint>,
    pub(super) indexes: Vec<Index>,
    pub(super) triggers: Vec<Trigger>,
    pub(super) definition: Option<String>,
    pub(super) tree: Option<String>,
}

pub(super) struct Column {
    /// `attnum`.
    pub(super) position: i64,
    pub(super) name: String,
    pub(super) ty: TypeRef,
    pub(super) comment: Option<String>,
    /// `attnotnull`, as far as it is checked; of the table itself, whatever its children say.
    pub(super) not_null: bool,
    pub(super) primary_key: bool,
    /// Whether the column may be younger than rows of the continuous aggregate.
    pub(super) added: bool,
    pub(super) default: Option<String>,
    pub(super) identity: Option<Identity>,
    pub(super) generated: Option<String>,
    /// `attgenerated` is `v`.
    pub(super) is_virtual: bool,
}

/// A relation and a column's number in it; 0 is the relation itself.
type ColumnKey = (u32, i64);

/// The lists of columns, by where each belongs.
struct Facts {
    types: HashMap<(u32, i64), TypeRef>,
    comments: HashMap<ColumnKey, String>,
    expressions: HashMap<ColumnKey, String>,
    not_valid: HashSet<ColumnKey>,
    keys: HashSet<ColumnKey>,
    added: HashSet<(String, String, String)>,
}

/// Takes the relations out of the answer, with everything that the other lists contain about them.
///
/// # Errors
/// When a column's type is in no list.
pub(super) fn take(answer: &mut Answer) -> Result<Vec<Relation>, JsonError> {
    let mut facts = Facts::of(answer);
    let mut columns: HashMap<u32, Vec<raw::Column>> = HashMap::new();
    for column in answer.columns.take().into_iter().flatten() {
        columns.entry(column.relation).or_default().push(column);
    }
    let mut constraints = by_relation(answer.constraints.take());
    let mut indexes = by_relation(answer.indexes.take());
    let mut triggers = by_relation(answer.triggers.take());
    let relation = |it: raw::Relation| {
        let mut columns = columns.remove(&it.oid).unwrap_or_default();
        columns.sort_by_cached_key(|column| column.position);
        let names: HashMap<i64, String> = columns
            .iter()
            .map(|column| (column.position, column.name.clone()))
            .collect();
        let constraints = constraints.remove(&it.oid).unwrap_or_default();
        Ok(Relation {
            comment: facts.comments.remove(&(it.oid, 0)),
            columns: columns
                .into_iter()
                .map(|column| facts.column(&it, column))
                .collect::<Result<_, JsonError>>()?,
            constraints: constraints
                .into_iter()
                .map(|constraint| named(constraint, &names))
                .collect(),
            indexes: indexes.remove(&it.oid).unwrap_or_default(),
            triggers: triggers.remove(&it.oid).unwrap_or_default(),
            oid: it.oid,
            schema: it.schema,
            name: it.name,
            kind: it.kind,
            definition: it.definition,
            tree: it.tree,
        })
    };
    let relations = answer.relations.take().into_iter().flatten();
    relations.map(relation).collect()
}

impl Facts {
    fn of(answer: &mut Answer) -> Facts {
        let types = answer.types.take().into_iter().flatten();
        let not_valid = answer.not_valid.take().into_iter().flatten();
        let constraints = answer.constraints.iter().flatten();
        let added = answer.added.take().into_iter().flatten();
        Facts {
            types: types.map(|it| ((it.oid, it.modifier), it.ty)).collect(),
            comments: texts(answer.comments.take()),
            expressions: texts(answer.expressions.take()),
            not_valid: not_valid
                .flat_map(|it| places(it.relation, it.columns))
                .collect(),
            keys: constraints
                .filter(|of| of.it.kind == "p")
                .flat_map(|of| places(of.relation, of.it.columns.clone().unwrap_or_default()))
                .collect(),
            added: added.map(|it| (it.schema, it.name, it.column)).collect(),
        }
    }

    fn column(&mut self, of: &raw::Relation, it: raw::Column) -> Result<Column, JsonError> {
        let place = (it.relation, it.position);
        let expression = self.expressions.remove(&place);
        let (default, generated) = match it.generated.as_str() {
            "" => (expression, None),
            _ => (None, expression),
        };
        let added = !self.added.is_empty() && {
            let name = (of.schema.clone(), of.name.clone(), it.name.clone());
            self.added.contains(&name)
        };
        let Some(ty) = self.types.get(&(it.ty, it.modifier)) else {
            let what = format!("the type of column {} is missing", it.name);
            return Err(JsonError::of_content(what));
        };
        Ok(Column {
            // Foreign servers promise nothing.
            not_null: it.not_null && of.kind != "f" && !self.not_valid.contains(&place),
            primary_key: self.keys.contains(&place),
            added,
            default,
            identity: match it.identity.as_str() {
                "" => None,
                "a" => Some(Identity::Always),
                _ => Some(Identity::ByDefault),
            },
            is_virtual: it.generated == "v",
            generated,
            comment: self.comments.remove(&place),
            ty: ty.clone(),
            position: it.position,
            name: it.name,
        })
    }
}

fn places(relation: u32, columns: Vec<i64>) -> impl Iterator<Item = ColumnKey> {
    columns.into_iter().map(move |column| (relation, column))
}

fn texts(rows: Rows<raw::Text>) -> HashMap<ColumnKey, String> {
    let rows = rows.into_iter().flatten();
    rows.map(|row| ((row.relation, row.column), row.text))
        .collect()
}

fn by_relation<T>(rows: Rows<Of<T>>) -> HashMap<u32, Vec<T>> {
    let mut lists: HashMap<u32, Vec<T>> = HashMap::new();
    for row in rows.into_iter().flatten() {
        lists.entry(row.relation).or_default().push(row.it);
    }
    lists
}

/// A domain's check, which has no columns.
pub(super) fn of_domain(constraint: raw::Constraint) -> Constraint {
    named(constraint, &HashMap::new())
}

fn named(constraint: raw::Constraint, names: &HashMap<i64, String>) -> Constraint {
    let columns = constraint.columns.into_iter().flatten();
    Constraint {
        columns: columns
            .filter_map(|column| names.get(&column).cloned())
            .collect(),
        name: constraint.name,
        kind: match constraint.kind.as_str() {
            "p" => ConstraintKind::PrimaryKey,
            "u" => ConstraintKind::Unique,
            "f" => ConstraintKind::ForeignKey,
            "x" => ConstraintKind::Exclusion,
            _ => ConstraintKind::Check,
        },
        definition: constraint.definition,
    }
}
