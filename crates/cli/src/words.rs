//! Words of what the commands say.

/// `1 table`, `2 tables`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
