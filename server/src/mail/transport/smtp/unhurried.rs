//! A connection that never reads ahead of an unencrypted reply.
//!
//! The library buffers what it reads and keeps the buffer across STARTTLS. Whoever sits in between could append replies to
//! the one that announces encryption, and they would later be believed as if they had come encrypted: enough to feign a
//! delivery. Read byte by byte, nothing can wait in that buffer; appended bytes run into the handshake, which fails.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The first byte a TLS client ever sends (RFC 8446, section 5.1). No SMTP command begins with it.
const HANDSHAKE: u8 = 0x16;

#[derive(Debug)]
pub struct Unhurried {
    stream: TcpStream,
    encrypted: bool,
}

impl Unhurried {
    pub fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            encrypted: false,
        }
    }
}

impl AsyncTokioStream for Unhurried {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.stream.peer_addr()
    }
}

impl AsyncRead for Unhurried {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context, buffer: &mut ReadBuf) -> Poll<io::Result<()>> {
        if self.encrypted || buffer.remaining() == 0 {
            return Pin::new(&mut self.stream).poll_read(context, buffer);
        }
        let mut byte = [0];
        let mut one = ReadBuf::new(&mut byte);
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut one))?;
        buffer.put_slice(one.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Unhurried {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.encrypted |= bytes.first() == Some(&HANDSHAKE);
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
