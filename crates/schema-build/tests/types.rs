//! The types that generated modules name are where they name them: in `timeschema`, and at the root of a schema crate.

use std::fs;
use std::path::Path;

/// The names in the lists of a source file of `timeschema` that begin with this.
fn exported(file: &str, list: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../schema/src")
        .join(file);
    let text = fs::read_to_string(path).unwrap();
    let lists = text.split(list).skip(1);
    let names = lists.flat_map(|rest| rest.split('}').next().unwrap_or_default().split(','));
    names.map(|name| name.trim().to_owned()).collect()
}

#[test]
fn timeschema_exports_every_type_of_a_column() {
    let known = codegen::SUPPORTED_TYPES.iter();
    let ours: Vec<&str> = known
        .filter_map(|(_, rust)| rust.strip_prefix("timeschema::"))
        .collect();
    assert!(ours.contains(&"Numeric"), "{ours:?}");
    for (file, list) in [
        ("lib.rs", "pub use pgtypes::{"),
        ("include.rs", "pub use $crate::{"),
    ] {
        let exported = exported(file, list);
        let missing: Vec<_> = ours
            .iter()
            .filter(|ty| !exported.iter().any(|it| it == *ty))
            .collect();
        assert!(
            missing.is_empty(),
            "crates/schema/src/{file} lacks {missing:?}"
        );
    }
}
