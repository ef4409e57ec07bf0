INSERT INTO numbers (number) SELECT number + 1 FROM loaded;
