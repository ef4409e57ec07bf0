-- Events that belong to someone, and have no values.
INSERT INTO p VALUES (1, 1, 1, 's', NULL, '2026-01-01', NULL, '{}', NULL, '{}', NULL, true, NULL, 1, 'low', 'empty');
INSERT INTO e VALUES (1, NULL, NULL, 1, '2026-01-01'), (1, NULL, NULL, 2, '2026-01-02');
