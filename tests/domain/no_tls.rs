//! A server that offers STARTTLS and fails in it, which no real one does; it takes mail in the clear. And
//! what stands before a real server and ends connections.

use crate::servers::Server;
use std::io::Read as _;
use std::net::{SocketAddr, TcpStream};
use testkit::{one_key, raw};

/// Starts them at the addresses of their labels.
pub fn start(servers: &[Server]) {
    let server = Server::named(servers, "no-tls");
    for kind in ["A", "AAAA"] {
        let address = SocketAddr::new(server.address(kind), 25);
        raw::listen_on(&address.to_string(), serve);
    }
    for server in servers {
        let Some(end) = server.front() else { continue };
        let behind = SocketAddr::new(server.behind(), 25);
        for kind in ["A", "AAAA"] {
            let address = SocketAddr::new(server.address(kind), 25);
            one_key::start(&address.to_string(), behind, end);
        }
    }
}

fn serve(mut stream: TcpStream) {
    raw::send(&mut stream, b"220 mx.test ESMTP\r\n");
    loop {
        let line = raw::read_line(&stream);
        let reply: &[u8] = match line.get(..4) {
            Some("EHLO") => b"250-mx.test\r\n250 STARTTLS\r\n",
            Some("STAR") => return fail(stream),
            Some("DATA") => {
                raw::send(&mut stream, b"354 go on\r\n");
                while ![".\r\n", ""].contains(&raw::read_line(&stream).as_str()) {}
                b"250 yes\r\n"
            }
            Some(_) => b"250 yes\r\n",
            None => return,
        };
        raw::send(&mut stream, reply);
    }
}

/// Answers the client's greeting with the alert `handshake_failure` (RFC 8446 section 6.2).
fn fail(mut stream: TcpStream) {
    raw::send(&mut stream, b"220 go on\r\n");
    let _ = stream.read(&mut [0; 4096]);
    raw::send(&mut stream, &[21, 3, 3, 0, 2, 2, 40]);
}
