-- Window functions and their frames.
CREATE VIEW numbered AS SELECT row_number() OVER () AS a_never, rank() OVER (ORDER BY x) AS b_never, dense_rank() OVER (ORDER BY n) AS c_never, percent_rank() OVER (ORDER BY n) AS d_never,
    cume_dist() OVER (ORDER BY n) AS e_never, ntile(4) OVER (ORDER BY n) AS f_never, ntile(x) OVER (ORDER BY id DESC) AS g_maybe FROM p WHERE x IS NULL OR x > 0;
CREATE VIEW shifted AS SELECT lag(n) OVER w AS a_maybe, lead(n) OVER w AS b_maybe, lag(n, 1, 0) OVER w AS c_never, lead(s, 2, '') OVER w AS d_never, lag(x, 1, 0) OVER w AS e_maybe,
    lag(n, 1, x) OVER w AS f_maybe, n - lag(n, 1, n) OVER w AS g_never, COALESCE(lag(n) OVER w, 0) AS h_never FROM p WINDOW w AS (ORDER BY id DESC);
CREATE VIEW framed AS SELECT sum(n) OVER (ORDER BY id) AS a_never, max(id) OVER () AS b_never, first_value(n) OVER (ORDER BY id) AS c_never, last_value(n) OVER (ORDER BY id) AS d_never,
    nth_value(n, 2) OVER (ORDER BY id) AS e_maybe, sum(n) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS f_never,
    sum(n) OVER (ORDER BY id ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING) AS g_maybe, first_value(n) OVER (ORDER BY id ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS h_maybe,
    sum(x) OVER (PARTITION BY n) AS i_maybe, avg(n) OVER (PARTITION BY s ORDER BY id ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS k_never,
    sum(n) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING EXCLUDE CURRENT ROW) AS l_maybe, sum(n) OVER (ORDER BY id ROWS UNBOUNDED PRECEDING EXCLUDE TIES) AS m_never,
    max(n) OVER (ORDER BY n GROUPS BETWEEN CURRENT ROW AND 1 FOLLOWING) AS o_never, max(n) OVER (ORDER BY n RANGE BETWEEN 1 PRECEDING AND CURRENT ROW) AS q_never,
    last_value(n) OVER (ORDER BY id ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS r_never FROM p;
CREATE VIEW window_counts AS SELECT count(*) OVER () AS a_never, count(x) OVER (PARTITION BY n) AS b_never, array_agg(x) OVER (ORDER BY id) AS c_never,
    max(n) FILTER (WHERE x > 0) OVER (ORDER BY id) AS d_maybe, count(*) FILTER (WHERE x > 0) OVER () AS e_never, bool_or(n > 0) OVER () AS f_never FROM p;
CREATE VIEW window_of_groups AS SELECT n AS a_never, sum(count(*)) OVER (ORDER BY n) AS b_never, rank() OVER (ORDER BY max(x)) AS c_never, max(max(id)) OVER () AS d_never,
    max(max(x)) OVER (ORDER BY n) AS e_maybe FROM p GROUP BY n;
CREATE VIEW window_over_left AS SELECT first_value(t.title) OVER (ORDER BY p.id) AS a_maybe, first_value(p.s) OVER (ORDER BY p.id) AS b_never FROM p LEFT JOIN t ON t.id = p.team;
CREATE VIEW window_of_subquery AS SELECT s.rank AS a_never, s.n AS b_never, s.x AS c_maybe FROM (SELECT rank() OVER (PARTITION BY n ORDER BY id) AS rank, n, x FROM p) AS s WHERE s.rank = 1;
CREATE VIEW window_of_no_rows AS SELECT (SELECT max(count(*) + p.team) OVER () FROM t WHERE t.id = p.team) AS a_maybe, (SELECT lag(count(*), 1, p.team::bigint) OVER () FROM t WHERE t.id = p.team) AS b_maybe FROM p;
CREATE VIEW windows_over_full AS SELECT COALESCE(first_value(p.n) OVER (ORDER BY p.id NULLS FIRST), first_value(t.id) OVER (ORDER BY t.id NULLS FIRST)) AS a_maybe FROM p FULL JOIN t ON t.id = p.team;
