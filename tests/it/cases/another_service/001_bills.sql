CREATE TABLE bills (bill_id int);
