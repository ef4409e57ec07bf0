//! What pending migrations change for service code, in the words of `diff`: for the plan of a run.

use codegen::Choices;
use migrator::plan::Migration;
use serde_json::Value;

use crate::drift::made_by::Makers;
use crate::keeper::SchemaChange;

pub use super::change::Change;
use super::change::Effect;
use super::show::{consequences, one_line, summary};
use super::side::Side;

/// The changes, the worst first; `None` if no code can be generated for one of the schemas.
pub fn changes(
    change: SchemaChange,
    migrations: &[Migration],
    choices: &Choices,
) -> Option<Vec<Change>> {
    let from = Side::of("the target", change.before, choices)?;
    let to = Side::of("the snapshot", change.after, choices)?;
    let makers = Makers::of_all(migrations.to_vec(), Some("public"), &to.snapshot.catalog);
    Some(super::changes(&from, &to, Some(&makers)))
}

/// The lines of a plan: how many changes there are, and those that code does not just go on with.
pub fn text(changes: &[Change]) -> String {
    let mut lines = vec![format!("types  {}", summary(changes))];
    let of_note = changes
        .iter()
        .filter(|it| it.effect() != Effect::Compatible);
    for change in of_note {
        let effect = change.effect().word();
        lines.push(format!(
            "  {effect}  {}: {}",
            change.object,
            one_line(&change.what)
        ));
        lines.extend(consequences(change).map(|it| format!("      {it}")));
    }
    lines.join("\n")
}

/// The same as a part of a document.
pub fn document(changes: &[Change]) -> Value {
    changes.iter().map(Change::document).collect()
}
