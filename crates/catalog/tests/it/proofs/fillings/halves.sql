-- Each row has what another lacks, and there are no events.
INSERT INTO t VALUES (1, 'one', NULL, NULL);
INSERT INTO p VALUES
    (1, 1, 1, 's', NULL, '2026-01-01', NULL, '{}', NULL, '{}', NULL, true, NULL, 1, 'low', 'empty'),
    (2, 1, NULL, 's', 'u', '2026-01-01', NULL, '[]', NULL, '{}', NULL, NULL, 1, 1, 'low', '[1,)'),
    (3, 1, 1, 's', 'u', '2026-01-01', NULL, '[]', NULL, '{}', NULL, NULL, 1, 1, 'high', '(,1]');
