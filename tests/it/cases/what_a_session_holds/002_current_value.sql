SELECT currval('numbers_number_id_seq');
