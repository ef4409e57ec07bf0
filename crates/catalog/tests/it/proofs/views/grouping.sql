-- Aggregates, with and without groups, and grouping sets.
CREATE VIEW whole AS SELECT count(*) AS a_never, count(x) AS b_never, max(n) AS c_maybe, sum(n) AS d_maybe, array_agg(n) AS e_maybe, COALESCE(sum(n), 0) AS f_never,
    bool_and(n > 0) AS g_maybe, string_agg(s, ',') AS h_maybe, count(DISTINCT u) AS i_never, avg(n) AS k_maybe FROM p;
CREATE VIEW grouped AS SELECT n AS a_never, count(*) AS b_never, max(id) AS c_never, sum(x) AS d_maybe, avg(id) AS e_never, bool_or(id > 1) AS f_never, string_agg(s, ',') AS g_never,
    array_agg(x) AS h_never, jsonb_agg(x) AS i_never, min(at) AS k_never, max(u) AS l_maybe, sum(id)::bigint AS m_never, stddev(id) AS o_maybe, stddev_pop(id) AS q_never,
    json_object_agg(id, x) AS r_never, every(id > 0) AS v_never, bit_and(id) AS w_never, array_agg(DISTINCT s ORDER BY s) AS y_never FROM p GROUP BY n;
CREATE VIEW grouped_filter AS SELECT n AS a_never, count(*) FILTER (WHERE x > 0) AS b_never, max(id) FILTER (WHERE x > 0) AS c_maybe,
    COALESCE(max(id) FILTER (WHERE x > 0), 0) AS d_never, array_agg(id) FILTER (WHERE x > 0) AS e_maybe FROM p GROUP BY n;
CREATE VIEW grouped_key AS SELECT u AS a_maybe, count(*) AS b_never, lower(s) AS c_never, COALESCE(u, '') AS d_never FROM p GROUP BY u, lower(s);
CREATE VIEW grouped_by_primary_key AS SELECT p.id AS a_never, p.s AS b_never, p.x AS c_maybe, count(e.p_id) AS d_never, max(e.w) AS e_maybe, sum(e.w) AS f_maybe
    FROM p LEFT JOIN e ON e.p_id = p.id GROUP BY p.id;
CREATE VIEW grouped_inner AS SELECT p.id AS a_never, max(e.w) AS b_never, max(e.v) AS c_maybe, p.s AS d_never FROM p JOIN e ON e.p_id = p.id GROUP BY p.id;
CREATE VIEW grouped_kept AS SELECT n AS a_never, max(x) AS b_never, sum(team) AS c_maybe FROM p WHERE x IS NOT NULL GROUP BY n;
CREATE VIEW grouped_nothing AS SELECT count(*) AS a_never FROM p GROUP BY ();
CREATE VIEW grouped_true AS SELECT max(n) AS a_never FROM p GROUP BY (SELECT true);
CREATE VIEW ordered_sets AS SELECT n AS a_never, percentile_cont(0.5) WITHIN GROUP (ORDER BY id) AS b_never, mode() WITHIN GROUP (ORDER BY s) AS c_never,
    percentile_disc(0.5) WITHIN GROUP (ORDER BY x) AS d_maybe FROM p GROUP BY n;
CREATE VIEW rolled_up AS SELECT n AS a_maybe, s AS b_maybe, count(*) AS c_never, GROUPING(n) AS d_never, count(*) + 1 AS e_never, COALESCE(s, '') AS f_never, max(id) AS g_maybe
    FROM p GROUP BY ROLLUP (n, s);
CREATE VIEW grouping_sets AS SELECT n AS a_maybe, s AS b_maybe, max(id) AS c_never, sum(x) AS d_maybe, count(*) AS e_never FROM p GROUP BY GROUPING SETS ((n), (s));
CREATE VIEW part_rolled_up AS SELECT n AS a_never, s AS b_maybe, max(id) AS c_never, count(*)::integer AS d_never FROM p GROUP BY n, ROLLUP (s);
CREATE VIEW cubed AS SELECT n AS a_maybe, o AS b_maybe, sum(id) AS c_maybe, GROUPING(n, o) AS d_never FROM p GROUP BY CUBE (n, o);
CREATE VIEW over_values AS SELECT max(v) AS a_never, sum(v) AS b_never, count(*) AS c_never FROM (VALUES (1), (2)) AS t (v);
CREATE VIEW over_set AS SELECT sum(i) AS a_never, max(NULLIF(i, i)) AS b_maybe FROM (SELECT 1 AS i) AS s;
CREATE VIEW distinct_rows AS SELECT DISTINCT n AS a_never, u AS b_maybe FROM p;
CREATE VIEW distinct_on AS SELECT DISTINCT ON (n) n AS a_never, x AS b_maybe, s AS c_never FROM p ORDER BY n, id DESC;
CREATE VIEW dependent_rolled_up AS SELECT id AS a_maybe, s AS b_maybe, lower(s) AS c_maybe, s IS NULL AS d_never, EXISTS (SELECT FROM t WHERE t.id = p.id) AS e_never FROM p GROUP BY ROLLUP (id, s);
CREATE VIEW constant_keys AS SELECT n AS a_maybe, k AS b_maybe, count(*) AS c_never FROM (SELECT n, 'k'::text AS k FROM p) AS p GROUP BY GROUPING SETS ((n), (k));
CREATE VIEW expression_keys AS SELECT n + 1 AS a_maybe, x IS NULL AS b_maybe, COALESCE(u, '') AS c_maybe, count(*) AS d_never FROM p GROUP BY GROUPING SETS ((n + 1), (x IS NULL), (COALESCE(u, '')));
CREATE VIEW joined_keys AS SELECT id AS a_maybe, COALESCE(p.s, t.title) AS b_maybe, count(*) AS c_never FROM p FULL JOIN t USING (id) GROUP BY CUBE (id, COALESCE(p.s, t.title));
CREATE VIEW having_of_empty AS SELECT max(x) AS a_never FROM p HAVING max(x) > 0;
CREATE VIEW case_of_group AS SELECT CASE WHEN max(x) IS NULL THEN 0 ELSE max(x) END AS a_never, CASE WHEN count(x) > 0 THEN max(x) ELSE 0 END AS b_never, sum(CASE WHEN x IS NULL THEN 0 ELSE x END) AS c_never,
    sum(x) FILTER (WHERE x IS NOT NULL) AS d_maybe FROM p GROUP BY n;
CREATE VIEW left_out_of_ordered_sets AS SELECT percentile_cont(f) WITHIN GROUP (ORDER BY id) AS a_maybe, percentile_cont(0.5) WITHIN GROUP (ORDER BY id) AS b_never FROM (SELECT 0.5::float8 AS f, n AS g, id FROM p OFFSET 0) AS q GROUP BY GROUPING SETS ((f), (g));
CREATE VIEW simplified_keys AS SELECT n IS NOT NULL AS a_maybe, COALESCE(x, 0) AS b_maybe, count(*) AS c_never FROM p GROUP BY GROUPING SETS ((n, x), (NOT (n IS NULL)), (CASE WHEN true THEN COALESCE(x, 0) END));
CREATE VIEW inlined_keys AS SELECT COALESCE(x, 0) AS a_maybe, ARRAY[x] AS b_maybe, count(*) AS c_never FROM p GROUP BY GROUPING SETS ((x), (zero_for(x)), (CASE WHEN true THEN ARRAY[x] END));
CREATE VIEW keys_of_subquery AS SELECT COALESCE(q.x, 0) AS a_never, q.x IS NULL AS b_never, count(*) AS c_never FROM (SELECT x, COALESCE(x, 0) AS k, x IS NULL AS m FROM p) AS q GROUP BY GROUPING SETS ((q.x), (q.k), (q.m));
CREATE VIEW totals AS SELECT COALESCE(kind, 'all') AS a_never, kind IS NULL AS b_never, COALESCE(sum(v), 0) AS c_never, count(*) + 1 AS d_never, date_trunc('day', at) AS e_maybe FROM e GROUP BY ROLLUP (kind, date_trunc('day', at));
