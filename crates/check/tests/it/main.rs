//! The tests of the rules: their examples here and on a server, their pages, and what nobody should be warned of.

mod bad_input;
mod examples;
mod no_false_errors;
mod pages;
mod server;

use check::{Day, File, Finding, Options};

/// A day that does not pass.
const TODAY: Day = Day(20_600);

/// Checks the last of these files.
fn check_last(files: &[&str]) -> Vec<Finding> {
    let last = files.len() - 1;
    let file = |(index, text)| File {
        text,
        is_checked: index == last,
    };
    let files: Vec<File<'_>> = files.iter().copied().enumerate().map(file).collect();
    check::check(&files, &options()).unwrap()
}

fn options() -> Options {
    Options {
        today: Some(TODAY),
        ..Options::default()
    }
}
