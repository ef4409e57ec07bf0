//! Texts that match a pattern, for the patterns that people write in constraints.

use sql::qualified::qualified;
use sql::quote;

use crate::draw::Draw;

/// How many characters an unlimited repetition gets at most.
const MOST: usize = 12;

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";

/// Characters of which one comes, some times.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    characters: String,
    least: usize,
    most: usize,
}

/// Expressions for texts that match a LIKE pattern, the shortest first; also for texts of these lengths.
pub(crate) fn of_like(pattern: &str, lengths: &[u64], draw: &mut Draw) -> Vec<String> {
    let mut parts = Vec::new();
    let mut characters = pattern.chars();
    while let Some(c) = characters.next() {
        let (characters, least, most) = match c {
            '%' => (LOWER.to_owned(), 0, 30),
            '_' => (LOWER.to_owned(), 1, 1),
            '\\' => (characters.next().unwrap_or('\\').to_string(), 1, 1),
            c => (c.to_string(), 1, 1),
        };
        parts.push(Part {
            characters,
            least,
            most,
        });
    }
    texts(&parts, lengths, draw)
}

/// Expressions for texts that match a regular expression, if it is a simple one, the shortest first; also for texts
/// of these lengths.
pub(crate) fn of_regular_expression(
    pattern: &str,
    lengths: &[u64],
    draw: &mut Draw,
) -> Vec<String> {
    let branches = Reader {
        characters: pattern.chars().collect(),
        at: 0,
    }
    .branches(0);
    let branches = branches.unwrap_or_default();
    branches
        .iter()
        .take(8)
        .flat_map(|it| texts(it, lengths, draw))
        .collect()
}

struct Reader {
    characters: Vec<char>,
    at: usize,
}

/// How many ways through alternatives are followed.
const BRANCHES: usize = 16;

impl Reader {
    fn next(&mut self) -> Option<char> {
        let next = self.characters.get(self.at).copied();
        self.at += usize::from(next.is_some());
        next
    }

    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    /// The alternatives up to the end or the closing parenthesis; `None` for what is not understood.
    fn branches(&mut self, depth: usize) -> Option<Vec<Vec<Part>>> {
        if depth > 8 {
            return None;
        }
        let mut done = Vec::new();
        let mut open: Vec<Vec<Part>> = vec![Vec::new()];
        while let Some(c) = self.peek() {
            let atoms: Vec<Vec<Part>> = match c {
                ')' => break,
                '|' => {
                    self.at += 1;
                    done.append(&mut open);
                    open = vec![Vec::new()];
                    continue;
                }
                '^' | '$' => {
                    self.at += 1;
                    continue;
                }
                '(' => {
                    self.at += 1;
                    if self.peek() == Some('?') {
                        self.at += 1;
                        (self.next()? == ':').then_some(())?;
                    }
                    let inner = self.branches(depth + 1)?;
                    (self.next()? == ')').then_some(())?;
                    inner
                }
                _ => vec![vec![one(self.class()?)]],
            };
            let (least, most) = self.repetition()?;
            open = continued(&open, &atoms, least, most);
        }
        done.append(&mut open);
        done.truncate(BRANCHES);
        Some(done)
    }

    /// The characters of which one comes.
    fn class(&mut self) -> Option<String> {
        Some(match self.next()? {
            '.' => LOWER.to_owned(),
            '\\' => escaped(self.next()?)?,
            '[' => self.bracket()?,
            c => c.to_string(),
        })
    }

    fn bracket(&mut self) -> Option<String> {
        let is_negated = self.peek() == Some('^');
        self.at += usize::from(is_negated);
        let mut set = String::new();
        let first = self.at;
        loop {
            match self.next()? {
                ']' if self.at > first + 1 => break,
                '[' if self.peek() == Some(':') => {
                    self.at += 1;
                    let mut name = String::new();
                    while self.peek()? != ':' {
                        name.push(self.next()?);
                    }
                    self.at += 2;
                    set += &named(&name)?;
                }
                '\\' => set += &escaped(self.next()?)?,
                c if self.peek() == Some('-')
                    && self
                        .characters
                        .get(self.at + 1)
                        .is_some_and(|it| *it != ']') =>
                {
                    self.at += 1;
                    let last = self.next()?;
                    set.extend((c..=last).take(128));
                }
                c => set.push(c),
            }
        }
        if is_negated {
            let others = [LOWER, DIGITS, UPPER].concat();
            set = others.chars().filter(|it| !set.contains(*it)).collect();
        }
        (!set.is_empty()).then_some(set)
    }

    fn repetition(&mut self) -> Option<(usize, usize)> {
        let found = match self.peek() {
            Some('*') => (0, MOST),
            Some('+') => (1, MOST),
            Some('?') => (0, 1),
            Some('{') => {
                let mut inside = String::new();
                self.at += 1;
                while self.peek()? != '}' {
                    inside.push(self.next()?);
                }
                let (least, most) = inside.split_once(',').unwrap_or((&inside, &inside));
                let least: usize = least.parse().ok()?;
                let most = if most.is_empty() {
                    least + MOST
                } else {
                    most.parse().ok()?
                };
                (least <= most && least <= 256).then_some((least, most))?
            }
            _ => return Some((1, 1)),
        };
        self.at += 1;
        // `*?` takes as few as it can, which is the same here.
        self.at += usize::from(self.peek() == Some('?'));
        Some(found)
    }
}

fn one(characters: String) -> Part {
    Part {
        characters,
        least: 1,
        most: 1,
    }
}

/// Each beginning with each way through the atom.
fn continued(open: &[Vec<Part>], atoms: &[Vec<Part>], least: usize, most: usize) -> Vec<Vec<Part>> {
    let mut all = Vec::new();
    for start in open {
        for atom in atoms {
            if let [part] = &atom[..]
                && part.least == 1
                && part.most == 1
            {
                let mut way = start.clone();
                way.push(Part {
                    least,
                    most,
                    ..part.clone()
                });
                all.push(way);
                continue;
            }
            let mut counts = vec![least, most.min(least + 2)];
            counts.dedup();
            for count in counts {
                let mut way = start.clone();
                (0..count).for_each(|_| way.extend(atom.iter().cloned()));
                all.push(way);
            }
        }
    }
    all.truncate(BRANCHES);
    all
}

fn escaped(c: char) -> Option<String> {
    Some(match c {
        'd' => DIGITS.to_owned(),
        'w' => [LOWER, DIGITS].concat(),
        's' => " ".to_owned(),
        'S' | 'D' | 'W' => LOWER.to_owned(),
        'm' | 'M' | 'y' | 'Y' | 'A' | 'Z' => String::new(),
        c if c.is_alphanumeric() => return None,
        c => c.to_string(),
    })
}

fn named(class: &str) -> Option<String> {
    Some(match class {
        "alpha" => [LOWER, UPPER].concat(),
        "lower" => LOWER.to_owned(),
        "upper" => UPPER.to_owned(),
        "digit" => DIGITS.to_owned(),
        "xdigit" => [DIGITS, "abcdef"].concat(),
        "alnum" => [LOWER, UPPER, DIGITS].concat(),
        "space" | "blank" => " ".to_owned(),
        "punct" => ".".to_owned(),
        _ => return None,
    })
}

/// How many lengths are tried for a pattern.
const LENGTHS: usize = 6;

/// Expressions for the shortest texts, for longer ones, and for those of these lengths.
fn texts(parts: &[Part], lengths: &[u64], draw: &mut Draw) -> Vec<String> {
    let least: Vec<usize> = parts.iter().map(|it| it.least).collect();
    let mut all = vec![least.clone()];
    if parts.iter().any(|it| it.most > it.least) {
        all.push(
            parts
                .iter()
                .map(|it| it.most.min(it.least.max(5)))
                .collect(),
        );
        all.push(
            parts
                .iter()
                .map(|it| it.most.min(it.least + MOST))
                .collect(),
        );
        let of_length = lengths.iter().filter_map(|it| counts(parts, *it as usize));
        all.extend(of_length.take(LENGTHS));
    }
    all.dedup();
    all.iter().map(|counts| text(parts, counts, draw)).collect()
}

/// How often each part comes in a text of this length.
fn counts(parts: &[Part], length: usize) -> Option<Vec<usize>> {
    let mut left = length.checked_sub(parts.iter().map(|it| it.least).sum())?;
    let mut counts = Vec::new();
    for part in parts {
        let more = left.min(part.most - part.least);
        left -= more;
        counts.push(part.least + more);
    }
    (left == 0).then_some(counts)
}

fn text(parts: &[Part], counts: &[usize], draw: &mut Draw) -> String {
    let mut pieces: Vec<String> = Vec::new();
    let mut fixed = String::new();
    for (part, count) in parts.iter().zip(counts) {
        let size = part.characters.chars().count();
        for _ in 0..*count {
            if size == 1 {
                fixed += &part.characters;
            } else if size > 1 {
                if !fixed.is_empty() {
                    pieces.push(quote::literal(&std::mem::take(&mut fixed)));
                }
                let from = quote::literal(&part.characters);
                let drawn = draw.below(size as u64);
                pieces.push(format!("substr({from}, (1 + {drawn})::integer, 1)"));
            }
        }
    }
    if !fixed.is_empty() || pieces.is_empty() {
        pieces.push(quote::literal(&fixed));
    }
    qualified(&format!("({})", pieces.join(" || ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branches(pattern: &str) -> Option<usize> {
        let mut reader = Reader {
            characters: pattern.chars().collect(),
            at: 0,
        };
        reader.branches(0).map(|it| it.len())
    }

    #[test]
    fn a_text_gets_the_length_that_is_asked_for() {
        let part = |least, most| Part {
            characters: "a".to_owned(),
            least,
            most,
        };
        assert_eq!(counts(&[part(1, 1), part(0, 5)], 4), Some(vec![1, 3]));
        assert_eq!(counts(&[part(1, 1), part(0, 5)], 7), None);
        assert_eq!(counts(&[part(2, 2)], 1), None);
    }

    #[test]
    fn simple_patterns_are_understood() {
        for (pattern, count) in [
            ("^[a-z][a-z0-9_]{0,62}$", 1),
            ("^(a|b|cd)+$", 4),
            ("\\S", 1),
            ("^[^@]+@[^@]+\\.[a-z]{2,}$", 1),
            ("^[[:alpha:]]-?\\d{3}$", 1),
            ("[]a]", 1),
        ] {
            assert_eq!(branches(pattern), Some(count), "{pattern}");
        }
        for pattern in ["(?=a)b", "\\1", "[[:odd:]]", "a{2", "[a"] {
            assert_eq!(branches(pattern), None, "{pattern}");
        }
    }
}
