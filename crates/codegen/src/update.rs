//! What an update of a row may change, and how an old value is compared.

use crate::field::Field;
use crate::layout;
use crate::new::Role;
use crate::types::Equality;

/// Whether an update may change the column at that position: it is not in the key, and the database does not fill it.
pub(crate) fn may_change(at: usize, field: &Field<'_>, key: &[(usize, &Field<'_>)]) -> bool {
    Role::of(field) != Role::Absent && !key.iter().any(|(key, _)| *key == at)
}

/// What `relation!` gets for values that no operator of `pg_catalog` compares; empty for others.
pub(crate) fn comparison(field: &Field<'_>) -> String {
    match &field.ty.equality {
        Equality::BuiltIn => String::new(),
        Equality::InSchema(schema) => format!(" as compared_in({})", layout::string(schema)),
        Equality::Unknown => " as compared_as_text()".to_owned(),
    }
}
