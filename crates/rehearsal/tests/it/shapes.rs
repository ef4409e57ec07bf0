//! Shapes of schemas that make it hard: each is filled, and the server checks every constraint.

use rehearsal::Wanted;
use testkit::Database;

use crate::support::{UNTIL, filled};

/// A name, a script, and the tables that get less than half of their rows, each with the reason.
type Shape = (
    &'static str,
    &'static str,
    &'static [(&'static str, &'static str)],
);

const SHAPES: &[Shape] = &[
    (
        "keys that share a column",
        "CREATE TABLE tenants (id int PRIMARY KEY);
         CREATE TABLE users (tenant int REFERENCES tenants, id int, PRIMARY KEY (tenant, id));
         CREATE TABLE teams (tenant int REFERENCES tenants, id int, PRIMARY KEY (tenant, id));
         CREATE TABLE members (tenant int, \"user\" int, team int, since date NOT NULL,
             PRIMARY KEY (tenant, \"user\", team),
             FOREIGN KEY (tenant, \"user\") REFERENCES users, FOREIGN KEY (tenant, team) REFERENCES teams,
             FOREIGN KEY (tenant) REFERENCES tenants)",
        &[],
    ),
    (
        "a table between two",
        "CREATE TABLE a (id uuid PRIMARY KEY); CREATE TABLE b (id text PRIMARY KEY);
         CREATE TABLE ab (a uuid REFERENCES a, b text REFERENCES b, PRIMARY KEY (a, b))",
        &[],
    ),
    (
        "one to one",
        "CREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text UNIQUE NOT NULL);
         CREATE TABLE b (a bigint PRIMARY KEY REFERENCES a, note text);
         CREATE TABLE c (code text NOT NULL UNIQUE REFERENCES a (code), CHECK (length(code) > 1))",
        &[],
    ),
    (
        "a tree",
        "CREATE TABLE nodes (id int PRIMARY KEY, parent int REFERENCES nodes, CHECK (parent <> id));
         CREATE TABLE rooted (id int PRIMARY KEY, parent int NOT NULL REFERENCES rooted);
         CREATE TABLE checked (id int PRIMARY KEY, parent int NOT NULL REFERENCES checked, CHECK (parent <= id))",
        &[],
    ),
    (
        "a circle",
        "CREATE TABLE a (id int PRIMARY KEY, b int);
         CREATE TABLE b (id int PRIMARY KEY, a int NOT NULL REFERENCES a);
         ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b",
        &[],
    ),
    (
        "a closed circle",
        "CREATE TABLE a (id int PRIMARY KEY, b int NOT NULL);
         CREATE TABLE b (id int PRIMARY KEY, a int NOT NULL REFERENCES a);
         ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b",
        &[
            (
                "a",
                "its foreign key a_b_fkey refers to public.b, which refers to it, and neither may be null",
            ),
            ("b", "its foreign key b_a_fkey refers to public.a, which gets no rows"),
        ],
    ),
    (
        "a closed circle that is checked late",
        "CREATE TABLE a (id int PRIMARY KEY, b int NOT NULL);
         CREATE TABLE b (id uuid PRIMARY KEY, code int NOT NULL UNIQUE, a int NOT NULL REFERENCES a);
         ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b (code) DEFERRABLE;
         CREATE TABLE c (id text PRIMARY KEY, d int NOT NULL);
         CREATE TABLE d (id int PRIMARY KEY, c text NOT NULL REFERENCES c DEFERRABLE);
         ALTER TABLE c ADD FOREIGN KEY (d) REFERENCES d",
        &[],
    ),
    (
        "match full",
        "CREATE TABLE a (x int, y int, PRIMARY KEY (x, y));
         CREATE TABLE b (x int, y int, FOREIGN KEY (x, y) REFERENCES a MATCH FULL);
         CREATE TABLE c (x int NOT NULL, y int, FOREIGN KEY (x, y) REFERENCES a MATCH FULL);
         CREATE TABLE d (x int NOT NULL, y int, FOREIGN KEY (x, y) REFERENCES a)",
        &[],
    ),
    (
        "triggers that refuse",
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN IF NEW.x % 2 = 1 THEN RAISE EXCEPTION 'odd'; END IF; RETURN NEW; END $$;
         CREATE FUNCTION suppress() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN IF NEW.x % 3 = 1 THEN RETURN NULL; END IF; RETURN NEW; END $$;
         CREATE TABLE a (x int NOT NULL);
         CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION refuse();
         CREATE TABLE b (x int NOT NULL);
         CREATE TRIGGER t BEFORE INSERT ON b FOR EACH ROW EXECUTE FUNCTION suppress()",
        &[],
    ),
    (
        "columns with the names of variables",
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN IF NEW.missing % 2 = 1 THEN RAISE EXCEPTION 'odd'; END IF; RETURN NEW; END $$;
         CREATE TABLE a (r int PRIMARY KEY);
         CREATE TABLE b (missing int NOT NULL CHECK (missing > 5), refused text NOT NULL CHECK (length(refused) < 9),
             r int NOT NULL REFERENCES a, CHECK (missing <> r));
         CREATE TRIGGER t BEFORE INSERT ON b FOR EACH ROW EXECUTE FUNCTION refuse()",
        &[],
    ),
    (
        "hostile names",
        "CREATE SCHEMA \"s;--\"; CREATE DOMAIN \"s;--\".\"d'd\" AS text CHECK (VALUE ~ '^[a-c]{3}$');
         CREATE TYPE \"s;--\".\"e\"\"e\" AS ENUM ('a''b', 'c\\d', '$fill$');
         CREATE TABLE \"s;--\".\"t\"\"t$$\" (\"n\" int, \"i\" int, \"k\" int CHECK (k > n),
             \"r\" \"s;--\".\"d'd\" NOT NULL, \"value\" int CHECK (\"value\" > 5),
             \"c\" \"s;--\".\"e\"\"e\"[] NOT NULL, \"t\"\"t$$\" int UNIQUE,
             \"SELECT\" \"s;--\".\"d'd\"[] NOT NULL, PRIMARY KEY (\"n\", \"i\"))",
        &[],
    ),
    (
        "partitions",
        "CREATE TABLE r (at timestamptz NOT NULL, id int NOT NULL, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
         CREATE TABLE r1 PARTITION OF r FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
         CREATE TABLE r2 PARTITION OF r FOR VALUES FROM ('2024-05-01') TO ('2024-06-01') PARTITION BY LIST (id);
         CREATE TABLE r2a PARTITION OF r2 FOR VALUES IN (1, 2, 3);
         CREATE TABLE l (kind text, x int) PARTITION BY LIST (kind);
         CREATE TABLE l1 PARTITION OF l FOR VALUES IN ('one', NULL);
         CREATE TABLE ld (at date) PARTITION BY LIST (at);
         CREATE TABLE ld1 PARTITION OF ld FOR VALUES IN ('2024-01-01', '2024-03-01');
         CREATE TABLE l2 PARTITION OF l FOR VALUES IN ('two');
         CREATE TABLE h (id uuid NOT NULL) PARTITION BY HASH (id);
         CREATE TABLE h0 PARTITION OF h FOR VALUES WITH (MODULUS 2, REMAINDER 0);
         CREATE TABLE h1 PARTITION OF h FOR VALUES WITH (MODULUS 2, REMAINDER 1);
         CREATE TABLE e (x int NOT NULL) PARTITION BY RANGE (abs(x));
         CREATE TABLE e1 PARTITION OF e FOR VALUES FROM (10) TO (20);
         CREATE TABLE m (a int NOT NULL, b int NOT NULL) PARTITION BY RANGE (a, b);
         CREATE TABLE m1 PARTITION OF m FOR VALUES FROM (0, 0) TO (100, MAXVALUE);
         CREATE TABLE m2 PARTITION OF m FOR VALUES FROM (200, 5) TO (9000, 7);
         CREATE TABLE d (x int NOT NULL) PARTITION BY RANGE (x);
         CREATE TABLE d1 PARTITION OF d FOR VALUES FROM (MINVALUE) TO (-5);
         CREATE TABLE none (x int NOT NULL) PARTITION BY RANGE (x);
         CREATE TABLE to_partitioned (at timestamptz, id int, note text, FOREIGN KEY (at, id) REFERENCES r)",
        &[("none", "it has no partition")],
    ),
    (
        "unique values of small types",
        "CREATE TABLE a (x varchar(2) PRIMARY KEY);
         CREATE TABLE b (x smallint PRIMARY KEY, y smallserial);
         CREATE TABLE c (x date PRIMARY KEY);
         CREATE TABLE d (x boolean PRIMARY KEY);
         CREATE TABLE e (x int UNIQUE NULLS NOT DISTINCT, y numeric(5, 1) UNIQUE, z inet UNIQUE);
         CREATE TABLE f (x int PRIMARY KEY CHECK (x BETWEEN 1000 AND 1999));
         CREATE TABLE g (x text PRIMARY KEY CHECK (x ~ '^[A-Z]{3}-[0-9]{4}$'));
         CREATE TABLE h (x text);
         CREATE UNIQUE INDEX ON h (lower(x));
         CREATE TABLE i (x time PRIMARY KEY, y interval UNIQUE, z bytea UNIQUE);
         CREATE TABLE j (x char(3) PRIMARY KEY, y name UNIQUE, z money UNIQUE, w float4 UNIQUE);
         CREATE TABLE k (x int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
        &[("d", "two values")],
    ),
    (
        "exclusion",
        "CREATE TABLE a (during tsrange, EXCLUDE USING gist (during WITH &&));
         CREATE TABLE b (x int4range NOT NULL, y box, EXCLUDE USING gist (x WITH &&, y WITH &&));
         CREATE TABLE c (d daterange NOT NULL CHECK (NOT isempty(d)), EXCLUDE USING gist (d WITH &&) DEFERRABLE)",
        &[],
    ),
    (
        "calculated",
        "CREATE TABLE a (x int NOT NULL, y int, z int NOT NULL GENERATED ALWAYS AS (x * 2) STORED UNIQUE,
             w text GENERATED ALWAYS AS (x || 'a') STORED, CHECK (z > 100 AND z < 100000));
         CREATE TABLE b (x int NOT NULL, y int NOT NULL GENERATED ALWAYS AS (CASE WHEN x > 5 THEN x END) STORED);
         CREATE TABLE c (id bigint GENERATED ALWAYS AS IDENTITY);
         CREATE TABLE d (id serial, CHECK (id > 0));
         CREATE TABLE e ()",
        &[],
    ),
    (
        "what raises",
        "CREATE TABLE a (x int CHECK (10 / x > 1));
         CREATE TABLE b (x text NOT NULL CHECK (x::int > 5));
         CREATE TABLE c (x text CHECK (false) NOT NULL);
         CREATE TABLE codes (code text PRIMARY KEY CHECK (code IN ('a', 'b', 'c')));
         CREATE FUNCTION known(text) RETURNS boolean LANGUAGE sql AS $$
         SELECT EXISTS (SELECT FROM codes WHERE code = $1) $$;
         CREATE TABLE d (x text CHECK (known(x)))",
        &[("c", "nothing meets its condition"), ("codes", "three values")],
    ),
    (
        "rules",
        "CREATE TABLE a (x int PRIMARY KEY);
         CREATE TABLE log (x int);
         CREATE RULE r AS ON INSERT TO a DO ALSO INSERT INTO log VALUES (NEW.x)",
        &[],
    ),
    (
        "unknown types",
        "CREATE TYPE opaque;
         CREATE FUNCTION opaque_in(cstring) RETURNS opaque LANGUAGE internal IMMUTABLE STRICT AS 'textin';
         CREATE FUNCTION opaque_out(opaque) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
         CREATE TYPE opaque (INPUT = opaque_in, OUTPUT = opaque_out);
         CREATE TABLE a (id int PRIMARY KEY, x opaque NOT NULL); CREATE TABLE b (id int PRIMARY KEY, x opaque);
         CREATE TABLE c (id int PRIMARY KEY, a int NOT NULL REFERENCES a)",
        &[("a", "no value of type public.opaque is known for its column x"),
            ("c", "its foreign key c_a_fkey refers to public.a, which gets no rows")],
    ),
    (
        "domains",
        "CREATE DOMAIN percent AS numeric(5, 2) NOT NULL CHECK (VALUE BETWEEN 0 AND 100);
         CREATE DOMAIN half AS percent CHECK (VALUE <= 50);
         CREATE DOMAIN emails AS text[] CHECK (cardinality(VALUE) BETWEEN 1 AND 3 AND VALUE[1] ~ '^[^@]+@[^@]+$');
         CREATE TYPE pair AS (a half, b half[]);
         CREATE TABLE a (x half, y emails, z pair, w pair[], v half[], CHECK (x > 10), CHECK ((z).a > 1))",
        &[],
    ),
];

/// The reason that the server gives is not lost.
#[test]
fn what_refuses_every_row_is_named() {
    let Some(database) = Database::new(testkit::test_name!()) else {
        return;
    };
    let script = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN RAISE EXCEPTION 'closed for %', NEW.x; END $$;
         CREATE TABLE a (x int NOT NULL DEFAULT 5 CHECK (x IN (5, 6)));
         CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW EXECUTE FUNCTION refuse()";
    let mut filled = filled(database, &[script.to_owned()], &Wanted::new(7, 30, UNTIL));
    let last = filled.filling.tables[0].statements.last().unwrap();
    let error = filled.client.batch_execute(last).unwrap_err();
    let message = error.as_db_error().unwrap().message();
    assert!(message.starts_with("closed for "), "{message}");
}

/// The owner of the tables, who is no superuser and is subject to their policies.
#[test]
fn an_owner_fills_tables_with_policies() {
    let Some(database) = Database::new(testkit::test_name!()) else {
        return;
    };
    let owner = format!("owner_{}", std::process::id());
    let script = [
        format!("CREATE ROLE {owner}"),
        format!("CREATE SCHEMA own AUTHORIZATION {owner}"),
        format!("SET ROLE {owner}"),
        "CREATE TABLE own.a (id int PRIMARY KEY, tenant int NOT NULL)".to_owned(),
        "ALTER TABLE own.a ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY".to_owned(),
        "CREATE POLICY p ON own.a USING (true) WITH CHECK (tenant % 2 = 0)".to_owned(),
    ];
    let mut filled = filled(database, &script, &Wanted::new(7, 100, UNTIL));
    let counts = filled.counts();
    let dropped = format!("RESET ROLE; DROP SCHEMA own CASCADE; DROP ROLE {owner}");
    filled.client.batch_execute(&dropped).unwrap();
    assert_eq!(counts, [("own.a".to_owned(), 100, 100)]);
}

#[test]
fn each_shape_gets_its_rows() {
    let only = std::env::var("SHAPE").unwrap_or_default();
    let mut wrong = String::new();
    for (name, script, fewer) in SHAPES.iter().filter(|it| it.0.contains(&only)) {
        let Some(database) = Database::new(testkit::test_name!()) else {
            return;
        };
        let mut filled = filled(
            database,
            &[(*script).to_owned()],
            &Wanted::new(7, 300, UNTIL),
        );
        for (at, (table, rows, wanted)) in filled.counts().into_iter().enumerate() {
            let own = &filled.filling.tables[at];
            let known = fewer.iter().find(|(known, _)| *known == own.name);
            let is_filled = rows * 2 >= wanted as i64;
            let reason = own.why_not.as_deref();
            let error = filled.errors[at].as_deref().unwrap_or_default();
            if error.contains("is ambiguous")
                || is_filled != known.is_none()
                || reason.is_some_and(|it| known.is_none_or(|(_, known)| *known != it))
            {
                wrong +=
                    &format!("{name}: {table}: {rows} of {wanted}; {reason:?} {error:.3000}\n");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
