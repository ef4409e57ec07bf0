//! Reading a connection string as libpq does, in both of its forms: a URI and `keyword=value`. Pure.
//!
//! <https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING>
//!
//! What libpq accepts is accepted with the same values, except for what is refused on purpose: a host or a database of a URI with an `@`
//! that is not percent-encoded (it is the rest of a password), white space in a URI (libpq's releases differ), what is not UTF-8, and the
//! deprecated `requiressl`. No error quotes any of the text.

#[cfg(test)]
mod libpq;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::keywords::{self, KEYWORDS};

/// The values that a connection string names, by keyword.
pub(super) type Values = BTreeMap<&'static str, String>;

/// Reads a connection string.
pub(super) fn parse(text: &str) -> Result<Values, String> {
    for scheme in ["postgresql://", "postgres://"] {
        if let Some(rest) = text.strip_prefix(scheme) {
            return Uri::default().read(rest);
        }
    }
    match text.split_once("://") {
        Some((scheme, _)) if is_scheme(scheme) => Err(format!("{scheme}:// is not PostgreSQL's")),
        _ if text.trim().is_empty() => Err(EMPTY.to_owned()),
        _ => keyword_values(text),
    }
}

/// Whether it is a word that can be shown: anything else before `://` may be a password.
fn is_scheme(text: &str) -> bool {
    const KNOWN: [&str; 8] = [
        "mysql",
        "mariadb",
        "sqlite",
        "http",
        "https",
        "jdbc:postgresql",
        "tcp",
        "file",
    ];
    KNOWN.contains(&text)
}

/// White space as C has it.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\u{b}' | '\u{c}' | '\r')
}

/// Reads `keyword=value` pairs.
fn keyword_values(text: &str) -> Result<Values, String> {
    let mut values = Values::new();
    let mut rest = text.trim_start_matches(is_space);
    while !rest.is_empty() {
        let end = rest.find(|c| c == '=' || is_space(c)).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let Some(after) = after.trim_start_matches(is_space).strip_prefix('=') else {
            return Err(without_equals(text));
        };
        let (value, after) = value(after.trim_start_matches(is_space))?;
        let Some(name) = keywords::find(name) else {
            return Err(unknown(name, text));
        };
        values.insert(name, value);
        rest = after.trim_start_matches(is_space);
    }
    Ok(values)
}

/// Takes a value, quoted or not, from the start of a text; the rest of the text is the second.
fn value(text: &str) -> Result<(String, &str), String> {
    let (text, quoted) = match text.strip_prefix('\'') {
        Some(text) => (text, true),
        None => (text, false),
    };
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            '\'' if quoted => return Ok((value, &text[at + 1..])),
            c if !quoted && is_space(c) => return Ok((value, &text[at..])),
            c => value.push(c),
        }
    }
    if quoted {
        Err("a value's closing quote is missing".to_owned())
    } else {
        Ok((value, ""))
    }
}

fn without_equals(text: &str) -> String {
    if looks_like_a_uri(text) {
        return NO_SCHEME.to_owned();
    }
    if text.contains('=') {
        "an option without `=`; a value with white space is put in single quotes".to_owned()
    } else {
        "it is neither a URL nor keyword=value".to_owned()
    }
}

const NO_SCHEME: &str = "the scheme postgres:// is missing";

fn looks_like_a_uri(text: &str) -> bool {
    let name = text.split('=').next().unwrap_or_default();
    name.contains(['@', ':', '/', '?'])
}

/// The name of an unknown option may be the end of a password: it is not shown, only the nearest known one.
fn unknown(name: &str, text: &str) -> String {
    if looks_like_a_uri(text) {
        return NO_SCHEME.to_owned();
    }
    let meant = KEYWORDS.iter().find(|keyword| is_near(name, keyword.name));
    match meant {
        Some(keyword) => format!(
            "it has an option that libpq does not know; is `{}` meant?",
            keyword.name
        ),
        None => "it has an option that libpq does not know".to_owned(),
    }
}

/// Whether two words differ in case, or in one letter that is missing, too many, or another one.
fn is_near(a: &str, b: &str) -> bool {
    let a = a.to_ascii_lowercase();
    let common = |mut pairs: Box<dyn Iterator<Item = (char, char)> + '_>| {
        pairs
            .by_ref()
            .take_while(|(one, other)| one == other)
            .count()
    };
    let start = common(Box::new(a.chars().zip(b.chars())));
    let end = common(Box::new(a.chars().rev().zip(b.chars().rev())));
    let (short, long) = (
        a.chars().count().min(b.len()),
        a.chars().count().max(b.len()),
    );
    long - short <= 1 && (start + end).min(short) + 1 >= long
}

/// A URI while it is read.
#[derive(Default)]
struct Uri {
    values: Values,
}

impl Uri {
    /// Reads what follows the scheme: `[user[:password]@][host[:port][,…]][/database][?name=value[&…]]`.
    fn read(mut self, text: &str) -> Result<Values, String> {
        let text = self.credentials(text)?;
        let rest = self.hosts(text)?;
        let rest = match rest.strip_prefix('/') {
            Some(path) => {
                let (database, query) = path.split_at(path.find('?').unwrap_or(path.len()));
                if database.contains('@') {
                    return Err(UNENCODED.to_owned());
                }
                self.store_decoded("dbname", database)?;
                query
            }
            None => rest,
        };
        let query = rest.strip_prefix('?').unwrap_or_default();
        self.parameters(query)?;
        Ok(self.values)
    }

    fn store_decoded(&mut self, keyword: &'static str, text: &str) -> Result<(), String> {
        if !text.is_empty() {
            self.values.insert(keyword, decode(text)?);
        }
        Ok(())
    }

    /// Everything up to an `@` that comes before any `/`, whatever else is in it.
    fn credentials<'a>(&mut self, text: &'a str) -> Result<&'a str, String> {
        let end = text.find(['@', '/']).unwrap_or(text.len());
        let Some(rest) = text[end..].strip_prefix('@') else {
            return Ok(text);
        };
        let (user, password) = text[..end].split_once(':').unwrap_or((&text[..end], ""));
        self.store_decoded("user", user)?;
        self.store_decoded("password", password)?;
        Ok(rest)
    }

    /// Hosts and ports; returns what follows them.
    fn hosts<'a>(&mut self, text: &'a str) -> Result<&'a str, String> {
        let (mut hosts, mut ports) = (String::new(), String::new());
        let mut rest = text;
        loop {
            let (host, after) = host(rest)?;
            hosts.push_str(host);
            rest = after;
            if let Some(after) = rest.strip_prefix(':') {
                let end = after.find(['/', '?', ',']).unwrap_or(after.len());
                ports.push_str(&after[..end]);
                rest = &after[end..];
            }
            let Some(after) = rest.strip_prefix(',') else {
                break;
            };
            hosts.push(',');
            ports.push(',');
            rest = after;
        }
        if hosts.contains('@') || ports.contains('@') {
            return Err(UNENCODED.to_owned());
        }
        self.store_decoded("host", &hosts)?;
        self.store_decoded("port", &ports)?;
        Ok(rest)
    }

    fn parameters(&mut self, query: &str) -> Result<(), String> {
        // One `&` at the end is allowed.
        if query.is_empty() {
            return Ok(());
        }
        let query = query.strip_suffix('&').unwrap_or(query);
        for parameter in query.split('&') {
            let Some((name, value)) = parameter.split_once('=') else {
                return Err("a parameter of the query has no `=`".to_owned());
            };
            if value.contains('=') {
                return Err(
                    "a parameter of the query has two `=`: %3D is the one in a value".to_owned(),
                );
            }
            let (name, value) = (decode(name)?, decode(value)?);
            // libpq takes it from JDBC.
            if (name.as_str(), value.as_str()) == ("ssl", "true") {
                self.values.insert("sslmode", "require".to_owned());
                continue;
            }
            let Some(name) = keywords::find(&name) else {
                return Err(unknown(&name, ""));
            };
            self.values.insert(name, value);
        }
        Ok(())
    }
}

const EMPTY: &str = "it is empty";
const SPACE: &str = "it has white space in it: %20 is a space";
const NOT_UTF8: &str = "what is percent-encoded is no UTF-8";
const UNENCODED: &str = "it has an `@` after the one before the host; in a user's name, a password or a database's name, `@` is written %40, `:` %3A, `/` %2F";

/// Takes a host's name or an address in brackets from the start of a text.
fn host(text: &str) -> Result<(&str, &str), String> {
    let Some(inside) = text.strip_prefix('[') else {
        let end = text.find([':', '/', '?', ',']).unwrap_or(text.len());
        return Ok(text.split_at(end));
    };
    let Some((address, after)) = inside.split_once(']') else {
        return Err("the `]` after an IPv6 address is missing".to_owned());
    };
    if address.is_empty() {
        return Err("the IPv6 address in `[]` is missing".to_owned());
    }
    match after.chars().next() {
        None | Some(':' | '/' | '?' | ',') => Ok((address, after)),
        Some(_) => {
            Err("an IPv6 address is followed by what is neither a port nor a database".to_owned())
        }
    }
}

/// Puts back what is percent-encoded.
fn decode(text: &str) -> Result<String, String> {
    if text.contains(is_space) {
        return Err(SPACE.to_owned());
    }
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || (bytes.next()? as char).to_digit(16);
        match (digit(), digit()) {
            (Some(0), Some(0)) => return Err("%00 cannot be part of a value".to_owned()),
            (Some(high), Some(low)) => decoded.push((high * 16 + low) as u8),
            _ => {
                return Err(
                    "a `%` is not followed by two hexadecimal digits: %25 is a `%`".to_owned(),
                );
            }
        }
    }
    String::from_utf8(decoded).map_err(|_| NOT_UTF8.to_owned())
}
