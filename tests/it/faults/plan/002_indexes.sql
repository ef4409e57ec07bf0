INSERT INTO done VALUES ('002 before the indexes');
CREATE INDEX CONCURRENTLY devices_name ON devices (name);
-- Without a name, one that is built twice is there twice.
CREATE INDEX CONCURRENTLY ON devices (room, name);
INSERT INTO done VALUES ('002 between the indexes');
DROP INDEX CONCURRENTLY devices_old;
REINDEX TABLE CONCURRENTLY devices;
