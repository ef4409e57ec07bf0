//! The names of test databases and their templates: they say which run a database belongs to and what is in a template.

use sha2::{Digest as _, Sha256};

/// What the names of test databases begin with; the run and a number follow.
const TEST: &str = "timeschema_test_";
/// What the names of templates begin with; a digest of what they hold follows.
const TEMPLATE: &str = "timeschema_template_";
/// What the comment of a template begins with; the time at which it was made follows.
const MADE: &str = "template of test databases, made at ";
/// For how many seconds an unused template is kept.
const KEPT: i64 = 24 * 60 * 60;

/// A process whose tests have databases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run(pub(super) u64);

impl Run {
    /// The name of its n-th database.
    pub(super) fn database(self, number: u32) -> String {
        format!("{TEST}{:016x}_{number}", self.0)
    }

    /// The number of the lock that it holds as long as it lives.
    pub(super) fn lock(self) -> i64 {
        lock(&format!("run {:016x}", self.0))
    }
}

/// The name of the template that holds what all of these say together.
pub(super) fn template(parts: &[&str]) -> String {
    format!("{TEMPLATE}{}", &digest(parts)[..32])
}

/// The number of the lock that each who uses a template shares.
pub(super) fn lock_of_use(template: &str) -> i64 {
    lock(&format!("use {template}"))
}

/// The number of the lock that the one who makes a template holds.
pub(super) fn lock_of_making(template: &str) -> i64 {
    lock(&format!("make {template}"))
}

/// The comment of a template that is made at this time, in seconds.
pub(super) fn comment(now: &str) -> String {
    format!("{MADE}{now}")
}

/// One of our databases, and the number of the lock that is held while it is needed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Leftover {
    pub(super) database: String,
    pub(super) lock: i64,
}

/// Whether a database is one of ours that may be removed if its lock is free: any test's, and an old template.
pub(super) fn leftover(database: &str, comment: &str, now: i64) -> Option<Leftover> {
    let lock = if let Some(rest) = database.strip_prefix(TEST) {
        let (run, number) = rest.split_once('_')?;
        number.parse::<u32>().ok()?;
        let run = (run.len() == 16).then(|| u64::from_str_radix(run, 16).ok());
        Run(run??).lock()
    } else {
        database.strip_prefix(TEMPLATE)?;
        let made: i64 = comment.strip_prefix(MADE)?.parse().ok()?;
        if now - made < KEPT {
            return None;
        }
        lock_of_use(database)
    };
    Some(Leftover {
        database: database.to_owned(),
        lock,
    })
}

/// A digest of several texts, in which none can run into the next.
pub(super) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let bytes = hash.finalize();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A number for an advisory lock that nothing else is likely to use.
fn lock(subject: &str) -> i64 {
    let digest = digest(&["timeschema test databases", subject]);
    i64::from_str_radix(&digest[..15], 16).unwrap_or_default()
}

/// The connection string of another database of the same server. A name of ours needs no quoting.
pub(super) fn with_database(server: &str, database: &str) -> String {
    let Some(authority) = server.find("://").map(|at| at + 3) else {
        // Of two values the later one counts.
        return format!("{server} dbname={database}");
    };
    let (base, query) = server.split_once('?').unwrap_or((server, ""));
    let end = base.get(authority..).and_then(|rest| rest.find('/'));
    let base = &base[..end.map_or(base.len(), |end| authority + end)];
    // As an option it would win over the path.
    let options = query.split('&');
    let options: Vec<&str> = options
        .filter(|it| !it.is_empty() && !it.starts_with("dbname="))
        .collect();
    if options.is_empty() {
        format!("{base}/{database}")
    } else {
        format!("{base}/{database}?{}", options.join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_names_its_run_and_goes_when_nobody_holds_its_lock() {
        let run = Run(0xabc);
        let name = run.database(7);
        assert_eq!(name, "timeschema_test_0000000000000abc_7");
        let found = leftover(&name, "", 0).unwrap();
        assert_eq!(found.lock, run.lock());
        assert_ne!(Run(0xabd).lock(), run.lock());
    }

    #[test]
    fn a_template_is_kept_for_a_day() {
        let name = template(&["migrations", "seed"]);
        let now = 1_800_000_000;
        let made = comment("1799999000");
        assert_eq!(leftover(&name, &made, now), None);
        let old = leftover(&name, &made, now + KEPT).unwrap();
        assert_eq!(old.lock, lock_of_use(&name));
        assert_ne!(old.lock, lock_of_making(&name));
    }

    #[test]
    fn what_is_not_ours_is_never_removed() {
        for other in [
            "postgres",
            "test_1",
            "timeschema_test_mine",
            "timeschema_test_0000000000000abc_x",
            "timeschema_test_abc_1",
            "timeschema_template_of_mine",
        ] {
            assert_eq!(leftover(other, "", i64::MAX), None, "{other}");
        }
    }

    #[test]
    fn other_parts_make_another_template() {
        assert_ne!(template(&["ab", "c"]), template(&["a", "bc"]));
        assert!(template(&["ab"]).len() < 64);
    }

    #[test]
    fn another_database_of_the_same_server() {
        for (server, expected) in [
            ("postgres://u:p@h:5432/one", "postgres://u:p@h:5432/two"),
            (
                "postgresql://u:p@h:5432/one?sslmode=require",
                "postgresql://u:p@h:5432/two?sslmode=require",
            ),
            (
                "postgres:///one?host=/run/pg&dbname=x&port=5433",
                "postgres:///two?host=/run/pg&port=5433",
            ),
            ("postgres://h", "postgres://h/two"),
            ("postgres://h?dbname=one", "postgres://h/two"),
            ("host=h dbname=one", "host=h dbname=one dbname=two"),
        ] {
            assert_eq!(with_database(server, "two"), expected);
        }
    }
}
