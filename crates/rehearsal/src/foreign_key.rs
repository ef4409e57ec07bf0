//! What a foreign key refers to.

use catalog::{ConstraintKind, Table};
use sql::statement::names::Name;

use crate::names::{Definition, Pair};

/// A foreign key of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ForeignKey {
    pub(crate) name: String,
    pub(crate) columns: Vec<String>,
    pub(crate) target: Pair,
    /// The columns of the target, in the order of `columns`.
    pub(crate) referred: Vec<String>,
    /// `MATCH FULL`: all columns are null, or none is.
    is_full: bool,
    /// Whether it can be checked at the end of a transaction.
    pub(crate) is_deferrable: bool,
}

impl ForeignKey {
    /// The foreign keys of a table; `Err` has the name of one that cannot be read.
    pub(crate) fn of(table: &Table) -> Result<Vec<ForeignKey>, String> {
        let constraints = table.constraints.iter();
        let keys = constraints.filter(|it| it.kind == ConstraintKind::ForeignKey);
        keys.map(|it| Self::read(&it.name, &it.definition).ok_or_else(|| it.name.clone()))
            .collect()
    }

    fn read(name: &str, text: &str) -> Option<Self> {
        let definition = Definition::new(text);
        let words = definition.words();
        let open = (0..definition.tokens.len()).find(|&at| words.is_symbol(at, "("))?;
        let (columns, next) = definition.list(open)?;
        let (target, next) = Name::read(words, next + 1)?;
        let (referred, _) = definition.list(next)?;
        Some(Self {
            name: name.to_owned(),
            columns,
            target: (target.schema()?.to_owned(), target.object().to_owned()),
            referred,
            is_full: text.contains(" MATCH FULL"),
            is_deferrable: text.contains(" DEFERRABLE"),
        })
    }

    /// Whether a key in which some column is null refers to nothing, given the columns that may be null.
    pub(crate) fn may_be_open(&self, may_be_null: impl Fn(&String) -> bool) -> bool {
        if self.is_full {
            self.columns.iter().all(may_be_null)
        } else {
            self.columns.iter().any(may_be_null)
        }
    }

    pub(crate) fn refers_to(&self, table: &Table) -> bool {
        self.target.0 == table.schema && self.target.1 == table.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_definition_is_read() {
        let text = "FOREIGN KEY (a, \"b c\") REFERENCES s.\"T\"(x, y) ON DELETE CASCADE DEFERRABLE";
        let key = ForeignKey::read("k", text).unwrap();
        assert_eq!(key.columns, ["a", "b c"]);
        assert_eq!(key.target, ("s".to_owned(), "T".to_owned()));
        assert_eq!(key.referred, ["x", "y"]);
    }
}
