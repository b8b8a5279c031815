//! A user of the real Mercurial: sends mail to the real Postfix.

use crate::hg::Forked;
use crate::mta::Mta;
use crate::pki::Identity;
use crate::program::{Dir, Run, finish, program};
use sha2::{Digest as _, Sha256};
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// `hg email` of the newest commit. What else it needs, the configuration says.
pub const EMAIL: &[&str] = &[
    "email",
    "--rev",
    "tip",
    "--to",
    "a@example.org",
    "--from",
    "b@example.org",
    "--git",
];

/// The settings of `hg email` without a configuration of them: the extension is on, and nothing is
/// asked.
pub const UNATTENDED: &[&str] = &[
    "--config",
    "extensions.patchbomb=",
    "--config",
    "patchbomb.confirm=no",
    "--config",
    "ui.interactive=no",
];

/// A user: a home and a repository with a commit.
#[derive(Debug)]
pub struct User {
    /// The real hg.
    pub hg: PathBuf,
    /// The home.
    pub home: Dir,
}

impl User {
    /// One with a repository and a commit.
    pub fn new(hg: PathBuf) -> Self {
        let user = Self {
            hg,
            ..Self::without_hg()
        };
        user.hg(&["init"]);
        user.home.file("repo/a", "a\n");
        user.hg(&["commit", "-A", "-m", "a change", "-u", "me"]);
        user
    }

    /// A user without a configuration, and an empty directory for a repository.
    pub fn without_hg() -> Self {
        let home = Dir::new();
        std::fs::create_dir(home.path().join("repo")).expect("a directory");
        let hg = PathBuf::new();
        Self { hg, home }
    }

    /// A program in the repository, with its own environment.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().envs(self.environment());
        command.current_dir(self.repository()).stdin(Stdio::null());
        command
    }

    fn environment(&self) -> [(&str, &OsStr); 4] {
        [
            ("HOME", self.home.path().as_os_str()),
            ("PATH", OsStr::new("/usr/bin:/bin")),
            ("HGEDITOR", OsStr::new("true")),
            ("LC_ALL", OsStr::new("C.UTF-8")),
        ]
    }

    fn repository(&self) -> PathBuf {
        self.home.path().join("repo")
    }

    /// The real hg there.
    pub fn hg(&self, args: &[&str]) -> Run {
        let mut hg = Forked::new(&self.hg);
        hg.env_clear().envs(self.environment());
        hg.args(args).current_dir(self.repository());
        hg.output().expect("hg").into()
    }

    /// `hg email` with nothing but the user's own configuration about the server.
    pub fn email(&self) -> Run {
        self.hg(&[EMAIL, UNATTENDED].concat())
    }

    /// The program under test there.
    pub fn certcheck(&self, args: &[&str]) -> Run {
        let command = self.command(Path::new(program().get_program()));
        let mut command = command;
        finish(command.args(args).args(["--ehlo", "probe.example"]))
    }
}

/// The fingerprint of its leaf.
pub fn sha256(identity: &Identity) -> String {
    let digest = Sha256::digest(&identity.chain[0]);
    digest.iter().fold("sha256:".to_owned(), |mut text, octet| {
        let _ = write!(text, "{octet:02x}");
        text
    })
}

/// Postfix reads its files again in its own time.
pub fn renew(mta: &Mta, user: &User, target: &str, identity: &Identity) {
    mta.renew(identity).expect("Postfix is told");
    let start = Instant::now();
    loop {
        let run = user.certcheck(&[target, "--no-hgrc", "--format", "json"]);
        if run.stdout.contains(&sha256(identity)[7..]) {
            return;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{}", mta.log());
        std::thread::sleep(Duration::from_millis(100));
    }
}
