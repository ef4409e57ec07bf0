//! What changes of columns mean for the fields of rows.

use std::collections::BTreeMap;

use catalog::{Difference, DifferenceKind, ObjectKind, RelationRef, Subject};
use codegen::{ColumnFields, Module, Surface};

use super::change::{Audience, Change, Consequence, Effect};

/// A column, by its relation's schema and name, and its own.
pub type Key = (RelationRef, String);

/// The column that this is.
pub fn key(subject: &Subject) -> Option<Key> {
    let column = (subject.kind == ObjectKind::Column).then_some(subject.column.clone())??;
    Some((relation(subject), column))
}

/// The relation of this, or the relation that it is.
pub fn relation(subject: &Subject) -> RelationRef {
    RelationRef {
        schema: subject.schema.clone().unwrap_or_default(),
        name: subject.of.as_ref().unwrap_or(&subject.name).clone(),
    }
}

/// A column's fields, with the path of their module.
fn fields<'a>(
    surface: &'a Surface,
    (relation, column): &Key,
) -> Option<(&'a Module, &'a ColumnFields)> {
    let module = surface.modules.get(relation)?;
    Some((module, module.columns.get(column)?))
}

/// A column that is gone.
pub fn removed(change: Change, from: &Surface, key: &Key) -> Change {
    let Some((module, fields)) = fields(from, key) else {
        return change;
    };
    let gone = |of: &str| {
        format!(
            "`{}::{of}::{}` is no longer there",
            module.path, fields.name
        )
    };
    let change = match &fields.row {
        Some(_) => change.readers(Effect::Breaking, gone("Row")),
        None => change,
    };
    match &fields.new {
        Some(_) => change.writers(Effect::Breaking, gone("New")),
        None => change,
    }
}

/// A new column of a relation that was there.
pub fn added(change: Change, to: &Surface, key: &Key) -> Change {
    let Some((module, fields)) = fields(to, key) else {
        return change;
    };
    let (path, name) = (&module.path, &fields.name);
    let more = |of: &str, ty: &str| {
        format!("`{path}::{of}` has a field `{name}: {ty}`: code that names all fields needs it")
    };
    let change = match &fields.row {
        None => change,
        Some(ty) => change.readers(Effect::Care, more("Row", ty)),
    };
    match &fields.new {
        None => change,
        Some(new) if new.is_required => change.writers(
            Effect::Breaking,
            format!(
                "every `{path}::New` needs `{name}: {}`, and rows without it are refused",
                new.ty
            ),
        ),
        Some(new) => change.writers(Effect::Care, more("New", &new.ty)),
    }
}

/// A column that both have, of which these properties differ.
pub fn changed(
    object: String,
    differences: &[&Difference],
    from: &Surface,
    to: &Surface,
    key: &Key,
) -> Option<Change> {
    let property = |it: &Difference| match it.kind {
        DifferenceKind::Changed { property } => property,
        DifferenceKind::Missing | DifferenceKind::Extra => "",
    };
    let of_interest = |it: &&&Difference| {
        // Of a proof only matters whether there is one.
        property(it) != "proof of never null" || it.expected.is_none() != it.actual.is_none()
    };
    let differences: Vec<&Difference> = differences.iter().filter(of_interest).copied().collect();
    if differences.is_empty() {
        return None;
    }
    let what = differences.iter().map(|it| what(property(it), it));
    let mut change = Change::new(object, what.collect::<Vec<_>>().join("; "));
    change.consequences = of_code(from, to, key);
    let has = |name: &str| differences.iter().any(|it| property(it) == name);
    if has("type") && change.consequences.is_empty() {
        let why = "the Rust type is the same, but not which values there are";
        change = change.both(Effect::Care, why);
    }
    if has("default") || has("identity") || has("generated") {
        change = change.writers(Effect::Care, "rows that leave it out get another value");
    }
    Some(change)
}

/// Columns whose Rust types differ, although the columns do not: their domain or enum does.
pub fn by_their_types(
    from: &Surface,
    to: &Surface,
    told: &BTreeMap<Key, Vec<&Difference>>,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for (relation, module) in &from.modules {
        for column in module.columns.keys() {
            let key = (relation.clone(), column.clone());
            let consequences = of_code(from, to, &key);
            if told.contains_key(&key) || consequences.is_empty() {
                continue;
            }
            let object = format!("column {}.{}.{column}", relation.schema, relation.name);
            changes.push(Change {
                consequences,
                ..Change::new(object, "its type has another Rust type")
            });
        }
    }
    changes
}

/// What of a column's fields differs.
fn of_code(from: &Surface, to: &Surface, key: &Key) -> Vec<Consequence> {
    let (Some((module, before)), Some((_, after))) = (fields(from, key), fields(to, key)) else {
        return Vec::new();
    };
    let field = |of: &str| format!("`{}::{of}::{}`", module.path, before.name);
    let row = match (&before.row, &after.row) {
        (Some(before), Some(after)) if before != after => {
            Some(format!("{}: `{before}` → `{after}`", field("Row")))
        }
        (Some(_), None) => Some(format!("{} is no longer there", field("Row"))),
        _ => None,
    };
    let new = match (&before.new, &after.new) {
        (Some(before), Some(after)) if before.ty != after.ty => Some(format!(
            "{}: `{}` → `{}`",
            field("New"),
            before.ty,
            after.ty
        )),
        (Some(_), None) => Some(format!("{} is no longer there", field("New"))),
        (None, Some(after)) if after.is_required => {
            Some(format!("{}: `{}` is needed", field("New"), after.ty))
        }
        _ => None,
    };
    let breaking = |audience, why| Consequence {
        audience,
        effect: Effect::Breaking,
        why,
    };
    let row = row.map(|why| breaking(Audience::Readers, why));
    let new = new.map(|why| breaking(Audience::Writers, why));
    row.into_iter().chain(new).collect()
}

/// A property with both values on one line.
pub fn what(property: &str, difference: &Difference) -> String {
    let (before, after) = difference.excerpts();
    match property {
        "proof of never null" if difference.actual.is_some() => {
            "may be null → never null".to_owned()
        }
        "proof of never null" => "never null → may be null".to_owned(),
        "comment" => "comment".to_owned(),
        _ => format!("{property}: {before} → {after}"),
    }
}
