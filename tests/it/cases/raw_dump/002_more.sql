CREATE TABLE more_parts AS SELECT part_id + 10 AS part_id FROM parts;
