INSERT INTO numbers (number) SELECT length(current_setting('app.loaded', true));
