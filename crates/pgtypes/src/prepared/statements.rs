//! The statements that a connection has prepared.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use postgres::error::{ErrorPosition, SqlState};
use postgres::types::Type;
use postgres::{Error, Statement};

use crate::request::{Request, Text};

/// How many statements a connection keeps, unless a program chooses another number.
const LIMIT: usize = 256;

/// The statements that a connection has prepared, for the [`Prepared`](crate::Prepared) that share the connection. A clone is the same
/// collection.
///
/// It keeps a limited number. For one more it closes the statement that was not used for the longest time.
#[derive(Clone)]
pub struct Statements(Arc<Mutex<Kept>>);

impl Statements {
    /// None yet. At most 256 are kept.
    pub fn new() -> Self {
        Self::with_limit(LIMIT)
    }

    /// None yet, with the number that is kept at most; one at least.
    pub fn with_limit(limit: usize) -> Self {
        Self(Arc::new(Mutex::new(Kept {
            statements: HashMap::default(),
            limit: limit.max(1),
            uses: 0,
        })))
    }

    /// How many are kept.
    pub fn len(&self) -> usize {
        self.kept().statements.len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Closes all.
    pub fn clear(&self) {
        self.kept().statements.clear();
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, key: &Key<'_>) -> Option<Statement> {
        self.kept().get(key)
    }

    pub(super) fn insert(&self, key: &Key<'_>, statement: &Statement) {
        self.kept().insert(key.to_static(), statement.clone());
    }

    /// What to do after a statement that was kept has failed, which is kept no longer if it may be why. `is_unexecuted` says that the
    /// server did not begin to execute it.
    pub(super) fn after(&self, error: &Error, is_unexecuted: bool, key: &Key<'_>) -> After {
        let after = After::of(error, is_unexecuted);
        if after != After::Fail {
            self.kept().statements.remove(&key.to_static());
        }
        after
    }
}

impl Default for Statements {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Statements {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Statements").finish_non_exhaustive()
    }
}

/// What a statement is known by.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum Key<'k> {
    /// The address of a generated query, and which of its texts.
    Query(usize, usize),
    /// SQL, and the types of its parameters as far as they are sent.
    Text(Cow<'k, str>, Cow<'k, [Type]>),
}

impl<'k> Key<'k> {
    /// `None` for a statement that is not worth keeping.
    pub(super) fn of(request: &'k Request<'_>) -> Option<Self> {
        match &request.text {
            Text::Query(query, variant) => {
                Some(Self::Query(std::ptr::from_ref(*query).addr(), *variant))
            }
            Text::Built {
                sql,
                types,
                recurs: true,
            } => Some(Self::Text(
                Cow::Borrowed(sql),
                Cow::Borrowed(types.as_deref().unwrap_or_default()),
            )),
            Text::Built { recurs: false, .. } => None,
        }
    }

    fn to_static(&self) -> Key<'static> {
        match self {
            Self::Query(query, variant) => Key::Query(*query, *variant),
            Self::Text(sql, types) => Key::Text(
                Cow::Owned(sql.clone().into_owned()),
                Cow::Owned(types.clone().into_owned()),
            ),
        }
    }
}

/// Hashes in less time than the standard library's, which is made for keys that somebody chooses to collide: these are of the program.
#[derive(Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn write(&mut self, bytes: &[u8]) {
        for part in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            self.write_u64(u64::from_ne_bytes(word));
        }
    }

    fn write_u64(&mut self, word: u64) {
        // 2^64 divided by the golden ratio: D. Knuth, The Art of Computer Programming, volume 3, section 6.4.
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }

    /// The map takes the lowest bits, and the product has mixed the highest ones best.
    fn finish(&self) -> u64 {
        self.0.rotate_left(26)
    }
}

struct Kept {
    statements: HashMap<Key<'static>, Entry, BuildHasherDefault<KeyHasher>>,
    limit: usize,
    /// How often a statement was used so far.
    uses: u64,
}

struct Entry {
    statement: Statement,
    /// The number of its last use.
    used: Cell<u64>,
}

impl Kept {
    fn get(&mut self, key: &Key<'_>) -> Option<Statement> {
        self.uses += 1;
        // The map is that of shorter keys too, as long as it is not changed.
        let statements: &HashMap<Key<'_>, Entry, _> = &self.statements;
        let entry = statements.get(key)?;
        entry.used.set(self.uses);
        Some(entry.statement.clone())
    }

    fn insert(&mut self, key: Key<'static>, statement: Statement) {
        if self.statements.len() >= self.limit && !self.statements.contains_key(&key) {
            let entries = self.statements.iter();
            let oldest = entries.min_by_key(|(_, entry)| entry.used.get());
            let oldest = oldest.map(|(key, _)| key.to_static());
            oldest.and_then(|oldest| self.statements.remove(&oldest));
        }
        let used = Cell::new(self.uses);
        self.statements.insert(key, Entry { statement, used });
    }
}

/// What follows from the error of a prepared statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// It has nothing to do with being prepared.
    Fail,
    /// It may come from what the server remembers of the statement.
    FailAndForget,
    /// The server no longer has the statement, or it no longer fits the schema, and nothing was executed.
    PrepareAgain,
}

impl After {
    fn of(error: &Error, is_unexecuted: bool) -> Self {
        let Some(error) = error.as_db_error() else {
            return Self::Fail;
        };
        let code = error.code();
        let class = code.code().get(..2).unwrap_or_default();
        let is_gone = *code == SqlState::INVALID_SQL_STATEMENT_NAME;
        // `cached plan must not change result type`: the code is that of other errors too, and the message may be in any language.
        let has_other_columns = *code == SqlState::FEATURE_NOT_SUPPORTED
            && error.routine() == Some("RevalidateCachedQuery");
        // What the parser says of the text, with a place in it: a parameter's type was made anew, a relation was dropped.
        let is_of_text =
            class == "42" && matches!(error.position(), Some(ErrorPosition::Original(_)));
        match class {
            _ if is_unexecuted && (is_gone || has_other_columns || is_of_text) => {
                Self::PrepareAgain
            }
            "0A" | "26" | "42" | "XX" => Self::FailAndForget,
            _ => Self::Fail,
        }
    }
}
