//! Cyrus 3.6: IMAP, ManageSieve and LMTP, each at a port of its own.

use crate::daemon::home::{Home, Starts, account};
use crate::daemon::syslog::Syslog;
use crate::daemon::{Daemon, Package};
use crate::pki::Identity;
use crate::service::Service;
use std::cell::Cell;
use std::fmt::Write as _;
use std::ops::Deref;
use std::process::Command;

/// The services, with the program of each.
const SERVICES: [(Service, &str); 4] = [
    (Service::Imap, "imapd"),
    (Service::Imaps, "imapd -s"),
    (Service::Sieve, "timsieved"),
    (Service::Lmtp, "lmtpd"),
];

pub(crate) const PACKAGE: Package = Package {
    name: "cyrus",
    starts: Starts::AsRoot,
    ports: SERVICES.len(),
};

/// A running Cyrus.
#[derive(Debug)]
pub struct Cyrus {
    daemon: Daemon,
    ports: Vec<u16>,
    _syslog: Syslog,
}

impl Cyrus {
    /// One that presents `identity`, for a test of that name: `None` when the test must be skipped.
    ///
    /// # Panics
    /// When the server is there and does not run, and in CI when it is not there.
    pub fn for_test(test: &str, identity: &Identity) -> Option<Self> {
        Self::start(test, identity, None)
    }

    /// One that shakes hands only with clients that have a certificate of this CA, a root as PEM.
    ///
    /// # Panics
    /// As [`Cyrus::for_test`].
    pub fn requiring_clients(test: &str, identity: &Identity, ca: &str) -> Option<Self> {
        Self::start(test, identity, Some(ca))
    }

    fn start(test: &str, identity: &Identity, clients: Option<&str>) -> Option<Self> {
        let syslog = Cell::new(None);
        let configure = |home: &Home, ports: &[u16]| {
            syslog.set(Some(Syslog::start(home)?));
            configure(home, identity, clients, ports)
        };
        let (daemon, ports) = Daemon::for_test(test, &PACKAGE, configure)?;
        Some(Self {
            daemon,
            ports,
            _syslog: syslog.take()?,
        })
    }

    /// What it serves.
    pub fn services() -> impl Iterator<Item = Service> {
        SERVICES.into_iter().map(|(service, _)| service)
    }

    /// The port of a service.
    ///
    /// # Panics
    /// Cyrus does not have it.
    pub fn port(&self, service: Service) -> u16 {
        let known = Self::services().position(|own| own == service);
        self.ports[known.expect("a service of Cyrus'")]
    }
}

pub(crate) fn configure(
    home: &Home,
    identity: &Identity,
    clients: Option<&str>,
    ports: &[u16],
) -> std::io::Result<Command> {
    let nobody = account("nobody")?;
    let uid = Some(nobody.uid.as_raw());
    for name in [
        "conf",
        "conf/db",
        "conf/socket",
        "conf/proc",
        "conf/log",
        "conf/msg",
        "conf/lock",
        "spool",
        "sieve",
    ] {
        home.directory(name, uid)?;
    }
    home.identity("", identity)?;
    std::os::unix::fs::chown(home.path("key.pem"), uid, None)?;
    let dir = home.dir.path().display();
    let clients = match clients {
        None => String::new(),
        Some(ca) => {
            home.write("clients.pem", ca, 0o644)?;
            format!("tls_client_ca_file: {dir}/clients.pem\ntls_client_certs: require\n")
        }
    };
    let imapd = format!(
        "configdirectory: {dir}/conf
defaultpartition: default
partition-default: {dir}/spool
sievedir: {dir}/sieve
cyrus_user: nobody
servername: mx.cyrus.test
tls_server_cert: {dir}/chain.pem
tls_server_key: {dir}/key.pem
tls_session_timeout: 0
allowplaintext: 1
{clients}"
    );
    home.write("imapd.conf", &imapd, 0o644)?;
    let mut services = String::new();
    for ((service, program), port) in SERVICES.into_iter().zip(ports) {
        let name = service.scheme();
        let _ = writeln!(
            services,
            "  {name} cmd=\"/usr/lib/cyrus/bin/{program} -C {dir}/imapd.conf\" listen=\"127.0.0.1:{port}\" prefork=0"
        );
    }
    let cyrus = format!("START {{\n}}\nSERVICES {{\n{services}}}\nEVENTS {{\n}}\n");
    home.write("cyrus.conf", &cyrus, 0o644)?;
    let mut command = home.overlaid("setpriv");
    let gid = nobody.gid.to_string();
    command
        .args(["--reuid", "nobody", "--regid", &gid, "--clear-groups"])
        .args(["/usr/lib/cyrus/bin/master", "-D", "-C"])
        .arg(home.path("imapd.conf"))
        .arg("-M")
        .arg(home.path("cyrus.conf"))
        .arg("-p")
        .arg(home.path("conf/pid"));
    Ok(command)
}

impl Deref for Cyrus {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.daemon
    }
}
