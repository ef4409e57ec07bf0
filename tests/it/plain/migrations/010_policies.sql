SELECT add_continuous_aggregate_policy('hourly', INTERVAL '3 days', INTERVAL '1 hour', INTERVAL '1 hour');
SELECT add_continuous_aggregate_policy('daily', INTERVAL '30 days', INTERVAL '1 day', INTERVAL '1 day');
SELECT add_retention_policy('readings', INTERVAL '1 year');
