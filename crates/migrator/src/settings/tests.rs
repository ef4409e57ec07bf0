//! What such a file may say, and what it may not.

use super::*;

#[test]
fn the_history_and_the_schemas_are_named() {
    assert_eq!(parse(""), Ok(Settings::default()));
    let settings = Settings {
        project: Places::default(),
        history: HistoryTable {
            schema: Some("ops".to_owned()),
            table: "billing history".to_owned(),
        },
        schemas: vec!["billing".to_owned(), "Rates of \u{20ac}".to_owned()],
        ..Settings::default()
    };
    let text = "[history]\nschema = \"ops\" # where\ntable = 'billing history'\n\
        [schemas]\ninclude = [\n  \"billing\",\n  'Rates of \u{20ac}', # of the bank\n]\n";
    assert_eq!(parse(text), Ok(settings));
}

#[test]
fn the_places_of_a_project_are_named() {
    let text = "[project]\nmigrations = \"db/migrations\"\nschema_crate = \"./iot-schema\"\n\
        snapshot = \"db/schema.json\"\ndatabase = \"iot\"\n";
    let places = Places {
        migrations: Some("db/migrations".into()),
        schema_crate: Some("./iot-schema".into()),
        snapshot: Some("db/schema.json".into()),
        database: Some("iot".to_owned()),
    };
    assert_eq!(parse(text).unwrap().project, places);
}

#[test]
fn the_servers_are_named_by_their_versions() {
    let text = "[versions]\npostgresql = \"15\"\ntimescaledb = \"2.20\"\nedition = \"apache\"\n";
    let versions = Versions {
        postgresql: Some(Version::new(15, 0)),
        timescaledb: Some(Version::new(2, 20)),
        edition: Some(Edition::Apache),
    };
    assert_eq!(parse(text).unwrap().versions, versions);
    let refused = |text: &str| {
        let error = parse(text).unwrap_err();
        format!("{error}; {}", error.next)
    };
    assert_eq!(
        refused("[versions]\ntimescaledb = 2.20\n"),
        "timeschema.toml:2:1: versions.timescaledb has to be a version in quotes; write it like this: timescaledb = \"2.18\""
    );
    assert_eq!(
        refused("[versions]\nedition = \"tsl\"\n"),
        "timeschema.toml:2:1: versions.edition has to be \"apache\" or \"community\"; write edition = \"community\", or remove it"
    );
}

#[test]
fn columns_and_types_are_chosen_by_any_name() {
    let text = "[types]\ntimestamptz = \"jiff::Timestamp\"\n\"public.mood\" = 'Mood'\n";
    let types = parse(text).unwrap().types;
    assert_eq!(types["timestamptz"], "jiff::Timestamp");
    assert_eq!(types["public.mood"], "Mood");
    let text = "[columns]\n\"events.secret\" = false\n'Rates of.a b.c' = false\n";
    let columns = parse(text).unwrap().columns;
    let names: Vec<&str> = columns.keys().map(String::as_str).collect();
    assert_eq!(names, ["Rates of.a b.c", "events.secret"]);
}

#[test]
fn how_bad_a_finding_is_can_be_chosen() {
    assert_eq!(parse("").unwrap().reads_every_chunk, Level::Warning);
    let levels = [
        ("error", Level::Error),
        ("warning", Level::Warning),
        ("allow", Level::Allow),
    ];
    for (word, level) in levels {
        let text = format!("[queries]\nreads_every_chunk = \"{word}\"\n");
        assert_eq!(parse(&text).unwrap().reads_every_chunk, level);
    }
}

#[test]
fn what_is_not_known_is_refused_at_its_line() {
    let long = format!("[history]\ntable = \"{}\"", "a".repeat(LONGEST_NAME + 1));
    let schema = format!("[schemas]\ninclude = [\"{}\"]", "a".repeat(64));
    let texts = [
        "[histroy]",
        "\nhistory = 1",
        "[history]\nschema = \"a\"\nshema = \"b\"",
        "[history]\nschema = 1",
        "[history]\nschema = \"\"",
        "[history]\nschema = \"a\\u0000\"",
        "[history]\nschema = \"information_schema\"",
        "[history]\nschema = \"_timescaledb_internal\"",
        "[history",
        "[project]\nmigration = \"a\"",
        "[project]\nmigrations = \"../a\"",
        "[project]\nsnapshot = \"/a/schema.json\"",
        "[project]\ndatabase = \"\"",
        "[history]\ntable = \"a\"\ntable = \"b\"",
        &long,
        "[schemas]\nexclude = [\"a\"]",
        "[schemas]\ninclude = \"a\"",
        "[schemas]\ninclude = []",
        "[schemas]\ninclude = [\"a\", 1]",
        "[schemas]\ninclude = [\"a\",\n\"\"]",
        "[schemas]\ninclude = [\"a\",\n  \"a\"]",
        "[schemas]\ninclude = [\"pg_catalog\"]",
        &schema,
        "[columns]\nevents.secret = false",
        "[columns]\n\"events.secret\" = true",
        "[column]",
        "[queries]\nreads_every_chunk = true",
        "[queries]\nreads_every_chunk = \"off\"",
        "[queries]\nreads_all = \"error\"",
        "[types]\nuuid = false",
    ];
    let words = texts.map(|text| {
        let error = parse(text).expect_err(text);
        format!("{error}\n  next: {}", error.next)
    });
    insta::assert_snapshot!(words.join("\n"));
}
