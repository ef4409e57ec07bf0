//! Whether everything that is pending can share one transaction. Pure.

use sql::statement::Reason;

use super::{Migration, Pending, Step, StepKind};

/// A step that cannot share one transaction with all others.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not all or nothing: step {} of {} {reason}", .step + 1, .migration.file.title())]
pub struct NotAllOrNothing {
    /// The migration that prevents it.
    pub migration: Migration,
    /// Index of its step.
    pub step: usize,
    /// Why that step cannot share a transaction.
    pub reason: String,
}

impl NotAllOrNothing {
    /// A step that the catalog says runs alone.
    pub fn alone(migration: &Migration, step: usize, reason: Reason) -> NotAllOrNothing {
        NotAllOrNothing {
            migration: migration.clone(),
            step,
            reason: format!("runs alone: {reason}"),
        }
    }
}

/// Whether all pending steps can share one transaction; the error names the first that cannot.
pub fn check_all_or_nothing(pending: &[Pending<'_>]) -> Result<(), Box<NotAllOrNothing>> {
    for pending in pending {
        let steps = pending.migration.steps.iter().enumerate();
        for (index, step) in steps.skip(pending.steps_done) {
            if let Some(reason) = needs_its_own(step, &pending.migration.file.text) {
                return Err(Box::new(NotAllOrNothing {
                    migration: pending.migration.clone(),
                    step: index,
                    reason,
                }));
            }
        }
    }
    Ok(())
}

/// Why a step cannot be part of a longer transaction.
fn needs_its_own(step: &Step, text: &str) -> Option<String> {
    match &step.kind {
        StepKind::Alone(reason) => Some(format!("runs alone: {reason}")),
        StepKind::FreshSession => Some("needs its own session".to_owned()),
        // Determined right before it runs.
        StepKind::Asked(_) => None,
        StepKind::Transaction { begin } => {
            let begin = &text[begin.clone()?];
            let plain = ["begin", "work", "start", "transaction"];
            let is_plain = |word: &str| plain.iter().any(|plain| word.eq_ignore_ascii_case(plain));
            let is_plain = begin.split_whitespace().all(is_plain);
            (!is_plain).then(|| format!("sets its transaction's modes: {begin}"))
        }
    }
}
