//! Ports for servers that cannot be given an open socket.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// A port outside the range that systems assign, so that no other program takes it before its server does, or while that restarts.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// A port of 127.0.0.1 that is free, and that no other test is given.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Another process of tests begins far from here, also the next one: the number is prime.
    let begin = (std::process::id().wrapping_mul(7919) % u32::from(COUNT)) as u16;
    let mut ports = (0..COUNT).map(|_| {
        let next = NEXT.fetch_add(1, Ordering::Relaxed) % COUNT;
        FIRST + (begin + next) % COUNT
    });
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    ports.find(is_free).expect("a port of 127.0.0.1 is free")
}
