//! A relay in front of a server that notes what clients send.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// A running relay. Its threads end with the connections and the process.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    sent: Sent,
}

/// The first byte of each message.
type Sent = Arc<Mutex<String>>;

impl Relay {
    /// A relay at a free port of 127.0.0.1.
    pub fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let sent = Sent::default();
        let noted = Arc::clone(&sent);
        thread::spawn(move || {
            while let Ok((client, _)) = listener.accept() {
                relay(client, TcpStream::connect(server).unwrap(), &noted);
            }
        });
        Self { address, sent }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What clients have sent since this was asked last: a letter for each message, such as `P` for Parse, `B` for Bind and `Q` for a simple
    /// query. <https://www.postgresql.org/docs/current/protocol-message-formats.html>
    pub fn sent(&self) -> String {
        std::mem::take(&mut self.sent.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn relay(client: TcpStream, server: TcpStream, sent: &Sent) {
    let (mut from_client, mut to_server) =
        (client.try_clone().unwrap(), server.try_clone().unwrap());
    let sent = Arc::clone(sent);
    thread::spawn(move || {
        let _ended = note(&mut from_client, &mut to_server, &sent);
        let _closed = to_server.shutdown(Shutdown::Write);
    });
    let (mut from_server, mut to_client) = (server, client);
    thread::spawn(move || {
        let _ended = io::copy(&mut from_server, &mut to_client);
        let _closed = to_client.shutdown(Shutdown::Both);
    });
}

/// Passes messages on until the client ends. The first one is the only one without a letter.
fn note(from: &mut TcpStream, to: &mut TcpStream, sent: &Sent) -> io::Result<()> {
    pass(from, to)?;
    loop {
        let mut letter = [0];
        from.read_exact(&mut letter)?;
        sent.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(letter[0].into());
        to.write_all(&letter)?;
        pass(from, to)?;
    }
}

/// Passes on a message's length, which counts itself, and the rest.
fn pass(from: &mut TcpStream, to: &mut TcpStream) -> io::Result<()> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    to.write_all(&length)?;
    let rest = u64::from(u32::from_be_bytes(length)).saturating_sub(4);
    io::copy(&mut from.take(rest), to)?;
    Ok(())
}
