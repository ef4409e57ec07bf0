//! The named queries of a project: their files, what the database says of them, and the committed file with its answers.

mod ask;
mod files;
mod keep;

pub use keep::{Keeper, Kept};
