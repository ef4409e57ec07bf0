//! A proxy for PostgreSQL's protocol that counts what a client sends: connections, and messages that wait for an answer. It can simulate a
//! distance between the two.
//!
//! It refuses encryption, which it could not read through.
//! The protocol: <https://www.postgresql.org/docs/current/protocol-message-formats.html>.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use std::time::Duration;

use anyhow::{Context, Result};

use crate::delay::Delayed;

/// The codes of a first packet that asks for encryption: SSLRequest and GSSENCRequest.
const ENCRYPTION: [u32; 2] = [80_877_103, 80_877_104];
/// A longer first packet is not PostgreSQL's: MAX_STARTUP_PACKET_LENGTH in its `postmaster.h`.
const LONGEST_STARTUP: usize = 10_000;

/// Where the real server listens.
#[derive(Clone)]
pub enum Upstream {
    /// A host and its port.
    Tcp(String, u16),
    /// A Unix socket.
    #[cfg(unix)]
    Unix(std::path::PathBuf),
}

/// What clients have sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Connections that got as far as a startup packet.
    pub connections: usize,
    /// Messages after which the client waits for the server: Query, Sync and FunctionCall.
    pub round_trips: usize,
}

#[derive(Default)]
struct Shared {
    connections: AtomicUsize,
    round_trips: AtomicUsize,
    stopping: AtomicBool,
    /// Why a connection could not be passed on.
    failure: Mutex<Option<String>>,
}

/// A listening proxy; dropping it ends it.
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    listener: Option<JoinHandle<()>>,
}

impl Proxy {
    /// Listens on a free port of the loopback interface.
    pub fn start(upstream: Upstream) -> Result<Proxy> {
        Proxy::distant(upstream, Duration::ZERO)
    }

    /// Adds `round_trip` to the time between a message and its answer: half of it in each direction, from the first packet after the
    /// TCP connection on. That the connection itself is there at once spares every client the same.
    pub fn distant(upstream: Upstream, round_trip: Duration) -> Result<Proxy> {
        let delay = round_trip / 2;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .context("failed to open a port for the proxy")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::default());
        let accepting = Arc::clone(&shared);
        let listener = thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if accepting.stopping.load(Ordering::SeqCst) {
                    return;
                }
                let (upstream, shared) = (upstream.clone(), Arc::clone(&accepting));
                thread::spawn(move || {
                    if let Err(error) = pass(client, &upstream, delay, &shared) {
                        *shared
                            .failure
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
                    }
                });
            }
        });
        Ok(Proxy {
            address,
            shared,
            listener: Some(listener),
        })
    }

    /// The proxy's port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// What was counted so far. A message is counted before the server sees it.
    pub fn counts(&self) -> Counts {
        Counts {
            connections: self.shared.connections.load(Ordering::SeqCst),
            round_trips: self.shared.round_trips.load(Ordering::SeqCst),
        }
    }

    /// Why a connection broke, where one did: the client may say less.
    pub fn failure(&self) -> Option<String> {
        self.shared
            .failure
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        // Wakes the thread that waits for a client.
        let woken = TcpStream::connect(self.address).is_ok();
        if let Some(listener) = self.listener.take().filter(|_| woken) {
            let _ = listener.join();
        }
    }
}

type Halves = (
    Box<dyn Read + Send>,
    Box<dyn Write + Send>,
    Box<dyn Fn() + Send>,
);

impl Upstream {
    /// Connects: the reading half, the writing half, and what closes both.
    fn connect(&self) -> io::Result<Halves> {
        match self {
            Upstream::Tcp(host, port) => {
                let stream = TcpStream::connect((host.as_str(), *port))?;
                stream.set_nodelay(true)?;
                let (reader, closer) = (stream.try_clone()?, stream.try_clone()?);
                let close = move || drop(closer.shutdown(Shutdown::Both));
                Ok((Box::new(reader), Box::new(stream), Box::new(close)))
            }
            #[cfg(unix)]
            Upstream::Unix(path) => {
                let stream = std::os::unix::net::UnixStream::connect(path)?;
                let (reader, closer) = (stream.try_clone()?, stream.try_clone()?);
                let close = move || drop(closer.shutdown(Shutdown::Both));
                Ok((Box::new(reader), Box::new(stream), Box::new(close)))
            }
        }
    }
}

/// Passes one connection's bytes in both directions until the client ends it.
fn pass(
    mut client: TcpStream,
    upstream: &Upstream,
    delay: Duration,
    shared: &Shared,
) -> io::Result<()> {
    client.set_nodelay(true)?;
    let Some(startup) = startup(&mut client)? else {
        return Ok(());
    };
    shared.connections.fetch_add(1, Ordering::SeqCst);
    let (mut answers, server, close) = upstream.connect()?;
    let mut server = away(server, delay);
    server.write_all(&startup)?;
    let back = client.try_clone()?;
    let mut answered = away(Box::new(client.try_clone()?), delay);
    let backward = thread::spawn(move || {
        let _ = io::copy(&mut answers, &mut answered);
        // What is still under way arrives first.
        drop(answered);
        let _ = back.shutdown(Shutdown::Both);
    });
    let forwarded = forward(&mut client, &mut server, shared);
    drop(server);
    close();
    let _ = backward.join();
    forwarded
}

/// A writer at this distance.
fn away(writer: Box<dyn Write + Send>, delay: Duration) -> Box<dyn Write + Send> {
    if delay.is_zero() {
        writer
    } else {
        Box::new(Delayed::new(writer, delay))
    }
}

/// Reads the startup packet, refusing encryption first if that is asked for; `None` when the client goes away.
fn startup(client: &mut TcpStream) -> io::Result<Option<Vec<u8>>> {
    loop {
        let mut head = [0; 8];
        match client.read_exact(&mut head) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            result => result?,
        }
        let [length, code] = [&head[..4], &head[4..]].map(big_endian);
        if ENCRYPTION.contains(&code) {
            client.write_all(b"N")?;
            continue;
        }
        let length = length as usize;
        if !(head.len()..=LONGEST_STARTUP).contains(&length) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the first packet is no startup packet",
            ));
        }
        let mut packet = head.to_vec();
        packet.resize(length, 0);
        client.read_exact(&mut packet[head.len()..])?;
        return Ok(Some(packet));
    }
}

fn forward(client: &mut TcpStream, server: &mut dyn Write, shared: &Shared) -> io::Result<()> {
    let mut messages = Messages::default();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = match client.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => return Ok(()),
            result => result?,
        };
        let round_trips = messages.feed(&buffer[..read]);
        shared.round_trips.fetch_add(round_trips, Ordering::SeqCst);
        server.write_all(&buffer[..read])?;
    }
}

fn big_endian(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// Finds the messages in a client's stream after the startup packet, in whatever pieces it comes.
#[derive(Default)]
struct Messages {
    /// A message's type and length, as far as they have come.
    head: Vec<u8>,
    /// Bytes of a message's body that are still to come.
    body: usize,
}

impl Messages {
    /// Reads the next piece, and returns how many messages that wait for an answer begin with it.
    fn feed(&mut self, mut piece: &[u8]) -> usize {
        const HEAD: usize = 5;
        let mut round_trips = 0;
        while !piece.is_empty() {
            let skipped = self.body.min(piece.len());
            self.body -= skipped;
            piece = &piece[skipped..];
            let taken = (HEAD - self.head.len()).min(piece.len());
            self.head.extend_from_slice(&piece[..taken]);
            piece = &piece[taken..];
            if self.head.len() == HEAD {
                round_trips += usize::from(matches!(self.head[0], b'Q' | b'S' | b'F'));
                // The length counts itself, but not the type.
                self.body = (big_endian(&self.head[1..]) as usize).saturating_sub(4);
                self.head.clear();
            }
        }
        round_trips
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = (body.len() as u32 + 4).to_be_bytes();
        [&[kind], &length[..], body].concat()
    }

    /// Parse, Bind, Execute and Sync in one, a Query whose text looks like messages, and Terminate.
    fn session() -> Vec<u8> {
        let looks_like = [message(b'Q', b"x"), message(b'S', b"")].concat();
        [
            message(b'P', b"\0select 1\0\0\0"),
            message(b'B', &[b'Q'; 300]),
            message(b'E', b"\0\0\0\0\0"),
            message(b'S', b""),
            message(b'Q', &looks_like),
            message(b'X', b""),
        ]
        .concat()
    }

    #[test]
    fn only_messages_that_wait_for_an_answer_count_in_whatever_pieces_they_come() {
        let bytes = session();
        for size in [1, 2, 5, 7, 64, bytes.len()] {
            let mut messages = Messages::default();
            let counted: usize = bytes.chunks(size).map(|piece| messages.feed(piece)).sum();
            assert_eq!(counted, 2, "in pieces of {size}");
        }
    }

    #[test]
    fn a_connection_goes_through_and_its_encryption_request_does_not() {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = server.local_addr().unwrap().port();
        let proxy = Proxy::start(Upstream::Tcp("127.0.0.1".to_owned(), port)).unwrap();
        let startup = [
            &12_u32.to_be_bytes()[..],
            &196_608_u32.to_be_bytes(),
            b"abc\0",
        ]
        .concat();
        let sent = [startup, session()].concat();
        let expected = sent.clone();
        let echo = thread::spawn(move || {
            let (mut connection, _) = server.accept().unwrap();
            let mut received = vec![0; expected.len()];
            connection.read_exact(&mut received).unwrap();
            assert_eq!(received, expected);
            connection.write_all(b"answer").unwrap();
        });
        let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).unwrap();
        let ssl_request = [8_u32.to_be_bytes(), ENCRYPTION[0].to_be_bytes()].concat();
        client.write_all(&ssl_request).unwrap();
        let mut refusal = [0];
        client.read_exact(&mut refusal).unwrap();
        client.write_all(&sent).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        echo.join().unwrap();
        assert_eq!((&refusal, answer.as_str()), (b"N", "answer"));
        assert_eq!(
            proxy.counts(),
            Counts {
                connections: 1,
                round_trips: 2
            }
        );
        assert_eq!(proxy.failure(), None);
    }

    #[test]
    fn a_server_that_is_not_there_is_told() {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let proxy = Proxy::start(Upstream::Tcp("127.0.0.1".to_owned(), free)).unwrap();
        let mut client = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).unwrap();
        let startup = [8_u32.to_be_bytes(), 196_608_u32.to_be_bytes()].concat();
        client.write_all(&startup).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        while proxy.failure().is_none() {
            thread::yield_now();
        }
        assert!(proxy.failure().unwrap().contains("refused"));
    }
}
