-- Subqueries, WITH, set operations, VALUES.
CREATE VIEW scalar AS SELECT (SELECT count(*) FROM e) AS a_never, (SELECT count(*) FROM e WHERE e.p_id = p.id) AS b_never, (SELECT max(w) FROM e) AS c_maybe,
    (SELECT title FROM t WHERE t.id = p.team) AS d_maybe, (SELECT 1) AS e_never, (SELECT p.n) AS f_never, (SELECT p.x) AS g_maybe, (SELECT COALESCE(sum(w), 0) FROM e) AS h_never,
    (SELECT count(*) FROM e GROUP BY () HAVING count(*) > 1) AS i_maybe, (SELECT count(*) FROM e LIMIT 1) AS k_never, (SELECT count(*) FROM e OFFSET 1) AS l_maybe,
    (SELECT n FROM (VALUES (1), (2)) AS v (n) ORDER BY n LIMIT 1) AS m_never, (SELECT count(*) FROM e LIMIT 0) AS o_maybe,
    (SELECT s.c FROM (SELECT count(*) AS c FROM e) AS s) AS q_never, (SELECT s.c FROM (SELECT count(*) AS c FROM e) AS s WHERE s.c > 1) AS r_maybe,
    (SELECT s.c FROM (SELECT count(*) AS c FROM e) AS s LEFT JOIN t ON false) AS v_never, (SELECT array_agg(w) FROM e) AS w_maybe FROM p;
CREATE VIEW existing AS SELECT EXISTS (SELECT FROM t WHERE t.id = p.team) AS a_never, NOT EXISTS (SELECT FROM e) AS b_never, n IN (SELECT id FROM t) AS c_never,
    n IN (SELECT parent FROM t) AS d_maybe, x IN (SELECT id FROM t) AS e_maybe, n > ALL (SELECT id FROM t) AS f_never, n NOT IN (SELECT id FROM t) AS g_never,
    ARRAY(SELECT motto FROM t) AS h_never, (n, id) IN (SELECT id, id FROM t) AS i_never FROM p;
CREATE VIEW nested AS SELECT s.a AS a_never, s.b AS b_maybe, s.c AS c_never FROM (SELECT q.a, q.b, q.a + 1 AS c FROM (SELECT n AS a, x AS b FROM p OFFSET 0) AS q) AS s;
CREATE VIEW with_items AS WITH a AS (SELECT id, x FROM p), b AS (SELECT id, x, count(*) OVER () AS c FROM a) SELECT b.id AS a_never, b.x AS b_maybe, b.c AS c_never, a.id AS d_never FROM b JOIN a USING (id);
CREATE VIEW with_materialized AS WITH a AS MATERIALIZED (SELECT id, x FROM p WHERE x IS NOT NULL) SELECT a.id AS a_never, a.x AS b_never FROM a;
CREATE VIEW with_nested AS WITH a AS (WITH b AS (SELECT n FROM p) SELECT n FROM b) SELECT n AS a_never, (SELECT count(*) FROM a AS o WHERE o.n = a.n) AS b_never FROM a;
CREATE VIEW recursive_numbers AS WITH RECURSIVE w (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM w WHERE i < 5) SELECT i AS i_never FROM w;
CREATE VIEW recursive_tree AS WITH RECURSIVE w (id, title, depth, path, motto) AS (
        SELECT id, title, 0, ARRAY[id], motto FROM t WHERE parent IS NULL
        UNION ALL SELECT t.id, t.title, w.depth + 1, w.path || t.id, t.motto FROM t JOIN w ON t.parent = w.id WHERE t.id <> ALL (w.path))
    SELECT id AS a_never, title AS b_never, depth AS c_never, path AS d_never, motto AS e_maybe FROM w;
CREATE VIEW recursive_nulls AS WITH RECURSIVE w (i, j, k) AS (SELECT 1, 1, 1 UNION ALL SELECT i + 1, NULLIF(i, 2), j FROM w WHERE i < 5) SELECT i AS i_never, j AS j_maybe, k AS k_maybe FROM w;
CREATE VIEW recursive_swap AS WITH RECURSIVE w (i, a, b) AS (SELECT 1, 1, NULL::integer UNION ALL SELECT i + 1, b, a FROM w WHERE i < 5) SELECT i AS i_never, a AS a_maybe, b AS b_maybe FROM w;
CREATE VIEW unions AS SELECT n AS a_never, x AS b_maybe, s AS c_never FROM p UNION ALL SELECT id, parent, title FROM t;
CREATE VIEW unions_of_types AS SELECT n AS a_never, 'a' AS b_never FROM p UNION SELECT id::bigint, title FROM t UNION ALL SELECT 1.5, 'c';
CREATE VIEW unions_with_null AS SELECT n AS a_maybe, s AS b_never FROM p UNION ALL SELECT NULL, title FROM t;
CREATE VIEW intersection AS SELECT x AS a_never, u AS b_maybe FROM p INTERSECT SELECT n, NULL::text FROM p WHERE n <> 99 UNION ALL SELECT 1, NULL;
CREATE VIEW intersections AS SELECT x AS a_never FROM p INTERSECT SELECT id FROM t;
CREATE VIEW exceptions AS SELECT n AS a_never, x AS b_maybe FROM p EXCEPT SELECT id, parent FROM t WHERE id = 99;
CREATE VIEW values_list AS SELECT a AS a_never, b AS b_maybe FROM (VALUES (1, 'x'), (2, NULL)) AS v (a, b);
CREATE VIEW values_alone (a_never, b_never) AS VALUES (1, 'x'), (2, 'y');
CREATE VIEW limited AS SELECT n AS a_never, x AS b_maybe FROM p ORDER BY x NULLS FIRST LIMIT 2;
CREATE VIEW of_view AS SELECT a_never, b_maybe, c_never AS c_never FROM nested;
CREATE VIEW of_view_left AS SELECT n.a_never AS a_maybe, t.id AS b_never FROM t LEFT JOIN nested AS n ON n.a_never = t.id;
CREATE MATERIALIZED VIEW stored AS SELECT a_never, c_never, b_maybe FROM nested;
CREATE VIEW of_stored AS SELECT a_never, b_maybe, c_never + 1 AS c_never FROM stored;
CREATE VIEW correlated_twice AS SELECT (SELECT (SELECT p.n + 1)) AS a_never, (SELECT (SELECT p.x)) AS b_maybe, (SELECT count(*) + (SELECT p.n) FROM e) AS c_never FROM p;
CREATE VIEW correlated_groups AS SELECT (SELECT count(*) + p.team FROM t WHERE t.id = p.team) AS a_maybe, (SELECT p.team FROM t WHERE t.id = p.team HAVING true) AS b_maybe,
    (SELECT count(*) FROM t WHERE t.id = p.team) AS c_never, (SELECT COALESCE(max(t.id), 0) FROM t WHERE t.id = p.team) AS d_never FROM p;
CREATE VIEW lateral_group AS SELECT s.team AS a_maybe, s.c AS b_never FROM p, LATERAL (SELECT count(*) AS c, p.team FROM t WHERE t.id = p.team) AS s;
CREATE VIEW where_exists_of_having AS SELECT team AS a_maybe FROM p WHERE EXISTS (SELECT FROM t WHERE t.id = p.team HAVING true);
CREATE VIEW case_and_subquery AS SELECT CASE WHEN x IS NOT NULL THEN (SELECT p.x + 1) ELSE 0 END AS a_never,
    CASE WHEN x IS NOT NULL THEN (WITH w AS (SELECT p.x) SELECT w.x FROM w) ELSE 0 END AS b_never,
    CASE WHEN x IS NOT NULL THEN (SELECT max(t.id) FROM t WHERE t.id = p.x) ELSE 0 END AS c_maybe FROM p;
CREATE VIEW volatile_inside AS SELECT s.turn AS a_never FROM (SELECT every_other() AS turn FROM p) AS s WHERE s.turn IS NOT NULL;
CREATE VIEW fractions AS SELECT (SELECT count(*) FROM e LIMIT 0.4) AS a_maybe, (SELECT count(*) FROM e LIMIT 0.0) AS b_maybe, (SELECT count(*) FROM e LIMIT '0.4'::float8) AS c_maybe, (SELECT count(*) FROM e LIMIT 2) AS d_never FROM p;
CREATE VIEW with_in_case AS SELECT s.a AS a_maybe, s.b AS b_maybe
    FROM p, LATERAL (WITH w AS (SELECT p.x AS x) SELECT CASE WHEN p.x IS NOT NULL THEN w.x END AS a, w.x AS b FROM w) AS s;
CREATE VIEW unions_by_cast AS SELECT s::bytea AS a_maybe, s AS b_never FROM p UNION ALL SELECT gen_random_uuid(), s FROM p;
CREATE VIEW unions_of_times AS SELECT at::date AS a_never, s::varchar AS b_never FROM p UNION ALL SELECT at, s::name FROM p;
CREATE VIEW recursive_searched AS WITH RECURSIVE w (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM w WHERE i < 3) SEARCH DEPTH FIRST BY i SET o CYCLE i SET c USING q SELECT i AS a_never FROM w;
