//! Names with addresses of the test's choice: the program runs in its own mount namespace, in which
//! `/etc/hosts` is another file. Nothing else on the machine sees it.

use crate::skip;
use std::net::{Ipv4Addr, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

/// How to make a namespace here: as root, or as any user with a user namespace.
static UNSHARE: LazyLock<Option<&'static [&'static str]>> = LazyLock::new(|| {
    let ways: [&[&str]; 2] = [&["--mount"], &["--mount", "--map-root-user"]];
    ways.into_iter().find(|way| {
        let tried = Command::new("unshare")
            .args(*way)
            .args(["mount", "--bind", "/etc/hosts", "/etc/hosts"])
            .output();
        tried.is_ok_and(|tried| tried.status.success())
    })
});

/// Loopback addresses `127.NET.n.LAST` that no other test of this process uses, by their last part,
/// and a port that was free a moment ago. `net` is that of the file of tests.
pub fn block(net: u8) -> (impl Fn(u8) -> String, u16) {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let block = NEXT.fetch_add(1, Ordering::SeqCst);
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = free.local_addr().expect("an address").port();
    (move |last| format!("127.{net}.{block}.{last}"), port)
}

/// Lines of a file of hosts: one name with these addresses.
pub fn hosts(name: &str, ips: &[String]) -> String {
    let lines: Vec<String> = ips.iter().map(|ip| format!("{ip} {name}\n")).collect();
    lines.concat()
}

/// Nothing answers there: the program itself asks the DNS, too, whatever `nsswitch.conf` says.
const NOBODY: Ipv4Addr = Ipv4Addr::new(127, 255, 255, 53);

/// The names of a test.
#[derive(Debug)]
pub struct Names {
    way: &'static [&'static str],
    directory: tempfile::TempDir,
    /// Without any network but an own loopback.
    alone: bool,
}

impl Names {
    /// `hosts` is a file of lines "ADDRESS NAME"; a name may stand in several. `None`: the test of
    /// that name must be skipped.
    pub fn new(test: &str, hosts: &str) -> Option<Self> {
        let Some(way) = *UNSHARE else {
            skip::skip(test, "this machine allows no mount namespace (unshare)");
            return None;
        };
        let directory = tempfile::TempDir::new().expect("a temporary directory");
        let names = Self {
            way,
            directory,
            alone: false,
        };
        names.set(hosts);
        names.write("nsswitch.conf", "hosts: files\n");
        names.write("host.conf", "multi on\n");
        names.write("resolv.conf", &format!("nameserver {NOBODY}\n"));
        Some(names)
    }

    /// From now on these.
    pub fn set(&self, hosts: &str) {
        self.write("hosts", hosts);
    }

    /// The same with the loopback as the only network, and no server on it.
    #[must_use]
    pub fn alone(mut self) -> Self {
        self.alone = true;
        self
    }

    /// The same, and for names that are not among them the name server at that address is asked.
    #[must_use]
    pub fn asking(self, server: Ipv4Addr) -> Self {
        self.write("resolv.conf", &format!("nameserver {server}\n"));
        self.write("nsswitch.conf", "hosts: files dns\n");
        self
    }

    /// The same command with these names.
    pub fn within(&self, command: &Command) -> Command {
        let files = ["hosts", "nsswitch.conf", "host.conf"];
        let mounts = files.map(|file| format!("mount --bind \"$1/{file}\" /etc/{file} && "));
        let mut script = mounts.concat();
        // A machine may do without one.
        script += "{ [ ! -e /etc/resolv.conf ] || mount --bind \"$1/resolv.conf\" /etc/resolv.conf; } && ";
        if self.alone {
            script += "ip link set lo up && ";
        }
        script += "shift && exec \"$@\"";
        let mut outer = Command::new("unshare");
        outer.args(self.way);
        if self.alone {
            outer.arg("--net");
        }
        outer
            .args(["sh", "-c", &script, "sh"])
            .arg(self.directory.path())
            .arg(command.get_program())
            .args(command.get_args())
            .stdin(std::process::Stdio::null());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => outer.env(name, value),
                None => outer.env_remove(name),
            };
        }
        outer
    }

    fn write(&self, name: &str, text: &str) {
        let path: &Path = self.directory.path();
        std::fs::write(path.join(name), text).expect("a file is written");
    }
}

/// A name server (RFC 1035 §4.1) at port 53 of a loopback address: every name has these addresses,
/// and each answer begins with the next of them, as round robin does. It counts the questions for
/// IPv4. `None`: the port may not be used here, and the test must be skipped.
pub fn name_server(test: &str, ip: Ipv4Addr, addresses: Vec<Ipv4Addr>) -> Option<Arc<AtomicU32>> {
    const A: &[u8] = &[0, 1];
    let socket = match UdpSocket::bind((ip, 53)) {
        Ok(socket) => socket,
        Err(why) => {
            skip::skip(test, &format!("port 53 of {ip} cannot be used: {why}"));
            return None;
        }
    };
    let asked = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&asked);
    std::thread::spawn(move || {
        let mut buffer = [0; 512];
        while let Ok((length, client)) = socket.recv_from(&mut buffer) {
            let query = &buffer[..length];
            // The question: labels, a zero, type and class.
            let Some(end) = query.iter().skip(12).position(|byte| *byte == 0) else {
                continue;
            };
            let end = 12 + end + 5;
            let Some(question) = query.get(12..end) else {
                continue;
            };
            let is_a = question[question.len() - 4..].starts_with(A);
            let turn = if is_a {
                counted.fetch_add(1, Ordering::SeqCst)
            } else {
                0
            };
            let count = if is_a { addresses.len() } else { 0 };
            let mut reply = query[..2].to_vec();
            reply.extend([
                0x81,
                0x80,
                0,
                1,
                0,
                u8::try_from(count).expect("few"),
                0,
                0,
                0,
                0,
            ]);
            reply.extend(question);
            for index in 0..count {
                let address = addresses[(index + turn as usize) % count];
                // A pointer to the name, type A, class IN, no time to live.
                reply.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4]);
                reply.extend(address.octets());
            }
            let _ = socket.send_to(&reply, client);
        }
    });
    Some(asked)
}
