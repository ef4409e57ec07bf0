//! How a column takes part in a new row, and which items there are for new rows.

use catalog::model::Identity;

use crate::field::Field;

/// How a column takes part in a new row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The database alone chooses the value, or the project leaves the column out.
    Absent,
    /// Every row gives a value.
    Required,
    /// `None` is null.
    Nullable,
    /// `None` is the default.
    Defaulted,
}

impl Role {
    pub(crate) fn of(field: &Field<'_>) -> Role {
        let column = field.column;
        if column.generated.is_some() || column.identity == Some(Identity::Always) {
            return Role::Absent;
        }
        let defaulted = field.default.is_some() || column.identity.is_some();
        let must_be_given = !defaulted && column.never_null.is_some();
        if !field.is_read && !must_be_given {
            return Role::Absent;
        }
        match (defaulted, must_be_given) {
            (true, _) => Role::Defaulted,
            (false, true) => Role::Required,
            (false, false) => Role::Nullable,
        }
    }
}

/// Which columns a new row needs, which decides what structs there are for it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needed {
    None,
    Some,
    All,
}

impl Needed {
    pub(crate) fn of(fields: &[Field<'_>]) -> Needed {
        let roles = fields.iter().map(Role::of);
        let (needed, others): (Vec<Role>, Vec<Role>) = roles
            .filter(|role| *role != Role::Absent)
            .partition(|role| *role == Role::Required);
        match (needed.is_empty(), others.is_empty()) {
            (true, _) => Needed::None,
            (false, true) => Needed::All,
            (false, false) => Needed::Some,
        }
    }

    /// The item of `relation!` that makes the structs.
    pub(crate) fn item(self) -> &'static str {
        match self {
            Needed::None => "NewOfDefaults",
            Needed::Some => "NewOfRequired",
            Needed::All => "New",
        }
    }

    /// What `relation!` gets for a column's part; `None` if it has none.
    pub(crate) fn flag(self, role: Role) -> Option<&'static str> {
        match role {
            Role::Absent => None,
            Role::Required if self == Needed::Some => Some("required"),
            Role::Required | Role::Nullable => Some("given"),
            Role::Defaulted => Some("default"),
        }
    }
}
