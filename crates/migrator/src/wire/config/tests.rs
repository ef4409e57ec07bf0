//! What a connection string produces, and what is refused.

use super::*;

#[test]
fn an_error_names_the_option_and_shows_no_value() {
    let cases = [
        "",
        "postgres://u:secret@h:port/d",
        "postgres://u:secret/x",
        "mysql://u:secret@h/d",
        "postgres://u:secret@h/d?sslmode=secret",
        "postgres://u:sec%40ret@h/d?host=secret@h",
        "postgres://u@h/d?requirepeer=secret",
        "postgres://u@h/d?sslcrl=secret",
        "postgres://u@h/d?gssencmode=require",
        "postgres://u@h/d?target_session_attrs=primary",
        "postgres://u@h/d?replication=database",
        "postgres://u@h/d?client_encoding=latin1",
        "postgres://u@h/d?ssl_min_protocol_version=TLSv1.3",
        "postgres://u@h/d?hostaddr=secret",
        "postgres://u@h,i/d?port=1,2,3",
        "postgres://u@h,i/d?hostaddr=127.0.0.1",
        "postgres://u@h/d?connect_timeout=secret",
        "postgres://u@h/d?sslpassword=secret",
        "service=secret",
    ];
    let errors = cases.map(|case| {
        let error = Config::exactly(case).err().unwrap().to_string();
        assert!(!error.contains("secret"), "{error}");
        format!(
            "{case}\n  {}",
            error.split("; it should look").next().unwrap()
        )
    });
    insta::assert_snapshot!(errors.join("\n"));
}

#[test]
fn what_is_open_has_postgresql_s_defaults() {
    let config = Config::exactly("postgres://").unwrap();
    assert_eq!(config.user(), defaults::account().unwrap());
    assert_eq!(config.database(), config.user());
    assert!(
        config.server().ends_with("/.s.PGSQL.5432"),
        "{}",
        config.server()
    );
    assert_eq!(
        Config::exactly("hostaddr=::1").unwrap().server(),
        "[::1]:5432"
    );
    // Any of them may be the one that is connected to.
    assert_eq!(
        Config::exactly("postgres://u@127.0.0.1:1,[::1]:2/d")
            .unwrap()
            .server(),
        "127.0.0.1:1,[::1]:2"
    );
    assert_eq!(
        Config::exactly("host=fe80::1")
            .unwrap()
            .elsewhere()
            .unwrap(),
        "[fe80::1]:5432"
    );
}

#[test]
fn a_variable_that_is_at_fault_is_named() {
    let at_fault = |text: &str, variables: &[(&str, &str)]| {
        let surroundings = Surroundings::of(variables);
        match Config::read(text, &surroundings).err().unwrap() {
            ConfigError::Variable { variable, why } => format!("{variable}: {why}"),
            ConfigError::Text(why) => why,
        }
    };
    let texts = [
        at_fault("postgres://u@h/d", &[("PGHOST", "h"), ("PGPORT", "x")]),
        at_fault("postgres://u@h/d", &[("PGSSLMODE", "x"), ("PGPORT", "0")]),
        at_fault("postgres://u@h/d", &[("PGSERVICE", "x"), ("PGUSER", "u")]),
        at_fault("postgres://u@h:x/d", &[("PGPORT", "1")]),
    ];
    insta::assert_snapshot!(texts.join("\n"), @"
    PGPORT: port (from PGPORT) is not a number from 1 to 65535; in a password, `:` is written %3A and `/` %2F
    PGSSLMODE: sslmode (from PGSSLMODE) is not one of disable, allow, prefer, require, verify-ca, verify-full
    PGSERVICE: the service that it names is in no pg_service.conf
    port is not a number from 1 to 65535; in a password, `:` is written %3A and `/` %2F
    ");
}

#[test]
fn libpq_s_programs_get_every_option() {
    let text = "host=h,i port=1,2 user=u password=secret dbname=d sslmode=verify-ca sslrootcert=/ca.pem options='-c a=b' channel_binding=require";
    let mut variables = Config::exactly(text)
        .unwrap()
        .with_database("other")
        .environment();
    variables.sort();
    let lines: Vec<String> = variables
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
    for (name, _) in variables {
        assert!(
            Config::variables().any(|variable| variable == name),
            "{name}"
        );
    }
}

#[test]
fn only_sockets_and_loopback_are_this_machine() {
    let is_local = |url: &str| Config::exactly(url).unwrap().is_this_machine();
    assert!(is_local("postgres://u@localhost/d"));
    assert!(is_local("postgres://u@127.0.0.1/d"));
    assert!(is_local("postgres://u@[::1]/d"));
    assert!(is_local("postgres://u@%2Ftmp%2Fx/d"));
    assert!(!is_local("postgres://u@db.example/d"));
    assert!(!is_local("postgres://u@localhost,db.example/d"));
    assert!(!is_local("postgres://u@localhost/d?hostaddr=192.0.2.1"));
}

#[cfg(not(feature = "tls"))]
#[test]
fn a_program_without_tls_refuses_what_asks_for_it() {
    let says = |mode: &str| {
        let config = Config::exactly(&format!("postgres://u@127.0.0.1:1/d?sslmode={mode}"));
        config.unwrap().client().err().unwrap().to_string()
    };
    for mode in ["require", "verify-ca", "verify-full"] {
        assert!(says(mode).contains("the feature `tls`"), "{mode}");
    }
    assert!(!says("prefer").contains("the feature `tls`"));
}

#[test]
fn a_search_path_is_an_option_beside_those_of_the_string() {
    let options = |text: &str, schemas: &[&str]| {
        let schemas: Vec<String> = schemas.iter().map(|&name| name.to_owned()).collect();
        let config = Config::exactly(text).unwrap().with_search_path(&schemas);
        let environment = config.environment();
        let of_psql = environment.iter().find(|(name, _)| *name == "PGOPTIONS");
        assert_eq!(
            config.postgres.get_options(),
            of_psql.map(|(_, it)| it.as_str())
        );
        config.postgres.get_options().unwrap().to_owned()
    };
    assert_eq!(
        options("postgres://u@h/d", &["tenant_7", "public"]),
        r#"-csearch_path="tenant_7","public""#
    );
    assert_eq!(
        options("postgres://u@h/d?options=-cwork_mem%3D1MB", &["Te nant"]),
        r#"-cwork_mem=1MB -csearch_path="Te\ nant""#
    );
    assert_eq!(
        options("postgres://u@h/d", &["a\"b\\c\td"]),
        "-csearch_path=\"a\"\"b\\\\c\\\td\""
    );
}
