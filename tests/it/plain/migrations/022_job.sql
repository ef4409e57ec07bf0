CREATE PROCEDURE tidy(job_id int, config jsonb) LANGUAGE plpgsql AS 'BEGIN END';
SELECT add_job('tidy', INTERVAL '1 day', config => '{"days": 3}');
