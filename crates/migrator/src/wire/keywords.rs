//! The options of a connection that libpq knows, the variables that name them, and which of them count here.
//!
//! <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS>

/// An option of a connection.
pub(super) struct Keyword {
    /// What it is called in a connection string.
    pub name: &'static str,
    /// The environment variable; empty if there is none.
    pub variable: &'static str,
    pub support: Support,
}

/// Whether an option counts.
pub(super) enum Support {
    /// Any value that is valid does.
    Full,
    /// Only these values, which change nothing here; any other is refused by the option's name.
    Only(&'static [&'static str]),
}

use Support::{Full, Only};

/// Every option of libpq, that of PostgreSQL 18 included.
pub(super) const KEYWORDS: &[Keyword] = &[
    keyword("host", "PGHOST", Full),
    keyword("hostaddr", "PGHOSTADDR", Full),
    keyword("port", "PGPORT", Full),
    keyword("dbname", "PGDATABASE", Full),
    keyword("user", "PGUSER", Full),
    keyword("password", "PGPASSWORD", Full),
    keyword("passfile", "PGPASSFILE", Full),
    keyword("service", "PGSERVICE", Full),
    keyword("servicefile", "PGSERVICEFILE", Full),
    keyword("options", "PGOPTIONS", Full),
    keyword("application_name", "PGAPPNAME", Full),
    keyword("fallback_application_name", "", Full),
    keyword("connect_timeout", "PGCONNECT_TIMEOUT", Full),
    keyword("tcp_user_timeout", "", Full),
    keyword("keepalives", "", Full),
    keyword("keepalives_idle", "", Full),
    keyword("keepalives_interval", "", Full),
    keyword("keepalives_count", "", Full),
    keyword(
        "target_session_attrs",
        "PGTARGETSESSIONATTRS",
        Only(&["any", "read-write", "read-only"]),
    ),
    keyword(
        "load_balance_hosts",
        "PGLOADBALANCEHOSTS",
        Only(&["disable", "random"]),
    ),
    keyword(
        "channel_binding",
        "PGCHANNELBINDING",
        Only(&["disable", "prefer", "require"]),
    ),
    keyword("sslmode", "PGSSLMODE", Full),
    keyword(
        "sslnegotiation",
        "PGSSLNEGOTIATION",
        Only(&["postgres", "direct"]),
    ),
    keyword("sslrootcert", "PGSSLROOTCERT", Full),
    keyword("sslcert", "PGSSLCERT", Full),
    keyword("sslkey", "PGSSLKEY", Full),
    keyword("sslcertmode", "PGSSLCERTMODE", Only(&["allow", "disable"])),
    keyword("sslpassword", "", Only(&[])),
    keyword("sslcompression", "PGSSLCOMPRESSION", Only(&["0"])),
    keyword("sslcrl", "PGSSLCRL", Only(&[])),
    keyword("sslcrldir", "PGSSLCRLDIR", Only(&[])),
    keyword("sslsni", "PGSSLSNI", Only(&["1"])),
    keyword("sslkeylogfile", "", Only(&[])),
    keyword(
        "ssl_min_protocol_version",
        "PGSSLMINPROTOCOLVERSION",
        Only(&["TLSv1", "TLSv1.1", "TLSv1.2"]),
    ),
    keyword(
        "ssl_max_protocol_version",
        "PGSSLMAXPROTOCOLVERSION",
        Only(&["TLSv1.3"]),
    ),
    keyword(
        "min_protocol_version",
        "PGMINPROTOCOLVERSION",
        Only(&["3.0"]),
    ),
    keyword(
        "max_protocol_version",
        "PGMAXPROTOCOLVERSION",
        Only(&["3.0", "latest"]),
    ),
    keyword("requirepeer", "PGREQUIREPEER", Only(&[])),
    keyword("require_auth", "PGREQUIREAUTH", Only(&[])),
    keyword("gssencmode", "PGGSSENCMODE", Only(&["disable", "prefer"])),
    keyword("krbsrvname", "PGKRBSRVNAME", Only(&["postgres"])),
    keyword("gsslib", "PGGSSLIB", Only(&[])),
    keyword("gssdelegation", "PGGSSDELEGATION", Only(&["0"])),
    keyword("replication", "", Only(&["false", "off", "no", "0"])),
    keyword(
        "client_encoding",
        "PGCLIENTENCODING",
        Only(&[
            "auto", "utf8", "utf-8", "UTF8", "UTF-8", "unicode", "UNICODE",
        ]),
    ),
    keyword("scram_client_key", "", Only(&[])),
    keyword("scram_server_key", "", Only(&[])),
    keyword("oauth_issuer", "", Only(&[])),
    keyword("oauth_client_id", "", Only(&[])),
    keyword("oauth_client_secret", "", Only(&[])),
    keyword("oauth_scope", "", Only(&[])),
];

const fn keyword(name: &'static str, variable: &'static str, support: Support) -> Keyword {
    Keyword {
        name,
        variable,
        support,
    }
}

/// The option with this name.
pub(super) fn find(name: &str) -> Option<&'static str> {
    let keyword = KEYWORDS.iter().find(|keyword| keyword.name == name);
    keyword.map(|keyword| keyword.name)
}
