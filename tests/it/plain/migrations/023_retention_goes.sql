SELECT remove_retention_policy('readings');
SELECT add_retention_policy('readings', INTERVAL '2 years');
SELECT add_retention_policy('samples', INTERVAL '90 days');
