-- Rows with and without nulls, with and without a match.
INSERT INTO t VALUES (1, 'one', 'first', NULL), (2, 'two', NULL, 1), (3, 'three', 'last', 2);
INSERT INTO p VALUES
    (1, 1, 1, 'a', 'A', '2026-01-01', '2026-01-02', '{"a": 1, "b": null}', '{"a": 2}', '{1,2}', '{1}', true, 1, 1, 'low', '[1,2)'),
    (2, 2, NULL, 'b', NULL, '2026-01-01 12:00', NULL, '[1, null]', NULL, '{NULL,1}', NULL, NULL, NULL, 2, 'high', '(,5)'),
    (3, 2, 3, '', '', 'infinity', '-infinity', 'null', 'null', '{}', '{NULL}', false, 2, 3, 'low', 'empty'),
    (4, -1, NULL, 'k=v', 'k=v', '2026-02-01', NULL, '"text"', '1', '{7,8}', '{}', NULL, 9, 4, 'high', '[0,9]');
INSERT INTO e VALUES
    (1, 'a', 1.5, 1, '2026-01-01'), (1, NULL, NULL, 2, '2026-01-01 06:00'), (1, 'a', NULL, 3, '2026-01-03'),
    (2, 'b', 'NaN', 4, '2026-01-03'), (9, 'b', 'infinity', 5, '2026-01-09');
INSERT INTO loose VALUES (1);
INSERT INTO loose_child VALUES (2);
