//! Names and texts as SQL writes them.

/// A string constant that reads the same whatever `standard_conforming_strings` says.
pub fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') {
        format!("E'{}'", quoted.replace('\\', "\\\\"))
    } else {
        format!("'{quoted}'")
    }
}

/// A quoted identifier.
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The column of that name as the text that its type prints, under its own name.
///
/// That is the type's output function: a cast to `text` may be another function. `IS DISTINCT FROM NULL` is true also of a row of nulls,
/// and looks for no operator.
pub fn column_as_text(name: &str) -> String {
    let name = identifier(name);
    format!(
        "CASE WHEN {name} IS DISTINCT FROM NULL THEN pg_catalog.format('%s', {name}) END AS {name}"
    )
}

/// An identifier as a person would type it: quoted only if necessary.
pub fn plain(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit();
    let starts_well = !name.starts_with(|c: char| c.is_ascii_digit());
    if !name.is_empty() && starts_well && name.chars().all(is_plain) {
        name.to_owned()
    } else {
        identifier(name)
    }
}
