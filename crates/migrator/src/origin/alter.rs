//! `ALTER` and `COMMENT`.

use sql::lexer::TokenKind;
use sql::statement::names::{Name, identifier};
use sql::statement::words::Words;

use super::create::{NEVER_NULL, is_constraint};
use super::log::{Act, Exists, Scope};
use super::reader::{Reader, UnreadCode, part, top};
use super::{Kind, Object};

impl Reader<'_> {
    pub(super) fn alter(&mut self, words: Words<'_>) {
        let at = words.behind(1, &["materialized", "foreign"]);
        match &*words.text(at).to_ascii_lowercase() {
            "table" | "view" => self.alter_relation(words, at + 1),
            "index" => self.alter_index(words, at + 1),
            "type" | "domain" => self.alter_type(words, at),
            "function" | "procedure" | "routine" | "aggregate" => self.alter_routine(words, at + 1),
            "trigger" => self.alter_trigger(words, at + 1),
            "schema" => self.alter_schema(words, at + 1),
            "extension" if words.is_one_of(at + 2, &["add", "drop"]) => {
                self.unread_code(UnreadCode::MayDrop)
            }
            _ => {}
        }
    }

    fn alter_relation(&mut self, words: Words<'_>, at: usize) {
        let if_exists = words.is(at, "if");
        let at = words.behind(at, &["if", "exists", "only"]);
        if words.are(at, &["all", "in", "tablespace"]) {
            return;
        }
        let Some((name, at)) = Name::read(words, at) else {
            return;
        };
        let at = at + usize::from(words.is_symbol(at, "*"));
        let Some((schema, name)) = self.old_name(&name, Kind::Relation) else {
            return;
        };
        let relation = top(Kind::Relation, &schema, &name);
        let was_maybe = self.is_maybe;
        self.is_maybe |= if_exists && self.log.exists(&relation) != Exists::Yes;
        for action in actions(words, at) {
            self.action(action, &relation);
        }
        self.is_maybe = was_maybe;
    }

    /// One action of `ALTER TABLE` or `ALTER VIEW`.
    fn action(&mut self, action: Words<'_>, relation: &Object) {
        let owner = relation.names();
        let place = self.place(action, 0);
        match &*action.text(0).to_ascii_lowercase() {
            "rename" => self.rename_action(action, relation),
            "set" if action.is(1, "schema") => {
                let new = identifier(action, 2).unwrap_or_default();
                self.rename_relation(relation, &top(Kind::Relation, &new, &relation.name));
            }
            "set" | "reset" if action.is_symbol(1, "(") => {
                self.touch(relation, "columnstore", place.clone());
                self.touch(relation, "materialized_only", place);
            }
            "add" => self.add(action, owner),
            "drop" => self.drop_action(action, owner),
            "alter" if action.is(1, "constraint") => {
                self.touch_constraint(action, 2, owner);
            }
            "validate" => self.touch_constraint(action, 2, owner),
            "alter" => self.alter_column(action, relation),
            "enable" | "disable" => self.switch_trigger(action, owner),
            "attach" | "detach" => self.attach(action),
            "inherit" | "of" => self.log.inherits(relation.clone()),
            _ if action.is_one_of(0, HARMLESS_ACTIONS) => {}
            _ => {
                let parts = Scope::Parts(relation.schema.clone(), relation.name.clone());
                self.log.event(parts, Act::Unsure, place.clone());
                self.log.act(relation, Act::Blur, place);
            }
        }
    }

    fn rename_action(&mut self, action: Words<'_>, relation: &Object) {
        let owner = relation.names();
        if action.is(1, "to") {
            let new = identifier(action, 2).unwrap_or_default();
            return self.rename_relation(relation, &top(Kind::Relation, &relation.schema, &new));
        }
        let (kind, at) = if action.is(1, "constraint") {
            (Kind::Constraint, 2)
        } else {
            (Kind::Column, action.behind(1, &["column"]))
        };
        let old = identifier(action, at).unwrap_or_default();
        let new = identifier(action, at + 2).unwrap_or_default();
        self.rename(&part(kind, owner, &old), &part(kind, owner, &new));
    }

    /// `ALTER TABLE … RENAME` takes an index, too.
    fn rename_relation(&mut self, old: &Object, new: &Object) {
        for kind in [Kind::Relation, Kind::Index] {
            let of_kind = |it: &Object| Object { kind, ..it.clone() };
            self.rename(&of_kind(old), &of_kind(new));
        }
        let indexes = Scope::Kind(Kind::Index);
        self.log.event(indexes, Act::MaybeDrop, self.here());
        let parts = Scope::Parts(new.schema.clone(), new.name.clone());
        self.log.event(parts, Act::Unsure, self.here());
    }

    fn add(&mut self, action: Words<'_>, owner: (&str, &str)) {
        let definition = tail(action, 1);
        if definition.is(0, "column") {
            return self.column(action, 2, owner, None);
        }
        if !is_constraint(definition) {
            return self.column(action, 1, owner, None);
        }
        // An index that becomes a constraint is no longer listed as an index.
        if action.has(&["using", "index"]) && !action.has(&["using", "index", "tablespace"]) {
            let at = (0..action.tokens.len()).find(|&at| action.are(at, &["using", "index"]));
            let name = at.and_then(|at| identifier(action, at + 2));
            let index = part(Kind::Index, owner, &name.unwrap_or_default());
            self.unmake(&index);
        }
        self.constraint(action, 1, owner, None);
    }

    fn drop_action(&mut self, action: Words<'_>, owner: (&str, &str)) {
        if action.ends_with(&["cascade"]) {
            self.cascade();
        }
        let kind = if action.is(1, "constraint") {
            Kind::Constraint
        } else {
            Kind::Column
        };
        let at = action.behind(1, &["constraint", "column", "if", "exists"]);
        let Some(name) = identifier(action, at) else {
            return;
        };
        self.unmake(&part(kind, owner, &name));
        // What depends on the column is dropped with it.
        if kind == Kind::Column {
            for kind in [Kind::Constraint, Kind::Index, Kind::Policy] {
                let parts = Scope::PartsOfKind(owner.0.to_owned(), owner.1.to_owned(), kind);
                self.log.event(parts, Act::MaybeDrop, self.here());
            }
        }
    }

    fn touch_constraint(&mut self, action: Words<'_>, at: usize, owner: (&str, &str)) {
        if let Some(name) = identifier(action, at) {
            let constraint = part(Kind::Constraint, owner, &name);
            self.touch(&constraint, "definition", self.place(action, 0));
        }
    }

    fn alter_column(&mut self, action: Words<'_>, relation: &Object) {
        let at = action.behind(1, &["column"]);
        let Some(name) = identifier(action, at) else {
            return;
        };
        let column = part(Kind::Column, relation.names(), &name);
        let place = self.place(action, 0);
        let at = at + 1;
        let property = match () {
            () if action.is(at, "type") || action.are(at, &["set", "data", "type"]) => {
                // The default is rewritten for the new type.
                self.log.act(&column, Act::Blur, place.clone());
                "type"
            }
            () if action.is_one_of(at, &["set", "drop"]) && action.is(at + 1, "default") => {
                "default"
            }
            () if action.is_one_of(at, &["set", "drop"]) && action.is(at + 1, "not") => NEVER_NULL,
            () if action.is(at + 1, "identity") || action.are(at, &["add", "generated"]) => {
                "identity"
            }
            () if action.are(at, &["set", "generated"]) => "identity",
            () if action.is(at + 1, "expression") => "generated",
            () => return,
        };
        self.touch(&column, property, place);
    }

    fn switch_trigger(&mut self, action: Words<'_>, owner: (&str, &str)) {
        let at = action.behind(1, &["replica", "always"]);
        if !action.is(at, "trigger") {
            return;
        }
        let place = self.place(action, 0);
        match identifier(action, at + 1) {
            Some(name) if !action.is_one_of(at + 1, &["all", "user"]) => {
                self.touch(&part(Kind::Trigger, owner, &name), "state", place);
            }
            _ => {
                let triggers =
                    Scope::PartsOfKind(owner.0.to_owned(), owner.1.to_owned(), Kind::Trigger);
                self.log.event(triggers, Act::Touch("state"), place);
            }
        }
    }

    fn attach(&mut self, action: Words<'_>) {
        let partition = Name::read(action, 2);
        let partition = partition.and_then(|(name, _)| self.old_name(&name, Kind::Relation));
        if let Some((schema, name)) = partition {
            self.log.inherits(top(Kind::Relation, &schema, &name));
        }
    }

    fn alter_index(&mut self, words: Words<'_>, at: usize) {
        let at = words.behind(at, &["if", "exists"]);
        let Some((name, at)) = Name::read(words, at) else {
            return;
        };
        let Some((schema, name)) = self.old_name(&name, Kind::Index) else {
            return;
        };
        let index = top(Kind::Index, &schema, &name);
        if words.are(at, &["rename", "to"]) {
            let new = identifier(words, at + 2).unwrap_or_default();
            return self.rename(&index, &top(Kind::Index, &schema, &new));
        }
        self.touch(&index, "definition", self.place(words, 0));
    }

    fn alter_type(&mut self, words: Words<'_>, at: usize) {
        let Some((name, behind)) = Name::read(words, at + 1) else {
            return;
        };
        let Some((schema, name)) = self.old_name(&name, Kind::Type) else {
            return;
        };
        let object = top(Kind::Type, &schema, &name);
        let owner = (&*schema, &*name);
        let place = self.place(words, 0);
        let first = words.text(behind).to_ascii_lowercase();
        match (&*first, &*words.text(behind + 1).to_ascii_lowercase()) {
            ("add", "value") => self.add_value(words, behind + 2, &object),
            ("rename", "value") => {
                self.add_value(words, behind + 4, &object);
                self.touch(&object, "labels", place);
            }
            ("rename", "to") => {
                let new = identifier(words, behind + 2).unwrap_or_default();
                self.rename(&object, &top(Kind::Type, &schema, &new));
            }
            ("rename", "constraint") => {
                let [old, new] = [behind + 2, behind + 4]
                    .map(|at| identifier(words, at).unwrap_or_default())
                    .map(|name| part(Kind::Constraint, owner, &name));
                self.rename(&old, &new);
            }
            ("set", "schema") => {
                let new = identifier(words, behind + 2).unwrap_or_default();
                self.rename(&object, &top(Kind::Type, &new, &name));
            }
            ("set" | "drop", "default") => self.touch(&object, "default", place),
            ("set" | "drop", "not") => self.touch(&object, "NOT NULL", place),
            ("add", "constraint" | "check") => self.constraint(words, behind + 1, owner, None),
            ("validate", "constraint") => self.touch_constraint(words, behind + 2, owner),
            ("drop", "constraint") => self.drop_action(tail(words, behind), owner),
            ("owner", _) | ("set", "(") => {}
            _ => self.unread_code(UnreadCode::MayDrop),
        }
    }

    /// A label that is added to an enum; with `IF NOT EXISTS` only one that was not named before.
    fn add_value(&mut self, words: Words<'_>, at: usize, object: &Object) {
        let if_absent = words.is(at, "if");
        let label = words.text(words.behind(at, &["if", "not", "exists"]));
        let known = self.labels.entry(object.clone()).or_default();
        let is_new = known.insert(label.to_owned());
        let place = self.place(words, 0);
        if if_absent && !is_new {
        } else {
            self.touch(object, "labels", place)
        }
    }

    fn alter_routine(&mut self, words: Words<'_>, at: usize) {
        let Some((name, behind)) = Name::read(words, at) else {
            return;
        };
        let (_, behind) = words.arguments(behind);
        let Some((schema, name)) = self.old_name(&name, Kind::Routine) else {
            return;
        };
        let object = top(Kind::Routine, &schema, &name);
        let new = identifier(words, behind + 2).unwrap_or_default();
        if words.are(behind, &["rename", "to"]) {
            self.rename(&object, &top(Kind::Routine, &schema, &new));
        } else if words.are(behind, &["set", "schema"]) {
            self.rename(&object, &top(Kind::Routine, &new, &name));
        } else if !words.is(behind, "owner") {
            self.touch(&object, "definition", self.place(words, 0));
        }
    }

    fn alter_trigger(&mut self, words: Words<'_>, at: usize) {
        let (Some(old), true) = (identifier(words, at), words.is(at + 1, "on")) else {
            return;
        };
        let Some((table, behind)) = Name::read(words, at + 2) else {
            return;
        };
        let table = self.old_name(&table, Kind::Relation);
        if let (Some((schema, table)), true) = (table, words.are(behind, &["rename", "to"])) {
            let new = identifier(words, behind + 2).unwrap_or_default();
            let trigger = |name: &str| part(Kind::Trigger, (&schema, &table), name);
            self.rename(&trigger(&old), &trigger(&new));
        }
    }

    fn alter_schema(&mut self, words: Words<'_>, at: usize) {
        if !words.are(at + 1, &["rename", "to"]) {
            return;
        }
        for at in [at, at + 3] {
            let schema = identifier(words, at).unwrap_or_default();
            self.log
                .event(Scope::Schema(schema), Act::Unsure, self.here());
        }
        self.log.event(Scope::All, Act::Blur, self.here());
    }

    /// `COMMENT ON` what a catalog holds a comment of.
    pub(super) fn comment(&mut self, words: Words<'_>) {
        let at = words.behind(2, &["materialized", "foreign"]);
        let Some((name, behind)) = Name::read(words, at + 1) else {
            return;
        };
        if !words.is(behind, "is") {
            return;
        }
        let place = self.place(words, 0);
        let object = match &*words.text(at).to_ascii_lowercase() {
            "table" | "view" => self.old_name(&name, Kind::Relation).map(relation),
            "type" | "domain" => self
                .old_name(&name, Kind::Type)
                .map(|(schema, name)| top(Kind::Type, &schema, &name)),
            "column" => name.split().and_then(|(table, column)| {
                let (schema, table) = self.old_name(&table, Kind::Relation)?;
                Some(part(Kind::Column, (&schema, &table), &column))
            }),
            _ => None,
        };
        if let Some(object) = object {
            self.touch(&object, "comment", place);
        }
    }
}

/// Actions of `ALTER TABLE` that change nothing that is compared.
const HARMLESS_ACTIONS: &[&str] = &[
    "owner", "cluster", "set", "reset", "replica", "force", "no", "not", "options",
];

fn relation((schema, name): (String, String)) -> Object {
    top(Kind::Relation, &schema, &name)
}

/// The words from `at` on.
fn tail(words: Words<'_>, at: usize) -> Words<'_> {
    Words {
        sql: words.sql,
        tokens: words.tokens.get(at..).unwrap_or_default(),
    }
}

/// The parts between the commas that no parenthesis holds.
fn actions(words: Words<'_>, at: usize) -> Vec<Words<'_>> {
    let (mut depth, mut start) = (0usize, at);
    let mut found = Vec::new();
    for index in at..=words.tokens.len() {
        let is_end = index == words.tokens.len();
        let is_symbol = !is_end && words.tokens[index].kind == TokenKind::Symbol;
        match words.text(index) {
            "(" | "[" if is_symbol => depth += 1,
            ")" | "]" if is_symbol => depth = depth.saturating_sub(1),
            "," if depth == 0 => {}
            _ if is_end => {}
            _ => continue,
        }
        if is_end || (depth == 0 && words.is_symbol(index, ",")) {
            found.push(Words {
                sql: words.sql,
                tokens: &words.tokens[start.min(index)..index],
            });
            start = index + 1;
        }
    }
    found
}
