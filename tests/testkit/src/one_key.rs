//! A front of a mail server whose only key is of RSA. A client that offers no suite for such a key gets no
//! alert: some servers end the connection, or do nothing.

use crate::raw;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What the client gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A reset, as by Schannel.
    Reset,
    /// The end of the stream.
    Closed,
    /// Nothing.
    Silence,
}

/// Listens there, and passes on to `server`; counts its connections.
pub fn start(listen: &str, server: SocketAddr, end: End) -> Arc<AtomicUsize> {
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    raw::listen_on(listen, move |client| {
        counted.fetch_add(1, Ordering::SeqCst);
        let _ = relay(client, server, end);
    });
    connections
}

fn relay(mut client: TcpStream, server: SocketAddr, end: End) -> std::io::Result<()> {
    let mut server = TcpStream::connect(server)?;
    let (mut from, mut to) = (server.try_clone()?, client.try_clone()?);
    let down = std::thread::spawn(move || {
        let _ = std::io::copy(&mut from, &mut to);
    });
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let count = client.read(&mut buffer)?;
        let sent = &buffer[..count];
        if count == 0 {
            let _ = server.shutdown(Shutdown::Write);
            break;
        }
        if is_hello(sent) && !offers_rsa(sent) {
            if end == End::Silence {
                raw::wait_for_end(&mut client);
            }
            if end == End::Reset {
                raw::reset(client);
            }
            let _ = server.shutdown(Shutdown::Both);
            break;
        }
        server.write_all(sent)?;
    }
    let _ = down.join();
    Ok(())
}

/// A record with a `ClientHello`.
fn is_hello(sent: &[u8]) -> bool {
    matches!(sent, [22, 3, _, _, _, 1, ..])
}

/// Two suites for it, which do not stand there by chance: `ECDHE-RSA-AES128-GCM-SHA256` and its bigger one.
fn offers_rsa(hello: &[u8]) -> bool {
    let has = |suite: [u8; 2]| hello.windows(2).any(|two| two == suite);
    has([0xc0, 0x2f]) && has([0xc0, 0x30])
}
