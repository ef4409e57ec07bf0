//! What psql prints, read by separate threads and up to a bound, so that a server that never stops cannot use more memory.

use std::io::{BufRead, BufReader, Read};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use crate::link::{Error, LONGEST_ANSWER};

/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// How many bytes of standard error are kept from its beginning, and as many from its end, where the error is.
const KEPT: usize = 8 << 20;

/// How many bytes of one line are kept.
const LONGEST_LINE: usize = 1 << 20;

/// What psql printed of a command.
pub(super) enum Reply {
    /// What was printed before a mark, and the word after it.
    Done {
        output: String,
        flag: String,
    },
    Ended {
        output: String,
    },
}

/// Standard output.
pub(super) struct Output {
    chunks: Receiver<Vec<u8>>,
    /// What came and belongs to the next replies.
    rest: Vec<u8>,
}

impl Output {
    pub(super) fn read(mut stream: impl Read + Send + 'static) -> Output {
        // Nothing is read ahead of what is taken.
        let (sender, chunks) = mpsc::sync_channel(4);
        thread::spawn(move || {
            let mut chunk = vec![0; CHUNK];
            while let Ok(read @ 1..) = stream.read(&mut chunk) {
                if sender.send(chunk[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        Output {
            chunks,
            rest: Vec::new(),
        }
    }

    /// What was printed up to the next line with the mark in it, or up to the end.
    pub(super) fn receive(&mut self, mark: &str, within: Option<Duration>) -> Result<Reply, Error> {
        let deadline = within.map(|within| Instant::now() + within);
        let mut searched = 0;
        loop {
            if let Some((at, end)) = find(&self.rest, mark.as_bytes(), searched) {
                let behind: Vec<u8> = self.rest.drain(..end).collect();
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                return Ok(Reply::Done {
                    // A result of no rows ends without a newline.
                    output: text(&behind[..at]),
                    flag: text(&behind[at + mark.len()..]).trim().to_owned(),
                });
            }
            if self.rest.len() > LONGEST_ANSWER {
                return Err(Error::lost(
                    "the server's answer has no end: over 1 GB of rows came",
                ));
            }
            searched = self.rest.len().saturating_sub(mark.len() + CHUNK);
            let chunk = match deadline {
                None => self
                    .chunks
                    .recv()
                    .map_err(|_| RecvTimeoutError::Disconnected),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    self.chunks.recv_timeout(left)
                }
            };
            match chunk {
                Ok(chunk) => self.rest.extend(chunk),
                Err(RecvTimeoutError::Timeout) => {
                    return Err(Error::lost("the server no longer answers"));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let output =
                        String::from_utf8_lossy(&std::mem::take(&mut self.rest)).into_owned();
                    return Ok(Reply::Ended { output });
                }
            }
        }
    }
}

/// Where the mark is from this byte on, and where its line ends; `None` while the line is incomplete.
fn find(bytes: &[u8], mark: &[u8], from: usize) -> Option<(usize, usize)> {
    let at = from
        + bytes[from..]
            .windows(mark.len())
            .position(|it| it == mark)?;
    let behind = bytes[at..].iter().position(|byte| *byte == b'\n')?;
    Some((at, at + behind + 1))
}

/// What was on standard error up to a mark.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) text: String,
    /// How many messages were left out in the middle.
    pub(super) left_out: usize,
}

/// What is on standard error up to each mark, and up to the end.
pub(super) type Errors = Receiver<Said>;

/// Reads a stream in a separate thread: psql must not wait for us to read one stream while we wait for the other.
pub(super) fn errors(stream: impl Read + Send + 'static, mark: &str) -> Errors {
    let (sender, receiver) = mpsc::sync_channel(64);
    let mark = mark.to_owned();
    thread::spawn(move || read_errors(BufReader::new(stream), &mark, &sender));
    receiver
}

fn read_errors(mut stream: impl BufRead, mark: &str, sender: &SyncSender<Said>) {
    let mut kept = Kept::default();
    let mut line = Vec::new();
    // Reading continues even if the receiver is gone: a psql that cannot write would not exit.
    while read_line(&mut stream, &mut line) {
        let text = String::from_utf8_lossy(&line);
        match text.find(mark) {
            Some(at) => {
                kept.push(&text[..at]);
                let _ = sender.send(std::mem::take(&mut kept).said());
            }
            None => kept.push(&text),
        }
    }
    let _ = sender.send(kept.said());
}

/// Reads the next line, and keeps its beginning; `false` at the end.
fn read_line(stream: &mut impl BufRead, line: &mut Vec<u8>) -> bool {
    line.clear();
    let mut is_read = false;
    loop {
        let Ok(bytes @ [_, ..]) = stream.fill_buf() else {
            return is_read;
        };
        is_read = true;
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(bytes.len(), |end| end + 1);
        let room = LONGEST_LINE.saturating_sub(line.len());
        line.extend(&bytes[..taken.min(room)]);
        if end.is_some() && taken > room {
            line.push(b'\n');
        }
        stream.consume(taken);
        if end.is_some() {
            return true;
        }
    }
}

/// The beginning and the end of the output.
#[derive(Default)]
struct Kept {
    head: String,
    tail: std::collections::VecDeque<String>,
    tail_bytes: usize,
    left_out: usize,
}

impl Kept {
    fn push(&mut self, line: &str) {
        if self.tail.is_empty() && self.head.len() < KEPT {
            self.head.push_str(line);
            return;
        }
        self.tail.push_back(line.to_owned());
        self.tail_bytes += line.len();
        while self.tail_bytes > KEPT {
            let Some(line) = self.tail.pop_front() else {
                return;
            };
            self.tail_bytes -= line.len();
            self.left_out += usize::from(line.starts_with("psql:"));
        }
    }

    fn said(self) -> Said {
        let tail: String = self.tail.into_iter().collect();
        Said {
            text: self.head + &tail,
            left_out: self.left_out,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_reply_ends_at_its_mark_wherever_the_chunks_end() {
        let text = "a row\n\u{1c}m-1 true\n\u{1c}m-1 false\nno more";
        for size in 1..text.len() {
            let (sender, chunks) = mpsc::sync_channel(text.len());
            for chunk in text.as_bytes().chunks(size) {
                sender.send(chunk.to_vec()).unwrap();
            }
            drop(sender);
            let mut output = Output {
                chunks,
                rest: Vec::new(),
            };
            let mut next = || match output.receive("\u{1c}m-1", None).unwrap() {
                Reply::Done { output, flag } => (output, Some(flag)),
                Reply::Ended { output } => (output, None),
            };
            assert_eq!(next(), ("a row\n".to_owned(), Some("true".to_owned())));
            assert_eq!(next(), (String::new(), Some("false".to_owned())));
            assert_eq!(next(), ("no more".to_owned(), None));
        }
    }

    #[test]
    fn who_says_nothing_is_not_waited_for() {
        let (_sender, chunks) = mpsc::sync_channel(1);
        let mut output = Output {
            chunks,
            rest: Vec::new(),
        };
        let outcome = output.receive("mark", Some(Duration::from_millis(10)));
        assert!(matches!(outcome, Err(Error::Lost { .. })));
    }

    #[test]
    fn what_never_ends_is_kept_at_its_beginning_and_its_end() {
        let line = format!(
            "psql:x:1: NOTICE:  00000: {}\n",
            "x".repeat(LONGEST_LINE * 2)
        );
        let count = 5 * KEPT / LONGEST_LINE;
        let text = line.repeat(count) + "psql:x:2: ERROR:  22012: division by zero\nmark\nafter\n";
        let (sender, receiver) = mpsc::sync_channel(2);
        read_errors(BufReader::new(Cursor::new(text)), "mark", &sender);
        let said = receiver.recv().unwrap();
        assert!(said.text.len() <= 2 * KEPT + LONGEST_LINE + 1);
        assert!(said.text.ends_with("division by zero\n"));
        let kept = said.text.matches("NOTICE").count();
        assert_eq!(kept + said.left_out, count);
        assert_eq!(receiver.recv().unwrap().text, "after\n");
    }
}
