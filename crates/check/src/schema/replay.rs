//! What a statement changes in the model.

use sql::statement::words::Words;

use super::{Rows, Schema};
use crate::act::{Act, Change, NewRoutine, Relation, What};
use crate::finding::Place;

impl Schema {
    /// Begins a file: nothing of the session before it is left.
    pub fn begin_file(&mut self) {
        self.path = Schema::default().path;
        self.path_after = None;
        self.drop_temporary();
    }

    /// Ends the transaction before a statement, if that is in none or in another one.
    pub fn end_transaction(&mut self, words: Words<'_>) {
        use sql::statement::Kind;
        let kind = sql::statement::rules::kind(words);
        if matches!(kind, Kind::Ordinary | Kind::Set) {
            return;
        }
        if let Some(path) = self.path_after.take() {
            self.path = path;
        }
        self.tables.retain(|_, it| !it.drops_on_commit);
    }

    /// Applies an act of a file, whether it is certain or not.
    pub fn apply(&mut self, act: &Act, file: usize) {
        let place = Place {
            file,
            range: act.range.clone(),
        };
        match &act.what {
            What::CreateTable(table) => {
                // Where there is one, the server refuses another: then the branch did not run, or was undone.
                if act.is_certain || !self.contains(&table.relation) {
                    self.create_table(table, place);
                }
            }
            What::Alter(relation, actions) => {
                for action in actions {
                    self.alter(relation, action, file);
                }
            }
            What::CreateIndex(index) => self.create_index(index, place),
            What::Index(command) if !command.is_reindex => self.drop_indexes(&command.names),
            What::RenameIndex(index, to) => self.rename_index(index, to),
            What::RenameSchema(from, to) => self.rename_schema(from, to),
            What::CreateAggregate(aggregate) => self.create_aggregate(aggregate, place),
            What::Drop(drop) => self.drop(drop, &place),
            What::Call(call) => {
                let place = Place {
                    file,
                    range: call.name.clone(),
                };
                self.call(call, place, act.is_certain);
            }
            What::Insert(insert) => {
                self.fill(&insert.relation, place, insert.has_rows && act.is_certain);
            }
            What::Change(change) => self.change(change, file),
            What::Truncate(truncate) => self.truncate(&truncate.names, file),
            What::CreateOther(relation) => {
                self.others.insert(relation.clone());
            }
            What::CreateTrigger(relation) => {
                if let Some(table) = self.tables.get_mut(relation) {
                    table.has_trigger = true;
                }
            }
            What::CreateRoutine(routine) => self.create_routine(routine),
            What::Extension(schema) => self.extension = Some(schema.clone()),
            What::SearchPath(path) => {
                let before = std::mem::replace(&mut self.path, path.schemas.clone());
                if path.is_local {
                    self.path_after.get_or_insert(before);
                } else {
                    self.path_after = None;
                }
            }
            What::Calls(routines) => {
                if self.may_change(routines) {
                    self.doubt_all();
                }
            }
            What::Unread => self.doubt_all(),
            What::Index(_) | What::Other => {}
        }
    }

    /// Whether an act may change the model at all.
    pub fn is_changed_by(&self, act: &Act) -> bool {
        match &act.what {
            What::Calls(routines) => self.may_change(routines),
            What::Other => false,
            _ => true,
        }
    }

    /// Whether one of these routines is of the files, and may change the schema. In which schema it is does not matter.
    fn may_change(&self, called: &[Relation]) -> bool {
        let is_called = |name: &Relation| called.iter().any(|it| it.name == name.name);
        let mut changing = self.routines.iter().filter(|(_, changes)| **changes);
        changing.any(|(name, _)| is_called(name))
    }

    fn create_routine(&mut self, routine: &NewRoutine) {
        let changes = routine.may_change || self.may_change(&routine.calls);
        self.routines.insert(routine.name.clone(), changes);
    }

    fn fill(&mut self, relation: &Relation, place: Place, is_certain: bool) {
        if let Some(table) = self.tables.get_mut(relation) {
            match &table.rows {
                Rows::Some(_) => {}
                _ if is_certain && !table.has_trigger => table.rows = Rows::Some(place),
                Rows::Maybe(_) => {}
                _ => table.rows = Rows::Maybe(place),
            }
        }
    }

    fn change(&mut self, change: &Change, file: usize) {
        let Some(table) = self.tables.get_mut(&change.relation) else {
            return;
        };
        if !change.is_delete {
            return;
        }
        table.rows = match std::mem::take(&mut table.rows) {
            _ if !change.has_where && !table.has_trigger => Rows::None(file),
            Rows::Some(place) => Rows::Maybe(place),
            other => other,
        };
    }

    fn truncate(&mut self, names: &[Relation], file: usize) {
        for name in names {
            if let Some(table) = self.tables.get_mut(name) {
                table.rows = Rows::None(file);
            }
        }
    }

    /// Whether there is such a relation.
    pub fn contains(&self, relation: &Relation) -> bool {
        self.tables.contains_key(relation)
            || self.aggregates.contains_key(relation)
            || self.indexes.contains_key(relation)
            || self.others.contains(relation)
    }
}
