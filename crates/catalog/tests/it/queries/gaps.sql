-- Rows that come from no table row.
/**/ SELECT time_bucket_gapfill('1 day', at, '2026-01-01'::timestamptz, '2026-01-07'::timestamptz) AS day, count(*), avg(v), sum(w) FROM e GROUP BY 1 LIMIT 1;
/**/ SELECT time_bucket_gapfill('1 day', at, '2026-01-01'::timestamptz, '2026-01-07'::timestamptz) AS day, count(*), avg(v) FROM e GROUP BY 1;
/* int */ SELECT time_bucket_gapfill('1 day', at, '2026-01-01'::timestamptz, '2026-01-07'::timestamptz) AS day, device, locf(avg(v)) AS l, interpolate(avg(v)) AS i, COALESCE(count(*), 0) AS c FROM m WHERE device = $1 GROUP BY 1, 2;
/* int */ SELECT time_bucket_gapfill('1 day', at, '2026-01-01'::timestamptz, '2026-01-07'::timestamptz) AS day, v, count(*) FROM m WHERE device >= $1 GROUP BY 1, 2;
/* int */ SELECT day, c FROM (SELECT time_bucket_gapfill('1 day', at, '2026-01-01'::timestamptz, '2026-01-07'::timestamptz) AS day, count(*) AS c FROM m WHERE device >= $1 GROUP BY 1) AS s WHERE c > 0;
/* int */ SELECT time_bucket_gapfill('1 day', at, '2026-01-01'::timestamptz, '2026-01-07'::timestamptz) AS day, device FROM m WHERE device = $1 AND at = '2026-01-02' GROUP BY 1, 2;
