CREATE TABLE readings (time timestamptz NOT NULL, device text NOT NULL, value double precision, note text);
SELECT create_hypertable('readings', by_range('time', INTERVAL '1 day'));
