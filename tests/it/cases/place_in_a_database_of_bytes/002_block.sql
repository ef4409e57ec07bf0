DO $$
BEGIN
    EXECUTE 'SELECT ''größe 🦀'', missing FROM words';
END $$;
