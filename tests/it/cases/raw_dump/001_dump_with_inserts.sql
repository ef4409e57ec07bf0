\restrict k7fQ0
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.parts (part_id integer);
INSERT INTO public.parts VALUES (1);
INSERT INTO public.parts VALUES (2);
\unrestrict k7fQ0
