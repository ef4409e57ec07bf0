//! Whether the calling thread may block: not where an asynchronous runtime is polling a task on it.

use std::task::{Context, Waker};

use tokio::runtime::Handle;
use tokio::task::coop::{self, RestoreOnPending};

/// The error if it must not block.
pub(crate) const REFUSAL: &str = "the connection blocks, and this thread is polling an asynchronous task: call it \
     through `tokio::task::spawn_blocking`";

/// More than a task's budget can be; tokio keeps it in eight bits.
const POLLS: usize = 256;

/// Whether this thread may block.
///
/// [`Handle::try_current`] is not enough: it finds a runtime in `spawn_blocking` too, which exists for blocking, and `Runtime::block_on`
/// panics on a thread that must not block. But a runtime gives each poll of a task a budget, and what runs in `spawn_blocking` or
/// `block_in_place` has none, so only in the first case is the budget ever used up:
/// <https://docs.rs/tokio/latest/tokio/task/coop/>. What is taken from the budget is given back.
pub(crate) fn is_allowed() -> bool {
    if Handle::try_current().is_err() {
        return true;
    }
    let mut context = Context::from_waker(Waker::noop());
    let mut taken: Vec<RestoreOnPending> = Vec::new();
    let is_limited = (0..POLLS).any(|_| match coop::poll_proceed(&mut context) {
        std::task::Poll::Ready(one) => {
            taken.push(one);
            false
        }
        std::task::Poll::Pending => true,
    });
    // Each gives back what there was before it: the first one last.
    while taken.pop().is_some() {}
    !is_limited
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;
    use tokio::task::{coop, spawn, spawn_blocking};

    use super::is_allowed;

    #[test]
    fn a_thread_may_block_unless_it_polls_a_task() {
        assert!(is_allowed(), "without a runtime");
        let runtime = Builder::new_current_thread().build().unwrap();
        assert!(is_allowed(), "beside a runtime");
        let entered = runtime.enter();
        assert!(is_allowed(), "in its context");
        drop(entered);
        runtime.block_on(async {
            assert!(!is_allowed(), "in block_on");
            assert!(coop::has_budget_remaining());
            assert!(!is_allowed(), "and again: it took nothing");
            assert!(!spawn(async { is_allowed() }).await.unwrap(), "in a task");
            let blocking = spawn_blocking(is_allowed).await.unwrap();
            assert!(blocking, "in spawn_blocking");
        });
        assert!(is_allowed(), "behind it");
    }
}
