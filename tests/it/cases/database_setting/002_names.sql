CREATE TABLE IF NOT EXISTS names (name text);
