//! unbound: a resolver that passes everything on, and one that validates and is a judge.

use super::client::{self, Ask};
use super::sign::Tree;
use crate::daemon::home::{Home, Starts};
use crate::daemon::{Daemon, Package};
use hickory_proto::op::ResponseCode;
use std::fmt::Write as _;
use std::process::Command;

pub(crate) const PACKAGE: Package = Package {
    name: "unbound",
    starts: Starts::AsAnyone,
    ports: 1,
};

const VALIDATES: &str = "  module-config: \"validator iterator\"
  trust-anchor-file: \"anchors\"
  val-sig-skew-min: 0
  val-sig-skew-max: 0
";

/// A running unbound.
#[derive(Debug)]
pub struct Unbound {
    _daemon: Daemon,
    /// Where it listens on 127.0.0.1.
    pub port: u16,
}

/// What a judge says of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// `secure`, `insecure`, `bogus` or `none`.
    pub status: &'static str,
    /// The code of the answer, where there is one.
    pub rcode: Option<ResponseCode>,
    /// The records of the asked type.
    pub count: usize,
}

impl Unbound {
    /// For a test of that name: finds what the zones of an NSD say, and checks nothing. `None` when
    /// the test must be skipped.
    ///
    /// # Panics
    /// When the server is there and does not run, and in CI when it is not there.
    pub fn resolver(test: &str, tree: &Tree, nsd: u16) -> Option<Self> {
        let rest = format!("  module-config: \"iterator\"\n{}", stubs(tree, nsd));
        Self::start(test, &rest, "")
    }

    /// For a test of that name, in a namespace of its own: finds what the zones of an NSD say, and
    /// validates it, at the port where the programs of the machine ask. `None` when the test must be
    /// skipped.
    ///
    /// # Panics
    /// When the server is there and does not run, and in CI when it is not there.
    pub fn of_the_machine(test: &str, tree: &Tree, nsd: u16) -> Option<Self> {
        const PORT: u16 = 53;
        let rest = format!("{VALIDATES}{}", stubs(tree, nsd));
        let anchors = &tree.anchors;
        let configure = |home: &Home, _: &[u16]| configure(home, PORT, &rest, anchors);
        let daemon = Daemon::at(test, &PACKAGE, &[PORT], configure)?;
        Some(Self {
            _daemon: daemon,
            port: PORT,
        })
    }

    /// For a test of that name: validates what the resolver at that port says. `None` when the test
    /// must be skipped.
    ///
    /// # Panics
    /// When the server is there and does not run, and in CI when it is not there.
    pub fn judge(test: &str, anchors: &str, upstream: u16) -> Option<Self> {
        let rest = format!(
            "{VALIDATES}forward-zone:\n  name: \".\"\n  forward-addr: 127.0.0.1@{upstream}\n"
        );
        Self::start(test, &rest, anchors)
    }

    fn start(test: &str, rest: &str, anchors: &str) -> Option<Self> {
        let configure = |home: &Home, ports: &[u16]| configure(home, ports[0], rest, anchors);
        let (daemon, ports) = Daemon::for_test(test, &PACKAGE, configure)?;
        let port = ports[0];
        Some(Self {
            _daemon: daemon,
            port,
        })
    }

    /// What it says of a question: AD is secure, and SERVFAIL that goes away with CD is bogus.
    pub fn verdict(&self, name: &str, kind: &str) -> Verdict {
        let none = |status| Verdict {
            status,
            rcode: None,
            count: 0,
        };
        let Some(checked) = client::ask(self.port, name, kind, Ask::Checked) else {
            return none("none");
        };
        if checked.metadata.response_code != ResponseCode::ServFail {
            let secure = checked.metadata.authentic_data;
            return Verdict {
                status: if secure { "secure" } else { "insecure" },
                rcode: Some(checked.metadata.response_code),
                count: client::count(&checked),
            };
        }
        // On a busy machine it gives up before a liar has answered: what fails is asked for again.
        const ATTEMPTS: usize = 3;
        let answered = (0..ATTEMPTS).any(|_| {
            let unchecked = client::ask(self.port, name, kind, Ask::Unchecked);
            unchecked.is_some_and(|reply| reply.metadata.response_code != ResponseCode::ServFail)
        });
        none(if answered { "bogus" } else { "none" })
    }
}

/// Where each zone is asked for.
fn stubs(tree: &Tree, nsd: u16) -> String {
    tree.zones
        .iter()
        .fold(String::new(), |mut text, (name, _)| {
            let _ = writeln!(
                text,
                "stub-zone:\n  name: \"{name}\"\n  stub-addr: 127.0.0.1@{nsd}\n  stub-no-cache: no"
            );
            text
        })
}

pub(crate) fn configure(
    home: &Home,
    port: u16,
    rest: &str,
    anchors: &str,
) -> std::io::Result<Command> {
    let dir = home.dir.path().display();
    home.write("anchors", anchors, 0o644)?;
    // What is remembered of one question must not answer the next: no aggressive use of NSEC.
    let configuration = format!(
        "server:
  interface: 127.0.0.1
  port: {port}
  do-daemonize: no
  username: \"\"
  chroot: \"\"
  directory: \"{dir}\"
  pidfile: \"\"
  use-syslog: no
  logfile: \"\"
  verbosity: 1
  val-log-level: 2
  num-threads: 1
  do-ip6: no
  do-not-query-localhost: no
  local-zone: \"localhost.\" nodefault
  qname-minimisation: no
  aggressive-nsec: no
  minimal-responses: no
  trust-anchor-signaling: no
  root-key-sentinel: no
  edns-buffer-size: 1232
  msg-cache-size: 16m
  rrset-cache-size: 32m
  outgoing-range: 512
  infra-host-ttl: 1
{rest}
remote-control:
  control-enable: no
"
    );
    home.write("unbound.conf", &configuration, 0o644)?;
    let mut command = Home::command(home.root.join("usr/sbin/unbound"));
    command
        .env("LD_LIBRARY_PATH", home.libraries("usr/lib")?)
        .args(["-d", "-c"])
        .arg(home.path("unbound.conf"));
    Ok(command)
}
