//! Courier's IMAP server, version 5, with STARTTLS and in implicit TLS.

use crate::daemon::home::{Home, Starts, account};
use crate::daemon::{Daemon, Package};
use crate::pki::Identity;
use crate::service::Service;
use std::ops::Deref;
use std::os::unix::fs::chown;
use std::process::Command;

/// The two listeners; the first ends with the second.
const START: &str = r#"common="-address=127.0.0.1 -nodnslookup -noidentlookup"
login="/usr/lib/courier/courier/imaplogin /usr/bin/imapd Maildir"
IMAP_TLS=1 couriertcpd $common "$IMAPS" /usr/bin/couriertls -server -tcpd $login &
exec couriertcpd $common "$IMAP" $login"#;

pub(crate) const PACKAGE: Package = Package {
    name: "courier",
    starts: Starts::AsRoot,
    ports: 2,
};

/// A running Courier.
#[derive(Debug)]
pub struct Courier {
    daemon: Daemon,
    ports: Vec<u16>,
}

impl Courier {
    /// One that presents `identity`, for a test of that name: `None` when the test must be skipped.
    ///
    /// # Panics
    /// When the server is there and does not run, and in CI when it is not there.
    pub fn for_test(test: &str, identity: &Identity) -> Option<Self> {
        Self::start(test, identity, true)
    }

    /// One that cannot start its TLS program after STARTTLS: it says OK, and then NO.
    ///
    /// # Panics
    /// As [`Courier::for_test`].
    pub fn broken(test: &str, identity: &Identity) -> Option<Self> {
        Self::start(test, identity, false)
    }

    fn start(test: &str, identity: &Identity, works: bool) -> Option<Self> {
        let configure = |home: &Home, ports: &[u16]| configure(home, identity, works, ports);
        let (daemon, ports) = Daemon::for_test(test, &PACKAGE, configure)?;
        Some(Self { daemon, ports })
    }

    /// What it serves.
    pub fn services() -> impl Iterator<Item = Service> {
        [Service::Imap, Service::Imaps].into_iter()
    }

    /// The port of a service.
    ///
    /// # Panics
    /// Courier does not have it.
    pub fn port(&self, service: Service) -> u16 {
        let known = Self::services().position(|own| own == service);
        self.ports[known.expect("a service of Courier's")]
    }
}

pub(crate) fn configure(
    home: &Home,
    identity: &Identity,
    works: bool,
    ports: &[u16],
) -> std::io::Result<Command> {
    // The TLS program gives up its rights to this account before it reads the file.
    home.accounts(&["courier"])?;
    let both = format!("{}{}", identity.key_pem, identity.chain_pem());
    home.write("both.pem", &both, 0o600)?;
    chown(
        home.path("both.pem"),
        Some(account("nobody")?.uid.as_raw()),
        None,
    )?;
    // It is looked for before STARTTLS is offered, and cannot be started all the same.
    home.write("broken", "#!/nonexistent/interpreter\n", 0o755)?;
    let tls = if works {
        "/usr/bin/couriertls".into()
    } else {
        home.path("broken")
    };
    let mut command = home.enclosed("sh");
    command
        .args(["-c", START])
        .env("IMAP", ports[0].to_string())
        .env("IMAPS", ports[1].to_string())
        .env("COURIERTLS", tls)
        .env("TLS_CERTFILE", home.path("both.pem"))
        .env("TLS_VERIFYPEER", "NONE")
        .env("IMAP_CAPABILITY", "IMAP4rev1 UIDPLUS CHILDREN")
        .env("IMAP_STARTTLS", "YES")
        .env("IMAP_TLS", "0")
        .env("IMAP_TLS_REQUIRED", "0")
        .env(
            "LD_LIBRARY_PATH",
            home.libraries("usr/lib/courier-authlib")?,
        );
    Ok(command)
}

impl Deref for Courier {
    type Target = Daemon;

    fn deref(&self) -> &Daemon {
        &self.daemon
    }
}
