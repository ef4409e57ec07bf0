//! Arrays in every shape.

use pgtypes::{Array, Date, Numeric, Timestamp, Uuid};
use postgres::Client;

use crate::support::random::Random;
use crate::support::session;

#[testkit::test(session)]
fn text_arrays_of_every_shape(mut db: Client) {
    let query = "SELECT $1::text::text[], $1::text::text[]::text";
    for text in [
        "{}",
        "{NULL}",
        "{a,NULL,\"NULL\",\"\"}",
        "{{1,2,3},{4,5,6}}",
        "[0:1]={a,b}",
        "[-1:0][5:5]={{a},{NULL}}",
        "{{{{{{deep}}}}}}",
        "{\"a b\",\"c,d\",\"{\",\"\\\"\",\"\\\\\",é}",
    ] {
        let row = db.query_one(query, &[&text]).unwrap();
        let (array, printed): (Array<String>, String) = (row.get(0), row.get(1));
        assert_eq!(array.to_string(), printed);
        assert_eq!(printed.parse::<Array<String>>().unwrap(), array);
        let back = db.query_one("SELECT $1::text[]::text", &[&array]).unwrap();
        assert_eq!(back.get::<_, String>(0), printed);
    }
}

#[testkit::test(session)]
fn text_arrays_at_random(mut db: Client) {
    let mut random = Random::new(21);
    let arrays: Vec<Array<String>> = (0..3_000).map(|_| random.array()).collect();
    let literals: Vec<String> = arrays.iter().map(Array::to_string).collect();
    let query = "SELECT t::text[], t::text[]::text
                 FROM unnest($1::text[]) WITH ORDINALITY AS u (t, n) ORDER BY n";
    let rows = db.query(query, &[&literals]).unwrap();
    for ((row, array), literal) in rows.iter().zip(&arrays).zip(&literals) {
        assert_eq!(row.get::<_, Array<String>>(0), *array, "{literal}");
        assert_eq!(row.get::<_, String>(1), *literal);
    }
    let send = db.prepare("SELECT $1::text[]::text").unwrap();
    for (array, literal) in arrays.iter().zip(&literals).take(300) {
        let printed: String = db.query_one(&send, &[array]).unwrap().get(0);
        assert_eq!(printed, *literal);
    }
}

#[testkit::test(session)]
fn arrays_of_other_types(mut db: Client) {
    let row = db
        .query_one(
            "SELECT '{NaN,1.50,NULL}'::numeric[], '{infinity,\"2026-11-22 00:00:00+00\"}'::timestamptz[],
                    '[3:3]={2026-11-22}'::date[], '{00000000-0000-0000-0000-00000000002a}'::uuid[],
                    '{{1,2}}'::int8[], '{t,NULL}'::bool[]",
            &[],
        )
        .unwrap();
    let numerics: Array<Numeric> = row.get(0);
    assert_eq!(numerics.to_string(), "{NaN,1.50,NULL}");
    let moments: Array<Timestamp> = row.get(1);
    assert_eq!(moments.to_string(), "{infinity,\"2026-11-22 00:00:00+00\"}");
    assert_eq!(
        row.get::<_, Array<Date>>(2).to_string(),
        "[3:3]={2026-11-22}"
    );
    assert_eq!(
        row.get::<_, Array<Uuid>>(3),
        Array::from(vec![Uuid::from_u128(42)])
    );
    assert_eq!(row.get::<_, Array<i64>>(4).to_string(), "{{1,2}}");
    assert_eq!(row.get::<_, Array<bool>>(5).elements(), [Some(true), None]);
    assert!(row.try_get::<_, Array<i32>>(4).is_err());
    assert!(row.try_get::<_, Array<String>>(0).is_err());
}

#[testkit::test(session)]
fn arrays_of_domains_and_domains_over_arrays(mut db: Client) {
    db.batch_execute(
        "CREATE DOMAIN pg_temp.tag AS text; CREATE DOMAIN pg_temp.tags AS pg_temp.tag[]",
    )
    .unwrap();
    let tags = Array::from_elements(vec![Some("a".to_owned()), None]);
    for sql_type in ["pg_temp.tag[]", "pg_temp.tags", "varchar(3)[]"] {
        let query = format!("SELECT $1::{sql_type}, $1::{sql_type}::text");
        let row = db.query_one(&query, &[&tags]).unwrap();
        assert_eq!(row.get::<_, Array<String>>(0), tags, "{sql_type}");
        assert_eq!(row.get::<_, String>(1), tags.to_string());
    }
}
