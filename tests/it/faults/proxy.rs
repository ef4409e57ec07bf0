//! A proxy between a client and a PostgreSQL server that counts the messages which ask the server for work, over all connections, and
//! makes one fault happen at the n-th.
//!
//! It knows as much of the protocol as it takes to find where messages begin and which reply belongs to which.
//! <https://www.postgresql.org/docs/current/protocol-message-formats.html>

use std::fs;
use std::io::{BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, Weak, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::private::signal;
use super::program::Program;
use super::target::through;
use crate::support::{Database, eventually};

/// When a fault happens, seen from the message that it happens at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Before the server gets it.
    Unsent,
    /// When the server has just got it.
    InFlight,
    /// When the server has carried it out, and the client has not heard of it.
    Unanswered,
}

/// What happens.
#[derive(Clone)]
pub enum Deed {
    /// The client is killed.
    Kill,
    /// The psql that the client talks through is killed.
    KillPsql,
    /// The client's connection is reset.
    Reset,
    /// Nothing gets through on this connection any longer, and neither side is notified.
    Swallow,
    /// As [`Deed::Swallow`], on all connections and new ones.
    SwallowAll,
    /// Something happens to the server; the function gets the pid of the connection's backend.
    Call(Arc<dyn Fn(u32) + Send + Sync>),
}

/// One fault.
#[derive(Clone)]
pub struct Fault {
    /// At which message, counted from 1.
    pub at: usize,
    /// When.
    pub moment: Moment,
    /// What.
    pub deed: Deed,
}

/// A running proxy. On drop it closes every connection, so that the server learns that the client is gone.
pub struct Proxy {
    port: u16,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

/// What all connections have in common.
struct Shared {
    server: SocketAddr,
    client: Program,
    fault: Option<Fault>,
    count: AtomicUsize,
    happening: AtomicBool,
    fired: AtomicBool,
    swallow: AtomicBool,
    closing: AtomicBool,
    connections: Mutex<Vec<Weak<Connection>>>,
}

impl Proxy {
    /// A proxy to `server` for the program `client`.
    pub fn start(server: SocketAddr, client: &Program, fault: Option<Fault>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            server,
            client: client.clone(),
            fault,
            count: AtomicUsize::new(0),
            happening: AtomicBool::new(false),
            fired: AtomicBool::new(false),
            swallow: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            connections: Mutex::default(),
        });
        let accepting = Arc::clone(&shared);
        let acceptor = thread::spawn(move || accepting.accept(&listener));
        Self {
            port,
            shared,
            acceptor: Some(acceptor),
        }
    }

    /// Where it listens, on the loopback interface.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many messages asked the server for work.
    pub fn count(&self) -> usize {
        self.shared.count.load(SeqCst)
    }

    /// Whether the fault has happened. What happens to a server continues for a while after its clients have noticed.
    pub fn fired(&self) -> bool {
        let happening = || self.shared.happening.load(SeqCst);
        eventually("the fault ends", || !happening());
        self.shared.fired.load(SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.closing.store(true, SeqCst);
        // It waits for a connection; this is one.
        let _woken = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port));
        if let Some(acceptor) = self.acceptor.take() {
            let ended = acceptor.join();
            assert!(ended.is_ok() || thread::panicking(), "the proxy panicked");
        }
        for connection in self.shared.connections.lock().unwrap().drain(..) {
            if let Some(connection) = connection.upgrade() {
                connection.close();
            }
        }
    }
}

impl Shared {
    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        for client in listener.incoming() {
            if self.closing.load(SeqCst) {
                return;
            }
            // A server that is down refuses the client, too.
            let (Ok(client), Ok(server)) = (client, TcpStream::connect(self.server)) else {
                continue;
            };
            client.set_nodelay(true).unwrap();
            server.set_nodelay(true).unwrap();
            let connection = Arc::new(Connection {
                client,
                server,
                shared: Arc::clone(self),
                asked: AtomicUsize::new(0),
                withheld: AtomicUsize::new(0),
                swallow: AtomicBool::new(false),
                reset: AtomicBool::new(false),
                backend: AtomicU32::new(0),
            });
            let mut connections = self.connections.lock().unwrap();
            connections.push(Arc::downgrade(&connection));
            let other = Arc::clone(&connection);
            thread::spawn(move || connection.forward());
            thread::spawn(move || other.reply());
        }
    }

    /// Counts one message; gives the fault that happens at it.
    fn ask(&self) -> Option<&Fault> {
        let count = self.count.fetch_add(1, SeqCst) + 1;
        self.fault.as_ref().filter(|fault| fault.at == count)
    }
}

/// A client's connection and its connection to the server. Neither socket is ever duplicated: a reset is what closing the last
/// descriptor sends.
struct Connection {
    client: TcpStream,
    server: TcpStream,
    shared: Arc<Shared>,
    /// How many messages asked for work on this connection.
    asked: AtomicUsize,
    /// The message whose reply is withheld, counted in `asked`; 0 when none is.
    withheld: AtomicUsize,
    swallow: AtomicBool,
    reset: AtomicBool,
    /// The pid that the server gave in BackendKeyData.
    backend: AtomicU32,
}

impl Connection {
    /// From the client to the server.
    fn forward(&self) {
        let mut reader = BufReader::new(&self.client);
        if self.start_up(&mut reader).is_some() {
            while let Some(message) = read_message(&mut reader) {
                if !self.swallows() && self.pass(&message).is_none() {
                    break;
                }
            }
        }
        // The client is gone. A peer behind a black hole does not notice.
        if !self.swallows() {
            self.close();
        }
    }

    /// What comes before the first message. Encryption is declined.
    fn start_up(&self, reader: &mut impl Read) -> Option<()> {
        const SSL: u32 = 80_877_103;
        const GSS: u32 = 80_877_104;
        loop {
            let packet = read_body(reader, Vec::new())?;
            let code = packet.get(4..8)?.try_into().ok()?;
            match u32::from_be_bytes(code) {
                SSL | GSS => (&self.client).write_all(b"N").ok()?,
                _ if self.swallows() => return Some(()),
                _ => return (&self.server).write_all(&packet).ok(),
            }
        }
    }

    /// Passes one message on, unless its fault says otherwise; `None` when the connection has ended.
    fn pass(&self, message: &[u8]) -> Option<()> {
        let asks_for_work = matches!(message[0], b'Q' | b'S');
        if asks_for_work {
            let asked = self.asked.fetch_add(1, SeqCst) + 1;
            if let Some(fault) = self.shared.ask() {
                match fault.moment {
                    Moment::Unsent if self.happen(fault) => {}
                    Moment::Unsent => return Some(()),
                    Moment::InFlight => {
                        (&self.server).write_all(message).ok()?;
                        self.happen(fault);
                        return Some(());
                    }
                    Moment::Unanswered => self.withheld.store(asked, SeqCst),
                }
            }
        }
        (&self.server).write_all(message).ok()
    }

    /// From the server to the client.
    fn reply(&self) {
        let mut reader = BufReader::new(&self.server);
        // The first ReadyForQuery ends the start-up; each later one is the end of a reply.
        let mut ready = 0;
        while let Some(message) = read_message(&mut reader) {
            if message[0] == b'K'
                && let Some(pid) = message.get(5..9)
            {
                let pid = pid.try_into().map(u32::from_be_bytes);
                self.backend.store(pid.unwrap_or_default(), SeqCst);
            }
            let withheld = self.withheld.load(SeqCst);
            let is_withheld = withheld > 0 && ready >= withheld;
            ready += usize::from(message[0] == b'Z');
            if is_withheld && message[0] == b'Z' && ready > withheld {
                self.withheld_happens();
            } else if !is_withheld
                && !self.swallows()
                && (&self.client).write_all(&message).is_err()
            {
                break;
            }
        }
        let withheld = self.withheld.load(SeqCst);
        if withheld > 0 && ready <= withheld {
            // The server hung up instead of replying.
            self.withheld_happens();
        }
        if !self.swallows() && !self.reset.load(SeqCst) {
            self.close();
        }
    }

    fn withheld_happens(&self) {
        if let Some(fault) = &self.shared.fault {
            self.happen(fault);
        }
    }

    /// Makes the fault happen; returns whether to pass on the current message.
    fn happen(&self, fault: &Fault) -> bool {
        self.shared.happening.store(true, SeqCst);
        match &fault.deed {
            Deed::Kill => self.shared.client.kill(),
            Deed::KillPsql => kill_psql(self.client.local_addr().unwrap().port()),
            Deed::Reset => {
                self.reset.store(true, SeqCst);
                let socket = socket2::SockRef::from(&self.client);
                socket.set_linger(Some(Duration::ZERO)).unwrap();
                // Both threads end at this, and with the last of them the client's socket is closed.
                let _gone = self.server.shutdown(Shutdown::Both);
                let _not_a_goodbye = self.client.shutdown(Shutdown::Read);
            }
            Deed::Swallow => self.swallow.store(true, SeqCst),
            Deed::SwallowAll => self.shared.swallow.store(true, SeqCst),
            Deed::Call(function) => function(self.backend.load(SeqCst)),
        }
        self.shared.fired.store(true, SeqCst);
        self.shared.happening.store(false, SeqCst);
        matches!(fault.deed, Deed::Call(_))
    }

    fn swallows(&self) -> bool {
        self.swallow.load(SeqCst) || self.shared.swallow.load(SeqCst)
    }

    fn close(&self) {
        if !self.reset.load(SeqCst) {
            let _gone = self.client.shutdown(Shutdown::Both);
        }
        let _gone = self.server.shutdown(Shutdown::Both);
    }
}

/// Kills each psql that connects to this port.
fn kill_psql(port: u16) {
    let variable = format!("PGPORT={port}");
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let name = fs::read_to_string(entry.path().join("comm"));
        let variables = fs::read(entry.path().join("environ")).unwrap_or_default();
        let mut variables = variables.split(|byte| *byte == 0);
        if name.is_ok_and(|name| name == "psql\n") && variables.any(|it| it == variable.as_bytes())
        {
            let pid = entry.file_name().to_string_lossy().parse().unwrap();
            signal("KILL", pid);
        }
    }
}

/// One message with its type and length; `None` when the connection has ended.
fn read_message(reader: &mut impl Read) -> Option<Vec<u8>> {
    let mut kind = vec![0];
    reader.read_exact(&mut kind).ok()?;
    read_body(reader, kind)
}

/// A length, which includes itself, and its content, after `message`.
fn read_body(reader: &mut impl Read, mut message: Vec<u8>) -> Option<Vec<u8>> {
    let mut length = [0; 4];
    reader.read_exact(&mut length).ok()?;
    message.extend(length);
    let rest = u32::from_be_bytes(length).checked_sub(4)?;
    let start = message.len();
    message.resize(start + rest as usize, 0);
    reader.read_exact(&mut message[start..]).ok()?;
    Some(message)
}

/// What one fault at the second of three messages, an INSERT, leaves: whether the client hears of it, whether its program still runs,
/// and how many rows there are.
fn second_of_three(database: &Database, moment: Moment, deed: Deed) -> String {
    let program = Program::default();
    let is_silent = matches!(deed, Deed::Kill | Deed::Swallow | Deed::SwallowAll);
    let output = std::env::temp_dir().join(format!("{}.log", database.name()));
    program.start(Command::new("sleep").arg("60"), &output);
    let fault = Fault {
        at: 2,
        moment,
        deed,
    };
    let config: postgres::Config = database.url().parse().unwrap();
    let server = SocketAddr::from((Ipv4Addr::LOCALHOST, config.get_ports()[0]));
    let proxy = Proxy::start(server, &program, Some(fault));
    let url = through(&database.url(), proxy.port());
    let (heard, hears) = mpsc::channel();
    let client = thread::spawn(move || {
        let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
        client
            .batch_execute("DROP TABLE IF EXISTS t; CREATE TABLE t ()")
            .unwrap();
        let reply = client.batch_execute("INSERT INTO t DEFAULT VALUES");
        let _deaf = heard.send(reply.is_ok());
    });
    eventually("the fault happens", || proxy.fired());
    let patience = if is_silent {
        Duration::from_millis(200)
    } else {
        Duration::from_secs(10)
    };
    let reply = match hears.recv_timeout(patience) {
        Ok(true) => "is answered",
        Ok(false) => "fails",
        Err(_) => "hears nothing",
    };
    assert_eq!(proxy.count(), 2);
    let sql = "SELECT count(*) FROM t";
    let rows: i64 = database.client().query_one(sql, &[]).unwrap().get(0);
    let alive = match program.ended() {
        None => "alive",
        Some(_) => "dead",
    };
    program.kill();
    program.wait(Duration::from_secs(10));
    fs::remove_file(output).unwrap();
    drop(proxy);
    client.join().unwrap();
    format!("{reply}, {alive}, {rows} rows")
}

#[testkit::test]
fn a_fault_happens_at_its_message_and_at_its_moment(database: Database) {
    for (moment, deed, expected) in [
        (Moment::Unsent, Deed::Reset, "fails, alive, 0 rows"),
        (Moment::Unanswered, Deed::Reset, "fails, alive, 1 rows"),
        (Moment::Unsent, Deed::Kill, "hears nothing, dead, 0 rows"),
        (
            Moment::Unanswered,
            Deed::Kill,
            "hears nothing, dead, 1 rows",
        ),
        (
            Moment::Unsent,
            Deed::Swallow,
            "hears nothing, alive, 0 rows",
        ),
        (
            Moment::Unanswered,
            Deed::SwallowAll,
            "hears nothing, alive, 1 rows",
        ),
        (
            Moment::Unsent,
            Deed::Call(Arc::new(|_| {})),
            "is answered, alive, 1 rows",
        ),
    ] {
        assert_eq!(
            second_of_three(&database, moment, deed),
            expected,
            "{moment:?}"
        );
    }
}
