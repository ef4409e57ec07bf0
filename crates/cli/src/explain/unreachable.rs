//! A server that cannot be reached, or that refuses the connection: what to correct. Pure.

use migrator::link;
use migrator::wire::Config;

use super::LOOK_CLOSER;
use crate::failure::{Code, Failure};

/// A target that cannot be reached; `next` is what helps if the server answered with a refusal.
pub fn unreachable(error: &link::Error, next: &str) -> Failure {
    unreachable_from(error, next, &Called::default())
}

/// What options of a connection are called in advice: those that a variable or a service has set, along with that.
pub struct Called {
    pub host: String,
    pub port: String,
    pub target_session_attrs: String,
}

impl Default for Called {
    fn default() -> Called {
        Called {
            host: "host".to_owned(),
            port: "port".to_owned(),
            target_session_attrs: "target_session_attrs".to_owned(),
        }
    }
}

impl Called {
    pub fn of(config: &Config) -> Called {
        let host = match config.called("hostaddr") {
            from_elsewhere if from_elsewhere != "hostaddr" => from_elsewhere,
            _ => config.called("host"),
        };
        Called {
            host,
            port: config.called("port"),
            target_session_attrs: config.called("target_session_attrs"),
        }
    }
}

/// The same for a connection whose options may come from elsewhere than the connection string.
pub fn unreachable_from(error: &link::Error, next: &str, called: &Called) -> Failure {
    let (message, code) = match error {
        link::Error::Unreachable { message, code } => (message.clone(), code.as_deref()),
        other => (other.to_string(), None),
    };
    let says = |text: &str| message.contains(text);
    let next = match code {
        Some("3D000") => format!("create the database (createdb), or {next}"),
        Some("57P03" | "53300") => "try again in a moment".to_owned(),
        Some(_) => next.to_owned(),
        None if says("password") => next.to_owned(),
        None if says("closed the connection before") => {
            "check that PostgreSQL is listening there, and read its log".to_owned()
        }
        None => match tls(&message) {
            Some(advice) => advice.to_owned(),
            None => unanswered(&message, next, called),
        },
    };
    let first = match message.lines().next().unwrap_or_default() {
        "" => "psql exited without output",
        line => line,
    };
    let failure = Failure::new(Code::Unreachable, first).next(next);
    match code {
        Some(code) => failure.field("sqlstate", code),
        None => failure,
    }
}

/// What helps where a connection cannot be protected as it should be. Never less protection.
fn tls(message: &str) -> Option<&'static str> {
    let advice = [
        (
            "sslrootcert",
            "put the certificate of the authority that signed the server's certificate there (PEM), or correct sslrootcert",
        ),
        ("sslkey", "correct the key, or name another one in sslkey"),
        (
            "sslcert",
            "save your certificate there (PEM), or correct sslcert",
        ),
        (
            "UnknownIssuer",
            "name the file with the authority that signed the server's certificate: sslrootcert=/path/ca.pem",
        ),
        (
            "NotValidForName",
            "connect by a name that the server's certificate was made for",
        ),
        (
            "not valid for name",
            "connect by a name that the server's certificate was made for",
        ),
        ("Expired", "renew the server's certificate"),
        ("expired", "renew the server's certificate"),
        (
            "channel binding",
            "channel_binding=require needs TLS and password_encryption = 'scram-sha-256': ask for TLS with sslmode=require, and set the \
                password again if it is an md5 one",
        ),
        (
            "certificate",
            "correct the certificates: sslrootcert, sslcert and sslkey",
        ),
        (
            "TLS",
            "configure the server for TLS (ssl = on in postgresql.conf, with ssl_cert_file and ssl_key_file)",
        ),
    ];
    let mut fitting = advice
        .into_iter()
        .filter(|(word, _)| message.contains(word));
    fitting.next().map(|(_, advice)| advice)
}

fn unanswered(message: &str, next: &str, called: &Called) -> String {
    let says = |text: &str| message.contains(text);
    let Called {
        host,
        port,
        target_session_attrs,
    } = called;
    match () {
        // The driver's words of a server that the option excludes.
        () if says("database does not allow writes") || says("database is not read only") => {
            format!(
                "name a host that satisfies {target_session_attrs}, or correct {target_session_attrs}"
            )
        }
        () if says("no longer answers") => {
            format!(
                "check whether the server is stopped or overloaded, and run it again{LOOK_CLOSER}"
            )
        }
        () if says("lookup") => format!("correct the name of the {host}{LOOK_CLOSER}"),
        () if says("refused") || says("No such file") => {
            format!("start the server, or correct {host} and {port}{LOOK_CLOSER}")
        }
        () => format!("{next}{LOOK_CLOSER}"),
    }
}
