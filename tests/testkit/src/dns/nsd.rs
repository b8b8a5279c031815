//! NSD, which serves signed zones as they are, sound or not.

use super::sign::Tree;
use crate::daemon::home::{Home, Starts};
use crate::daemon::{Daemon, Package};
use std::fmt::Write as _;
use std::process::Command;

const PACKAGE: Package = Package {
    name: "nsd",
    starts: Starts::AsAnyone,
    ports: 1,
};

/// A running NSD.
#[derive(Debug)]
pub struct Nsd {
    _daemon: Daemon,
    /// Where it listens on 127.0.0.1.
    pub port: u16,
}

impl Nsd {
    /// For a test of that name, with these zones. `None` when the test must be skipped.
    ///
    /// # Panics
    /// When the server is there and does not run, and in CI when it is not there.
    pub fn for_test(test: &str, tree: &Tree) -> Option<Self> {
        let configure = |home: &Home, ports: &[u16]| configure(home, tree, ports[0]);
        let (daemon, ports) = Daemon::for_test(test, &PACKAGE, configure)?;
        let port = ports[0];
        Some(Self {
            _daemon: daemon,
            port,
        })
    }
}

fn configure(home: &Home, tree: &Tree, port: u16) -> std::io::Result<Command> {
    let dir = home.dir.path().display();
    // It slows down who asks often, and the lab does.
    let mut configuration = format!(
        "server:
  ip-address: 127.0.0.1
  port: {port}
  username: \"\"
  chroot: \"\"
  database: \"\"
  pidfile: \"\"
  zonesdir: \"{dir}\"
  xfrdfile: \"{dir}/xfrd.state\"
  zonelistfile: \"{dir}/zone.list\"
  xfrdir: \"{dir}\"
  server-count: 1
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
  zonefiles-check: no
remote-control:
  control-enable: no
"
    );
    for (name, file) in &tree.zones {
        let _ = writeln!(
            configuration,
            "zone:\n  name: \"{name}\"\n  zonefile: \"{}\"",
            file.display()
        );
    }
    home.write("nsd.conf", &configuration, 0o644)?;
    let mut command = Home::command(home.root.join("usr/sbin/nsd"));
    command
        .env("LD_LIBRARY_PATH", home.libraries("usr/lib")?)
        .args(["-d", "-c"])
        .arg(home.path("nsd.conf"));
    Ok(command)
}
