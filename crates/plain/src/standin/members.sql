-- Says which functions in `public` are the stand-in's, so that nobody takes them for the user's: they are bound to plpgsql, in which they are
-- written, as dependent on an extension. It is the last part: what is in `public` and was made by this very transaction is ours.
DO $$
DECLARE
    member regprocedure;
BEGIN
    FOR member IN
        SELECT p.oid
        FROM pg_catalog.pg_proc AS p
        WHERE p.pronamespace = 'public'::pg_catalog.regnamespace
          AND p.xmin = pg_catalog.pg_current_xact_id()::pg_catalog.xid
    LOOP
        EXECUTE pg_catalog.format('ALTER ROUTINE %s DEPENDS ON EXTENSION plpgsql', member);
    END LOOP;
END
$$;
