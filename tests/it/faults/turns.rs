//! At which messages each kind of fault happens.
//!
//! Every fault at every message is thousands of runs. In an ordinary run of the tests the kinds take turns; `FAULTS` in the environment
//! asks for more: `each`, which `.ci/run` sets, for each kind at each message where PostgreSQL's protocol is spoken, and for closer turns
//! through psql and in plain mode; `all` for each kind at each message everywhere.

use super::cases::Mode;

/// One message of so many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stride {
    /// The first, counted from 1.
    pub first: usize,
    /// How far it is from one to the next.
    pub step: usize,
}

impl Stride {
    /// Every message.
    pub const ALL: Self = Self { first: 1, step: 1 };

    /// The `at`-th of so many that take turns at every `apart`-th message.
    fn turn(at: usize, groups: usize, apart: usize) -> Self {
        Self {
            first: 1 + at % groups * apart,
            step: groups * apart,
        }
    }
}

/// How much is asked for.
enum Extent {
    Turns,
    Each,
    All,
}

impl Extent {
    fn asked_for() -> Self {
        let asked = std::env::var("FAULTS").unwrap_or_default();
        match asked.as_str() {
            "" => Self::Turns,
            "each" => Self::Each,
            "all" => Self::All,
            _ => panic!("FAULTS={asked}: `each` and `all` are known"),
        }
    }
}

/// Where PostgreSQL's protocol is spoken: modes in so many groups that take turns, one group at each message.
pub fn in_groups(modes: Vec<Mode>, groups: usize) -> Vec<Mode> {
    match Extent::asked_for() {
        Extent::Turns => with_turns(modes, groups, 1),
        _ => modes,
    }
}

/// Where a run is slow: modes that take turns, one of them at every so many messages. The first number is for an ordinary run, the second
/// for `FAULTS=each`.
pub fn one_by_one(modes: Vec<Mode>, apart: usize, where_each: usize) -> Vec<Mode> {
    let count = modes.len();
    match Extent::asked_for() {
        Extent::Turns => with_turns(modes, count, apart),
        Extent::Each => with_turns(modes, count, where_each),
        Extent::All => modes,
    }
}

fn with_turns(modes: Vec<Mode>, groups: usize, apart: usize) -> Vec<Mode> {
    let modes = modes.into_iter().enumerate();
    modes
        .map(|(at, mode)| Mode {
            stride: Stride::turn(at, groups, apart),
            ..mode
        })
        .collect()
}

#[test]
fn in_turns_no_message_and_no_mode_is_left_out() {
    let messages = |stride: Stride| (stride.first..=12).step_by(stride.step);
    let mut hit = [0; 13];
    for mode in 0..6 {
        let stride = Stride::turn(mode, 3, 1);
        assert!(messages(stride).count() >= 4);
        messages(stride).for_each(|at| hit[at] += 1);
    }
    assert_eq!(hit, [0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]);
    let turns: Vec<usize> = (0..3).map(|mode| Stride::turn(mode, 3, 2).first).collect();
    assert_eq!(turns, [1, 3, 5]);
}
