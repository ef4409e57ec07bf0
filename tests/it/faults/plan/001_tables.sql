-- One transaction with several statements. What happens twice or never shows in the table done.
CREATE TABLE done (step text NOT NULL);
INSERT INTO done VALUES ('001 tables');
CREATE TABLE devices (id int PRIMARY KEY, name text NOT NULL, room text);
INSERT INTO devices SELECT n, 'device ' || n, 'room ' || n % 7 FROM generate_series(1, 500) n;
CREATE INDEX devices_old ON devices (room);
