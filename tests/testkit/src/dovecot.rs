//! Dovecot 2.3: IMAP, POP3, ManageSieve and LMTP, each at a port of its own, LMTP also at a Unix
//! socket, and each a second time at a port that demands the header of the PROXY protocol.

use crate::daemon::home::{Home, Starts, account};
use crate::daemon::processes::family;
use crate::daemon::{Daemon, Package};
use crate::pki::Identity;
use crate::service::Service;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::ops::Deref;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

/// The services, with the process that listens for each and the name of the listener.
const SERVICES: [(Service, &str); 6] = [
    (Service::Imap, "imap-login"),
    (Service::Imaps, "imap-login"),
    (Service::Pop3, "pop3-login"),
    (Service::Pop3s, "pop3-login"),
    (Service::Sieve, "managesieve-login"),
    (Service::Lmtp, "lmtp"),
];
pub(crate) const PACKAGE: Package = Package {
    name: "dovecot",
    starts: Starts::AsRoot,
    ports: 2 * SERVICES.len(),
};
/// Each has its own certificate.
const PROTOCOLS: [&str; 4] = ["imap", "pop3", "sieve", "lmtp"];

/// What a Dovecot is to present, and to ask of its clients.
#[derive(Clone, Debug)]
pub struct Setup<'a> {
    identity: &'a Identity,
    others: Vec<(Service, &'a Identity)>,
    without_tls: Vec<Service>,
    clients: String,
}

impl<'a> Setup<'a> {
    /// This identity, at every port.
    pub fn new(identity: &'a Identity) -> Self {
        Self {
            identity,
            others: Vec::new(),
            without_tls: Vec::new(),
            clients: String::new(),
        }
    }

    /// Another identity for the protocol of this service, with STARTTLS and with implicit TLS.
    #[must_use]
    pub fn with(mut self, service: Service, identity: &'a Identity) -> Self {
        self.others.push((service, identity));
        self
    }

    /// The protocol of this service is served without TLS.
    #[must_use]
    pub fn without_tls(mut self, service: Service) -> Self {
        self.without_tls.push(service);
        self
    }

    /// Clients are asked for a certificate of this CA, a root as PEM.
    #[must_use]
    pub fn asking_clients(mut self, ca: &str) -> Self {
        ca.clone_into(&mut self.clients);
        self
    }

    /// Starts it, for a test of that name: `None` when the test must be skipped.
    ///
    /// # Panics
    /// When the server is there and does not run, and in CI when it is not there.
    pub fn for_test(&self, test: &str) -> Option<Dovecot> {
        let configure = |home: &Home, ports: &[u16]| self.configure(home, ports);
        let (daemon, ports) = Daemon::for_test(test, &PACKAGE, configure)?;
        Some(Dovecot { daemon, ports })
    }

    pub(crate) fn configure(&self, home: &Home, ports: &[u16]) -> std::io::Result<Command> {
        home.directory("mail", Some(account("nobody")?.uid.as_raw()))?;
        let mut text = general(home);
        for protocol in PROTOCOLS {
            let identity = self.identity_of(protocol);
            home.identity(protocol, identity)?;
            text.push_str(&self.protocol(home, protocol));
        }
        if !self.clients.is_empty() {
            home.write("clients.pem", &self.clients, 0o644)?;
            let dir = home.dir.path().display();
            let _ = write!(
                text,
                "ssl_ca = <{dir}/clients.pem\nssl_verify_client_cert = yes\nssl_require_crl = no\n"
            );
        }
        text.push_str(&listeners(home, ports));
        home.write("dovecot.conf", &text, 0o644)?;
        let mut command = home.overlaid("dovecot");
        command.arg("-c").arg(home.path("dovecot.conf")).arg("-F");
        Ok(command)
    }

    fn identity_of(&self, protocol: &str) -> &'a Identity {
        let mut others = self.others.iter();
        let other = others.find(|(service, _)| service.protocol() == protocol);
        other.map_or(self.identity, |(_, identity)| identity)
    }

    fn protocol(&self, home: &Home, name: &str) -> String {
        let dir = home.dir.path().display();
        let mut without = self.without_tls.iter();
        let without = without.any(|service| service.protocol() == name);
        let ssl = if without { "no" } else { "yes" };
        format!(
            "protocol {name} {{
  ssl = {ssl}
  ssl_cert = <{dir}/{name}chain.pem
  ssl_key = <{dir}/{name}key.pem
}}
"
        )
    }
}

/// What is the same for all services. Whoever logs in has the one mailbox, with the password `x`.
fn general(home: &Home) -> String {
    let dir = home.dir.path().display();
    format!(
        "base_dir = {dir}/run
state_dir = {dir}/state
log_path = {dir}/log
log_timestamp =
protocols = imap pop3 sieve lmtp
listen = 127.0.0.1
default_internal_user = nobody
default_internal_group = nogroup
default_login_user = nobody
first_valid_uid = 1
mail_location = maildir:~/inbox
ssl = yes
ssl_cert = <{dir}/imapchain.pem
ssl_key = <{dir}/imapkey.pem
disable_plaintext_auth = no
haproxy_trusted_networks = 127.0.0.0/8
haproxy_timeout = 1 secs
passdb {{
  driver = static
  args = password=x
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={dir}/mail
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"
    )
}

/// For each service the port as it is, and the one that demands the header.
fn listeners(home: &Home, ports: &[u16]) -> String {
    let dir = home.dir.path().display();
    let mut text = String::new();
    for ((service, process), ports) in SERVICES.into_iter().zip(ports.chunks(2)) {
        let (plain, proxied) = (ports[0], ports[1]);
        let name = service.scheme();
        let ssl = if service.is_implicit() { "yes" } else { "no" };
        let _ = write!(
            text,
            "service {process} {{
  chroot =
  inet_listener {name} {{
    port = {plain}
    ssl = {ssl}
  }}
  inet_listener {name}-proxied {{
    port = {proxied}
    ssl = {ssl}
    haproxy = yes
  }}
}}
"
        );
    }
    let _ = write!(
        text,
        "service lmtp {{
  unix_listener {dir}/lmtp {{
    mode = 0666
  }}
}}
"
    );
    text
}

/// A running Dovecot.
#[derive(Debug)]
pub struct Dovecot {
    daemon: Daemon,
    ports: Vec<u16>,
}

impl Dovecot {
    /// What it serves.
    pub fn services() -> impl Iterator<Item = Service> {
        SERVICES.into_iter().map(|(service, _)| service)
    }

    /// The port of a service.
    ///
    /// # Panics
    /// Dovecot does not have it: SMTP.
    pub fn port(&self, service: Service) -> u16 {
        self.ports[2 * index(service)]
    }

    /// The port of a service that waits for the header of the PROXY protocol.
    ///
    /// # Panics
    /// As [`Dovecot::port`].
    pub fn proxied(&self, service: Service) -> u16 {
        self.ports[2 * index(service) + 1]
    }

    /// The Unix socket of LMTP.
    pub fn socket(&self) -> PathBuf {
        self.home.path("lmtp")
    }

    /// Presents another identity for the protocol of a service from now on, as after a renewal.
    pub fn renew(&self, service: Service, identity: &Identity) -> std::io::Result<()> {
        self.home.identity(service.protocol(), identity)?;
        let old = self.logins();
        self.reload()?;
        // One of before that waits for a client takes it, with the old certificate, or ends it.
        let start = Instant::now();
        while !self.logins().is_disjoint(&old) {
            if start.elapsed() > Duration::from_secs(30) {
                return Err(std::io::Error::other("an old process of Dovecot's stays"));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// The processes that talk to clients before they have logged in.
    fn logins(&self) -> HashSet<u32> {
        let is_login = |pid: &u32| {
            let name = std::fs::read_to_string(format!("/proc/{pid}/comm"));
            name.is_ok_and(|name| name.contains("-login"))
        };
        family(self.pid()).into_iter().filter(is_login).collect()
    }
}

fn index(service: Service) -> usize {
    let known = SERVICES.iter().position(|(own, _)| *own == service);
    known.expect("a service of Dovecot's")
}

impl Deref for Dovecot {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.daemon
    }
}
