//! Any text at all, checked for what the tests of splitting check:
//!
//! ```text
//! cargo install cargo-fuzz
//! cd crates/migrator
//! cargo +nightly fuzz run split fuzz/corpus/split tests/split/sql -- -dict=fuzz/sql.dict
//! ```

#![no_main]

#[path = "../../tests/split/gap.rs"]
mod gap;
#[path = "../../tests/split/invariants.rs"]
mod invariants;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let (found, error) = invariants::prefix(text);
        invariants::check(text, &found, error.as_ref());
    }
});
