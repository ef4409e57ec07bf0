//! `CREATE`, and the parts of a table's definition.

use sql::lexer::TokenKind;
use sql::statement::names::{Name, identifier};
use sql::statement::words::Words;
use sql::timescaledb::NAMESPACES;

use super::log::{Act, Exists, Scope, Unnamed};
use super::reader::{Made, Reader, UnreadCode, part, top};
use super::{Kind, Object};

/// Columns and constraints that the name of a relation, or of a domain, is given for.
type Owner<'a> = (&'a str, &'a str);

impl Reader<'_> {
    pub(super) fn create(&mut self, words: Words<'_>) {
        let replaces = words.are(1, &["or", "replace"]);
        let at = words.behind(1, &["or", "replace", "global", "local"]);
        let is_temporary = words.is_one_of(at, &["temp", "temporary"]);
        let at = words.behind(at, &["temp", "temporary", "unlogged"]);
        let what = words.text(at).to_ascii_lowercase();
        match &*what {
            _ if is_temporary => self.create_temporary(words, at),
            "table" => self.create_table(words, at + 1),
            "foreign" if words.is(at + 1, "table") => self.create_table(words, at + 2),
            "view" | "recursive" => {
                self.create_view(words, words.behind(at, &["recursive", "view"]), replaces);
            }
            "materialized" => self.create_view(words, at + 2, false),
            "index" => self.create_index(words, at + 1),
            "unique" => self.create_index(words, at + 2),
            "type" | "domain" => self.create_type(words, at),
            "function" | "procedure" => self.create_routine(words, at + 1, replaces),
            "trigger" => self.create_trigger(words, at + 1, replaces),
            "constraint" => self.create_trigger(words, at + 2, replaces),
            "event" => self.fires = Some(UnreadCode::MayDrop),
            "extension" => self.create_extension(words, at + 1),
            "schema" => self.create_schema(words, at + 1),
            _ => {}
        }
    }

    /// From here on the name refers to a temporary relation, until the migration ends.
    fn create_temporary(&mut self, words: Words<'_>, at: usize) {
        let kinds = ["table", "view", "recursive", "sequence"];
        let at = words.behind(words.behind(at, &kinds), &["if", "not", "exists"]);
        if let Some((name, _)) = Name::read(words, at) {
            self.temporary.insert(name.object().to_owned());
        }
    }

    fn create_table(&mut self, words: Words<'_>, at: usize) {
        let if_absent = words.is(at, "if");
        let at = words.behind(at, &["if", "not", "exists"]);
        let Some((name, mut behind)) = Name::read(words, at) else {
            return;
        };
        let Some((schema, table)) = self.new_name(&name) else {
            return;
        };
        let relation = top(Kind::Relation, &schema, &table);
        let owner = (&*schema, &*table);
        let Some(made) = self.make(&relation, self.place(words, 0), if_absent) else {
            return;
        };
        if words.is_one_of(behind, &["partition", "of"]) {
            self.log.inherits(relation);
            return;
        }
        let (elements, next) = words.arguments(behind);
        for element in elements {
            self.element(element, owner, made);
        }
        if next != behind {
            behind = next;
        }
        if words.has(&["inherits"]) {
            self.log.inherits(relation);
        }
        let is_query = (behind..words.tokens.len()).any(|at| {
            words.is(at, "as") && (words.is_symbol(at + 1, "(") || words.is_one_of(at + 1, QUERY))
        });
        if is_query {
            self.unnamed(words, owner, Kind::Column, Unnamed::Any);
        }
        if let Some(options) = (behind..words.tokens.len()).find(|&at| words.is(at, "with")) {
            self.hypertable_options(words, words.arguments(options + 1).0, owner);
        }
    }

    /// `WITH (timescaledb.hypertable, …)`.
    fn hypertable_options(&mut self, words: Words<'_>, options: Vec<Words<'_>>, owner: Owner<'_>) {
        let is_ours = |option: &Words<'_>| {
            NAMESPACES.iter().any(|name| option.is_name(0, name)) && option.is_symbol(1, ".")
        };
        if !options.iter().any(is_ours) {
            return;
        }
        self.unnamed(words, owner, Kind::Dimension, Unnamed::Any);
        self.unnamed(words, owner, Kind::Index, ending("_idx"));
        self.unnamed(words, owner, Kind::Policy, Unnamed::Any);
        let relation = top(Kind::Relation, owner.0, owner.1);
        self.touch(&relation, "columnstore", self.place(words, 0));
    }

    /// Something that the server names, at the statement's first word.
    pub(super) fn unnamed(
        &mut self,
        words: Words<'_>,
        owner: Owner<'_>,
        kind: Kind,
        names: Unnamed,
    ) {
        let place = self.place(words, 0);
        self.log.unnamed(owner, kind, names, place);
    }

    /// A column, a constraint or `LIKE` of a table's definition.
    fn element(&mut self, element: Words<'_>, owner: Owner<'_>, made: Made) {
        if element.is(0, "like") {
            for kind in [Kind::Column, Kind::Constraint, Kind::Index] {
                self.unnamed(element, owner, kind, Unnamed::Any);
            }
        } else if is_constraint(element) {
            self.constraint(element, 0, owner, Some(made));
        } else {
            self.column(element, 0, owner, Some(made));
        }
    }

    /// A column's definition from `at` on, and the constraints in it. `made` is the relation, if the column is created with it.
    pub(super) fn column(
        &mut self,
        words: Words<'_>,
        at: usize,
        owner: Owner<'_>,
        made: Option<Made>,
    ) {
        let if_absent = words.is(at, "if");
        let at = words.behind(at, &["if", "not", "exists"]);
        let Some(name) = identifier(words, at) else {
            return;
        };
        let column = part(Kind::Column, owner, &name);
        let place = self.place(words, at);
        let made = match made {
            Some(made) => {
                self.log.act(&column, made.act(), place);
                made
            }
            None => match self.make(&column, place, if_absent) {
                Some(made) => made,
                None => return,
            },
        };
        let mut depth = 0usize;
        for at in at + 1..words.tokens.len() {
            match words.text(at) {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ if depth > 0 => {}
                _ if words.is_one_of(at, &["primary", "unique", "check", "references"]) => {
                    let named = at >= 2 && words.is(at - 2, "constraint");
                    let start = if named { at - 2 } else { at };
                    self.constraint(words, start, owner, Some(made));
                }
                _ => {}
            }
        }
    }

    /// A constraint of a table, a column or a domain.
    pub(super) fn constraint(
        &mut self,
        words: Words<'_>,
        at: usize,
        owner: Owner<'_>,
        made: Option<Made>,
    ) {
        let place = self.place(words, at);
        let what = if words.is(at, "constraint") {
            at + 2
        } else {
            at
        };
        if words.is(what, "primary") {
            let columns = Scope::PartsOfKind(owner.0.to_owned(), owner.1.to_owned(), Kind::Column);
            // Of columns that were there before.
            if made.is_none() {
                self.log
                    .event(columns, Act::BlurOf(NEVER_NULL), place.clone());
            }
        }
        if what != at
            && let Some(name) = identifier(words, at + 1)
        {
            let constraint = part(Kind::Constraint, owner, &name);
            match made {
                Some(made) => self.log.act(&constraint, made.act(), place),
                None => {
                    self.make(&constraint, place, false);
                }
            }
            return;
        }
        let names = match &*words.text(what).to_ascii_lowercase() {
            "primary" => ending("_pkey"),
            "unique" => ending("_key"),
            "check" => ending("_check"),
            "foreign" | "references" => ending("_fkey"),
            "exclude" => ending("_excl"),
            _ => Unnamed::Any,
        };
        self.log.unnamed(owner, Kind::Constraint, names, place);
    }

    fn create_view(&mut self, words: Words<'_>, at: usize, replaces: bool) {
        let if_absent = words.is(at, "if");
        let at = words.behind(at, &["if", "not", "exists"]);
        let Some((name, _)) = Name::read(words, at) else {
            return;
        };
        let Some((schema, view)) = self.new_name(&name) else {
            return;
        };
        let object = top(Kind::Relation, &schema, &view);
        let was = self.log.exists(&object);
        let made = self.make(&object, self.place(words, 0), if_absent || replaces);
        if made.is_some() || replaces {
            self.unnamed(words, (&schema, &view), Kind::Column, Unnamed::Any);
        }
        if replaces && was != Exists::No {
            self.touch(&object, "definition", self.place(words, 0));
            let columns = Scope::PartsOfKind(schema, view, Kind::Column);
            self.log.event(columns, Act::Blur, self.here());
        }
    }

    fn create_index(&mut self, words: Words<'_>, at: usize) {
        let at = words.behind(at, &["concurrently"]);
        let if_absent = words.is(at, "if");
        let at = words.behind(at, &["if", "not", "exists"]);
        let named = if words.is(at, "on") {
            None
        } else {
            identifier(words, at)
        };
        let on = at + usize::from(named.is_some());
        let at = words.behind(on + 1, &["only"]);
        let Some((table, _)) = Name::read(words, at).filter(|_| words.is(on, "on")) else {
            return;
        };
        let Some((schema, table)) = self.old_name(&table, Kind::Relation) else {
            // It may be one of any table.
            self.log
                .event(Scope::Kind(Kind::Index), Act::Unsure, self.here());
            return;
        };
        let owner = (&*schema, &*table);
        match named {
            Some(name) => {
                let index = part(Kind::Index, owner, &name);
                self.make(&index, self.place(words, 0), if_absent);
            }
            None => self.unnamed(words, owner, Kind::Index, ending("_idx")),
        }
    }

    fn create_type(&mut self, words: Words<'_>, at: usize) {
        let Some((name, behind)) = Name::read(words, at + 1) else {
            return;
        };
        let Some((schema, name)) = self.new_name(&name) else {
            return;
        };
        let object = top(Kind::Type, &schema, &name);
        let Some(made) = self.make(&object, self.place(words, 0), false) else {
            return;
        };
        if words.is(at, "domain") {
            self.domain_constraints(words, behind, (&schema, &name), made);
        }
        let labels = self.labels.entry(object).or_default();
        if made == Made::Certainly {
            labels.clear();
        }
        let strings = words.tokens.iter().enumerate();
        labels.extend(
            strings
                .filter(|(_, token)| token.kind == TokenKind::String)
                .map(|(at, _)| words.text(at).to_owned()),
        );
    }

    fn domain_constraints(&mut self, words: Words<'_>, at: usize, owner: Owner<'_>, made: Made) {
        let mut depth = 0usize;
        for at in at..words.tokens.len() {
            match words.text(at) {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ if depth == 0 && words.is(at, "check") => {
                    let named = at >= 2 && words.is(at - 2, "constraint");
                    let start = if named { at - 2 } else { at };
                    self.constraint(words, start, owner, Some(made));
                }
                _ => {}
            }
        }
    }

    fn create_routine(&mut self, words: Words<'_>, at: usize, replaces: bool) {
        let Some((name, behind)) = Name::read(words, at) else {
            return;
        };
        self.see_body(words, name.object());
        let Some((schema, name)) = self.new_name(&name) else {
            return;
        };
        let object = top(Kind::Routine, &schema, &name);
        let signature = signature(words.arguments(behind).0);
        let known = self.signatures.entry((schema, name));
        if *known.or_insert_with(|| signature.clone()) != signature {
            // Another one of the same name, or the same one in other words.
            self.log.act(&object, Act::Unsure, self.here());
            return;
        }
        let was = self.log.exists(&object);
        self.make(&object, self.place(words, 0), replaces);
        if replaces && was != Exists::No {
            self.touch(&object, "definition", self.place(words, 0));
        }
    }

    fn create_trigger(&mut self, words: Words<'_>, at: usize, replaces: bool) {
        let Some(name) = identifier(words, at) else {
            return;
        };
        // The first ON after the events; UPDATE OF has columns before it.
        let Some(on) = (at + 1..words.tokens.len()).find(|&at| words.is(at, "on")) else {
            return;
        };
        let Some((table, _)) = Name::read(words, on + 1) else {
            return;
        };
        let runs = (on..words.tokens.len()).rfind(|&at| words.is(at, "execute"));
        let routine = runs.and_then(|at| Name::read(words, at + 2));
        if let Some((routine, _)) = routine {
            let dangerous = self
                .dangerous
                .iter()
                .find(|known| known.name == *routine.object());
            self.fires = self.fires.max(dangerous.map(|known| known.effect));
        }
        let Some((schema, table)) = self.old_name(&table, Kind::Relation) else {
            return;
        };
        let object = part(Kind::Trigger, (&schema, &table), &name);
        let was = self.log.exists(&object);
        self.make(&object, self.place(words, 0), replaces);
        if replaces && was != Exists::No {
            self.touch(&object, "definition", self.place(words, 0));
        }
    }

    fn create_extension(&mut self, words: Words<'_>, at: usize) {
        let if_absent = words.is(at, "if");
        let at = words.behind(at, &["if", "not", "exists"]);
        let Some(name) = identifier(words, at) else {
            return;
        };
        let object = top(Kind::Extension, "", &name);
        // One that every new database has.
        if name != "plpgsql" {
            self.make(&object, self.place(words, 0), if_absent);
        }
        if words.has(&["cascade"]) {
            let others = Scope::Kind(Kind::Extension);
            self.log.event(others, Act::MaybeCreate, self.here());
        }
    }

    /// `CREATE SCHEMA … CREATE TABLE …` makes what is in it.
    fn create_schema(&mut self, words: Words<'_>, at: usize) {
        let at = words.behind(at, &["if", "not", "exists"]);
        let has_elements = (at + 1..words.tokens.len()).any(|at| words.is(at, "create"));
        if !has_elements {
            return;
        }
        let scope = match identifier(words, at) {
            Some(name) if name != "authorization" => Scope::Schema(name),
            _ => Scope::All,
        };
        self.log.event(scope, Act::Unsure, self.here());
    }
}

/// The property of a column that says whether it can be null.
pub(super) const NEVER_NULL: &str = "proof of never null";

/// Words that a query begins with.
const QUERY: &[&str] = &["select", "with", "values", "table", "execute"];

/// Whether this part of a table's definition is a constraint, not a column.
pub(super) fn is_constraint(words: Words<'_>) -> bool {
    words.is_one_of(0, &["constraint", "primary", "unique", "check", "foreign"])
        || (words.is(0, "exclude") && (words.is(1, "using") || words.is_symbol(1, "(")))
}

fn ending(text: &str) -> Unnamed {
    Unnamed::Ending(text.to_owned())
}

/// The arguments of a routine as they are written, without their defaults.
fn signature(arguments: Vec<Words<'_>>) -> String {
    let one = |argument: &Words<'_>| {
        let words = (0..argument.tokens.len())
            .take_while(|&at| !argument.is(at, "default") && !argument.is_symbol(at, "="))
            .map(|at| match argument.tokens[at].kind {
                TokenKind::Word => argument.text(at).to_ascii_lowercase(),
                _ => argument.text(at).to_owned(),
            });
        words.collect::<Vec<_>>().join(" ")
    };
    arguments.iter().map(one).collect::<Vec<_>>().join(", ")
}

impl Object {
    /// Its schema and name, for its parts.
    pub(super) fn names(&self) -> Owner<'_> {
        (&self.schema, &self.name)
    }
}
