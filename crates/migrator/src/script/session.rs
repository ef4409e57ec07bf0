//! The state of a session: how each migration finds it, and what an earlier migration left in it. Pure.
//!
//! The statements come after a migration's last `COMMIT` in the same message, so that a file costs no further round trip.

use std::collections::BTreeSet;
use std::time::Duration;

use sql::qualified::qualified;
use sql::quote::literal;

/// SQLSTATE of [`SessionSettings::end`]: the settings for new sessions are not those that this one started with. In a separate class.
pub(crate) const OUTDATED: &str = "TSS01";

/// SQLSTATE of a step whose statements released the runners' lock.
pub const LOCK_GIVEN_UP: &str = "TSS02";

/// Parameters that role, database or URL may set, and their values in our sessions: no policy hides rows, only our own limits end a
/// statement or session, and transactions have the server's default properties.
const NEUTRAL: &[(&str, &str)] = &[
    ("row_security", "off"),
    ("statement_timeout", "0"),
    ("idle_in_transaction_session_timeout", "0"),
    ("idle_session_timeout", "0"),
    ("transaction_timeout", "0"),
    ("default_transaction_isolation", "read committed"),
    ("default_transaction_read_only", "off"),
    ("default_transaction_deferrable", "off"),
];

/// How long settings hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// To the end of the message: with a pooler the session belongs to another client afterwards.
    Message,
    /// To the end of the session.
    Session,
}

/// One query that gives the neutral parameters their values, as far as the server knows them.
pub(crate) fn neutral(scope: Scope) -> String {
    let pairs = NEUTRAL.iter();
    let pairs = pairs.map(|(name, value)| format!("({}, {})", literal(name), literal(value)));
    qualified(&format!(
        "SELECT set_config(neutral.name, neutral.value, {}) FROM (VALUES {}) AS neutral(name, value) \
         WHERE current_setting(neutral.name, true) IS NOT NULL",
        scope == Scope::Message,
        pairs.collect::<Vec<_>>().join(", "),
    ))
}

/// An expression for the settings that a new session of this role in this database begins with, whoever has set them.
pub(crate) fn stored_settings() -> String {
    qualified(
        "(SELECT md5(coalesce(string_agg(format('%s %s %s', s.setdatabase, s.setrole, s.setconfig), ' ' ORDER BY s.setdatabase, s.setrole), '')) \
         FROM pg_catalog.pg_db_role_setting s \
         WHERE s.setdatabase IN (0, (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = current_database())) \
         AND s.setrole IN (0, to_regrole(quote_ident(session_user))))",
    )
}

/// How the session of each migration starts: parameters that an earlier one set are reset, strings are parsed as the lexer parsed them, and
/// no statement waits long for a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionSettings {
    /// How long a statement may wait for a lock: sessions that queue for it wait as long.
    pub lock_timeout: Duration,
    /// How long a statement may wait for a lock that no session queues for.
    pub patience: Duration,
    /// How long a statement may take.
    pub statement_timeout: Option<Duration>,
    /// Whether the server can detect disconnected clients.
    pub checks_connection: bool,
    /// Which rows of `pg_locks AS l` are the runners' lock.
    pub lock: String,
    /// What `stored_settings` returned when the session began, where that is known.
    pub stored_settings: Option<String>,
}

impl SessionSettings {
    /// The statements that start it. What the file itself set is restored.
    pub fn start(&self) -> Vec<String> {
        let resets = ["RESET SESSION AUTHORIZATION", "RESET ROLE", "RESET ALL"];
        let mut statements = resets.map(str::to_owned).to_vec();
        statements.extend(self.parameters());
        statements
    }

    /// The settings that apply to all its statements, even after a `RESET ALL` in the file.
    pub(super) fn parameters(&self) -> Vec<String> {
        let mut statements = vec![
            "SET standard_conforming_strings = on".to_owned(),
            neutral(Scope::Session),
            set_lock_timeout(self.lock_timeout),
        ];
        if let Some(timeout) = self.statement_timeout {
            statements.push(format!("SET statement_timeout = {}", milliseconds(timeout)));
        }
        if self.checks_connection {
            // The statement of a runner that was killed ends, and its lock is released.
            statements.push("SET client_connection_check_interval = 1000".to_owned());
        }
        statements
    }

    /// The statements after a migration, as far as they can be part of a transaction of several: the session is then like a new one.
    pub(super) fn clear(&self) -> Vec<String> {
        let discards = [
            "CLOSE ALL",
            "UNLISTEN *",
            "DEALLOCATE ALL",
            "DISCARD SEQUENCES",
            "DISCARD TEMP",
        ];
        let mut statements = self.start();
        statements.extend(discards.map(str::to_owned));
        statements
    }

    /// The last statement after a migration whose work is committed: releases its advisory locks but not ours, and fails with [`OUTDATED`]
    /// if only a new session will do. `RESET` leaves undeclared parameters empty, and a new session does not have them.
    pub(super) fn end(&self, parameters: BTreeSet<&str>) -> String {
        let held = qualified(&format!(
            "SELECT CASE WHEN l.objsubid = 1 AND l.mode = 'ExclusiveLock' THEN pg_advisory_unlock((l.classid::int8 << 32) | l.objid::int8) \
             WHEN l.objsubid = 1 THEN pg_advisory_unlock_shared((l.classid::int8 << 32) | l.objid::int8) \
             WHEN l.mode = 'ExclusiveLock' THEN pg_advisory_unlock(l.classid::int4, l.objid::int4) \
             ELSE pg_advisory_unlock_shared(l.classid::int4, l.objid::int4) END \
             FROM pg_catalog.pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.pid = pg_backend_pid() AND NOT ({})",
            self.lock
        ));
        let mut outdated = Vec::new();
        if let Some(began) = &self.stored_settings {
            let now = stored_settings();
            outdated.push(qualified(&format!("{now} <> {}", literal(began))));
        }
        outdated.extend(parameters.into_iter().map(|name| {
            let name = literal(name);
            qualified(&format!("current_setting({name}, true) = ''"))
        }));
        let check = if outdated.is_empty() {
            String::new()
        } else {
            format!(
                " IF {} THEN RAISE EXCEPTION USING ERRCODE = '{OUTDATED}', MESSAGE = 'settings for new sessions were changed'; END IF;",
                outdated.join(" OR ")
            )
        };
        // A lock that was taken twice must be released twice.
        let body = format!(
            "BEGIN LOOP PERFORM {}; EXIT WHEN NOT FOUND; END LOOP;{check} END",
            &held["SELECT ".len()..]
        );
        format!("DO {}", literal(&body))
    }

    /// The end of a step: fails if the session no longer holds the runners' lock. `and` is PL/pgSQL that checks something else.
    pub(super) fn holds_lock(&self, and: Option<String>) -> String {
        let holds = qualified(&format!(
            "EXISTS (SELECT FROM pg_catalog.pg_locks l WHERE l.pid = pg_backend_pid() AND {})",
            self.lock
        ));
        let is_held = format!(
            "IF NOT {holds} THEN RAISE EXCEPTION USING ERRCODE = '{LOCK_GIVEN_UP}', \
             MESSAGE = 'the lock that excludes other runs was released'; END IF;"
        );
        let checks: Vec<String> = [is_held].into_iter().chain(and).collect();
        format!("DO {}", literal(&format!("BEGIN {} END", checks.join(" "))))
    }
}

/// 0 would mean no limit.
fn milliseconds(duration: Duration) -> u128 {
    duration.as_millis().clamp(1, i32::MAX as u128)
}

/// The statement that sets how long a statement may wait for a lock.
pub(crate) fn set_lock_timeout(timeout: Duration) -> String {
    format!("SET lock_timeout = {}", milliseconds(timeout))
}
