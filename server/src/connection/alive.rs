//! A stream that ends when nothing has moved for a while, in either direction. Whatever the protocol waits for — its first bytes, a
//! body, room to write — a peer that has gone, or pretends to, is let go of.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

pub struct Alive<S> {
    stream: S,
    silence: Duration,
    /// When something moved last. The timer is not set anew for each byte; when it rings, this says whether it rang too early.
    moved: Instant,
    timer: Pin<Box<Sleep>>,
}

impl<S> Alive<S> {
    pub fn new(stream: S, silence: Duration) -> Self {
        let moved = Instant::now();
        Self {
            stream,
            silence,
            moved,
            timer: Box::pin(sleep_until(moved + silence)),
        }
    }

    /// Passes on what the stream said, noting progress, and turns waiting too long into an error.
    fn judged<T>(&mut self, context: &mut Context<'_>, polled: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if polled.is_ready() {
            self.moved = Instant::now();
            return polled;
        }
        while self.timer.as_mut().poll(context).is_ready() {
            let end = self.moved + self.silence;
            if Instant::now() >= end {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            self.timer.as_mut().reset(end);
        }
        Poll::Pending
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Alive<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.judged(context, polled)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Alive<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.judged(context, polled)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.judged(context, polled)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    #[tokio::test(start_paused = true)]
    async fn a_silent_peer_is_let_go_of_and_a_slow_one_is_not() {
        let (near, mut far) = duplex(64);
        let mut stream = Alive::new(near, Duration::from_secs(10));
        for _ in 0..5 {
            tokio::time::sleep(Duration::from_secs(8)).await;
            far.write_all(b"x").await.unwrap();
            assert_eq!(stream.read_u8().await.unwrap(), b'x');
        }
        let waited = Instant::now();
        assert_eq!(stream.read_u8().await.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(waited.elapsed() <= Duration::from_secs(11));
    }

    #[tokio::test(start_paused = true)]
    async fn a_peer_that_does_not_read_is_let_go_of() {
        let (near, _far) = duplex(64);
        let mut stream = Alive::new(near, Duration::from_secs(10));
        assert_eq!(
            stream.write_all(&[0; 65]).await.unwrap_err().kind(),
            io::ErrorKind::TimedOut
        );
    }
}
