//! The network of the documents: a process with its own network, where the servers of `example.org`
//! are, with the ports of mail servers. Nothing else on the machine sees it, and it cannot see the
//! machine's network.

use crate::namespace;
use crate::pki::{Identity, KeyKind, Pki, Revoked, ca, expired_leaf, leaf, listed};
use crate::raw;
use crate::server::{Behaviour, Server};
use rcgen::{BasicConstraints, CertificateParams, IsCa};
use std::net::TcpStream;

pub use crate::namespace::Place;

const NAME: &str = "example.org";

/// Files that a command may write outside a home land in memory.
const SETUP: &str = "\
ip address add 192.0.2.25/32 dev lo
ip address add 192.0.2.26/32 dev lo
ip address add 192.0.2.27/32 dev lo
ip address add 192.0.2.80/32 dev lo
ip address add 2001:db8::25/128 dev lo nodad
for dir in /etc /usr/local/share; do
    mount -t tmpfs tmpfs /mnt
    cp -a \"$dir/.\" /mnt/
    mount --move /mnt \"$dir\"
done
mount -t tmpfs tmpfs /var/lib
mkdir -p /var/lib/node_exporter /etc/postfix /usr/local/share/zsh/site-functions
printf '192.0.2.25 mail.example.org\\n192.0.2.26 mx2.example.org\\n192.0.2.27 old.example.org\\n192.0.2.80 crl.example.org\\n127.0.0.1 localhost\\n' >/etc/hosts
echo 'hosts: files' >/etc/nsswitch.conf";

/// The system's trust store.
pub const STORE: &str = "/etc/ssl/certs/ca-certificates.crt";

/// The pictures of `docs/`, and the targets whose checks they show.
pub const PICTURES: [(&str, &str); 2] = [
    ("terminal.svg", "old.example.org:587"),
    ("trusted.svg", "mail.example.org:587"),
];

/// Runs this program again, with `args`, inside; there it returns [`Place::Inside`].
pub fn enter(args: &[&str]) -> Place {
    namespace::enter(NAME, SETUP, args)
}

/// Its servers, which run as long as the process.
#[derive(Debug)]
pub struct ExampleNetwork {
    /// The CA of all of them.
    pub pki: Pki,
    /// What `mail.example.org` presents.
    pub identity: Identity,
}

impl ExampleNetwork {
    /// Makes its CA the only one of the system's trust store, which nothing outside sees.
    ///
    /// # Panics
    ///
    /// Outside of the network.
    pub fn is_trusted_by_the_system(&self) {
        assert!(namespace::is_inside(NAME), "inside only");
        std::fs::write(STORE, self.pki.root_pem()).expect("the store is written");
    }

    /// Starts them: `mail.example.org` on 25, 465 and 587, `mx2.example.org` on 25, and
    /// `old.example.org`, whose certificate has expired, on 587. The revocation lists of the CA are at
    /// `crl.example.org`; nothing is revoked.
    pub fn start() -> Self {
        let pki = pki();
        let lists = [
            ("/root.crl", pki.root_crl(&Revoked::now(&[]))),
            ("/ca.crl", pki.crl(&Revoked::now(&[]))),
        ];
        raw::listen_on("192.0.2.80:80", move |stream| hand_out(&lists, stream));
        let identity = pki.identity(issued("mail.example.org", 2));
        let named = |name| Behaviour {
            name,
            ..Behaviour::default()
        };
        let starttls = named("mail.example.org");
        let smtps = Behaviour {
            implicit_tls: true,
            ..starttls.clone()
        };
        for address in ["192.0.2.25:25", "192.0.2.25:587", "[2001:db8::25]:25"] {
            Server::start_on(address, &identity, starttls.clone());
        }
        Server::start_on("192.0.2.25:465", &identity, smtps);
        let second = pki.identity(issued("mx2.example.org", 3));
        Server::start_on("192.0.2.26:25", &second, named("mx2.example.org"));
        let old = pki.identity(expired_leaf(&["old.example.org"]));
        Server::start_on("192.0.2.27:587", &old, named("old.example.org"));
        Self { pki, identity }
    }
}

fn pki() -> Pki {
    let mut root = ca("Example Root");
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let intermediate = listed(
        ca("Example Intermediate"),
        1,
        &["http://crl.example.org/root.crl"],
    );
    Pki::custom(root, intermediate, KeyKind::P256)
}

fn issued(name: &str, serial: u64) -> CertificateParams {
    listed(leaf(&[name]), serial, &["http://crl.example.org/ca.crl"])
}

/// Answers one request for a file.
fn hand_out(files: &[(&str, Vec<u8>)], mut stream: TcpStream) {
    let request = raw::read_line(&stream);
    while !raw::read_line(&stream).trim().is_empty() {}
    let asked = request.split(' ').nth(1).unwrap_or_default();
    match files.iter().find(|(path, _)| *path == asked) {
        Some((_, content)) => {
            raw::send(
                &mut stream,
                b"HTTP/1.1 200 OK\r\nContent-Type: application/pkix-crl\r\n\r\n",
            );
            raw::send(&mut stream, content);
        }
        None => raw::send(&mut stream, b"HTTP/1.1 404 Not Found\r\n\r\n"),
    }
}
