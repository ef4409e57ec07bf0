//! Each rule has a page, and each page a rule.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use check::rules;

fn docs() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

#[test]
fn each_rule_has_a_page_and_each_page_a_rule() {
    let pages = fs::read_dir(docs().join("checks")).unwrap();
    let pages: BTreeSet<String> = pages
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    let rules: BTreeSet<String> = rules::ALL
        .iter()
        .map(|it| format!("{}.md", it.name))
        .collect();
    assert_eq!(pages, rules);
    for rule in rules::ALL {
        let text = fs::read_to_string(docs().join(format!("checks/{}.md", rule.name))).unwrap();
        for part in [
            &*format!("# {}\n", rule.name),
            "## Why\n",
            "## Instead\n",
            "## When to allow it\n",
        ] {
            assert!(text.contains(part), "{}.md lacks {part}", rule.name);
        }
        assert!(!text.contains("TODO"), "{}.md is not written", rule.name);
    }
}

#[test]
fn the_overview_lists_every_rule() {
    let overview = fs::read_to_string(docs().join("checks.md")).unwrap();
    for rule in rules::ALL {
        let severity = if rules::is_opt_in(rule.name) {
            "off"
        } else {
            rule.severity.name()
        };
        let line = format!(
            "| [{0}](checks/{0}.md) | {severity} | {1} |",
            rule.name, rule.summary
        );
        assert!(overview.contains(&line), "docs/checks.md lacks\n{line}");
    }
}
