//! TLS with a real server: each `sslmode`, certificates of either side, and what `pg_hba.conf` lets in. The certificates are made here with
//! the `openssl` program.
#![cfg(all(unix, feature = "tls"))]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use cluster::{Cluster, Running, Settings};
use migrator::wire::Config;
use postgres::{Client, NoTls};

/// A folder of certificates, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        let path = std::env::temp_dir().join(format!("tls-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.join(name)).unwrap()
    }

    /// Runs `openssl`; returns whether it is installed.
    fn openssl(&self, arguments: &str) -> bool {
        let mut command = Command::new("openssl");
        command.args(arguments.split(' ')).current_dir(&self.0);
        match command.stdout(Stdio::null()).stderr(Stdio::null()).status() {
            Ok(status) => {
                assert!(status.success(), "openssl {arguments}");
                true
            }
            Err(_) => false,
        }
    }

    /// An authority, a server's certificate for `localhost`, a client's for the role `client`, its key in three forms; another authority.
    fn fill(&self) -> bool {
        let ca = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=ca";
        if !self.openssl(&format!("{ca} -keyout ca.key -out ca.pem")) {
            return false;
        }
        self.openssl(&format!("{ca} -keyout other.key -out other.pem"));
        fs::write(self.0.join("names"), "subjectAltName=DNS:localhost\n").unwrap();
        for name in ["server", "client"] {
            let subject = if name == "server" {
                "localhost"
            } else {
                "client"
            };
            self.openssl(&format!(
                "req -newkey rsa:2048 -nodes -subj /CN={subject} -keyout {name}.key -out {name}.csr"
            ));
            self.openssl(&format!(
                "x509 -req -in {name}.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out {name}.pem"
            ));
        }
        self.openssl("rsa -in client.key -traditional -out client-pkcs1.key");
        self.openssl("ecparam -name prime256v1 -genkey -noout -out client-sec1.key");
        self.openssl("req -new -key client-sec1.key -subj /CN=client -out client-sec1.csr");
        self.openssl("x509 -req -in client-sec1.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out client-sec1.pem");
        for key in ["client.key", "client-pkcs1.key", "client-sec1.key"] {
            fs::set_permissions(self.0.join(key), fs::Permissions::from_mode(0o600)).unwrap();
        }
        true
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Who is let in how.
const HBA: &str = "local all all trust
hostssl all client all cert
hostssl all encrypted all scram-sha-256
hostnossl all plain all scram-sha-256
host all postgres all scram-sha-256
";

/// A server with TLS.
fn start(test: &str, folder: &Folder) -> Option<Running> {
    let server = testkit::server(test)?;
    if !folder.fill() {
        testkit::skip(test, "no `openssl` here");
        return None;
    }
    let running = Cluster::temporary(&server, Settings::throwaway()).unwrap();
    let mut client = Client::connect(&running.url("postgres"), NoTls).unwrap();
    // The server writes the files itself, so that they belong to its account.
    let mut write = |name: &str, bytes: &[u8]| {
        let made = client
            .query_one("SELECT lo_from_bytea(0, $1)", &[&bytes])
            .unwrap();
        let export = "SELECT lo_export($1, current_setting('data_directory') || '/' || $2)";
        client
            .execute(export, &[&made.get::<_, u32>(0), &name])
            .unwrap();
    };
    write("server.crt", &folder.read("server.pem"));
    write("server.key", &folder.read("server.key"));
    write("root.crt", &folder.read("ca.pem"));
    write("pg_hba.conf", HBA.as_bytes());
    for sql in [
        "COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; chmod 600 server.key'",
        "ALTER SYSTEM SET ssl_ca_file = 'root.crt'",
        "ALTER SYSTEM SET ssl = on",
        "CREATE ROLE client LOGIN; CREATE ROLE encrypted LOGIN PASSWORD 'secret'; CREATE ROLE plain LOGIN PASSWORD 'secret'",
        "SELECT pg_reload_conf()",
        "SELECT pg_sleep(0.5)",
    ] {
        client.batch_execute(sql).unwrap();
    }
    Some(running)
}

/// `TLS`, `plain`, or why there is no connection.
fn outcome(url: &str) -> String {
    let connected = Config::exactly(url).map_err(|error| error.to_string());
    let connected = connected.and_then(|config| config.client().map_err(|error| error.to_string()));
    match connected {
        Ok(mut client) => {
            let row = client.query_one(
                "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
                &[],
            );
            if row.unwrap().get(0) { "TLS" } else { "plain" }.to_owned()
        }
        Err(error) => error,
    }
}

#[test]
fn each_mode_gives_what_libpq_gives() {
    let folder = Folder::new();
    let Some(running) = start("each_mode_gives_what_libpq_gives", &folder) else {
        return;
    };
    let port = running.port();
    let of = |user: &str, host: &str, options: &str| {
        outcome(&format!(
            "postgres://{user}:secret@{host}:{port}/postgres?connect_timeout=10&{options}"
        ))
    };
    let ca = format!("sslrootcert={}", folder.path("ca.pem"));
    let other = format!("sslrootcert={}", folder.path("other.pem"));
    let with = |name: &str, key: &str| {
        format!(
            "sslmode=verify-full&{ca}&sslcert={}&sslkey={}",
            folder.path(name),
            folder.path(key)
        )
    };
    let good = [
        (
            "encrypted",
            "127.0.0.1",
            "sslmode=require".to_owned(),
            "TLS",
        ),
        ("encrypted", "127.0.0.1", String::new(), "TLS"),
        ("encrypted", "127.0.0.1", "sslmode=allow".to_owned(), "TLS"),
        ("plain", "127.0.0.1", String::new(), "plain"),
        ("plain", "127.0.0.1", "sslmode=disable".to_owned(), "plain"),
        (
            "encrypted",
            "127.0.0.1",
            format!("sslmode=require&{ca}"),
            "TLS",
        ),
        (
            "encrypted",
            "127.0.0.1",
            format!("sslmode=verify-ca&{ca}"),
            "TLS",
        ),
        (
            "encrypted",
            "localhost",
            format!("sslmode=verify-full&{ca}"),
            "TLS",
        ),
        (
            "encrypted",
            "127.0.0.1",
            "sslmode=require&channel_binding=require".to_owned(),
            "TLS",
        ),
        (
            "client",
            "localhost",
            with("client.pem", "client.key"),
            "TLS",
        ),
        (
            "client",
            "localhost",
            with("client.pem", "client-pkcs1.key"),
            "TLS",
        ),
        (
            "client",
            "localhost",
            with("client-sec1.pem", "client-sec1.key"),
            "TLS",
        ),
    ];
    for (user, host, options, expected) in good {
        assert_eq!(
            of(user, host, &options),
            expected,
            "{user} {host} {options}"
        );
    }
    let bad = [
        (
            "encrypted",
            "127.0.0.1",
            "sslmode=disable".to_owned(),
            "pg_hba.conf",
        ),
        (
            "plain",
            "127.0.0.1",
            "sslmode=require".to_owned(),
            "pg_hba.conf",
        ),
        (
            "encrypted",
            "127.0.0.1",
            format!("sslmode=require&{other}"),
            "certificate",
        ),
        (
            "encrypted",
            "127.0.0.1",
            format!("sslmode=verify-ca&{other}"),
            "certificate",
        ),
        (
            "encrypted",
            "127.0.0.1",
            format!("sslmode=verify-full&{ca}"),
            "certificate",
        ),
        (
            "client",
            "localhost",
            format!("sslmode=verify-full&{ca}"),
            "certificate",
        ),
        (
            "plain",
            "127.0.0.1",
            "sslmode=disable&channel_binding=require".to_owned(),
            "channel binding",
        ),
        (
            "client",
            "localhost",
            with("client.pem", "client-sec1.key"),
            "sslkey",
        ),
        (
            "client",
            "localhost",
            with("client.pem", "missing.key"),
            "sslkey",
        ),
        (
            "client",
            "localhost",
            with("client.pem", "client.pem"),
            "sslkey",
        ),
    ];
    for (user, host, options, expected) in bad {
        let outcome = of(user, host, &options);
        assert!(
            outcome.contains(expected) && !outcome.contains("secret"),
            "{user} {host} {options}: {outcome}"
        );
    }
    fs::set_permissions(folder.path("client.key"), fs::Permissions::from_mode(0o644)).unwrap();
    let outcome = of("client", "localhost", &with("client.pem", "client.key"));
    assert!(outcome.contains("others can read it"), "{outcome}");
}
