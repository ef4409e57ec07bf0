//! `DROP`.

use sql::statement::names::{Name, identifier};
use sql::statement::words::Words;

use super::Kind;
use super::log::{Act, Exists, Scope};
use super::reader::{Reader, UnreadCode, part, top};

impl Reader<'_> {
    pub(super) fn drop(&mut self, words: Words<'_>) {
        if words.ends_with(&["cascade"]) || words.is(1, "owned") {
            self.cascade();
        }
        let at = words.behind(1, &["materialized", "foreign", "event"]);
        let names = words.behind(at + 1, &["concurrently", "if", "exists"]);
        match &*words.text(at).to_ascii_lowercase() {
            "table" | "view" => {
                // Partitions go with their table.
                for heir in self.log.heirs().to_vec() {
                    self.log.act(&heir, Act::MaybeDrop, self.here());
                }
                self.drop_all(words, names, Kind::Relation);
            }
            "index" => self.drop_all(words, names, Kind::Index),
            "type" | "domain" => self.drop_all(words, names, Kind::Type),
            "function" | "procedure" | "routine" => self.drop_routines(words, names),
            "trigger" if at == 1 => self.drop_trigger(words, names),
            "extension" => self.drop_extensions(words, names),
            "schema" => self.drop_schemas(words, names),
            _ => {}
        }
    }

    fn drop_all(&mut self, words: Words<'_>, at: usize, kind: Kind) {
        let Some((names, _)) = Name::read_list(words, at) else {
            return self.unread_code(UnreadCode::MayDrop);
        };
        for name in names {
            if let Some((schema, name)) = self.old_name(&name, kind) {
                self.unmake(&top(kind, &schema, &name));
            }
        }
    }

    fn drop_routines(&mut self, words: Words<'_>, mut at: usize) {
        let if_exists = words.is(2, "if");
        while let Some((name, behind)) = Name::read(words, at) {
            let (_, behind) = words.arguments(behind);
            if let Some((schema, name)) = self.old_name(&name, Kind::Routine) {
                let object = top(Kind::Routine, &schema, &name);
                // With IF EXISTS its arguments may be those of another routine.
                match if_exists {
                    true if self.log.exists(&object) != Exists::No => {
                        self.log.act(&object, Act::MaybeDrop, self.here());
                    }
                    true => {}
                    false => self.unmake(&object),
                }
            }
            if !words.is_symbol(behind, ",") {
                break;
            }
            at = behind + 1;
        }
    }

    fn drop_trigger(&mut self, words: Words<'_>, at: usize) {
        let (Some(name), true) = (identifier(words, at), words.is(at + 1, "on")) else {
            return;
        };
        let table = Name::read(words, at + 2);
        let table = table.and_then(|(table, _)| self.old_name(&table, Kind::Relation));
        if let Some((schema, table)) = table {
            self.unmake(&part(Kind::Trigger, (&schema, &table), &name));
        }
    }

    fn drop_extensions(&mut self, words: Words<'_>, at: usize) {
        let names = Name::read_list(words, at).map_or(Vec::new(), |(names, _)| names);
        for name in names {
            self.unmake(&top(Kind::Extension, "", name.object()));
        }
    }

    fn drop_schemas(&mut self, words: Words<'_>, at: usize) {
        let names = Name::read_list(words, at).map_or(Vec::new(), |(names, _)| names);
        let act = if self.is_maybe {
            Act::Unsure
        } else {
            Act::Drop
        };
        for name in names {
            let scope = Scope::Schema(name.object().to_owned());
            self.log.event(scope, act, self.here());
        }
    }
}
