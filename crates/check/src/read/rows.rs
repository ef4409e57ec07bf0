//! What puts rows into a table, changes them, or takes them out.

use sql::statement::words::Words;

use super::relation;
use crate::act::{Change, Insert, What};

/// `INSERT`, `COPY … FROM`, and `WITH … INSERT`.
pub fn insert(words: Words<'_>) -> Option<What> {
    if words.is(0, "copy") {
        let (relation, _) = relation(words, 1).filter(|_| words.has(&["from"]))?;
        return Some(What::Insert(Insert {
            relation,
            has_rows: false,
        }));
    }
    let is_insert = |&at: &usize| words.are(at, &["insert", "into"]);
    let at = (0..words.tokens.len()).find(is_insert)?;
    let (relation, behind) = relation(words, at + 2)?;
    let (_, behind) = words.arguments(behind);
    let is_written = words.is(behind, "values") || words.are(behind, &["default", "values"]);
    Some(What::Insert(Insert {
        relation,
        has_rows: at == 0 && is_written,
    }))
}

/// `UPDATE` and `DELETE`.
pub fn change(words: Words<'_>, at: usize, is_delete: bool) -> Option<What> {
    let (relation, _) = relation(words, words.behind(at, &["only"]))?;
    let joined = if is_delete { "using" } else { "from" };
    Some(What::Change(Change {
        relation,
        is_delete,
        has_where: words.has(&["where"]) || words.has(&[joined]),
    }))
}
