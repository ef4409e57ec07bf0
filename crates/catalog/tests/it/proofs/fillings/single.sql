-- One row each, which match.
INSERT INTO t VALUES (1, 'one', 'first', 1);
INSERT INTO p VALUES (1, 1, 1, 'a', 'A', '2026-01-01', '2026-01-02', '{"a": 1}', '{"a": 2}', '{1}', '{1}', true, 1, 1, 'low', '[1,2)');
INSERT INTO e VALUES (1, 'a', 1.5, 1, '2026-01-01');
INSERT INTO loose VALUES (1);
