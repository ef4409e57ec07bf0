CREATE SCHEMA IF NOT EXISTS moved;
ALTER DATABASE {database} SET search_path TO moved;
CREATE TABLE IF NOT EXISTS public.greetings (greeting_id serial);
INSERT INTO public.greetings DEFAULT VALUES;
