//! A name server for tests: knows the text records it is told, and can keep silent.

#![allow(
    dead_code,
    reason = "every test binary that includes this file uses its own part of it"
)]
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

const TXT: u16 = 16;

#[derive(Default)]
struct Zone {
    records: Mutex<HashMap<String, Vec<String>>>,
    asked: Mutex<Vec<String>>,
    silent: AtomicBool,
    stop: AtomicBool,
}

pub struct NameServer {
    pub address: SocketAddr,
    zone: Arc<Zone>,
    thread: Option<JoinHandle<()>>,
}

impl NameServer {
    pub fn start() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let nap = Some(Duration::from_millis(20));
        socket.set_read_timeout(nap).expect("a time limit");
        let address = socket.local_addr().expect("an address");
        let zone = Arc::new(Zone::default());
        let inside = zone.clone();
        let thread = thread::spawn(move || answer(&socket, &inside));
        Self {
            address,
            zone,
            thread: Some(thread),
        }
    }

    /// From now on these are the text records of a name.
    pub fn publish(&self, name: &str, texts: &[&str]) {
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        let mut records = self.zone.records.lock().expect("records");
        records.insert(name.to_ascii_lowercase(), texts);
    }

    pub fn keep_silent(&self) {
        self.zone.silent.store(true, Ordering::SeqCst);
    }

    /// Every name that was asked for.
    pub fn asked(&self) -> Vec<String> {
        self.zone.asked.lock().expect("names").clone()
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        self.zone.stop.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn answer(socket: &UdpSocket, zone: &Zone) {
    let mut packet = [0; 1500];
    while !zone.stop.load(Ordering::SeqCst) {
        let Ok((length, from)) = socket.recv_from(&mut packet) else {
            continue;
        };
        let (name, kind, end) = question(&packet[..length]);
        zone.asked.lock().expect("names").push(name.clone());
        if zone.silent.load(Ordering::SeqCst) {
            continue;
        }
        let records = zone.records.lock().expect("records");
        let texts = records.get(&name).filter(|_| kind == TXT);
        let reply = reply(&packet[..end], texts.map_or(&[][..], Vec::as_slice));
        let _ = socket.send_to(&reply, from);
    }
}

/// Name, type, and where the question ends.
fn question(packet: &[u8]) -> (String, u16, usize) {
    let (mut at, mut labels) = (12, Vec::new());
    while packet[at] != 0 {
        let length = usize::from(packet[at]);
        labels.push(String::from_utf8_lossy(&packet[at + 1..=at + length]).to_ascii_lowercase());
        at += length + 1;
    }
    let kind = u16::from_be_bytes([packet[at + 1], packet[at + 2]]);
    (labels.join("."), kind, at + 5)
}

fn reply(question: &[u8], texts: &[String]) -> Vec<u8> {
    let mut reply = question.to_vec();
    // An answer, recursion available; "no such name" where there is nothing.
    reply[2] = 0x81;
    reply[3] = if texts.is_empty() { 0x83 } else { 0x80 };
    reply[4..12].copy_from_slice(&[0, 1, 0, u8::try_from(texts.len()).expect("few"), 0, 0, 0, 0]);
    for text in texts {
        let data: Vec<u8> = text
            .as_bytes()
            .chunks(255)
            .flat_map(|part| [&[u8::try_from(part.len()).expect("short")], part].concat())
            .collect();
        reply.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
        reply.extend(u16::try_from(data.len()).expect("short").to_be_bytes());
        reply.extend(data);
    }
    reply
}
