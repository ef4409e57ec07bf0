//! Which of the known names may be meant by one that is not known.

/// The known name that `name` may be a slip of: at most a quarter of its letters differ.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let known = known.into_iter().map(|it| (distance(name, it), it));
    let (distance, it) = known.min()?;
    (distance <= it.len() / 4).then_some(it)
}

/// How many letters must be changed, added or removed to turn one name into the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (index, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (at, it) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *it);
            diagonal = row[at + 1];
            row[at + 1] = changed.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_has_a_nearest_name_and_another_word_has_none() {
        let known = ["events.payload", "events.secret", "id"];
        assert_eq!(nearest("events.secrt", known), Some("events.secret"));
        assert_eq!(nearest("event.payload", known), Some("events.payload"));
        assert_eq!(nearest("ix", known), None);
        assert_eq!(nearest("sessions.secret", known), None);
        assert_eq!(nearest("x", []), None);
    }
}
