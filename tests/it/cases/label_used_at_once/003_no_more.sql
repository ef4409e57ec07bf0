ALTER TABLE tickets ALTER state SET DEFAULT 'waiting';
