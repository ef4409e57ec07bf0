//! A drawing of what is refreshed, what is kept, and what is lost between the two.

use crate::value::Span;

/// Columns of the drawing.
const WIDTH: i128 = 64;

const DAY: i128 = 86_400_000_000;
/// The units of the axis, longest first.
const UNITS: &[(&str, i128)] = &[
    ("y", 365 * DAY),
    ("mon", 30 * DAY),
    ("w", 7 * DAY),
    ("d", DAY),
    ("h", DAY / 24),
    ("min", DAY / 24 / 60),
];

/// The lines: an axis, the refresh from `start` to `end` ago, the rows from `kept` ago. `start` of `None` is the beginning.
pub fn draw(start: Option<Span>, end: Option<Span>, kept: Span) -> Vec<String> {
    let Span::Time(_) = kept else {
        return Vec::new();
    };
    let longest = start
        .map_or(kept.length() * 2, Span::length)
        .max(kept.length());
    if longest <= 0 {
        return Vec::new();
    }
    let at = |ago: i128| {
        usize::try_from(((longest - ago) * WIDTH / longest).clamp(0, WIDTH)).unwrap_or(0)
    };
    let end = end.map_or(0, Span::length);
    let first = at(start.map_or(longest, Span::length));
    vec![
        axis(longest, &at),
        bar(first, at(end), "refreshed", start.is_none()),
        bar(at(kept.length()), at(0), "raw rows", false),
        bar(
            first,
            at(kept.length()),
            "erased at the next refresh",
            start.is_none(),
        ),
    ]
}

/// `7 d      6 d      …      now`, at most eight marks.
fn axis(longest: i128, at: &dyn Fn(i128) -> usize) -> String {
    let fits = |unit: &&(&str, i128)| longest / unit.1 >= 2;
    let (name, unit) = UNITS
        .iter()
        .find(fits)
        .copied()
        .unwrap_or(("min", DAY / 24 / 60));
    let count = longest / unit;
    let step = (count + 7) / 8;
    let mut line = String::new();
    let mut ago = count;
    while ago > 0 {
        let column = at(ago * unit);
        if line.is_empty() || line.chars().count() + 1 < column {
            pad(&mut line, column);
            line.push_str(&format!("{ago} {name}"));
        }
        ago -= step.max(1);
    }
    pad(&mut line, at(0));
    line.push_str(" now");
    line
}

fn bar(from: usize, to: usize, text: &str, is_open: bool) -> String {
    let mut line = String::new();
    pad(&mut line, from);
    line.push(if is_open { '─' } else { '├' });
    let room = to.saturating_sub(from + 1);
    let label = format!("─ {text} ");
    if label.chars().count() <= room {
        line.push_str(&label);
        line.extend(std::iter::repeat_n('─', room - label.chars().count()));
        line.push('┤');
    } else {
        line.extend(std::iter::repeat_n('─', room));
        line.push_str(&format!("┤ {text}"));
    }
    line
}

fn pad(line: &mut String, to: usize) {
    let missing = to.saturating_sub(line.chars().count());
    line.extend(std::iter::repeat_n(' ', missing));
}
