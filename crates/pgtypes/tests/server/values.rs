//! What is particular to one type; what is the same for every type is in `types`.

use pgtypes::{
    Array, Inet, InternalChar, Json, Jsonb, Numeric, Timestamp, TsQuery, TsVector, Vector,
};
use postgres::Client;

use crate::support::random::Random;
use crate::support::samples::Value;
use crate::support::session;

/// How many random values one query compares.
const MANY: usize = 20_000;

/// How the server reads texts in the SQL type: each value as we decode it, and as the server prints it.
fn read<T: Value>(client: &mut Client, sql_type: &str, texts: Vec<String>) -> Vec<(T, String)> {
    let query = format!(
        "SELECT v, format('%s', v) FROM (
             SELECT t::{sql_type} AS v, n FROM unnest($1::text[]) WITH ORDINALITY AS u (t, n)
         ) AS s ORDER BY n"
    );
    let rows = client
        .query(&query, &[&texts])
        .unwrap_or_else(|error| panic!("{query}: {error:?}"));
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// What the server prints for values that it gets in binary.
fn print<T: Value>(client: &mut Client, sql_type: &str, values: &[T]) -> Vec<String> {
    let query = format!(
        "SELECT format('%s', v)
         FROM unnest($1::{sql_type}[]) WITH ORDINALITY AS u (v, n) ORDER BY n"
    );
    let values = Array::from(values.to_vec());
    let rows = client
        .query(&query, &[&values])
        .unwrap_or_else(|error| panic!("{query}: {error:?}"));
    rows.iter().map(|row| row.get(0)).collect()
}

#[testkit::test(session)]
fn the_server_reads_iso_8601_of_four_digit_years_and_we_read_its_zones(mut db: Client) {
    let mut random = Random::new(12);
    let moments: Vec<Timestamp> = (0..MANY)
        .map(|_| random.timestamp())
        .filter(|moment| matches!(moment.date_utc().ymd(), Some((1..=9999, ..))))
        .collect();
    let iso = moments.iter().map(|moment| format!("{moment:#}")).collect();
    for ((read, _), moment) in read::<Timestamp>(&mut db, "timestamptz", iso)
        .iter()
        .zip(&moments)
    {
        assert_eq!(read, moment);
    }
    // Offsets with minutes, and with the seconds of local mean time.
    for zone in [
        "Asia/Kolkata",
        "America/St_Johns",
        "Europe/Amsterdam",
        "Pacific/Chatham",
    ] {
        db.batch_execute(&format!("SET timezone = '{zone}'"))
            .unwrap();
        for (printed, moment) in print(&mut db, "timestamptz", &moments).iter().zip(&moments) {
            assert_eq!(printed.parse::<Timestamp>().unwrap(), *moment, "{printed}");
        }
    }
}

#[testkit::test(session)]
fn fractions_of_a_microsecond_round_as_the_server_rounds(mut db: Client) {
    let mut random = Random::new(13);
    let texts: Vec<String> = (0..2_000)
        .map(|_| {
            let nanos = random.below(1_000_000_000);
            format!("2026-11-22 12:04:05.{nanos:09}+00")
        })
        .collect();
    let theirs = read::<Timestamp>(&mut db, "timestamptz", texts.clone());
    for (text, (value, _)) in texts.iter().zip(theirs) {
        assert_eq!(text.parse::<Timestamp>().unwrap(), value, "{text}");
    }
}

#[testkit::test(session)]
fn the_longest_numerics(mut db: Client) {
    let thousands = format!("-{}.{}", "7".repeat(6_000), "3".repeat(5_000));
    let longest = format!("{}.{}", "9".repeat(131_072), "1".repeat(16_383));
    let read = read::<Numeric>(&mut db, "numeric", vec![thousands, longest]);
    for (value, printed) in &read {
        assert_eq!(value.to_string(), *printed);
    }
    let (values, printed): (Vec<Numeric>, Vec<String>) = read.into_iter().unzip();
    assert_eq!(print(&mut db, "numeric", &values), printed);
}

#[testkit::test(session)]
fn numerics_at_random(mut db: Client) {
    let mut random = Random::new(16);
    // The server reads our spelling of a number as we do, with its scale.
    let texts: Vec<String> = (0..MANY).map(|_| random.decimal()).collect();
    let values: Vec<Numeric> = texts.iter().map(|text| text.parse().unwrap()).collect();
    let theirs = read::<Numeric>(&mut db, "numeric", texts.clone());
    for ((text, value), (read, printed)) in texts.iter().zip(&values).zip(theirs) {
        assert_eq!((value.to_string(), value), (printed, &read), "{text}");
    }
}

#[testkit::test(session)]
fn json_texts(mut db: Client) {
    let text = r#"{"b": 1.000, "a" : [null, "\u00e9 \\"],  "a": 12345678901234567890.5}"#;
    let row = db.query_one(
        "SELECT $1::json, $2::jsonb, $2::jsonb::text",
        &[&Json::from_text(text), &Jsonb::from_text(text)],
    );
    let row = row.unwrap();
    assert_eq!(row.get::<_, Json>(0).as_str(), text);
    let normalized = r#"{"a": 12345678901234567890.5, "b": 1.000}"#;
    assert_eq!(row.get::<_, String>(2), normalized);
    assert_eq!(row.get::<_, Jsonb>(1).to_string(), normalized);
}

#[testkit::test(session)]
fn numbers_of_a_vector_are_printed_as_the_servers_real(mut db: Client) {
    let mut random = Random::new(19);
    let numbers: Vec<f32> = (0..MANY).map(|_| random.float32()).collect();
    let row = db
        .query_one("SELECT $1::real[]::text", &[&numbers])
        .unwrap();
    let theirs = row.get::<_, String>(0).replace('{', "[").replace('}', "]");
    assert_eq!(theirs.parse(), Ok(Vector(numbers.clone())));
    assert!(Vector(numbers).to_string() == theirs);
}

#[testkit::test(session)]
fn the_first_positions_of_a_lexeme_are_kept(mut db: Client) {
    let numbers: Vec<String> = (1..=300).rev().map(|number| number.to_string()).collect();
    let text = format!("a:{} b:16380,16381,16390,99999", numbers.join(","));
    let row = db.query_one("SELECT $1::text::tsvector", &[&text]).unwrap();
    let theirs: TsVector = row.get(0);
    assert_eq!(theirs, text.parse().unwrap());
}

#[testkit::test(session)]
fn every_byte_of_the_internal_char(mut db: Client) {
    let bytes: Array<InternalChar> = (0..=255).map(InternalChar).collect();
    let row = db.query_one("SELECT $1::\"char\"[]", &[&bytes]).unwrap();
    assert_eq!(row.get::<_, Array<InternalChar>>(0), bytes);
}

#[testkit::test(session)]
fn a_type_takes_its_own_sql_type_and_domains_over_it_only(mut db: Client) {
    db.batch_execute(
        "CREATE DOMAIN pg_temp.price AS numeric; CREATE DOMAIN pg_temp.net_price AS pg_temp.price",
    )
    .unwrap();
    let price: Numeric = "19.90".parse().unwrap();
    let row = db
        .query_one("SELECT $1::pg_temp.net_price", &[&price])
        .unwrap();
    assert_eq!(row.get::<_, Numeric>(0), price);
    assert!(row.try_get::<_, Timestamp>(0).is_err());
    assert!(
        db.query_one("SELECT $1::timestamp", &[&Timestamp::now()])
            .is_err()
    );
    assert!(
        db.query_one("SELECT $1::cidr", &[&"10.0.0.1".parse::<Inet>().unwrap()])
            .is_err()
    );
}

/// PostgreSQL 18.6 sends the empty query and does not take it back.
#[testkit::test(session)]
fn the_empty_query_is_sent_wherever_the_server_takes_its_own(mut client: Client) {
    let empty: Vec<(TsQuery, String)> = read(&mut client, "tsquery", vec![String::new()]);
    assert_eq!(empty, [(TsQuery::default(), String::new())]);
    assert_eq!("".parse(), Ok(TsQuery::default()));
    let sql = "SELECT $1::tsquery = '' AND numnode($1) = 0";
    let sent = client.query_one(sql, &[&TsQuery::default()]);
    client
        .batch_execute("CREATE TEMP TABLE own AS SELECT ''::tsquery AS query")
        .unwrap();
    let mut bytes = Vec::new();
    let mut out = client
        .copy_out("COPY own TO STDOUT (FORMAT binary)")
        .unwrap();
    std::io::Read::read_to_end(&mut out, &mut bytes).unwrap();
    drop(out);
    let mut back = client
        .copy_in("COPY own FROM STDIN (FORMAT binary)")
        .unwrap();
    std::io::Write::write_all(&mut back, &bytes).unwrap();
    match (sent, back.finish()) {
        (Ok(row), Ok(1)) => assert!(row.get::<_, bool>(0)),
        (Err(ours), Err(own)) => {
            let message =
                |error: postgres::Error| error.as_db_error().unwrap().message().to_owned();
            assert_eq!(message(ours), message(own));
        }
        (sent, own) => panic!("{sent:?}, {own:?}"),
    }
}
