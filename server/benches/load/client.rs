//! One keep-alive connection, written and read by hand: nothing between the last byte sent and the first byte received but the server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

pub struct Connection {
    stream: TcpStream,
    host: String,
}

impl Connection {
    pub fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        Self {
            stream,
            host: address.to_owned(),
        }
    }

    /// Posts JSON; answers the time from the last byte of the request to the first of the response.
    pub fn post(&mut self, path: &str, json: &str) -> Duration {
        self.exchange(path, json).0
    }

    /// The same, for an answer that has to be of one status.
    pub fn post_expecting(&mut self, path: &str, json: &str, status: u16) {
        let answer = self.exchange(path, json).1;
        let expected = format!("HTTP/1.1 {status} ");
        assert!(
            answer.starts_with(&expected),
            "{status} expected, and this came: {answer}"
        );
    }

    fn exchange(&mut self, path: &str, json: &str) -> (Duration, String) {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{json}",
            self.host,
            json.len()
        );
        self.stream.write_all(request.as_bytes()).expect("sent");
        let sent = Instant::now();
        let mut response = vec![0; 8192];
        let mut filled = self.read(&mut response);
        let taken = sent.elapsed();
        while !complete(&response[..filled]) {
            filled += self.read(&mut response[filled..]);
        }
        (taken, String::from_utf8_lossy(&response[..filled]).into_owned())
    }

    fn read(&mut self, into: &mut [u8]) -> usize {
        let read = self.stream.read(into).expect("an answer");
        assert!(read > 0, "the server ended the connection within an answer");
        read
    }
}

fn complete(response: &[u8]) -> bool {
    let text = String::from_utf8_lossy(response);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length: ")
            .map(str::to_owned)
    });
    length
        .and_then(|length| length.parse::<usize>().ok())
        .is_none_or(|length| body.len() >= length)
}
