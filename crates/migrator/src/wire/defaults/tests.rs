//! Services, the environment and the password file, each against what libpq's documentation says.

use super::*;

#[test]
fn the_string_counts_before_the_service_and_that_before_the_environment() {
    let folder = std::env::temp_dir().join(format!("services-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("services");
    fs::write(&file, "# all of ours\n[other]\nhost=wrong\n[ours]\nhost=service\n port=2\nport=9\ndbname=service\n[third]\nnonsense\n").unwrap();
    let surroundings = Surroundings::of(&[
        ("PGSERVICEFILE", file.to_str().unwrap()),
        ("PGSERVICE", "ours"),
        ("PGHOST", "environment"),
        ("PGDATABASE", "environment"),
        ("PGSSLMODE", "require"),
        ("PGTZ", "Europe/Zurich"),
    ]);
    let values = Values::from([("dbname", "string".to_owned())]);
    let named = complete(values, &surroundings).unwrap();
    let of = |keyword| named.get(keyword).unwrap();
    assert_eq!(
        [of("dbname"), of("host"), of("port"), of("sslmode")],
        ["string", "service", "2", "require"]
    );
    assert_eq!(of("options"), "-c timezone=Europe/Zurich");
    assert_eq!(named.called("sslmode"), "sslmode (from PGSSLMODE)");
    assert_eq!(named.called("dbname"), "dbname");
    let refused = |service: &str| {
        let values = Values::from([("service", service.to_owned())]);
        complete(values, &surroundings).err().unwrap()
    };
    assert!(refused("third").ends_with("services:10: expected an option, `=` and its value"));
    assert_eq!(
        refused("missing"),
        "the service that it names is in no pg_service.conf"
    );
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_first_line_of_the_password_file_that_fits_counts() {
    let text = "# h:1:d:u:comment\nh:2:d:u:other port\nh:1:*:v:other user\n\\:\\:1:1:d:u:six\nh:1:d:u:a\\:b\\\\c:d\nh:1:d:u:later\n*:*:*:*:any\n";
    let of = |host, port, user| {
        password_in(
            text,
            &Login {
                host,
                port,
                database: "d",
                user,
            },
        )
    };
    assert_eq!(of("h", 1, "u").as_deref(), Some("a:b\\c:d"));
    assert_eq!(of("h", 2, "u").as_deref(), Some("other port"));
    assert_eq!(of("::1", 1, "u").as_deref(), Some("six"));
    assert_eq!(of("hh", 1, "u").as_deref(), Some("any"));
    assert_eq!(
        password_in(
            "h:1:d:u\n",
            &Login {
                host: "h",
                port: 1,
                database: "d",
                user: "u"
            }
        ),
        None
    );
}

#[cfg(unix)]
#[test]
fn a_password_file_that_others_can_read_is_refused_with_the_command_that_helps() {
    use std::os::unix::fs::PermissionsExt as _;
    let file = std::env::temp_dir().join(format!("passwords-{}", std::process::id()));
    fs::write(&file, "h:*:*:u:secret\n").unwrap();
    let named = Named {
        values: Values::from([("passfile", file.display().to_string())]),
        ..Named::default()
    };
    let ask = |host, mode| {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        password(
            &named,
            &Surroundings::default(),
            &Login {
                host,
                port: 1,
                database: "d",
                user: "u",
            },
        )
    };
    assert_eq!(ask("h", 0o600), Ok(Some("secret".to_owned())));
    assert_eq!(ask("i", 0o644), Ok(None));
    let error = ask("h", 0o640).unwrap_err();
    assert!(
        error.ends_with(&format!("chmod 0600 {}", file.display())) && !error.contains("secret"),
        "{error}"
    );
    fs::remove_file(&file).unwrap();
}

#[test]
fn there_is_an_account() {
    assert!(account().is_some_and(|name| !name.is_empty()));
}
