//! Skipping a test, and its name.

use std::io::Write as _;

use cluster::Server;

/// Reports a test that cannot run here. It goes past libtest, which would keep it to itself: a skipped test must be seen.
pub fn skip(test: &str, reason: &str) {
    let reason = reason.split_whitespace().collect::<Vec<_>>().join(" ");
    // In one piece, since tests run side by side.
    let line = format!("skipped: {test}: {reason}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

/// The installed server; `None`, and a line about the test, if there is none.
pub fn server(test: &str) -> Option<Server> {
    let server = Server::find().map_err(|error| skip(test, &error.to_string()));
    server.ok()
}

/// Whether there is a server for databases: the one that `TEST_DATABASE_URL` names, or an installed one. `None`, and a line about the test,
/// if there is neither.
pub fn any_server(test: &str) -> Option<()> {
    match std::env::var_os("TEST_DATABASE_URL") {
        Some(_) => Some(()),
        None => server(test).map(drop),
    }
}

/// Runs a test with the result of its set-up for its name; a set-up without a result has already printed why. For `#[testkit::test]`.
#[doc(hidden)]
pub fn run<T>(
    set_up: impl FnOnce(&'static str) -> Option<T>,
    path: &'static str,
    test: impl FnOnce(T),
) {
    if let Some(given) = set_up(name(path)) {
        test(given);
    }
}

/// The name of a test as it is shown: its path without the crate.
pub fn name(path: &'static str) -> &'static str {
    path.split_once("::").map_or(path, |(_, rest)| rest)
}

/// The name of the test around an item with this path.
pub fn enclosing(path: &'static str) -> &'static str {
    let inside = name(path);
    let test = inside.rsplit_once("::").map_or(inside, |(outer, _)| outer);
    // `#[testkit::test]` puts the test's body into a function of the same name.
    match test.rsplit_once("::") {
        Some((outer, own)) if outer == own || outer.ends_with(&format!("::{own}")) => outer,
        _ => test,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_named_without_its_crate_and_what_is_in_it() {
        assert_eq!(enclosing("it::plain::one::here"), "plain::one");
        assert_eq!(enclosing("it::plain::one::one::here"), "plain::one");
        assert_eq!(enclosing("it::one::one::here"), "one");
        assert_eq!(enclosing("it::one::here"), "one");
        assert_eq!(name("it::one"), "one");
    }

    #[crate::test(|test| Some(test.to_owned()))]
    fn a_body_knows_the_name_of_its_test(given: String) {
        assert_eq!(given, "skip::tests::a_body_knows_the_name_of_its_test");
        assert_eq!(crate::test_name!(), given);
    }

    #[crate::test(|test| (test == "another").then_some(()))]
    fn nothing_is_run_of_a_test_that_has_nothing((): ()) {
        panic!("it has");
    }
}
