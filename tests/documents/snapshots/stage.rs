//! The servers that the program meets, and how it is run: in its own directory, to keep this
//! machine's paths out of its output.

use super::redact::Redactor;
use rcgen::{BasicConstraints, CertificateParams, IsCa};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::LazyLock;
use testkit::names::Names;
use testkit::pki::{Identity, KeyKind, Pki, leaf};
use testkit::program::{Dir, Run, finish, program};
use testkit::raw::{listen_on, read_line, send, wait_for_end};
use testkit::server::{Behaviour, Server};
use time::{Duration, OffsetDateTime};

/// The name that all servers but one have a certificate for.
pub(crate) const NAME: &str = "mail.example.org";

/// A server, by what is wrong with it.
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pub(crate) address: SocketAddr,
}

/// All servers; they run as long as the process.
pub(crate) struct Stage {
    pub(crate) base: OffsetDateTime,
    pub(crate) pki: Pki,
    pub(crate) scenes: Vec<Scene>,
}

/// A leaf that began `since` days ago and has `left` to come, counted from `base`.
pub(super) fn timed(
    base: OffsetDateTime,
    serial: u64,
    name: &str,
    since: i64,
    left: i64,
) -> CertificateParams {
    let mut params = leaf(&[name]);
    params.not_before = base - Duration::days(since);
    params.not_after = base + Duration::days(left);
    // By itself it comes from the key, and may be shorter.
    params.serial_number = Some((0x1000_0000 + serial).into());
    params
}

fn pki(base: OffsetDateTime, name: &str, serial: u64) -> Pki {
    let ca = |serial: u64, name: &str| {
        let mut ca = testkit::pki::ca(name);
        ca.not_before = base - Duration::days(365);
        ca.not_after = base + Duration::days(3650);
        ca.serial_number = Some((0x1000_0000 + serial).into());
        ca
    };
    let mut root = ca(serial, &format!("{name} Root"));
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let intermediate = ca(serial + 1, &format!("{name} Intermediate"));
    Pki::custom(root, intermediate, KeyKind::P256)
}

/// When everything begins: a moment ago, which keeps the number of days left constant during the
/// test, and not so close to midnight that the date would change.
pub(super) fn beginning() -> OffsetDateTime {
    const MOMENT: Duration = Duration::seconds(2);
    const WHOLE_TEST: Duration = Duration::minutes(3);
    loop {
        let now = testkit::pki::now();
        if (now - MOMENT).date() == (now + WHOLE_TEST).date() {
            return now - MOMENT;
        }
        std::thread::sleep(std::time::Duration::from_secs(1));
    }
}

pub(crate) static STAGE: LazyLock<Stage> = LazyLock::new(|| {
    let base = beginning();
    let here = pki(base, "Example", 1);
    let mut scenes = Scenes::default();
    let mut serves = |name, identity: Identity, behaviour: Behaviour| {
        scenes.add(name, |at| {
            Server::start_on(at, &identity, behaviour.clone()).address
        });
    };
    let leaf = |serial, since, left| timed(base, serial, NAME, since, left);
    let sound = || Behaviour::default();
    let good = here.identity(leaf(10, 30, 60));
    serves("good", good.clone(), sound());
    serves("expiring", here.identity(leaf(11, 85, 5)), sound());
    serves("expired", here.identity(leaf(12, 100, -10)), sound());
    let other = timed(base, 13, "other.example.org", 30, 60);
    serves("wrong name", here.identity(other), sound());
    let own = Pki::self_signed(&leaf(14, 30, 60), KeyKind::P256);
    serves("self-signed", own, sound());
    serves(
        "missing intermediate",
        here.lonely(leaf(15, 30, 60)),
        sound(),
    );
    let unknown = pki(base, "Unknown", 3).identity(leaf(16, 30, 60));
    serves("unknown CA", unknown, sound());
    let implicit = Behaviour {
        implicit_tls: true,
        ..sound()
    };
    serves("implicit TLS", here.identity(leaf(17, 30, 60)), implicit);
    // The port is closed.
    scenes.add("closed port", |at| {
        at.replace(":0", ":587").parse().expect("an address")
    });
    scenes.add("silent", |at| {
        listen_on(at, |mut stream| wait_for_end(&mut stream))
    });
    scenes.add("STARTTLS not offered", |at| talks(at, &["250 mx.test\r\n"]));
    let refuses = [
        "250-mx.test\r\n250 STARTTLS\r\n",
        "454 TLS is out of order\r\n",
    ];
    scenes.add("STARTTLS refused", |at| talks(at, &refuses));
    // The other address of a name, at the same port.
    let port = scenes.0[0].address.port();
    let second = here.identity(leaf(18, 60, 30));
    let expired = here.identity(leaf(19, 100, -10));
    for (last, identity) in [(31, &second), (33, &expired), (34, &good)] {
        Server::start_on(&format!("127.0.1.{last}:{port}"), identity, sound());
    }
    Stage {
        base,
        pki: here,
        scenes: scenes.0,
    }
});

/// Each gets its own address, in ascending order because some formats sort by it, and its own port,
/// which shows which server it is.
#[derive(Default)]
struct Scenes(Vec<Scene>);

impl Scenes {
    fn add(&mut self, name: &'static str, start: impl Fn(&str) -> SocketAddr) {
        let at = format!("127.0.1.{}:0", 11 + self.0.len());
        let taken = |port| self.0.iter().any(|scene| scene.address.port() == port);
        let address = std::iter::repeat_with(|| start(&at)).find(|address| !taken(address.port()));
        let address = address.expect("one that no other has");
        self.0.push(Scene { name, address });
    }
}

/// A server that greets and gives these replies.
fn talks(at: &str, replies: &[&'static str]) -> SocketAddr {
    let replies = replies.to_vec();
    listen_on(at, move |mut stream| {
        send(&mut stream, b"220 mx.test ESMTP\r\n");
        for reply in replies.iter().chain(&["221 bye\r\n"]) {
            read_line(&stream);
            send(&mut stream, reply.as_bytes());
        }
        wait_for_end(&mut stream);
    })
}

impl Stage {
    pub(crate) fn scene(&self, name: &str) -> &Scene {
        let found = self.scenes.iter().find(|scene| scene.name == name);
        found.expect(name)
    }

    /// Takes out what differs from run to run.
    pub(crate) fn redactor(&self) -> Redactor {
        let ports = self.scenes.iter().map(|scene| scene.address.port());
        Redactor::new(self.base, ports)
    }
}

/// A directory with the files that the command lines name, and the user's home.
pub(crate) struct Place(pub(crate) Dir);

impl Place {
    pub(crate) fn new() -> Self {
        let dir = Dir::new();
        dir.file("root.pem", STAGE.pki.root_pem());
        Self(dir)
    }

    /// Runs the program there: neither the user's configuration nor the machine's hg counts.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        self.finish(program().args(args).env("PATH", ""))
    }

    /// Runs it where names have addresses.
    pub(crate) fn run_within(&self, names: &Names, args: &[&str]) -> Run {
        self.finish(&mut names.within(program().args(args)))
    }

    fn finish(&self, command: &mut Command) -> Run {
        let home = self.0.path();
        command.current_dir(home).env("HOME", home);
        command.env("HGRCPATH", "").env_remove("XDG_CONFIG_HOME");
        command.env_remove("PYTHONPATH").env("LC_ALL", "C.UTF-8");
        let mut run = finish(command);
        let home = home.to_str().expect("UTF-8");
        for text in [&mut run.stdout, &mut run.stderr] {
            *text = text.replace(home, "/home/me");
        }
        run
    }
}

/// A run, as a snapshot shows it.
pub(crate) fn transcript(title: &str, shown: &str, run: &Run) -> String {
    let mut text = format!("## {title}\n\n$ smtp-certcheck {shown}\n{}", run.stdout);
    for line in run.stderr.lines() {
        let _ = writeln!(text, "stderr: {line}");
    }
    let _ = writeln!(text, "exit code {}\n", run.code);
    text
}
