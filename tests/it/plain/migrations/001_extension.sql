CREATE EXTENSION IF NOT EXISTS timescaledb;
CREATE SCHEMA shop;
CREATE TYPE shop.state AS ENUM ('open', 'paid');
