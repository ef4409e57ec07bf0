CREATE TABLE users (user_id bigint);
CREATE TEMP TABLE users AS SELECT * FROM public.users;
