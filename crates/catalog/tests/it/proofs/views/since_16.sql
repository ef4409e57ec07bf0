-- Of PostgreSQL 16: the JSON constructors, and ANY_VALUE.
CREATE VIEW json_constructed AS SELECT JSON_OBJECT('x': x) AS a_never, JSON_ARRAY(x, u) AS b_never, JSON_OBJECT('x': x RETURNING jsonb) AS c_never, j IS JSON AS d_maybe, s IS JSON AS e_never,
    JSON_ARRAY(SELECT id FROM t WHERE false) AS f_maybe, JSON_OBJECT('x': x ABSENT ON NULL RETURNING text) AS g_never FROM (SELECT x, u, s, NULLIF(u, '') AS j FROM p) AS p;
CREATE VIEW json_aggregated AS SELECT n AS a_never, JSON_ARRAYAGG(x) AS b_never, JSON_OBJECTAGG(id: x) AS c_never, JSON_ARRAYAGG(x RETURNING jsonb) AS d_never, any_value(s) AS e_never, any_value(x) AS f_maybe,
    JSON_ARRAYAGG(x) FILTER (WHERE x > 0) AS g_maybe FROM p GROUP BY n;
CREATE VIEW json_aggregated_whole AS SELECT JSON_ARRAYAGG(x) AS a_maybe, JSON_OBJECTAGG(id: x) AS b_maybe FROM p;
