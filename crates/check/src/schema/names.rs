//! The names that the server gives to indexes and constraints without one, as its `makeObjectName` and `ChooseIndexName` do.

/// How many bytes a name may have.
const LONGEST: usize = 63;

/// `table_column_label`, cut to the length of a name, with a number if that is taken.
pub fn chosen(
    table: &str,
    columns: &[String],
    label: &str,
    is_taken: impl Fn(&str) -> bool,
) -> String {
    let middle = middle(columns);
    let name = joined(table, &middle, label);
    if !is_taken(&name) {
        return name;
    }
    let numbered = (1usize..).map(|number| joined(table, &middle, &format!("{label}{number}")));
    numbered
        .take(10_000)
        .find(|it| !is_taken(it))
        .unwrap_or(name)
}

/// The columns' names in one; one that is there twice gets a number.
fn middle(columns: &[String]) -> String {
    let mut names: Vec<String> = Vec::new();
    for column in columns {
        let mut name = column.clone();
        let mut number = 1;
        while names.contains(&name) {
            name = format!("{column}{number}");
            number += 1;
        }
        names.push(name);
    }
    names.join("_")
}

fn joined(table: &str, middle: &str, label: &str) -> String {
    let extra = label.len() + 1 + usize::from(!middle.is_empty());
    let room = LONGEST.saturating_sub(extra);
    let (mut first, mut second) = (table.len(), middle.len());
    while first + second > room {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let parts = [cut(table, first), cut(middle, second), label];
    let parts = parts.into_iter().filter(|it| !it.is_empty());
    parts.collect::<Vec<_>>().join("_")
}

/// The beginning of a text, of whole characters.
fn cut(text: &str, mut length: usize) -> &str {
    while !text.is_char_boundary(length) {
        length -= 1;
    }
    &text[..length]
}

#[cfg(test)]
mod tests {
    use super::chosen;

    #[test]
    fn names_are_those_of_the_server() {
        let name = |table: &str, columns: &[&str], label, taken: &[&str]| {
            let columns: Vec<String> = columns.iter().map(|it| (*it).to_owned()).collect();
            chosen(table, &columns, label, |it| taken.contains(&it))
        };
        assert_eq!(name("p", &[], "pkey", &[]), "p_pkey");
        assert_eq!(name("p", &["b", "c"], "key", &[]), "p_b_c_key");
        assert_eq!(name("p", &["c"], "idx", &["p_c_idx"]), "p_c_idx1");
        assert_eq!(
            name("p", &["expr", "lower", "expr"], "idx", &[]),
            "p_expr_lower_expr1_idx"
        );
        let (table, column) = ("t".repeat(40), "c".repeat(40));
        let cut = format!("{}_{}_idx", "t".repeat(29), "c".repeat(29));
        assert_eq!(name(&table, &[&column], "idx", &[]), cut);
    }
}
