CREATE TABLE filled (label text);
-- migrate: alone
COMMENT ON TABLE filled IS 'price: 5 €';
