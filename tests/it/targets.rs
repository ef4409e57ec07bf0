//! What holds on every target alike: by URL, embedded and compose.

use crate::support::on_each_target;

on_each_target! {
    fn the_first_run_applies_everything_and_the_second_has_nothing_to_do(project) {
        let first = project.run("migrate");
        assert!(first.starts_with("exit 0\n"), "{first}");
        assert!(first.contains("applied 3 migrations"), "{first}");
        let second = project.run("migrate");
        assert!(second.starts_with("exit 0\n"), "{second}");
        assert!(second.contains("nothing to do: 3 migrations applied"), "{second}");
    }
}
