//! An embedded server with real TLS, of SMTP or another protocol, for the demo, the benchmarks, and the tests of what real
//! servers will not do on demand. It counts the flights that it sends.

use crate::pki::Identity;
use crate::raw;
use crate::service::Service;
use crate::words::Words;
use rustls::crypto::aws_lc_rs;
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{RootCertStore, ServerConfig, ServerConnection, SupportedProtocolVersion};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How the server behaves.
#[derive(Clone, Debug)]
pub struct Behaviour {
    /// The protocol; how TLS starts is another matter.
    pub service: Service,
    /// Whether an IMAP server has its capabilities in its greeting.
    pub lists_in_greeting: bool,
    /// TLS from the first byte.
    pub implicit_tls: bool,
    /// The versions that it speaks.
    pub versions: &'static [&'static SupportedProtocolVersion],
    /// Demands a client certificate that this CA issued.
    pub client_ca: Option<rustls::pki_types::CertificateDer<'static>>,
    /// Staples this OCSP response.
    pub ocsp: Option<Vec<u8>>,
    /// Stays silent after its handshake flight: a client that needs more hangs.
    pub mute_after_handshake: bool,
    /// Waits before it greets.
    pub greet_delay: Duration,
    /// The name that it gives itself.
    pub name: &'static str,
    /// Shown to clients that do not accept the signatures of the first identity's key.
    pub second: Option<Identity>,
    /// Shown to clients that send no name (SNI).
    pub nameless: Option<Identity>,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            service: Service::Smtp,
            lists_in_greeting: false,
            implicit_tls: false,
            versions: rustls::ALL_VERSIONS,
            client_ca: None,
            ocsp: None,
            mute_after_handshake: false,
            greet_delay: Duration::ZERO,
            name: "demo.test",
            second: None,
            nameless: None,
        }
    }
}

/// What each connection is shown, in turn.
#[derive(Debug)]
struct Turns {
    configs: Vec<Arc<ServerConfig>>,
    next: usize,
}

impl Turns {
    fn of(identities: &[&Identity], behaviour: &Behaviour) -> Self {
        let configs = identities
            .iter()
            .map(|identity| Arc::new(tls_config(identity, behaviour)))
            .collect();
        Self { configs, next: 0 }
    }

    fn take(&mut self) -> Arc<ServerConfig> {
        let config = Arc::clone(&self.configs[self.next % self.configs.len()]);
        self.next += 1;
        config
    }
}

/// A running server; its threads end with the process.
#[derive(Clone, Debug)]
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    behaviour: Behaviour,
    configs: Arc<Mutex<Turns>>,
    flights: Arc<AtomicU32>,
    connections: Arc<AtomicU32>,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts one on a free port of the loopback.
    pub fn start(identity: &Identity, behaviour: Behaviour) -> Self {
        Self::start_on("127.0.0.1:0", identity, behaviour)
    }

    /// Starts one on `address`.
    pub fn start_on(address: &str, identity: &Identity, behaviour: Behaviour) -> Self {
        let configs = Arc::new(Mutex::new(Turns::of(&[identity], &behaviour)));
        let (turns, how) = (Arc::clone(&configs), behaviour.clone());
        let flights = Arc::new(AtomicU32::new(0));
        let lines = Arc::new(Mutex::new(Vec::new()));
        let (counted, heard) = (Arc::clone(&flights), Arc::clone(&lines));
        let connections = Arc::new(AtomicU32::new(0));
        let accepted = Arc::clone(&connections);
        let address = raw::listen_on(address, move |stream| {
            accepted.fetch_add(1, Ordering::SeqCst);
            let session = Session {
                stream,
                config: turns.lock().expect("not poisoned").take(),
                behaviour: how.clone(),
                flights: Arc::clone(&counted),
                lines: Arc::clone(&heard),
            };
            // A client that leaves is not our error.
            let _ = session.serve();
        });
        Self {
            address,
            behaviour,
            configs,
            flights,
            connections,
            lines,
        }
    }

    /// Presents another identity from now on, as after a renewal.
    pub fn renew(&self, identity: &Identity) {
        self.alternate(&[identity]);
    }

    /// Presents these in turn from now on, one to each connection, as a balancer does.
    pub fn alternate(&self, identities: &[&Identity]) {
        let turns = Turns::of(identities, &self.behaviour);
        *self.configs.lock().expect("not poisoned") = turns;
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Flights sent so far: writes with a read of the client's answer, or nothing, before them.
    pub fn flights(&self) -> u32 {
        self.flights.load(Ordering::SeqCst)
    }

    /// Connections accepted so far.
    pub fn connections(&self) -> u32 {
        self.connections.load(Ordering::SeqCst)
    }

    /// The command lines that clients have sent so far.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().expect("not poisoned").clone()
    }
}

/// Starts one that does nothing odd, and returns its address.
pub fn serve(identity: &Identity) -> SocketAddr {
    Server::start(identity, Behaviour::default()).address
}

fn tls_config(identity: &Identity, behaviour: &Behaviour) -> ServerConfig {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(behaviour.versions)
        .expect("versions");
    let builder = match &behaviour.client_ca {
        None => builder.with_no_client_auth(),
        Some(ca) => {
            let mut roots = RootCertStore::empty();
            roots.add(ca.clone()).expect("a CA");
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
            builder.with_client_cert_verifier(verifier.build().expect("a verifier"))
        }
    };
    let first = certified(identity, behaviour);
    if behaviour.second.is_none() && behaviour.nameless.is_none() {
        return builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(first)));
    }
    let other = |other: &Option<Identity>| {
        let other = other.as_ref();
        other.map(|identity| Arc::new(certified(identity, behaviour)))
    };
    builder.with_cert_resolver(Arc::new(Choosing {
        first: Arc::new(first),
        second: other(&behaviour.second),
        nameless: other(&behaviour.nameless),
    }))
}

fn certified(identity: &Identity, behaviour: &Behaviour) -> CertifiedKey {
    let key = aws_lc_rs::sign::any_supported_type(&identity.key).expect("a key");
    // Unchecked: an impostor's key does not fit the certificate.
    let mut certified = CertifiedKey::new(identity.chain.clone(), key);
    certified.ocsp.clone_from(&behaviour.ocsp);
    certified
}

/// Chooses by what the client sends and accepts.
#[derive(Debug)]
struct Choosing {
    first: Arc<CertifiedKey>,
    second: Option<Arc<CertifiedKey>>,
    nameless: Option<Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Choosing {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let is_nameless = hello.server_name().is_none();
        if let Some(nameless) = self.nameless.as_ref().filter(|_| is_nameless) {
            return Some(Arc::clone(nameless));
        }
        let all = std::iter::once(&self.first).chain(&self.second);
        let schemes = hello.signature_schemes();
        let mut fitting = all.filter(|one| one.key.choose_scheme(schemes).is_some());
        fitting.next().cloned()
    }
}

struct Session {
    stream: TcpStream,
    config: Arc<ServerConfig>,
    behaviour: Behaviour,
    flights: Arc<AtomicU32>,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Session {
    fn serve(mut self) -> std::io::Result<()> {
        let words = self.words();
        self.stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        if !self.behaviour.implicit_tls {
            std::thread::sleep(self.behaviour.greet_delay);
            self.flight(words.greeting.as_bytes())?;
            loop {
                let line = raw::read_line(&self.stream);
                let (tag, verb) = self.hear(&line);
                let answer = words.answer(&verb).replace("TAG", &tag);
                if verb.is_empty() {
                    return Ok(());
                }
                self.flight(answer.as_bytes())?;
                match verb {
                    verb if verb == words.starttls.0 => break,
                    verb if verb == words.bye.0 => return Ok(()),
                    _ => {}
                }
            }
        }
        let mut tls =
            ServerConnection::new(Arc::clone(&self.config)).map_err(std::io::Error::other)?;
        self.handshake(&mut tls)?;
        self.inside(&mut tls)
    }

    fn flight(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.flights.fetch_add(1, Ordering::SeqCst);
        self.stream.write_all(bytes)
    }

    fn words(&self) -> Words {
        let mut words = Words::of(self.behaviour.service, self.behaviour.name);
        if self.behaviour.lists_in_greeting {
            let list = "* OK [CAPABILITY IMAP4rev1 STARTTLS] ";
            words.greeting = words.greeting.replace("* OK ", list);
        }
        words
    }

    /// Remembers a command line and returns its tag, which only IMAP has, and its verb.
    fn hear(&self, line: &str) -> (String, String) {
        let line = line.trim_end();
        if !line.is_empty() {
            self.lines
                .lock()
                .expect("not poisoned")
                .push(line.to_owned());
        }
        let is_tagged = matches!(self.behaviour.service, Service::Imap | Service::Imaps);
        let (tag, command) = match line.split_once(' ') {
            Some((tag, command)) if is_tagged => (tag, command),
            _ => ("", line),
        };
        let verb = command.split(' ').next().unwrap_or_default();
        (tag.to_owned(), verb.to_ascii_uppercase())
    }

    fn flush(&mut self, tls: &mut ServerConnection) -> std::io::Result<()> {
        let mut bytes = Vec::new();
        while tls.wants_write() {
            tls.write_tls(&mut bytes)?;
        }
        if bytes.is_empty() {
            return Ok(());
        }
        self.flight(&bytes)
    }

    fn handshake(&mut self, tls: &mut ServerConnection) -> std::io::Result<()> {
        while tls.is_handshaking() {
            self.receive(tls)?;
            // What follows the handshake, session tickets, belongs to no flight of it.
            if tls.is_handshaking()
                || tls.protocol_version() == Some(rustls::ProtocolVersion::TLSv1_2)
            {
                self.flush(tls)?;
            }
        }
        Ok(())
    }

    fn receive(&mut self, tls: &mut ServerConnection) -> std::io::Result<()> {
        if tls.read_tls(&mut self.stream)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if let Err(error) = tls.process_new_packets() {
            self.flush(tls)?;
            return Err(std::io::Error::other(error));
        }
        Ok(())
    }

    fn inside(&mut self, tls: &mut ServerConnection) -> std::io::Result<()> {
        if self.behaviour.mute_after_handshake {
            loop {
                self.receive(tls)?;
                self.commands(tls);
            }
        }
        let words = self.words();
        let first = if self.behaviour.implicit_tls {
            &words.greeting
        } else {
            &words.unasked
        };
        tls.writer().write_all(first.as_bytes())?;
        self.flush(tls)?;
        loop {
            for (tag, verb) in self.commands(tls) {
                let answer = words.answer(&verb).replace("TAG", &tag);
                // In TLS it is not offered again.
                let answer = answer.replace("STARTTLS", "AUTH PLAIN");
                tls.writer().write_all(answer.as_bytes())?;
                self.flush(tls)?;
                if verb == words.bye.0 {
                    tls.send_close_notify();
                    return self.flush(tls);
                }
            }
            self.receive(tls)?;
        }
    }

    /// The tags and verbs of the command lines that have come through TLS.
    fn commands(&self, tls: &mut ServerConnection) -> Vec<(String, String)> {
        let mut text = Vec::new();
        let mut buffer = [0; 1024];
        while let Ok(count @ 1..) = tls.reader().read(&mut buffer) {
            text.extend_from_slice(&buffer[..count]);
        }
        String::from_utf8_lossy(&text)
            .lines()
            .map(|line| self.hear(line))
            .collect()
    }
}
