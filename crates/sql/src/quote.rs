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

/// An identifier as a person would type it: quoted only where it has to be.
pub fn plain(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit();
    let starts_well = !name.starts_with(|c: char| c.is_ascii_digit());
    if !name.is_empty() && starts_well && name.chars().all(is_plain) {
        name.to_owned()
    } else {
        identifier(name)
    }
}
