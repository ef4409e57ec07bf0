//! A distance between a client and its server: bytes that arrive later than they were written, however many are under way.

use std::io::{self, Write};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Passes on what is written to it, in order, each piece a fixed time after it came. It never holds up who writes: so a second message
/// that is sent before the first was answered costs no second delay, as on a real line.
pub struct Delayed {
    queue: Option<Sender<(Instant, Vec<u8>)>>,
    delay: Duration,
    passing: Option<JoinHandle<()>>,
}

impl Delayed {
    /// Puts `delay` before `writer`.
    pub fn new(writer: Box<dyn Write + Send>, delay: Duration) -> Delayed {
        let (queue, pieces) = mpsc::channel();
        Delayed {
            queue: Some(queue),
            delay,
            passing: Some(thread::spawn(move || pass(writer, pieces))),
        }
    }
}

/// Writes each piece when it is due, until the writer or the reader is gone.
fn pass(mut writer: Box<dyn Write + Send>, pieces: Receiver<(Instant, Vec<u8>)>) {
    for (due, piece) in pieces {
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if writer.write_all(&piece).is_err() {
            return;
        }
    }
}

impl Write for Delayed {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let due = Instant::now() + self.delay;
        let sent = self
            .queue
            .as_ref()
            .map(|queue| queue.send((due, piece.to_vec())));
        match sent {
            Some(Ok(())) => Ok(piece.len()),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Delayed {
    /// Waits until all that was written has been passed on.
    fn drop(&mut self) {
        self.queue = None;
        if let Some(passing) = self.passing.take() {
            let _ = passing.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// When each byte arrived.
    #[derive(Clone, Default)]
    struct Arrivals(Arc<Mutex<Vec<(u8, Instant)>>>);

    impl Write for Arrivals {
        fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
            let now = Instant::now();
            let mut arrivals = self.0.lock().unwrap();
            arrivals.extend(piece.iter().map(|&byte| (byte, now)));
            Ok(piece.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_byte_comes_in_order_and_late_and_nobody_waits_for_it() {
        const DELAY: Duration = Duration::from_millis(50);
        let arrivals = Arrivals::default();
        let mut delayed = Delayed::new(Box::new(arrivals.clone()), DELAY);
        let started = Instant::now();
        for byte in 0..10 {
            delayed.write_all(&[byte]).unwrap();
        }
        let written = started.elapsed();
        drop(delayed);
        let arrivals = arrivals.0.lock().unwrap();
        assert!(arrivals.iter().map(|(byte, _)| *byte).eq(0..10));
        assert!(arrivals.iter().all(|(_, at)| *at >= started + DELAY));
        assert!(written < DELAY, "ten writes took {written:?}");
    }
}
