CREATE TEMPORARY TABLE schema_migrations (version int);
CREATE TABLE lasting (lasting_id int);
