//! A migration cannot half-apply: faults are made to happen against the real program, everywhere, and counted.
//!
//! A case is one faulted run, which may end as it likes, and one plain run after it, which must finish the work exactly once. What a case
//! leaves is compared with what a run without a fault leaves.

pub mod cases;
mod client;
mod container;
mod crowd;
mod disk;
mod halfway;
pub mod plan;
mod pooler;
pub mod private;
pub mod program;
pub mod proxy;
mod server;
mod shim;
mod state;
mod sweep;
pub mod target;
mod turns;
mod waiting;
