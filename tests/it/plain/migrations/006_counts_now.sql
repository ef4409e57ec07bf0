CREATE FUNCTION counts_now() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT COALESCE(max(n), 0) FROM counts';
SELECT set_integer_now_func('counts', 'counts_now');
