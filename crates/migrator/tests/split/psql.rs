//! What psql sends for a file, recorded by a server that understands nothing and is content with everything.

use std::fs;
use std::io::{self, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

/// Sent between two files.
const MARK: &str = "the next file;";

/// Whether psql is here and sends the text as it is: before version 15 it left out the comments of a statement.
pub fn is_usable() -> Result<(), String> {
    let output = Command::new("psql")
        .arg("--version")
        .output()
        .map_err(|error| format!("psql does not start: {error}"))?;
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let major = version.split(' ').nth(2).and_then(|number| {
        number
            .split(|c: char| !c.is_ascii_digit())
            .next()?
            .parse::<u32>()
            .ok()
    });
    match major {
        Some(15..) => Ok(()),
        Some(0..15) => Err(format!("{version} leaves out comments")),
        None => Err(format!("psql --version says {version:?}")),
    }
}

/// Whether this psql looks for CREATE FUNCTION in parentheses, too, as it did before the minor releases of November 2026. It
/// shows in no statement that a server would take.
pub fn counts_words_in_parentheses() -> bool {
    let sends = sends(&["(a) create function f() begin ; end ;"]);
    sends[0].len() > 1
}

/// The queries that one psql sends for each of these texts, as files.
pub fn sends(texts: &[&str]) -> Vec<Vec<String>> {
    let folder = Folder::new();
    let listener = UnixListener::bind(folder.0.join(".s.PGSQL.5432")).unwrap();
    let server = thread::spawn(move || record(listener.accept().unwrap().0).unwrap());
    let mut psql = Command::new("psql");
    psql.args(["-Xq", "-p", "5432", "-U", "u", "-d", "d", "-h"])
        .arg(&folder.0)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("PGCLIENTENCODING", "UTF8")
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    for (index, text) in texts.iter().enumerate() {
        let file = folder.0.join(format!("{index}.sql"));
        fs::write(&file, text).unwrap();
        psql.arg("-f").arg(file).args(["-c", MARK]);
    }
    let output = psql.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", output.status);
    let queries = server.join().unwrap();
    let mut files: Vec<Vec<String>> = queries
        .split(|query| query == MARK)
        .map(<[String]>::to_vec)
        .collect();
    assert_eq!(files.pop(), Some(Vec::new()), "psql stopped early");
    assert_eq!(files.len(), texts.len());
    files
}

/// Serves one session to its end and returns its queries.
fn record(mut stream: UnixStream) -> io::Result<Vec<String>> {
    let mut input = BufReader::new(stream.try_clone()?);
    // Over a unix socket psql asks for no encryption first; its introduction does not matter.
    body(&mut input)?;
    let mut hello = message(b'R', &0u32.to_be_bytes());
    for (name, value) in [
        ("server_version", "15.0"),
        ("server_encoding", "UTF8"),
        ("client_encoding", "UTF8"),
        ("standard_conforming_strings", "on"),
    ] {
        hello.extend(message(b'S', format!("{name}\0{value}\0").as_bytes()));
    }
    hello.extend(message(b'K', &[0; 8]));
    hello.extend(message(b'Z', b"I"));
    stream.write_all(&hello)?;
    let mut done = message(b'C', b"DO\0");
    done.extend(message(b'Z', b"I"));
    let mut queries = Vec::new();
    loop {
        let mut kind = [0];
        input.read_exact(&mut kind)?;
        let mut text = body(&mut input)?;
        match kind[0] {
            b'Q' => {
                text.pop();
                queries.push(String::from_utf8(text).expect("psql sends what it reads"));
                stream.write_all(&done)?;
            }
            b'X' => return Ok(queries),
            other => panic!("psql sent a message of type {:?}", char::from(other)),
        }
    }
}

fn body(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    input.read_exact(&mut length)?;
    let mut body = vec![0; u32::from_be_bytes(length) as usize - 4];
    input.read_exact(&mut body)?;
    Ok(body)
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut message = vec![kind];
    message.extend((body.len() as u32 + 4).to_be_bytes());
    message.extend(body);
    message
}

/// A temporary folder, short enough for a socket's path, removed with the value.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = Path::new("/tmp").join(format!("split-{}-{number}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
