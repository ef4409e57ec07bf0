-- Joins, and what their conditions leave out.
CREATE VIEW inner_keys AS SELECT p.team AS team_never, p.x AS x_maybe, t.id AS id_never, t.motto AS motto_maybe FROM p JOIN t ON t.id = p.team;
CREATE VIEW inner_of_two_keys AS SELECT p.team AS team_never, p.x AS x_never, t.title AS title_never FROM p JOIN t ON t.id = p.team AND t.id = p.x;
CREATE VIEW inner_by_comparison AS SELECT p.x AS x_never, t.parent AS parent_maybe FROM p JOIN t ON p.x >= t.id;
CREATE VIEW inner_or AS SELECT p.x AS x_maybe, p.team AS team_maybe, p.n AS n_never FROM p JOIN t ON t.id = p.team OR t.id = p.x OR p.x IS NULL;
CREATE VIEW inner_not_strict AS SELECT p.x AS x_maybe, t.id AS id_never FROM p JOIN t ON any_true(p.x);
CREATE VIEW inner_distinct AS SELECT p.x AS x_maybe, t.parent AS parent_maybe FROM p JOIN t ON p.x IS NOT DISTINCT FROM t.parent;
CREATE VIEW left_keys AS SELECT p.team AS team_maybe, t.id AS id_maybe, t.title AS title_maybe, p.s AS s_never FROM p LEFT JOIN t ON t.id = p.team;
CREATE VIEW left_made_inner AS SELECT p.team AS team_never, t.id AS id_never, t.title AS title_never, t.motto AS motto_maybe
    FROM p LEFT JOIN t ON t.id = p.team WHERE t.title <> '?';
CREATE VIEW left_made_inner_by_join AS SELECT a.team AS team_never, t.title AS title_never, b.n AS n_never, b.x AS x_maybe
    FROM p AS a LEFT JOIN t ON t.id = a.team JOIN p AS b ON b.id = t.id;
CREATE VIEW left_of_left AS SELECT t.id AS id_maybe, u.id AS other_maybe, p.id AS p_never
    FROM p LEFT JOIN (t LEFT JOIN t AS u ON u.id = t.parent) ON t.id = p.team;
CREATE VIEW left_of_left_made_inner AS SELECT t.id AS id_never, t.parent AS parent_never, u.title AS title_never, p.team AS team_never
    FROM p LEFT JOIN (t LEFT JOIN t AS u ON u.id = t.parent) ON t.id = p.team WHERE u.id > 0;
CREATE VIEW left_anti AS SELECT p.id AS id_never, t.id AS other_maybe FROM p LEFT JOIN t ON t.id = p.team WHERE t.id IS NULL;
CREATE VIEW right_keys AS SELECT p.n AS n_maybe, t.title AS title_never FROM p RIGHT JOIN t ON t.id = p.team;
CREATE VIEW full_keys AS SELECT p.n AS n_maybe, t.title AS title_maybe, COALESCE(p.id, t.id) AS either_never FROM p FULL JOIN t ON t.id = p.team;
CREATE VIEW full_using AS SELECT id AS id_never, p.n AS n_maybe, t.title AS title_maybe FROM p FULL JOIN t USING (id);
CREATE VIEW full_using_twice AS SELECT id AS id_never, p.n AS n_maybe FROM p FULL JOIN t USING (id) FULL JOIN (SELECT p_id AS id FROM e) AS f USING (id);
CREATE VIEW full_made_left AS SELECT p.n AS n_never, t.title AS title_maybe FROM p FULL JOIN t USING (id) WHERE p.n > -9;
CREATE VIEW full_made_inner AS SELECT p.n AS n_never, t.title AS title_never, id AS id_never FROM p FULL JOIN t USING (id) WHERE p.n > -9 AND t.title <> '?';
CREATE VIEW full_using_nullable AS SELECT team AS team_maybe FROM p FULL JOIN (SELECT id AS team FROM t) AS t USING (team);
CREATE VIEW using_keys AS SELECT id AS id_never, title AS title_never, x AS x_maybe FROM p JOIN t USING (id);
CREATE VIEW natural_keys AS SELECT id AS id_never, team AS team_never FROM (SELECT id, team FROM p) AS a NATURAL JOIN (SELECT id, parent AS team FROM t) AS b;
CREATE VIEW aliased_join AS SELECT j.team AS team_never, j.title AS title_never, j.motto AS motto_maybe FROM (p JOIN t ON t.id = p.team) AS j (id, n, x, s, u, at, seen, js, k, l, m, flag, team, d, o, r, tid, title, motto);
CREATE VIEW aliased_left_join AS SELECT j.a AS a_never, j.b AS b_maybe FROM (SELECT p.id AS a, t.id AS b FROM p LEFT JOIN t ON t.id = p.team) AS j;
CREATE VIEW cross_join AS SELECT p.n AS n_never, p.x AS x_maybe, t.title AS title_never FROM p CROSS JOIN t;
CREATE VIEW comma_join AS SELECT p.team AS team_never, t.motto AS motto_maybe FROM p, t WHERE p.team = t.id;
CREATE VIEW lateral_constant AS SELECT p.id AS id_never, s.one AS one_never, s.x AS x_maybe, s.n AS n_never FROM p CROSS JOIN LATERAL (SELECT 1 AS one, p.x, p.n) AS s;
CREATE VIEW lateral_computed AS SELECT s.plus AS plus_never, s.x AS x_maybe, s.filled AS filled_never FROM p, LATERAL (SELECT p.n + 1 AS plus, p.x + 1 AS x, COALESCE(p.u, p.s) AS filled) AS s;
CREATE VIEW lateral_left AS SELECT p.id AS id_never, s.w AS w_maybe, s.own AS own_maybe FROM p LEFT JOIN LATERAL (SELECT e.w, p.n AS own FROM e WHERE e.p_id = p.id LIMIT 1) AS s ON true;
CREATE VIEW lateral_count AS SELECT p.id AS id_never, s.events AS events_never, s.best AS best_maybe FROM p CROSS JOIN LATERAL (SELECT count(*) AS events, max(e.w) AS best FROM e WHERE e.p_id = p.id) AS s;
CREATE VIEW lateral_left_count AS SELECT p.id AS id_never, s.best AS best_maybe FROM p LEFT JOIN LATERAL (SELECT count(*) AS events, max(e.w) AS best FROM e WHERE e.p_id = p.id) AS s ON true;
CREATE VIEW lateral_values AS SELECT v.name AS name_never, v.value AS value_maybe, v.other AS other_never FROM p, LATERAL (VALUES ('n', p.x, p.n), ('x', 0, p.id)) AS v (name, value, other);
CREATE VIEW lateral_of_kept AS SELECT s.y AS y_never, p.x AS x_never FROM p, LATERAL (SELECT p.x + 1 AS y) AS s WHERE p.x > 0;
CREATE VIEW lateral_of_nulled AS SELECT s.title AS title_maybe FROM p LEFT JOIN t ON t.id = p.team CROSS JOIN LATERAL (SELECT t.title) AS s;
CREATE VIEW whole_row AS SELECT t AS row_maybe, p AS other_maybe FROM p FULL JOIN t ON t.id = p.team;
CREATE VIEW child_rows AS SELECT id AS id_maybe FROM loose;
CREATE VIEW inner_case AS SELECT p.x AS x_never FROM p JOIN t ON CASE WHEN p.x > 0 THEN true ELSE false END;
CREATE VIEW self_join AS SELECT a.team AS team_never, b.team AS other_never, a.x AS x_maybe FROM p AS a JOIN p AS b ON a.team = b.team;
CREATE VIEW full_using_often AS SELECT id AS id_never, a.x AS x_maybe, COALESCE(a.x, b.motto IS NULL, true::boolean)::text AS text_never
    FROM (SELECT id, x > 0 AS x FROM p) AS a FULL JOIN t AS b USING (id) FULL JOIN (SELECT p_id AS id FROM e) AS c USING (id) FULL JOIN (SELECT id FROM t) AS d USING (id);
CREATE VIEW full_in_left AS SELECT j.id AS id_maybe, t.id AS t_never FROM t LEFT JOIN (p FULL JOIN (SELECT p_id AS id FROM e) AS q USING (id)) AS j ON j.n = t.id;
CREATE VIEW full_values AS SELECT COALESCE(p.x, t.parent) AS a_maybe, GREATEST(p.n, t.id) AS b_never, COALESCE(p.s, t.title, '?') AS c_never FROM p FULL JOIN t ON t.id = p.team;
