-- Whatever may be null is, and nothing matches anything.
INSERT INTO t VALUES (1, '', NULL, NULL);
INSERT INTO p VALUES
    (7, 0, NULL, '', NULL, 'infinity', NULL, '{}', NULL, '{}', NULL, NULL, NULL, 1, 'low', 'empty'),
    (8, 0, NULL, '', NULL, '-infinity', NULL, 'null', NULL, '{NULL}', NULL, NULL, NULL, 2, 'high', '(,)');
INSERT INTO e VALUES (99, NULL, NULL, 0, '2026-01-01'), (99, NULL, NULL, 0, '2026-01-01');
INSERT INTO loose_child VALUES (NULL);
