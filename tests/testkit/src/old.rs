//! Servers that speak what rustls will not: OpenSSL's and GnuTLS's, configured down, and a front
//! that puts STARTTLS before them.

use crate::raw;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A server that speaks TLS at once, with `cert.pem` and `key.pem` of its directory; it ends with
/// this value.
#[derive(Debug)]
pub struct OldServer {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl OldServer {
    /// `openssl s_server`.
    pub fn openssl(dir: &Path, options: &[&str]) -> Self {
        let address = raw::closed_port();
        let mut command = Command::new("openssl");
        command
            .args(["s_server", "-accept", &address.to_string()])
            .args(["-cert", "cert.pem", "-key", "key.pem", "-quiet"])
            .args(options);
        Self::start(command, dir, address)
    }

    /// `gnutls-serv` with a priority string; ask [`has_gnutls`] before.
    pub fn gnutls(dir: &Path, priority: &str) -> Self {
        let address = raw::closed_port();
        let mut command = Command::new("gnutls-serv");
        command
            .args(["--quiet", "--echo", "--port", &address.port().to_string()])
            .args(["--x509certfile", "cert.pem", "--x509keyfile", "key.pem"])
            .args(["--priority", priority]);
        Self::start(command, dir, address)
    }

    fn start(mut command: Command, dir: &Path, address: SocketAddr) -> Self {
        let child = command
            .current_dir(dir)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|why| panic!("{command:?}: {why}; run tests/install"));
        let mut server = Self { child, address };
        for _ in 0..200 {
            if TcpStream::connect(address).is_ok() {
                return server;
            }
            if let Ok(Some(status)) = server.child.try_wait() {
                panic!("{command:?} ended with {status}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{command:?} does not listen");
    }

    /// Where an SMTP server listens that hands its clients to this one after STARTTLS.
    pub fn behind_starttls(&self) -> SocketAddr {
        let behind = self.address;
        raw::listen(move |mut stream| {
            raw::up_to_starttls(&mut stream);
            let Ok(server) = TcpStream::connect(behind) else {
                return;
            };
            raw::send(&mut stream, b"220 go ahead\r\n");
            let (Ok(from_client), Ok(to_server)) = (stream.try_clone(), server.try_clone()) else {
                return;
            };
            std::thread::spawn(move || raw::forward(from_client, to_server));
            raw::forward(server, stream);
        })
    }
}

/// Whether `gnutls-serv` is there; else the test must be skipped.
pub fn has_gnutls(test: &str) -> bool {
    let found = Command::new("gnutls-serv")
        .arg("--version")
        .output()
        .is_ok();
    if !found {
        crate::skip::skip(test, "gnutls-serv is not installed: run tests/install");
    }
    found
}

impl Drop for OldServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One record that holds `data`.
pub fn record(kind: u8, version: u8, data: &[u8]) -> Vec<u8> {
    [&[kind, 3, version], &with_length(2, data)[..]].concat()
}

/// A handshake message.
pub fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind], &with_length(3, body)[..]].concat()
}

/// A `ServerHello` without a session and without extensions, which SSL 3 does not know.
pub fn server_hello(version: u8, suite: u16) -> Vec<u8> {
    let chosen = [&[0], &suite.to_be_bytes()[..], &[0]].concat();
    message(2, &[&[3, version], &[7; 32][..], &chosen].concat())
}

/// A `Certificate` message.
pub fn certificate(chain: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let list: Vec<u8> = chain
        .iter()
        .flat_map(|der| with_length(3, der.as_ref()))
        .collect();
    message(11, &with_length(3, &list))
}

fn with_length(width: usize, bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len().to_be_bytes();
    [&length[length.len() - width..], bytes].concat()
}
