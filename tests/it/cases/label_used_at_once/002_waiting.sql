ALTER TYPE state ADD VALUE 'waiting';
INSERT INTO tickets VALUES (1, 'waiting');
CREATE INDEX tickets_waiting ON tickets (ticket_id) WHERE state = 'waiting';
