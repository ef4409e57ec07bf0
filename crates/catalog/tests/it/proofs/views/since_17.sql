-- Of PostgreSQL 17: the JSON query functions.
CREATE VIEW json_queried AS SELECT JSON_EXISTS(j, '$.a') AS a_never, JSON_EXISTS(j, '$.a' UNKNOWN ON ERROR) AS b_never, JSON_VALUE(j, '$.a') AS c_maybe, JSON_QUERY(j, '$.a') AS d_maybe, JSON_EXISTS(k, '$.a') AS e_maybe,
    JSON_SCALAR(n) AS f_never, JSON_SCALAR(x) AS g_maybe, JSON('{}') AS h_never, JSON_SERIALIZE(j) AS i_never FROM p;
CREATE VIEW json_tabled AS SELECT q.n AS a_never, q.a AS b_maybe, q.i AS c_maybe FROM p, JSON_TABLE(p.j, '$' COLUMNS (n FOR ORDINALITY, a integer PATH '$.a', NESTED PATH '$.b[*]' COLUMNS (i FOR ORDINALITY))) AS q;
