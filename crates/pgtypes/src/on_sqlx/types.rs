//! sqlx's description of a type as the other drivers have it.

use ::sqlx::TypeInfo;
use ::sqlx::postgres::{PgTypeInfo, PgTypeKind};
use postgres_types::{Field, Kind, Type};

/// The type, with all that it is made of.
pub(super) fn of(info: &PgTypeInfo) -> Type {
    let oid = info.oid().map_or(0, |oid| oid.0);
    if let Some(known) = Type::from_oid(oid) {
        return known;
    }
    let kind = match info.kind() {
        PgTypeKind::Simple => Kind::Simple,
        PgTypeKind::Pseudo => Kind::Pseudo,
        PgTypeKind::Domain(base) => Kind::Domain(of(base)),
        PgTypeKind::Array(element) => Kind::Array(of(element)),
        PgTypeKind::Enum(labels) => Kind::Enum(labels.to_vec()),
        PgTypeKind::Range(subtype) => Kind::Range(of(subtype)),
        PgTypeKind::Composite(attributes) => {
            let fields = attributes.iter();
            let fields = fields.map(|(name, ty)| Field::new(name.clone(), of(ty)));
            Kind::Composite(fields.collect())
        }
    };
    let (schema, name) = split(info.name());
    Type::new(name, oid, kind, schema)
}

/// Schema and name from what `regtype` prints: `citext`, `ext.citext`, `"My Ext"."a ""b"""`. The schema is empty if it is not printed.
fn split(printed: &str) -> (String, String) {
    let mut parts = vec![String::new()];
    let mut is_quoted = false;
    let mut chars = printed.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                push(&mut parts, '"');
            }
            '"' => is_quoted = !is_quoted,
            '.' if !is_quoted => parts.push(String::new()),
            char => push(&mut parts, char),
        }
    }
    let name = parts.pop().unwrap_or_default();
    (parts.pop().unwrap_or_default(), name)
}

fn push(parts: &mut [String], char: char) {
    if let Some(last) = parts.last_mut() {
        last.push(char);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_as_they_are_quoted() {
        for (printed, schema, name) in [
            ("citext", "", "citext"),
            ("ext.citext", "ext", "citext"),
            ("\"My. Ext\".\"a \"\"b\"\"\"", "My. Ext", "a \"b\""),
            ("\"a.b\"", "", "a.b"),
        ] {
            assert_eq!(split(printed), (schema.to_owned(), name.to_owned()));
        }
    }
}
