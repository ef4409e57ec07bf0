CREATE TABLE items (item_id int);
