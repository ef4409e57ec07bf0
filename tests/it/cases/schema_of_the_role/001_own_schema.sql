CREATE TABLE IF NOT EXISTS public.marks (mark_id serial);
INSERT INTO public.marks DEFAULT VALUES;
CREATE SCHEMA {app};
