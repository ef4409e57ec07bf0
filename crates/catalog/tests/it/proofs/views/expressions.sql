-- CASE, COALESCE and their kin, conversions, constructors.
CREATE VIEW case_else AS SELECT CASE WHEN x > 1 THEN n ELSE 0 END AS a_never, CASE WHEN x > 1 THEN n END AS b_maybe,
    CASE WHEN n > 1 THEN x ELSE 0 END AS c_maybe, CASE n WHEN 1 THEN 'one' WHEN 2 THEN 'two' ELSE '' END AS d_never FROM p;
CREATE VIEW case_guard AS SELECT CASE WHEN x IS NULL THEN 0 ELSE x END AS a_never, CASE WHEN x IS NOT NULL THEN x ELSE n END AS b_never,
    CASE WHEN x > 0 THEN x ELSE 0 END AS c_never, CASE WHEN x IS NULL OR u IS NULL THEN '' ELSE u END AS d_never,
    CASE WHEN x IS NULL AND u IS NULL THEN '' ELSE u END AS e_maybe, CASE WHEN NOT flag THEN 0 WHEN flag THEN 1 ELSE 2 END AS f_never,
    CASE WHEN x IS NULL THEN n WHEN u IS NULL THEN x ELSE length(u) END AS g_never FROM p;
CREATE VIEW case_of_other_rows AS SELECT CASE WHEN x IS NOT NULL THEN lag(x, 1, 0) OVER (ORDER BY id DESC) ELSE 0 END AS a_maybe,
    CASE WHEN x IS NOT NULL THEN max(x) OVER (ORDER BY id) ELSE 0 END AS b_never FROM p;
CREATE VIEW case_nested AS SELECT CASE WHEN n > 0 THEN CASE WHEN x IS NULL THEN 0 ELSE x END ELSE -1 END AS a_never,
    CASE WHEN n > 0 THEN CASE WHEN u IS NULL THEN 0 ELSE x END ELSE -1 END AS b_maybe FROM p;
CREATE VIEW case_exists AS SELECT CASE WHEN EXISTS (SELECT FROM t WHERE t.id = p.team) THEN team ELSE 0 END AS a_never FROM p;
CREATE VIEW coalesced AS SELECT COALESCE(x, 0) AS a_never, COALESCE(x, team) AS b_maybe, COALESCE(x, team, n) AS c_never,
    COALESCE(NULLIF(s, ''), u) AS d_maybe, COALESCE(x + 1, team, 0) AS e_never, COALESCE(odd(n), odd(x), -1) AS f_never,
    COALESCE((SELECT max(e.w) FROM e WHERE e.p_id = p.id), 0) AS g_never FROM p;
CREATE VIEW extremes AS SELECT GREATEST(x, n) AS a_never, LEAST(x, team) AS b_maybe, LEAST(x, 1) AS c_never, GREATEST(NULLIF(n, 0), x) AS d_maybe FROM p;
CREATE VIEW null_if AS SELECT NULLIF(n, 0) AS a_maybe, NULLIF(s, '') AS b_maybe, COALESCE(NULLIF(s, ''), '-') AS c_never FROM p;
CREATE VIEW arithmetic AS SELECT n + id * 2 AS a_never, n + x AS b_maybe, -n AS c_never, (n::numeric / 3)::numeric(10, 2) AS d_never, n % 7 AS e_never,
    n::float8 ^ 2 AS f_never, abs(n) & 3 AS g_never, sqrt(abs(n)) AS h_never, round(n / 3.0, 1) AS i_never, @ n AS j_never, power(n, 2) AS k_never,
    sign(x) AS l_maybe, width_bucket(n, 0, 10, 5) AS m_never, n << 1 AS o_never FROM p;
CREATE VIEW texts AS SELECT s || '!' AS a_never, s || u AS b_maybe, s || n AS c_never, concat(u, x) AS d_never, concat_ws('-', u, x) AS e_never,
    concat_ws(u, s, s) AS f_maybe, format('%s', u) AS g_never, upper(s) AS h_never, btrim(s) AS i_never, split_part(s, '=', 2) AS k_never,
    substring(s FROM 2 FOR 1) AS l_never, substring(s FROM 'k=(.)') AS m_maybe, regexp_replace(s, 'a', 'b') AS o_never, s LIKE 'a%' AS q_never,
    s ~* 'A' AS r_never, s SIMILAR TO 'a|b' AS v_never, to_char(n, '999') AS w_never, to_char(at, 'YYYY') AS y_maybe, regexp_match(s, 'k') AS z_maybe FROM p;
CREATE VIEW more_texts AS SELECT length(s) AS a_never, left(s, 1) AS b_never, lpad(s, 3) AS c_never, md5(s) AS d_never, translate(s, 'a', 'b') AS e_never,
    quote_literal(s) AS f_never, strpos(s, 'a') AS g_never, position('a' IN s) AS h_never, overlay(s PLACING 'x' FROM 1) AS i_never, encode(s::bytea, 'hex') AS k_never,
    string_to_array(s, ',') AS l_never, starts_with(s, 'a') AS m_never, ascii(s) AS o_never, s COLLATE "C" AS q_never, s::varchar(3) AS r_never,
    s < 'b' AS v_never, s <> u AS w_maybe, octet_length(s) AS y_never, initcap(s) AS z_never FROM p;
CREATE VIEW times AS SELECT at + INTERVAL '1 day' AS a_never, seen + INTERVAL '1 day' AS b_maybe, date_trunc('day', at) AS c_never, at::date AS d_never, at AT TIME ZONE 'UTC' AS e_never,
    extract(year FROM at) AS f_never, extract(epoch FROM at) AS g_never, extract(hour FROM at) AS h_maybe, date_part('epoch', at) AS i_never, now() AS k_never,
    CURRENT_DATE AS l_never, CURRENT_TIMESTAMP AS m_never, at::time AS o_maybe, at < now() AS q_never, at > seen AS r_maybe, make_interval(days => n) AS v_never,
    to_timestamp(n) AS w_never, date_bin('1 hour', at, TIMESTAMPTZ '2000-01-01') AS y_never, (at, at) OVERLAPS (at, seen) AS z_maybe
    FROM p;
CREATE VIEW arrays AS SELECT ARRAY[x, n] AS a_never, cardinality(l) AS b_never, l[1] AS c_maybe, array_length(l, 1) AS d_maybe, l || n AS e_never, l || m AS f_never,
    array_to_string(l, ',') AS g_never, n = ANY (l) AS h_maybe, n = ANY (ARRAY[1, 2]) AS i_never, n IN (1, 2, 3) AS k_never, n IN (1, x) AS m_maybe,
    n NOT IN (7, 8) AS o_never, n = ANY ('{1,2}') AS q_never, n = ANY ('{7,NULL}') AS r_maybe, l @> ARRAY[1] AS v_never, array_position(l, 1) AS w_maybe,
    array_append(l, x) AS y_never, ARRAY(SELECT id FROM t) AS z_never FROM p;
CREATE VIEW rows AS SELECT ROW(x, u)::pair AS a_never, (x, u) IS NULL AS b_never, ROW(n, id) < ROW(1, 2) AS c_never, ROW(n, x) < ROW(0, 2) AS d_maybe, ROW(n, s) = ROW(1, 'a') AS e_never,
    (ROW(x, u)::pair).a AS f_maybe, ROW(n, s)::pair AS g_never FROM p;
CREATE VIEW tests AS SELECT x IS NULL AS a_never, flag IS TRUE AS b_never, flag IS NOT UNKNOWN AS c_never, x IS DISTINCT FROM n AS d_never, x IS NOT DISTINCT FROM NULL AS e_never,
    x > 0 AS f_maybe, flag AND n > 0 AS g_maybe, n > 0 OR flag AS h_maybe, NOT flag AS i_maybe, n > 0 AND id > 0 AS k_never, (x > 0) IS TRUE OR n > 0 AS l_never FROM p;
CREATE VIEW casts AS SELECT n::bigint AS a_never, n::text AS b_never, s::name AS c_never, x::text AS d_maybe, d + 0 AS e_never, n::positive AS f_never, o::text AS g_never,
    d::numeric AS h_never, 'high'::mood AS i_never, n::boolean AS k_never, 'p'::regclass AS l_never, l::text[] AS m_never, j::text AS q_never, (j ->> 'a')::integer AS r_maybe,
    n::numeric(12, 2) AS v_never, '{}'::jsonb AS w_never FROM p WHERE n > 0;
CREATE VIEW nulls AS SELECT NULL::integer AS a_maybe, NULL || s AS b_maybe, COALESCE(NULL, s) AS c_never FROM p;
CREATE VIEW enums AS SELECT o = 'low' AS a_never, o > 'low' AS b_never, enum_range(o) AS c_never, o IS NULL AS d_never FROM p;
CREATE VIEW ranges AS SELECT lower(r) AS a_maybe, upper(r) AS b_maybe, isempty(r) AS c_never, r @> n AS d_never, r && '[1,3)' AS e_never, int4range(n, x) AS f_never,
    r * '[1,3)' AS g_never, lower_inf(r) AS h_never, r = r AS i_never, r @> x AS k_maybe FROM p WHERE n >= 0 AND (x IS NULL OR x >= n);
CREATE VIEW jsons AS SELECT j -> 'a' AS a_maybe, j ->> 'a' AS b_maybe, to_jsonb(n) AS c_never, jsonb_build_object('x', x) AS d_never, jsonb_build_array(x, u) AS e_never,
    jsonb_typeof(j) AS f_never, j ? 'a' AS g_never, j @> '{}' AS h_never, j #>> '{a}' AS i_maybe, j || '{}' AS k_never, jsonb_set('{}', '{a}', j) AS l_never,
    json_build_object('s', s) AS m_never, row_to_json(p) AS o_never, to_json(s) AS q_never, j::text AS r_never, jsonb_path_query_first(j, '$.a') AS v_maybe,
    jsonb_strip_nulls(j) AS w_never, to_jsonb(x) AS y_maybe, jsonb_pretty(j) AS z_never FROM p;
CREATE VIEW searched AS SELECT to_tsvector('simple', s) AS a_never, to_tsvector('simple', s) @@ to_tsquery('simple', 'a') AS b_never,
    ts_rank(to_tsvector('simple', s), to_tsquery('simple', 'a')) AS c_never, to_tsvector('simple', u) AS d_maybe FROM p;
CREATE VIEW session_values AS SELECT CURRENT_USER AS a_never, SESSION_USER AS b_never, current_database() AS c_never, version() AS d_never, gen_random_uuid() AS e_never, pi() AS f_never FROM p;
CREATE VIEW users_own AS SELECT odd(n) AS a_maybe, odd(id) IS NULL AS b_never, any_true(x) AS c_never FROM p WHERE n <> 1;
CREATE VIEW xmls AS SELECT xmlelement(name a, u) AS a_never, xmlforest(n, x) AS b_never, xmlforest(x) AS c_maybe FROM p;
CREATE VIEW of_users_type AS SELECT s || ROW(1)::single AS a_maybe, ROW(1)::single || s AS b_maybe, quote_literal(ROW(1)::single) AS c_maybe, quote_nullable(ROW(1)::single) AS d_never, quote_literal(n) AS e_never FROM p;
CREATE VIEW users_equality AS SELECT a IS DISTINCT FROM b AS a_maybe, a IS NOT DISTINCT FROM b AS b_maybe FROM (SELECT ROW(n)::single AS a, ROW(id)::single AS b FROM p OFFSET 0) AS q;
CREATE VIEW called_like_an_extension AS SELECT pgcrypto.digest(s) AS a_maybe FROM p;
CREATE VIEW years_of_infinity AS SELECT extract(century FROM at) AS a_never, extract(decade FROM at) AS b_never, extract(isoyear FROM at) AS c_never, extract(julian FROM at) AS d_never, extract(millennium FROM at) AS e_never,
    extract(isoyear FROM at::date) AS f_never, extract(julian FROM at::date) AS g_never, date_part('decade', at::timestamp) AS h_never FROM p;
