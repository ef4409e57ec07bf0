//! `ALTER EXTENSION timescaledb UPDATE`: which version it requests, and whether the server has the files for it.

use sql::lexer::{self, TokenKind};
use sql::qualified::qualified;
use sql::quote;

use super::Error;
use super::locked_link::LockedLink;
use crate::plan::Pending;

/// Checks that the server has the files for the update that is the next step; the statement's own error says less.
pub(super) fn check_files(link: &mut LockedLink<'_, '_>, first: &Pending<'_>) -> Result<(), Error> {
    let step = &first.migration.steps[first.steps_done];
    let wanted = match wanted_version(&first.migration.file.text[step.range()]) {
        Some(version) => quote::literal(&version),
        None => "available.default_version".to_owned(),
    };
    let sql = format!(
        "SELECT installed.extversion, {wanted}, installed.extversion = {wanted} OR EXISTS (\
         SELECT FROM pg_catalog.pg_extension_update_paths('timescaledb') AS way \
         WHERE way.source = installed.extversion AND way.target = {wanted} AND way.path IS NOT NULL) \
         FROM pg_catalog.pg_extension installed \
         JOIN pg_catalog.pg_available_extensions available ON available.name = installed.extname \
         WHERE installed.extname = 'timescaledb'"
    );
    let row = link.query(&qualified(&sql))?.into_iter().flatten().next();
    let mut values = row
        .unwrap_or_default()
        .into_iter()
        .map(Option::unwrap_or_default);
    let mut next = || values.next().unwrap_or_default();
    let (installed, wanted, is_there) = (next(), next(), next());
    match is_there.as_str() {
        "f" => Err(Error::NoExtensionFiles { installed, wanted }),
        // If the extension is not installed, the statement's own error says so.
        _ => Ok(()),
    }
}
/// The version after `TO`.
fn wanted_version(statement: &str) -> Option<String> {
    let tokens = lexer::tokens(statement);
    let to = tokens
        .iter()
        .position(|token| token.text(statement).eq_ignore_ascii_case("to"))?;
    let version = tokens.get(to + 1)?;
    let text = version.text(statement);
    Some(match version.kind {
        TokenKind::String => text.trim_matches('\'').replace("''", "'"),
        _ if text.starts_with('"') => text.trim_matches('"').replace("\"\"", "\""),
        _ => text.to_ascii_lowercase(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_of_an_update_is_read() {
        let cases = [
            ("ALTER EXTENSION timescaledb UPDATE", None),
            (
                "alter extension timescaledb update to '2.28.3'",
                Some("2.28.3"),
            ),
            (
                "ALTER EXTENSION timescaledb UPDATE TO \"2.28.3\"",
                Some("2.28.3"),
            ),
            ("ALTER EXTENSION timescaledb UPDATE TO Next", Some("next")),
        ];
        for (statement, expected) in cases {
            assert_eq!(
                wanted_version(statement).as_deref(),
                expected,
                "{statement}"
            );
        }
    }
}
