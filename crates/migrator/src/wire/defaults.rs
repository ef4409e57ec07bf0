//! What a connection string leaves open, as libpq fills it in: a service, then the environment, then a password from the password file.
//!
//! <https://www.postgresql.org/docs/current/libpq-envars.html>, <https://www.postgresql.org/docs/current/libpq-pgservice.html>,
//! <https://www.postgresql.org/docs/current/libpq-pgpass.html>

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::conninfo::Values;
use super::keywords::{self, KEYWORDS};

/// Where defaults come from.
#[derive(Clone, Default)]
pub(super) struct Surroundings {
    variables: BTreeMap<String, String>,
    /// The user's folder, with `.pgpass`, `.pg_service.conf` and `.postgresql`.
    pub home: Option<PathBuf>,
}

impl Surroundings {
    /// The environment of this program.
    pub fn of_this_program() -> Surroundings {
        let variables = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            name.starts_with("PG")
                .then_some((name, value.into_string().ok()?))
        });
        Surroundings {
            variables: variables.collect(),
            home: std::env::var_os("HOME")
                .filter(|home| !home.is_empty())
                .map(PathBuf::from),
        }
    }

    #[cfg(test)]
    pub fn of(variables: &[(&str, &str)]) -> Surroundings {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Surroundings {
            variables: variables.collect(),
            home: None,
        }
    }

    /// The names of the variables that there are.
    pub fn variables(&self) -> impl Iterator<Item = &String> {
        self.variables.keys()
    }

    /// The same but for one variable.
    pub fn without(&self, name: &str) -> Surroundings {
        let mut others = self.clone();
        others.variables.remove(name);
        others
    }

    fn variable(&self, name: &str) -> Option<&String> {
        self.variables.get(name)
    }
}

/// Every option that is named anywhere, and where the ones that are not in the connection string come from.
#[derive(Clone, Default)]
pub(super) struct Named {
    pub values: Values,
    origins: BTreeMap<&'static str, String>,
}

impl Named {
    /// The option for a message: `sslmode`, or `sslmode (from PGSSLMODE)`.
    pub fn called(&self, keyword: &str) -> String {
        match self.origins.get(keyword) {
            Some(origin) => format!("{keyword} (from {origin})"),
            None => keyword.to_owned(),
        }
    }

    pub fn get(&self, keyword: &str) -> Option<&str> {
        self.values.get(keyword).map(String::as_str)
    }

    /// The value; `None` if it is empty, which means the default.
    pub fn some(&self, keyword: &str) -> Option<&str> {
        self.get(keyword).filter(|value| !value.is_empty())
    }

    fn fill(&mut self, keyword: &'static str, value: &str, origin: &str) {
        if !self.values.contains_key(keyword) {
            self.values.insert(keyword, value.to_owned());
            self.origins.insert(keyword, origin.to_owned());
        }
    }
}

/// Fills in what a service and the environment say.
pub(super) fn complete(values: Values, surroundings: &Surroundings) -> Result<Named, String> {
    let mut named = Named {
        values,
        ..Named::default()
    };
    let variable = |name| surroundings.variable(name).cloned();
    if let Some(service) = named
        .get("service")
        .map(str::to_owned)
        .or_else(|| variable("PGSERVICE"))
    {
        add_service(&mut named, &service, surroundings)?;
    }
    for keyword in KEYWORDS
        .iter()
        .filter(|keyword| !keyword.variable.is_empty())
    {
        if let Some(value) = surroundings.variable(keyword.variable) {
            named.fill(keyword.name, value, keyword.variable);
        }
    }
    if variable("PGREQUIRESSL").is_some_and(|value| value.starts_with('1')) {
        named.fill("sslmode", "require", "PGREQUIRESSL");
    }
    // libpq sets them when the session starts; a switch of the same session does that, too.
    for (name, setting) in [
        ("PGDATESTYLE", "datestyle"),
        ("PGTZ", "timezone"),
        ("PGGEQO", "geqo"),
    ] {
        let Some(value) = surroundings
            .variable(name)
            .filter(|value| *value != "default")
        else {
            continue;
        };
        let value = value.replace('\\', "\\\\").replace(' ', "\\ ");
        let options = named.values.entry("options").or_default();
        *options = format!("-c {setting}={value} {options}")
            .trim_end()
            .to_owned();
    }
    Ok(named)
}

fn add_service(
    named: &mut Named,
    service: &str,
    surroundings: &Surroundings,
) -> Result<(), String> {
    let own = named.some("servicefile").map(PathBuf::from);
    let own = own.or_else(|| surroundings.variable("PGSERVICEFILE").map(PathBuf::from));
    let own = own.or_else(|| Some(surroundings.home.as_ref()?.join(".pg_service.conf")));
    let of_all = surroundings
        .variable("PGSYSCONFDIR")
        .map_or(Path::new("/etc/postgresql-common"), Path::new);
    for file in own.into_iter().chain([of_all.join("pg_service.conf")]) {
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        let found = service_in(&text, service)
            .map_err(|(line, error)| format!("{}:{line}: {error}", file.display()))?;
        if let Some(found) = found {
            for (keyword, value) in found {
                named.fill(keyword, &value, &file.display().to_string());
            }
            return Ok(());
        }
    }
    Err("the service that it names is in no pg_service.conf".to_owned())
}

/// Options with their values, in a file's order.
type Options = Vec<(&'static str, String)>;

/// The options of a service; the first that a file names twice counts. An error comes with its line.
fn service_in(text: &str, service: &str) -> Result<Option<Options>, (usize, &'static str)> {
    let mut found: Option<Options> = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_matches([' ', '\t', '\r', '\u{b}', '\u{c}']);
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            if found.is_some() {
                break;
            }
            let is_it = header
                .strip_prefix(service)
                .is_some_and(|rest| rest.starts_with(']'));
            found = is_it.then(Vec::new);
            continue;
        }
        let Some(options) = &mut found else {
            continue;
        };
        let refused = |error| (number + 1, error);
        if line.starts_with("ldap") {
            return Err(refused("a service that LDAP describes is not supported"));
        }
        let (name, value) = line
            .split_once('=')
            .ok_or(refused("expected an option, `=` and its value"))?;
        let name = keywords::find(name).ok_or(refused("an option that libpq does not know"))?;
        if name == "service" {
            return Err(refused("a service cannot name another one"));
        }
        if !options.iter().any(|(other, _)| *other == name) {
            options.push((name, value.to_owned()));
        }
    }
    Ok(found)
}

/// What a password belongs to.
pub(super) struct Login<'a> {
    pub host: &'a str,
    pub port: u16,
    pub database: &'a str,
    pub user: &'a str,
}

/// The password that the password file has.
///
/// # Errors
/// Where others may read the file: libpq ignores it then, and the server's "no password supplied" would not say why.
pub(super) fn password(
    named: &Named,
    surroundings: &Surroundings,
    login: &Login<'_>,
) -> Result<Option<String>, String> {
    let of_home = || Some(surroundings.home.as_ref()?.join(".pgpass"));
    let Some(file) = named.some("passfile").map(PathBuf::from).or_else(of_home) else {
        return Ok(None);
    };
    let Ok(metadata) = fs::metadata(&file) else {
        return Ok(None);
    };
    if !metadata.is_file() {
        return Ok(None);
    }
    let password = fs::read(&file)
        .ok()
        .and_then(|bytes| password_in(&String::from_utf8_lossy(&bytes), login));
    #[cfg(unix)]
    if password.is_some()
        && std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0
    {
        let file = file.display();
        return Err(format!(
            "the password file {file} can be read by others, and libpq ignores such a file: chmod 0600 {file}"
        ));
    }
    Ok(password)
}

/// The first line that fits: `host:port:database:user:password`.
fn password_in(text: &str, login: &Login<'_>) -> Option<String> {
    let port = login.port.to_string();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let mut passwords = lines.filter_map(|line| {
        let fields = [login.host, &port, login.database, login.user];
        let rest = fields.into_iter().try_fold(line, after_field)?;
        Some(without_escapes(rest.trim_end_matches('\r')))
    });
    passwords.next()
}

/// What follows the first field of a line, where the field is `*` or this value.
fn after_field<'a>(line: &'a str, value: &str) -> Option<&'a str> {
    if let Some(rest) = line.strip_prefix("*:") {
        return Some(rest);
    }
    let mut value = value.chars();
    let mut characters = line.char_indices();
    while let Some((at, c)) = characters.next() {
        let c = match c {
            ':' => return value.next().is_none().then_some(&line[at + 1..]),
            '\\' => characters.next()?.1,
            c => c,
        };
        if value.next() != Some(c) {
            return None;
        }
    }
    None
}

fn without_escapes(text: &str) -> String {
    let mut characters = text.chars();
    let mut plain = String::new();
    while let Some(c) = characters.next() {
        match c {
            '\\' => plain.push(characters.next().unwrap_or('\\')),
            c => plain.push(c),
        }
    }
    plain
}

/// The name of the account that runs this program, which is the user's where nothing names one.
pub(super) fn account() -> Option<String> {
    of_passwd().or_else(|| {
        ["LOGNAME", "USER"]
            .into_iter()
            .find_map(|name| std::env::var(name).ok())
    })
}

#[cfg(unix)]
fn of_passwd() -> Option<String> {
    let uid = std::os::unix::fs::MetadataExt::uid(&fs::metadata("/proc/self").ok()?).to_string();
    let accounts = fs::read_to_string("/etc/passwd").ok()?;
    let mut names = accounts.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid).then(|| name.to_owned())
    });
    names.next()
}

#[cfg(not(unix))]
fn of_passwd() -> Option<String> {
    None
}
