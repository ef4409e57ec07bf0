CREATE TABLE totals (total bigint);
CREATE TEMP TABLE sums (total bigint);
INSERT INTO sums VALUES (7);
CREATE INDEX CONCURRENTLY totals_total ON totals (total);
INSERT INTO totals SELECT total FROM sums;
SELECT 1 / 0;
