-- größer als « 10 » 🦀
CREATE TABLE words (word text DEFAULT 'größer 🦀');
