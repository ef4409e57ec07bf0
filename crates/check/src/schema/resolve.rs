//! Which relations the names of a statement mean, by the search path.

use super::Schema;
use crate::act::{Act, ActionKind, Call, Constraint, ConstraintKind, Relation, TEMPORARY, What};

/// The schemas of TimescaleDB's own routines.
const OWN_SCHEMAS: &[&str] = &[
    "_timescaledb_functions",
    "_timescaledb_internal",
    "timescaledb_experimental",
];

impl Schema {
    /// The act with the schema of each relation, and whether what it means is sure: the search path is known, and nothing that may have
    /// happened before has to do with it.
    pub fn resolve(&self, mut act: Act) -> (Act, bool) {
        if let What::Call(call) = &act.what {
            match self.is_of_timescaledb(call) {
                Some(true) => {}
                Some(false) => {
                    let name = Relation {
                        schema: call.schema.clone().unwrap_or_default(),
                        name: call.routine.to_owned(),
                    };
                    act.what = What::Calls(vec![name]);
                }
                None => act.is_certain = false,
            }
        }
        let mut is_sure = true;
        let mut old = |relation: &mut Relation| {
            is_sure &= self.find(relation) && !self.is_doubted(relation);
        };
        let mut new = Vec::new();
        match &mut act.what {
            What::CreateTable(table) => {
                new.push(&mut table.relation);
                table.likes.iter_mut().for_each(|it| old(&mut it.relation));
                table
                    .constraints
                    .iter_mut()
                    .for_each(|it| foreign(it, &mut old));
            }
            What::CreateAggregate(aggregate) => {
                new.push(&mut aggregate.relation);
                aggregate.sources.iter_mut().for_each(|it| old(&mut it.0));
            }
            What::CreateOther(relation) => new.push(relation),
            What::CreateRoutine(routine) => new.push(&mut routine.name),
            What::Alter(relation, actions) => {
                old(relation);
                for action in actions {
                    match &mut action.what {
                        ActionKind::AddConstraint(it) => foreign(it, &mut old),
                        ActionKind::AddColumn(_, them, _) => {
                            them.iter_mut().for_each(|it| foreign(it, &mut old));
                        }
                        _ => {}
                    }
                }
            }
            What::CreateIndex(index) => old(&mut index.relation),
            What::Index(command) => command.names.iter_mut().for_each(old),
            What::RenameIndex(relation, _) | What::CreateTrigger(relation) => old(relation),
            What::Drop(drop) if !matches!(drop.kind, "schema" | "type" | "function") => {
                drop.names.iter_mut().for_each(old);
            }
            What::Call(call) => call.relation.iter_mut().for_each(old),
            What::Insert(insert) => old(&mut insert.relation),
            What::Change(change) => old(&mut change.relation),
            What::Truncate(truncate) => truncate.names.iter_mut().for_each(old),
            _ => {}
        }
        for relation in new {
            is_sure &= self.place(relation);
        }
        (act, is_sure)
    }

    /// Whether a call is one of TimescaleDB's routines, and not of another one with that name; `None` if that is not known.
    fn is_of_timescaledb(&self, call: &Call) -> Option<bool> {
        let is_named = |it: &&Relation| it.name == call.routine;
        let mut own = self.routines.keys().filter(is_named);
        let Some(schema) = &call.schema else {
            return own.next().is_none().then_some(true);
        };
        let extension = self.extension.as_deref().unwrap_or("public");
        match () {
            () if OWN_SCHEMAS.contains(&&**schema) => Some(true),
            () if own.any(|it| it.schema == *schema) => Some(false),
            () if extension == schema => Some(true),
            // The extension may have been created there by hand.
            () if self.extension.is_none() => None,
            () => Some(false),
        }
    }

    /// The relation that a name means where it is read.
    pub fn meant(&self, mut relation: Relation) -> Relation {
        self.find(&mut relation);
        relation
    }

    /// Writes the schema into the name of a relation that is there; whether it is sure.
    fn find(&self, relation: &mut Relation) -> bool {
        if !relation.schema.is_empty() {
            return true;
        }
        let is_in = |schema: &str| {
            self.contains(&Relation {
                schema: schema.to_owned(),
                name: relation.name.clone(),
            })
        };
        let Some(path) = &self.path else {
            let schema = if is_in(TEMPORARY) {
                TEMPORARY
            } else {
                "public"
            };
            relation.schema = schema.to_owned();
            return false;
        };
        let path = || path.iter().map(String::as_str);
        let mut searched = std::iter::once(TEMPORARY).chain(path());
        let found = searched.find(|it| is_in(it)).or_else(|| path().next());
        relation.schema = found.unwrap_or("public").to_owned();
        true
    }

    /// Writes the schema into the name of a relation that is created; whether it is sure.
    fn place(&self, relation: &mut Relation) -> bool {
        if !relation.schema.is_empty() {
            return true;
        }
        let first = self.path.as_ref().and_then(|it| it.first());
        relation.schema = first.map_or("public", String::as_str).to_owned();
        self.path.is_some()
    }
}

fn foreign(constraint: &mut Constraint, resolve: &mut impl FnMut(&mut Relation)) {
    if let ConstraintKind::Foreign(Some(relation)) = &mut constraint.kind {
        resolve(relation);
    }
}
