//! A session that breaks at a chosen message, as if the program was killed there.

use migrator::link::{Error, Link, Pooling, Rows};
use migrator::message::Message;

/// Where the session breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Before the step's message is sent.
    Before,
    /// After the server has done it, before the answer is read.
    After,
}

/// A session that is gone for good at one of the messages of steps.
pub struct Cut<L> {
    inner: L,
    /// How many messages of steps were sent.
    pub sent: usize,
    at: Option<(usize, Moment)>,
    is_gone: bool,
}

impl<L: Link> Cut<L> {
    /// Breaks at the message with this index.
    pub fn at(inner: L, message: usize, moment: Moment) -> Cut<L> {
        Cut {
            at: Some((message, moment)),
            ..Cut::never(inner)
        }
    }

    /// Only counts.
    pub fn never(inner: L) -> Cut<L> {
        Cut {
            inner,
            sent: 0,
            at: None,
            is_gone: false,
        }
    }

    fn gone(&self) -> Result<(), Error> {
        if self.is_gone {
            return Err(Error::lost("the rehearsal cut it"));
        }
        Ok(())
    }
}

impl<L: Link> Link for Cut<L> {
    fn query(&mut self, sql: &str) -> Result<Vec<Rows>, Error> {
        self.gone()?;
        self.inner.query(sql)
    }

    fn prepare(&mut self, messages: &mut dyn Iterator<Item = Message>) -> Result<(), Error> {
        self.gone()?;
        self.inner.prepare(messages)
    }

    fn run(&mut self, message: &Message) -> Result<(), Error> {
        self.gone()?;
        let here = self
            .at
            .filter(|(at, _)| *at == self.sent)
            .map(|(_, moment)| moment);
        self.sent += 1;
        if here == Some(Moment::Before) {
            self.is_gone = true;
            return self.gone();
        }
        let ran = self.inner.run(message);
        self.is_gone = here.is_some();
        self.gone()?;
        ran
    }

    fn reconnect(&mut self) -> Result<(), Error> {
        self.gone()?;
        self.inner.reconnect()
    }

    fn is_open(&self) -> bool {
        !self.is_gone && self.inner.is_open()
    }

    fn pooling(&mut self, backend: &str) -> Result<Pooling, Error> {
        self.gone()?;
        self.inner.pooling(backend)
    }
}
