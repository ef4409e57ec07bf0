CREATE INDEX hourly_value ON hourly (value);
COMMENT ON VIEW hourly IS 'by the hour';
