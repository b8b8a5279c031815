//! A server that knows no protocol: it listens, and hands each connection to a function that reads
//! and writes what it likes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

/// Listens on a free port of the IPv4 loopback. The thread ends with the process.
pub fn listen(handler: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    listen_on("127.0.0.1:0", handler)
}

/// Listens on `address`.
pub fn listen_on(address: &str, handler: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind(address).expect("a free port");
    let address = listener.local_addr().expect("an address");
    let handler = Arc::new(handler);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = stream.set_nodelay(true);
            let handler = Arc::clone(&handler);
            std::thread::spawn(move || handler(stream));
        }
    });
    address
}

/// Says nothing until the client leaves.
pub fn silent(mut client: TcpStream) {
    wait_for_end(&mut client);
}

/// A server that sends the first of `turns` at once, one more after each line of the client, and
/// then nothing.
pub fn says<T: AsRef<[u8]>>(turns: &[T]) -> SocketAddr {
    let turns: Vec<Vec<u8>> = turns.iter().map(|turn| turn.as_ref().to_vec()).collect();
    listen(move |mut stream| {
        for (index, turn) in turns.iter().enumerate() {
            if index > 0 {
                read_line(&stream);
            }
            send(&mut stream, turn);
        }
        wait_for_end(&mut stream);
    })
}

/// Refuses the client for now.
pub fn busy(mut client: TcpStream) {
    send(&mut client, b"421 too busy\r\n");
}

/// Greets, and offers no STARTTLS.
pub fn without_starttls(mut client: TcpStream) {
    send(&mut client, b"220 mx.test ESMTP\r\n");
    read_line(&client);
    send(&mut client, b"250 mx.test\r\n");
    wait_for_end(&mut client);
}

/// The line of an audit's list for a server under the name `localhost`.
pub fn line(address: SocketAddr) -> String {
    format!("smtp://localhost:{}\n", address.port())
}

/// A closed port of the loopback.
pub fn closed_port() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address")
}

/// Passes bytes on to a server, both ways, until one of them ends it.
pub fn relay(client: TcpStream, server: SocketAddr) {
    let Ok(server) = TcpStream::connect(server) else {
        return;
    };
    let (Ok(from_client), Ok(to_server)) = (client.try_clone(), server.try_clone()) else {
        return;
    };
    let up = std::thread::spawn(move || forward(from_client, to_server));
    forward(server, client);
    let _ = up.join();
}

/// One way of it.
pub fn forward(mut from: TcpStream, mut to: TcpStream) {
    let _ = std::io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}

/// Resets the connection.
pub fn reset(stream: TcpStream) {
    use nix::sys::socket::{setsockopt, sockopt::Linger};
    let at_once = nix::libc::linger {
        l_onoff: 1,
        l_linger: 0,
    };
    let _ = setsockopt(&stream, Linger, &at_once);
    drop(stream);
}

/// Sends bytes; a client that has gone is not an error.
pub fn send(stream: &mut TcpStream, bytes: &[u8]) {
    let _ = stream.write_all(bytes);
    let _ = stream.flush();
}

/// Reads one line with its end; empty at the end of the stream.
pub fn read_line(stream: &TcpStream) -> String {
    let mut line = Vec::new();
    // One byte at a time, so that nothing after the line is swallowed.
    let mut reader = BufReader::with_capacity(1, stream);
    let _ = reader.read_until(b'\n', &mut line);
    String::from_utf8_lossy(&line).into_owned()
}

/// Waits until the client closes, at most a minute.
pub fn wait_for_end(stream: &mut TcpStream) {
    let _ = stream.set_read_timeout(Some(Duration::from_mins(1)));
    let mut buffer = [0; 1024];
    while matches!(stream.read(&mut buffer), Ok(1..)) {}
}

/// Greets, answers EHLO with an offer of STARTTLS, and reads the STARTTLS command.
pub fn up_to_starttls(stream: &mut TcpStream) {
    send(stream, b"220 mx.test ESMTP\r\n");
    read_line(stream);
    send(stream, b"250-mx.test\r\n250 STARTTLS\r\n");
    read_line(stream);
}
