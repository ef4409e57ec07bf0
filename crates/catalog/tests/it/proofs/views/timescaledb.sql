-- TimescaleDB's functions over a hypertable.
CREATE VIEW buckets AS SELECT time_bucket('1 day', at) AS a_never, kind AS b_maybe, count(*) AS c_never, avg(v) AS d_maybe, max(w) AS e_never, last(w, at) AS f_never, first(v, at) AS g_maybe FROM e GROUP BY 1, 2;
CREATE VIEW bucket_of_null AS SELECT time_bucket('1 day', seen) AS a_maybe, time_bucket('1 day', at) AS b_never, time_bucket('1 day', at, 'UTC') AS c_never FROM p;
CREATE VIEW latest AS SELECT DISTINCT ON (p_id) p_id AS a_never, at AS b_never, v AS c_maybe FROM e ORDER BY p_id, at DESC;
CREATE VIEW bucket_changes AS SELECT b.day AS a_never, b.total AS b_never, b.total - lag(b.total) OVER (ORDER BY b.day) AS c_maybe, b.total - lag(b.total, 1, 0::bigint) OVER (ORDER BY b.day) AS d_never
    FROM (SELECT time_bucket('1 day', at) AS day, sum(w) AS total FROM e GROUP BY 1) AS b;
