CREATE INDEX readings_device_time ON readings (device, time DESC);
ALTER TABLE readings ADD CONSTRAINT readings_key UNIQUE (device, time);
