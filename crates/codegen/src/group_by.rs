//! The columns by which a query groups, read from its text as PostgreSQL prints it.

use sql::lexer::{self, Token};

/// Positions of the columns that a query without `DISTINCT` and set operations groups by: together they are different in each of its rows.
/// `None` if it groups by something that is not among its `columns` columns, or is none of such queries.
pub(crate) fn columns(query: &str, columns: usize) -> Option<Vec<usize>> {
    let tokens = lexer::tokens(query);
    let clauses = Clauses::of(query, &tokens)?;
    let selected = clauses.selected.iter().map(|it| without_alias(query, it));
    let selected: Vec<&[Token]> = selected.collect();
    if selected.len() != columns {
        return None;
    }
    let keys = clauses.grouped.iter().map(|item| {
        let item = without_parentheses(query, item);
        let is_same = |other: &&[Token]| text(query, other) == text(query, item);
        selected.iter().position(is_same)
    });
    keys.collect()
}

/// The items of the two clauses.
struct Clauses<'t> {
    selected: Vec<&'t [Token]>,
    grouped: Vec<&'t [Token]>,
}

impl<'t> Clauses<'t> {
    fn of(query: &str, tokens: &'t [Token]) -> Option<Clauses<'t>> {
        let depths = depths(query, tokens);
        let word_at = |at: usize, word: &str| {
            depths[at] == 0 && tokens[at].text(query).eq_ignore_ascii_case(word)
        };
        let find = |word: &str| (0..tokens.len()).find(|at| word_at(*at, word));
        // `WITHIN GROUP` is no clause.
        let is_start = |at: &usize| word_at(at - 1, "GROUP") && word_at(*at, "BY");
        let start = (1..tokens.len()).find(is_start)? + 1;
        if find("SELECT")? != 0 || word_at(1, "DISTINCT") || find("UNION").is_some() {
            return None;
        }
        let ends = ["HAVING", "ORDER", "WINDOW", "LIMIT", ";"];
        let end = (start..tokens.len()).find(|at| ends.iter().any(|word| word_at(*at, word)));
        let range = start..end.unwrap_or(tokens.len());
        let items = |range: std::ops::Range<usize>| {
            let comma = |at: &usize| word_at(*at, ",");
            let starts =
                std::iter::once(range.start).chain(range.clone().filter(comma).map(|at| at + 1));
            let ends = range.clone().filter(comma).chain([range.end]);
            starts
                .zip(ends)
                .map(|(start, end)| &tokens[start..end])
                .collect()
        };
        Some(Clauses {
            selected: items(1..find("FROM")?),
            grouped: items(range),
        })
    }
}

/// In how many parentheses and brackets each token is; one that opens or closes counts as inside.
fn depths(query: &str, tokens: &[Token]) -> Vec<usize> {
    let mut depth: usize = 0;
    let depths = tokens.iter().map(|token| match token.text(query) {
        "(" | "[" => {
            depth += 1;
            depth
        }
        ")" | "]" => {
            depth = depth.saturating_sub(1);
            depth + 1
        }
        _ => depth,
    });
    depths.collect()
}

fn without_alias<'t>(query: &str, item: &'t [Token]) -> &'t [Token] {
    match item {
        [expression @ .., word, _] if word.text(query) == "AS" => expression,
        item => item,
    }
}

/// The item without the parentheses that PostgreSQL prints around an expression to group by.
fn without_parentheses<'t>(query: &str, item: &'t [Token]) -> &'t [Token] {
    let [open, inner @ .., close] = item else {
        return item;
    };
    let is_enclosed = depths(query, item).iter().all(|depth| *depth > 0)
        && open.text(query) == "("
        && close.text(query) == ")";
    if is_enclosed { inner } else { item }
}

fn text<'q>(query: &'q str, tokens: &[Token]) -> Vec<&'q str> {
    tokens.iter().map(|token| token.text(query)).collect()
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn grouped_columns_are_found_by_their_expression() {
        let hourly = "SELECT public.time_bucket('01:00:00'::interval, \"time\") AS bucket,\n    count(*) AS \"FROM\",\n    \
            name,\n    (a || ', '::text) AS \"two, \"\"words\"\n   FROM public.events\n  WHERE (revenue > (0)::numeric)\n  \
            GROUP BY (public.time_bucket('01:00:00'::interval, \"time\")), name, (a || ', '::text)\n HAVING (count(*) > 1);";
        assert_eq!(
            columns(hourly, 4),
            None,
            "the group's expression has parentheses of its own"
        );
        let hourly = hourly.replace("name, (a || ', '::text)", "name, ((a || ', '::text))");
        assert_eq!(columns(&hourly, 4), Some(vec![0, 2, 3]));
        assert_eq!(columns(&hourly, 5), None, "the relation has another column");
    }

    #[test]
    fn an_aggregate_within_a_group_is_no_clause() {
        let median = "SELECT day, percentile_cont((0.5)::double precision) WITHIN GROUP (ORDER BY value) AS median, name
            FROM t GROUP BY day, name";
        assert_eq!(columns(median, 3), Some(vec![0, 2]));
    }

    #[test]
    fn other_queries_have_no_key() {
        for query in [
            "",
            "SELECT",
            "GROUP BY",
            "SELECT day FROM t GROUP",
            "SELECT 1 AS a",
            "SELECT day FROM t",
            "SELECT day, count(*) AS n FROM t GROUP BY day, name",
            "SELECT DISTINCT day, n FROM t GROUP BY day, n",
            "SELECT day, n FROM t GROUP BY day, n UNION ALL SELECT day, n FROM t",
            "SELECT day, n FROM t GROUP BY GROUPING SETS ((day), (n))",
            "WITH w AS (SELECT 1) SELECT day, n FROM w GROUP BY day, n",
        ] {
            assert_eq!(columns(query, 2), None, "{query}");
        }
    }
}
