CREATE VIEW shop.report AS SELECT week, amount FROM shop.weekly WHERE state = 'paid';
