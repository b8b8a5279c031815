//! The clients that are put before a generated server.

use super::cases::Case;
use smtp_certcheck::starttls::{Speech, Step, begin};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;
use testkit::raw::{listen, read_line, send};

/// A client that waits for more gives up after that time.
const PATIENCE: Duration = Duration::from_millis(700);

/// A program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Client {
    OpenSsl,
    GnuTls,
}

impl Client {
    pub(super) const ALL: [Self; 2] = [Self::OpenSsl, Self::GnuTls];

    pub(super) fn program(self) -> &'static str {
        match self {
            Self::OpenSsl => "openssl",
            Self::GnuTls => "gnutls-cli",
        }
    }

    /// Whether the program sends a `ClientHello` to such a server.
    pub(super) fn starts_tls(self, case: Case) -> bool {
        let (sender, receiver) = channel();
        let address = listen(move |mut stream| {
            let _ = stream.set_read_timeout(Some(PATIENCE));
            send(&mut stream, case.greeting().as_bytes());
            let started = loop {
                if begins_with_tls(&stream) {
                    break true;
                }
                let line = read_line(&stream);
                if line.is_empty() {
                    break false;
                }
                send(&mut stream, case.answer(&line).as_bytes());
            };
            let _ = sender.send(started);
        });
        let mut command = Command::new(self.program());
        let (port, protocol) = (address.port().to_string(), case.protocol());
        match self {
            Self::OpenSsl => command
                .args(["s_client", "-starttls", protocol, "-connect"])
                .arg(address.to_string()),
            Self::GnuTls => {
                let proto = format!("--starttls-proto={protocol}");
                command.args([&proto, "--insecure", "-p", &port, "127.0.0.1"])
            }
        };
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut child = child.expect("the program");
        let started = receiver.recv_timeout(Duration::from_secs(20));
        let _ = child.kill();
        let _ = child.wait();
        started.expect("a connection")
    }
}

fn begins_with_tls(stream: &TcpStream) -> bool {
    let mut first = [0];
    matches!(stream.peek(&mut first), Ok(1)) && first[0] == 0x16
}

/// Whether our dialogue comes to TLS with such a server.
pub(super) fn ours(case: Case) -> bool {
    let mut dialogue = begin(Speech::Only(case.speaks()), "probe.example");
    let mut turn = case.greeting().to_owned();
    loop {
        match dialogue.step() {
            Step::Handshake => return true,
            Step::Send(bytes) => turn = case.answer(&String::from_utf8_lossy(&bytes)),
            Step::Receive if turn.is_empty() => return false,
            Step::Receive => {
                if dialogue
                    .receive(std::mem::take(&mut turn).as_bytes())
                    .is_err()
                {
                    return false;
                }
            }
        }
    }
}
