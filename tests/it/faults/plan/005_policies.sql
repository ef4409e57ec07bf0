-- A fresh session, of an extension that is as new as it can be.
ALTER EXTENSION timescaledb UPDATE;
INSERT INTO done VALUES ('005 policies');
SELECT add_continuous_aggregate_policy(
    'by_day', start_offset => INTERVAL '7 days', end_offset => INTERVAL '1 hour',
    schedule_interval => INTERVAL '1 day', initial_start => timestamptz '2026-01-01 00:00Z');
SELECT add_retention_policy('readings', INTERVAL '100 years', initial_start => timestamptz '2026-01-01 00:00Z');
