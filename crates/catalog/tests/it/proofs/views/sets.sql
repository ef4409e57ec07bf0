-- Functions that return sets.
CREATE VIEW series AS SELECT i AS a_never, i + 1 AS b_never FROM generate_series(1, 3) AS i;
CREATE VIEW series_of_column AS SELECT p.id AS a_never, g AS b_never FROM p, generate_series(p.n, p.x) AS g;
CREATE VIEW series_of_days AS SELECT day AS a_never, count(e.at) AS b_never, max(e.w) AS c_maybe
    FROM generate_series(TIMESTAMPTZ '2026-01-01', '2026-01-04', '1 day') AS day LEFT JOIN e ON e.at >= day AND e.at < day + INTERVAL '1 day' GROUP BY day;
CREATE VIEW series_left AS SELECT p.id AS a_never, g AS b_maybe FROM p LEFT JOIN LATERAL generate_series(1, p.x) AS g ON true;
CREATE VIEW unnested AS SELECT p.id AS a_never, el AS b_maybe, ord AS c_never FROM p, unnest(p.l) WITH ORDINALITY AS el (el, ord);
CREATE VIEW unnested_constants AS SELECT a AS a_never, b AS b_never FROM unnest(ARRAY['x', 'y']) WITH ORDINALITY AS q (a, b);
CREATE VIEW unnested_together AS SELECT a AS a_maybe, b AS b_maybe, ord AS c_never FROM unnest(ARRAY[1, 2], ARRAY['x']) WITH ORDINALITY AS q (a, b, ord) UNION ALL
    SELECT a, b, ord FROM unnest(ARRAY[1], ARRAY['x', 'y']) WITH ORDINALITY AS q (a, b, ord);
CREATE VIEW rows_from AS SELECT a AS a_maybe, b AS b_maybe FROM ROWS FROM (generate_series(1, 2), generate_series(1, 3)) AS q (a, b) UNION ALL SELECT a, b FROM ROWS FROM (generate_series(1, 3), generate_series(1, 2)) AS q (a, b);
CREATE VIEW set_in_list AS SELECT id AS a_never, generate_series(1, 2) AS b_never FROM p;
CREATE VIEW sets_in_list AS SELECT generate_series(1, 2) AS a_maybe, generate_series(1, 3) AS b_never, n AS c_never FROM p;
CREATE VIEW set_of_column AS SELECT id AS a_never, unnest(l) AS b_maybe FROM p;
CREATE VIEW json_elements AS SELECT el AS a_never, ord AS b_never FROM jsonb_array_elements('[1, null]') WITH ORDINALITY AS q (el, ord);
CREATE VIEW json_texts AS SELECT el AS a_maybe FROM jsonb_array_elements_text('[1, null]') AS el;
CREATE VIEW json_pairs AS SELECT q.key AS a_never, q.value AS b_never, w.key AS c_never, w.value AS d_maybe FROM jsonb_each('{"a": null}') AS q, jsonb_each_text('{"a": null}') AS w;
CREATE VIEW json_keys AS SELECT p.id AS a_never, key AS b_never FROM p, jsonb_object_keys(p.j) AS key WHERE jsonb_typeof(p.j) = 'object';
CREATE VIEW json_record AS SELECT q.a AS a_maybe, p.id AS b_never FROM p, jsonb_to_record(p.j) AS q (a integer) WHERE jsonb_typeof(p.j) = 'object';
CREATE VIEW split AS SELECT part AS a_never, ord AS b_never FROM regexp_split_to_table('a,b', ',') WITH ORDINALITY AS q (part, ord);
CREATE VIEW split_texts AS SELECT part AS a_never FROM p, string_to_table(p.s, '=') AS part;
CREATE VIEW split_nulls AS SELECT part AS a_maybe FROM string_to_table('a,b', ',', 'b') AS part;
CREATE VIEW subscripts AS SELECT i AS a_never, p.l[i] AS b_maybe FROM p, generate_subscripts(p.l, 1) AS i;
CREATE VIEW matches AS SELECT m AS a_never, m[1] AS b_maybe FROM regexp_matches('ab', '(x)?(b)', 'g') AS m;
CREATE VIEW one_value AS SELECT today AS a_never, up AS b_never FROM p, CAST(now() AS date) AS today, upper(p.s) AS up;
CREATE VIEW xml_table AS SELECT q.n AS a_never, q.a AS b_maybe, q.b AS c_never FROM XMLTABLE('/r/i' PASSING XMLPARSE(DOCUMENT '<r><i b="1"/></r>') COLUMNS n FOR ORDINALITY, a text PATH '@a', b integer PATH '@b' NOT NULL) AS q;
CREATE VIEW rows_of_one_column AS SELECT a.f AS a_maybe, b.f AS b_maybe, c.f AS c_maybe, d.f AS d_maybe, e.f AS e_maybe, g AS g_never
    FROM unnest(ARRAY[ROW(NULL)::single]) AS a, COALESCE(ROW(NULL)::single) AS b, CAST(ROW(NULL) AS single) AS c, unnest('{()}'::single[]) AS d, unnest(ARRAY[ROW(NULL::integer)]) AS e (f integer), COALESCE(1) AS g;
