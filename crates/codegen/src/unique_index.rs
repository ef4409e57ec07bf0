//! The columns of a unique index, read from its definition as PostgreSQL prints it.

use catalog::Index;
use sql::lexer::{self, Token, TokenKind};

/// The columns that are different in each row because of `index`, in its order. `None` for an index that is not unique or not valid, that
/// is partial, that has expressions, and that compares in another way than the column's own.
pub(crate) fn columns(index: &Index) -> Option<Vec<String>> {
    let definition = index.definition.as_str();
    let tokens = lexer::tokens(definition);
    let text = |token: &Token| token.text(definition);
    if index.invalid || tokens.get(1).map(text) != Some("UNIQUE") {
        return None;
    }
    // No name before them is without quotes if it is such a word.
    let open = tokens.iter().position(|token| text(token) == "(")?;
    let close = open + tokens[open..].iter().position(|token| text(token) == ")")?;
    if tokens[close..].iter().any(|token| text(token) == "WHERE") {
        return None;
    }
    let items = tokens[open + 1..close].split(|token| text(token) == ",");
    items.map(|item| column(definition, item)).collect()
}

/// The column of an item that has nothing else than a direction.
fn column(definition: &str, item: &[Token]) -> Option<String> {
    let (name, rest) = item.split_first()?;
    let words = ["ASC", "DESC", "NULLS", "FIRST", "LAST"];
    if !rest
        .iter()
        .all(|token| words.contains(&token.text(definition)))
    {
        return None;
    }
    match name.kind {
        TokenKind::Word => Some(name.text(definition).to_owned()),
        TokenKind::Quoted => {
            let quoted = name.text(definition).strip_prefix('"')?;
            Some(quoted.strip_suffix('"')?.replace("\"\"", "\""))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns_of(rest: &str) -> Option<Vec<String>> {
        columns(&Index {
            name: "i".to_owned(),
            definition: format!("CREATE UNIQUE INDEX \"a (\"\"b)\" ON public.t USING {rest}"),
            invalid: false,
        })
    }

    #[test]
    fn plain_columns_are_a_key() {
        let found = columns_of(
            "btree (id, \"we \"\"ird, )\" DESC NULLS LAST) INCLUDE (x) NULLS NOT DISTINCT",
        );
        assert_eq!(found.unwrap(), ["id", "we \"ird, )"]);
    }

    #[test]
    fn other_indexes_are_none() {
        for other in [
            "btree (id) WHERE (id > 0)",
            "btree (lower(name))",
            "btree (((a + b)))",
            "btree (id, lower(name))",
            "btree (name text_pattern_ops)",
            "btree (name COLLATE \"C\")",
        ] {
            assert_eq!(columns_of(other), None, "{other}");
        }
        let index = |definition: &str, invalid| Index {
            name: "i".to_owned(),
            definition: definition.to_owned(),
            invalid,
        };
        let plain = index("CREATE INDEX i ON public.t USING btree (id)", false);
        assert_eq!(columns(&plain), None);
        let invalid = index("CREATE UNIQUE INDEX i ON public.t USING btree (id)", true);
        assert_eq!(columns(&invalid), None);
    }
}
