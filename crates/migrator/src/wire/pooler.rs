//! Finding out that a pooler stands between us and the server, and gives each transaction another session.
//!
//! A server names its process when the session starts, for cancel requests, and again when it is asked. A pooler names a different one at
//! the start. In session mode that does no harm; in transaction mode a session's lock and settings would belong to another client.

use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

use super::Wire;
use crate::link::{Error, Link, Pooling};

/// How often a second session is tried: another client may have taken the process in between.
const TRIES: u32 = 3;

/// How long the second session may wait. In session mode with one server connection it waits for ours.
const PATIENCE: Duration = Duration::from_secs(2);

/// `backend` is what `pg_backend_pid()` says.
pub(super) fn pooling(wire: &mut Wire, backend: &str) -> Result<Pooling, Error> {
    if key_process(wire).is_none_or(|process| process.to_string() == backend) {
        return Ok(Pooling::None);
    }
    let Ok(mut second) = Wire::connect(&wire.config) else {
        // Where there is room for one session only, it is ours.
        return Ok(Pooling::Session);
    };
    second.deadline = Some(PATIENCE);
    for _ in 0..TRIES {
        let ours = wire.query("SELECT pg_catalog.pg_backend_pid()")?;
        // An open transaction keeps its server connection; if it is ours, ours was not kept.
        let Ok(theirs) = second.query("BEGIN; SELECT pg_catalog.pg_backend_pid()") else {
            return Ok(Pooling::Session);
        };
        second.query("COMMIT")?;
        if ours == theirs {
            return Ok(Pooling::Transaction);
        }
    }
    Ok(Pooling::Session)
}

/// The process that the session's start named. The driver reveals it only in a cancel request, which is written to memory here.
fn key_process(wire: &Wire) -> Option<i32> {
    let token = wire.client.cancel_token();
    let request = Recorder::default();
    let sent = token.cancel_query_raw(request.clone(), Plain);
    wire.runtime.block_on(sent).ok()?;
    let written = request.0.lock().unwrap_or_else(PoisonError::into_inner);
    // Process and secret key are its last two numbers.
    let at = written.len().checked_sub(8)?;
    Some(i32::from_be_bytes(
        written.get(at..at + 4)?.try_into().ok()?,
    ))
}

/// Keeps what is written; says `S`, as a server does that takes TLS, whenever it is read.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<u8>>>);

impl AsyncRead for Recorder {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        buffer.put_slice(b"S");
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Recorder {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.extend_from_slice(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl TlsStream for Recorder {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

/// TLS that changes nothing.
struct Plain;

impl TlsConnect<Recorder> for Plain {
    type Stream = Recorder;
    type Error = io::Error;
    type Future = Ready<io::Result<Recorder>>;

    fn connect(self, stream: Recorder) -> Self::Future {
        ready(Ok(stream))
    }
}
