\restrict k7fQ0
SELECT pg_catalog.set_config('search_path', '', false);
CREATE TABLE public.parts (part_id integer);
COPY public.parts (part_id) FROM stdin;
1
2
\.
\unrestrict k7fQ0
