//! Which seed a template holds.

use std::panic::Location;
use std::time::UNIX_EPOCH;

use super::Error;

/// What identifies a seed: its place in the code, its type, and the program that contains both. A seed captures nothing, so the same code
/// of the same program does the same.
pub(super) fn identity<F>(place: &Location<'_>) -> Result<String, Error> {
    Ok(format!(
        "{place} {} {}",
        std::any::type_name::<F>(),
        program()?
    ))
}

/// This program as it was built.
fn program() -> Result<String, Error> {
    let path = std::env::current_exe().map_err(Error::because)?;
    let found = path.metadata().map_err(Error::because)?;
    let built = found.modified().map_err(Error::because)?;
    let built = built.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(format!(
        "{} {} {}",
        path.display(),
        found.len(),
        built.as_nanos()
    ))
}

/// An error with its causes: a driver's own text may be no more than "db error".
pub(super) fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let texts: Vec<String> = causes.map(ToString::to_string).collect();
    texts.join(": ")
}
