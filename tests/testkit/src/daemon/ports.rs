//! Ports of the loopback: free ones, and whether a server listens on them.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

/// That many ports that are free at this moment; held together, so that they differ.
pub(crate) fn free(count: usize) -> std::io::Result<Vec<u16>> {
    let listeners = (0..count).map(|_| TcpListener::bind("127.0.0.1:0"));
    let listeners = listeners.collect::<std::io::Result<Vec<_>>>()?;
    let ports = listeners
        .iter()
        .map(|listener| Ok(listener.local_addr()?.port()));
    ports.collect()
}

/// The sockets that listen there, as inodes: asked of the kernel, because a server would log a visit
/// without TLS.
pub(crate) fn listeners(port: u16) -> Vec<String> {
    // The address in the machine's order, the port, the peer, the state: 0A is LISTEN.
    let loopback = u32::from_ne_bytes([127, 0, 0, 1]);
    let wanted = format!(" {loopback:08X}:{port:04X} 00000000:0000 0A ");
    let sockets = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let listening = sockets.lines().filter(|line| line.contains(&wanted));
    let inodes = listening.filter_map(|line| line.split_whitespace().nth(9));
    inodes.map(str::to_owned).collect()
}

/// The server greets so; it has seen us leave when this returns.
pub(crate) fn greets(port: u16, greeting: &str) -> bool {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_secs(1)) else {
        return false;
    };
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let greets = crate::raw::read_line(&stream).starts_with(greeting);
    let _ = stream.write_all(b"QUIT\r\n");
    // Exim holds its answer back for 0.2 s, in the hope that the client closes first.
    let _ = stream.shutdown(Shutdown::Write);
    let _ = stream.read_to_end(&mut Vec::new());
    greets
}
