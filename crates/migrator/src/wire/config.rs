//! Where to connect, as which role and how: a connection string and the other sources, converted for the driver.

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sql::quote::identifier;
use tokio_postgres::config::{
    ChannelBinding, Host, LoadBalanceHosts, SslMode, SslNegotiation, TargetSessionAttrs,
};

use super::conninfo;
use super::defaults::{self, Login, Named, Surroundings};
use super::keywords::{KEYWORDS, Support};
use super::security::{self, Mode, Tls};

/// How long connecting may take when nothing says: libpq would wait for ever.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Where to connect, as which role, and how.
#[derive(Clone)]
pub struct Config {
    pub(super) postgres: tokio_postgres::Config,
    pub(super) mode: Mode,
    pub(super) tls: Tls,
    user: String,
    database: String,
    /// What goes to libpq's programs as it is.
    named: Named,
}

/// A connection string or a variable that cannot be read, or that asks for what is not supported. The string itself is not shown: it may
/// hold a password.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The connection string is at fault.
    #[error("the database URL cannot be read: {0}; it should look like {URL_FORM}")]
    Text(String),
    /// The connection string would do without this variable of the environment.
    #[error("the environment variable {variable} cannot be used: {why}")]
    Variable {
        /// Its name.
        variable: String,
        /// What is wrong with its value, which is not shown.
        why: String,
    },
}

/// What a database URL looks like.
const URL_FORM: &str = "postgres://user@host:5432/database?sslmode=prefer";

impl Config {
    /// Reads a URL (`postgres://…`) or a string of `keyword=value`, and what libpq reads beside it: `PGPASSWORD`, `PGSSLMODE` and the other
    /// variables, the service that it names, `~/.pgpass`, and the certificates in `~/.postgresql`. What the string says counts first.
    pub fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::read(text, &Surroundings::of_this_program())
    }

    /// Reads only a connection string, for a server that this program has started.
    pub fn exactly(text: &str) -> Result<Config, ConfigError> {
        Config::read(text, &Surroundings::default())
    }

    fn read(text: &str, surroundings: &Surroundings) -> Result<Config, ConfigError> {
        let attempt = |surroundings: &Surroundings| {
            let named = defaults::complete(conninfo::parse(text)?, surroundings)?;
            Config::of(named, surroundings)
        };
        attempt(surroundings).map_err(|why| {
            // The one without which this is not wrong.
            let is_at_fault =
                |name: &&String| attempt(&surroundings.without(name)).err().as_ref() != Some(&why);
            match surroundings.variables().find(is_at_fault).cloned() {
                Some(variable) => ConfigError::Variable { variable, why },
                None => ConfigError::Text(why),
            }
        })
    }

    fn of(named: Named, surroundings: &Surroundings) -> Result<Config, String> {
        supported(&named)?;
        let (mode, tls) = security::read(&named, surroundings.home.as_deref())?;
        let user = named
            .some("user")
            .map(str::to_owned)
            .or_else(defaults::account);
        let user = user.ok_or("it names no user")?;
        let database = named.some("dbname").unwrap_or(&user).to_owned();
        let mut postgres = tokio_postgres::Config::new();
        postgres.user(&user).dbname(&database);
        hosts(&named, &mut postgres)?;
        session(&named, &mut postgres)?;
        keepalives(&named, &mut postgres)?;
        let mut config = Config {
            postgres,
            mode,
            tls,
            user,
            database,
            named,
        };
        config.set_password(surroundings)?;
        config.set_mode();
        Ok(config)
    }

    fn set_password(&mut self, surroundings: &Surroundings) -> Result<(), String> {
        if let Some(password) = self.named.some("password") {
            self.postgres.password(password);
            return Ok(());
        }
        let mut found = Vec::new();
        for index in 0..self.count() {
            let host = self.name_in_password_file(index);
            let login = Login {
                host: &host,
                port: self.port(index),
                database: &self.database,
                user: &self.user,
            };
            found.extend(defaults::password(&self.named, surroundings, &login)?);
        }
        found.dedup();
        match found.as_slice() {
            [] => {}
            [password] => {
                self.postgres.password(password);
                self.named.values.insert("password", password.clone());
            }
            _ => {
                return Err(
                    "the password file has another password for each host, which is not supported"
                        .to_owned(),
                );
            }
        }
        Ok(())
    }

    fn set_mode(&mut self) {
        let is_socket = |host: &Host| !matches!(host, Host::Tcp(_));
        let sockets_alone = self.postgres.get_hostaddrs().is_empty()
            && self.postgres.get_hosts().iter().all(is_socket);
        let mode = match self.mode {
            // As libpq has it, `sslmode` does not count for a socket.
            _ if sockets_alone => SslMode::Disable,
            Mode::Disable | Mode::Allow => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
        };
        self.postgres.ssl_mode(mode);
    }

    fn count(&self) -> usize {
        self.postgres
            .get_hosts()
            .len()
            .max(self.postgres.get_hostaddrs().len())
    }

    fn port(&self, index: usize) -> u16 {
        let ports = self.postgres.get_ports();
        ports.get(index).or(ports.first()).copied().unwrap_or(5432)
    }

    fn name_in_password_file(&self, index: usize) -> String {
        match (
            self.postgres.get_hosts().get(index),
            self.postgres.get_hostaddrs().get(index),
        ) {
            (Some(Host::Tcp(name)), _) => name.clone(),
            #[cfg(unix)]
            (Some(Host::Unix(folder)), _) if folder == &default_socket() => "localhost".to_owned(),
            #[cfg(unix)]
            (Some(Host::Unix(folder)), _) => folder.display().to_string(),
            (None, Some(address)) => address.to_string(),
            (None, None) => "localhost".to_owned(),
        }
    }

    /// The database's name; the user's name when nothing names one, as PostgreSQL has it.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Puts another database's name in.
    pub fn with_database(mut self, database: &str) -> Config {
        self.postgres.dbname(database);
        database.clone_into(&mut self.database);
        self
    }

    /// Gives sessions a search path of these schemas, whatever the role, the database and the connection string set: an option of the
    /// connection, which `RESET` and a reconnection come back to.
    pub fn with_search_path(mut self, schemas: &[String]) -> Config {
        let option = search_path(schemas);
        let options = match self.named.some("options") {
            Some(options) => format!("{options} {option}"),
            None => option,
        };
        self.postgres.options(&options);
        self.named.values.insert("options", options);
        self
    }

    /// An option as a message calls it: `port`, or `port (from PGPORT)` where something else than the connection string has set it.
    pub fn called(&self, keyword: &str) -> String {
        self.named.called(keyword)
    }

    /// The user's name; by default the account that runs this program.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Host and port for messages: `db.example:5432`, or the socket's folder; of several all, since the driver does not report which of
    /// them it has connected to.
    pub fn server(&self) -> String {
        self.servers().join(",")
    }

    /// Every host with its port, in the order in which they are tried.
    pub fn servers(&self) -> Vec<String> {
        let server = |index| {
            let port = self.port(index);
            match (
                self.postgres.get_hosts().get(index),
                self.postgres.get_hostaddrs().get(index),
            ) {
                (Some(Host::Tcp(host)), _) => with_port(host, port),
                #[cfg(unix)]
                (Some(Host::Unix(path)), _) => format!("{}/.s.PGSQL.{port}", path.display()),
                (None, Some(address)) => with_port(&address.to_string(), port),
                (None, None) => format!("localhost:{port}"),
            }
        };
        (0..self.count().max(1)).map(server).collect()
    }

    /// Whether every host is this machine: a Unix socket or a loopback name or address.
    pub fn is_this_machine(&self) -> bool {
        self.elsewhere().is_none()
    }

    /// The first host or address that is not this machine, with its port.
    pub fn elsewhere(&self) -> Option<String> {
        let named = |(index, host): (usize, &Host)| match host {
            Host::Tcp(name) => {
                let address = name.parse::<IpAddr>();
                let is_local = name == "localhost" || address.is_ok_and(|it| it.is_loopback());
                (!is_local).then(|| with_port(name, self.port(index)))
            }
            #[cfg(unix)]
            Host::Unix(_) => None,
        };
        let mut hosts = self.postgres.get_hosts().iter().enumerate();
        let mut addresses = self.postgres.get_hostaddrs().iter().enumerate();
        hosts.find_map(named).or_else(|| {
            let (index, address) = addresses.find(|(_, address)| !address.is_loopback())?;
            Some(with_port(&address.to_string(), self.port(index)))
        })
    }

    /// The variables through which libpq's programs find the same database, its password among them. Others that libpq reads
    /// ([`Config::variables`]) have to be removed from the environment of such a program.
    ///
    /// <https://www.postgresql.org/docs/current/libpq-envars.html>
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let is_other =
            |name: &str| !["user", "dbname", "sslmode", "service", "servicefile"].contains(&name);
        let mut variables = vec![
            ("PGUSER", self.user.clone()),
            ("PGDATABASE", self.database.clone()),
            ("PGSSLMODE", self.mode.name().to_owned()),
        ];
        for keyword in KEYWORDS
            .iter()
            .filter(|it| !it.variable.is_empty() && is_other(it.name))
        {
            if let Some(value) = self.named.some(keyword.name) {
                variables.push((keyword.variable, value.to_owned()));
            }
        }
        variables
    }

    /// Every variable that names an option of a connection to libpq's programs.
    pub fn variables() -> impl Iterator<Item = &'static str> {
        let names = KEYWORDS.iter().map(|keyword| keyword.variable);
        names.filter(|name| !name.is_empty())
    }
}

/// A host and its port as a URL has them: an IPv6 address is in brackets.
fn with_port(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

/// A search path of these schemas as an option of the connection: a part of `options` and of `PGOPTIONS`.
pub fn search_path(schemas: &[String]) -> String {
    let names: Vec<String> = schemas.iter().map(|name| identifier(name)).collect();
    format!("-csearch_path={}", escaped(&names.join(",")))
}

/// A value as a word of the server's options: a backslash takes its meaning from a blank or a backslash.
///
/// <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-OPTIONS>
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        // Vertical tabs as well, which Rust does not count as ASCII white space.
        if c.is_ascii_whitespace() || matches!(c, '\\' | '\u{b}') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

/// Refuses what would not count.
fn supported(named: &Named) -> Result<(), String> {
    for keyword in KEYWORDS {
        let Support::Only(values) = &keyword.support else {
            continue;
        };
        // The value is not shown: it may be secret.
        let value = named.some(keyword.name);
        if value.is_none_or(|value| values.contains(&value)) {
            continue;
        }
        let called = named.called(keyword.name);
        return Err(if values.is_empty() {
            format!("{called} is not supported")
        } else {
            format!("{called} is supported only as {}", values.join(", "))
        });
    }
    Ok(())
}

/// The folder of the sockets if no host is named.
fn default_socket() -> PathBuf {
    let debian = Path::new("/var/run/postgresql");
    if debian.is_dir() {
        debian
    } else {
        Path::new("/tmp")
    }
    .to_owned()
}

/// Hosts, addresses and ports, each a list.
fn hosts(named: &Named, postgres: &mut tokio_postgres::Config) -> Result<(), String> {
    let list = |keyword| {
        named
            .some(keyword)
            .map(|text| text.split(',').collect::<Vec<_>>())
    };
    let addresses = list("hostaddr").unwrap_or_default();
    for address in &addresses {
        let address = address
            .parse()
            .map_err(|_| format!("{} is no IP address", named.called("hostaddr")))?;
        postgres.hostaddr(address);
    }
    let hosts = match list("host") {
        None if addresses.is_empty() => vec![""],
        hosts => hosts.unwrap_or_default(),
    };
    if !hosts.is_empty() && !addresses.is_empty() && hosts.len() != addresses.len() {
        return Err(format!(
            "{} and {} name different numbers of hosts",
            named.called("host"),
            named.called("hostaddr")
        ));
    }
    for host in &hosts {
        match host {
            it if it.contains('@') => {
                return Err(format!(
                    "{} has an `@` in it, which no host has",
                    named.called("host")
                ));
            }
            #[cfg(unix)]
            it if it.is_empty() && addresses.is_empty() => postgres.host_path(default_socket()),
            it => postgres.host(*it),
        };
    }
    let ports = list("port").unwrap_or_default();
    if ports.len() > 1 && ports.len() != hosts.len().max(addresses.len()) {
        return Err(format!(
            "{} names more or fewer ports than there are hosts",
            named.called("port")
        ));
    }
    for port in ports {
        let number = if port.is_empty() {
            Some(5432)
        } else {
            port.trim().parse().ok()
        };
        let number = number.filter(|&number: &u16| number > 0);
        postgres.port(number.ok_or_else(|| {
            format!(
                "{} is not a number from 1 to 65535; in a password, `:` is written %3A and `/` %2F",
                named.called("port")
            )
        })?);
    }
    Ok(())
}

fn number(named: &Named, keyword: &str) -> Result<Option<i64>, String> {
    let Some(text) = named.some(keyword) else {
        return Ok(None);
    };
    let number = text
        .trim()
        .parse::<i32>()
        .map_err(|_| format!("{} is no whole number", named.called(keyword)))?;
    Ok(Some(number.into()))
}

fn seconds(named: &Named, keyword: &str) -> Result<Option<Duration>, String> {
    let positive = number(named, keyword)?.filter(|&number| number > 0);
    Ok(positive.map(|number| Duration::from_secs(number.unsigned_abs())))
}

/// What the session begins with.
fn session(named: &Named, postgres: &mut tokio_postgres::Config) -> Result<(), String> {
    let name = named
        .some("application_name")
        .or(named.some("fallback_application_name"));
    postgres.application_name(name.unwrap_or("migrate"));
    if let Some(options) = named.some("options") {
        postgres.options(options);
    }
    // 0 is libpq's word for as long as it takes.
    const FOR_EVER: Duration = Duration::from_secs(366 * 24 * 3600);
    let patience = match number(named, "connect_timeout")? {
        None => CONNECT_TIMEOUT,
        Some(_) => seconds(named, "connect_timeout")?.unwrap_or(FOR_EVER),
    };
    postgres.connect_timeout(patience);
    postgres.target_session_attrs(match named.some("target_session_attrs") {
        Some("read-write") => TargetSessionAttrs::ReadWrite,
        Some("read-only") => TargetSessionAttrs::ReadOnly,
        _ => TargetSessionAttrs::Any,
    });
    postgres.load_balance_hosts(match named.some("load_balance_hosts") {
        Some("random") => LoadBalanceHosts::Random,
        _ => LoadBalanceHosts::Disable,
    });
    postgres.channel_binding(match named.some("channel_binding") {
        Some("disable") => ChannelBinding::Disable,
        Some("require") => ChannelBinding::Require,
        _ => ChannelBinding::Prefer,
    });
    if named.some("sslnegotiation") == Some("direct") {
        postgres.ssl_negotiation(SslNegotiation::Direct);
    }
    Ok(())
}

fn keepalives(named: &Named, postgres: &mut tokio_postgres::Config) -> Result<(), String> {
    if let Some(on) = number(named, "keepalives")? {
        postgres.keepalives(on != 0);
    }
    if let Some(idle) = seconds(named, "keepalives_idle")? {
        postgres.keepalives_idle(idle);
    }
    if let Some(interval) = seconds(named, "keepalives_interval")? {
        postgres.keepalives_interval(interval);
    }
    if let Some(count) = number(named, "keepalives_count")?
        .and_then(|it| u32::try_from(it).ok())
        .filter(|&it| it > 0)
    {
        postgres.keepalives_retries(count);
    }
    if let Some(milliseconds) = number(named, "tcp_user_timeout")?
        .and_then(|it| u64::try_from(it).ok())
        .filter(|&it| it > 0)
    {
        postgres.tcp_user_timeout(Duration::from_millis(milliseconds));
    }
    Ok(())
}
