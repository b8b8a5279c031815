//! A connection with TLS, for those who go on after the handshake.

use super::stream::Stream;
use rustls::ClientConnection;
use std::io::{self, ErrorKind, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Maximum octets that are read after the handshake. A record for each octet of a short document takes
/// less, and a server that sends empty ones does not go on for ever.
const MAX_OCTETS: usize = 4 * 1024 * 1024;

/// A connection after its handshake. An end without `close_notify` is an error of the kind
/// [`ErrorKind::UnexpectedEof`]: someone in the middle can make one.
#[derive(Debug)]
pub struct TlsStream {
    stream: Stream,
    tls: Box<ClientConnection>,
    octets: usize,
}

impl TlsStream {
    pub(super) fn new(stream: Stream, tls: Box<ClientConnection>) -> Self {
        Self {
            stream,
            tls,
            octets: 0,
        }
    }

    /// Sends what TLS has to send.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.tls.wants_write() {
            let mut wire = Wire {
                stream: &mut self.stream,
                context,
            };
            ready!(polled(self.tls.write_tls(&mut wire)))?;
        }
        Poll::Ready(Ok(()))
    }

    /// Reads once, and has TLS make of it what it can.
    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut wire = Wire {
            stream: &mut self.stream,
            context,
        };
        self.octets += ready!(polled(self.tls.read_tls(&mut wire)))?;
        if self.octets > MAX_OCTETS {
            let why = "the server sends far more than was asked for";
            return Poll::Ready(Err(io::Error::other(why)));
        }
        let read = self.tls.process_new_packets().map(drop);
        Poll::Ready(read.map_err(io::Error::other))
    }
}

/// What has to wait is not an error.
fn polled<T>(done: io::Result<T>) -> Poll<io::Result<T>> {
    match done {
        Err(why) if why.kind() == ErrorKind::WouldBlock => Poll::Pending,
        done => Poll::Ready(done),
    }
}

impl AsyncRead for TlsStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            let free = buffer.initialize_unfilled();
            match polled(this.tls.reader().read(free)) {
                Poll::Ready(read) => {
                    buffer.advance(read?);
                    return Poll::Ready(Ok(()));
                }
                Poll::Pending => {}
            }
            // An answer to a change of keys, which the server need not wait for.
            if let Poll::Ready(Err(why)) = this.poll_send(context) {
                return Poll::Ready(Err(why));
            }
            ready!(this.poll_receive(context))?;
        }
    }
}

impl AsyncWrite for TlsStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        // What waits goes first, so that there is room.
        ready!(this.poll_send(context))?;
        Poll::Ready(this.tls.writer().write(bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_send(context))?;
        Pin::new(&mut this.stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.tls.send_close_notify();
        ready!(this.poll_send(context))?;
        Pin::new(&mut this.stream).poll_shutdown(context)
    }
}

/// The stream as rustls reads and writes it: without waiting.
struct Wire<'a, 'c> {
    stream: &'a mut Stream,
    context: &'a mut Context<'c>,
}

/// Pending is an error here.
fn done<T>(polled: Poll<io::Result<T>>) -> io::Result<T> {
    match polled {
        Poll::Ready(done) => done,
        Poll::Pending => Err(ErrorKind::WouldBlock.into()),
    }
}

impl Read for Wire<'_, '_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut buffer = ReadBuf::new(bytes);
        done(Pin::new(&mut *self.stream).poll_read(self.context, &mut buffer))?;
        Ok(buffer.filled().len())
    }
}

impl Write for Wire<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        done(Pin::new(&mut *self.stream).poll_write(self.context, bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        done(Pin::new(&mut *self.stream).poll_flush(self.context))
    }
}
