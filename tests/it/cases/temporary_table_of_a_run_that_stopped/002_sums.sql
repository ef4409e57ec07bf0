CREATE TEMP TABLE sums (total bigint);
INSERT INTO totals SELECT count(*) FROM sums;
