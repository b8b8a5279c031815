//! Names with addresses of the test's choice: the program runs in a mount namespace of its own, in
//! which `/etc/hosts` is another file. Nothing else on the machine sees it.

use crate::skip;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

/// What makes a namespace here: as root, or as anybody with a user namespace.
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
        Some(names)
    }

    /// From now on these.
    pub fn set(&self, hosts: &str) {
        self.write("hosts", hosts);
    }

    /// The same where the loopback is the only network, and nobody listens on it.
    #[must_use]
    pub fn alone(mut self) -> Self {
        self.alone = true;
        self
    }

    /// The same command with these names.
    pub fn within(&self, command: &Command) -> Command {
        let files = ["hosts", "nsswitch.conf", "host.conf"];
        let mounts = files.map(|file| format!("mount --bind \"$1/{file}\" /etc/{file} && "));
        let mut script = mounts.concat();
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
