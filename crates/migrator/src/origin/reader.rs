//! Goes through the statements and hands each to what reads its kind.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use sql::lexer;
use sql::statement::names::Name;
use sql::statement::words::Words;

use super::log::{Act, Exists, Log, Scope};
use super::{Kind, Location, Object};
use crate::plan::Migration;

/// How long a name can be; the server cuts the rest.
const LONGEST_NAME: usize = 63;

pub(super) fn read(migrations: &[Migration], default_schema: Option<&str>) -> Log {
    let mut reader = Reader {
        log: Log::default(),
        default_schema: default_schema.filter(|it| !is_moved(migrations, it)),
        migration: 0,
        statement: 0..0,
        base: 0,
        is_maybe: false,
        has_own_path: false,
        temporary: BTreeSet::new(),
        signatures: HashMap::new(),
        harmless: BTreeSet::new(),
        dangerous: Vec::new(),
        labels: HashMap::new(),
        fires: None,
    };
    for (index, migration) in migrations.iter().enumerate() {
        // Settings and temporary tables end with the migration.
        reader.migration = index;
        reader.has_own_path = false;
        reader.temporary.clear();
        for range in migration.steps.iter().flat_map(|step| &step.statements) {
            reader.statement = range.clone();
            reader.base = range.start;
            reader.statement(&migration.file.text[range.clone()]);
        }
    }
    reader.log
}

/// Whether the schema that new tables go to may have been another one when some of the migrations ran.
fn is_moved(migrations: &[Migration], default_schema: &str) -> bool {
    let statements = migrations.iter().flat_map(|migration| {
        let ranges = migration.steps.iter().flat_map(|step| &step.statements);
        ranges.map(|range| &migration.file.text[range.clone()])
    });
    statements.into_iter().any(|text| {
        let tokens: Vec<_> = lexer::stream(text).take(8).collect();
        let words = Words {
            sql: text,
            tokens: &tokens,
        };
        // `"$user"` is looked up first, and does not exist until it is created.
        let creates = words.are(0, &["create", "schema"]) && default_schema != "public";
        // What DO and functions do is in their text.
        let is_kept = ["database", "role", "user", "system"];
        let alters = (words.is(0, "alter") && words.is_one_of(1, &is_kept)) || words.is(0, "do");
        let lower = || text.to_ascii_lowercase();
        let creates = creates && (words.is(2, "authorization") || text.contains(default_schema));
        creates || alters && lower().contains("search_path") && lower().contains("alter")
    })
}

pub(super) struct Reader<'a> {
    pub(super) log: Log,
    default_schema: Option<&'a str>,
    migration: usize,
    statement: Range<usize>,
    /// Where the text that is read now begins in the file.
    base: usize,
    /// Whether what is read now may be skipped, or fail without an error.
    pub(super) is_maybe: bool,
    /// Whether the migration has changed `search_path`.
    pub(super) has_own_path: bool,
    /// The names of the migration's temporary relations.
    pub(super) temporary: BTreeSet<String>,
    /// The arguments of each routine, by its schema and name, as they were written first.
    pub(super) signatures: HashMap<(String, String), String>,
    /// The names of routines that change no object.
    pub(super) harmless: BTreeSet<String>,
    /// The routines that may.
    pub(super) dangerous: Vec<DangerousRoutine>,
    /// The labels that were named for each enum.
    pub(super) labels: HashMap<Object, BTreeSet<String>>,
    /// What triggers may do, where there are some that may change an object.
    pub(super) fires: Option<UnreadCode>,
}

/// What code that is not read statement by statement may do to objects. The greater one includes the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum UnreadCode {
    MayCreate,
    MayDrop,
}

/// A routine that may change an object.
#[derive(Debug)]
pub(super) struct DangerousRoutine {
    pub name: String,
    pub effect: UnreadCode,
}

impl Reader<'_> {
    fn statement(&mut self, text: &str) {
        let first = lexer::stream(text).next();
        let first = first
            .map_or("", |token| token.text(text))
            .to_ascii_lowercase();
        let defines = first == "create" && is_routine(text);
        if !defines {
            self.dangerous_calls(text);
        }
        if let Some(effect) = self.fires {
            self.unread_code(effect);
        }
        if ["insert", "update", "delete", "merge", "copy"].contains(&&*first) {
            return;
        }
        let tokens = lexer::tokens(text);
        let words = Words {
            sql: text,
            tokens: &tokens,
        };
        self.words(words);
    }

    /// Reads one statement, which may be one of a `DO` block.
    pub(super) fn words(&mut self, words: Words<'_>) {
        match &*words.text(0).to_ascii_lowercase() {
            "create" => self.create(words),
            "alter" => self.alter(words),
            "drop" => self.drop(words),
            "comment" => self.comment(words),
            "select" | "with" | "values" | "call" | "perform" | "explain" | "refresh" => {
                self.query(words);
            }
            "do" => self.block(words),
            "set" | "reset" | "discard" => self.set(words),
            // Only ROLLBACK TO is not refused: what it undoes was read as done.
            "rollback" => {
                self.log.event(Scope::All, Act::Unsure, self.here());
            }
            "import" => self.unread_code(UnreadCode::MayCreate),
            _ => {}
        }
    }

    /// `SET search_path` and what changes it along with others.
    fn set(&mut self, words: Words<'_>) {
        if words.is(0, "set") && words.is_one_of(1, &["constraints", "transaction"]) {
            return;
        }
        let at = words.behind(1, &["session", "local"]);
        if words.is_name(at, "search_path") {
            let first = Name::read(words, at + 2).map(|(name, _)| name.object().to_owned());
            let is_default = first.as_deref() == self.default_schema
                && words.is(0, "set")
                && words.text(at + 2).trim_matches('\'') != "default";
            self.has_own_path = !is_default;
        } else if words.is_one_of(at, &["schema", "role", "authorization", "all"]) {
            // `"$user"` may be another schema.
            self.has_own_path = true;
        }
    }

    /// The place of the statement.
    pub(super) fn here(&self) -> Location {
        self.at(self.base)
    }

    fn at(&self, offset: usize) -> Location {
        Location {
            migration: self.migration,
            statement: self.statement.clone(),
            offset,
        }
    }

    /// The place of a token.
    pub(super) fn place(&self, words: Words<'_>, index: usize) -> Location {
        let token = words.tokens.get(index);
        self.at(token.map_or(self.base, |token| self.base + token.start))
    }

    /// Reads a text within the statement, which begins at this byte of the text that is read now.
    pub(super) fn within(&mut self, offset: usize, read: impl FnOnce(&mut Self)) {
        let base = self.base;
        self.base += offset;
        read(self);
        self.base = base;
    }

    /// Something that is only known when it runs.
    pub(super) fn unread_code(&mut self, effect: UnreadCode) {
        let place = self.here();
        let act = match effect {
            UnreadCode::MayDrop => Act::Unsure,
            UnreadCode::MayCreate => Act::MaybeCreate,
        };
        self.log.event(Scope::All, act, place.clone());
        self.log.event(Scope::All, Act::Blur, place);
    }

    /// What CASCADE drops with it.
    pub(super) fn cascade(&mut self) {
        self.log.event(Scope::All, Act::MaybeDrop, self.here());
    }

    /// The schema and name of a new object.
    pub(super) fn new_name(&mut self, name: &Name) -> Option<(String, String)> {
        let object = cut(name.object());
        let schema = match name.schema() {
            Some(schema) => Some(cut(schema)),
            None if self.has_own_path || self.temporary.contains(&object) => None,
            None => self.default_schema.map(str::to_owned),
        };
        if schema.is_none() {
            let here = self.here();
            self.log
                .event(Scope::Name(object.clone()), Act::Unsure, here);
        }
        Some((schema?, object))
    }

    /// The schema and name of an object that must be there, or may be.
    pub(super) fn old_name(&mut self, name: &Name, kind: Kind) -> Option<(String, String)> {
        let (schema, object) = self.new_name(name)?;
        let it = top(kind, &schema, &object);
        let is_found_elsewhere = name.schema().is_none()
            && self.log.exists(&it) != Exists::Yes
            && self.log.is_elsewhere(&it);
        if is_found_elsewhere {
            let here = self.here();
            self.log.event(Scope::Name(object), Act::Unsure, here);
            return None;
        }
        Some((schema, object))
    }

    /// Records that an object is created, or perhaps created if that depends on whether it exists. Returns which; `None` if it exists.
    pub(super) fn make(
        &mut self,
        object: &Object,
        place: Location,
        if_absent: bool,
    ) -> Option<Made> {
        let made = match self.log.exists(object) {
            Exists::Yes if if_absent || self.is_maybe => return None,
            Exists::Maybe if if_absent => Made::Maybe,
            _ if self.is_maybe => Made::Maybe,
            _ => Made::Certainly,
        };
        self.log.act(object, made.act(), place);
        Some(made)
    }

    /// Records that an object is gone.
    pub(super) fn unmake(&mut self, object: &Object) {
        let act = if self.is_maybe {
            Act::MaybeDrop
        } else {
            Act::Drop
        };
        self.log.act(object, act, self.here());
    }

    /// Records that a property has another value.
    pub(super) fn touch(&mut self, object: &Object, property: &'static str, place: Location) {
        let act = if self.is_maybe {
            Act::Blur
        } else {
            Act::Touch(property)
        };
        self.log.act(object, act, place);
    }

    /// Records that an object was renamed: no statement is named for the new name.
    pub(super) fn rename(&mut self, old: &Object, new: &Object) {
        self.unmake(old);
        self.log.act(new, Act::Unsure, self.here());
        self.log.event(Scope::All, Act::Blur, self.here());
    }
}

/// Whether a statement makes something for sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    Certainly,
    Maybe,
}

impl Made {
    pub(super) fn act(self) -> Act {
        match self {
            Made::Certainly => Act::Create,
            Made::Maybe => Act::MaybeCreate,
        }
    }
}

/// Whether a text that begins with CREATE makes a function or procedure.
fn is_routine(text: &str) -> bool {
    let tokens: Vec<_> = lexer::stream(text).take(4).collect();
    let words = Words {
        sql: text,
        tokens: &tokens,
    };
    words.is_one_of(
        words.behind(1, &["or", "replace"]),
        &["function", "procedure"],
    )
}

/// As the server cuts a name that is too long.
pub(super) fn cut(name: &str) -> String {
    let mut end = name.len().min(LONGEST_NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name[..end].to_owned()
}

/// What is no part of another object.
pub(super) fn top(kind: Kind, schema: &str, name: &str) -> Object {
    Object {
        kind,
        schema: schema.to_owned(),
        owner: String::new(),
        name: name.to_owned(),
    }
}

/// A part of a relation or domain.
pub(super) fn part(kind: Kind, (schema, owner): (&str, &str), name: &str) -> Object {
    Object {
        kind,
        schema: schema.to_owned(),
        owner: owner.to_owned(),
        name: cut(name),
    }
}
