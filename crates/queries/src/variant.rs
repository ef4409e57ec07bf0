//! The SQL that is sent for a query: with numbered parameters, and without the filters whose parameter is not given.

use std::ops::Range;

use crate::text::Query;

/// How many parameters with filters a query can have: each doubles the number of its variants.
pub const MOST_FILTERS: usize = 5;

/// A query with a choice of its filters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variant {
    /// Which of the query's [`optional`](Query::optional) parameters are given: the first is the lowest bit.
    pub given: usize,
    /// The SQL, with `$1` and so on.
    pub sql: String,
    /// The parameters in the order of their numbers, as positions among the query's.
    pub parameters: Vec<usize>,
    /// What was taken over as it is: bytes of `sql`, and where they begin in the query's text.
    pieces: Vec<(Range<usize>, usize)>,
}

/// Whether the places of a parameter have one number.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Numbers {
    Shared,
    Apart,
}

/// What is not taken over as it is.
enum Change {
    /// Left out. A comment may be all that separates two words.
    Blank,
    /// The query's parameter at this position.
    Parameter(usize),
}

impl Query {
    /// The query with each choice of its filters; the first has none of them. A query without filters has one variant.
    pub fn variants(&self) -> Vec<Variant> {
        self.variants_with(&|_| None)
    }

    /// The same, with a cast at each place of the parameters that have a type here, by position. PostgreSQL does not always find the one that
    /// fits all places of a parameter.
    pub fn variants_with<'t>(&self, cast: &dyn Fn(usize) -> Option<&'t str>) -> Vec<Variant> {
        let all = 0..1_usize << self.optional().len();
        all.map(|given| self.variant(given, Numbers::Shared, cast))
            .collect()
    }

    /// The variant with a number of its own for each place of a parameter, so that each place has the type that it has alone.
    pub fn apart(&self, given: usize) -> Variant {
        self.variant(given, Numbers::Apart, &|_| None)
    }

    fn variant<'t>(
        &self,
        given: usize,
        numbers: Numbers,
        cast: &dyn Fn(usize) -> Option<&'t str>,
    ) -> Variant {
        let optional = self.optional();
        let is_given = |parameter: usize| {
            let bit = optional.iter().position(|it| *it == parameter);
            bit.is_none_or(|bit| given >> bit & 1 == 1)
        };
        let left_out = self.filters.iter().filter(|it| !is_given(it.parameter));
        let left_out = left_out.map(|it| (it.line.clone(), Change::Blank));
        let comments = self.comments.iter().cloned();
        let comments = comments.map(|range| (range, Change::Blank));
        let parameters = self.parameters.iter().enumerate();
        let parameters = parameters.flat_map(|(at, parameter)| {
            let places = parameter.places.iter().cloned();
            places.map(move |range| (range, Change::Parameter(at)))
        });
        let mut changes: Vec<_> = left_out.chain(comments).chain(parameters).collect();
        // A line that is left out comes before what is in it.
        changes.sort_by_key(|(range, _)| (range.start, usize::MAX - range.end));

        let mut variant = Variant {
            given,
            sql: String::with_capacity(self.sql.len()),
            parameters: Vec::new(),
            pieces: Vec::new(),
        };
        let mut at = 0;
        for (range, change) in changes {
            if range.start < at {
                continue;
            }
            variant.copy(&self.sql, at..range.start);
            match change {
                Change::Blank => variant.sql.push(' '),
                Change::Parameter(parameter) => {
                    variant
                        .pieces
                        .push((variant.sql.len()..variant.sql.len(), range.start));
                    variant.number(parameter, numbers);
                    if let Some(ty) = cast(parameter) {
                        variant.sql += &format!("::{ty}");
                    }
                }
            }
            at = range.end;
        }
        variant.copy(&self.sql, at..self.sql.len());
        variant
    }
}

impl Variant {
    fn copy(&mut self, text: &str, range: Range<usize>) {
        let start = self.sql.len();
        self.sql.push_str(&text[range.clone()]);
        self.pieces.push((start..self.sql.len(), range.start));
    }

    fn number(&mut self, parameter: usize, numbers: Numbers) {
        let mut known = self.parameters.iter();
        let known = known.position(|it| *it == parameter && numbers == Numbers::Shared);
        let number = known.unwrap_or_else(|| {
            self.parameters.push(parameter);
            self.parameters.len() - 1
        });
        self.sql += &format!("${}", number + 1);
    }

    /// Where the character at `position` of the SQL, counted from 1 as the server does, is in the query's text, in bytes.
    pub fn place(&self, position: usize) -> usize {
        let characters = self.sql.char_indices().map(|(at, _)| at);
        let byte = characters
            .chain([self.sql.len()])
            .nth(position.saturating_sub(1));
        let byte = byte.unwrap_or(self.sql.len());
        let before = self
            .pieces
            .iter()
            .rev()
            .find(|(range, _)| range.start <= byte);
        before.map_or(0, |(range, start)| {
            start + (byte - range.start).min(range.len())
        })
    }
}
