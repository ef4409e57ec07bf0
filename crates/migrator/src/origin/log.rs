//! What statements did to objects, in order, and what follows from it. Nothing here knows SQL.

use std::collections::HashMap;

use super::{Kind, Location, Object};

/// What a statement did to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// It did not exist before and exists afterwards.
    Create,
    /// It exists afterwards if it did before, and perhaps if not.
    MaybeCreate,
    /// It does not exist afterwards.
    Drop,
    /// It may no longer exist afterwards.
    MaybeDrop,
    /// It is unknown whether it was created here, and how.
    Unsure,
    /// It exists, with a new value of this property.
    Touch(&'static str),
    /// Its properties may have changed.
    Blur,
    /// This property may have changed.
    BlurOf(&'static str),
}

/// Which objects a statement did something to that names none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Scope {
    All,
    Kind(Kind),
    Schema(String),
    /// Of this name in whatever schema, and their parts.
    Name(String),
    /// Parts of this relation.
    Parts(String, String),
    /// Parts of this relation that are of this kind.
    PartsOfKind(String, String, Kind),
}

impl Scope {
    fn holds(&self, object: &Object) -> bool {
        let is_part_of = |schema: &str, owner: &str| {
            !object.owner.is_empty() && object.schema == schema && object.owner == owner
        };
        match self {
            Scope::All => true,
            Scope::Kind(kind) => object.kind == *kind,
            Scope::Schema(schema) => object.schema == *schema,
            Scope::Name(name) => {
                object.owner == *name || (!object.is_local() && object.name == *name)
            }
            Scope::Parts(schema, owner) => is_part_of(schema, owner),
            Scope::PartsOfKind(schema, owner, kind) => {
                object.kind == *kind && is_part_of(schema, owner)
            }
        }
    }
}

/// Which names the server may give to what a statement leaves unnamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unnamed {
    Any,
    /// Those that end in this, and perhaps in a number.
    Ending(String),
    Exactly(String),
}

impl Unnamed {
    fn is(&self, name: &str) -> bool {
        match self {
            Unnamed::Any => true,
            Unnamed::Ending(ending) => name
                .trim_end_matches(|c: char| c.is_ascii_digit())
                .ends_with(&**ending),
            Unnamed::Exactly(exactly) => name == exactly,
        }
    }
}

/// An act, in the order of all.
#[derive(Debug, Clone)]
struct Entry {
    number: usize,
    act: Act,
    place: Location,
}

/// Whether an object exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exists {
    No,
    Maybe,
    Yes,
}

#[derive(Debug, Default)]
pub(super) struct Log {
    count: usize,
    acts: HashMap<Object, Vec<Entry>>,
    events: Vec<(Scope, Entry)>,
    unnamed: HashMap<(Kind, String, String), Vec<(Unnamed, Entry)>>,
    /// The table of an index that was made by its name, which is one of its schema.
    tables: HashMap<Object, String>,
    /// Relations whose parts come from others, too.
    heirs: Vec<Object>,
}

impl Location {
    fn is_of_statement(&self, other: &Location) -> bool {
        (self.migration, self.statement.start) == (other.migration, other.statement.start)
    }
}

impl Object {
    /// Whether its name is unique only within its owner.
    fn is_local(&self) -> bool {
        !self.owner.is_empty() && self.kind != Kind::Index
    }

    /// What it is found by.
    fn key(&self) -> Object {
        let owner = if self.is_local() {
            self.owner.clone()
        } else {
            String::new()
        };
        Object {
            owner,
            ..self.clone()
        }
    }

    /// What it may be a part of.
    fn owners(&self) -> Vec<Object> {
        let owner = |kind| Object {
            kind,
            schema: self.schema.clone(),
            owner: String::new(),
            name: self.owner.clone(),
        };
        match (self.owner.is_empty(), self.kind) {
            (true, _) => Vec::new(),
            (false, Kind::Constraint) => vec![owner(Kind::Relation), owner(Kind::Type)],
            (false, _) => vec![owner(Kind::Relation)],
        }
    }
}

impl Log {
    fn entry(&mut self, act: Act, place: Location) -> Entry {
        self.count += 1;
        Entry {
            number: self.count,
            act,
            place,
        }
    }

    pub(super) fn act(&mut self, object: &Object, act: Act, place: Location) {
        if object.kind == Kind::Index && matches!(act, Act::Create | Act::MaybeCreate) {
            self.tables.insert(object.key(), object.owner.clone());
        }
        let entry = self.entry(act, place);
        self.acts.entry(object.key()).or_default().push(entry);
    }

    pub(super) fn event(&mut self, scope: Scope, act: Act, place: Location) {
        let entry = self.entry(act, place);
        self.events.push((scope, entry));
    }

    /// A part of a relation to which the server gives a name.
    pub(super) fn unnamed(
        &mut self,
        (schema, owner): (&str, &str),
        kind: Kind,
        names: Unnamed,
        place: Location,
    ) {
        let entry = self.entry(Act::MaybeCreate, place);
        let key = (kind, schema.to_owned(), owner.to_owned());
        self.unnamed.entry(key).or_default().push((names, entry));
    }

    /// From now on parts of this relation may come from another one.
    pub(super) fn inherits(&mut self, relation: Object) {
        self.heirs.push(relation);
    }

    /// Everything that a statement names.
    #[cfg(test)]
    pub(super) fn objects(&self) -> impl Iterator<Item = Object> + '_ {
        self.acts.keys().map(|object| Object {
            owner: match self.tables.get(object) {
                Some(table) => table.clone(),
                None => object.owner.clone(),
            },
            ..object.clone()
        })
    }

    /// The properties that a statement gave a value.
    #[cfg(test)]
    pub(super) fn properties(&self, object: &Object) -> std::collections::BTreeSet<&'static str> {
        let touched = self
            .entries(object)
            .into_iter()
            .filter_map(|it| match it.act {
                Act::Touch(property) => Some(property),
                _ => None,
            });
        touched.collect()
    }

    pub(super) fn heirs(&self) -> &[Object] {
        &self.heirs
    }

    /// Whether an object of this name, but in another schema, was ever named.
    pub(super) fn is_elsewhere(&self, object: &Object) -> bool {
        self.acts.keys().any(|it| {
            it.kind == object.kind && it.name == object.name && it.schema != object.schema
        })
    }

    pub(super) fn exists(&self, object: &Object) -> Exists {
        Found::of(&self.entries(object)).exists
    }

    /// The one statement that can have made it.
    pub(super) fn origin(&self, object: &Object) -> Option<Location> {
        if object.owners().iter().any(|it| self.heirs.contains(it)) {
            return None;
        }
        let table = self.tables.get(&object.key());
        if table.is_some_and(|table| *table != object.owner) {
            return None;
        }
        Found::of(&self.entries(object)).only_candidate()
    }

    /// The one statement that can have removed it.
    pub(super) fn end(&self, object: &Object) -> Option<Location> {
        let mut found = Found::of(&[]);
        let mut ends = Vec::new();
        for entry in self.entries(object) {
            match entry.act {
                Act::Create => ends.clear(),
                Act::Drop | Act::MaybeDrop if found.exists != Exists::No => {
                    ends.push(Some(entry.place.clone()));
                }
                Act::Unsure => ends.push(None),
                _ => {}
            }
            found.after(&entry);
        }
        let mut ends = ends.into_iter();
        let first = ends.next()??;
        ends.all(|it| it.is_some_and(|it| it.is_of_statement(&first)))
            .then_some(first)
    }

    /// The statement that set a property; if none did, the one that created the object.
    pub(super) fn last_change(&self, object: &Object, property: &str) -> Option<Location> {
        /// What no statement but its own gives to an object.
        const NOT_MADE_WITH_IT: &[&str] = &[
            "comment",
            "columnstore",
            "order of attributes",
            "order of columns",
            "order of dimensions",
        ];
        let origin = self.origin(object);
        let mut last = None;
        for entry in self.entries(object) {
            match entry.act {
                Act::Touch(touched) if touched == property => last = Some(Some(entry.place)),
                Act::Create | Act::Drop => last = None,
                Act::BlurOf(blurred) if blurred == property => last = Some(None),
                Act::Unsure | Act::Blur => last = Some(None),
                Act::Touch(_) | Act::BlurOf(_) | Act::MaybeCreate | Act::MaybeDrop => {}
            }
        }
        match last {
            Some(known) => known,
            None => origin.filter(|_| !NOT_MADE_WITH_IT.contains(&property)),
        }
    }

    /// Everything that was done to an object, alone, with its owner, or with many others.
    fn entries(&self, object: &Object) -> Vec<Entry> {
        let own = self.acts.get(&object.key());
        let mut entries: Vec<Entry> = own.into_iter().flatten().cloned().collect();
        for owner in object.owners() {
            let acts = self.acts.get(&owner).into_iter().flatten();
            entries.extend(acts.filter_map(of_part));
        }
        let events = self.events.iter();
        entries.extend(
            events
                .filter(|(scope, _)| scope.holds(object))
                .map(|(_, entry)| entry.clone()),
        );
        let key = (object.kind, object.schema.clone(), object.owner.clone());
        let unnamed = self.unnamed.get(&key).into_iter().flatten();
        entries.extend(
            unnamed
                .filter(|(names, _)| names.is(&object.name))
                .map(|(_, entry)| entry.clone()),
        );
        entries.sort_by_key(|entry| entry.number);
        entries
    }
}

/// What an act on the owner is to a part.
fn of_part(entry: &Entry) -> Option<Entry> {
    let act = match entry.act {
        // A new relation has no part yet.
        Act::Create | Act::Drop => Act::Drop,
        Act::MaybeDrop => Act::MaybeDrop,
        Act::Unsure => Act::Unsure,
        Act::MaybeCreate | Act::Touch(_) | Act::Blur | Act::BlurOf(_) => return None,
    };
    Some(Entry {
        act,
        ..entry.clone()
    })
}

/// What is known about an object after some actions.
struct Found {
    exists: Exists,
    /// What may have made it.
    candidates: Vec<Location>,
    /// Whether something else may have, too.
    is_unsure: bool,
}

impl Found {
    fn of(entries: &[Entry]) -> Found {
        let mut found = Found {
            exists: Exists::No,
            candidates: Vec::new(),
            is_unsure: false,
        };
        for entry in entries {
            found.after(entry);
        }
        found
    }

    fn after(&mut self, entry: &Entry) {
        match entry.act {
            Act::Create => {
                self.exists = Exists::Yes;
                self.candidates = vec![entry.place.clone()];
                self.is_unsure = false;
            }
            Act::MaybeCreate if self.exists != Exists::Yes => {
                self.exists = Exists::Maybe;
                self.candidates.push(entry.place.clone());
            }
            Act::Drop => {
                self.exists = Exists::No;
                self.candidates.clear();
                self.is_unsure = false;
            }
            Act::MaybeDrop if self.exists == Exists::Yes => self.exists = Exists::Maybe,
            Act::Unsure => {
                self.exists = Exists::Maybe;
                self.is_unsure = true;
            }
            Act::MaybeCreate | Act::MaybeDrop => {}
            Act::Touch(_) | Act::Blur | Act::BlurOf(_) => {}
        }
    }

    /// Of several places in one statement, the first.
    fn only_candidate(self) -> Option<Location> {
        let mut candidates = self.candidates.into_iter();
        let first = candidates.next().filter(|_| !self.is_unsure)?;
        candidates
            .all(|it| it.is_of_statement(&first))
            .then_some(first)
    }
}
