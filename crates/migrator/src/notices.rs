//! A server's notices, up to a bound, so that a server that never stops cannot use more memory.

use crate::link::Notice;

/// How many are kept until they are taken.
const MOST: usize = 10_000;

/// How many characters of one are kept.
const LONGEST: usize = 4_000;

/// The notices that have not been taken yet.
#[derive(Default)]
pub(crate) struct Notices {
    kept: Vec<Notice>,
    left_out: usize,
}

impl Notices {
    pub fn push(&mut self, notice: Notice) {
        if self.kept.len() >= MOST {
            self.left_out += 1;
            return;
        }
        self.kept.push(Notice {
            message: shortened(&notice.message),
            ..notice
        });
    }

    /// Counts some that were not kept.
    pub fn leave_out(&mut self, count: usize) {
        self.left_out += count;
    }

    /// Those that were kept, and how many were not.
    pub fn take(&mut self) -> Vec<Notice> {
        let left_out = std::mem::take(&mut self.left_out);
        let mut notices = std::mem::take(&mut self.kept);
        if left_out > 0 {
            notices.push(Notice {
                severity: "WARNING".to_owned(),
                code: "01000".to_owned(),
                message: format!("{left_out} more messages of the server are left out"),
            });
        }
        notices
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} …", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_counted() {
        let mut notices = Notices {
            left_out: 3,
            ..Notices::default()
        };
        let said = notices.take();
        assert_eq!(
            said[0].message,
            "3 more messages of the server are left out"
        );
        assert!(notices.take().is_empty());
        assert_eq!(
            shortened(&"é".repeat(LONGEST + 1)).chars().count(),
            LONGEST + 2
        );
        assert_eq!(shortened("short"), "short");
    }
}
